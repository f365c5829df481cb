"""What all spiders share: poll the sources that are due, then fetch the frontier.

A new kind of source is one new file: a `SourceSpider` with a `name`, the `kinds` it polls and a
pure `read_source(body, headers, base_url, kind) -> Found`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urljoin

from scrapy import Request, Spider, signals
from scrapy.exceptions import DontCloseSpider, DownloadCancelledError, IgnoreRequest

from ingest import clock
from ingest.cadence import next_poll_minutes
from ingest.errors import CorpusError
from ingest.extensions import bench_of
from ingest.items import DuePage, DueSource, FailedFetch, FetchedPage, Outcome, Reason
from ingest.middlewares import (
    RefusedAddress,
    RobotsForbidden,
    RobotsUnreadable,
)
from ingest.moves import leads_home
from ingest.text import clean_controls
from ingest.urls import outlet_of
from ingest.workspace import current_workspace
from spiders.headers import charset_of, headers_of, retry_after_s, text_header
from spiders.policy import workspace_policy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from ingest.extensions import Bench
    from ingest.items import Candidate

__all__ = ["Found", "SourceSpider", "join", "words_of"]

_BATCH = 64  # pages leased at a time; what a kill can make us fetch twice
_NOT_MODIFIED = 304
_GONE = (404, 410)
_ERRORS = 400
# Redirects stay with Scrapy; every other answer is ours to judge.
_OURS = [_NOT_MODIFIED, *range(_ERRORS, 600)]
_NO_ROBOTS = frozenset(range(400, 500)) - {429}  # there is none, and no harm (RFC 9309, 2.3.1.3)


def join(base_url: str, address: str) -> str | None:
    """An address as a source wrote it, absolute; None: it is none."""
    try:
        return urljoin(base_url, clean_controls(address).strip())
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a source named."""

    candidates: tuple[Candidate, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()  #: further sources: (kind, absolute address)
    title: str | None = None  #: as the source calls itself


class SourceSpider(Spider):
    """Polls the sources of its kinds, then fetches what it found."""

    kinds: ClassVar[tuple[str, ...]] = ()  #: of sources it polls

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Put the workspace's settings over the project's; `-s` still goes over these."""
        super().update_settings(settings)
        settings.setdict(workspace_policy(current_workspace().settings), priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> SourceSpider:
        """The spider, listening for the moments when it may ask for more."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.on_idle, signal=signals.spider_idle)
        for ended in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(spider.on_item_done, signal=ended)
        return spider

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._outstanding = 0  # pages asked for and not yet judged
        self._claimed = 0  # pages leased by this run
        self._polled = set[int]()  # sources asked in this run; none is asked twice

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
            self.bench.corpus.add_source(
                kind=kind, url=url, outlet=outlet_of(url), found_by=found_by,
                every_minutes=every, now=clock.now(),
            )  # fmt: skip

    def _source_requests(self) -> list[Request]:
        if not self.kinds:
            return []
        due = self.bench.corpus.due_sources(self.kinds, now=clock.now())
        fresh = [source for source in due if source.source not in self._polled]
        self._polled |= {source.source for source in fresh}
        return [one for source in fresh if (one := self._try_source(source)) is not None]

    def _try_source(self, source: DueSource) -> Request | None:
        try:
            return self._source_request(source)
        except ValueError as exc:  # robots.txt may name anything: `javascript:`, a port of 99999
            self._fail_poll(source, f"no address: {exc}", None)
            return None

    def _source_request(self, source: DueSource) -> Request:
        return Request(
            source.url,
            callback=self.on_source,
            errback=self.on_source_error,
            headers=_conditional(source.etag, source.last_modified),
            # robots.txt is there to be read; RFC 9309 forbids nobody to read it
            meta={
                "handle_httpstatus_list": _OURS,
                "source": source,
                "dont_obey_robotstxt": source.kind == "robots",
            },
            priority=1_000_000,
            dont_filter=True,
        )

    def on_source(self, response: Response) -> None:
        """Take in what a source answered."""
        source: DueSource = response.meta["source"]
        if response.status == _NOT_MODIFIED:
            self._close_poll(source, response, Found(), body_hash=None)
            return
        if source.kind == "robots" and response.status in _NO_ROBOTS:
            self._close_poll(source, response, Found(), body_hash=None)
            return
        if response.status >= _ERRORS:
            self._fail_poll(source, f"http {response.status}", retry_after_s(response))
            return
        body_hash = hashlib.sha256(response.body).hexdigest()
        found = Found()
        if body_hash != source.body_hash:
            try:
                found = self.read_source(
                    response.body, dict(headers_of(response)), response.url, source.kind
                )
            except Exception as exc:  # noqa: BLE001  # one source must not be asked for ever
                self._fail_poll(source, f"{type(exc).__name__}: {exc}"[:200], None)
                return
        self._close_poll(source, response, found, body_hash=body_hash)

    def _close_poll(
        self, source: DueSource, response: Response, found: Found, *, body_hash: str | None
    ) -> None:
        bench, now = self.bench, clock.now()
        schedule = bench.workspace.settings.schedule
        with bench.corpus.transaction():  # validators are stored with what they vouch for
            self._add_sources(list(found.sources), found_by=source.kind)
            new = bench.intake.offer(found.candidates, now=now, source=source.source)
            every = next_poll_minutes(
                source.every_minutes, new_items=new, failures=0,
                floor=self.poll_every_minutes, ceiling=schedule.poll_at_most_minutes,
            )  # fmt: skip
            bench.corpus.poll_succeeded(
                source, run=bench.run, every_minutes=every, now=now, body_hash=body_hash,
                etag=text_header(response, "ETag"), title=found.title,
                last_modified=text_header(response, "Last-Modified"),
            )  # fmt: skip
        bench.log.info(
            "polled", source=source.url, kind=source.kind, status=response.status,
            named=len(found.candidates), new=new,
        )  # fmt: skip

    def on_source_error(self, failure: Failure) -> None:
        """Write down a source that did not answer."""
        source: DueSource = failure.request.meta["source"]  # type: ignore[attr-defined]  # Scrapy sets it
        self._fail_poll(source, words_of(failure), None)

    def _fail_poll(self, source: DueSource, error: str, wait_s: float | None) -> None:
        schedule = self.bench.workspace.settings.schedule
        every = next_poll_minutes(
            source.every_minutes, new_items=0, failures=source.failures + 1,
            floor=self.poll_every_minutes, ceiling=schedule.poll_at_most_minutes,
            retry_after_s=wait_s,
        )  # fmt: skip
        self.bench.corpus.poll_failed(
            source, run=self.bench.run, error=error, every_minutes=every, now=clock.now()
        )
        self.bench.log.warning("source failed", source=source.url, error=error)

    # -- pages -----------------------------------------------------------------------------------

    def on_idle(self) -> None:
        """Poll what was found meanwhile, then fetch more of the frontier, or let the run end."""
        if self.bench.trouble:
            return
        if self._ask(self._source_requests()) or self._top_up():
            raise DontCloseSpider

    def on_item_done(self) -> None:
        """Keep the downloader fed while slow hosts are waited for."""
        self._outstanding -= 1
        if self._outstanding < _BATCH // 2:
            self._top_up()

    def _top_up(self) -> bool:
        bench = self.bench
        settings = bench.workspace.settings
        limit = min(_BATCH, settings.crawl.max_pages_per_run - self._claimed)
        if limit <= 0 or bench.trouble:
            return False
        due = bench.corpus.claim(
            run=bench.run, limit=limit, now=clock.now(), found_by=self.scope,
            lease_s=settings.schedule.lease_minutes * 60,
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
            headers=_conditional(page.etag, page.last_modified) if is_kept else {},
            meta={"handle_httpstatus_list": _OURS, "page": page},
            priority=round(page.priority * 1000),
            dont_filter=True,
        )

    def on_page(self, response: Response) -> FetchedPage | FailedFetch:
        """Turn a response into a page, or into the reason why it is none."""
        page: DuePage = response.meta["page"]
        status, now = response.status, clock.now()
        etag, modified = text_header(response, "ETag"), text_header(response, "Last-Modified")
        outcome, reason = _refusal(page.url, response.url, status)
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

    def on_page_error(self, failure: Failure) -> FailedFetch:
        """Name why an address gave no response at all."""
        page: DuePage = failure.request.meta["page"]  # type: ignore[attr-defined]  # Scrapy sets it
        outcome, reason = _outcome_of(failure)
        return FailedFetch(
            page=page.page, url=page.url, outcome=outcome, reason=reason, fetched_at=clock.now()
        )


def _conditional(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """Validators as they were sent, for a conditional request (RFC 9110, section 13)."""
    pairs = (("If-None-Match", etag), ("If-Modified-Since", last_modified))
    return {name: value for name, value in pairs if value}


def _refusal(url: str, final_url: str, status: int) -> tuple[Outcome | None, str]:
    """Why a response is no page; (None, "") when it is one."""
    if status == _NOT_MODIFIED:
        return Outcome.UNCHANGED, "not modified (304)"
    if status in _GONE:
        return Outcome.GONE, f"http {status}"
    if status >= _ERRORS:
        return Outcome.FAILED, f"http {status}"
    if leads_home(url, final_url):
        return Outcome.GONE, f"redirected to the home page: {final_url}"
    return None, ""


def _outcome_of(failure: Failure) -> tuple[Outcome, str]:
    if failure.check(RobotsUnreadable):
        return Outcome.FAILED, str(failure.value)
    if failure.check(RefusedAddress):
        return Outcome.REJECTED, f"{Reason.EXCLUDED}: {failure.value}"
    # Past the limit on the wire, or only once unpacked: Scrapy has no class for the latter.
    is_unpacked = failure.check(IgnoreRequest) and "DOWNLOAD_MAXSIZE" in str(failure.value)
    if failure.check(DownloadCancelledError) or is_unpacked:
        return Outcome.REJECTED, f"{Reason.TOO_LARGE}: {failure.value}"
    if failure.check(RobotsForbidden):
        return Outcome.ROBOTS, "forbidden by robots.txt"
    return Outcome.FAILED, words_of(failure)


def words_of(failure: Failure) -> str:
    """What went wrong, in a line."""
    said = str(failure.value).split("\n", 1)[0][:200]
    return f"{type(failure.value).__name__}: {said}" if said else type(failure.value).__name__
