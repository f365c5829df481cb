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
from ingest.topic import Topic, learn_topic, with_feedback
from tests.test_topic_stories import FAR, NEAR, STORY

SEEDS = Path(__file__).parents[1] / "seeds"


@pytest.fixture(scope="module")
def topic() -> Topic:
    return learn_topic(load_seed_set(SEEDS))


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
    assert set(topic.names[:3]) == {"Azerbaijan", "Aliyev", "Russia"}
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
    wanted = with_feedback(topic, yes=["\n".join(festival)], no=[])
    refused = with_feedback(topic, yes=[], no=["\n".join(STORY["en corridor"])])

    assert wanted.score(*food).score > topic.score(*food).score
    assert refused.score(*STORY["en corridor"]).score < topic.score(*STORY["en corridor"]).score
    assert len({topic.version, wanted.version, refused.version}) == 3
    assert Topic.from_json(wanted.to_json()) == wanted


def test_answers_count_the_same_in_any_order(topic: Topic) -> None:
    yes = ["\n".join(text) for text in STORY.values()]
    no = ["\n".join(text) for text in NEAR.values()]

    assert with_feedback(topic, yes, no) == with_feedback(topic, yes[::-1], no[::-1])


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


def test_a_word_of_a_million_letters_is_no_word(topic: Topic) -> None:
    assert topic.lexicon.read("x" * 1_000_000 + " " + "Ж" * 1_000_000).counts == {}
