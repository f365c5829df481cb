"""Words that a person adds to a topic, drops from it or pins in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.seedset import load_seed_set
from ingest.topic import Topic, learn_topic, with_feedback
from ingest.topic.edits import Edits, held, names_without, unmatched, with_edits
from tests.test_topic_stories import FAR, NEAR, STORY

TOPIC = learn_topic(load_seed_set(Path(__file__).parents[1] / "seeds"))
GRAND_PRIX = NEAR["en grand prix"]


def score(topic: Topic, case: tuple[str, str]) -> float:
    return topic.score(*case).score


def test_without_words_the_topic_is_as_it_was() -> None:
    assert with_edits(TOPIC, Edits()) is TOPIC
    assert held(TOPIC, Edits()) is TOPIC


def test_added_word_weighs_like_the_strong_words_of_the_seeds() -> None:
    edited = with_edits(TOPIC, Edits(add=("Verstappen",)))
    rank = list(edited.weights).index("verstappen")

    assert rank < 12
    assert score(edited, GRAND_PRIX) > score(TOPIC, GRAND_PRIX)
    assert "Verstappen" in edited.names[:12]


def test_added_name_counts_in_another_script() -> None:
    edited = with_edits(TOPIC, Edits(add=("Khachaturyan",)))

    for text in ("Хачатурян прибыл в Баку", "Khachaturyan arrived in Baku"):
        assert edited.ratio(text) > TOPIC.ratio(text)


@pytest.mark.parametrize(
    "written", ["Azerbaijan", "azerbaijan", "AZERBAIJAN", "Азербайджан", "Bakı"]
)
def test_dropped_name_counts_for_nothing_in_any_spelling(written: str) -> None:
    edited = with_edits(TOPIC, Edits(drop=(written,)))

    assert "@az" not in edited.weights
    assert "@az" not in edited.bridge_weights
    assert edited.core == ()
    assert "Azerbaijan" not in [term.term for term in edited.score(*STORY["ru arrest"]).terms]


def test_dropped_person_no_longer_stands_for_the_country() -> None:
    edited = with_edits(TOPIC, Edits(drop=("Aliyev",)))

    assert "aliyev" in TOPIC.lexicon.families
    assert "@az" in edited.weights
    assert edited.score_headline("Алиев").terms == ()


def test_seeds_stay_related_when_words_are_added_or_dropped() -> None:
    for edits in (
        Edits(add=("Formula", "Verstappen", "tram", "opera")),
        Edits(drop=("Armenia", "Karabakh", "crash")),
        Edits(drop=("Azerbaijan",)),
        Edits(drop=("Russia", "Azerbaijan")),
        Edits(pin=("Sputnik",)),
    ):
        edited = with_edits(TOPIC, edits)
        for seed in load_seed_set(Path(__file__).parents[1] / "seeds").documents:
            assert edited.score(seed.title, seed.text).is_related, (edits, seed.file)


def test_pinned_word_stays_the_strongest_whatever_labels_say() -> None:
    edits = Edits(pin=("Yekaterinburg",))
    edited = with_edits(TOPIC, edits)
    refused = ["\n".join(STORY["ru arrest"]), "\n".join(STORY["en raid"])] * 5
    taught = with_feedback(edited, [], refused, edits=edits)
    loose = with_feedback(TOPIC, [], refused)

    assert edited.weights["yekaterinburg"] == max(edited.weights.values())
    assert taught.weights["yekaterinburg"] == max(taught.weights.values())
    assert loose.weights["yekaterinburg"] < TOPIC.weights["yekaterinburg"]


def test_dropped_word_is_not_learned_back_from_labels() -> None:
    edits = Edits(drop=("Russia",))
    wanted = ["\n".join(text) for text in STORY.values()]

    assert "@ru" not in with_feedback(with_edits(TOPIC, edits), wanted, [], edits=edits).weights


def test_order_of_the_words_is_all_one() -> None:
    one = with_edits(TOPIC, Edits(add=("tram", "opera"), drop=("Putin", "Karabakh")))
    other = with_edits(TOPIC, Edits(add=("opera", "tram"), drop=("Karabakh", "Putin")))

    assert one == other
    assert one.version not in (TOPIC.version, with_edits(TOPIC, Edits(add=("tram",))).version)


def test_edited_topic_can_be_stored() -> None:
    edited = with_edits(TOPIC, Edits(add=("Verstappen",), drop=("Aliyev",), pin=("Sputnik",)))

    assert Topic.from_json(edited.to_json()) == edited
    assert score(edited, FAR["en nobel"]) < 0.1


@pytest.mark.parametrize(
    ("edits", "found"),
    [
        (Edits(add=("Baku", "Sputnik"), drop=("Azerbaijan", "Qarabağ"), pin=("Tovuz",)), []),
        (Edits(drop=("Zxqvw",)), [("drop", "Zxqvw")]),
        (Edits(add=("Zxqvw",), pin=("Wvqxz",)), [("add", "Zxqvw"), ("pin", "Wvqxz")]),
        (Edits(drop=("crash of Zxqvw",)), [("drop", "Zxqvw")]),
        (Edits(drop=("the",)), [("drop", "the")]),
    ],
)
def test_words_that_match_nothing_are_named(edits: Edits, found: list[tuple[str, str]]) -> None:
    assert unmatched(TOPIC, edits) == found


def test_what_is_added_may_be_new_to_the_seeds_and_told_by_an_article() -> None:
    edits = Edits(add=("Zxqvw",), drop=("Zxqvw",))

    assert unmatched(TOPIC, edits, is_told=lambda word: word == "Zxqvw") == [("drop", "Zxqvw")]


def test_a_dropped_word_is_left_out_of_longer_names() -> None:
    edits = Edits(drop=("Karabakh",))

    assert names_without(TOPIC, edits, "Nagorno Karabakh") == "Nagorno"
    assert names_without(TOPIC, edits, "Karabakh") == "Karabakh"
    assert names_without(TOPIC, edits, "Ilham Aliyev") == "Ilham Aliyev"
