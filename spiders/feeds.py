"""RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed; what sites find for the topic; guesses at feeds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from scrapy import Request

from ingest import clock
from ingest.discovery.feeds import Feed, read_feed
from ingest.middlewares import HostAsleep, RobotsForbidden
from ingest.site_search import KIND as SEARCH
from ingest.site_search import enter_searches
from spiders.base import Found, words_of
from spiders.endings import words_of_error
from spiders.guessing import GuessingSpider
from spiders.older import Older, forget, remember, stored

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.http import Response
    from twisted.python.failure import Failure

    from ingest.items import DueSource
    from spiders.apart import Reader

__all__ = ["FeedsSpider", "read_feed"]

_ENDS = (400, 404, 410)  # how WordPress says that there is no such page
_ERRORS = 300
_TRIES = 5  # polls that ask for one older page in vain, until it is given up


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
        corpus, older = self.bench.corpus, stored(self.bench.corpus, source.source)
        if isinstance(found, Feed) and found.next_page and self.is_all_new(found):
            older = Older(url=found.next_page, is_resumed=older is not None)
        elif older is not None:
            older = replace(older, is_resumed=True)
        older = self._kept(source, older, before=(response.url,))  # before the first is old news
        super()._close_poll(source, response, found, body_hash=body_hash)
        if isinstance(found, Feed) and found.is_over:
            corpus.rest_source(source.source, because="it says that nothing more will come")
        if older is not None:
            self._ask_page(source, older, before=(response.url,))

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

    def _kept(
        self, source: DueSource, older: Older | None, *, before: tuple[str, ...]
    ) -> Older | None:
        """The page to ask for next, kept until it was read; None: there were enough."""
        corpus, most = self.bench.corpus, self.bench.workspace.settings.feeds.pages
        if older is None or older.number > most or older.url in before:
            forget(corpus, source.source)
            return None
        remember(corpus, source.source, older)
        return older

    def _ask_page(self, source: DueSource, older: Older, *, before: tuple[str, ...]) -> None:
        request = Request(
            older.url,
            callback=self.on_later_page,
            errback=self.on_later_page_error,
            meta={
                "handle_httpstatus_list": [*range(400, 600)],
                "source": source,
                "older": older,
                "before": (*before, older.url),
            },
            priority=1_000_000,
            dont_filter=True,
        )
        self._ask([request])

    async def on_later_page(self, response: Response) -> None:
        """Take in what an older page named; ask for another while all of it is new."""
        source: DueSource = response.meta["source"]
        older: Older = response.meta["older"]
        if response.status in _ENDS:
            forget(self.bench.corpus, source.source)
            return
        if response.status >= _ERRORS:
            self._cut_short(source, older, f"http {response.status}")
            return
        try:
            await self.apart.read(response, read_feed)
            feed = self.read_answer(response, source.kind)
        except ValueError as exc:
            self._cut_short(source, older, str(exc)[:200])
        except Exception as exc:  # noqa: BLE001  # it is written down, and tried no more for ever
            self._cut_short(source, older, words_of_error(exc))
        else:
            self._take_older(source, older, response, feed)

    def _take_older(self, source: DueSource, older: Older, response: Response, feed: Found) -> None:
        """Enter what a page names, together with where to go on."""
        now, next_page = clock.now(), feed.next_page if isinstance(feed, Feed) else None
        # Pages move on between two polls: one that was cut short is followed to its end.
        has_more = next_page and (older.is_resumed or self.is_all_new(feed))
        following = older.following(next_page) if has_more and next_page else None
        before: tuple[str, ...] = response.meta["before"]
        new = self.bench.intake.offer(feed.candidates, now=now, source=source.source)
        following = self._kept(source, following, before=before)
        self.bench.log.info("older page read", source=source.url, page=older.number, new=new)
        if following is not None:
            self._ask_page(source, following, before=before)

    def on_later_page_error(self, failure: Failure) -> None:
        """Write down that there were more pages."""
        meta = failure.request.meta  # type: ignore[attr-defined]  # Scrapy sets it
        is_asleep = bool(failure.check(HostAsleep))
        self._cut_short(meta["source"], meta["older"], words_of(failure), is_try=not is_asleep)

    def _cut_short(self, source: DueSource, older: Older, why: str, *, is_try: bool = True) -> None:
        """Leave the rest of the pages to the next poll, unless they were tried often enough."""
        corpus = self.bench.corpus
        tried = replace(older, tries=older.tries + is_try)
        with corpus.transaction():
            if tried.tries < _TRIES:
                remember(corpus, source.source, tried)
            else:
                forget(corpus, source.source)
            said = f"cut short before page {older.number}: {why}"
            corpus.note_lack(source.source, said)
