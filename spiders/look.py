"""Fetches each address of a list once and says what it is; for `seedbed add`.

It stands outside the ledger: what it fetches becomes a source or a page only once it is added.
Robots, guard, delay and size are those of every crawl, and so is what hosts asked of us: if there
is a corpus, their waits and their robots.txt are read from it and kept in it.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, IgnoreRequest

from ingest import clock
from ingest.discovery.detect import detect
from ingest.errors import ConfigError
from ingest.middlewares import RobotsUnreadable
from ingest.pacing import lay_keeper
from ingest.page_readers import READING_ERRORS, Readers
from ingest.robots import origin_of
from ingest.workspace import current_workspace
from spiders.endings import words_of
from spiders.headers import header_map
from spiders.policy import workspace_policy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from ingest.corpus import Corpus
    from ingest.discovery.detect import What

__all__ = ["LookSpider"]

_REFUSALS = [*range(400, 600)]  # told, not dropped


class LookSpider(Spider):
    """Looks at the addresses of `-a file=LIST`, and says in `-a out=FILE` what they are."""

    name = "look"

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Keep out what records a run; there may be no topic to judge by yet."""
        super().update_settings(settings)
        settings.setdict(workspace_policy(current_workspace().settings), priority="spider")
        settings.setdict({"EXTENSIONS": {}, "ITEM_PIPELINES": {}}, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> LookSpider:
        """The spider, and the corpus as its memory of hosts; it makes none."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        assert isinstance(spider, LookSpider)
        workspace = current_workspace()
        if workspace.settings.corpus_path.exists():
            spider.corpus = workspace.corpus()
            lay_keeper(crawler, spider.corpus)
        return spider

    def __init__(self, *, file: str | None = None, out: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not file or not out:
            raise ConfigError(["give -a file=LIST and -a out=FILE, or use seedbed add"])
        self._addresses = json.loads(Path(file).read_text("utf-8"))
        self._out = Path(out)
        self.corpus: Corpus | None = None
        self._readers: Readers | None = None

    async def start(self) -> AsyncIterator[Request]:
        """Ask for every address."""
        for url in self._addresses:
            try:
                request = self._request(url)
            except ValueError as exc:  # one address that is none costs the others nothing
                self._say(url, error=f"not an address: {exc}"[:200])
                continue
            yield request

    def _request(self, url: str) -> Request:
        return Request(
            url,
            callback=self.look,
            errback=self.tell,
            cb_kwargs={"asked": url},
            meta={
                "handle_httpstatus_list": _REFUSALS,
                "dont_obey_robotstxt": url == f"{origin_of(url)}/robots.txt",
            },
            dont_filter=True,
        )

    async def look(self, response: Response, asked: str) -> None:
        """Say what there is."""
        if response.status in _REFUSALS:
            self._say(asked, error=f"http {response.status}")
            return
        readers = self._open_readers()
        try:
            what = await self._read(readers, response)
        except READING_ERRORS as exc:
            self._say(asked, error=f"cannot be read: {readers.said(exc)}"[:200])
        except Exception as exc:  # told in the place of what it is, and logged in full
            self.logger.exception("reading %s failed", response.url)
            self._say(asked, error=f"cannot be read: {type(exc).__name__}: {exc}"[:200])
        else:
            self._say(asked, url=response.url, **asdict(what))

    async def _read(self, readers: Readers, response: Response) -> What:
        """What an answer is, read in a process that can be killed: some pages never end."""
        read = partial(detect, now=clock.now())
        future = readers.call(read, response.body, header_map(response), response.url)
        return await asyncio.wrap_future(future)

    def _open_readers(self) -> Readers:
        if self._readers is None:
            crawl = current_workspace().settings.crawl
            self._readers = Readers(
                processes=1, timeout_s=crawl.extract_timeout_s, memory_mib=crawl.extract_memory_mib
            )
        return self._readers

    def tell(self, failure: Failure) -> None:
        """Say why there is nothing."""
        request: Any = failure.request  # type: ignore[attr-defined]  # Scrapy adds it
        said = words_of(failure)
        if failure.check(IgnoreRequest) and not failure.check(RobotsUnreadable):
            self._say(request.cb_kwargs["asked"], error=f"refused: {said}"[:200], is_silent=False)
            return
        is_plain = failure.check(DownloadCancelledError, DownloadTimeoutError)
        self._say(
            request.cb_kwargs["asked"],
            error=f"{'' if is_plain else 'no answer: '}{said}"[:200],
            is_silent=True,
        )

    def closed(self, reason: str) -> None:
        """End the readers, and let go of the corpus."""
        del reason
        if self._readers is not None:
            self._readers.close()
        if self.corpus is not None:
            self.corpus.close()

    def _say(self, asked: str, **said: Any) -> None:
        with self._out.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"asked": asked, **said}) + "\n")
