"""The bytes of a WARC file, packed or not, in pieces, with the place where reading can go on."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Damaged", "Place", "Unpacked"]

_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = zlib.MAX_WBITS | 16
_READ_BYTES = 128 * 1024
_PIECE_BYTES = 512 * 1024  # unpacked at a time, however well it was packed
_LEAST_HEAD = 2  # bytes by which gzip is known
_BLANK_BYTES = 64  # that a record may end with
_CUT = "the file ends in the middle of a record"


class Place(NamedTuple):
    """Where a record begins: by this a file is read on."""

    offset: int  #: bytes; of the gzip member that it stands in, or of itself
    nth: int = 0  #: records before it in that member


class Damaged(ValueError):
    """A file cannot be read on; what came before stands."""

    def __init__(self, message: str, place: Place, *, is_cut: bool = False) -> None:
        super().__init__(message)
        self.place = place  #: of the first record that was not read
        self.is_cut = is_cut  #: the bytes end in the middle of it


class Unpacked:
    """Unpacked bytes, read forward; holds a few pieces at most."""

    def __init__(self, read: Callable[[int], bytes], *, offset: int = 0) -> None:
        """Begin where a gzip member or a record begins.

        Args:
            read: gives so many bytes at most, none at the end.
            offset: of the first byte it gives, in the file.
        """
        self._read = read
        self._packed = b""
        self._at = offset  # of the first byte of `_packed`
        self._buffer = bytearray()  # unpacked
        self._member: zlib._Decompress | None = None
        self._refill()
        while len(self._packed) in range(1, _LEAST_HEAD) and self._refill():
            pass
        self.is_packed = self._packed.startswith(_GZIP)
        self.place = Place(offset)
        self._start = -1  # of the member that the last byte of the buffer comes from
        self._last: Place | None = None  # of the record opened last

    def open_record(self) -> bool:
        """Go to the next record past blank lines, and note its place; whether there is one.

        Raises:
            Damaged: what is there cannot be unpacked.
        """
        while True:
            self._buffer = self._buffer.lstrip(b"\r\n")
            self.place = self._where()
            if self._buffer:
                self._last = self.place
                return True
            if not self._more():
                return False

    def _where(self) -> Place:
        """Where the next record begins, blank lines behind the last one passed."""
        if not self.is_packed:
            return Place(self._at - len(self._buffer))
        if self._member is None and not self._buffer:
            return Place(self._at)
        is_same = self._last is not None and self._last.offset == self._start
        return Place(self._start, self._last.nth + 1 if self._last and is_same else 0)

    def line(self, most_bytes: int) -> bytes:
        """A line with its end.

        Raises:
            Damaged: there is no whole one, or it is longer.
        """
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > most_bytes:
                raise Damaged(f"a line of more than {most_bytes} bytes", self.place)
            self._must_have_more()
        line = bytes(self._buffer[: end + 1])
        del self._buffer[: end + 1]
        return line

    def take(self, wanted: int) -> bytes:
        """So many bytes.

        Raises:
            Damaged: there are fewer.
        """
        while len(self._buffer) < wanted:
            self._must_have_more()
        taken = bytes(self._buffer[:wanted])
        del self._buffer[:wanted]
        return taken

    def pass_over(self, unwanted: int) -> None:
        """Go past so many bytes without holding them.

        Raises:
            Damaged: there are fewer.
        """
        while (held := len(self._buffer)) < unwanted:
            unwanted -= held
            self._buffer.clear()
            self._must_have_more()
        del self._buffer[:unwanted]

    def end_record(self) -> None:
        """Go past what ends a record, so that its member's check sum was seen.

        Raises:
            Damaged: the file ends before the member does.
        """
        while self._member is not None and self._is_blank():
            self._buffer.clear()
            if not self._packed and not self._refill():
                raise Damaged(_CUT, self.place, is_cut=True)
            self._unpack_piece()

    def _is_blank(self) -> bool:
        return len(self._buffer) <= _BLANK_BYTES and not self._buffer.strip(b"\r\n")

    def _must_have_more(self) -> None:
        if not self._more():
            raise Damaged(_CUT, self.place, is_cut=True)

    def _more(self) -> bool:
        """Put something more into the buffer; False: there is nothing."""
        if self.is_packed:
            return self._unpack()
        if not self._packed and not self._refill():
            return False
        self._buffer += self._packed
        self._at += len(self._packed)
        self._packed = b""
        return True

    def _unpack(self) -> bool:
        before = len(self._buffer)
        while len(self._buffer) == before:
            if not self._packed and not self._refill():
                if self._member is None:
                    return False
                raise Damaged(_CUT, self.place, is_cut=True)
            if self._member is None and not self._open_member():
                return False
            self._unpack_piece()
        return True

    def _open_member(self) -> bool:
        """Begin the next gzip member; False: nothing but padding is left."""
        while len(self._packed) < _LEAST_HEAD and self._refill():
            pass
        if self._packed.startswith(_GZIP):
            self._member = zlib.decompressobj(_GZIP_WINDOW)
            self._start = self._at
            return True
        while not self._packed.strip(b"\0"):
            self._at += len(self._packed)
            self._packed = b""
            if not self._refill():
                return False
        raise Damaged("what follows is no gzip member", Place(self._at))

    def _unpack_piece(self) -> None:
        assert self._member is not None
        held = len(self._packed)
        try:
            self._buffer += self._member.decompress(self._packed, _PIECE_BYTES)
        except zlib.error as exc:
            raise Damaged(f"it cannot be unpacked: {exc}", self.place) from exc
        member = self._member
        self._packed = member.unused_data if member.eof else member.unconsumed_tail
        self._at += held - len(self._packed)
        if member.eof:
            self._member = None

    def _refill(self) -> bool:
        more = self._read(_READ_BYTES)
        self._packed += more
        return bool(more)
