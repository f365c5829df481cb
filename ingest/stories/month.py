"""The articles of the last month in their stories, and how alike a further one is to each.

An inverted file in memory (Zobel and Moffat 2006, section 3): of every feature the articles that
have it, in order of time, with its weight in each. Products are summed article by article and then
by story; a month of tens of thousands of articles takes milliseconds. All sums are of whole
numbers below 2^53, so that floats hold them exactly.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter, deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from ingest.stories.products import BITS, Products
from ingest.stories.sums import Sums
from ingest.stories.weighing import is_bridge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from ingest.features import Lexicon

__all__ = ["Likeness", "Month", "OpenStory", "Vector", "vector_of"]

_SWEPT_AFTER = 256  # articles that were let go of, at the least
_NOBODY = 0  # the slot of who has left


class Vector(NamedTuple):
    """The features of an article, by number; the first are weighed, the others weigh nothing."""

    features: array[int]  #: of the weighed ones those first that say the same in any language
    weights: array[int]
    bridging: int  #: so many of them say the same in any language


def vector_of(
    features: Iterable[str],
    weights: Mapping[str, int],
    *,
    lexicon: Lexicon,
    numbers: Mapping[str, int],
) -> Vector:
    """An article in the order that a month asks for."""
    named = [feature for feature in weights if is_bridge(feature, lexicon)]
    order = dict.fromkeys(named) | dict.fromkeys(weights)
    return Vector(
        array("i", (numbers[one] for one in order | dict.fromkeys(features))),
        array("h", (weights[one] for one in order)),
        len(named),
    )


class Likeness(NamedTuple):
    """How alike an article and an open story are: cosines, 0 to 1."""

    label: int
    whole: float
    bridge: float  #: of names, places, concepts and numbers alone
    most: float  #: the greater of the two, as a multiple of what was asked for; 1 or more


@dataclass(slots=True)
class OpenStory:
    """A story with articles in the last month."""

    slot: int
    latest: tuple[datetime, int]  #: when, and the how manieth article
    languages: Counter[str | None]  #: changed for another, never in place: many stories share one
    only: Vector | None = None  #: its one article, while it has one
    sums: Sums | None = None  #: of its articles, once it has more


class _Seat(NamedTuple):
    language: str | None
    label: int
    vector: Vector


class Month:
    """Articles that were seated in the last month, oldest first, and what their stories sum up."""

    def __init__(self) -> None:
        self.stories: dict[int, OpenStory] = {}
        self._seats: deque[_Seat] = deque()
        self._first = 0  # turn of the oldest seat; turns are counted from the first seat ever
        self._noted_from = 0  # turn of the first seat that notes tell of
        # Of a feature: turns since that one and weights, oldest first.
        self._notes: dict[int, array[int]] = {}
        self._slots = array("l")  # of each seat that notes tell of
        self._products = Products()
        self._labels = [_NOBODY]  # of each slot
        self._free: list[int] = []
        self._whole, self._bridge = array("d", (0.0,)), array("d", (0.0,))  # squares of each slot
        self._one_of: dict[str | None, Counter[str | None]] = {}  # article in a language

    def seat(self, label: int, vector: Vector, *, at: datetime, language: str | None) -> None:
        """Seat an article with a story; the first one opens it."""
        turn = self._first + len(self._seats)
        self._seats.append(_Seat(language, label, vector))
        self._note(vector, turn)
        story, one = self.stories.get(label), self._one_in(language)
        if story is None:
            story = OpenStory(self._slot_for(label), (at, turn), one, only=vector)
            self.stories[label] = story
        else:
            if story.only is not None:
                story.sums = Sums()
                story.sums.add(story.only)
                story.only = None
            story.latest = (at, turn)
            story.languages = story.languages + one
        self._move(story, vector, 1)
        self._slots.append(story.slot)

    def leave(self) -> None:
        """Let go of the oldest article; a story that has no other ends."""
        seat = self._seats.popleft()
        self._slots[self._first - self._noted_from] = _NOBODY
        self._first += 1
        story = self.stories[seat.label]
        self._move(story, seat.vector, -1)
        story.languages = story.languages - self._one_in(seat.language)
        if not story.languages:
            del self.stories[seat.label]
            self._free.append(story.slot)
        if self._first - self._noted_from > _SWEPT_AFTER + len(self._seats) // 4:
            self._sweep()

    def near(self, vector: Vector, *, whole: float, bridge: float) -> Iterator[Likeness]:
        """The open stories to which an article is alike by at least one of these cosines.

        Those that reach the greatest multiple of it first.
        """
        import numpy as np

        if not self._seats:
            return
        named, rest = slice(vector.bridging), slice(vector.bridging, None)
        products = self._products_with(vector, named)
        bridges = self._cosines(products, _square(vector.weights[named]), self._bridge)
        products += self._products_with(vector, rest)
        wholes = self._cosines(products, _square(vector.weights), self._whole)
        most = np.maximum(wholes / whole, bridges / bridge)
        found = np.flatnonzero(most >= 1)
        for slot in found[np.argsort(-most[found])].tolist():
            yield Likeness(
                self._labels[slot], float(wholes[slot]), float(bridges[slot]), float(most[slot])
            )

    def _one_in(self, language: str | None) -> Counter[str | None]:
        if language not in self._one_of:
            self._one_of[language] = Counter((language,))
        return self._one_of[language]

    def _note(self, vector: Vector, turn: int) -> None:
        turned = turn - self._noted_from << BITS
        for feature, weight in zip(vector.features, vector.weights, strict=False):
            note = turned | weight
            notes = self._notes.get(feature)
            if notes is None:
                self._notes[feature] = array("I", (note,))
            else:
                notes.append(note)

    def _products_with(self, vector: Vector, part: slice) -> Any:
        """Of a part of a vector with each seat that notes tell of."""
        told = zip(vector.features, vector.weights, strict=False)
        return self._products.of(
            (
                (notes, weight)
                for feature, weight in islice(told, part.start, part.stop)
                if (notes := self._notes.get(feature)) is not None
            ),
            len(self._slots),
        )

    def _cosines(self, products: Any, square: int, squares: array[float]) -> Any:
        """Of a vector with each story, by slot; 0 where either is empty."""
        import numpy as np

        slots = np.frombuffer(self._slots, dtype=np.intp)
        summed = np.bincount(slots, weights=products, minlength=len(squares))
        lengths = np.sqrt(square * np.frombuffer(squares))
        return np.divide(summed, lengths, out=np.zeros(len(squares)), where=lengths > 0)

    def _slot_for(self, label: int) -> int:
        if self._free:
            slot = self._free.pop()
            self._labels[slot] = label
            return slot
        self._labels.append(label)
        self._whole.append(0.0)
        self._bridge.append(0.0)
        return len(self._labels) - 1

    def _move(self, story: OpenStory, vector: Vector, sign: int) -> None:
        """Add a vector to the sum of its story, or take it away."""
        if story.sums is None:  # the first article comes, or goes again
            named = sign * _square(vector.weights[: vector.bridging])
            rest = sign * _square(vector.weights[vector.bridging :])
        else:
            named, rest = (story.sums.add if sign > 0 else story.sums.take_away)(vector)
        self._bridge[story.slot] += named
        self._whole[story.slot] += named + rest

    def _sweep(self) -> None:
        """Forget the notes of who has left, and count the turns of the others from the first."""
        import numpy as np

        living = self._first - self._noted_from << BITS
        kept = {}
        for feature, notes in self._notes.items():
            if notes[-1] >= living:
                del notes[: bisect_left(notes, living)]
                np.frombuffer(notes, dtype=np.uintc)[:] -= np.uintc(living)
                kept[feature] = notes
        self._notes = kept
        del self._slots[: self._first - self._noted_from]
        self._noted_from = self._first


def _square(weights: array[int]) -> int:
    return sum(weight * weight for weight in weights)
