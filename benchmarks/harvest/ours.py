"""How Seedbed walks the web: its own intake, corpus and frontier, page by page in one process.

Only the network and the reading of a text out of its page are left out: an article is given as it
stands in the collection. Links are read from the rendered page, as in a crawl.
"""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harvest.html import render
from benchmarks.real_web import make_workspace
from ingest.extract import PageRead
from ingest.extract.links import find_placed_links
from ingest.extract.page import parse
from ingest.intake import Intake
from ingest.items import (
    Article,
    Candidate,
    FailedFetch,
    FetchedPage,
    Outcome,
    Reason,
    Rejection,
    Stage,
)
from ingest.urls import outlet_of
from ingest.workspace import Workspace
from spiders.links import read_site

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.harvest.web import Page, Web
    from ingest.items import DuePage

__all__ = ["Reader", "best_first", "seed_files"]

_NOW = datetime(2017, 2, 1, tzinfo=UTC)
_LEASE_S = 3600.0
_NOT_FOUND = 404


def seed_files(seeds: Iterable[Mapping[str, Any]]) -> dict[str, bytes]:
    """The seed documents of a story, by file name."""
    return {f"{text['id']}.txt": f"{text['title']}\n{text['text']}\n".encode() for text in seeds}


class Reader:
    """Reads the pages of a web, each once."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self._read: dict[str, PageRead | None] = {}

    def read(self, url: str) -> PageRead | None:
        """What was read from a page; None: there is no such page."""
        if url not in self._read:
            page = self.web.fetch(url)
            self._read[url] = _read(page, url) if page else None
        return self._read[url]

    def read_front(self, url: str) -> tuple[Candidate, ...]:
        """The links of a page that is polled."""
        page = self.web.fetch(url)
        assert page is not None, url
        return read_site(render(page), {"Content-Type": "text/html; charset=utf-8"}, url).candidates


def _read(page: Page, url: str) -> PageRead:
    parsed = parse(render(page), url, "utf-8")
    assert parsed is not None
    text = page.text["text"] if page.text is not None else ""
    _, links, places = find_placed_links(parsed, text)
    if page.text is None:
        refused = Rejection(stage=Stage.QUALITY, reason=Reason.LIST, detail="made as one")
        return PageRead(article=None, rejection=refused, links=links, places=places)
    published = datetime.fromisoformat(page.text["date"]).replace(tzinfo=UTC)
    article = Article(url=url, title=page.title, text=text, published=published, language="en")
    return PageRead(article=article, rejection=None, links=links, places=places)


def best_first(
    reader: Reader,
    given: Sequence[str],
    budget: int,
    seeds: Iterable[Mapping[str, Any]],
    settings: str = "",
) -> list[str]:
    """Addresses in the order asked for, front pages that are polled among them.

    Args:
        reader: of the web.
        given: addresses of the seed documents.
        budget: requests at most.
        seeds: the seed documents.
        settings: more lines of `seedbed.toml`.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = make_workspace(Path(scratch) / "w", seed_files(seeds), {"sites": reader.web.homes})
        with (folder / "seedbed.toml").open("a", encoding="utf-8") as told:
            told.write(f"sample_share = 0.0\n{settings}\n")
        workspace = Workspace.open(folder, {})
        with closing(workspace.corpus()) as corpus:
            knowledge = workspace.learn(corpus)
            run = corpus.start_run(spider="links", trigger="benchmark", version="0", now=_NOW)
            intake = Intake(corpus, knowledge, workspace.settings, run)
            return _Walk(reader=reader, intake=intake, budget=budget).walk(given)


@dataclass(kw_only=True)
class _Walk:
    reader: Reader
    intake: Intake
    budget: int

    def __post_init__(self) -> None:
        self.asked: list[str] = []
        self.polled = set[int]()

    def walk(self, given: Sequence[str]) -> list[str]:
        corpus = self.intake.corpus
        people = [Candidate(url=url, found_by="urls", is_given=True) for url in given]
        self.intake.offer(people, now=_NOW)
        for url in self.reader.web.homes:
            corpus.add_source(
                kind="site", url=url, outlet=outlet_of(url), found_by="settings",
                every_minutes=30, now=_NOW,
            )  # fmt: skip
        while len(self.asked) < self.budget and (self._poll() or self._take()):
            pass
        return self.asked[: self.budget]

    def _poll(self) -> bool:
        """Ask the sources that are due; whether there were any."""
        due = self.intake.corpus.due_sources(("site",), now=_NOW)
        fresh = [source for source in due if source.source not in self.polled]
        for source in fresh:
            self.polled.add(source.source)
            self.asked.append(source.url)
            self.intake.offer(self.reader.read_front(source.url), now=_NOW, source=source.source)
        return bool(fresh)

    def _take(self) -> bool:
        """Fetch the best of the frontier; whether there was anything."""
        due = self.intake.corpus.claim(run=self.intake.run, limit=1, now=_NOW, lease_s=_LEASE_S)
        for page in due:
            self.asked.append(page.url)
            self._take_page(page)
        return bool(due)

    def _take_page(self, page: DuePage) -> None:
        if (read := self.reader.read(page.url)) is None:
            failed = FailedFetch(
                page=page.page, url=page.url, outcome=Outcome.GONE, reason="http 404",
                status=_NOT_FOUND, fetched_at=_NOW,
            )  # fmt: skip
            self.intake.take_failure(failed)
            return
        fetched = FetchedPage(
            page=page.page, url=page.url, final_url=page.url, status=200, body=b"",
            content_type="text/html", encoding=None, etag=None, last_modified=None,
            fetched_at=_NOW,
        )  # fmt: skip
        self.intake.take_page(fetched, read)
