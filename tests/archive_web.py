"""A loopback archive: files that answer ranges, an index, captures; and WARC files to read."""

from __future__ import annotations

import gzip
import io
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.gdelt_web import ARTICLE, MORE

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Mapping
    from pathlib import Path

DATE = "2025-11-21T00:01:23Z"


def page(number: int) -> bytes:
    """A page on the topic of the tests, like no other."""
    own = " ".join(f"word{number}x{n}" for n in range(120))
    title = f"Talks in Baku between Azerbaijan and Russia, part {number}"
    return ARTICLE.format(title=title, number=number, more=f"{MORE} {own}").encode()


OTHER = b"<html><body><article>" + b"<p>Football was played in Rome again.</p>" * 30 + b"</html>"


@dataclass
class WarcMaker:
    """Makes a file record by record."""

    is_packed: bool = True
    buffer: io.BytesIO = field(default_factory=io.BytesIO)
    starts: list[int] = field(default_factory=list)

    def add(
        self,
        url: str,
        body: bytes,
        status: str = "200 OK",
        *,
        kind: str = "response",
        date: str = DATE,
        http: Mapping[str, str] | None = None,
        **more: str,
    ) -> WarcMaker:
        """Append a record; `more` are WARC headers, `_` for `-`."""
        self.starts.append(self.buffer.tell())
        writer = WARCWriter(self.buffer, gzip=self.is_packed)
        headers = {"Content-Type": "text/html; charset=utf-8", **(http or {})}
        record = writer.create_warc_record(
            url, kind, payload=io.BytesIO(body), length=len(body),
            http_headers=StatusAndHeaders(status, list(headers.items()), protocol="HTTP/1.1"),
            warc_headers_dict={
                "WARC-Date": date, **{key.replace("_", "-"): more[key] for key in more},
            },
        )  # fmt: skip
        writer.write_record(record)
        return self

    def bytes(self) -> builtins.bytes:
        return self.buffer.getvalue()

    def as_one_member(self) -> builtins.bytes:
        assert not self.is_packed
        return gzip.compress(self.bytes(), mtime=0)

    def write(self, path: Path) -> Path:
        path.write_bytes(self.bytes())
        return path


class Answer(NamedTuple):
    body: bytes = b""
    status: int = 200
    content_type: str = "text/plain"
    headers: tuple[tuple[str, str], ...] = ()


class Asked(NamedTuple):
    path: str
    range: str | None
    agent: str

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.path).query)


@dataclass(kw_only=True)
class FakeArchive:
    """The server; runs between `__enter__` and `__exit__`."""

    files: dict[str, bytes] = field(default_factory=dict)  #: by path
    answer: Callable[[Asked], Answer | None] = lambda _: None  #: before the files
    log: list[Asked] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> Self:
        self._http = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        self.port = self._http.server_port
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def answer_to(self, asked: Asked) -> Answer:
        if (told := self.answer(asked)) is not None:
            return told
        body = self.files.get(urlsplit(asked.path).path)
        if body is None:
            return Answer(b"none", status=404)
        if asked.range is None:
            return Answer(body)
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", asked.range)
        assert found, asked
        start, end = int(found[1]), min(int(found[2]) + 1, len(body))
        if start >= len(body):
            return Answer(b"", status=416)
        head = (("Content-Range", f"bytes {start}-{end - 1}/{len(body)}"),)
        return Answer(body[start:end], 206, "application/octet-stream", head)


def _handler(fake: FakeArchive) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 20.0

        def do_GET(self) -> None:
            asked = Asked(self.path, self.headers.get("Range"), self.headers.get("User-Agent", ""))
            fake.log.append(asked)
            answer = fake.answer_to(asked)
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base names it
            pass

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:  # the crawl was killed in mid-answer
                self.close_connection = True

    return Handler
