"""Features as vectors: weighing, lengths, centroids."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.features import Lexicon, Reading

__all__ = [
    "SATURATION",
    "TEXT_DAMPING",
    "bridging",
    "centroid",
    "dot",
    "length",
    "ranked",
    "raw_score",
    "unit",
    "vector",
]

SATURATION = 3.0  #: added to the length of a text; a feature weighs 1 to 6

_CONSENSUS = 0.5  # exponent on the share of seeds that have a feature
TEXT_DAMPING = 0.8  #: exponent on what a feature of an article weighs


def vector(reading: Reading, damping: float = TEXT_DAMPING) -> dict[str, float]:
    """Damped log-tf x idf of the features.

    Without damping one rare word outweighs several that the seeds agree on.
    """
    return {
        feature: ((1 + math.log(times)) * idf if times > 1 else idf) ** damping
        for feature, (times, idf) in reading.counts.items()
    }


def length(weights: Mapping[str, float]) -> float:
    """Euclidean length."""
    return math.sqrt(sum(value * value for value in weights.values()))


def unit(weights: Mapping[str, float]) -> dict[str, float]:
    """The same direction at length 1."""
    size = length(weights) or 1.0
    return {feature: value / size for feature, value in weights.items()}


def dot(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    """The product of two sparse vectors; the shorter one first is faster."""
    return sum(weight * b[feature] for feature, weight in a.items() if feature in b)


def raw_score(profile: Mapping[str, float], text: Mapping[str, float]) -> float:
    """P.d / (|d| + 3) of a profile of unit length and the vector of a text; 0 to 1.

    It is the cosine, but for the constant, which keeps a few words from scoring by one of them.
    """
    return dot(text, profile) / (length(text) + SATURATION)


def ranked(weights: Mapping[str, float]) -> dict[str, float]:
    """Strongest first, equals by name."""
    return dict(sorted(weights.items(), key=lambda item: (-item[1], item[0])))


def centroid(vectors: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The centroid, each feature weighted by the share of the vectors that have it; unit length."""
    total: dict[str, float] = {}
    having: Counter[str] = Counter()
    for one in vectors:
        for feature, value in unit(one).items():
            total[feature] = total.get(feature, 0.0) + value
            having[feature] += 1
    count = len(vectors)
    return unit({f: value * (having[f] / count) ** _CONSENSUS for f, value in total.items()})


def bridging(weights: Mapping[str, float], lexicon: Lexicon) -> dict[str, float]:
    """What says the same in any language: places, concepts and names."""
    return {f: weight for f, weight in weights.items() if f[0] in "@#" or f in lexicon.names}
