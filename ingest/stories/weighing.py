"""What an article tells that its topic does not: its features, weighed by their rarity."""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from ingest.background import common_zipf, idf_of_zipf
from ingest.topic.vectors import is_bridging

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.features import Lexicon

__all__ = ["Features", "Rarity", "is_bridge", "read_article", "weigh"]

Features: TypeAlias = "Mapping[str, tuple[int, float]]"  #: to (times, idf in nats)

# Chosen together, by benchmarks/stories.py; see docs/stories.md.
_COMMON_POWER = 1.5  # on the share of the texts that lack a feature
_DOUBT = 5  # texts taken to lack every feature, so that the first few articles do not rule
_LEAST_IDF = 1.0  # nats; below are function words
_FEATURES = 100  # of an article, the strongest
_SETTLED_AFTER = 1000  # texts that were counted out, at the least
_SCALE = 1000  # whole numbers add up exactly, in whatever order


class Rarity:
    """In how many of the texts that stand around an article each feature occurs."""

    def __init__(self, seeds: Sequence[Features]) -> None:
        """Start with the seeds: they tell the topic, so what they share parts no stories."""
        # Counted in and out apart: Counter.update runs in C, Counter.subtract does not.
        self._come, self._gone = Counter[str](), Counter[str]()
        self._count, self._left = _DOUBT, 0
        for seed in seeds:
            self.add(tuple(seed))

    def add(self, features: tuple[str, ...]) -> None:
        """Count a text in."""
        self._come.update(features)
        self._count += 1

    def remove(self, features: tuple[str, ...]) -> None:
        """Count a text out."""
        self._gone.update(features)
        self._count -= 1
        self._left += 1
        if self._left > _SETTLED_AFTER + self._count:
            self._settle()

    def _settle(self) -> None:
        """Forget the features that no text around has any more."""
        gone = self._gone
        left = ((feature, times - gone.get(feature, 0)) for feature, times in self._come.items())
        self._come = Counter({feature: times for feature, times in left if times})
        self._gone, self._left = Counter(), 0

    def weights(self, features: Features) -> dict[str, float]:
        """Log-tf x idf, less the more of the texts have a feature; nothing is left if all do."""
        come, gone, count = self._come, self._gone, self._count
        return {
            feature: idf
            * (1 + math.log(times))
            * math.pow(1 - (come.get(feature, 0) - gone.get(feature, 0)) / count, _COMMON_POWER)
            for feature, (times, idf) in features.items()
            if idf > _LEAST_IDF
        }


def read_article(title: str, text: str, *, language: str | None, lexicon: Lexicon) -> Features:
    """Features of an article, with how often they occur and idf in nats.

    The title counts twice: it tells what is new. All is read as a foreign text whatever its
    language, so that the same places and concepts meet.
    """
    counts = lexicon.read(f"{title}\n{title}\n{text}", is_home=False).counts
    if language in lexicon.languages:
        return counts
    # By the words of the seeds' languages, в and и would be rare.
    return {
        feature: (times, idf if is_bridging(feature, lexicon) else min(idf, _own_idf(feature)))
        for feature, (times, idf) in counts.items()
    }


def is_bridge(feature: str, lexicon: Lexicon) -> bool:
    """Whether it says the same in any language: a name, a place, a concept, a number."""
    return is_bridging(feature, lexicon) or feature.isdigit()


@lru_cache(100_000)
def _own_idf(word: str) -> float:
    return idf_of_zipf(common_zipf(word))


def weigh(features: Features, rarity: Rarity) -> dict[str, int]:
    """The strongest features of an article, as a vector of length 1000 in whole numbers."""
    weights = rarity.weights(features)
    strongest = sorted(weights, key=lambda feature: (-weights[feature], feature))[:_FEATURES]
    size = math.sqrt(sum(weights[feature] ** 2 for feature in strongest)) or 1.0
    scaled = ((feature, round(_SCALE * weights[feature] / size)) for feature in strongest)
    return {feature: weight for feature, weight in scaled if weight}
