"""A topic that follows its story: it learns from articles it is sure of, slowly, never far.

Only what the topic of seeds, settings and labels is sure of by itself teaches it. So nothing is
learned from what was learned, the seeds cannot be outvoted, and what is learned depends on the set
of articles alone, not on the order in which they came.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.topic.edits import Edits, held, likeness_to_seeds, with_spellings
from ingest.topic.feedback import lesson_of
from ingest.topic.model import version_of
from ingest.topic.vectors import bridging, dot, ranked, unit, vector

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ingest.topic.model import Topic

__all__ = ["RUNAWAY_SHARE", "is_sure", "near_no_seed", "with_drift"]

_SURE_RATIO = 1.5  # score over cut from which the topic is sure (research: 5, step 9)
_MOST = 0.5  # beside the seeds' 1, what ever so many articles weigh: two thirds stay theirs
_HALF = 5  # articles that bring half of that; benchmarks/drift.py
RUNAWAY_SHARE = 0.5  #: of the articles near no seed, from which drift stops
_NEAR = 0.5  # of the likeness of the loneliest seed to its nearest other


def is_sure(topic: Topic, text: str) -> bool:
    """Whether a text may teach the topic."""
    return topic.ratio(text) >= _SURE_RATIO


def with_drift(topic: Topic, texts: Iterable[str], *, edits: Edits | None = None) -> Topic:
    """The topic as moved by articles that it is sure of.

    Args:
        topic: of seeds, settings and labels.
        texts: articles, in any order; those it is not sure of are left out.
        edits: words whose weight a person fixed; they stay where they are.
    """
    sure = sorted(text for text in texts if is_sure(topic, text))
    if not sure:
        return topic
    lessons = [lesson_of(topic, text) for text in sure]
    home = _drifted(topic.weights, [one for one, _ in lessons])
    foreign = _drifted(topic.bridge_weights, [one for _, one in lessons])
    moved = replace(
        topic,
        version=version_of(json.dumps([topic.version, "drift", sure])),
        weights=ranked(unit(home)),
        bridge_weights=ranked(unit(bridging(foreign, topic.lexicon))),
    )
    moved = with_spellings(held(moved, edits or Edits()), sure)
    before, after = (likeness_to_seeds(one.weights, topic) for one in (topic, moved))
    return replace(moved, cut=topic.cut * after / before) if before > 0 else moved


def _drifted(
    weights: Mapping[str, float], vectors: Sequence[Mapping[str, float]]
) -> dict[str, float]:
    moved = dict(weights)
    for one in vectors:
        for feature, weight in one.items():
            moved[feature] = moved.get(feature, 0.0) + _MOST * weight / (len(vectors) + _HALF)
    return moved


def near_no_seed(topic: Topic, texts: Sequence[str]) -> float:
    """Share of the texts, 0..1, that are less like any seed than the seeds are like each other.

    Texts in another language than the seeds are compared by their names.
    """
    if not texts:
        return 0.0
    whole = [unit(seed) for seed in topic.seed_weights.values()]
    named = [_names_of(seed, topic) for seed in topic.seed_weights.values()]
    floors = {True: _NEAR * _loneliest(whole), False: _NEAR * _loneliest(named)}
    far = 0
    for text in texts:
        reading = topic.lexicon.read(text)
        read = vector(reading)
        seeds, told = (whole, unit(read)) if reading.is_home else (named, _names_of(read, topic))
        far += max(dot(seed, told) for seed in seeds) < floors[reading.is_home]
    return far / len(texts)


def _names_of(read: Mapping[str, float], topic: Topic) -> dict[str, float]:
    names = bridging(read, topic.lexicon)
    return unit({feature: weight for feature, weight in names.items() if feature[0] != "#"})


def _loneliest(seeds: Sequence[Mapping[str, float]]) -> float:
    """Cosine of the seed that is least like the others to the one nearest to it; 0: no others."""
    nearest = [
        max((dot(one, other) for other in seeds if other is not one), default=0.0) for one in seeds
    ]
    return min(nearest, default=0.0)
