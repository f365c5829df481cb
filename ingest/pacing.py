"""Thin Scrapy adapters for patience: hosts that ask to be left alone, one connection an address."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.httpobj import urlparse_cached

from ingest import clock
from ingest.cadence import asks_for_patience, host_wait_s
from ingest.extensions import laid_bench
from ingest.freshness import wait_s
from ingest.items import HostWait
from ingest.middlewares import OWN_SERVICE, HostAsleep, is_own_service, literal_ip

if TYPE_CHECKING:
    from datetime import datetime

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from ingest.items import RobotsCopy

__all__ = ["HostPatience", "Keeper", "OneAddress", "Turns", "host_key", "keeper_of"]

FROM_STORE = "from-store"  # flag of an answer that no server gave


class Keeper(Protocol):
    """Who remembers what hosts ask of us."""

    def host_wait(self, host: str) -> HostWait | None: ...

    def keep_waiting(self, host: str, wait: HostWait) -> None: ...

    def stop_waiting(self, host: str) -> None: ...

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

    def robots_copy(self, origin: str) -> RobotsCopy | None:
        return self.copies.get(origin)

    def keep_robots(self, copy: RobotsCopy) -> None:
        self.copies[copy.origin] = copy


_MEMORIES: WeakKeyDictionary[Crawler, _Memory] = WeakKeyDictionary()


def keeper_of(crawler: Crawler) -> Keeper:
    """Who remembers for a crawl: its corpus, where it has one."""
    bench = laid_bench(crawler)
    return bench.corpus if bench is not None else _MEMORIES.setdefault(crawler, _Memory())


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
    """Leaves a host alone that answered 429 or 503, for as long as it asked, over restarts."""

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
        refuse_asleep(self.crawler, request)

    def process_response(self, request: Request, response: Response) -> Response:
        """Note what an answer says of its host."""
        own = self.crawler.settings.get(OWN_SERVICE)
        if FROM_STORE in response.flags or is_own_service(request, own):
            return response
        keeper, host, now = keeper_of(self.crawler), host_key(request), clock.now()
        before = keeper.host_wait(host)
        if asks_for_patience(response.status):
            keeper.keep_waiting(host, _longer_wait(before, host, response, now))
        elif before is not None and before.until <= now:
            keeper.stop_waiting(host)
        return response


def _longer_wait(before: HostWait | None, host: str, response: Response, now: datetime) -> HostWait:
    """What a host that asked for patience is granted; two answers at once are one strike."""
    is_asleep = before is not None and before.until > now
    strikes = (before.strikes if before else 0) + (not is_asleep)
    stated = response.headers.get("Retry-After")
    stated_s = wait_s(stated.decode("latin-1") if stated else None, now)
    until = now + timedelta(seconds=host_wait_s(strikes, stated_s=stated_s, host=host))
    wait = HostWait(until=until, strikes=strikes, because=f"http {response.status}")
    return replace(wait, until=max(wait.until, before.until)) if before else wait


class OneAddress:
    """One connection a host and an IP address: the hosts that share one take turns.

    Scrapy spaces the requests to one host, and drops its limit an address. What has its turn is
    looked at again: its host may have asked for patience while it stood in line.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._turns = Turns(crawler.settings.getfloat("DOWNLOAD_DELAY"))
        self._held: dict[Request, str] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> OneAddress:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Wait for the turn of this host at its address.

        Raises:
            HostAsleep: it asked to be left alone meanwhile.
        """
        host = urlparse_cached(request).hostname or ""
        is_hidden = bool(request.meta.get("proxy"))  # the proxy alone knows the address
        address = host if is_hidden else literal_ip(host) or await _resolve(host) or host
        await self._turns.take(address, host)
        self._held[request] = address
        refuse_asleep(self.crawler, request)

    def process_response(self, request: Request, response: Response) -> Response:
        """Give the turn to the next request."""
        self._release(request)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Likewise."""
        del exception
        self._release(request)

    def _release(self, request: Request) -> None:
        if (address := self._held.pop(request, None)) is not None:
            self._turns.release(address)


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


class Turns:
    """Requests to one address take turns, first come first served."""

    def __init__(self, delay_s: float) -> None:
        self.delay_s = delay_s  #: between two hosts; between requests to one, Scrapy waits
        self._lines: dict[str, _Line] = {}

    async def take(self, address: str, host: str) -> None:
        """Wait until the host may connect to the address."""
        line = self._lines.setdefault(address, _Line())
        if line.is_busy:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            line.waiting.append(turn)
            await turn
        line.is_busy = True
        if line.host not in (None, host):
            rest_s = line.left_at_s + self.delay_s - asyncio.get_running_loop().time()
            await asyncio.sleep(max(rest_s, 0.0))
        line.host = host

    def release(self, address: str) -> None:
        """End a request, and let the next one in."""
        line = self._lines[address]
        line.left_at_s = asyncio.get_running_loop().time()
        while line.waiting:
            turn = line.waiting.popleft()
            if not turn.cancelled():  # the crawl is closing
                turn.set_result(None)
                return  # busy still: nobody may slip in before the one that was called
        line.is_busy = False
