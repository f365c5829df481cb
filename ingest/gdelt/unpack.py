"""The lines of a packed file, one after the other: neither on disk nor in memory as a whole."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LONGEST_LINE_BYTES", "lines_of_zip"]

#: A longer line is left out; the longest seen in real files has 45,000.
LONGEST_LINE_BYTES = 1 << 20
_IN_BYTES, _OUT_BYTES = 1 << 16, 1 << 18  # handed to and taken from the unpacker at a time
_MOST_BYTES = 256 << 20  # real files unpack to 5 to 60 MB
_MOST_RATIO, _RATIO_FROM_BYTES = 100, 1 << 20  # real files: 3 to 4
# APPNOTE 6.3.10, section 4.3.7: signature, version, flags, method, time, date, crc, packed size,
# size, length of the name, length of the extra field.
_HEADER = struct.Struct("<4s5H3I2H")
_MAGIC, _DESCRIPTOR_MAGIC = b"PK\x03\x04", b"PK\x07\x08"
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _CRC_FOLLOWS = 1, 8  # flags


def lines_of_zip(packed: bytes) -> Iterator[bytes]:
    """The lines of the first file in a zip, without line ends; b"" for one that is too long.

    The directory at the end is not read: a forged one costs more than the file that it names.

    Raises:
        ValueError: it is no zip, or of a kind that GDELT never sent, cut, damaged, or a bomb. The
            lines before the damage have been given by then.
    """
    rest, is_long = b"", False
    for piece in _unpacked(packed):
        first, *others = piece.split(b"\n")
        rest += first
        if others:
            yield b"" if is_long else rest
            yield from others[:-1]
            rest, is_long = others[-1], False
        if len(rest) > LONGEST_LINE_BYTES:
            rest, is_long = b"", True
    if rest or is_long:
        yield rest


def _unpacked(packed: bytes) -> Iterator[bytes]:
    """The bytes of the first file, piece by piece.

    Raises:
        ValueError: see `lines_of_zip`.
    """
    if len(packed) < _HEADER.size or not packed.startswith(_MAGIC):
        raise ValueError("no zip")
    _, _, flags, method, _, _, crc, packed_bytes, _, name, extra = _HEADER.unpack_from(packed)
    start = _HEADER.size + name + extra
    if flags & _ENCRYPTED:
        raise ValueError("an encrypted zip")
    if method == _DEFLATED:
        pieces = _inflated(packed, start)
    elif method == _STORED and not flags & _CRC_FOLLOWS:
        pieces = _stored(packed, start, packed_bytes)
    else:
        raise ValueError(f"a zip packed by method {method}")
    found, after = 0, start
    for piece, behind in pieces:
        found, after = zlib.crc32(piece, found), behind
        yield piece
    if flags & _CRC_FOLLOWS:
        after += len(_DESCRIPTOR_MAGIC) * packed.startswith(_DESCRIPTOR_MAGIC, after)
        crc = int.from_bytes(packed[after : after + 4], "little")
    if found != crc:
        raise ValueError("the zip is damaged: its check sum differs")


def _inflated(packed: bytes, start: int) -> Iterator[tuple[bytes, int]]:
    """Pieces, each with the place behind what was taken in for it."""
    unpacker = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    view, at, total = memoryview(packed), start, 0
    fed: bytes | memoryview = b""
    while not unpacker.eof:
        if not fed:
            fed = view[at : at + _IN_BYTES]
            at += len(fed)
            if not fed:
                raise ValueError("the zip is cut short")
        try:
            piece = unpacker.decompress(fed, _OUT_BYTES)
        except zlib.error as exc:
            raise ValueError(f"the zip is damaged: {exc}") from exc
        fed = unpacker.unconsumed_tail
        total += len(piece)
        is_swollen = total > _RATIO_FROM_BYTES and total > _MOST_RATIO * (at - start)
        if total > _MOST_BYTES or is_swollen:
            raise ValueError(f"unpacks to more than {total - len(piece)} bytes")
        yield piece, at - len(unpacker.unused_data)


def _stored(packed: bytes, start: int, size_bytes: int) -> Iterator[tuple[bytes, int]]:
    end = start + size_bytes
    if end > len(packed):
        raise ValueError("the zip is cut short")
    for at in range(start, end, _OUT_BYTES):
        until = min(at + _OUT_BYTES, end)
        yield packed[at:until], until
