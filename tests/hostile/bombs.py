"""Attacks on memory and patience: bombs, bodies without end, drips, silence."""

from __future__ import annotations

import gzip
import zlib
from functools import cache
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # it has no stubs
from backports import zstd

from tests.hostile.attacks import (
    Attack,
    Places,
    hung,
    read_page,
    swallowed,
    took_headers,
)
from tests.hostile.server import Asked, Part, head, page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["large", "slow"]

_MIB = 1024 * 1024
_SMALL, _BIG = 12 * _MIB, 224 * _MIB  # past the limit; enough to be seen in a stock crawl's memory
_LAYERS = 20
_LINE = b"<p>" + b"x" * 1020 + b"\n"


@cache
def _packed(coding: str, size: int = _SMALL) -> bytes:
    plain = b"\0" * _MIB
    if coding == "br":
        packer = brotli.Compressor(quality=1)
        pieces = [packer.process(plain) for _n in range(size // _MIB)]
        return bytes(b"".join([*pieces, packer.finish()]))
    if coding == "zstd":
        zipper = zstd.ZstdCompressor(level=1)
        return b"".join(zipper.compress(plain) for _n in range(size // _MIB)) + zipper.flush()
    wbits = {"gzip": 31, "x-gzip": 31, "deflate": 15, "raw-deflate": -15}[coding]
    squeezer = zlib.compressobj(6, zlib.DEFLATED, wbits)
    return b"".join(squeezer.compress(plain) for _n in range(size // _MIB)) + squeezer.flush()


def _bomb(coding: str, body: Callable[[], bytes]) -> Callable[[Asked], list[Part]]:
    def answer(_: Asked) -> list[Part]:
        return page(body(), Content_Encoding=coding)

    return answer


def _many_gzips() -> bytes:
    """Members one after another, each of them small."""
    return gzip.compress(b"\0" * _MIB, 6, mtime=0) * (_SMALL // _MIB)


def _layers(_: Asked) -> list[Part]:
    """Packed forty times, never by much: each layer passes the limit, and costs its time."""
    body = b"<html>" + b"x" * 3 * _MIB
    for _n in range(_LAYERS):
        body = gzip.compress(body, 0, mtime=0)
    return page(body, Content_Encoding=", ".join(["gzip"] * _LAYERS))


def _endless(_: Asked) -> Iterator[Part]:
    yield head(Content_Type="application/pdf")  # Scrapy reads none of it
    for _n in range(_BIG // len(_LINE) // 64):
        yield _LINE * 64


def _endless_chunks(_: Asked) -> Iterator[Part]:
    yield head(Content_Type="text/html", Transfer_Encoding="chunked")
    for _n in range(_SMALL // len(_LINE) // 64):
        yield b"10000\r\n" + _LINE * 64 + b"\r\n"
    yield b"0\r\n\r\n"


def _huge(_: Asked) -> Iterator[Part]:
    yield head(Content_Type="text/html", Content_Length=_SMALL)
    for _n in range(_SMALL // _MIB):
        yield b"x" * _MIB


def large(places: Places) -> list[Attack]:
    """Answers larger than any page."""
    answers: dict[str, Callable[[Asked], Iterable[Part]]] = {
        "gzip-bomb": _bomb("gzip", lambda: _packed("gzip")),
        "x-gzip-bomb": _bomb("x-gzip", lambda: _packed("gzip")),
        "deflate-bomb": _bomb("deflate", lambda: _packed("deflate")),
        "raw-deflate-bomb": _bomb("deflate", lambda: _packed("raw-deflate")),
        "brotli-bomb": _bomb("br", lambda: _packed("br")),
        "zstd-bomb": _bomb("zstd", lambda: _packed("zstd")),
        "double-gzip-bomb": _bomb("gzip, gzip", lambda: gzip.compress(_packed("gzip"), 6, mtime=0)),
        "gzip-in-brotli-bomb": _bomb("gzip, br", lambda: brotli.compress(_packed("gzip"))),
        "many-gzips-bomb": _bomb("gzip", _many_gzips),
        "endless": _endless,
        "endless-chunks": _endless_chunks,
        "huge": _huge,
    }
    return [
        Attack(
            name=name, url=places.url(name), answer=answer, harm=swallowed, is_large=True,
            reason="too-large",
        )
        for name, answer in answers.items()
    ] + [
        Attack(
            name="many-layers", url=places.url("many-layers"), answer=_layers, harm=read_page,
            is_large=True, reason="too-large",
        )
    ]  # fmt: skip


def _silent(_: Asked) -> Iterator[Part]:
    yield 600.0


def _drip(text: bytes, *, first: bytes = b"") -> Callable[[Asked], Iterator[Part]]:
    def answer(_: Asked) -> Iterator[Part]:
        yield first
        for number in range(6000):
            yield text[number % len(text) :][:1]
            yield 0.1

    return answer


def _continue_for_ever(_: Asked) -> Iterator[Part]:
    for _n in range(6000):
        yield b"HTTP/1.1 100 Continue\r\n\r\n"
        yield 0.1


def _header_flood(_: Asked) -> Iterator[Part]:
    yield head(Content_Type="text/html", Content_Length=2)[:-2]
    for number in range(40):
        yield b"".join(b"X-%d-%d: y\r\n" % (number, other) for other in range(500))
    yield b"\r\nhi"


def _folded_header(_: Asked) -> Iterator[Part]:
    yield head(Content_Type="text/html")[:-2] + b"X-Long: a\r\n"
    for _n in range(6000):
        yield b" more of the same\r\n" * 20
        yield 0.1


def slow(places: Places) -> list[Attack]:
    """Answers that take their time, and heads without end."""
    chunked = head(Content_Type="text/html", Transfer_Encoding="chunked")
    answers: dict[str, Callable[[Asked], Iterable[Part]]] = {
        "silent": _silent,
        "drip-status": _drip(b"HTTP/1.1 200 OK" + b" " * 6000),
        "drip-headers": _drip(b"X: y\r\n", first=head()[:-2]),
        "drip-body": _drip(b"x", first=head(Content_Type="text/html")),
        "drip-long-body": _drip(b"x", first=head(Content_Length=100_000)),
        "drip-chunks": _drip(b"1\r\nx\r\n", first=chunked),
        "stalled-body": lambda _: [head(Content_Length=1000), b"<html>", 600.0],
        "stalled-chunk": lambda _: [chunked, b"fff\r\nabc", 600.0],
        "continue-for-ever": _continue_for_ever,
        "folded-header": _folded_header,
    }
    found = [
        Attack(name=name, url=places.url(name), answer=answer, harm=hung)
        for name, answer in answers.items()
    ]
    found.append(
        Attack(name="tls-silence", url=f"https://tls-silence.test:{places.silent}/", harm=hung)
    )
    found.append(
        Attack(
            name="header-flood", url=places.url("header-flood"), answer=_header_flood,
            harm=took_headers,
        )
    )  # fmt: skip
    return found
