"""WARC files on this machine's disks: which are meant, and how each is known again."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["beginning_of", "is_warc", "warc_files"]

_SUFFIXES = (".warc", ".warc.gz")
_BEGINNING = 512  # bytes that tell one file from another of its name
_GZIP = b"\x1f\x8b"
_RECORD = b"WARC/"  # how a record begins (ISO 28500:2017, section 5.1)


def warc_files(named: Iterable[str]) -> tuple[Path, ...]:
    """The WARC files that files and folders name; a folder's by name, each once.

    Raises:
        ConfigError: one is not there, or a folder holds none.
    """
    found: list[Path] = []
    for part in named:
        path = Path(part).expanduser()
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.name.endswith(_SUFFIXES))
            if not inside:
                raise ConfigError([f"no *.warc or *.warc.gz in {path}"])
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise ConfigError([f"no such file or folder: {path}"])
    return tuple(dict.fromkeys(found))


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
