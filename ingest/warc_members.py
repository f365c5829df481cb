"""Records of the archive as the bytes they are, to be laid into another file."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["raw_record"]

_CHUNK = 65_536


def raw_record(path: Path, offset: int) -> bytes:
    """The gzip member with the record at a byte offset of a WARC file, byte for byte.

    Raises:
        OSError: the file is not there.
        ValueError: no whole record starts at that offset.
    """
    member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    taken, start = bytearray(), b""
    with path.open("rb") as file:
        file.seek(offset)
        while not member.eof and (block := file.read(_CHUNK)):
            try:
                unpacked = member.decompress(block)
            except zlib.error as exc:
                raise ValueError(f"no record at byte {offset} of {path.name}: {exc}") from exc
            start = start or unpacked[:5]
            taken += block
    if not member.eof or start != b"WARC/":
        raise ValueError(f"no whole record at byte {offset} of {path.name}")
    return bytes(taken[: len(taken) - len(member.unused_data)])
