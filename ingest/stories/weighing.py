"""What an article tells that its topic does not: its features, weighed by their rarity."""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from ingest.background import common_zipf, idf_of_zipf
from ingest.topic.vectors import bridging

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.features import Lexicon

__all__ = ["Features", "Rarity", "bridge_of", "read_article", "weigh"]

Features: TypeAlias = "Mapping[str, tuple[int, float]]"  #: to (times, idf in nats)

# Chosen together, by benchmarks/stories.py; see docs/stories.md.
_COMMON_POWER = 1.5  # on the share of the texts that lack a feature
_DOUBT = 5  # texts taken to lack every feature, so that the first few articles do not rule
_LEAST_IDF = 1.0  # nats; below are function words
_FEATURES = 100  # of an article, the strongest
_SCALE = 1000  # whole numbers add up exactly, in whatever order


class Rarity:
    """In how many of the texts that stand around an article each feature occurs."""

    def __init__(self, seeds: Sequence[Features]) -> None:
        """Start with the seeds: they tell the topic, so what they share parts no stories."""
        # Counted in and out apart: Counter.update runs in C, Counter.subtract does not.
        self._come, self._gone = Counter[str](), Counter[str]()
        self._count = _DOUBT
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
    shared = bridging(dict.fromkeys(counts, 1.0), lexicon)
    return {
        feature: (times, idf if feature in shared else min(idf, _own_idf(feature)))
        for feature, (times, idf) in counts.items()
    }


def bridge_of(vector: Mapping[str, int], lexicon: Lexicon) -> dict[str, int]:
    """What of a vector says the same in any language: names, places, concepts, numbers."""
    kept = bridging(vector, lexicon)
    return {feature: n for feature, n in vector.items() if feature in kept or feature.isdigit()}


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
