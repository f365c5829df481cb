"""A large corpus with readers, while a daemon's writes go on: does anybody wait?

python -m benchmarks.soak.readers CORPUS SECONDS   (the writer; started by `read_while_written`)
"""

# ruff: noqa: SLF001 - it asks the corpus what no part of the program does

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.error import URLError

from ingest import clock
from ingest.corpus import Corpus
from ingest.corpus.base import iso
from ingest.corpus.upkeep import wal_bytes
from ingest.errors import CorpusLocked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from random import Random

__all__ = ["NOTHING", "Answer", "Watched", "quantile", "read_while_written"]

ROOT = Path(__file__).parents[2]
READERS = 4
_AS_WE_DO = ("--setting", "suggest_facets", "off")  # as `seedbed web` and deploy/ have it
_PAGES_PER_S = 20  # a polite crawl stores fewer
_THINK_S = 0.5  # of a person between two pages, at the mean
_START_S = 60.0
_WORDS = (
    "beku",
    "balir",
    "kevov",
    "sinir",
    "torum",
    "kinzan",
    "talmir",
    "revgat",
    "borum",
    "sevyev",
)
NOTHING = "nothing"
_LATEST = "/corpus/articles?_sort_desc=id&_size=20"

#: What a reader asks for, by name; each drawn as often as the others.
_ASKED: dict[str, Callable[[Random, int], str]] = {
    "list with facets": lambda _rng, _articles: _LATEST,
    "article": lambda rng, articles: f"/corpus/articles/{rng.randrange(articles) + 1}",
    "copies": lambda rng, articles: f"/corpus/copies?article={rng.randrange(articles) + 1}",
    "search": lambda rng, articles: (
        f"/corpus/articles?_search=Headline+{rng.randrange(articles) + 1}"
    ),
    # Of no corpus: what the machine and Datasette alone cost.
    NOTHING: lambda _rng, _articles: "/-/versions.json",
    "outlet as JSON": lambda rng, _articles: (
        f"/corpus/articles.json?outlet=outlet{rng.randrange(400)}.test&_size=20"
    ),
}


class Answer(NamedTuple):
    """What one answer took, in seconds."""

    wall: float
    worked: float  #: of processors, by all threads of Datasette meanwhile: at least its own
    waited: float  #: for a processor, likewise


@dataclass(slots=True, kw_only=True)
class Watched:
    """What readers and the writer met."""

    answers: dict[str, list[Answer]] = field(default_factory=dict, repr=False)  #: by the question
    alone: list[Answer] = field(default_factory=list, repr=False)  #: when nobody wrote
    failed: list[str] = field(default_factory=list)
    wal_bytes: int = 0  #: the largest
    written: int = 0  #: articles
    locked: int = 0  #: writes that found the corpus locked

    @property
    def of_corpus(self) -> list[Answer]:
        """All that asked the corpus, while it was written."""
        return [one for name, some in self.answers.items() if name != NOTHING for one in some]


def quantile(seconds: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    return sorted(seconds)[min(len(seconds) - 1, int(share * len(seconds)))]


def read_while_written(
    corpus: Path, *, articles: int, seconds: float, alone_s: float = 0.0
) -> Watched:
    """Four readers of one Datasette, for so long without, and then beside a writer.

    Args:
        articles: that the corpus holds.
    """
    port = _free_port()
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    datasette = subprocess.Popen(
        [sys.executable, "-m", "datasette", "serve", str(corpus), "--port", str(port), *_AS_WE_DO],
        env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    told = Watched(answers={name: [] for name in _ASKED})
    try:
        _await(port, datasette)
        with _reading(_Desk(port, datasette.pid, articles), told):
            time.sleep(alone_s)
        told.alone, told.answers = told.of_corpus, {name: [] for name in _ASKED}
        with _reading(_Desk(port, datasette.pid, articles), told):
            writer = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.soak.readers", str(corpus), str(seconds)],
                env=environ, cwd=ROOT, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            while writer.poll() is None:
                told.wal_bytes = max(told.wal_bytes, wal_bytes(corpus))
                time.sleep(0.1)
        written, locked = writer.communicate()[0].split()
        told.written, told.locked = int(written), int(locked)
    finally:
        datasette.terminate()
        datasette.wait(30)
    return told


class _Desk(NamedTuple):
    """Where is asked."""

    port: int
    process: int
    articles: int  #: that there are


@contextmanager
def _reading(desk: _Desk, told: Watched) -> Iterator[None]:
    """Readers at work."""
    stop = threading.Event()
    readers = [
        threading.Thread(target=_read, args=(desk, number, told, stop)) for number in range(READERS)
    ]
    for reader in readers:
        reader.start()
    try:
        yield
    finally:
        stop.set()
        for reader in readers:
            reader.join()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _await(port: int, datasette: subprocess.Popen[bytes]) -> None:
    until_s = time.monotonic() + _START_S
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/-/versions.json", timeout=5).close()
        except URLError:
            if datasette.poll() is not None or time.monotonic() > until_s:
                raise
            time.sleep(0.1)
        else:
            return


def _read(desk: _Desk, number: int, told: Watched, stop: threading.Event) -> None:
    rng = random.Random(number)
    while not stop.wait(rng.expovariate(1 / _THINK_S)):
        name = rng.choice(list(_ASKED))
        url = f"http://127.0.0.1:{desk.port}{_ASKED[name](rng, desk.articles)}"
        began_s, before = time.monotonic(), _spent(desk.process)
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                answer.read()
        except OSError as exc:  # HTTPError is one
            told.failed.append(f"{url}: {exc}")
        wall, after = time.monotonic() - began_s, _spent(desk.process)
        told.answers[name].append(Answer(wall, after[0] - before[0], after[1] - before[1]))


def _spent(process: int) -> tuple[float, float]:
    """Seconds that the threads of a process worked, and waited for a processor; proc(5)."""
    worked = waited = 0
    for task in Path(f"/proc/{process}/task").iterdir():
        with suppress(FileNotFoundError):  # it has ended
            run_ns, wait_ns, _ = map(int, (task / "schedstat").read_text().split())
            worked, waited = worked + run_ns, waited + wait_ns
    return worked / 1e9, waited / 1e9


def _write(path: Path, seconds: float) -> tuple[int, int]:
    """Articles at the rate of a crawl, each in a transaction; how many, and how often it failed."""
    written = locked = 0
    until_s = time.monotonic() + seconds
    with closing(Corpus(path)) as corpus:
        page = corpus._value("SELECT max(id) FROM pages") + 1
        while time.monotonic() < until_s:
            began_s = time.monotonic()
            try:
                _append(corpus, page)
                written += 1
            except CorpusLocked:
                locked += 1
            page += 1
            time.sleep(max(0.0, 1 / _PAGES_PER_S - (time.monotonic() - began_s)))
    return written, locked


def _append(corpus: Corpus, page: int) -> None:
    rng = random.Random(page)
    text = " ".join(rng.choice(_WORDS) for _ in range(300))
    told = {
        "page": page, "key": f"new.test/{page}", "url": f"https://new.test/{page}",
        "outlet": "outlet1.test", "at": iso(clock.now()), "title": f"Headline {page}",
        "text": text, "lead": text[:300], "sha": f"{page:064x}",
    }  # fmt: skip
    with corpus.transaction():
        corpus._run(
            "INSERT INTO pages (id, key, url, outlet, outcome, reason, found_by, first_seen, "
            "last_fetched, run) "
            "VALUES (:page, :key, :url, :outlet, 'article', 'so', 'feeds', :at, :at, 1)",
            told,
        )
        corpus._run(
            "INSERT INTO articles (published, title, outlet, relevance, why, lead, words, "
            "language, url, first_seen, run, page, sha256, extractor, text) VALUES (:at, :title, "
            ":outlet, 0.8, 'so', :lead, 300, 'en', :url, :at, 1, :page, :sha, 'rows 1', :text)",
            told,
        )
        corpus._run(
            "UPDATE pages SET article = (SELECT id FROM articles WHERE page = :page) "
            "WHERE id = :page",
            told,
        )
        corpus._run(
            "INSERT INTO fetches (page, run, at, outcome, reason, http_status, bytes) "
            "VALUES (:page, 1, :at, 'article', 'so', 200, 50000)",
            told,
        )


if __name__ == "__main__":
    print(*_write(Path(sys.argv[1]), float(sys.argv[2])))
