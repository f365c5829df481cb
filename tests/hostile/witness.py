"""What a crawl under attack did: seconds, bytes, memory, and how long its event loop stood still.

An add-on, so that it watches a stock crawl and one of ours alike and changes neither.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.utils.httpobj import urlparse_cached

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings

__all__ = ["VARIABLE", "Addon", "Witness", "name_of"]

VARIABLE = "HOSTILE_WITNESS"  # the file to write to
_BEAT_S = 0.01
_STANDSTILL_S = 0.3  # from which on the stack is worth a look


def name_of(request: Request) -> str:
    """The attack that a request belongs to: the first label of the host first asked."""
    if (name := request.meta.get("attack")) is not None:
        return str(name)
    page = request.meta.get("page") or request.meta.get("source")
    url = page.url if page is not None else request.url
    return url.partition("://")[2].partition("/")[0].partition(".test")[0]


class Addon:
    """Switches the witness on."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Add it to the extensions, whatever else is there."""
        settings["EXTENSIONS"][Witness] = 0


class Witness:
    """Writes one line of JSON for each answer or failure, and one at the end."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.seen: dict[str, dict[str, Any]] = {}
        self.effective: dict[str, Any] = {}
        self.longest_gap_s = 0.0
        self.longest_work_s = 0.0  # of the processor, in one go
        self.stacks: list[str] = []
        self.beat = time.monotonic()
        self.beating = False
        self.peak_mib = self.first_mib = _resident_mib()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Witness:
        """Listen to everything."""
        witness = cls(crawler)
        crawler.signals.connect(witness.opened, signal=signals.spider_opened)
        crawler.signals.connect(witness.closed, signal=signals.spider_closed)
        crawler.signals.connect(witness.asked, signal=signals.request_reached_downloader)
        crawler.signals.connect(witness.left, signal=signals.request_left_downloader)
        crawler.signals.connect(witness.answered, signal=signals.response_received)
        return witness

    def opened(self) -> None:
        """Start the heart and the watch over it."""
        self.effective = _plain(self.crawler.settings)
        self.beating = True
        self.beat = time.monotonic()
        self._heart = asyncio.ensure_future(self._pulse())
        threading.Thread(target=self._watch, args=(threading.main_thread().ident,)).start()

    def asked(self, request: Request) -> None:
        """Note when an attack began."""
        self._one(request)["began"] = time.monotonic()

    def left(self, request: Request) -> None:
        """Note how long the longest request of an attack took."""
        one = self._one(request)
        seconds = time.monotonic() - one.pop("began", self.beat)
        one["seconds"] = max(one.get("seconds", 0.0), seconds)

    def answered(self, response: Response, request: Request) -> None:
        """Note what a response brought, as the spider gets it."""
        one = self._one(request)
        if urlparse_cached(request).path == "/robots.txt":
            one["robots_bytes"] = len(response.body)
            return
        one["bytes"] = max(one["bytes"], len(response.body))
        one["status"] = response.status
        one["headers"] = sum(len(response.headers.getlist(name)) for name in response.headers)

    def _one(self, request: Request) -> dict[str, Any]:
        return self.seen.setdefault(name_of(request), {"bytes": 0})

    def closed(self) -> None:
        """Write it all down."""
        self.beating = False
        self._heart.cancel()
        self.write()

    def write(self) -> None:
        """Write what was seen so far."""
        told = {
            "seen": self.seen,
            "gap_s": self.longest_gap_s,
            "work_s": self.longest_work_s,
            "stacks": self.stacks,
            "peak_mib": self.peak_mib,
            "first_mib": self.first_mib,
            "settings": self.effective,
        }
        Path(os.environ[VARIABLE]).write_text(json.dumps(told), encoding="utf-8")

    async def _pulse(self) -> None:
        worked = time.thread_time()
        while self.beating:
            await asyncio.sleep(_BEAT_S)
            before, worked = worked, time.thread_time()
            self.longest_work_s = max(self.longest_work_s, worked - before)
            now = time.monotonic()
            self.longest_gap_s = max(self.longest_gap_s, now - self.beat)
            self.beat = now

    def _watch(self, main: int) -> None:
        told = 0.0
        while self.beating:
            time.sleep(_BEAT_S)
            self.peak_mib = max(self.peak_mib, _resident_mib())
            if time.monotonic() - self.beat > _STANDSTILL_S and self.beat != told:
                told = self.beat
                frame = sys._current_frames().get(main)
                lines = traceback.format_stack(frame)[-14:]
                self.stacks.append("".join(lines))


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def _plain(settings: BaseSettings) -> dict[str, Any]:
    names = [name for name in settings if isinstance(name, str)]
    found = {name: settings.getwithbase(name) if name == "DOWNLOAD_HANDLERS" else settings[name]
             for name in names}  # fmt: skip
    return {name: _json(value) for name, value in found.items()}


def _json(value: Any) -> Any:
    if hasattr(value, "items"):
        return {str(key): _json(one) for key, one in value.items()}
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
