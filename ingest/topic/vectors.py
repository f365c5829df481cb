"""Features as vectors: weighing, lengths, centroids."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.topic.dating import telling_when

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.features import Lexicon, Reading

__all__ = [
    "FOREIGN",
    "HEADLINE",
    "TEXT",
    "Manner",
    "bridging",
    "centroid",
    "dot",
    "length",
    "ranked",
    "raw_score",
    "scale_of",
    "unit",
    "vector",
]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a kind of text is read."""

    damping: float  #: exponent on what a feature weighs; below 1, several bring more than one rare
    consensus: float  #: exponent on the share of seeds that have a feature

    def damping_mixed(self, other: Manner, share: float) -> float:
        """The damping between this one (`share` 1) and the other (0)."""
        return share * self.damping + (1 - share) * other.damping


# Chosen on three collections of stories (benchmarks.relevance). Whole articles are told apart from
# those on a twin event by their rare words; of headlines, which have few, the common ones must do.
TEXT = Manner(damping=1.0, consensus=0.1)
HEADLINE = Manner(damping=0.42, consensus=0.5)
FOREIGN = Manner(damping=0.8, consensus=0.5)

_DATING = 1.6  # factor on the idf of what tells when and how many: it parts events of one kind
_SATURATION = 3.0  # added to the length of a text, where a feature weighs 1 to 10


def vector(reading: Reading, damping: float | None = None) -> dict[str, float]:
    """Damped log-tf x idf of the features; without a damping, as of an article."""
    if damping is None:
        damping = (TEXT if reading.is_home else FOREIGN).damping
    weights = {
        feature: (1 + math.log(times)) * idf if times > 1 else idf
        for feature, (times, idf) in reading.counts.items()
    }
    for feature in telling_when(weights):
        weights[feature] *= _DATING
    if damping == 1:
        return weights
    return {feature: weight**damping for feature, weight in weights.items()}


def length(weights: Mapping[str, float]) -> float:
    """Euclidean length."""
    return math.sqrt(sum([value * value for value in weights.values()]))


def unit(weights: Mapping[str, float]) -> dict[str, float]:
    """The same direction at length 1."""
    size = length(weights) or 1.0
    return {feature: value / size for feature, value in weights.items()}


def dot(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    """The product of two sparse vectors; the shorter one first is faster."""
    return sum([weight * b[feature] for feature, weight in a.items() if feature in b])


def raw_score(profile: Mapping[str, float], text: Mapping[str, float]) -> float:
    """P.d / `scale_of(d)` of a profile of unit length and the vector of a text; 0 to 1."""
    return dot(text, profile) / scale_of(text)


def scale_of(text: Mapping[str, float]) -> float:
    """By what the product with a text is divided; positive.

    Its length would make it the cosine; the constant more keeps a few words from scoring by one of
    them.
    """
    return length(text) + _SATURATION


def ranked(weights: Mapping[str, float]) -> dict[str, float]:
    """Strongest first, equals by name."""
    return dict(sorted(weights.items(), key=lambda item: (-item[1], item[0])))


def centroid(vectors: Sequence[Mapping[str, float]], consensus: float) -> dict[str, float]:
    """The centroid, each feature weighted by the share of the vectors that have it; unit length."""
    total: dict[str, float] = {}
    having: Counter[str] = Counter()
    for one in vectors:
        for feature, value in unit(one).items():
            total[feature] = total.get(feature, 0.0) + value
            having[feature] += 1
    count = len(vectors)
    return unit({f: value * (having[f] / count) ** consensus for f, value in total.items()})


def bridging(weights: Mapping[str, float], lexicon: Lexicon) -> dict[str, float]:
    """What says the same in any language: places, concepts and names."""
    return {f: weight for f, weight in weights.items() if is_bridging(f, lexicon)}


def is_bridging(feature: str, lexicon: Lexicon) -> bool:
    """Whether a feature says the same in any language: a place, a concept or a name."""
    return feature[0] in "@#" or feature in lexicon.names
