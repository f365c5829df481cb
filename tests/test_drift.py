"""A topic that follows its story."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.demo.texts import load_texts
from ingest.seedset import load_seed_set
from ingest.topic import Topic, learn_topic
from ingest.topic.drift import RUNAWAY_SHARE, is_sure, near_no_seed, with_drift
from ingest.topic.edits import Edits, with_edits

TOPIC = learn_topic(load_seed_set(Path(__file__).parents[1] / "seeds"))
DEMO = {text.slug: text for text in load_texts()}
WHOLE = {slug: "\n".join([text.title, *text.paragraphs]) for slug, text in DEMO.items()}
SURE = sorted(slug for slug, text in WHOLE.items() if is_sure(TOPIC, text))
FAR = sorted(slug for slug, text in DEMO.items() if text.topic == "far")


def test_it_is_sure_of_texts_on_the_story_alone() -> None:
    assert len(SURE) > 3
    assert {DEMO[slug].topic for slug in SURE} == {"story"}


def test_nothing_is_learned_from_texts_it_is_not_sure_of() -> None:
    assert with_drift(TOPIC, [WHOLE[slug] for slug in FAR]) is TOPIC
    assert with_drift(TOPIC, []) is TOPIC


def test_it_learns_what_sure_texts_say_beyond_the_seeds() -> None:
    drifted = with_drift(TOPIC, [WHOLE[slug] for slug in SURE])
    fresh = set(drifted.weights) - set(TOPIC.weights)

    assert fresh
    assert drifted.version != TOPIC.version
    assert Topic.from_json(drifted.to_json()) == drifted


@pytest.mark.parametrize("times", [1, 100])
def test_the_seeds_keep_two_thirds_of_the_profile(times: int) -> None:
    many = [f"{WHOLE[slug]} {number}" for slug in SURE[:3] for number in range(times)]
    drifted = with_drift(TOPIC, many)
    cosine = sum(weight * drifted.weights.get(f, 0.0) for f, weight in TOPIC.weights.items())

    assert cosine > 0.85
    assert drifted.cut <= TOPIC.cut * 1.01


@settings(max_examples=20, deadline=None)
@given(st.permutations(SURE))
def test_order_plays_no_part(order: list[str]) -> None:
    straight = with_drift(TOPIC, [WHOLE[slug] for slug in SURE])

    assert with_drift(TOPIC, [WHOLE[slug] for slug in order]) == straight


def test_pinned_and_dropped_words_do_not_drift() -> None:
    edits = Edits(pin=("Sputnik",), drop=("Putin",))
    drifted = with_drift(with_edits(TOPIC, edits), [WHOLE[slug] for slug in SURE], edits=edits)

    assert drifted.weights["sputnik"] == max(drifted.weights.values())
    assert "putin" not in drifted.weights


def test_articles_near_no_seed_are_counted() -> None:
    story = [WHOLE[slug] for slug in SURE]
    far = [WHOLE[slug] for slug in FAR]

    assert near_no_seed(TOPIC, story) < 0.2
    assert near_no_seed(TOPIC, far) > RUNAWAY_SHARE
    assert near_no_seed(TOPIC, []) == 0.0
