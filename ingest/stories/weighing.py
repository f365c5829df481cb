"""What an article tells that its topic does not: its features, weighed by their rarity."""

from __future__ import annotations

import math
from array import array
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from ingest.background import common_zipf, idf_of_zipf
from ingest.topic.vectors import is_bridging

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ingest.features import Lexicon

__all__ = ["Features", "Rarity", "is_bridge", "read_article", "weigh"]

Features: TypeAlias = "Mapping[str, tuple[int, float]]"  #: to (times, idf in nats)

# Chosen together, by benchmarks/stories.py; see docs/stories.md.
_COMMON_POWER = 1.5  # on the share of the texts that lack a feature
_DOUBT = 5  # texts taken to lack every feature, so that the first few articles do not rule
_LEAST_IDF = 1.0  # nats; below are function words
_FEATURES = 100  # of an article, the strongest
_NONE = 0  # the number of what no text has
_SCALE = 1000  # whole numbers add up exactly, in whatever order


class Rarity:
    """In how many of the texts that stand around an article each feature occurs.

    A feature has a number as long as a text around has it: a month of texts is held by numbers.
    """

    def __init__(self, seeds: Sequence[Features]) -> None:
        """Start with the seeds: they tell the topic, so what they share parts no stories."""
        self.numbers: dict[str, int] = {}
        self._names = [""]  # of each number
        self._times = array("l", (0,))  # texts that have it
        self._free: list[int] = []
        self._count = _DOUBT
        for seed in seeds:
            self.add(seed)

    def add(self, features: Iterable[str]) -> None:
        """Count a text in."""
        numbers, times = self.numbers, self._times
        for feature in features:
            number = numbers.get(feature)
            if number is None:
                number = self._number(feature)
            times[number] += 1
        self._count += 1

    def remove(self, numbers: Iterable[int]) -> None:
        """Count a text out, by the numbers of its features."""
        times = self._times
        for number in numbers:
            times[number] -= 1
            if not times[number]:
                del self.numbers[self._names[number]]
                self._free.append(number)
        self._count -= 1

    def _number(self, feature: str) -> int:
        if self._free:
            number = self._free.pop()
            self._names[number] = feature
        else:
            number = len(self._names)
            self._names.append(feature)
            self._times.append(0)
        self.numbers[feature] = number
        return number

    def weights(self, features: Features) -> dict[str, float]:
        """Log-tf x idf, less the more of the texts have a feature; nothing is left if all do."""
        number, having, count = self.numbers.get, self._times, self._count
        return {
            feature: idf
            * (1 + math.log(times))
            * math.pow(1 - having[number(feature, _NONE)] / count, _COMMON_POWER)
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


@lru_cache(16384)
def _own_idf(word: str) -> float:
    return idf_of_zipf(common_zipf(word))


def weigh(features: Features, rarity: Rarity) -> dict[str, int]:
    """The strongest features of an article, as a vector of length 1000 in whole numbers."""
    weights = rarity.weights(features)
    strongest = sorted(weights, key=lambda feature: (-weights[feature], feature))[:_FEATURES]
    size = math.sqrt(sum(weights[feature] ** 2 for feature in strongest)) or 1.0
    scaled = ((feature, round(_SCALE * weights[feature] / size)) for feature in strongest)
    return {feature: weight for feature, weight in scaled if weight}
