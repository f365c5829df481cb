"""The topic learned from the five seed documents, against texts in four languages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.background import common_zipf, guess_language, idf_of_zipf, zipf_table
from ingest.concepts import concept_of
from ingest.items import SeedDocument, SeedSet
from ingest.names import fold, place_of
from ingest.seedset import load_seed_set
from ingest.text import words
from ingest.topic import Topic, learn_topic

SEEDS = Path(__file__).parents[1] / "seeds"

# On the story of the seeds: the rift between Azerbaijan and Russia.
STORY = {
    "en apology": (
        "Putin apologises to Aliyev over Azerbaijan Airlines crash",
        (
            "Russian President Vladimir Putin apologised to Ilham Aliyev for what he called a "
            "tragic incident in Russian airspace, after an Azerbaijan Airlines plane crashed "
            "near Aktau in Kazakhstan. Thirty-eight people died. Baku has asked Moscow to punish "
            "those responsible."
        ),
    ),
    "en raid": (
        "Baku detains head of Sputnik Azerbaijan as row with Moscow deepens",
        (
            "Police in Baku raided the office of the Russian state news agency Sputnik "
            "Azerbaijan and detained two of its staff. Two days earlier two Azerbaijani brothers "
            "had died in custody in Yekaterinburg. The Russian Foreign Ministry summoned the "
            "ambassador."
        ),
    ),
    "en corridor": (
        "Armenia and Azerbaijan sign peace deal, sidelining Russia",
        (
            "The leaders of Armenia and Azerbaijan signed a declaration that opens the Zangezur "
            "route. It weakens Moscow, which long acted as the power broker in the South "
            "Caucasus. Aliyev and Pashinyan thanked their host; the Kremlin gave a cautious "
            "welcome."
        ),
    ),
    "ru apology": (
        "Путин извинился перед Алиевым за крушение самолёта под Актау",
        (
            "Президент России позвонил президенту Азербайджана Ильхаму Алиеву и извинился за то, "
            "что трагедия произошла в российском небе. Погибли 38 человек. Баку требует от "
            "Москвы признать вину и наказать виновных."
        ),
    ),
    "ru arrest": (
        "В Екатеринбурге задержан глава азербайджанской диаспоры",
        (
            "Силовики задержали Шахина Шихлинского. Ранее при обысках в Екатеринбурге погибли "
            "два брата. МИД Азербайджана выразил протест временному поверенному в делах России."
        ),
    ),
    "ru relations": (
        "Москва и Баку: почему испортились отношения",
        (
            "Отношения России и Азербайджана переживают кризис. После гибели братьев в "
            "Екатеринбурге и арестов журналистов в Баку стороны обмениваются нотами протеста."
        ),
    ),
    "az apology": (
        "Putin Əliyevdən üzr istədi: təyyarə Aktau yaxınlığında qəzaya uğrayıb",
        (
            "Rusiya Prezidenti Vladimir Putin Azərbaycan Prezidenti İlham Əliyevə zəng edərək "
            "Rusiyanın hava məkanında baş vermiş faciəyə görə üzr istəyib. Təyyarə Qroznıya "
            "uçurdu."
        ),
    ),
    "az brothers": (
        "Yekaterinburqda iki azərbaycanlı qardaş öldürülüb",
        (
            "Rusiyanın Yekaterinburq şəhərində keçirilən əməliyyat zamanı Səfərov qardaşları "
            "həlak olub. Azərbaycan Xarici İşlər Nazirliyi Rusiyaya etiraz notası verib."
        ),
    ),
    "tr apology": (
        "Putin, düşen Azerbaycan uçağı için Aliyev'den özür diledi",
        (
            "Rusya Devlet Başkanı Vladimir Putin, Azerbaycan Cumhurbaşkanı İlham Aliyev'i "
            "arayarak Rusya hava sahasındaki olay nedeniyle özür diledi. 38 kişi hayatını "
            "kaybetmişti."
        ),
    ),
    "tr raid": (
        "Bakü'de Sputnik Azerbaycan ofisine baskın",
        (
            "Azerbaycan polisi Rus haber ajansının Bakü ofisine baskın düzenledi. Rusya "
            "Dışişleri Bakanlığı Azerbaycan'ın Moskova büyükelçisini bakanlığa çağırdı."
        ),
    ),
}

# The same countries, other matters; and one half of the pair without the other.
NEAR = {
    "en grand prix": (
        "Azerbaijan Grand Prix: Verstappen wins in Baku",
        (
            "Max Verstappen won the Azerbaijan Grand Prix on Sunday, leading from pole on the "
            "streets of Baku. Oscar Piastri crashed out on the first lap at the Baku City "
            "Circuit."
        ),
    ),
    "en gas": (
        "SOCAR to raise gas supplies to Europe through Southern Gas Corridor",
        (
            "Azerbaijan will export more natural gas to the European Union, SOCAR said in Baku. "
            "President Ilham Aliyev said Azerbaijan was a reliable partner."
        ),
    ),
    "en climate": (
        "COP29 in Baku ends with climate finance deal",
        (
            "Nearly 200 countries agreed a climate finance deal at the UN summit in Baku. "
            "Azerbaijan, the host, defended its handling of the talks; President Aliyev had "
            "praised oil and gas."
        ),
    ),
    "en food": (
        "Baku hosts festival of plov and pomegranate",
        "Chefs from all over Azerbaijan cooked plov in giant cauldrons in the old city of Baku.",
    ),
    "en football": (
        "Qarabag beat Benfica in Champions League",
        (
            "Qarabag came from two goals down to beat Benfica in Lisbon, the first such win for "
            "the Azerbaijani club."
        ),
    ),
    "en yerevan": (
        "Armenian opposition protests against Pashinyan in Yerevan",
        (
            "Thousands marched in the Armenian capital to demand that Nikol Pashinyan resign. "
            "Police detained several deputies of the opposition."
        ),
    ),
    "en japan": (
        "Russia and Japan trade accusations over Kuril islands",
        (
            "Russia called sanctions of Japan unfriendly. The Russian Foreign Ministry called in "
            "the Japanese ambassador in Moscow to protest."
        ),
    ),
    "en ukraine": (
        "Russia launches largest drone attack on Ukraine",
        (
            "Russia launched more than 500 drones and missiles at Ukraine overnight. Explosions "
            "were heard in Kyiv. The Kremlin said it had struck military targets."
        ),
    ),
    "en mh17": (
        "Court finds Russia responsible for downing of MH17",
        (
            "The court ruled that Russia was responsible for the downing of a Malaysia Airlines "
            "plane over eastern Ukraine, when a missile killed all 298 people on board."
        ),
    ),
    "ru grand prix": (
        "Гран-при Азербайджана: Ферстаппен выиграл в Баку",
        "Макс Ферстаппен выиграл Гран-при Азербайджана. Пиастри сошёл на первом круге в Баку.",
    ),
    "ru gas": (
        "SOCAR увеличит поставки газа в Европу",
        "Азербайджан увеличит экспорт газа в Евросоюз. Поставки в Италию выросли на 8 процентов.",
    ),
    "ru metro": (
        "В Екатеринбурге открыли новую станцию метро",
        "Власти Свердловской области обещают продлить линию до 2030 года.",
    ),
    "ru japan": (
        "Россия и Япония обменялись протестами из-за Курил",
        "МИД России вызвал посла Японии в Москве и выразил протест.",
    ),
    "az grand prix": (
        "Bakıda Formula 1 üzrə Azərbaycan Qran-prisi keçirilib",
        "Maks Ferstappen Bakıda keçirilən Azərbaycan Qran-prisinin qalibi olub.",
    ),
    "az gas": (
        "SOCAR Avropaya qaz ixracını artırır",
        (
            "Azərbaycan Avropa İttifaqına qaz ixracını artıracaq. Prezident İlham Əliyev "
            "bildirib ki, Azərbaycan etibarlı tərəfdaşdır."
        ),
    ),
    "az georgia": (
        "Gürcüstanda etirazlar davam edir",
        "Tbilisidə parlament binası qarşısında etiraz aksiyası keçirilib.",
    ),
    "tr grand prix": (
        "Azerbaycan Grand Prix'sini Verstappen kazandı",
        "Bakü sokaklarındaki yarışta Russell ikinci sırada yer aldı.",
    ),
    "tr exchange": (
        "Rusya ile Ukrayna arasında esir takası",
        "Rusya ve Ukrayna 300 esiri takas etti. Moskova ve Kiev takası doğruladı.",
    ),
}

FAR = {
    "en gold": ("Gold tops $4,000 for first time", "Investors looked for safety on Wednesday."),
    "en nobel": ("Trio wins chemistry Nobel", "They built molecules with large empty rooms."),
    "en floods": ("Record flooding hits Vietnam city", "Eight people were killed in the north."),
    "ru gold": ("Цена золота превысила 4000 долларов", "Аналитики ждут роста."),
    "ru football": ("«Зенит» обыграл «Спартак»", "Матч чемпионата закончился со счётом 2:1."),
    "az gold": ("Qızılın qiyməti rekord həddə çatdı", "Bir unsiya 4000 dolları keçib."),
    "tr football": ("Galatasaray Fenerbahçe'yi yendi", "Derbi 3-1 bitti."),
}


@pytest.fixture(scope="module")
def topic() -> Topic:
    return learn_topic(load_seed_set(SEEDS))


@pytest.mark.parametrize("case", STORY)
def test_the_story_is_related_in_every_language(topic: Topic, case: str) -> None:
    assert topic.score(*STORY[case]).is_related


@pytest.mark.parametrize("case", STORY)
def test_the_headline_of_the_story_is_related(topic: Topic, case: str) -> None:
    assert topic.score_headline(STORY[case][0]).is_related


@pytest.mark.parametrize("case", [*NEAR, *FAR])
def test_other_matters_are_not_related(topic: Topic, case: str) -> None:
    title, text = (NEAR | FAR)[case]

    assert not topic.score(title, text).is_related
    assert not topic.score_headline(title).is_related


def test_far_texts_score_far_below_near_ones(topic: Topic) -> None:
    assert max(topic.score(*text).score for text in FAR.values()) < 0.01


@pytest.mark.parametrize(
    ("address", "is_related"),
    [
        ("world 2024 12 28 putin aliyev azerbaijan plane crash russia", True),
        ("news azerbaijan russia relations sputnik baku", True),
        ("sport f1 azerbaijan grand prix verstappen", False),
        ("us politics senate vote", False),
        ("", False),
    ],
)
def test_the_words_of_an_address_tell(topic: Topic, address: str, *, is_related: bool) -> None:
    assert topic.score_address(address).is_related is is_related


def test_the_seeds_are_related_and_near_themselves(topic: Topic) -> None:
    for seed in load_seed_set(SEEDS).documents:
        relevance = topic.score(seed.title, seed.text)
        assert relevance.is_related
        assert relevance.seed == seed.id


def test_a_score_comes_with_its_reasons(topic: Topic) -> None:
    title, text = STORY["ru arrest"]
    relevance = topic.score(title, text)
    terms = [term.term for term in relevance.terms]

    assert {"Azerbaijan", "Russia", "Yekaterinburg"} <= set(terms)
    assert relevance.terms == tuple(sorted(relevance.terms, key=lambda term: -term.weight))
    assert 0.5 < sum(term.weight for term in relevance.terms) <= 1.0 + 1e-9
    assert relevance.passage is not None
    assert relevance.passage in text


def test_an_unrelated_text_claims_no_seed_and_no_passage(topic: Topic) -> None:
    relevance = topic.score(*FAR["en nobel"])

    assert (relevance.seed, relevance.passage) == (None, None)


def test_the_topic_shows_its_names_and_words(topic: Topic) -> None:
    assert topic.languages == ("en",)
    assert topic.core == ("@az", "@ru")
    assert topic.names[:3] == ("Azerbaijan", "Aliyev", "Russia")
    assert "Yekaterinburg" in topic.names[:8]
    assert {"conflict", "tensions"} <= set(topic.terms[:10])
    assert not set(topic.names) & set(topic.terms)


def test_ticker_words_of_the_dumps_are_not_in_the_topic(topic: Topic) -> None:
    assert not {"nobel", "tennis", "ashes", "paypal", "ragnarok", "xiaomi"} & set(topic.weights)


def test_a_stored_topic_scores_the_same(topic: Topic) -> None:
    stored = Topic.from_json(topic.to_json())

    assert stored == topic
    assert stored.is_current
    for text in (STORY | NEAR).values():
        assert stored.score(*text) == topic.score(*text)


def test_a_topic_of_another_version_is_not_read(topic: Topic) -> None:
    read = json.loads(topic.to_json())

    assert Topic.from_json(json.dumps(read | {"version": "topic 0 abc"})) is None


def test_the_version_follows_the_seeds() -> None:
    seeds = load_seed_set(SEEDS)
    other = SeedSet(documents=seeds.documents[:4], digest="another")

    assert learn_topic(other).version != learn_topic(seeds).version


def test_what_was_scored_before_does_not_matter(topic: Topic) -> None:
    texts = list((STORY | NEAR | FAR).values())
    fresh = learn_topic(load_seed_set(SEEDS))

    assert [topic.score(*text) for text in texts] == [
        fresh.score(*text) for text in reversed(texts)
    ][::-1]


def test_scores_do_not_follow_the_hash_seed() -> None:
    program = (
        "import hashlib; from pathlib import Path; from ingest.seedset import load_seed_set;from "
        "ingest.topic import learn_topic; s = load_seed_set(Path('seeds'));t = learn_topic(s);r "
        "= [t.score(d.title, d.text) for d in s.documents];print(hashlib.sha256((t.to_json() + "
        "repr(r)).encode()).hexdigest())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=SEEDS.parent,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(told) == 1


def test_answers_of_a_reader_move_the_topic(topic: Topic) -> None:
    festival, food = (
        NEAR["en food"],
        (
            "Cauldrons of plov steam in the old city",
            "Chefs of Baku and visitors from Moscow cooked plov and pomegranate for the festival.",
        ),
    )
    wanted = topic.with_feedback(yes=["\n".join(festival)], no=[])
    refused = topic.with_feedback(yes=[], no=["\n".join(STORY["en corridor"])])

    assert wanted.score(*food).score > topic.score(*food).score
    assert refused.score(*STORY["en corridor"]).score < topic.score(*STORY["en corridor"]).score
    assert len({topic.version, wanted.version, refused.version}) == 3
    assert Topic.from_json(wanted.to_json()) == wanted


def test_answers_count_the_same_in_any_order(topic: Topic) -> None:
    yes = ["\n".join(text) for text in STORY.values()]
    no = ["\n".join(text) for text in NEAR.values()]

    assert topic.with_feedback(yes, no) == topic.with_feedback(yes[::-1], no[::-1])


def seed_set(*texts: str) -> SeedSet:
    documents = tuple(
        SeedDocument(
            id=number, file=f"{number}.txt", raw=text, title=None, text=text, language=None,
            published=None, sha256=str(number),
        )
        for number, text in enumerate(texts, start=1)
    )  # fmt: skip
    return SeedSet(documents=documents, digest="-".join(texts))


def test_one_seed_is_enough() -> None:
    topic = learn_topic(seed_set("\n".join(STORY["en raid"])))

    assert topic.score(*STORY["en raid"]).is_related
    assert not topic.score(*FAR["en gold"]).is_related
    assert topic.score(*FAR["en gold"]).seed is None


def test_seeds_in_another_language_work_the_other_way_round() -> None:
    topic = learn_topic(
        seed_set(*("\n".join(text) for case, text in STORY.items() if case.startswith("ru")))
    )

    assert topic.languages == ("ru",)
    assert topic.score(*STORY["en raid"]).is_related
    assert not topic.score(*NEAR["en grand prix"]).is_related
    assert not topic.score(*NEAR["ru metro"]).is_related


def test_seeds_in_a_language_without_a_table_work() -> None:
    topic = learn_topic(
        seed_set(*("\n".join(text) for case, text in STORY.items() if case.startswith("az")))
    )

    assert topic.score(*STORY["az apology"]).is_related
    assert topic.score(*STORY["tr apology"]).is_related
    assert not topic.score(*NEAR["az georgia"]).is_related
    assert not topic.score(*FAR["tr football"]).is_related


@given(st.text(max_size=300))
def test_any_text_has_a_score(text: str) -> None:
    relevance = TOPIC.score(None, text)

    assert 0.0 <= relevance.score <= 1.0
    assert all(0.0 <= term.weight <= 1.0 for term in relevance.terms)


TOPIC = learn_topic(load_seed_set(SEEDS))


@pytest.mark.parametrize(
    "spellings",
    [
        ("Aliyev", "Алиев", "Əliyev", "Aliev"),
        ("Yekaterinburg", "Екатеринбург", "Yekaterinburq", "Ekaterinburg"),
        ("Zangezur", "Зангезур", "Zəngəzur", "Zengezur"),
        ("Karabakh", "Карабах", "Qarabağ", "Karabağ"),
        ("Pashinyan", "Пашинян", "Paşinyan"),
        ("Shikhlinsky", "Шихлинский", "Şıxlinski"),
        ("Erdogan", "Эрдоган", "Ərdoğan", "Erdoğan"),
        ("Ilham", "Ильхам", "İlham"),
    ],
)
def test_spellings_of_a_name_share_a_key(spellings: tuple[str, ...]) -> None:
    assert len({fold(name) for name in spellings}) == 1


def test_different_names_have_different_keys() -> None:
    names = ["Aliyev", "Alov", "Putin", "Pashinyan", "Peskov", "Lavrov", "Safarov", "Sharapov"]

    assert len({fold(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("place", "written"),
    [
        ("az", "Azerbaijan Azerbaijanis Азербайджана азербайджанского Azərbaycanın Azerbaycanlı"),
        ("az.capital", "Baku Баку бакинский Bakıda Bakü"),
        ("ru", "Russia Russians Россией российских русские Rusiyanın Rusya Rusların РФ Russie"),
        ("ru.capital", "Moscow Москвы московский Moskvada Moskova Kremlin Кремля Kreml"),
        ("am", "Armenian Армении армянского Ermənistan Ermenistan"),
        ("us", "US США ABŞ ABD American"),
        (None, "us polish turkey bakım bakış баки rusty кубок male"),
    ],
)
def test_places_are_known_in_their_forms(place: str | None, written: str) -> None:
    found = {word: place_of(word, words(word)[0]) for word in written.split()}

    assert found == dict.fromkeys(written.split(), place)


@pytest.mark.parametrize(
    ("concept", "written"),
    [
        ("crash", "crashed крушение крушения qəzaya düşen"),
        ("arrest", "detained задержан арестованы həbsdə tutuklandı gözaltına"),
        ("journalist", "journalists журналистов jurnalistlər gazeteci"),
        (None, "grand prix гонка yarış pomegranate мировой"),
    ],
)
def test_concepts_are_known_in_their_forms(concept: str | None, written: str) -> None:
    assert {word: concept_of(word) for word in written.split()} == dict.fromkeys(
        written.split(), concept
    )


def test_rare_words_weigh_more() -> None:
    assert idf_of_zipf(common_zipf("the")) < 0.1 < idf_of_zipf(common_zipf("president")) < 4
    assert idf_of_zipf(common_zipf("yekaterinburg")) > 7
    assert common_zipf("qqqzzz") < common_zipf("azerbaijan")
    assert zipf_table("xx") == {}


@pytest.mark.parametrize(
    ("language", "case"), [("en", "en raid"), ("ru", "ru arrest"), ("tr", "tr raid")]
)
def test_languages_are_told_by_their_everyday_words(language: str, case: str) -> None:
    assert guess_language(words(STORY[case][1])) == language


def test_too_little_text_has_no_language() -> None:
    assert guess_language([]) is None
    assert guess_language(["zzz", "qqq", "yekaterinburg"]) is None
