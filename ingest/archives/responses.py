"""The HTTP response inside a record, its body as the page was; pure."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from w3lib.encoding import http_content_type_encoding

from ingest.urls import is_fetchable

if TYPE_CHECKING:
    from ingest.archives.records import Record

__all__ = ["Captured", "PassedOver", "read_response"]

_OK, _REDIRECTS, _ERRORS = 200, 300, 400
_HEAD_BYTES = 64 * 1024
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})(?: [^\r\n]*)?\r?\n")
_BLANK = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[^\r\n]{0,200}\r?\n")
_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_WINDOWS = {"gzip": zlib.MAX_WBITS | 32, "x-gzip": zlib.MAX_WBITS | 32, "deflate": zlib.MAX_WBITS}
_PLAIN = ("", "identity", "utf-8")  # the last is a frequent mistake
# What a crawler cut off behind so much is no part of the article any more.
_LEAST_CUT_BYTES = 512 * 1024


class PassedOver(Exception):
    """A record that holds no page; says why in a few words that are always the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """A page as somebody else's crawler got it."""

    url: str
    at: datetime  #: aware UTC; when it was got
    status: int
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)  #: decoded
    content_type: str | None
    is_cut: bool = False  #: what is behind the first half megabyte or more was not kept

    @property
    def encoding(self) -> str | None:
        """The declared charset; None: none is."""
        return http_content_type_encoding(self.content_type)


def read_response(record: Record, *, most_bytes: int, now: datetime) -> Captured:
    """The page that a record holds.

    Args:
        record: of any kind.
        most_bytes: of the body, decoded.
        now: a capture cannot be later.

    Raises:
        PassedOver: it holds none.
    """
    if record.kind != "response":
        known = record.kind in ("revisit", "request", "metadata", "warcinfo")
        raise PassedOver(record.kind if known else "other records")
    url, at = _address(record), _time(record, now)
    if record.block is None:
        raise PassedOver("too large")
    status, headers, start = _head(record.block)
    if status != _OK:
        is_redirect = _REDIRECTS <= status < _ERRORS
        raise PassedOver("redirect" if is_redirect else f"status {status // 100}xx")
    content_type = _value(headers, "content-type")
    if content_type and content_type.partition(";")[0].strip().lower() not in _PAGE_TYPES:
        raise PassedOver("no page")
    cut = record.header("WARC-Truncated")
    if cut and (cut.strip().lower() != "length" or len(record.block) < _LEAST_CUT_BYTES):
        raise PassedOver("cut short")
    body = _decoded(record.block[start:], headers, most_bytes, is_cut=bool(cut))
    return Captured(
        url=url, at=at, status=status, headers=headers, body=body,
        content_type=content_type, is_cut=bool(cut),
    )  # fmt: skip


def _address(record: Record) -> str:
    url = (record.header("WARC-Target-URI") or "").strip("<> ")  # some write <http://…>
    if not url.startswith(("http://", "https://")):
        raise PassedOver("other records")
    try:
        is_page = is_fetchable(url)
    except ValueError:
        is_page = False
    if not is_page:
        raise PassedOver("no page")
    return url


def _time(record: Record, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(record.header("WARC-Date") or "")
        at = at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        raise PassedOver("no date") from None
    if at > now:
        raise PassedOver("no date")
    return at


def _head(block: bytes) -> tuple[int, tuple[tuple[str, str], ...], int]:
    """Status, headers, and where the body begins."""
    line = _STATUS.match(block)
    end = _BLANK.search(block, line.end() - 2 if line else 0, _HEAD_BYTES)
    if line is None or end is None:
        raise PassedOver("no response")
    headers: list[tuple[str, str]] = []
    for raw in block[line.end() : end.start()].splitlines():
        name, found, value = raw.decode("latin-1").partition(":")
        if found and name.strip():
            headers.append((name.strip(), value.strip()))
    return int(line[1]), tuple(headers), end.end()


def _value(headers: tuple[tuple[str, str], ...], name: str) -> str | None:
    return next((value for key, value in headers if key.lower() == name), None)


def _decoded(
    body: bytes, headers: tuple[tuple[str, str], ...], most_bytes: int, *, is_cut: bool
) -> bytes:
    """The body as the page was; archives keep it as sent, or decoded with the headers as sent."""
    if "chunked" in (_value(headers, "transfer-encoding") or "").lower():
        body = _joined(body)
    for coding in reversed((_value(headers, "content-encoding") or "").lower().split(",")):
        body = _unpacked(body, coding.strip(), most_bytes, is_cut=is_cut)
    if len(body) > most_bytes:
        raise PassedOver("too large")
    return body


def _joined(body: bytes) -> bytes:
    """The chunks of a body as one; the body itself where it is in no chunks."""
    parts: list[bytes] = []
    at = 0
    while (size := _CHUNK.match(body, at)) is not None:
        length = int(size[1], 16)
        if not length:
            return b"".join(parts)
        parts.append(body[size.end() : size.end() + length])
        at = size.end() + length
        at += 2 if body[at : at + 2] == b"\r\n" else body[at : at + 1] == b"\n"
    return b"".join(parts) if parts and at >= len(body) else body


def _unpacked(body: bytes, coding: str, most_bytes: int, *, is_cut: bool) -> bytes:
    if coding in _PLAIN or body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return body  # the header was left as it was
    if coding == "br":
        return _from_brotli(body, most_bytes)
    if coding not in _WINDOWS:
        raise PassedOver("unknown coding")
    if coding != "deflate" and body[:2] != b"\x1f\x8b":
        return body
    windows = (_WINDOWS[coding], -zlib.MAX_WBITS) if coding == "deflate" else (_WINDOWS[coding],)
    for window in windows:
        member = zlib.decompressobj(window)
        try:
            unpacked = member.decompress(body, most_bytes + 1)
        except zlib.error:
            continue
        if len(unpacked) > most_bytes:
            raise PassedOver("too large")
        if not member.eof and not is_cut:
            raise PassedOver("cut short")
        return unpacked
    raise PassedOver("unknown coding")


def _from_brotli(body: bytes, most_bytes: int) -> bytes:
    """Unpacked piece by piece, where the library for it is there."""
    try:
        import brotli  # type: ignore[import-not-found,import-untyped,unused-ignore]  # optional
    except ImportError:
        raise PassedOver("unknown coding") from None
    unpacked = b""
    try:
        member = brotli.Decompressor()
        unpacked = member.process(body, output_buffer_limit=most_bytes + 1)
        is_finished = member.is_finished()
    except (brotli.error, TypeError):
        raise PassedOver("unknown coding") from None
    if len(unpacked) > most_bytes:
        raise PassedOver("too large")
    if not is_finished:
        raise PassedOver("cut short")
    return bytes(unpacked)
