"""The articles of the last month in their stories, and how alike a further one is to each.

An inverted file in memory (Zobel and Moffat 2006, section 3): of every feature the articles that
have it, in order of time, with its weight in each. Products are summed article by article and then
by story; a month of tens of thousands of articles takes milliseconds. All sums are of whole
numbers below 2^53, so that floats hold them exactly.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from ingest.stories.columns import Column, Texts
from ingest.stories.products import BITS, Products
from ingest.stories.sums import Sums
from ingest.stories.weighing import is_bridge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from ingest.features import Lexicon

__all__ = ["Likeness", "Month", "Vector", "vector_of"]

_SWEPT_AFTER = 256  # articles that were let go of, at the least
_NOBODY = 0  # the slot of who has left
_WEIGHT = (1 << BITS) - 1  # the bits of a note that tell a weight


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
    latest: int  #: turn of the story's latest article
    languages: Counter[str | None]  #: of its articles of the last month; not to be changed


class Month:
    """Articles that were seated in the last month, oldest first, and what their stories sum up.

    Weights stand in the notes alone: of an article that leaves they are looked up there.
    """

    def __init__(self) -> None:
        self.texts = Texts()
        self.slots: dict[int, int] = {}  #: of the open stories, by label
        self._bridging, self._weighed, self._spoken = Column(), Column(), Column()  # by turn
        self._noted_from = 0  # turn of the first seat that notes tell of
        # Of a feature: turns since that one and weights, oldest first.
        self._notes: dict[int, array[int]] = {}
        self._seats = array("l")  # slot of each seat that notes tell of
        self._products = Products()
        self._free: list[int] = []
        # Of each slot: its label, the turn of its latest article, the languages of all its
        # articles (changed for another, never in place: many share one), and the squares of sums.
        self._labels, self._latest = [_NOBODY], array("l", (0,))
        self._languages = [Counter[str | None]()]
        self._whole, self._bridge = array("d", (0.0,)), array("d", (0.0,))
        self._sums: dict[int, Sums] = {}  # of slots that hold or held more than one article
        self._known: list[str | None] = []  # languages
        self._one_of: list[Counter[str | None]] = []  # one article in each of them

    def seat(self, label: int, vector: Vector, *, at: datetime, language: str | None) -> None:
        """Seat an article with a story; the first one opens it."""
        turn = self.texts.end
        self.texts.append(at, vector.features)
        self._bridging.add((vector.bridging,))
        self._weighed.add((len(vector.weights),))
        self._note(vector, turn)
        spoken = self._number_of(language)
        self._spoken.add((spoken,))
        slot = self.slots.get(label)
        if slot is None:
            slot = self.slots[label] = self._slot_for(label)
            self._languages[slot] = self._one_of[spoken]
        else:
            if slot not in self._sums:
                self._sums[slot] = Sums()
                self._sums[slot].add(self._vector(self._latest[slot]))
            self._languages[slot] = self._languages[slot] + self._one_of[spoken]
        self._latest[slot] = turn
        self._move(slot, vector, 1)
        self._seats.append(slot)

    def leave(self) -> array[int]:
        """Let go of the oldest article, and of a story that has no other; returns its features."""
        turn = self.texts.first
        vector = self._vector(turn)
        slot = self._seats[turn - self._noted_from]
        self._move(slot, vector, -1)
        self._languages[slot] = self._languages[slot] - self._one_of[self._spoken[turn]]
        if not self._languages[slot]:
            del self.slots[self._labels[slot]]
            self._sums.pop(slot, None)
            self._free.append(slot)
        self._seats[turn - self._noted_from] = _NOBODY
        features = self.texts.pop()
        for column in (self._bridging, self._weighed, self._spoken):
            column.let_go(self.texts.first)
        if self.texts.first - self._noted_from > _SWEPT_AFTER + len(self._seats) // 4:
            self._sweep()
        return features

    def labels(self) -> list[int]:
        """The label of each article that is seated, oldest first."""
        return [self._labels[slot] for slot in self._seats[self.texts.first - self._noted_from :]]

    def near(self, vector: Vector, *, whole: float, bridge: float) -> Iterator[Likeness]:
        """The open stories to which an article is alike by at least one of these cosines.

        Those that reach the greatest multiple of it first.
        """
        import numpy as np

        if not self.slots:
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
                self._labels[slot], float(wholes[slot]), float(bridges[slot]), float(most[slot]),
                self._latest[slot], self._languages[slot],
            )  # fmt: skip

    def _number_of(self, language: str | None) -> int:
        if language not in self._known:
            self._known.append(language)
            self._one_of.append(Counter((language,)))
        return self._known.index(language)

    def _note(self, vector: Vector, turn: int) -> None:
        turned = turn - self._noted_from << BITS
        for feature, weight in zip(vector.features, vector.weights, strict=False):
            note = turned | weight
            notes = self._notes.get(feature)
            if notes is None:
                self._notes[feature] = array("I", (note,))
            else:
                notes.append(note)

    def _vector(self, turn: int) -> Vector:
        """The weighed features of an article, and what they weigh."""
        features = self.texts.features(turn, self._weighed[turn])
        turned = turn - self._noted_from << BITS
        weights = array("h")
        for feature in features:
            notes = self._notes[feature]
            weights.append(notes[bisect_left(notes, turned)] & _WEIGHT)
        return Vector(features, weights, self._bridging[turn])

    def _products_with(self, vector: Vector, part: slice) -> Any:
        """Of a part of a vector with each seat that notes tell of."""
        told = zip(vector.features, vector.weights, strict=False)
        return self._products.of(
            (
                (notes, weight)
                for feature, weight in islice(told, part.start, part.stop)
                if (notes := self._notes.get(feature)) is not None
            ),
            len(self._seats),
        )

    def _cosines(self, products: Any, square: int, squares: array[float]) -> Any:
        """Of a vector with each story, by slot; 0 where either is empty."""
        import numpy as np

        slots = np.frombuffer(self._seats, dtype=np.intp)
        summed = np.bincount(slots, weights=products, minlength=len(squares))
        lengths = np.sqrt(square * np.frombuffer(squares))
        return np.divide(summed, lengths, out=np.zeros(len(squares)), where=lengths > 0)

    def _slot_for(self, label: int) -> int:
        if self._free:
            slot = self._free.pop()
            self._labels[slot] = label
            return slot
        self._labels.append(label)
        self._latest.append(0)
        self._languages.append(self._languages[_NOBODY])
        self._whole.append(0.0)
        self._bridge.append(0.0)
        return len(self._labels) - 1

    def _move(self, slot: int, vector: Vector, sign: int) -> None:
        """Add a vector to the sum of its story, or take it away."""
        sums = self._sums.get(slot)
        if sums is None:  # the first article comes, or goes again
            named = sign * _square(vector.weights[: vector.bridging])
            rest = sign * _square(vector.weights[vector.bridging :])
        else:
            named, rest = (sums.add if sign > 0 else sums.take_away)(vector)
        self._bridge[slot] += named
        self._whole[slot] += named + rest

    def _sweep(self) -> None:
        """Forget the notes of who has left, and count the turns of the others from the first."""
        import numpy as np

        left = self.texts.first - self._noted_from
        living = left << BITS
        kept = {}
        for feature, notes in self._notes.items():
            if notes[-1] >= living:
                del notes[: bisect_left(notes, living)]
                np.frombuffer(notes, dtype=np.uintc)[:] -= np.uintc(living)
                kept[feature] = notes
        self._notes = kept
        del self._seats[:left]
        self._noted_from = self.texts.first


def _square(weights: array[int]) -> int:
    return sum(weight * weight for weight in weights)
