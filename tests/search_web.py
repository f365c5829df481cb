"""A loopback web that answers as it is told, and a workspace that asks search services in it."""

from __future__ import annotations

import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from ingest.corpus import Corpus
from tests import preloaded
from tests.demo_web import environment

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import pytest

SEED = "Talks in Baku\n" + (
    "The talks between Azerbaijan and Russia went on in Baku today, and Moscow sent an envoy. " * 9
)
ARTICLE = (
    "<html><head><title>{title}</title></head><body><article><h1>{title}</h1>"
    + "<p>The talks between Azerbaijan and Russia went on in Baku today, and Moscow sent an envoy "
    "who met the president of Azerbaijan before he flew home to Russia.</p>"
    * 6
    + "</article></body></html>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it came in."""

    host: str
    path: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]

    @property
    def page(self) -> tuple[str, str]:
        return self.host, self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What it is answered."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class SearchWeb:
    """A web under way."""

    port: int
    log: list[Asked]

    @property
    def proxy_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def asked(self, path: str) -> list[Asked]:
        return [one for one in self.log if one.path == path]


@contextmanager
def answering(answer: Callable[[Asked], Reply | None]) -> Iterator[SearchWeb]:
    """A web of any hosts, as a proxy or asked directly; None is a 404."""
    log: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            host = (parts.netloc or self.headers.get("Host", "")).partition(":")[0]
            asked = Asked(
                host=host,
                path=parts.path,
                parameters=dict(parse_qsl(parts.query)),
                headers=dict(self.headers.items()),
            )
            log.append(asked)
            reply = answer(asked) or Reply(status=404, body=b"<title>404</title>")
            self.send_response(reply.status)
            for name, value in {"Content-Type": "text/html", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base names it)
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield SearchWeb(server.server_port, log)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def every_crawl_meets(
    answer: Callable[[Asked], Reply | None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[SearchWeb]:
    """A web that stands in for all hosts, for what this test starts."""
    with answering(answer) as web:
        monkeypatch.setenv("SEEDBED_CRAWL__PROXY", web.proxy_url)
        monkeypatch.setenv("SEEDBED_LOG__LEVEL", "ERROR")
        yield web


def article(title: str) -> Reply:
    return Reply(body=ARTICLE.format(title=title).encode())


def make_workspace(folder: Path, search: str) -> Path:
    """A workspace that asks two queries of its own, or those that `search` says."""
    (folder / "seeds").mkdir(parents=True)
    (folder / "seeds" / "one.txt").write_text(SEED)
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = ingest.settings\n")
    own = "" if "queries =" in search else 'queries = ["en: Azerbaijan Russia", "ru: Баку Москва"]'
    (folder / "seedbed.toml").write_text(
        "[crawl]\ndelay_s = 0.0\ntimeout_s = 20\n[sources]\ndiscover = false\n[search]\n"
        f"per_language = 0\ndelay_s = 0.0\nmediacloud_calls_per_minute = 60_000\n{own}\n{search}\n"
    )
    return folder


def crawl(
    folder: Path, spider: str, web: SearchWeb, **more: str
) -> subprocess.CompletedProcess[str]:
    """`scrapy crawl`, with every host in that web."""
    return preloaded.scrapy("crawl", spider, cwd=folder, env=environment(web, **more))


def sources(folder: Path, kind: str) -> list[dict[str, Any]]:
    with closing(Corpus(folder / "corpus.db", readonly=True)) as corpus:
        return [row for row in corpus.all_sources() if row["kind"] == kind]


def pages(folder: Path) -> dict[str, dict[str, Any]]:
    with closing(Corpus(folder / "corpus.db", readonly=True)) as corpus:
        return {row["url"]: row for row in corpus._rows("SELECT * FROM pages")}
