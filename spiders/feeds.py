"""RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed; what sites find for the topic; guesses at feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from scrapy import Request

from ingest import clock
from ingest.discovery.feeds import Feed, read_feed
from ingest.middlewares import RobotsForbidden
from ingest.site_search import KIND as SEARCH
from ingest.site_search import enter_searches
from spiders.base import Found, words_of
from spiders.guessing import GuessingSpider
from spiders.headers import header_map

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.http import Response
    from twisted.python.failure import Failure

    from ingest.items import DueSource
    from spiders.apart import Reader

__all__ = ["FeedsSpider", "read_feed"]

_ENDS = (400, 404, 410)  # how WordPress says that there is no such page
_ERRORS = 300


class FeedsSpider(GuessingSpider):
    """Polls feeds: those of the settings and those that pages announced."""

    name = "feeds"
    kinds: ClassVar[tuple[str, ...]] = ("feed", SEARCH, "feed-guess")
    guessed: ClassVar[Mapping[str, str]] = {"feed-guess": "feed"}

    def read_source(
        self, body: bytes, headers: Mapping[str, str], base_url: str, kind: str
    ) -> Found:
        """Read a feed."""
        return self.reader_of(kind)(body, headers, base_url)

    def reader_of(self, kind: str) -> Reader:
        """Feeds are read alike, whatever they were found by."""
        del kind
        return read_feed

    def _enter_sources(self) -> None:
        super()._enter_sources()
        bench = self.bench
        topic = bench.intake.knowledge.topic
        enter_searches(bench.workspace, bench.corpus, topic, now=clock.now())

    def _close_poll(
        self, source: DueSource, response: Response, found: Found, *, body_hash: str | None
    ) -> None:
        has_more = isinstance(found, Feed) and found.next_page and self.is_all_new(found)
        super()._close_poll(source, response, found, body_hash=body_hash)
        if not isinstance(found, Feed):
            return
        if found.is_over:
            because = "it says that nothing more will come"
            self.bench.corpus.rest_source(source.source, because=because)
        if has_more and found.next_page:
            self._ask_page(source, found.next_page, number=2, before=(response.url,))

    def on_source_error(self, failure: Failure) -> None:
        """Write down what did not answer; a site whose robots.txt forbids its search has none."""
        source: DueSource = failure.request.meta["source"]  # type: ignore[attr-defined]  # Scrapy sets it
        if source.kind == SEARCH and failure.check(RobotsForbidden):
            bench, why = self.bench, "robots.txt forbids its search"
            bench.corpus.close_search(source.url.partition("?")[0], because=why)
            bench.corpus.close_source(source.source, run=bench.run, because=why)
        else:
            super().on_source_error(failure)

    # -- pages of older items (RFC 5005) -----------------------------------------------------------

    def _ask_page(
        self, source: DueSource, url: str, *, number: int, before: tuple[str, ...]
    ) -> None:
        """Ask for the next page, unless it was read already or there were enough."""
        if number > self.bench.workspace.settings.feeds.pages or url in before:
            return
        request = Request(
            url,
            callback=self.on_later_page,
            errback=self.on_later_page_error,
            meta={
                "handle_httpstatus_list": [*range(400, 600)],
                "source": source,
                "number": number,
                "before": (*before, url),
            },
            priority=1_000_000,
            dont_filter=True,
        )
        self._ask([request])

    def on_later_page(self, response: Response) -> None:
        """Take in what an older page named; ask for another while all of it is new."""
        source: DueSource = response.meta["source"]
        number: int = response.meta["number"]
        if response.status in _ENDS:
            return
        if response.status >= _ERRORS:
            self._cut_short(source, number, f"http {response.status}")
            return
        try:
            feed = read_feed(response.body, header_map(response), response.url)
        except ValueError as exc:
            self._cut_short(source, number, str(exc)[:200])
            return
        has_more = self.is_all_new(feed)
        new = self.bench.intake.offer(feed.candidates, now=clock.now(), source=source.source)
        self.bench.log.info("older page read", source=source.url, page=number, new=new)
        if has_more and feed.next_page:
            before: tuple[str, ...] = response.meta["before"]
            self._ask_page(source, feed.next_page, number=number + 1, before=before)

    def on_later_page_error(self, failure: Failure) -> None:
        """Write down that there were more pages."""
        meta = failure.request.meta  # type: ignore[attr-defined]  # Scrapy sets it
        self._cut_short(meta["source"], meta["number"], words_of(failure))

    def _cut_short(self, source: DueSource, number: int, why: str) -> None:
        self.bench.corpus.note_lack(source.source, f"cut short before page {number}: {why}")
