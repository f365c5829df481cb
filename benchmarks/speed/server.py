"""Serves the local web from a process of its own, at as little cost as Python allows.

`python -m benchmarks.speed.server PAGES HOSTS` writes one line of JSON (`{"urls": [...]}`) once it
listens, and ends with its standard input. Every answer is made before the first request.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchmarks.speed.web import make_web

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["local_web"]

_ROBOTS = b"User-agent: *\nDisallow: /private/\nDisallow: /cart/\n"
_GZIP_LEVEL = 6

Answers = dict[tuple[bytes, bytes], tuple[bytes, bytes]]  #: by host and target, plain and packed


@contextmanager
def local_web(*, pages: int, hosts: int) -> Iterator[list[str]]:
    """The addresses of a web that is served meanwhile."""
    command = [sys.executable, "-m", "benchmarks.speed.server", str(pages), str(hosts)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        line = server.stdout.readline()
        if not line:
            raise RuntimeError(f"the local web did not start (exit code {server.wait()})")
        try:
            yield json.loads(line)["urls"]
        finally:
            server.stdin.close()


class _Connection(asyncio.Protocol):
    def __init__(self, answers: Mapping[tuple[bytes, bytes], tuple[bytes, bytes]]) -> None:
        self._answers = answers
        self._unread = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while b"\r\n\r\n" in self._unread:
            head, _, self._unread = self._unread.partition(b"\r\n\r\n")
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        assert self._transport is not None
        first, *lines = head.split(b"\r\n")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(b":") for line in lines)
        }
        target, host = first.split(b" ")[1], headers.get(b"host", b"")
        is_packed = b"gzip" in headers.get(b"accept-encoding", b"")
        plain, packed = self._answers.get((host, target)) or _NOT_FOUND
        if target == b"/robots.txt":
            plain, packed = _ROBOTS_ANSWER
        self._transport.write(packed if is_packed else plain)
        if headers.get(b"connection", b"").lower() == b"close":
            self._transport.close()


def _wrapped(status: bytes, content_type: str, body: bytes, encoding: bytes = b"") -> bytes:
    return (
        b"HTTP/1.1 " + status + b"\r\nContent-Type: " + content_type.encode() + b"\r\n" + encoding
        + b"Vary: Accept-Encoding\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    )  # fmt: skip


def _both(content_type: str, body: bytes, status: bytes = b"200 OK") -> tuple[bytes, bytes]:
    packed = gzip.compress(body, compresslevel=_GZIP_LEVEL, mtime=0)
    return (
        _wrapped(status, content_type, body),
        _wrapped(status, content_type, packed, b"Content-Encoding: gzip\r\n"),
    )


_NOT_FOUND = _both("text/html", b"<title>404</title><p>not found</p>", b"404 Not Found")
_ROBOTS_ANSWER = _both("text/plain", _ROBOTS)


async def _serve(pages: int, hosts: int) -> None:
    answers: Answers = {}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(answers), "0.0.0.0", 0, backlog=512)
    urls = []
    for page in make_web(pages=pages, port=server.sockets[0].getsockname()[1], hosts=hosts):
        urls.append(page.url)
        answers[page.host.encode(), page.target.encode()] = _both(page.content_type, page.body)
    print(json.dumps({"urls": urls}), flush=True)
    async with server:
        await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(*map(int, sys.argv[1:3])))
