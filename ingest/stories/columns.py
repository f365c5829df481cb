"""Articles in order of time, held as columns of whole numbers.

An object for each article, its arrays and its dates take 1,000 bytes more than the numbers in
them; of a month of tens of thousands of articles that is most of what there is to hold.
"""

from __future__ import annotations

from array import array
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Column", "Texts"]

_WIDTHS = "BHIQ"  # unsigned, of 1, 2, 4 and 8 bytes
_KEPT_AFTER = 256  # numbers that were let go of, at the least, before the others move up
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Column:
    """Numbers, 0 to 2^64 - 1, by place: added at one end, let go of at the other.

    As narrow as the numbers allow. Places are counted from the first number there ever was.
    """

    __slots__ = ("_held", "_since")

    def __init__(self) -> None:
        self._held = array(_WIDTHS[0])
        self._since = 0  # place of the first that is held

    @property
    def end(self) -> int:
        """The place of the next number."""
        return self._since + len(self._held)

    def add(self, numbers: Sequence[int]) -> None:
        """Add these, in their order."""
        while numbers and max(numbers) >> 8 * self._held.itemsize:
            self._held = array(_WIDTHS[_WIDTHS.index(self._held.typecode) + 1], self._held)
        self._held.extend(iter(numbers))

    def __getitem__(self, place: int) -> int:
        return self._held[place - self._since]

    def between(self, start: int, end: int) -> array[int]:
        """The numbers of these places."""
        return self._held[start - self._since : end - self._since]

    def let_go(self, before: int) -> None:
        """Nothing before this place is asked for any more."""
        gone = before - self._since
        if gone > _KEPT_AFTER + len(self._held) // 4:
            del self._held[:gone]
            self._since = before


class Texts:
    """When articles were published, and their features by number; the oldest leaves first."""

    def __init__(self) -> None:
        self.first = 0  #: turn of the oldest; turns are counted from the first article ever
        self._at = Column()  # microseconds since the year 1
        self._features = Column()
        self._ends = Column()  # of each article, where its features end; of the one before too
        self._ends.add((0,))

    @property
    def end(self) -> int:
        """The turn of the next article."""
        return self._at.end

    @property
    def oldest(self) -> datetime | None:
        """When the oldest was published; None: there is none."""
        return self.at(self.first) if self.first < self.end else None

    def append(self, at: datetime, features: Sequence[int]) -> None:
        """The next article, published no earlier than any before."""
        self._at.add(((at - _EARLIEST) // _MICROSECOND,))
        self._features.add(features)
        self._ends.add((self._features.end,))

    def at(self, turn: int) -> datetime:
        """When this article was published."""
        return _EARLIEST + self._at[turn] * _MICROSECOND

    def features(self, turn: int, limit: int | None = None) -> array[int]:
        """The features of this article, so many of them at most."""
        start, end = self._ends[turn], self._ends[turn + 1]
        return self._features.between(start, end if limit is None else min(end, start + limit))

    def pop(self) -> array[int]:
        """Let go of the oldest article; returns its features."""
        features = self.features(self.first)
        self.first += 1
        self._at.let_go(self.first)
        self._features.let_go(self._ends[self.first])
        self._ends.let_go(self.first)
        return features
