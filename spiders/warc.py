"""WARC files: `-a file=PATH` (files and folders, commas between), or CC-NEWS by days.

`-a since=2025-11-01 -a until=2025-11-03` reads the files of these days from Common Crawl.
"""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from scrapy.exceptions import IgnoreRequest

from ingest import clock
from ingest.archives.files import beginning_of, mark_at, of_this_file, warc_files
from ingest.archives.news import files_of_days, months, paths_of, read_paths
from ingest.archives.progress import Progress, Reading, print_of, state_of
from ingest.archives.records import read_records
from ingest.archives.responses import PassedOver
from ingest.archives.sieve import Sieve, capture_named
from ingest.archives.unpack import Damaged, Place
from ingest.archives.words import RawWords
from ingest.errors import ConfigError
from ingest.gdelt_settings import day_of
from ingest.workspace import current_workspace
from spiders.captures import NETWORK_ERRORS, CaptureSpider
from spiders.headers import text_header

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from scrapy import Request
    from scrapy.http import Response
    from scrapy.settings import BaseSettings

    from ingest.archives.news import NewsFile
    from ingest.archives.records import Record
    from ingest.config import Archives
    from ingest.items import FetchedPage

__all__ = ["WarcSpider"]

_MIB = 1024 * 1024
_BREATH = 16  # records between two looks at what else there is to do
_SETTLED = 2000  # records between two notes of how far a file was read
_LARGEST_PIECE_MIB = 128.0
_TIMEOUT_S = 600.0
_OK, _PARTIAL, _NOT_FOUND, _BEHIND_END = 200, 206, 404, 416
_IMPATIENT = (403, 429, 503)
_FIRST_REST = timedelta(minutes=1)
_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})", re.ASCII)


class _Unavailable(Exception):
    """A file could not be had; says why."""


class WarcSpider(CaptureSpider):
    """Reads what other crawlers archived, as far as it may belong to the topic."""

    name = "warc"

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """One request at a time to the host of CC-NEWS, and not too often."""
        super().update_settings(settings)
        archives = current_workspace().settings.archives
        pace = {"concurrency": 1, "delay": max(archives.news_delay_s, 0.001), "jitter": 0.0}
        host = urlsplit(archives.news_url).hostname or ""
        slots = {**settings.getdict("DOWNLOAD_SLOTS"), host: pace}
        settings.set("DOWNLOAD_SLOTS", slots, priority="spider")

    def __init__(
        self,
        *args: Any,
        file: str | None = None,
        since: str | None = None,
        until: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if not file and not since:
            raise ConfigError(
                ["give -a file=PATH (files or folders, commas between) or -a since=DAY"]
            )
        named = filter(None, map(str.strip, (file or "").split(",")))
        self._files = warc_files(named)
        try:
            self._since = day_of(since) if since else None
            self._until = day_of(until) if until else None
        except ValueError as exc:
            raise ConfigError([f"-a since, -a until: {exc}"]) from exc
        if self._until and (self._since is None or self._until < self._since):
            raise ConfigError(["-a until needs an -a since that is not after it"])
        self._reading: Reading | None = None
        self._key = ""
        self._unsettled = 0  # records since the last note
        self._broken: list[str] = []
        self._was_read = False  # one file at least, in part

    @property
    def archives(self) -> Archives:
        """The settings of archives."""
        return self.bench.workspace.settings.archives

    async def captures(self) -> AsyncIterator[FetchedPage]:
        """The pages of all files."""
        self._sieve = Sieve(
            words=RawWords.of(self.bench.intake.knowledge.topic),
            hosts=self.archives.hosts,
            most_bytes=int(self.bench.workspace.settings.crawl.max_body_mib * _MIB),
        )
        for path in self._files:
            async for page in self._pages_of_file(path):
                yield page
        if self._since is not None:
            async for page in self._pages_of_days(self._since, self._until):
                yield page

    def end(self) -> None:
        """Say which files could not be read to their end."""
        if not self._broken:
            return
        said = "; ".join(self._broken)[:500]
        if self._files and not self._was_read:
            self.bench.trouble = self.bench.trouble or f"nothing could be read: {said}"
        else:
            self.bench.note = said

    # -- one file ---------------------------------------------------------------------------------

    def _open(self, name: str, identity: str, path: Path | None = None) -> Reading:
        """Begin a file where the last run came to an end.

        Args:
            name: of the file.
            identity: by which it is known again.
            path: where it lies on this machine; None: on another, where its name is its own.
        """
        self._key = state_of(identity)
        corpus = self.bench.corpus
        read_for = print_of(corpus.state("seeds_digest"), self.archives.hosts)
        progress = Progress.from_json(corpus.state(self._key), read_for=read_for)
        if path is None:
            self._reading = Reading(name, progress)
        else:
            progress = of_this_file(path, progress)
            self._reading = Reading(name, progress, mark_at=partial(mark_at, path))
        self._reading.is_whole = progress.is_whole
        self._unsettled = 0
        return self._reading

    async def _close(self, reading: Reading) -> None:
        """Wait until what was found is judged, then note how far the file was read."""
        await self._have_room(1)
        if self.bench.gives_back:
            return
        self._note_progress()
        self._was_read |= reading.is_whole or reading.settled.offset > 0
        if reading.broken:
            self._broken.append(f"{reading.name}: {reading.broken}")
            self.bench.log.warning("file damaged", file=reading.name, error=reading.broken)
        tally = {what.replace(" ", "_"): times for what, times in sorted(reading.tally.items())}
        self.bench.log.info(
            "archive read", file=reading.name, is_whole=reading.is_whole,
            offset=reading.settled.offset, **tally,
        )  # fmt: skip

    def _note_progress(self) -> None:
        assert self._reading is not None
        self.bench.corpus.set_state(self._key, self._reading.progress.to_json())
        self._unsettled = 0

    def judged(self, page: int) -> None:
        """Note how far the file is settled: with what was judged, and never before it."""
        if self._reading is not None and self._reading.close(page):
            self._note_progress()

    async def _pages_of_file(self, path: Path) -> AsyncIterator[FetchedPage]:
        try:
            beginning, file = beginning_of(path), path.open("rb")
        except OSError as exc:
            self._broken.append(f"{path.name}: {exc.strerror}")
            self.bench.log.warning("file cannot be read", file=path.name, error=str(exc))
            return
        with file:
            reading = self._open(path.name, f"{path.name} {beginning}", path)
            start = reading.start
            file.seek(start.offset)
            try:
                async for page in self._scan(reading, file.read, start):
                    yield page
                reading.is_whole = True
            except Damaged as exc:
                reading.broken = f"{exc}, at byte {exc.place.offset}"
            except OSError as exc:
                reading.broken = f"{exc.strerror}"
        await self._close(reading)

    async def _scan(
        self, reading: Reading, read: Callable[[int], bytes], start: Place
    ) -> AsyncIterator[FetchedPage]:
        """The pages of a file that may belong to the topic.

        Raises:
            Damaged: it cannot be read on.
        """
        records = read_records(read, most_bytes=self._sieve.block_bytes, start=start)
        for number, record in enumerate(records):
            if record.kind == "response":
                await self.until_judged(record.header("WARC-Target-URI") or "")
            page = self._page_of(reading, record)
            if page is not None:
                yield page
            elif number % _BREATH == 0:
                await _sleep()
            if self.bench.gives_back:
                return
            self._unsettled += 1
            if self._unsettled >= _SETTLED:
                self._note_progress()

    def _page_of(self, reading: Reading, record: Record) -> FetchedPage | None:
        try:
            page = self._find_page(reading, record)
        except PassedOver as exc:
            reading.pass_over(record.place, str(exc))
            return None
        reading.take(record.place, page.page)
        return page

    def _find_page(self, reading: Reading, record: Record) -> FetchedPage:
        """The page of a record, entered in the ledger.

        Raises:
            PassedOver: it holds none that is worth reading.
        """
        found = self._sieve.page_in(record, now=clock.now())
        if not self.is_news(found.url, found.at):
            raise PassedOver("known")
        page = self.take(found, capture_named(reading.name, record, is_cut=found.is_cut))
        if page is None:
            raise PassedOver("known")
        return page

    # -- CC-NEWS ----------------------------------------------------------------------------------

    async def _pages_of_days(self, first: date, last: date | None) -> AsyncIterator[FetchedPage]:
        last = last or clock.now().date()
        try:
            for file in await self._files_of_days(first, last):
                async for page in self._pages_of_news(file):
                    yield page
                if self.bench.trouble:
                    return
        except _Unavailable as exc:
            self._broken.append(f"CC-NEWS: {exc}")

    async def _files_of_days(self, first: date, last: date) -> tuple[NewsFile, ...]:
        named: list[NewsFile] = []
        for year, month in months(first, last):
            url = urljoin(self.archives.news_url, paths_of(year, month))
            response = await self._had(self.request(url))
            if response.status == _NOT_FOUND:
                self.bench.log.info("no list of the month", url=url)
                continue
            try:
                named += read_paths(response.body)
            except ValueError as exc:
                raise _Unavailable(f"{url}: {exc}") from exc
        return files_of_days(named, first, last)

    async def _pages_of_news(self, file: NewsFile) -> AsyncIterator[FetchedPage]:
        name = file.path.rpartition("/")[2]
        reading = self._open(name, f"CC-NEWS {name}")
        if reading.is_whole:
            return
        try:
            async for page in self._scan_pieces(reading, file):
                yield page
        finally:
            await self._close(reading)

    async def _scan_pieces(self, reading: Reading, file: NewsFile) -> AsyncIterator[FetchedPage]:
        """Read a file piece by piece; what is cut at the end of one begins the next.

        Raises:
            _Unavailable: a piece could not be had.
        """
        start, piece_mib = reading.start, self.archives.news_piece_mib
        while not self.bench.trouble:
            body, size = await self._piece(file, start.offset, int(piece_mib * _MIB))
            end = start.offset + len(body)
            if not body:
                reading.is_whole = True
                return
            try:
                async for page in self._scan(reading, io.BytesIO(body).read, start):
                    yield page
                start = Place(end)
            except Damaged as exc:
                if not exc.is_cut or end >= size:
                    reading.broken = f"{exc}, at byte {exc.place.offset}"
                    return
                if exc.place.offset == start.offset:  # larger than the piece
                    piece_mib *= 4
                    if piece_mib > _LARGEST_PIECE_MIB:
                        reading.broken = f"a record without end, at byte {start.offset}"
                        return
                start = exc.place
            if start.offset >= size:
                reading.is_whole = True
                return

    async def _piece(self, file: NewsFile, offset: int, most_bytes: int) -> tuple[bytes, int]:
        """Some bytes of a file, and the size of the whole.

        Raises:
            _Unavailable: they could not be had.
        """
        request = self.request(
            urljoin(self.archives.news_url, file.path),
            download_maxsize=most_bytes + _MIB, download_timeout=_TIMEOUT_S,
        )  # fmt: skip
        request.headers["Range"] = f"bytes={offset}-{offset + most_bytes - 1}"
        request.headers["Accept-Encoding"] = "identity"
        response = await self._had(request)
        if response.status == _BEHIND_END:
            return b"", offset
        if response.status == _OK:  # the whole, which was no larger than a piece
            if len(response.body) < offset:  # such as a page that says that it is out of order
                raise _Unavailable(f"{request.url}: it is shorter than what was read of it")
            return response.body[offset:], len(response.body)
        stated = _RANGE.fullmatch(text_header(response, "Content-Range") or "")
        if response.status != _PARTIAL or stated is None or int(stated[1]) != offset:
            raise _Unavailable(f"{request.url}: http {response.status}")
        if not response.body:
            raise _Unavailable(f"{request.url}: an empty piece")
        return response.body, int(stated[3])

    async def _had(self, request: Request) -> Response:
        try:
            response = await self.ask(request)
        except IgnoreRequest as exc:  # asleep, refused or too large
            raise _Unavailable(f"{request.url}: {exc}") from exc
        except NETWORK_ERRORS as exc:
            raise _Unavailable(f"{request.url}: {type(exc).__name__}: {exc}"[:200]) from exc
        if response.status in _IMPATIENT:
            self.rest(request, _FIRST_REST, f"http {response.status}", doubling=True)
            raise _Unavailable(f"http {response.status}; it is asked again later")
        return response


def _sleep() -> asyncio.Future[None]:
    """Let the crawl do what else there is to do."""
    from asyncio import get_running_loop

    loop = get_running_loop()
    turn: asyncio.Future[None] = loop.create_future()
    loop.call_soon(turn.set_result, None)
    return turn
