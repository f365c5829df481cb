"""Records of a WARC file (ISO 28500:2017), as far as the file can be read; pure.

Packed record by record, as one gzip member, or not packed at all. What is larger than a page may
be is passed over without being held, so that no file costs more memory than its largest page.
`warcio`, which writes our own archive, reads no file of one member and does not tell where a cut
one ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.archives.unpack import Damaged, Place, Unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Record", "read_records"]

_LINE_BYTES = 64 * 1024
_HEADERS = 200
_LENGTH_DIGITS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record."""

    place: Place
    kind: str  #: response, request, revisit …; in small letters
    headers: tuple[tuple[str, str], ...]  #: as they stand
    block: bytes | None = field(repr=False)  #: None: it was too large, or not wanted

    def header(self, name: str) -> str | None:
        """The first header of that name; None: there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


def read_records(
    read: Callable[[int], bytes],
    *,
    most_bytes: int,
    start: Place = Place(0),  # noqa: B008 - it is a tuple
    kinds: frozenset[str] = frozenset({"response"}),
) -> Iterator[Record]:
    """The records of a file, from a place on.

    Args:
        read: gives so many bytes at most, from `start.offset` on, none at the end.
        most_bytes: of a block; a larger one is passed over.
        start: a place that a record or `Damaged` named.
        kinds: of which the blocks are wanted.

    Raises:
        Damaged: the file cannot be read on.
    """
    stream = Unpacked(read, offset=start.offset)
    while stream.open_record():
        headers = _read_headers(stream)
        place = stream.place
        length = _length_of(headers, place)
        kind = _value(headers, "warc-type").lower()
        is_wanted = kind in kinds and length <= most_bytes and place.nth >= _first(start, place)
        block = None
        if is_wanted:
            block = stream.take(length)
        else:
            stream.pass_over(length)
        stream.end_record()
        if place.nth >= _first(start, place):
            yield Record(place=place, kind=kind, headers=headers, block=block)


def _first(start: Place, place: Place) -> int:
    """How many records of the member at `place` were read before."""
    return start.nth if place.offset == start.offset else 0


def _read_headers(stream: Unpacked) -> tuple[tuple[str, str], ...]:
    place = stream.place
    if not stream.line(_LINE_BYTES).startswith(b"WARC/"):
        raise Damaged("what should be a record begins with no WARC version", place)
    headers: list[tuple[str, str]] = []
    left = _LINE_BYTES
    while line := stream.line(_LINE_BYTES).rstrip(b"\r\n"):
        left -= len(line)
        if left < 0 or len(headers) >= _HEADERS:
            raise Damaged("a record with endless headers", place)
        text = line.decode("utf-8", "replace")
        if line[:1] in b" \t" and headers:  # folded
            name, before = headers[-1]
            headers[-1] = (name, f"{before} {text.strip()}")
            continue
        name, _, value = text.partition(":")
        headers.append((name.strip(), value.strip()))
    return tuple(headers)


def _value(headers: tuple[tuple[str, str], ...], name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")


def _length_of(headers: tuple[tuple[str, str], ...], place: Place) -> int:
    stated = _value(headers, "content-length")
    if not (stated.isascii() and stated.isdigit() and len(stated) <= _LENGTH_DIGITS):
        raise Damaged(f"a record without a length: {stated[:20]!r}", place)
    return int(stated)
