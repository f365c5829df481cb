"""A thin Scrapy adapter for robots.txt: read once a day, kept in the corpus, obeyed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest, NotConfigured
from scrapy.http import TextResponse
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from ingest import clock
from ingest.middlewares import HostAsleep, RefusedAddress, RobotsForbidden, RobotsUnreadable
from ingest.pacing import FROM_STORE, host_key, keeper_of
from ingest.robots import (
    DELAY_AT_MOST_S,
    after_robots,
    is_robots_due,
    origin_of,
    product_token,
    rules_of,
)

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from ingest.items import DueSource, RobotsCopy
    from ingest.robots import Rules

__all__ = ["RobotsPolicy"]

_PRIORITY = 1000
_NO_SUCH_HOST = "no such host, its name leads to no IPv4 address"
_TOO_MANY_HOPS = 310  # no status there is: redirects that do not end
_SIZE_LIMIT = 8 * 1024 * 1024  # of an answer in place of robots.txt; 500 KiB of it are read
_LISTINGS = frozenset({"feed", "sitemap", "robots"})  # read even of hosts that want to be left


class RobotsPolicy:
    """Obeys robots.txt, closed while it cannot be read (RFC 9309).

    Scrapy's own reads it whatever its status is, lets everything through when there is no answer,
    asks once a crawl and for ever, and knows no Crawl-delay.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self.crawler = crawler
        self.token = product_token(crawler.settings["USER_AGENT"])
        self.delay_s = crawler.settings.getfloat("DOWNLOAD_DELAY")
        self._asking: dict[str, asyncio.Task[RobotsCopy]] = {}
        self._rules: dict[str, tuple[RobotsCopy, Rules]] = {}  # parsed, by origin
        self._nameless: set[str] = set()  # origins whose name led to no address when asked last

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsPolicy:
        return cls(crawler)

    async def process_request(self, request: Request) -> Response | None:
        """Let a request pass, answer it with what is kept of robots.txt, or end it.

        Raises:
            HostAsleep: robots.txt is to be asked for later.
            RobotsUnreadable: robots.txt gave no answer.
            RobotsForbidden: robots.txt forbids the address.
        """
        if request.meta.get("dont_obey_robotstxt"):
            return self._kept_answer(request)
        rules = await self._rules_for(request)
        if not rules.is_readable:
            because = _NO_SUCH_HOST if origin_of(request.url) in self._nameless else rules.because
            raise RobotsUnreadable(f"robots.txt could not be read: {because}")
        if not rules.allow(request.url):
            raise RobotsForbidden("forbidden by robots.txt")
        self._slow_down(request, rules.crawl_delay_s)
        return None

    def process_response(self, request: Request, response: Response) -> Response:
        """Keep a robots.txt that was asked for as a source, so that nobody asks again today."""
        source: DueSource | None = request.meta.get("source")
        if _is_robots(source) and source is not None and FROM_STORE not in response.flags:
            self._keep(origin_of(source.url), response.status, response.body)
        return response

    def _kept_answer(self, request: Request) -> Response | None:
        """What is kept of a robots.txt that a spider polls as a source."""
        source: DueSource | None = request.meta.get("source")
        if not _is_robots(source) or "redirect_times" in request.meta:
            return None
        copy = keeper_of(self.crawler).robots_copy(origin_of(request.url))
        if copy is None or copy.body is None or is_robots_due(copy, clock.now()):
            return None
        assert copy.status is not None
        if copy.unreadable_since is not None:
            return None
        return TextResponse(
            request.url, status=copy.status, body=copy.body, encoding="utf-8",
            flags=[FROM_STORE], request=request,
        )  # fmt: skip

    async def _rules_for(self, request: Request) -> Rules:
        origin = origin_of(request.url)
        copy = keeper_of(self.crawler).robots_copy(origin)
        if copy is None or is_robots_due(copy, clock.now()):
            copy = await self._ask_once(origin, request)
        known = self._rules.get(origin)
        if known is None or known[0] != copy:
            known = copy, rules_of(copy, token=self.token, now=clock.now())
            self._rules[origin] = known
        return known[1]

    async def _ask_once(self, origin: str, request: Request) -> RobotsCopy:
        """Ask for a robots.txt, once for all who wait for it."""
        task = self._asking.get(origin)
        if task is None:
            task = self._asking[origin] = asyncio.ensure_future(self._ask(origin))
            task.add_done_callback(lambda _: self._asking.pop(origin, None))
        copy = await asyncio.shield(task)
        wait = keeper_of(self.crawler).host_wait(host_key(request))
        if copy.unreadable_since is not None and wait is not None and wait.until > clock.now():
            raise HostAsleep(host_key(request), wait.until)
        return copy

    async def _ask(self, origin: str) -> RobotsCopy:
        engine = self.crawler.engine
        assert engine is not None
        self._nameless.discard(origin)
        asked = Request(
            f"{origin}/robots.txt",
            headers={"Accept": "text/plain, */*;q=0.1"},
            callback=NO_CALLBACK,
            meta={"dont_obey_robotstxt": True, "download_maxsize": _SIZE_LIMIT},
            priority=_PRIORITY,
        )
        try:
            response = await engine.download_async(asked)
        except (HostAsleep, RefusedAddress):  # where it leads; of its own host we would not be here
            return self._keep(origin, None, b"")
        except IgnoreRequest as exc:  # Scrapy has no classes: a circle, or a bomb once unpacked
            is_circle = "redirections" in str(exc)
            return self._keep(origin, _TOO_MANY_HOPS if is_circle else None, b"")
        except Exception as exc:  # noqa: BLE001  # whatever hinders it, it was not read
            # Where it leads to may have no address either, and be named.
            if isinstance(exc, CannotResolveHostError) and f" {_host_of(origin)}" in str(exc):
                self._nameless.add(origin)
            if (stats := self.crawler.stats) is not None:
                stats.inc_value(f"robots/unreadable/{type(exc).__name__}")
            return self._keep(origin, None, b"")
        return self._keep(origin, response.status, response.body)

    def _keep(self, origin: str, status: int | None, body: bytes) -> RobotsCopy:
        keeper = keeper_of(self.crawler)
        copy = after_robots(
            keeper.robots_copy(origin), origin=origin, status=status, body=body,
            token=self.token, now=clock.now(),
        )  # fmt: skip
        keeper.keep_robots(copy)
        return copy

    def _slow_down(self, request: Request, asked_s: float | None) -> None:
        """Space the requests to a host as far as its robots.txt asks.

        Raises:
            RobotsForbidden: it asks for more than we wait, and this is no feed and no sitemap.
        """
        if asked_s is None or asked_s <= self.delay_s:
            return
        source: DueSource | None = request.meta.get("source")
        if asked_s > DELAY_AT_MOST_S and (source is None or source.kind not in _LISTINGS):
            said = f"robots.txt asks for {asked_s:.0f} s between requests"
            raise RobotsForbidden(f"{said}; only feeds and sitemaps are read")
        delay_s, host = min(asked_s, DELAY_AT_MOST_S), urlparse_cached(request).hostname or ""
        engine = self.crawler.engine
        assert engine is not None
        downloader = engine.downloader
        known = downloader.per_slot_settings.get(host, {})
        if known.get("delay", 0.0) >= delay_s:
            return
        downloader.per_slot_settings[host] = {"concurrency": 1, "delay": delay_s, "jitter": 0.0}
        if (slot := downloader.slots.get(host)) is not None:
            slot.delay, slot.jitter = delay_s, 0.0


def _host_of(origin: str) -> str:
    return urlsplit(origin).hostname or ""


def _is_robots(source: DueSource | None) -> bool:
    return source is not None and source.kind == "robots"
