"""What all spiders share: poll the sources that are due, then fetch the frontier.

A new kind of source is one new file: a `SourceSpider` with a `name`, the `kinds` it polls and a
pure `read_source(body, headers, base_url, kind) -> Found`.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urljoin

from scrapy import Request, Spider, signals
from scrapy.exceptions import DontCloseSpider

from ingest import clock
from ingest.cadence import HARD, SOFT, backoff_minutes, next_poll_minutes, weight_of, whole_second
from ingest.errors import CorpusError
from ingest.extensions import bench_of, laid_bench
from ingest.items import DuePage, DueSource, FailedFetch, FetchedPage, Found, Outcome
from ingest.middlewares import HostAsleep
from ingest.polling import address_of, after_answer, after_not_modified, validators_of
from ingest.rhythm import Pace
from ingest.text import clean_controls
from ingest.urls import outlet_of
from ingest.workspace import current_workspace
from spiders.apart import Apart, entered_ahead, read_ahead
from spiders.endings import outcome_of, refusal, words_of, words_of_error
from spiders.headers import (
    charset_of,
    conditional,
    fresh_for_s,
    header_map,
    headers_of,
    retry_after_s,
    text_header,
    was_conditional,
)
from spiders.holding import Holding
from spiders.patience import put_to_sleep_by, unless_broken
from spiders.policy import workspace_policy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from ingest.extensions import Bench
    from spiders.apart import Reader

__all__ = ["Found", "SourceSpider", "join", "words_of"]

_NOT_MODIFIED = 304
_ERRORS = 400
# Redirects stay with Scrapy; every other answer is ours to judge.
_OURS = [_NOT_MODIFIED, *range(_ERRORS, 600)]
_NO_ROBOTS = frozenset(range(400, 500)) - {429}  # there is none, and no harm (RFC 9309, 2.3.1.3)
_FOR_GOOD = {301, 308}
_AWAKE = timedelta(seconds=2)  # after which what waited for a host was asked, or is due no more
_ROBOTS_EVERY_MINUTES = 1440  # RFC 9309, section 2.4
_ACCEPT = {
    "feed": "application/atom+xml, application/rss+xml, application/feed+json;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1",
    "sitemap": "application/xml, text/xml;q=0.9, */*;q=0.1",
    "robots": "text/plain, */*;q=0.1",
}


def join(base_url: str, address: str) -> str | None:
    """An address as a source wrote it, absolute; None: it is none."""
    try:
        return urljoin(base_url, clean_controls(address).strip())
    except ValueError:
        return None


class SourceSpider(Spider):
    """Polls the sources of its kinds, then fetches what it found."""

    kinds: ClassVar[tuple[str, ...]] = ()  #: of sources it polls
    batch: ClassVar[int] = 64  #: pages leased at a time; what a kill can make us fetch twice
    guessed: ClassVar[Mapping[str, str]] = {}  #: kinds of guesses: what each may turn out to be
    keeps_pace: ClassVar[bool] = True  #: polls them by their own rhythm, as far as that is known

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Put the workspace's settings over the project's; `-s` still goes over these."""
        super().update_settings(settings)
        settings.setdict(workspace_policy(current_workspace().settings), priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> SourceSpider:
        """The spider, listening for the moments when it may ask for more."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.on_opened, signal=signals.spider_opened)
        crawler.signals.connect(spider.on_idle, signal=signals.spider_idle)
        for ended in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(spider.on_item_done, signal=ended)
        return spider

    def __init__(
        self, *args: Any, outlet: str | None = None, pages: str = "yes", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.outlet = outlet  #: whose sources and pages alone; None: of all
        self.fetches_pages = pages != "no"
        self._outstanding = 0  # pages asked for and not yet judged
        self._claimed = 0  # pages leased by this run
        self._polled = set[int]()  # sources asked in this run; none is asked twice
        self._put_off = set[str]()  # hosts whose pages all wait, since the last claim
        self._wakes = set[datetime]()  # when hosts may be asked that asked to be left alone

    @property
    def bench(self) -> Bench:
        """The tools of this run."""
        return bench_of(self.crawler)

    async def start(self) -> AsyncIterator[Request]:
        """Enter what the settings name, then poll what is due."""
        try:
            self._enter_sources()
            self.open_frontier()
            requests = self._source_requests()
        except CorpusError as exc:  # Scrapy would log it and go on with nothing
            self.bench.trouble = str(exc)
            self.bench.log.error("crawl not started", error=str(exc))
            return
        for request in requests:
            yield request

    def open_frontier(self) -> None:
        """Enter addresses that need no poll; for spiders that have such."""

    def read_source(
        self, body: bytes, headers: Mapping[str, str], base_url: str, kind: str
    ) -> Found:
        """What a source names; pure.

        Raises:
            ValueError: the body is no such source.
        """
        raise NotImplementedError(f"{self.name} polls nothing, but was given a {kind}")

    def reader_of(self, kind: str) -> Reader | None:
        """`read_source` as a function that can be sent to a process; None: it cannot be."""
        del kind
        return None

    def read_answer(self, response: Response, kind: str) -> Found:
        """What an answer names, wherever it was read.

        Raises:
            ValueError: it is no such source.
        """
        if (found := read_ahead(response)) is not None:
            return found
        return self.read_source(response.body, header_map(response), response.url, kind)

    @cached_property
    def apart(self) -> Apart:
        """Readers of long answers."""
        return Apart(self.bench.workspace.settings)

    @cached_property
    def holding(self) -> Holding:
        """What keeps the leases of this run."""
        return Holding(self.bench)

    def on_opened(self) -> None:
        """Give signs of life from now on."""
        if laid_bench(self.crawler) is not None:
            self.holding.begin()

    def closed(self, reason: str) -> None:
        """End what was started."""
        del reason
        if "holding" in vars(self):
            self.holding.end()
        if "apart" in vars(self):
            self.apart.close()

    @property
    def scope(self) -> str | None:
        """Whose finds to fetch; None: everything that is due."""
        return self.name

    @property
    def poll_every_minutes(self) -> float:
        """Minutes between polls of a lively source."""
        return self.bench.workspace.settings.schedule.poll_every_minutes

    # -- sources ---------------------------------------------------------------------------------

    def _enter_sources(self) -> None:
        sources = self.bench.workspace.settings.sources
        named = [
            *(("site", url) for url in sources.sites),
            *(("robots", urljoin(url, "/robots.txt")) for url in sources.sites),
            *(("feed", url) for url in sources.feeds),
            *(("sitemap", url) for url in sources.sitemaps),
        ]
        self._add_sources(named, found_by="settings")

    def _add_sources(self, named: list[tuple[str, str]], *, found_by: str) -> None:
        every = round(self.poll_every_minutes)
        for kind, url in named:
            is_new = self.bench.corpus.add_source(
                kind=kind, url=url, outlet=outlet_of(url), found_by=found_by,
                every_minutes=every, now=clock.now(),
            )  # fmt: skip
            if not is_new:
                self.bench.corpus.poll_proposed(kind=kind, url=url, now=clock.now())

    def _source_requests(self) -> list[Request]:
        if not self.kinds:
            return []
        due = self.bench.corpus.due_sources(self.kinds, now=clock.now())
        fresh = [one for one in due if one.source not in self._polled and self._is_mine(one)]
        self._polled |= {source.source for source in fresh}
        return [one for source in fresh if (one := self._try_source(source)) is not None]

    def _is_mine(self, source: DueSource) -> bool:
        return self.outlet is None or outlet_of(address_of(source)) == self.outlet

    def _try_source(self, source: DueSource) -> Request | None:
        try:
            return self._source_request(source)
        except ValueError as exc:  # robots.txt may name anything: `javascript:`, a port of 99999
            self._fail_poll(source, f"no address: {exc}", None)
            return None

    def _source_request(self, source: DueSource) -> Request:
        accept = {"Accept": _ACCEPT[source.kind]} if source.kind in _ACCEPT else {}
        return Request(
            address_of(source),
            callback=self.on_answer,
            errback=self.on_source_error,
            headers=accept | conditional(*validators_of(source, clock.now())),
            # robots.txt is there to be read; RFC 9309 forbids nobody to read it
            meta={
                "handle_httpstatus_list": _OURS,
                "source": source,
                "dont_obey_robotstxt": source.kind == "robots",
            },
            priority=1_000_000,
            dont_filter=True,
        )

    async def on_answer(self, response: Response) -> None:
        """Take in what a source answered; an error of ours must not lose it on every run."""
        try:
            await self._take_in(response)
        except CorpusError:
            raise  # without it the run cannot go on
        except Exception as exc:  # it is counted, written down and logged
            self.bench.lose(exc)
            self.bench.log.exception("poll lost", source=response.url)
            self._fail_poll(response.meta["source"], f"error of ours: {exc!r}"[:200], None, SOFT)

    async def _take_in(self, response: Response) -> None:
        """Read what may be long without holding the event loop, then take it in."""
        source: DueSource = response.meta["source"]
        found = await self.apart.read(response, self.reader_of(source.kind))
        if found is not None and source.kind not in self.guessed:
            add = partial(self._add_sources, found_by=source.kind)
            await self.apart.enter(self.bench, response, found, add)
        self.on_source(response)
        self._keep_fed()  # another source may take minutes to answer

    def on_source(self, response: Response) -> None:
        """Take in what a source answered."""
        source: DueSource = response.meta["source"]
        if response.status == _NOT_MODIFIED:
            if was_conditional(response):
                self._close_poll(source, response, Found(), body_hash=None)
            else:
                self._fail_poll(source, "http 304 to a request without validators", None, SOFT)
            return
        if source.kind == "robots" and response.status in _NO_ROBOTS:
            self._close_poll(source, response, Found(), body_hash=None)
            return
        if response.status >= _ERRORS:
            weight = weight_of(response.status)
            said = f"http {response.status}"
            self._fail_poll(source, said, retry_after_s(response), weight)
            return
        body_hash = hashlib.sha256(response.body).hexdigest()
        found = Found()
        if body_hash != source.body_hash:
            try:
                found = self.read_answer(response, source.kind)
            except Exception as exc:  # noqa: BLE001  # one source must not be asked for ever
                self._fail_poll(source, words_of_error(exc), None, SOFT)
                return
        self._close_poll(source, response, found, body_hash=body_hash)

    def _close_poll(
        self, source: DueSource, response: Response, found: Found, *, body_hash: str | None
    ) -> None:
        bench, now = self.bench, clock.now()
        ahead = entered_ahead(response)
        gated = bench.intake.gate_all(found.candidates[ahead.candidates :], now=now)  # no lock yet
        with bench.corpus.transaction():  # validators are stored with what they vouch for
            self._add_sources(list(found.sources[ahead.sources :]), found_by=source.kind)
            new = ahead.new + bench.intake.enter(gated, now=now, source=source.source)
            learned = _learned(source, response, found, new=new, body_hash=body_hash, now=now)
            is_tested = learned.is_doubted  # the validators from before the change stay
            bench.corpus.poll_succeeded(
                source, run=bench.run, now=now, body_hash=body_hash, learned=learned,
                every_minutes=self._next_poll(learned, response, found, new=new, now=now),
                etag=None if is_tested else text_header(response, "ETag"), title=found.title,
                last_modified=None if is_tested else text_header(response, "Last-Modified"),
            )  # fmt: skip
        if learned.lied == now:
            bench.log.warning("source says 304 of a changed body", source=source.url)
        bench.log.info(
            "polled", source=source.url, kind=source.kind, status=response.status,
            named=len(found.candidates), new=new,
        )  # fmt: skip

    def _next_poll(
        self, source: DueSource, response: Response, found: Found, *, new: int, now: datetime
    ) -> int:
        if source.kind == "robots":
            return _ROBOTS_EVERY_MINUTES
        settings = self.bench.workspace.settings
        return next_poll_minutes(
            source.every_minutes,
            pace=Pace(new_per_day=source.new_per_day, hours=source.hours)
            if self.keeps_pace else Pace(),
            named=len(found.candidates), new=new, wanted=settings.polling.new_per_poll,
            floor=self.poll_every_minutes, ceiling=settings.schedule.poll_at_most_minutes,
            now=now, rhythm=source.rhythm, max_age_s=fresh_for_s(response), address=source.url,
        )  # fmt: skip

    def on_source_error(self, failure: Failure) -> None:
        """Write down a source that did not answer."""
        source: DueSource = failure.request.meta["source"]  # type: ignore[attr-defined]  # Scrapy sets it
        if not self._is_put_off(source, failure):
            self._fail_poll(source, words_of(failure), None, weight_of(None))

    def _is_put_off(self, source: DueSource, failure: Failure) -> bool:
        """Whether a source waits for its host; nothing failed, and it is due when that wakes."""
        if not isinstance(asleep := failure.value, HostAsleep):
            return False
        self.bench.corpus.postpone_source(source.source, until=whole_second(asleep.until))
        self._polled.discard(source.source)
        self._wakes.add(asleep.until)
        return True

    def _fail_poll(
        self, source: DueSource, error: str, wait_s: float | None, weight: float = HARD
    ) -> None:
        """Write down a poll that failed.

        Args:
            wait_s: what the server asked for; None: nothing.
            weight: how much it tells of the source, 0..1.
        """
        bench = self.bench
        every = backoff_minutes(
            source.every_minutes, weight=source.failure_weight + weight, wait_s=wait_s,
            floor=self.poll_every_minutes, address=source.url,
            ceiling=bench.workspace.settings.polling.failing_at_most_minutes,
        )  # fmt: skip
        bench.corpus.poll_failed(
            source, run=bench.run, error=error, every_minutes=every, now=clock.now(), weight=weight
        )
        bench.log.warning("source failed", source=source.url, error=error)

    # -- pages -----------------------------------------------------------------------------------

    def on_idle(self) -> None:
        """Poll what was found meanwhile, then fetch more of the frontier, or let the run end."""
        if not self.bench.trouble and unless_broken(self.bench, self._ask_on):
            raise DontCloseSpider  # asks again in some seconds

    def _ask_on(self) -> bool:
        return self._ask(self._source_requests()) or self._top_up() or self._is_waiting()

    def _is_waiting(self) -> bool:
        """Whether a host wakes so soon that the run stays for it."""
        now = clock.now()
        patience = timedelta(seconds=self.bench.workspace.settings.polling.patience_s)
        self._wakes = {at for at in self._wakes if at + _AWAKE > now}
        return any(at <= now + patience for at in self._wakes)

    def on_item_done(self) -> None:
        """Keep the downloader fed while slow hosts are waited for."""
        self._outstanding -= 1
        self.holding.renew()
        self._keep_fed()

    def _keep_fed(self) -> None:
        if self._outstanding < self.batch // 2:
            unless_broken(self.bench, self._top_up)

    def _top_up(self) -> bool:
        bench, settings = self.bench, self.bench.workspace.settings
        limit = min(self.batch, settings.crawl.max_pages_per_run - self._claimed)
        if limit <= 0 or bench.trouble or not self.fetches_pages:
            return False
        self._put_off.clear()
        due = bench.corpus.claim(
            run=bench.run, limit=limit, now=clock.now(), found_by=self.scope,
            lease_s=settings.schedule.lease_minutes * 60,
            per_outlet=settings.links.pages_per_outlet, outlet=self.outlet,
        )  # fmt: skip
        self._claimed += len(due)
        self._outstanding += len(due)
        return self._ask([self._page_request(page) for page in due])

    def _ask(self, requests: list[Request]) -> bool:
        engine = self.crawler.engine
        assert engine is not None
        for request in requests:
            engine.crawl(request)
        return bool(requests)

    def _page_request(self, page: DuePage) -> Request:
        # Of what is not kept there is no text that "not modified" could leave standing.
        is_kept = page.outcome in {Outcome.ARTICLE, Outcome.COPY}
        return Request(
            page.url,
            callback=self.on_page,
            errback=self.on_page_error,
            headers=conditional(page.etag, page.last_modified) if is_kept else {},
            meta={"handle_httpstatus_list": _OURS, "page": page},
            priority=round(page.priority * 1000),
            dont_filter=True,
        )

    def on_page(self, response: Response) -> FetchedPage | FailedFetch | None:
        """Turn a response into a page, or why it is none; None: it waits for its host."""
        page: DuePage = response.meta["page"]
        if (asleep := put_to_sleep_by(response, page, self.bench)) is not None:
            self._give_back(page, asleep)
            return None
        etag, modified = text_header(response, "ETag"), text_header(response, "Last-Modified")
        status, now = response.status, clock.now()
        outcome, reason = refusal(page.url, response.url, status)
        if outcome is not None:
            is_same = outcome == Outcome.UNCHANGED
            return FailedFetch(
                page=page.page, url=page.url, outcome=outcome, reason=reason, status=status,
                fetched_at=now, retry_after_s=retry_after_s(response),
                etag=etag if is_same else None, last_modified=modified if is_same else None,
            )  # fmt: skip
        return FetchedPage(
            page=page.page, url=page.url, final_url=response.url, status=status,
            body=response.body, content_type=text_header(response, "Content-Type"),
            encoding=charset_of(response), etag=etag, last_modified=modified,
            headers=headers_of(response), fetched_at=now,
        )  # fmt: skip

    def on_page_error(self, failure: Failure) -> FailedFetch | None:
        """Name why an address gave no response at all; None: it waits for its host."""
        page: DuePage = failure.request.meta["page"]  # type: ignore[attr-defined]  # Scrapy sets it
        if isinstance(failure.value, HostAsleep):
            self._give_back(page, failure.value)
            return None
        outcome, reason = outcome_of(failure)
        return FailedFetch(
            page=page.page, url=page.url, outcome=outcome, reason=reason, fetched_at=clock.now()
        )

    def _give_back(self, page: DuePage, asleep: HostAsleep) -> None:
        corpus, until = self.bench.corpus, whole_second(asleep.until)
        if asleep.host not in self._put_off:  # else its other pages came back one by one
            self._put_off.add(asleep.host)
            corpus.put_off(asleep.host, until=until)
        corpus.give_back(page.page, until=until)
        self._wakes.add(asleep.until)
        self._claimed -= 1
        self.on_item_done()


def _learned(
    source: DueSource,
    response: Response,
    found: Found,
    *,
    new: int,
    body_hash: str | None,
    now: datetime,
) -> DueSource:
    """What a source that answered is known by from now on."""
    if response.status == _NOT_MODIFIED:
        return after_not_modified(source, now)
    reasons = response.meta.get("redirect_reasons", ())
    is_for_good = bool(reasons) and set(reasons) <= _FOR_GOOD
    return after_answer(
        source, found, new=new, moved_to=response.url if is_for_good else None,
        is_changed=body_hash != source.body_hash, now=now,
    )  # fmt: skip
