"""What the spiders of archives share: pages taken from captures, never from their own addresses.

A capture goes the way of every page: archive, extractors, judge. It is entered in the ledger under
the page's own address, in the moment in which its text is handed on, as fetched when it was made.

A run that ends before a capture is judged leaves its page waiting, due like any other: the next run
that reads the archive takes it up, or a crawl that comes first asks the live page. Left undue, it
would be lost where nobody reads the archive again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from scrapy import Request, signals
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)

from ingest import clock
from ingest.capturing import enter_capture, fetched_page, hold_page, is_news
from ingest.errors import CorpusError
from ingest.items import FetchedPage, HostWait
from ingest.pacing import host_key
from ingest.pipelines import Reading as ReadPage
from ingest.urls import address_key
from spiders.base import SourceSpider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime, timedelta

    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from ingest.archives.responses import Captured
    from ingest.items import DuePage, FailedFetch

__all__ = ["NETWORK_ERRORS", "CaptureSpider"]

#: What a request may end with in place of an answer.
NETWORK_ERRORS = (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    OSError,
    ResponseDataLossError,
)

_UNDER_WAY = 24  # pages handed on and not yet judged
_ANY_STATUS = [*range(300, 600)]


class CaptureSpider(SourceSpider):
    """Takes in captures of pages."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> CaptureSpider:
        """The spider, told of each page that was judged."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        assert isinstance(spider, CaptureSpider)
        for ended in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(spider.on_judged, signal=ended)
        return spider

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._under_way = 0
        self._held: dict[int, str] = {}  # pages under way, and their keys
        self._room = asyncio.Event()

    async def start(self) -> AsyncIterator[Any]:
        """Hand on captures, a few at a time."""
        try:
            async for page in self.captures():
                self._under_way += 1
                yield page
                await self._have_room(_UNDER_WAY)
                if self.bench.gives_back:
                    return
            await self._have_room(1)
            self.end()
        except CorpusError as exc:  # Scrapy would log it and call the run finished
            self.bench.trouble = self.bench.trouble or str(exc)
            self.bench.log.error("crawl ended", error=str(exc))

    def captures(self) -> AsyncIterator[FetchedPage | FailedFetch]:
        """The pages to be judged."""
        raise NotImplementedError

    def judged(self, page: int) -> None:
        """Take note that a page was judged, and that its verdict stands."""

    def end(self) -> None:
        """Take note that everything was judged."""

    def _top_up(self) -> bool:
        """No page is asked for at its own address."""
        return False

    async def _have_room(self, most: int) -> None:
        while self._under_way >= most and not self.bench.trouble:
            self._room.clear()
            await self._room.wait()

    async def until_judged(self, url: str) -> None:
        """Let an earlier capture of the same address be judged before the next is looked at."""
        while self._held and not self.bench.trouble and address_key(url) in self._held.values():
            self._room.clear()
            await self._room.wait()

    def on_judged(self, item: FetchedPage | FailedFetch | ReadPage) -> None:
        """Let the next page in."""
        page = item.page.page if isinstance(item, ReadPage) else item.page
        if not self.bench.gives_back:  # else nobody judged it, whatever signal says that it ended
            try:
                self.judged(page)
            except CorpusError as exc:
                self.bench.trouble = str(exc)
        self._held.pop(page, None)
        self._under_way -= 1
        self._room.set()

    # -- the ledger -------------------------------------------------------------------------------

    def is_news(self, url: str, at: datetime) -> bool:
        """Whether a capture may tell something that is not known of its address."""
        return is_news(self.bench.corpus, url, at, found_by=self.name)

    def take(self, found: Captured, capture: str) -> FetchedPage | None:
        """Enter a capture in the ledger and hold its line; None: another run is at it.

        Its line is due at its own address too, if this run ends first.

        Args:
            found: the page.
            capture: where it was taken from.
        """
        due = enter_capture(self.bench.intake, found.url, found.at, found_by=self.name)
        return self.fetched(due, found, capture) if due is not None else None

    def hold(self, url: str) -> DuePage | None:
        """Lease the page of an address; None: another run is at it."""
        return hold_page(self.bench.intake, url)

    def fetched(self, due: DuePage, found: Captured, capture: str) -> FetchedPage:
        """A capture as what was fetched of a page that this run holds."""
        self._held[due.page] = address_key(found.url)
        return fetched_page(due, found, capture)

    # -- an archive's host ------------------------------------------------------------------------

    def request(self, url: str, **meta: Any) -> Request:
        """A request to an archive, which is there for programs: its robots.txt is not asked."""
        told = {
            "handle_httpstatus_list": _ANY_STATUS, "dont_obey_robotstxt": True,
            "dont_retry": True, "dont_redirect": True, **meta,
        }  # fmt: skip
        return Request(url, meta=told, headers={"Accept": "*/*"}, dont_filter=True)

    async def ask(self, request: Request) -> Response:
        """What the archive answers."""
        engine = self.crawler.engine
        assert engine is not None
        return await engine.download_async(request)

    def rest(self, request: Request, wait: timedelta, because: str, *, doubling: bool) -> None:
        """Leave a host alone, over restarts; never shorter than it asked for.

        Args:
            wait: the first time.
            because: what it did, in words.
            doubling: whether to wait twice as long each further time.
        """
        corpus, host, now = self.bench.corpus, host_key(request), clock.now()
        before = corpus.host_wait(host)
        # The adapter that watches all hosts may have counted this answer already.
        is_counted = before is not None and before.until > now
        strikes = (before.strikes if before else 0) + (not is_counted)
        until = now + wait * (2 ** min(strikes - 1, 10) if doubling else 1)
        if before is not None:
            until = max(until, before.until)
        corpus.keep_waiting(host, HostWait(until=until, strikes=strikes, because=because))
        said = f"{until:%F %T}"
        self.bench.log.warning("archive not asked", host=host, until=said, error=because)
