"""The spiders of the crawl, its corpus and its manners, over a web without sockets or sleep.

Scrapy's engine alone is stood in for: what is asked, when, and what an answer teaches is the code
that a daemon runs.
"""

from __future__ import annotations

import asyncio
import inspect
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import DontCloseSpider
from scrapy.http import TextResponse
from scrapy.settings import Settings
from twisted.python.failure import Failure

from ingest import clock, log
from ingest.config import load_settings
from ingest.extensions import _BENCHES, Bench
from ingest.intake import Intake
from ingest.items import FailedFetch, FetchedPage, Outcome
from ingest.obedience import RobotsPolicy
from ingest.pacing import HostPatience, note_answer
from ingest.rejudge import before_run
from ingest.workspace import Workspace
from spiders.feeds import FeedsSpider
from spiders.frontier import FrontierSpider
from spiders.sitemaps import SitemapsSpider

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from scrapy import Request

    from benchmarks.polite.web import Web
    from ingest.corpus import Corpus
    from spiders.base import SourceSpider

__all__ = ["Crawl", "make_workspace", "simulated_clock"]

_HOPS = 6
_REDIRECTS = (301, 302, 303, 307, 308)
_SEED = (
    "Talks between Azerbaijan and Russia in Baku\n"
    "The ministers of Azerbaijan and Russia resumed their talks in Baku after a dispute over "
    "flights to Moscow. The presidents of Azerbaijan and Russia discuss prisoners, and the "
    "ministers sign a note in Moscow, officials in Baku said. "
) * 4


def make_workspace(folder: Path, toml: str) -> Workspace:
    """A workspace whose topic every article of the made-up web belongs to."""
    (folder / "seeds").mkdir(parents=True)
    for number in range(2):
        (folder / "seeds" / f"{number}.txt").write_text(_SEED + f"\nReport {number}.")
    (folder / "seedbed.toml").write_text(toml)
    return Workspace(folder=folder, settings=load_settings(folder, {}))


@contextmanager
def simulated_clock(crawl: Crawl) -> Iterator[None]:
    """Let every shell that reads the clock read that of the crawl."""
    real, clock.now = clock.now, lambda: crawl.now
    try:
        yield
    finally:
        clock.now = real


class _Crawler:
    """As much of Scrapy's crawler as spiders and middlewares ask for."""

    def __init__(self, crawl: Crawl, settings: Settings) -> None:
        self.settings = settings
        self.stats = None
        self.engine = SimpleNamespace(
            downloader=SimpleNamespace(per_slot_settings={}, slots={}),
            crawl=crawl.queue.append,
            download_async=crawl.fetch,
        )


@dataclass(kw_only=True)
class Crawl:
    """One daemon's life on a made-up web."""

    workspace: Workspace
    web: Web
    now: datetime
    queue: deque[Request] = field(default_factory=deque)
    seen: dict[str, datetime] = field(default_factory=dict)  #: when an article was fetched
    bench: Bench = field(init=False)

    def __post_init__(self) -> None:
        """Open the corpus and enter the sources."""
        with simulated_clock(self):
            corpus: Corpus = self.workspace.corpus()
            knowledge = before_run(self.workspace, corpus, now=self.now)
            run = corpus.start_run(spider="polite", trigger="benchmark", version="0", now=self.now)
            intake = Intake(corpus, knowledge, self.workspace.settings, run)
            unused: Any = None  # nothing is archived
            self.bench = Bench(
                workspace=self.workspace, corpus=corpus, intake=intake, archive=unused, run=run,
                log=log.get("polite"),
            )  # fmt: skip
            for kind, url in self.web.sources():
                corpus.add_source(
                    kind=kind, url=url, outlet=None, found_by="settings", every_minutes=30,
                    now=self.now,
                )  # fmt: skip
        settings = Settings(
            {"USER_AGENT": self.workspace.settings.user_agent, "ROBOTSTXT_OBEY": True,
             "DOWNLOAD_DELAY": 1.0}
        )  # fmt: skip
        crawler: Any = _Crawler(self, settings)
        self._crawler = crawler
        _BENCHES[crawler] = self.bench
        self._rules = RobotsPolicy(crawler)
        self._guards: list[Any] = [HostPatience(crawler), self._rules]

    def live(self, until: datetime, *, tick: timedelta) -> None:
        """Do what is due, look by look."""
        with simulated_clock(self):
            asyncio.run(self._live(until, tick))
        self.bench.corpus.close()

    async def _live(self, until: datetime, tick: timedelta) -> None:
        next_look = self.now
        while next_look < until:
            self.now = max(self.now, next_look)
            for spider, kinds in (
                (FeedsSpider, ("feed",)),
                (SitemapsSpider, ("robots", "sitemap")),
            ):
                if self.bench.corpus.due_sources(kinds, now=self.now):
                    await self._run(spider())
            if self.bench.corpus.count_due(now=self.now):
                await self._run(FrontierSpider())
            next_look += tick

    async def _run(self, spider: SourceSpider) -> None:
        spider.crawler = self._crawler
        self.queue.extend([request async for request in spider.start()])
        while True:
            while self.queue:
                await self._handle(spider, self.queue.popleft())
            try:
                spider.on_idle()
            except DontCloseSpider:
                self.now += timedelta(seconds=0 if self.queue else 5)
                continue
            spider.closed("finished")
            return

    async def _handle(self, spider: SourceSpider, request: Request) -> None:
        try:
            response = await self.fetch(request)
        except Exception as exc:  # noqa: BLE001  # as Scrapy hands them on
            failure: Any = Failure(exc)
            failure.request = request
            assert request.errback is not None
            given = request.errback(failure)
        else:
            assert request.callback is not None
            given = request.callback(response)
            given = await given if inspect.isawaitable(given) else given
        if isinstance(given, FetchedPage | FailedFetch):
            self._take(given)
            spider.on_item_done()

    def _take(self, item: FetchedPage | FailedFetch) -> None:
        if isinstance(item, FetchedPage):
            self.seen.setdefault(item.url, item.fetched_at)
            item = FailedFetch(
                page=item.page, url=item.url, outcome=Outcome.REJECTED, status=item.status,
                reason="not read: requests are counted here", fetched_at=item.fetched_at,
            )  # fmt: skip
        self.bench.intake.take_failure(item)

    async def fetch(self, request: Request) -> Any:
        """What Scrapy's downloader would come back with."""
        meta = dict(request.meta)
        for _ in range(_HOPS):
            asked = request.replace(meta=meta)
            response = await self._ask(asked)
            where = response.headers.get("Location")
            if response.status not in _REDIRECTS or where is None:
                return response
            meta = {
                **meta,
                "redirect_times": meta.get("redirect_times", 0) + 1,
                "redirect_reasons": [*meta.get("redirect_reasons", []), response.status],
            }
            request = request.replace(url=where.decode())
        raise AssertionError("the made-up web has no endless redirects")

    async def _ask(self, request: Request) -> Any:
        response: Any = None
        for guard in self._guards:
            given = guard.process_request(request)
            response = await given if inspect.isawaitable(given) else given
            if response is not None:
                return response
        self.now += timedelta(seconds=1)
        headers = {k.decode(): v[0].decode() for k, v in request.headers.items()}
        answer = self.web.answer(request.url, headers, self.now)
        response = TextResponse(
            request.url, status=answer.status, body=answer.body, headers=answer.headers,
            encoding="utf-8", request=request,
        )  # fmt: skip
        note_answer(self._crawler, request, response)
        self._rules.process_response(request, response)
        return response
