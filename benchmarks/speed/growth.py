"""What grows with the corpus: `python -m benchmarks.speed.growth --sizes 10000,100000`.

For each size: processor time and bytes of the relation of one article more, how long a crawl child
takes to its first request and what it holds in memory, `seedbed status`, the pages of Datasette.
The corpora are made once and kept in the cache; 100,000 articles take some minutes and 1.7 GB.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from pysqlite3 import dbapi2 as sqlite  # noqa: TID251  # a row of a file that nobody writes

from benchmarks import reading
from benchmarks.big_corpus import build_corpus
from benchmarks.relations.cost_run import ROWS_A_TEXT
from benchmarks.speed.environments import cache_folder
from benchmarks.speed.server import local_web
from benchmarks.speed.timing import time_command
from benchmarks.speed.workspaces import ENVIRON, ROOT, crawl_command, make_workspace
from ingest.corpus.migrations import SCHEMA_VERSION
from ingest.rejudge import before_run
from ingest.stories import take_as_laid
from ingest.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["SIZES", "Grown", "measure"]

SIZES = (10_000, 100_000)
_BULK_FROM, _MADE = 100_000, 20_000  # as in benchmarks.relations.cost
_TIMES = 5
_THREADED_UP_TO = 100_000  # articles; a million would be read for hours
_PAGES = 80  # of the crawl whose memory is measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """The figures of one size."""

    articles: int
    corpus_mb: float
    lookup_ms: float  #: CPU, of one article more
    insert_ms: float
    relation_ms: float  #: everything: hash, look-up, comparison, insert, commit
    row_bytes: float  #: of the index
    written_kb: float  #: handed to the kernel for the relation of one article
    first_request_s: float  #: from the start of a crawl child
    status_s: float
    peak_mib: float  #: of the largest process of a crawl
    answers_ms: dict[str, tuple[float, float]] = field(default_factory=dict)
    #: by kind: median and slowest answer of Datasette, CPU


def measure(articles: int, *, folder: Path | None = None, pages: int = _PAGES) -> Grown:
    """The figures of a size; corpora lie in `folder`, or else in the cache."""
    cost = _relation_cost(articles)
    workspace = _workspace(articles, folder or cache_folder())
    corpus = workspace / "corpus.db"
    return Grown(
        articles=articles, corpus_mb=corpus.stat().st_size / 1e6,
        lookup_ms=cost["last_look-up"], insert_ms=cost["last_insert"],
        relation_ms=cost["last_total"], row_bytes=cost["index_bytes"] / ROWS_A_TEXT,
        written_kb=cost["written_bytes"] / 1000,
        first_request_s=statistics.median(_first_request_s(workspace) for _ in range(_TIMES)),
        status_s=statistics.median(_status_s(workspace) for _ in range(_TIMES)),
        peak_mib=_peak_mib(workspace, pages), answers_ms=_answers(corpus),
    )  # fmt: skip


def _relation_cost(articles: int) -> dict[str, float]:
    bulk = max(0, articles - _MADE) if articles >= _BULK_FROM else 0
    with tempfile.TemporaryDirectory() as place:
        told = subprocess.run(
            [sys.executable, "-m", "benchmarks.relations.cost_run", place, str(articles),
             str(bulk), "1"],
            stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT,
        )  # fmt: skip
    return {name: float(value) for name, value in json.loads(told.stdout).items()}


def _workspace(articles: int, folder: Path) -> Path:
    """A workspace whose corpus a daemon has at hand: judged, threaded, and of that size."""
    made = folder / f"grown-{SCHEMA_VERSION}-{articles}"
    if made.exists():
        return made
    draft = folder / f"{made.name}.part"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    make_workspace(draft)
    _first_request_s(draft)  # the topic is learned, nothing is there
    build_corpus(draft / "corpus.db", articles=articles)
    if articles > _THREADED_UP_TO:
        _take_as_laid(draft)
    _first_request_s(draft)  # its stories are laid once
    draft.rename(made)
    return made


def _take_as_laid(folder: Path) -> None:
    """Have the stories that the made rows tell stand: threading reads every text."""
    workspace = Workspace.open(folder, {})
    with closing(workspace.corpus()) as corpus:
        lexicon = before_run(workspace, corpus, now=datetime.now(UTC)).topic.lexicon
        take_as_laid(corpus, lexicon)


def _first_request_s(workspace: Path) -> float:
    with _doorbell() as (url, rung):
        began = time.perf_counter()
        command = crawl_command("urls", "-a", f"url={url}/{time.time_ns()}")
        time_command(command, folder=workspace, environ=ENVIRON)
    return min(rung) - began


@contextmanager
def _doorbell() -> Iterator[tuple[str, list[float]]]:
    """An address that gives nothing, and when it was asked."""
    rung: list[float] = []

    class Bell(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            rung.append(time.perf_counter())
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base names it)
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Bell) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", rung
        server.shutdown()
        thread.join()


def _status_s(workspace: Path) -> float:
    command = [sys.executable, "-m", "ingest", "status"]
    return time_command(command, folder=workspace, environ=ENVIRON).wall_s


def _peak_mib(workspace: Path, pages: int) -> float:
    with local_web(pages=pages, hosts=20) as urls:
        listed = workspace / "urls.txt"
        listed.write_text("\n".join(urls), encoding="utf-8")
        command = crawl_command("urls", "-a", f"file={listed}")
        return time_command(command, folder=workspace, environ=ENVIRON).peak_mib


def _usual_story(corpus: Path) -> int:
    """A story of some 40 articles: threads of made rows get numbers and sizes of their own."""
    with closing(sqlite.connect(f"file:{corpus}?mode=ro", uri=True)) as connection:
        asked = "SELECT id FROM stories ORDER BY abs(articles - 40), id LIMIT 1"
        return int(connection.execute(asked).fetchone()[0])


def _answers(corpus: Path) -> dict[str, tuple[float, float]]:
    asked = reading.addresses(story=_usual_story(corpus))
    del asked[reading.EXTREME]
    told = reading.measure(corpus, asked)
    failed = [one for times in told.values() for one in times if math.isnan(times[one])]
    if failed:
        raise ValueError(f"no whole answer from {corpus}: {', '.join(failed)}")
    return {
        kind: (statistics.median(times.values()), max(times.values()))
        for kind, times in told.items()
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--sizes", type=lambda told: [int(one) for one in told.split(",")], default=list(SIZES)
    )
    parser.add_argument("--folder", type=Path, help="for the corpora, in place of the cache")
    asked = parser.parse_args(arguments)
    for articles in asked.sizes:
        print(json.dumps(asdict(measure(articles, folder=asked.folder))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
