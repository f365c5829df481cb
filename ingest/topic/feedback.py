"""A topic moved by texts that a reader called related or unrelated."""

from __future__ import annotations

import json
import math
import statistics
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from ingest.topic.model import version_of
from ingest.topic.vectors import bridging, dot, ranked, unit, vector

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.topic.model import Topic

__all__ = ["with_feedback"]

_YES, _NO = 1.0, 0.5  # Rocchio's beta and gamma, research/relevance 2
_MOST_SWAY = 1.4  # times that feedback may move the cut


def with_feedback(topic: Topic, yes: Sequence[str], no: Sequence[str]) -> Topic:
    """The topic as moved by texts that a reader called related or unrelated.

    Rocchio (1971); the cut moves to where it parts the given texts best, but not far.
    """
    weights = _moved(topic, topic.weights, yes, no, is_home=True)
    shift = _likeness(weights, topic.seed_weights) / _likeness(topic.weights, topic.seed_weights)
    moved = replace(
        topic,
        version=version_of(json.dumps([topic.version, sorted(yes), sorted(no)])),
        weights=weights,
        bridge_weights=_moved(topic, topic.bridge_weights, yes, no, is_home=False),
        cut=topic.cut * shift,
    )
    sway = _best_sway(moved, yes, no)
    return replace(moved, cut=moved.cut * sway, bridge_cut=moved.bridge_cut * sway)


def _moved(
    topic: Topic,
    weights: Mapping[str, float],
    yes: Sequence[str],
    no: Sequence[str],
    *,
    is_home: bool,
) -> dict[str, float]:
    moved = dict(weights)
    for texts, share in ((yes, _YES), (no, -_NO)):
        for text in sorted(texts):
            reading = topic.lexicon.read(text, is_home=is_home)
            for feature, weight in unit(vector(reading)).items():
                moved[feature] = moved.get(feature, 0.0) + share * weight / len(texts)
    return ranked(unit(moved if is_home else bridging(moved, topic.lexicon)))


def _best_sway(topic: Topic, yes: Sequence[str], no: Sequence[str]) -> float:
    """The factor on the cut that agrees with most answers; the nearest to 1 of equals."""
    ratios = [(topic.ratio(text), True) for text in yes]
    ratios += [(topic.ratio(text), False) for text in no]
    at = sorted({ratio for ratio, _ in ratios if ratio > 0})
    between = [math.sqrt(a * b) for a, b in pairwise(at)]
    options = [1.0, *(x for x in between if 1 / _MOST_SWAY <= x <= _MOST_SWAY)]

    def agreement(factor: float) -> tuple[int, float]:
        right = sum((ratio >= factor) == is_yes for ratio, is_yes in ratios)
        return right, -abs(math.log(factor))

    return max(options, key=agreement)


def _likeness(weights: Mapping[str, float], seeds: Mapping[int, Mapping[str, float]]) -> float:
    return statistics.fmean(dot(seed, weights) for seed in seeds.values())
