"""Thin Scrapy adapters that carry a fetched page to the archive, the extractors and the judge."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scrapy.exceptions import DropItem

from ingest.archived_pages import GONE, Unread, schedule
from ingest.correcting import outdated, take_page
from ingest.errors import CorpusError
from ingest.extensions import bench_of
from ingest.items import FailedFetch, FetchedPage, Outcome, Reason
from ingest.page_readers import READING_ERRORS, PageReaders
from ingest.stages import RunStage

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from ingest.extensions import Bench
    from ingest.extract import PageRead

__all__ = ["ArchivePipeline", "JudgePipeline", "ReadPipeline", "Reading"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A page and what was read from it."""

    page: FetchedPage
    read: PageRead
    before: PageRead | None = None
    #: its last response read by the same rules; None: what is stored was, or it is not to be had


class _Stage:
    """A pipeline that knows the bench of its crawl."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> _Stage:
        return cls(crawler)

    @property
    def bench(self) -> Bench:
        return bench_of(self.crawler)


class ArchivePipeline(_Stage):
    """Writes the raw page to the run's WARC file, before anything is decided about it."""

    def process_item(self, item: FetchedPage | FailedFetch) -> FetchedPage | FailedFetch:
        """Give a page its place in the archive."""
        bench = self.bench
        if bench.is_over:
            raise DropItem("given back to the frontier")
        bench.handed_in += 1
        if isinstance(item, FailedFetch):
            return item
        try:
            offset = bench.archive.append(
                url=item.final_url,
                status=item.status,
                headers=item.headers,
                body=item.body,
                fetched_at=item.fetched_at,
            )
        except OSError as exc:  # a full disk: what is not archived is not judged
            bench.handed_in -= 1
            _end_run(self.crawler, bench, f"the archive cannot be written: {exc}")
            raise DropItem("given back to the frontier") from exc
        return replace(item, warc=bench.archive.name, warc_offset=offset)


class ReadPipeline(_Stage):
    """Reads pages in processes that can be killed, because some pages never end."""

    _readers: asyncio.Future[PageReaders] | None = None

    async def process_item(self, item: FetchedPage | FailedFetch) -> Reading | FailedFetch:
        """Read a page; one that hangs or crashes its reader is refused, and costs only itself."""
        if isinstance(item, FailedFetch):
            return item
        try:
            readers = await self._open_readers()
        except (OSError, RuntimeError) as exc:  # no process, no thread: another time there may be
            return _failed(item, f"its reader could not be started: {exc}")
        began = time.perf_counter()
        future = readers.schedule(
            item.body, item.final_url, item.encoding, item.content_type,
            status=item.status, now=item.fetched_at,
        )  # fmt: skip
        try:
            read = await asyncio.wrap_future(future)
        except READING_ERRORS as exc:
            refused = readers.refusal(exc)
            if refused is None:  # killed from outside: tried again, not for ever
                return _failed(item, f"{Reason.CRASHED}: {exc}")
            read = refused
        finally:
            self.bench.intake.stopwatch.add(RunStage.EXTRACT, time.perf_counter() - began)
        return Reading(page=item, read=read, before=await self._read_before(item, read))

    async def _read_before(self, item: FetchedPage, read: PageRead) -> PageRead | None:
        """The last response of a page whose stored text another version read."""
        bench = self.bench
        if (row := outdated(bench.corpus, item.page, read)) is None:
            return None
        folder = bench.workspace.settings.archive_path
        readers = await self._open_readers()
        scheduled = schedule(lambda: readers, folder, row)
        if isinstance(scheduled, Unread):
            if scheduled.why != GONE:
                bench.log.warning("archived page cannot be read", url=item.url, why=scheduled.why)
            return None
        try:
            return await asyncio.wrap_future(scheduled)
        except READING_ERRORS as exc:
            bench.log.warning("archived page cannot be read", url=item.url, error=repr(exc))
            return None

    async def _open_readers(self) -> PageReaders:
        if (readers := self._readers) is None:  # made late: many a poll finds nothing new
            crawl = self.bench.workspace.settings.crawl
            # In a thread: what they load first held the event loop for half a second.
            opening = asyncio.to_thread(
                PageReaders,
                processes=crawl.extract_processes,
                timeout_s=crawl.extract_timeout_s,
                memory_mib=crawl.extract_memory_mib,
            )
            readers = self._readers = asyncio.ensure_future(opening)
        try:
            return await asyncio.shield(readers)  # who waits for it too may be cancelled
        except Exception:
            if self._readers is readers:  # else a page that came after it has begun another try
                self._readers = None
            raise

    async def close_spider(self) -> None:
        """End the readers."""
        if self._readers is not None:
            (await self._readers).close()


class JudgePipeline(_Stage):
    """Takes a page into the corpus."""

    def process_item(self, item: Reading | FailedFetch) -> Reading | FailedFetch:
        """Judge and store; a corpus that cannot be written ends the run, nothing else does."""
        bench = self.bench
        if bench.gives_back:
            bench.handed_in -= 1  # given back to the frontier when the run closes
            return item
        try:
            with bench.intake.stopwatch.during(RunStage.STORE):
                self._take_or_fail(item)
        except Exception as exc:  # noqa: BLE001  # what cannot be written down is not fetched
            bench.handed_in -= 1
            said = str(exc) if isinstance(exc, CorpusError) else repr(exc)
            _end_run(self.crawler, bench, said)
        return item

    def _take_or_fail(self, item: Reading | FailedFetch) -> None:
        try:
            self._take(item)
        except CorpusError:
            raise
        except Exception as exc:  # noqa: BLE001  # one page must not be fetched for ever
            page = item if isinstance(item, FailedFetch) else item.page
            self.bench.log.error("page lost", url=page.url, error=repr(exc))
            self.bench.lose(exc)
            self._take(_failed(page, f"{type(exc).__name__}: {exc}"[:200]))

    def _take(self, item: Reading | FailedFetch) -> None:
        bench = self.bench
        if isinstance(item, FailedFetch):
            outcome = bench.intake.take_failure(item)
            bench.log.info("judged", outcome=outcome, url=item.url, reason=item.reason)
            return
        judged = take_page(bench.workspace, bench.intake, item.page, item.read, item.before)
        bench.judged += 1
        score = judged.relevance.score if judged.relevance else None
        bench.log.info(
            "judged", outcome=judged.outcome, url=item.page.url, relevance=score, why=judged.why
        )


_closing = set[asyncio.Future[None]]()  # asyncio itself keeps only weak references


def _end_run(crawler: Crawler, bench: Bench, trouble: str) -> None:
    """Close the crawl: what it cannot write down, it should not fetch."""
    if bench.trouble is not None:
        return
    bench.trouble = trouble
    bench.log.error("run cannot go on", error=trouble)
    assert crawler.engine is not None
    task = asyncio.ensure_future(crawler.engine.close_spider_async(reason="trouble"))
    _closing.add(task)
    task.add_done_callback(_closing.discard)


def _failed(page: FetchedPage | FailedFetch, reason: str) -> FailedFetch:
    """A fetch that is tried again, up to `max_tries`."""
    return FailedFetch(
        page=page.page, url=page.url, outcome=Outcome.FAILED, reason=reason,
        status=page.status, fetched_at=page.fetched_at,
    )  # fmt: skip
