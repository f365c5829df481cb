"""The lists of GDELT's 15-minute files: which there are, how large, and what they hash to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["STEP", "BulkFile", "Stream", "file_at", "floor", "read_list", "stamp_of"]

#: From one file to the next.
STEP = timedelta(minutes=15)
_STAMP = "%Y%m%d%H%M%S"
_LINE = re.compile(
    rb"^(\d{1,12}) ([0-9A-Fa-f]{32}) \S{0,200}/(\d{14})(\.translation)?\.gkg\.csv\.zip\s*$",
    re.MULTILINE,
)


class Stream(StrEnum):
    """What GDELT read as it was written, and what it read in translation."""

    ENGLISH = "english"
    TRANSLATED = "translated"

    @property
    def last_list(self) -> str:
        """The list of its last files."""
        return f"lastupdate{self._dashed}.txt"

    @property
    def master_list(self) -> str:
        """The list of all its files since February 2015, in order of time, about 100 MB."""
        return f"masterfilelist{self._dashed}.txt"

    @property
    def _dashed(self) -> str:
        return "-translation" if self == Stream.TRANSLATED else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkFile:
    """One GKG file."""

    at: datetime  #: aware UTC; the end of its 15 minutes, as GDELT names it
    name: str
    size_bytes: int | None = None  #: packed; None: no list names it
    md5: str | None = None  #: hex, lower case; None: no list names it


def read_list(body: bytes, stream: Stream) -> Iterator[BulkFile]:
    """The GKG files of a list in its order; lines of other files and broken ones are left out."""
    for found in _LINE.finditer(body):
        at = _time(found[3].decode())
        if at is None or bool(found[4]) != (stream == Stream.TRANSLATED):
            continue
        yield BulkFile(
            at=at, name=_name(at, stream), size_bytes=int(found[1]), md5=found[2].decode().lower()
        )


def file_at(at: datetime, stream: Stream) -> BulkFile:
    """The file of a time, as it is called if there is one."""
    return BulkFile(at=at, name=_name(at, stream))


def floor(at: datetime) -> datetime:
    """The last time at or before `at` that a file can have."""
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


def stamp_of(at: datetime) -> str:
    """A time as GDELT writes it."""
    return at.strftime(_STAMP)


def _name(at: datetime, stream: Stream) -> str:
    return f"{stamp_of(at)}{'.translation' if stream == Stream.TRANSLATED else ''}.gkg.csv.zip"


def _time(stamp: str) -> datetime | None:
    try:
        at = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    return at if at == floor(at) and at.year >= _FIRST_YEAR else None


_FIRST_YEAR = 2015
