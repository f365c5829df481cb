"""Scrapy with its own settings, in front of the same attacks: what they do when nothing is done."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess

from tests.hostile.witness import Witness

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

__all__ = ["crawl"]


class StockSpider(Spider):
    """Asks for every attack, the large ones one after another."""

    name = "stock"
    attacks: list[dict[str, Any]]
    patience_s: float

    async def start(self) -> AsyncIterator[Request]:
        """All that is not large at once; then the large, for the machine's sake one at a time."""
        self._began = time.monotonic()
        for one in self.attacks:
            if not one["large"]:
                yield self._request(one)
        self._over = asyncio.ensure_future(self._end())

    def _request(self, one: dict[str, Any]) -> Request:
        return Request(
            one["url"], meta={"attack": one["name"], "handle_httpstatus_all": False},
            callback=self.parse, errback=self.shrug, dont_filter=True,
        )  # fmt: skip

    async def _ask_large(self) -> None:
        engine = self.crawler.engine
        assert engine is not None
        for one in self.attacks:
            if one["large"]:
                try:
                    await engine.download_async(self._request(one))
                except Exception:  # noqa: BLE001  # whatever it is, the witness saw it
                    continue

    async def _end(self) -> None:
        """End when nothing but what hangs is left; Scrapy itself would wait for three minutes."""
        await self._ask_large()
        await asyncio.sleep(max(self.patience_s - (time.monotonic() - self._began), 0))
        witness = self.crawler.get_extension(Witness)
        assert witness is not None
        witness.beating = False
        witness.write()
        os._exit(0)

    def parse(self, response: Any) -> None:
        """Take it, as most spiders do."""

    def shrug(self, failure: Any) -> None:
        """Nothing more."""


def crawl(wanted: dict[str, Any], addon: str) -> None:
    """Run it, and end the process."""
    process = CrawlerProcess({"ADDONS": {addon: 0}, "LOG_ENABLED": False})
    process.crawl(StockSpider, attacks=wanted["attacks"], patience_s=wanted["patience_s"])
    process.start()
