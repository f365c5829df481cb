"""The files of CC-NEWS: which there are in a month, and which hold some days; pure."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

__all__ = ["NewsFile", "files_of_days", "months", "paths_of", "read_paths"]

_PATH = re.compile(
    r"crawl-data/CC-NEWS/\d{4}/\d{2}/(CC-NEWS-(\d{14})-\d{1,10})\.warc\.gz", re.ASCII
)
_MOST_BYTES = 16 * 1024 * 1024  # of a list, unpacked; a month has 400 lines of 60 bytes
_GZIP = b"\x1f\x8b"
_DECEMBER = 12


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class NewsFile:
    """One file."""

    since: datetime  #: of its first record, aware UTC
    path: str  #: below the folder of all


def months(first: date, last: date) -> Iterator[tuple[int, int]]:
    """The months of some days, and the one before them if a file of it reaches into the first."""
    start = first - timedelta(days=1)
    year, month = start.year, start.month
    while (year, month) <= (last.year, last.month):
        yield year, month
        year, month = (year + 1, 1) if month == _DECEMBER else (year, month + 1)


def paths_of(year: int, month: int) -> str:
    """Where the list of a month is, below the folder of all."""
    return f"crawl-data/CC-NEWS/{year}/{month:02}/warc.paths.gz"


def read_paths(body: bytes) -> tuple[NewsFile, ...]:
    """The files that a list names, packed or not.

    Raises:
        ValueError: it is no such list.
    """
    text = _unpacked(body).decode("ascii", "replace")
    found = []
    for line in text.splitlines():
        if (match := _PATH.fullmatch(line.strip())) is None:
            continue
        try:
            since = datetime.strptime(match[2], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            continue
        found.append(NewsFile(since=since, path=match[0]))
    if not found:
        raise ValueError("no list of CC-NEWS files")
    return tuple(sorted(set(found)))


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(_GZIP):
        return body[:_MOST_BYTES]
    member = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        text = member.decompress(body, _MOST_BYTES)
    except zlib.error as exc:
        raise ValueError(f"the list cannot be unpacked: {exc}") from exc
    if not member.eof:
        raise ValueError("the list is cut short or too large")
    return text


def files_of_days(files: Iterable[NewsFile], first: date, last: date) -> tuple[NewsFile, ...]:
    """The files that may hold records of these days, the earliest first.

    A name tells when a file begins, so the last one that began before the first day is among them.
    """
    start = datetime.combine(first, time.min, tzinfo=UTC)
    end = datetime.combine(last, time.min, tzinfo=UTC) + timedelta(days=1)
    ordered = sorted(files)
    before = [one for one in ordered if one.since <= start][-1:]
    return (*before, *(one for one in ordered if start < one.since < end))
