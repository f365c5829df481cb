"""A loopback GDELT: its lists, files and DOC API under their own hosts, and news sites beside.

It is a forward proxy, as `ingest.demo.server` is, but answers ranges, and differently each time.
"""

from __future__ import annotations

import hashlib
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import urlsplit

from benchmarks.gdelt import make_row, make_zip
from ingest.gdelt.files import STEP, Stream, file_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

FOLDER = "http://data.gdeltproject.org/gdeltv2/"
ARTICLE = (
    "<html><head><title>{title}</title></head><body><article><h1>{title}</h1><p>The talks between "
    "Azerbaijan and Russia went on in Baku today, number {number}, and both ministers spoke of "
    "progress at length. {more}</p></article></body></html>"
)
MORE = " ".join(
    f"In point {n} the ministers of Azerbaijan and Russia in Baku and Moscow agreed on talks."
    for n in range(1, 12)
)


class Answer(NamedTuple):
    """What a request gets."""

    body: bytes = b""
    status: int = 200
    content_type: str = "text/plain"
    headers: tuple[tuple[str, str], ...] = ()


class Asked(NamedTuple):
    """One request."""

    url: str
    range: str | None
    agent: str


def row(number: int, at: datetime, /, **cells: str) -> bytes:
    """A row on the topic of the tests."""
    stamp = at.strftime("%Y%m%d%H%M%S")
    told = {
        "GKGRECORDID": f"{stamp}-{number}",
        "DATE": stamp,
        "DocumentIdentifier": f"http://www.news.test/{stamp}/talks-in-baku-{number}",
        "V2Locations": "4#Baku, Baki, Azerbaijan#AJ#AJ09##40.4#49.8#-2733713#12;"
        "1#Russia#RS#RS##60#100#RS#40",
        "AllNames": "South Caucasus,80",
        "Extras": f"<PAGE_TITLE>Talks in Baku between Azerbaijan and Russia , part {number}"
        "</PAGE_TITLE>",
        **cells,
    }
    return make_row(number, **told)


@dataclass(kw_only=True)
class FakeGdelt:
    """The server; runs between `__enter__` and `__exit__`."""

    newest: datetime
    files: dict[str, bytes] = field(default_factory=dict)  #: packed, by name
    absent: set[str] = field(default_factory=set)  #: named by no list
    gives_slices: bool = True
    padding: int = 0  #: lines of earlier files at the head of the master lists
    doc: Callable[[str], Answer] = lambda _: Answer(b"{}", content_type="application/json")
    #: by query string
    before: Callable[[str], Answer | None] = lambda _: None  #: by address, in place of an answer
    log: list[Asked] = field(default_factory=list)

    def add(self, at: datetime, stream: Stream, *rows: bytes) -> str:
        """Put up a file; its name."""
        name = file_at(at, stream).name
        self.files[name] = make_zip(rows or (row(1, at), row(2, at)), name.removesuffix(".zip"))
        return name

    def __enter__(self) -> Self:
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def proxy_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def asked(self, part: str) -> list[str]:
        """Addresses asked for that hold `part`, in order."""
        return [one.url for one in self.log if part in one.url]

    def answer(self, asked: Asked) -> Answer:
        if (other := self.before(asked.url)) is not None:
            return other
        parts = urlsplit(asked.url)
        if parts.hostname == "api.gdeltproject.org":
            return self.doc(parts.query)
        if parts.hostname == "www.news.test":
            return self._page(parts.path)
        return self._file(parts.path.rpartition("/")[2], asked)

    def _file(self, name: str, asked: Asked) -> Answer:
        for stream in Stream:
            if name == stream.last_list:
                return Answer(self._lines(stream, [file_at(self.newest, stream).name]))
            if name == stream.master_list:
                return self._slice(self.master(stream), asked.range)
        if name in self.files:
            return Answer(self.files[name], content_type="application/zip")
        return Answer(b"none", status=404)

    def master(self, stream: Stream) -> bytes:
        is_other = stream == Stream.TRANSLATED
        named = [one for one in sorted(self.files) if (".translation" in one) == is_other]
        earliest = self.newest - STEP * 4000
        old = [file_at(earliest - STEP * n, stream).name for n in range(self.padding, 0, -1)]
        return self._lines(stream, [*old, *(one for one in named if one not in self.absent)])

    def _lines(self, stream: Stream, names: list[str]) -> bytes:
        lines = []
        for name in names:
            packed = self.files.get(name, b"")
            md5 = hashlib.md5(packed, usedforsecurity=False).hexdigest()
            stem = name.removesuffix(".gkg.csv.zip")
            lines += [
                f"7 {md5} {FOLDER}{stem}.export.CSV.zip\n",
                f"8 {md5} {FOLDER}{stem}.mentions.CSV.zip\n",
                f"{len(packed)} {md5} {FOLDER}{name}\n",
            ]
        del stream
        return "".join(lines).encode()

    def _slice(self, body: bytes, wanted: str | None) -> Answer:
        if not self.gives_slices or wanted is None:
            return Answer(body)
        found = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted)
        assert found, wanted
        if not found[1]:
            start, end = max(len(body) - int(found[2]), 0), len(body)
        else:
            start, end = int(found[1]), min(int(found[2]) + 1, len(body))
        head = (("Content-Range", f"bytes {start}-{end - 1}/{len(body)}"),)
        return Answer(body[start:end], status=206, headers=head)

    def _page(self, path: str) -> Answer:
        if path == "/robots.txt":
            return Answer(b"", status=404)
        number = path.rpartition("-")[2]
        title = f"Talks in Baku between Azerbaijan and Russia, part {path.replace('/', ' ')}"
        page = ARTICLE.format(title=title, number=number, more=MORE)
        return Answer(page.encode(), content_type="text/html; charset=utf-8")


def _handler(fake: FakeGdelt) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 20.0

        def do_GET(self) -> None:
            asked = Asked(self.path, self.headers.get("Range"), self.headers.get("User-Agent", ""))
            fake.log.append(asked)
            answer = fake.answer(asked)
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.send_header("Connection", "close")
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
