"""The Wayback Machine: texts of dead addresses, or old captures of an outlet.

`-a site=example.org` or `-a prefix=example.org/2025/`, with `-a since=` and `-a until=` if need be,
takes in old captures; without these, addresses that are dead are looked for.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from scrapy.exceptions import DownloadConnectionRefusedError, IgnoreRequest

from ingest import clock
from ingest.archives.cdx import best, capture_url, query, read_captures, time_in
from ingest.archives.responses import Captured
from ingest.errors import ConfigError
from ingest.gdelt_settings import day_of
from ingest.items import Candidate, FailedFetch, Happening, Outcome
from ingest.middlewares import HostAsleep
from ingest.urls import address_key
from ingest.workspace import current_workspace
from spiders.captures import NETWORK_ERRORS, CaptureSpider
from spiders.headers import headers_of, text_header

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy import Request
    from scrapy.http import Response
    from scrapy.settings import BaseSettings

    from ingest.archives.cdx import Capture, Captures
    from ingest.config import Archives
    from ingest.items import DuePage, FetchedPage

__all__ = ["WaybackSpider"]

_MOST_DEAD = 20_000  # addresses looked at in one run; hardly any is asked for
_GATED = 50  # in one go; 20,000 held the event loop for five seconds
_MOST_ANSWERS = 40  # of 5,000 rows, in one run
_CLAIMED = 16  # pages held at a time
_HOPS = 3  # to the capture nearest to a time
_TIMEOUT_S = 90.0  # a large query takes a minute
_OK, _REDIRECTS, _ERRORS, _TOO_MANY, _TIMED_OUT = 200, 300, 400, 429, 504
_DOWN = (502, 503)
_FAILURES = 3  # in a row, after which the rest is left to the next run
_REST, _LONG_REST = timedelta(minutes=5), timedelta(hours=1)
_ORIGINAL = "x-archive-orig-"
_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_KEPT = (Outcome.ARTICLE, Outcome.COPY)


class _Closed(Exception):
    """The archive is not to be asked any more in this run; says why."""


class _Lacking(Exception):
    """The archive did not give what it was asked for; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dead:
    """An address before it was looked for."""

    reason: str  #: why it is dead
    at: datetime  #: when that was found
    captures: int


class WaybackSpider(CaptureSpider):
    """Asks the Wayback Machine, slowly."""

    name = "wayback"

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """One request at a time, and not too often: what it blocks, it blocks for an hour."""
        super().update_settings(settings)
        archives = current_workspace().settings.archives
        pace = {"concurrency": 1, "delay": max(archives.wayback_delay_s, 0.001), "jitter": 0.0}
        host = urlsplit(archives.wayback_url).hostname or ""
        slots = {**settings.getdict("DOWNLOAD_SLOTS"), host: pace}
        settings.set("DOWNLOAD_SLOTS", slots, priority="spider")

    def __init__(
        self,
        *args: Any,
        site: str | None = None,
        prefix: str | None = None,
        since: str | None = None,
        until: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if site and prefix:
            raise ConfigError(["give -a site=HOST or -a prefix=ADDRESS, not both"])
        self._asked = (site or prefix or "").strip()
        self._match = "domain" if site else "prefix"
        try:
            self._since = day_of(since) if since else None
            self._until = day_of(until) if until else None
        except ValueError as exc:
            raise ConfigError([f"-a since, -a until: {exc}"]) from exc
        if self._since and self._until and self._until < self._since:
            raise ConfigError(["-a until is before -a since"])
        self._dead: dict[int, _Dead] = {}  # pages being judged
        self._known: dict[str, Capture] = {}  # by the key of the page
        self._failures = 0  # in a row

    @property
    def archives(self) -> Archives:
        """The settings of archives."""
        return self.bench.workspace.settings.archives

    async def captures(self) -> AsyncIterator[FetchedPage | FailedFetch]:
        """The pages to be judged, until the archive closes."""
        try:
            if self._asked:
                await self._name_old_pages()
                async for page in self._old_pages():
                    yield page
            else:
                async for page in self._rescued_pages():
                    yield page
        except _Closed as exc:
            self.bench.note = f"the archive: {exc}"[:300]
            self.bench.log.warning("archive closed", error=str(exc))

    # -- dead addresses ---------------------------------------------------------------------------

    async def _rescued_pages(self) -> AsyncIterator[FetchedPage]:
        corpus = self.bench.corpus
        left = self.archives.wayback_pages_per_run
        async for due in self._promising_pages():
            if not left or self.bench.gives_back:
                return
            left -= 1
            try:
                page = await self._rescue(due)
            except _Lacking as exc:
                corpus.note_rescue(due.page, captures=0, said=str(exc), now=clock.now())
                continue
            if page is not None:
                yield page

    async def _promising_pages(self) -> AsyncIterator[DuePage]:
        """Dead pages that pass the gate; the others are noted, and not looked at again so soon."""
        bench, corpus = self.bench, self.bench.corpus
        before = clock.now() - timedelta(days=self.archives.wayback_every_days)
        corpus.forget_passed_over(other_than=bench.intake.knowledge.topic.version)
        dead = corpus.dead_pages(limit=_MOST_DEAD, asked_before=before)
        for first in range(0, len(dead), _GATED):
            piece = dead[first : first + _GATED]
            promising = [due for due in piece if self._is_worth_asking(due)]
            if bench.gives_back:
                return
            corpus.note_passed_over(
                [due.page for due in piece if due not in promising],
                topic=bench.intake.knowledge.topic.version, now=clock.now(),
            )  # fmt: skip
            for due in promising:
                yield due
            await asyncio.sleep(0)

    def _is_worth_asking(self, due: DuePage) -> bool:
        """Whether its headline or its address passes the gate."""
        known = self.bench.corpus.known_page(due.page)
        said = Candidate(url=due.url, found_by=self.name, title=known.title, depth=due.depth)
        return self.bench.intake.gate(said).outcome == Outcome.WAITING

    async def _rescue(self, due: DuePage) -> FetchedPage | None:
        """The page of a dead address; None: another run is at it.

        Raises:
            _Lacking: it was not captured, or its capture cannot be had.
        """
        corpus = self.bench.corpus
        answer = await self._ask_index(due.url)
        capture = _best(answer, due.url)
        found, address = await self._fetch(capture)
        known, reason = corpus.known_page(due.page), corpus.reason_of(due.page)
        held = self.hold(due.url)
        if held is None:
            return None
        self._dead[held.page] = _Dead(
            reason=reason, at=known.last_fetched or clock.now(), captures=len(answer.captures)
        )
        return self.fetched(held, found, address)

    def judged(self, page: int) -> None:
        """Write that the address of a text that was found is dead all the same."""
        dead = self._dead.pop(page, None)
        if dead is None:
            return
        corpus = self.bench.corpus
        with corpus.transaction():
            outcome = corpus.known_page(page).outcome
            if outcome in _KEPT:
                corpus.note_absence(
                    page, Happening.GONE, detail=dead.reason, run=self.bench.run, at=dead.at
                )
            corpus.note_rescue(page, captures=dead.captures, said=outcome, now=clock.now())

    # -- old captures of an outlet ----------------------------------------------------------------

    async def _name_old_pages(self) -> None:
        """Offer the addresses that the archive has of a site, as far as an earlier run came.

        Those that no run comes to read stay due, and any crawl asks their live pages.
        """
        bench = self.bench
        key = " ".join(map(str, ("wayback", self._match, self._asked, self._since, self._until)))
        told = json.loads(bench.corpus.state(key) or "{}")
        seeds = bench.corpus.state("seeds_digest")
        if told.get("seeds") != seeds:
            told = {}
        resume, is_whole = told.get("resume"), told.get("is_whole", False)
        for _ in range(_MOST_ANSWERS):
            if is_whole or bench.trouble:
                return
            try:
                answer = await self._ask_site(resume)
            except _Lacking as exc:
                bench.note = f"{self._asked}: {exc}"[:300]
                return
            resume, is_whole = answer.resume, answer.resume is None
            named = [one for one in answer.captures if self._is_in_time(one)]
            self._known |= {address_key(one.url): one for one in named}
            with bench.corpus.transaction():  # a kill leaves both or neither
                new = bench.intake.offer(
                    [Candidate(url=one.url, found_by=self.name) for one in named], now=clock.now()
                )
                stored = {"seeds": seeds, "resume": resume, "is_whole": is_whole}
                bench.corpus.set_state(key, json.dumps(stored))
            bench.log.info("captures named", site=self._asked, rows=answer.rows, new=new)

    def _is_in_time(self, capture: Capture) -> bool:
        day = capture.at.date()
        return (not self._since or day >= self._since) and (not self._until or day <= self._until)

    async def _ask_site(self, resume: str | None) -> Captures:
        """Some of the captures of a site; one that takes too long is asked without its days."""
        base, limits = self.archives.wayback_url, (self._since, self._until)
        for since, until in dict.fromkeys((limits, (None, None))):
            url = query(
                base, self._asked, match=self._match, resume=resume, since=since, until=until
            )
            response = await self._had(self.request(url, download_timeout=_TIMEOUT_S))
            if response.status != _TIMED_OUT:
                break
        return self._read_index(response)

    async def _old_pages(self) -> AsyncIterator[FetchedPage | FailedFetch]:
        bench, left = self.bench, self.archives.wayback_pages_per_run
        waiting: deque[DuePage] = deque()
        while not bench.trouble:
            if not waiting and left > 0:
                waiting.extend(
                    bench.corpus.claim(
                        run=bench.run, limit=min(_CLAIMED, left), now=clock.now(),
                        found_by=self.name,
                        lease_s=bench.workspace.settings.schedule.lease_minutes * 60,
                    )
                )  # fmt: skip
                left -= len(waiting)
            if not waiting:
                return
            yield await self._old_page(waiting.popleft())

    async def _old_page(self, due: DuePage) -> FetchedPage | FailedFetch:
        try:
            capture = self._known.get(address_key(due.url))
            if capture is None:  # named by an earlier run
                capture = _best(await self._ask_index(due.url), due.url)
            found, address = await self._fetch(capture)
        except _Lacking as exc:
            return FailedFetch(
                page=due.page, url=due.url, outcome=Outcome.FAILED, reason=f"web archive: {exc}",
                fetched_at=clock.now(),
            )  # fmt: skip
        return self.fetched(due, found, address)

    # -- asking -----------------------------------------------------------------------------------

    async def _ask_index(self, url: str) -> Captures:
        address = query(self.archives.wayback_url, url)
        return self._read_index(await self._had(self.request(address)))

    def _read_index(self, response: Response) -> Captures:
        if response.status != _OK:
            raise _Lacking(f"its index answers http {response.status}")
        try:
            return read_captures(response.body)
        except ValueError as exc:
            raise _Lacking(str(exc)) from exc

    async def _fetch(self, capture: Capture) -> tuple[Captured, str]:
        """A capture, and where it was found.

        Raises:
            _Lacking: it cannot be had, or it is no page.
        """
        url = capture_url(self.archives.wayback_url, capture)
        for _ in range(_HOPS):
            response = await self._had(self.request(url, download_timeout=_TIMEOUT_S))
            if not _REDIRECTS <= response.status < _ERRORS:
                break
            url = self._nearest(url, response, capture)
        if response.status != _OK:
            raise _Lacking(f"its capture answers http {response.status}")
        kind = text_header(response, "Content-Type")
        if kind and kind.partition(";")[0].strip().lower() not in _PAGE_TYPES:
            raise _Lacking(f"its capture is no page: {kind[:60]}")
        found = Captured(
            url=capture.url, at=_time_of(response, url) or capture.at, status=_OK,
            headers=_original_headers(response), body=response.body, content_type=kind,
        )  # fmt: skip
        return found, url

    def _nearest(self, url: str, response: Response, capture: Capture) -> str:
        """Where the capture is that is nearest to the time asked for.

        Raises:
            _Lacking: it is of another page, or the page itself led elsewhere.
        """
        led = urljoin(url, text_header(response, "Location") or "")
        is_of_archive = urlsplit(led).netloc == urlsplit(self.archives.wayback_url).netloc
        is_of_page = is_of_archive and time_in(led) is not None
        if not is_of_page or address_key(_inner(led)) != address_key(capture.url):
            raise _Lacking(f"its capture leads to {led[:100]}")
        return led

    async def _had(self, request: Request) -> Response:
        """What the archive answers.

        Raises:
            _Closed: nothing more is to be asked.
            _Lacking: it gave no answer.
        """
        try:
            response = await self.ask(request)
        except DownloadConnectionRefusedError as exc:  # what it does after too many requests
            self.rest(request, _LONG_REST, "connection refused", doubling=True)
            raise _Closed("connection refused: it blocks us") from exc
        except HostAsleep as exc:
            raise _Closed(f"not to be asked yet: {exc}") from exc
        except (IgnoreRequest, *NETWORK_ERRORS) as exc:
            self._note_failure(f"{type(exc).__name__}: {exc}"[:200])
            raise _Lacking(f"{type(exc).__name__}: {exc}"[:200]) from exc
        if response.status == _TOO_MANY:
            self.rest(request, _REST, f"http {response.status}", doubling=False)
            raise _Closed("http 429: too many requests")
        if response.status in _DOWN:
            self._note_failure(f"http {response.status}")
        else:
            self._failures = 0
        return response

    def _note_failure(self, said: str) -> None:
        self._failures += 1
        if self._failures >= _FAILURES:
            raise _Closed(said)


def _best(answer: Captures, url: str) -> Capture:
    capture = best(answer.captures, url)
    if capture is None:
        raise _Lacking("no capture of the page")
    return capture


def _inner(url: str) -> str:
    """The address inside the address of a capture."""
    return url.partition("/web/")[2].partition("/")[2]


def _time_of(response: Response, url: str) -> datetime | None:
    """When a capture was made, as its answer says, or else its address."""
    said = text_header(response, "Memento-Datetime")
    try:
        at = parsedate_to_datetime(said) if said else None
    except ValueError:
        at = None
    at = at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC) if at else time_in(url)
    return at if at is not None and at <= clock.now() else None


def _original_headers(response: Response) -> tuple[tuple[str, str], ...]:
    """The headers of the page as it was captured; its type is told as it is now."""
    told = headers_of(response)
    original = tuple(
        (name[len(_ORIGINAL) :], value)
        for name, value in told
        if name.lower().startswith(_ORIGINAL) and name.lower() != f"{_ORIGINAL}content-type"
    )
    now = tuple(pair for pair in told if pair[0].lower() in ("content-type", "memento-datetime"))
    return (*now, *original)
