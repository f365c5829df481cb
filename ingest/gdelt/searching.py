"""Finding some days in a master list of 100 MB without reading it: the list is in order of time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.gdelt.files import read_list

if TYPE_CHECKING:
    from datetime import datetime

    from ingest.gdelt.files import BulkFile, Stream

__all__ = ["ListSearch"]

# A quarter of an hour takes three lines, some 350 bytes; a day 34 KB.
_TAIL_BYTES = 64 << 10
_PROBE_BYTES = 4 << 10
_NEAR_BYTES = 16 << 10  # from here on it is read and not halved any more
_SLICE_BYTES = 256 << 10
_OVERLAP_BYTES = 512  # more than a line, so that none is cut in both of two slices
_MOST_STEPS = 200


@dataclass(slots=True, kw_only=True)
class ListSearch:
    """A search for the files of one stream from `first` to `last`, slice by slice.

    Ask for `range_header`, hand what came to `take`, until `is_done`.
    """

    stream: Stream
    first: datetime
    last: datetime
    files: dict[datetime, BulkFile] = field(default_factory=dict)
    is_done: bool = False
    _low: int = 0  # no file of interest is named before
    _high: int | None = None  # from here on all files are later; None: the tail was not read
    _at: int | None = None  # where reading goes on; None: still looking for the place
    _steps: int = 0

    @property
    def range_header(self) -> str:
        """Which bytes to ask for (RFC 9110, section 14.2)."""
        if self._high is None:
            return f"bytes=-{_TAIL_BYTES}"
        if self._at is not None:
            return f"bytes={self._at}-{self._at + _SLICE_BYTES - 1}"
        middle = (self._low + self._high) // 2
        return f"bytes={middle}-{middle + _PROBE_BYTES - 1}"

    def take_whole(self, body: bytes) -> None:
        """Take in the whole list, from a server that gives no slices."""
        self._note(list(read_list(body, self.stream)))
        self.is_done = True

    def take(self, body: bytes, *, start: int, total: int) -> None:
        """Take in a slice.

        Args:
            body: the bytes that came.
            start: of the slice in the list.
            total: bytes of the list.

        Raises:
            ValueError: it names no file, or the search does not end.
        """
        named = list(read_list(body, self.stream))
        self._steps += 1
        if not named or self._steps > _MOST_STEPS:
            raise ValueError("no such list of files")
        self._note(named)
        if self._at is not None:
            self._at = start + len(body) - _OVERLAP_BYTES
            is_over = start + len(body) >= total or len(body) <= _OVERLAP_BYTES
            self.is_done = is_over or named[-1].at > self.last
            return
        if self._high is None:
            self._high, self.is_done = start, start == 0 or named[0].at < self.first
        elif named[0].at < self.first:
            self._low = start
        else:
            self._high = start
        if self._high - self._low <= _NEAR_BYTES:
            self._at = self._low

    def _note(self, named: list[BulkFile]) -> None:
        self.files |= {one.at: one for one in named if self.first <= one.at <= self.last}
