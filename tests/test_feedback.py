"""A topic moved by a reader's answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.seedset import load_seed_set
from ingest.topic import Topic, learn_topic, with_feedback
from tests.test_topic_stories import FAR, NEAR, STORY

SEEDS = load_seed_set(Path(__file__).parents[1] / "seeds")
TOPIC = learn_topic(SEEDS)
TEXTS = {case: "\n".join(text) for case, text in (STORY | NEAR | FAR).items()}


def test_no_answers_change_nothing() -> None:
    assert with_feedback(TOPIC, [], []) is TOPIC


@pytest.mark.parametrize("case", ["en grand prix", "ru metro"])
def test_a_text_called_related_comes_nearer_and_one_called_unrelated_goes(case: str) -> None:
    text = TEXTS[case]

    assert with_feedback(TOPIC, [text], []).ratio(text) > TOPIC.ratio(text)
    assert with_feedback(TOPIC, [], [text]).ratio(text) < TOPIC.ratio(text)


def test_foreign_text_teaches_names_and_no_function_words() -> None:
    taught = with_feedback(TOPIC, [], [TEXTS["ru arrest"], TEXTS["ru metro"]])

    assert not {"в", "не", "за", "и", "с"} & set(taught.weights)
    assert taught.weights != TOPIC.weights


@pytest.mark.parametrize("times", [1, 10, 200])
def test_seeds_are_never_outvoted(times: int) -> None:
    """However often a reader says the opposite of the seeds, their own words stay the strongest."""
    wrong = [f"{TEXTS['en nobel']} {number}" for number in range(times)]
    taught = with_feedback(TOPIC, wrong, [])
    strongest = [feature for feature in list(TOPIC.weights)[:10] if feature in taught.weights]
    kept = sum(
        taught.weights[f] * weight for f, weight in TOPIC.weights.items() if f in taught.weights
    )

    assert len(strongest) == 10
    assert kept > 0.7  # cosine of the profile before and after
    assert 0.4 < taught.cut / TOPIC.cut < 2.5


def test_answers_near_the_cut_move_it() -> None:
    cases = sorted(TEXTS, key=lambda case: TOPIC.ratio(TEXTS[case]))
    low = [case for case in cases if 0.3 < TOPIC.ratio(TEXTS[case]) < 1]
    high = [case for case in cases if 1 < TOPIC.ratio(TEXTS[case]) < 4]
    unseen = TEXTS["en corridor"]

    assert low
    assert high
    strict = with_feedback(TOPIC, [], [TEXTS[case] for case in high])
    lenient = with_feedback(TOPIC, [TEXTS[case] for case in low], [])
    assert strict.ratio(unseen) < lenient.ratio(unseen)


@pytest.mark.parametrize("is_yes", [True, False])
@pytest.mark.parametrize("case", sorted(TEXTS))
def test_a_single_answer_moves_the_cut_by_a_tenth_at_most(case: str, *, is_yes: bool) -> None:
    said = [TEXTS[case]]
    taught = with_feedback(TOPIC, said if is_yes else [], [] if is_yes else said)

    assert 0.9 <= taught.bridge_cut / TOPIC.bridge_cut <= 1.11
    assert 0.85 < taught.cut / TOPIC.cut < 1.15  # the profile moves as well


def test_many_answers_move_the_cut_further_than_one() -> None:
    cases = [case for case in sorted(TEXTS) if TOPIC.ratio(TEXTS[case]) > 1]
    refused = [TEXTS[case] for case in cases]
    one, all_of_them = (with_feedback(TOPIC, [], said) for said in (refused[:1], refused))

    assert len(refused) > 5
    assert TOPIC.bridge_cut < one.bridge_cut < all_of_them.bridge_cut


@settings(max_examples=25, deadline=None)
@given(
    yes=st.sets(st.sampled_from(sorted(TEXTS)), max_size=12),
    no=st.sets(st.sampled_from(sorted(TEXTS)), max_size=12),
    shuffle=st.randoms(use_true_random=False),
)
def test_answers_in_any_order_teach_the_same_and_can_be_stored(
    yes: set[str], no: set[str], shuffle: st.DataObject
) -> None:
    wanted, refused = [[TEXTS[case] for case in sorted(one)] for one in (yes, no)]
    straight = with_feedback(TOPIC, wanted, refused)
    shuffle.shuffle(wanted)  # type: ignore[attr-defined]  # Hypothesis gives a Random
    shuffle.shuffle(refused)  # type: ignore[attr-defined]  # the same

    assert with_feedback(TOPIC, wanted, refused) == straight
    assert Topic.from_json(straight.to_json()) == straight
