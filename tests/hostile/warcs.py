"""Hostile WARC files: what other crawlers archived, or say they did."""

from __future__ import annotations

import gzip

from tests.hostile.pages import CONTROLS, articles

__all__ = ["GOOD", "warcs"]

GOOD = "http://good.test/talks"
_BOMB = 64 * 1024 * 1024


def _record(url: str, body: bytes, *, length: int | None = None, more: bytes = b"") -> bytes:
    kind = b"Content-Type: text/html; charset=utf-8\r\n"
    answer = b"HTTP/1.1 200 OK\r\n" + kind + more + b"\r\n" + body
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2026-01-02T03:04:05Z\r\n"
        f"WARC-Target-URI: {url}\r\nContent-Type: application/http; msgtype=response\r\n"
        f"WARC-Record-ID: <urn:uuid:0>\r\nContent-Length: {length or len(answer)}\r\n\r\n"
    )
    return head.encode("utf-8", "surrogatepass") + answer + b"\r\n\r\n"


def warcs(secret: str) -> dict[str, bytes]:
    """Files by name.

    Args:
        secret: an address inside, which no file should make us ask.
    """
    body = articles()["controls"].body
    link = f'<p><a href="{secret}">Talks in Baku between Azerbaijan and Russia</a></p>'.encode()
    good = _record(GOOD, body.replace(b"</article>", link + b"</article>"))
    whole = gzip.compress(good, mtime=0)
    return {
        "a-good.warc.gz": whole,
        "bomb.warc.gz": gzip.compress(_record(GOOD + "/b", b"<p>Baku" + b" " * _BOMB), mtime=0),
        "nested.warc.gz": gzip.compress(
            _record(GOOD + "/n", gzip.compress(b" " * _BOMB), more=b"Content-Encoding: gzip\r\n"),
            mtime=0,
        ),
        "cut.warc.gz": whole[: len(whole) // 2],
        "lies.warc": _record(GOOD + "/l", body, length=10**12),
        "below-nothing.warc": _record(GOOD + "/m", body, length=-5),
        "controls.warc": _record(f"{GOOD}/{CONTROLS.replace(chr(0), '')}", body),
        "schemes.warc": _record("file:///etc/passwd", body) + _record("javascript:1", body)
        + _record(secret, body),
        "head.warc": b"WARC/1.0\r\n" + b"X: y\r\n" * 1_000_000,
        "line.warc": b"WARC/1.0\r\nX: " + b"y" * 5_000_000,
        "garbage.warc": bytes(range(256)) * 10_000,
        "garbage.warc.gz": b"\x1f\x8b\x08\x00" + bytes(range(256)) * 100,
        "empty.warc": b"",
    }  # fmt: skip
