"""An address on loopback that is told, and a corpus whose news it is told of."""

from __future__ import annotations

import json
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from ingest.config import load_settings
from ingest.corpus import Corpus
from tests.filled import T1, add_article, add_page, insert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ingest.config import Settings

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRET = "tok-secret-9f2"


@dataclass
class Ear:
    """What was said to an address."""

    port: int = 0
    status: int = 200
    heard: list[dict[str, Any]] = field(default_factory=list)
    on_message: Callable[[], object] = lambda: None

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/{SECRET}"

    @property
    def titles(self) -> list[str]:
        return [message["title"] for message in self.heard]

    @property
    def bodies(self) -> str:
        return "\n".join(message["message"] for message in self.heard)


@pytest.fixture
def ear() -> Iterator[Ear]:
    with listening() as told:
        yield told


@contextmanager
def listening() -> Iterator[Ear]:
    told = Ear()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            told.on_message()
            self.send_response(told.status)
            self.send_header("Location", f"http://127.0.0.1:{told.port}/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.port = server.server_port
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield told
        server.shutdown()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a small corpus of which nobody is told yet."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seeds").mkdir()
    with closing(Corpus(tmp_path / "corpus.db")) as corpus, corpus.transaction():
        insert(corpus, "outlets", id="first.test", first_seen=T1, last_seen=T1)
        insert(
            corpus, "runs", id=1, started=T1, finished=T1, spider="feeds", trigger="command",
            outcome="finished", version="0",
        )  # fmt: skip
        insert(
            corpus, "sources", id=2, outlet="first.test", url="https://first.test/feed",
            kind="feed", found_by="settings", every_minutes=15, next_due="2999-01-01T00:00:00Z",
        )  # fmt: skip
        insert(
            corpus, "sources", id=1, url="https://first.test/", kind="site", found_by="settings",
            every_minutes=15, next_due="2999-01-01T00:00:00Z",
        )  # fmt: skip
        _add(corpus, 1)
        corpus.begin_alerts()
    return tmp_path


def settings(folder: Path, ear: Ear, **more: str) -> Settings:
    said = {"ALL": ear.url} | more
    return load_settings(folder, {f"SEEDBED_NOTIFY__{name}": one for name, one in said.items()})


def write_settings(folder: Path, *addresses: str, more: str = "") -> None:
    listed = json.dumps(list(addresses))
    (folder / "seedbed.toml").write_text(f"[notify]\nall = {listed}\n{more}\n")


def keep_article(folder: Path, number: int) -> None:
    """The corpus gets an article."""
    with closing(Corpus(folder / "corpus.db")) as corpus, corpus.transaction():
        _add(corpus, number)


def _add(corpus: Corpus, number: int) -> None:
    add_page(corpus, number, outlet="first.test", outcome="article", article=number)
    add_article(corpus, number, title=f"Title {number}", outlet="first.test", seed=None)


def change_headline(folder: Path) -> None:
    with closing(Corpus(folder / "corpus.db")) as corpus, corpus.transaction():
        insert(
            corpus, "revisions", article=1, page=1, seen="2026-03-02T11:00:00Z", title="It was",
            new_title="It is", title_changed=1, words_added=0, words_removed=0, run=1, text="",
        )  # fmt: skip


def later(**more: float) -> datetime:
    return NOW + timedelta(**more)
