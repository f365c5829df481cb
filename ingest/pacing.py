"""Thin Scrapy adapters for patience: hosts that ask to be left alone, one connection an address."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.httpobj import urlparse_cached

from ingest import clock
from ingest.bounds import BoundedHandler
from ingest.cadence import asks_for_patience, host_wait_s
from ingest.errors import CorpusError
from ingest.extensions import laid_bench
from ingest.freshness import wait_s
from ingest.items import HostWait
from ingest.middlewares import OWN_SERVICE, HostAsleep, is_own_service, literal_ip
from ingest.stages import RunStage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from ingest.items import RobotsCopy

__all__ = ["HostPatience", "Keeper", "OneAddress", "Turns", "host_key", "keeper_of",
           "lay_keeper", "note_answer"]  # fmt: skip

_TURN_S = 10.0  # that one slow answer may hold up the other hosts of its address
FROM_STORE = "from-store"  # flag of an answer that no server gave


class Keeper(Protocol):
    """Who remembers what hosts ask of us."""

    def host_wait(self, host: str) -> HostWait | None: ...

    def keep_waiting(self, host: str, wait: HostWait) -> None: ...

    def stop_waiting(self, host: str) -> None: ...

    def take_turn(self, host: str, *, run: int, delay_s: float) -> float: ...

    def robots_copy(self, origin: str) -> RobotsCopy | None: ...

    def keep_robots(self, copy: RobotsCopy) -> None: ...


@dataclass(slots=True)
class _Memory:
    """A keeper for a crawl that has no corpus: it forgets with its process."""

    waits: dict[str, HostWait] = field(default_factory=dict)
    copies: dict[str, RobotsCopy] = field(default_factory=dict)

    def host_wait(self, host: str) -> HostWait | None:
        return self.waits.get(host)

    def keep_waiting(self, host: str, wait: HostWait) -> None:
        self.waits[host] = wait

    def stop_waiting(self, host: str) -> None:
        self.waits.pop(host, None)

    def take_turn(self, host: str, *, run: int, delay_s: float) -> float:
        del host, run, delay_s
        return 0.0

    def robots_copy(self, origin: str) -> RobotsCopy | None:
        return self.copies.get(origin)

    def keep_robots(self, copy: RobotsCopy) -> None:
        self.copies[copy.origin] = copy


_KEEPERS: WeakKeyDictionary[Crawler, Keeper] = WeakKeyDictionary()


def keeper_of(crawler: Crawler) -> Keeper:
    """Who remembers for a crawl: its corpus, where it has one."""
    bench = laid_bench(crawler)
    return bench.corpus if bench is not None else _KEEPERS.setdefault(crawler, _Memory())


def lay_keeper(crawler: Crawler, keeper: Keeper) -> None:
    """Have somebody remember for a crawl that keeps no run."""
    _KEEPERS[crawler] = keeper


def host_key(request: Request) -> str:
    """The host that a request is for, with the port if it is not the usual one."""
    parts = urlparse_cached(request)
    host, port = (parts.hostname or "").lower(), parts.port
    return host if port in (None, 80, 443) else f"{host}:{port}"


def refuse_asleep(crawler: Crawler, request: Request) -> None:
    """Let a request pass whose host may be asked.

    Raises:
        HostAsleep: it asked to be left alone.
    """
    if is_own_service(request, crawler.settings.get(OWN_SERVICE)):
        return
    wait = keeper_of(crawler).host_wait(host_key(request))
    if wait is not None and wait.until > clock.now():
        raise HostAsleep(host_key(request), wait.until)


class HostPatience:
    """Leaves a host alone that asked for it, for as long as it asked, over restarts."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> HostPatience:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Let a request pass, or end it.

        Raises:
            HostAsleep: its host is to be left alone.
        """
        # A redirect bears the slot of the host that sent it, and would not keep the distance to
        # what else is asked of the host that it leads to.
        request.meta.pop("download_slot", None)
        refuse_asleep(self.crawler, request)


def note_answer(crawler: Crawler, request: Request, response: Response) -> None:
    """Note what the answer of a server says of its host."""
    if is_own_service(request, crawler.settings.get(OWN_SERVICE)):
        return
    keeper, host, now = keeper_of(crawler), host_key(request), clock.now()
    before = keeper.host_wait(host)
    if asks_for_patience(response.status):
        keeper.keep_waiting(host, _longer_wait(before, host, response, now))
    elif before is not None and before.until <= now:
        keeper.stop_waiting(host)


def _longer_wait(before: HostWait | None, host: str, response: Response, now: datetime) -> HostWait:
    """What a host that asked for patience is granted; two answers at once are one strike."""
    is_asleep = before is not None and before.until > now
    strikes = (before.strikes if before else 0) + (not is_asleep)
    stated = response.headers.get("Retry-After")
    stated_s = wait_s(stated.decode("latin-1") if stated else None, now)
    until = now + timedelta(seconds=host_wait_s(strikes, stated_s=stated_s, host=host))
    wait = HostWait(until=until, strikes=strikes, because=f"http {response.status}")
    return replace(wait, until=max(wait.until, before.until)) if before else wait


class OneAddress(BoundedHandler):
    """Scrapy's download handler, with one connection an IP address: its hosts take turns.

    Scrapy spaces the requests to one host, and drops its limit an address. A turn is taken when
    that distance is kept, so that a host that wants much patience holds nobody else back. What has
    its turn is looked at again: its host may have asked for patience while it stood in line.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        delay_s = crawler.settings.getfloat("DOWNLOAD_DELAY")
        self._turns = _TURNS.setdefault(crawler, Turns(delay_s))  # http and https take turns, too

    async def download_request(self, request: Request) -> Response:
        """Wait for the turn of this host at its address, then fetch.

        Raises:
            HostAsleep: it asked to be left alone meanwhile.
            DownloadCancelledError: the answer is larger than it may be.
        """
        host = urlparse_cached(request).hostname or ""
        is_hidden = bool(request.meta.get("proxy"))  # the proxy alone knows the address
        address = host if is_hidden else literal_ip(host) or await _resolve(host) or host
        await _let_others_pass(self._crawler, request)
        async with self._turns.turn(address, host):
            await _let_others_pass(self._crawler, request)  # standing in line took time
            refuse_asleep(self._crawler, request)
            _count_from_now(self._crawler, request)
            response = await self._timed(request)
            note_answer(self._crawler, request, response)  # before the next one is let in
            return response

    async def _timed(self, request: Request) -> Response:
        began = time.perf_counter()
        try:
            return await super().download_request(request)
        finally:
            if (bench := laid_bench(self._crawler)) is not None:
                bench.intake.stopwatch.add(RunStage.FETCH, time.perf_counter() - began)


async def _let_others_pass(crawler: Crawler, request: Request) -> None:
    """Keep the distance to what other runs asked of this host, on whichever machine."""
    bench = laid_bench(crawler)
    if bench is None or is_own_service(request, crawler.settings.get(OWN_SERVICE)):
        return
    assert crawler.engine is not None
    slot = crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))
    delay_s = slot.delay if slot is not None else crawler.settings.getfloat("DOWNLOAD_DELAY")
    host = (urlparse_cached(request).hostname or "").lower()
    try:
        wait_s = bench.corpus.take_turn(host, run=bench.run, delay_s=delay_s)
    except CorpusError as exc:  # the page did nothing wrong: it stays with the frontier
        bench.trouble = bench.trouble or str(exc)
        raise
    if wait_s > 0:
        await asyncio.sleep(wait_s)


def _count_from_now(crawler: Crawler, request: Request) -> None:
    """Keep the distance to the next request of this host from when this one is sent."""
    assert crawler.engine is not None
    slot = crawler.engine.downloader.slots.get(request.meta["download_slot"])
    if slot is not None:
        slot.lastseen = time.monotonic()  # Scrapy's own clock for it


async def _resolve(host: str) -> str | None:
    """The address that Scrapy will connect to; None: it cannot be told, which Scrapy will say."""
    from twisted.internet import reactor
    from twisted.internet.error import DNSLookupError
    from twisted.internet.interfaces import IReactorCore

    assert IReactorCore.providedBy(reactor)
    try:
        found: str = await maybe_deferred_to_future(reactor.resolve(host))  # type: ignore[arg-type]  # declared without self
    except (DNSLookupError, OSError, TimeoutError):
        return None
    return found


@dataclass(slots=True)
class _Line:
    """Who stands at one address."""

    is_busy: bool = False
    host: str | None = None  #: that is served, or was last
    left_at_s: float = 0.0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)

    def call_next(self) -> None:
        """End a turn, and let the next one in."""
        self.left_at_s = asyncio.get_running_loop().time()
        while self.waiting:
            turn = self.waiting.popleft()
            if not turn.cancelled():  # the crawl is closing
                turn.set_result(None)
                return  # busy still: nobody may slip in before the one that was called
        self.is_busy = False


class Turns:
    """Requests to one address take turns, first come first served."""

    def __init__(self, delay_s: float, *, at_most_s: float = _TURN_S) -> None:
        self.delay_s = delay_s  #: between two hosts; between requests to one, Scrapy waits
        self.at_most_s = at_most_s  #: one request holds up the others
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def turn(self, address: str, host: str) -> AsyncIterator[None]:
        """Wait until the host may connect to the address; the turn ends within `at_most_s`."""
        line = self._lines.setdefault(address, _Line())
        await _stand_in(line)
        is_over = False

        def end() -> None:
            nonlocal is_over
            if not is_over:
                is_over = True
                line.call_next()

        timer: asyncio.TimerHandle | None = None
        try:
            loop = asyncio.get_running_loop()
            if line.host not in (None, host):
                await asyncio.sleep(max(line.left_at_s + self.delay_s - loop.time(), 0.0))
            line.host = host
            timer = loop.call_later(self.at_most_s, end)
            yield
        finally:
            if timer is not None:
                timer.cancel()
            end()


async def _stand_in(line: _Line) -> None:
    """Wait until it is one's turn."""
    if not line.is_busy:
        line.is_busy = True
        return
    called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    line.waiting.append(called)
    try:
        await called
    except asyncio.CancelledError:
        if called.done() and not called.cancelled():  # called, and gone before it came
            line.call_next()
        raise


_TURNS: WeakKeyDictionary[Crawler, Turns] = WeakKeyDictionary()
