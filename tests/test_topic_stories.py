"""Texts on the story of the seeds and on other matters, in four languages: which are related."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.seedset import load_seed_set
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
