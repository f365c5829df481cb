"""Processor time of a page by stage: `python -m benchmarks.speed.stages [--pages N] [--rounds N]`.

Pages go through the very functions of a crawl, in one process; trafilatura's fast mode reads the
same pages in turn with ours. What Scrapy takes is that of a crawl which throws its pages away.
`--saved` reads the pages of the evaluation folder instead of the local web's.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import trafilatura

import ingest.extract
from benchmarks.real_web import EVAL
from benchmarks.speed.contenders import CEILING, contenders
from benchmarks.speed.server import local_web
from benchmarks.speed.timing import spread_of, time_command
from benchmarks.speed.web import HOSTS, make_web
from benchmarks.speed.workspaces import make_workspace
from ingest.archive import Archive
from ingest.extract import read_page
from ingest.intake import Intake
from ingest.items import Candidate, FetchedPage
from ingest.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.speed.timing import Spread

__all__ = ["STAGES", "Page", "local_pages", "saved_pages", "time_pages"]

#: In the order in which a page goes through them.
STAGES = (
    "fetch", "archive", "parse", "extract", "quality", "relevance", "relation", "links", "store",
)  # fmt: skip
FAST = "trafilatura fast"  #: with metadata, as ours
_NOW = datetime(2026, 11, 1, tzinfo=UTC)
_LEASE_S = 3600.0
_HTML = "text/html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page to be timed."""

    url: str
    body: bytes = field(repr=False)


@dataclass(slots=True)
class _Clock:
    """Processor time by stage, less that of stages inside of it."""

    seconds: dict[str, float] = field(default_factory=dict)
    _within_s: float = 0.0

    @contextmanager
    def during(self, stage: str) -> Iterator[None]:
        before, self._within_s = self._within_s, 0.0
        began = time.process_time()
        try:
            yield
        finally:
            spent = time.process_time() - began
            self.seconds[stage] = self.seconds.get(stage, 0.0) + spent - self._within_s
            self._within_s = before + spent

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            with self.during(stage):
                return function(*args, **kwargs)

        return call


def local_pages(count: int) -> list[Page]:
    """Pages of the local web."""
    return [Page(url=one.url, body=one.body) for one in make_web(pages=count, port=80)]


def saved_pages(count: int) -> list[Page]:
    """Pages of the evaluation folder, spread over its sets; none where it is absent."""
    folder = EVAL / "extraction"
    if not folder.is_dir():
        return []
    with gzip.open(folder / "pages.jsonl.gz", "rt", encoding="utf-8") as told:
        rows = [json.loads(line) for line in told]
    return [
        Page(
            url=row["url"] or f"http://{row['id']}.test/",
            body=gzip.decompress((folder / "html" / f"{row['id']}.html.gz").read_bytes()),
        )
        for row in rows[:: max(1, len(rows) // count)][:count]
    ]


def time_pages(pages: Sequence[Page], folder: Path) -> dict[str, float]:
    """Milliseconds a page by stage, all but `fetch`, and of trafilatura's fast mode."""
    clock = _Clock()
    workspace = Workspace.open(make_workspace(folder), {})
    with closing(workspace.corpus()) as corpus:
        run = corpus.start_run(spider="urls", trigger="benchmark", version="", now=_NOW)
        intake = Intake(corpus, workspace.learn(corpus), workspace.settings, run)
        archive = Archive(workspace.settings.archive_path, run=run, spider="urls")
        intake.offer((_candidate(page) for page in pages), now=_NOW)
        due = {
            one.url: one.page
            for one in corpus.claim(run=run, limit=len(pages), now=_NOW, lease_s=_LEASE_S)
        }
        known = [page for page in pages if page.url in due]
        with _watched(clock, intake):
            for page in known:
                with clock.during(FAST):
                    trafilatura.bare_extraction(
                        page.body, url=page.url, fast=True, with_metadata=True
                    )
                _take(page, due[page.url], intake, archive, clock)
        archive.close()
    return {stage: 1000 * spent / len(known) for stage, spent in clock.seconds.items()}


def _candidate(page: Page) -> Candidate:
    return Candidate(url=page.url, found_by="urls", is_given=True)


def _take(page: Page, number: int, intake: Intake, archive: Archive, clock: _Clock) -> None:
    """What the pipelines of a crawl do with one page."""
    with clock.during("archive"):
        offset = archive.append(
            url=page.url, status=200, headers=(), body=page.body, fetched_at=_NOW
        )
    with clock.during("extract"):
        read = read_page(page.body, page.url, None, _HTML, now=_NOW)
    fetched = FetchedPage(
        page=number, url=page.url, final_url=page.url, status=200, body=page.body,
        content_type=_HTML, encoding=None, etag=None, last_modified=None, fetched_at=_NOW,
        warc=archive.name, warc_offset=offset,
    )  # fmt: skip
    with clock.during("store"):
        intake.take_page(fetched, read)


@contextmanager
def _watched(clock: _Clock, intake: Intake) -> Iterator[None]:
    """Time what the two calls of `_take` hold: parsing, gates, and the stages of the intake."""
    intake.stopwatch = clock  # type: ignore[assignment]  # times the processor, not the clock
    parts: tuple[tuple[object, str, str], ...] = (
        (ingest.extract, "parse", "parse"),
        (ingest.extract, "read_signals", "quality"),
        (ingest.extract, "assess", "quality"),
        (intake, "offer", "links"),
    )
    patches = [
        mock.patch.object(owner, name, clock.timed(stage, getattr(owner, name)))
        for owner, name, stage in parts
    ]
    for patch in patches:
        patch.start()
    try:
        yield
    finally:
        for patch in patches:
            patch.stop()


def time_fetching(count: int, folder: Path) -> float:
    """Milliseconds a page of a plain crawl that keeps nothing, its start apart."""
    (ceiling,) = contenders([CEILING])
    spent: list[float] = []
    with local_web(pages=count, hosts=HOSTS) as urls:
        for pages in (1, count):
            own = folder / f"{pages}-{time.monotonic_ns()}"
            own.mkdir()
            listed = own / "urls.txt"
            listed.write_text("\n".join(urls[:pages]) + "\n", encoding="utf-8")
            spent.append(time_command(ceiling.command(listed, own), folder=own).cpu_s)
    return 1000 * (spent[1] - spent[0]) / (count - 1)


def _measure(arguments: argparse.Namespace) -> list[dict[str, float]]:
    make = saved_pages if arguments.saved else local_pages
    pages = make(arguments.pages)
    if not pages:
        raise SystemExit("no saved pages here")
    told: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as scratch:
        time_pages(pages[:5], Path(scratch) / "warm")  # loads what is loaded once a process
        for number in range(arguments.rounds):
            one = time_pages(pages, Path(scratch) / f"round-{number}")
            if not arguments.saved:
                one["fetch"] = time_fetching(arguments.pages, Path(scratch))
            told.append(one)
    return told


def _table(rounds: Sequence[dict[str, float]]) -> str:
    def spread(value: Callable[[dict[str, float]], float]) -> Spread:
        return spread_of(value(one) for one in rounds)

    lines = ["| stage | ms CPU a page, median (least to most) |", "| --- | --- |"]
    lines += [
        f"| {stage} | {spread(lambda one, stage=stage: one[stage]).told()} |"  # type: ignore[misc]
        for stage in (*STAGES, FAST)
        if stage in rounds[0]
    ]
    own = spread(lambda one: (one["parse"] + one["extract"]) / one[FAST])
    lines.append(f"| parse and extract, trafilatura fast being 1 | {own.told(2)} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table, or each round as a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--saved", action="store_true", help="pages of the evaluation folder")
    parser.add_argument("--json", action="store_true", help="each round as a line of JSON")
    arguments = parser.parse_args()
    rounds = _measure(arguments)
    told = "\n".join(map(json.dumps, rounds)) if arguments.json else _table(rounds)
    print(told)


if __name__ == "__main__":
    main()
