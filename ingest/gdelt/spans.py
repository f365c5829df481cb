"""Which 15-minute files were read, as spans of time: short however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ingest.gdelt.files import STEP, stamp_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Spans"]


@dataclass(frozen=True, slots=True)
class Spans:
    """Times in steps of 15 minutes; each span counts with its first and its last."""

    spans: tuple[tuple[datetime, datetime], ...] = ()  #: in order, no two of them adjacent

    def __contains__(self, at: datetime) -> bool:
        return any(first <= at <= last for first, last in self.spans)

    def with_time(self, at: datetime) -> Spans:
        """These and one more."""
        merged: list[tuple[datetime, datetime]] = []
        for first, last in sorted([*self.spans, (at, at)]):
            if merged and first <= merged[-1][1] + STEP:
                merged[-1] = merged[-1][0], max(merged[-1][1], last)
            else:
                merged.append((first, last))
        return Spans(tuple(merged))

    def missing(self, first: datetime, last: datetime) -> Iterator[datetime]:
        """The times from `first` to `last` that are not among these, in order."""
        at = first
        for start, end in self.spans:
            while at < start and at <= last:
                yield at
                at += STEP
            at = max(at, end + STEP) if at >= start else at
        while at <= last:
            yield at
            at += STEP

    def stamps(self) -> list[list[str]]:
        """For storing; `of_stamps` gives them back."""
        return [[stamp_of(first), stamp_of(last)] for first, last in self.spans]

    @classmethod
    def of_stamps(cls, stamps: Iterable[Iterable[str]]) -> Spans:
        """The spans that were stored."""
        return cls(tuple((_time(first), _time(last)) for first, last in stamps))


def _time(stamp: str) -> datetime:
    return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
