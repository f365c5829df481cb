"""WARC files on this machine's disks: which are meant, and how each is known again."""

from __future__ import annotations

import hashlib
import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.archives.progress import Progress
from ingest.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["beginning_of", "is_warc", "mark_at", "of_this_file", "warc_files"]

_SUFFIXES = (".warc", ".warc.gz")
_BEGINNING = 512  # bytes that tell one file from another of its name
_BEFORE, _BEHIND = 512, 128  # bytes around a place; a record, packed or not, is longer
_GZIP = b"\x1f\x8b"
_RECORD = b"WARC/"  # how a record begins (ISO 28500:2017, section 5.1)


def warc_files(named: Iterable[str]) -> tuple[Path, ...]:
    """The WARC files that files and folders name; a folder's by name, each once, however named.

    Raises:
        ConfigError: one is not there, or a folder holds none.
    """
    found: list[Path] = []
    for part in named:
        path = Path(part).expanduser()
        if path.is_dir():
            inside = sorted(filter(_may_be_warc, path.rglob("*")))
            if not inside:
                raise ConfigError([f"no *.warc or *.warc.gz in {path}"])
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise ConfigError([f"no such file or folder: {path}"])
    once: dict[str, Path] = {}
    for path in found:
        once.setdefault(os.path.realpath(path), path)
    return tuple(once.values())


def _may_be_warc(path: Path) -> bool:
    """Whether a thing in a folder is meant; a link that leads nowhere is, and is said to."""
    is_thing = path.is_file() or not path.exists()
    return is_thing and path.name.endswith(_SUFFIXES)


def is_warc(path: Path) -> bool:
    """Whether a file begins as one, packed or not; nothing is said of what follows.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(_BEGINNING)
    if start.startswith(_GZIP):
        try:
            start = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(start, len(_RECORD))
        except zlib.error:
            return False
    return start.startswith(_RECORD)


def beginning_of(path: Path) -> str:
    """A digest of how a file begins; what is appended to it does not change that.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.sha256(file.read(_BEGINNING)).hexdigest()[:16]


def mark_at(path: Path, offset: int) -> str | None:
    """A digest of what stands around the beginning of a record; None: it cannot be read now.

    What is appended to the file does not change it, once that record is whole.
    """
    start = max(0, offset - _BEFORE)
    try:
        with path.open("rb") as file:
            file.seek(start)
            return hashlib.sha256(file.read(offset - start + _BEHIND)).hexdigest()[:16]
    except OSError:
        return None


def of_this_file(path: Path, progress: Progress) -> Progress:
    """What was noted of a file of this name and beginning, if it was noted of this one.

    Two files that one tool wrote in two folders may begin alike; a place in one is none in the
    other.
    """
    if progress.mark in (None, mark_at(path, progress.place.offset)):
        return progress
    return Progress(read_for=progress.read_for)
