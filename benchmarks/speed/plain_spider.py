"""What one writes with plain Scrapy: trafilatura in the callback, a row a page; or no use made.

scrapy runspider plain_spider.py -a urls=FILE [-a out=FILE]

Of peers, it stands for the common way; nothing of Seedbed is in it. Without `out` the pages are
thrown away, which is the ceiling of any crawl with Scrapy.
"""

from __future__ import annotations

import sqlite3  # noqa: TID251  # a peer: it does not know our corpus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import scrapy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.http import Response


class PlainSpider(scrapy.Spider):
    name = "plain"

    def __init__(self, *, urls: str, out: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.urls = Path(urls).read_text(encoding="utf-8").split()
        self.store = _Store(out) if out else None

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for url in self.urls:
            yield scrapy.Request(url)

    def parse(self, response: Response) -> None:
        if self.store is not None:
            self.store.take(response.url, response.body)


class _Store:
    def __init__(self, path: str) -> None:
        import trafilatura

        self._extract: Any = trafilatura.bare_extraction
        self._rows = sqlite3.connect(path)
        self._rows.execute("PRAGMA journal_mode = WAL")
        self._rows.execute("PRAGMA synchronous = NORMAL")
        self._rows.execute("CREATE TABLE articles (url PRIMARY KEY, title, author, date, text)")

    def take(self, url: str, body: bytes) -> None:
        read = self._extract(body, url=url, with_metadata=True)
        if read is None:
            return
        row = (url, read.title, read.author, read.date, read.text)
        with self._rows:
            self._rows.execute("INSERT OR REPLACE INTO articles VALUES (?, ?, ?, ?, ?)", row)
