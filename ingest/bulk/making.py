"""What a process does with a shard: it reads each page and writes down what it says.

A pure function of the shard, but for pages that take too long or too much memory: those are ended
by a reader of their own (`ingest.page_readers`), and the shard says so.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import time
from collections import Counter, deque
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from ingest.archived_pages import ArchivedPages, Unread
from ingest.archives.records import read_records
from ingest.archives.responses import Captured, PassedOver
from ingest.archives.sieve import capture_named
from ingest.archives.unpack import Damaged, Place
from ingest.bulk.readings import row_of
from ingest.bulk.shards import SUFFIX, write_shard
from ingest.errors import ConfigError, Stopped
from ingest.extract.imprint import imprint
from ingest.items import Reason
from ingest.page_readers import READING_ERRORS, PageReaders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from concurrent.futures import Future
    from datetime import datetime
    from pathlib import Path

    from ingest.archives.records import Record
    from ingest.archives.sieve import Sieve
    from ingest.extract import PageRead
    from ingest.workspace import Workspace

__all__ = ["ArchiveShard", "Made", "Shard", "WarcShard", "digest_of", "make", "never"]

_PAGES_AHEAD = 16  # being read while the ones before them are written
_DIGEST_CHARS = 20


def never() -> bool:
    """Nobody stops a worker of a cluster: what it finishes is found by the next pass."""
    return False


def digest_of(*said: Any) -> str:
    """A digest of what a shard is made from, and by."""
    asked = json.dumps([imprint(), *said], default=str)
    return hashlib.sha256(asked.encode()).hexdigest()[:_DIGEST_CHARS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What came of a shard."""

    name: str
    pages: int = 0
    failed: int = 0  #: pages that could not be read within time and memory
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """A part of the work, to be sent to a process."""

    name: str  #: of its file; tells all that it is made from
    folder: Path  #: of the files
    workspace: Workspace = field(repr=False)  #: whose limits, and whose archive
    imprint: str  #: of the extractors that are to read it
    weight: float  #: of the whole work, in pages or bytes

    suffix: ClassVar[str] = SUFFIX

    @property
    def path(self) -> Path:
        """Where it is when it is finished."""
        return self.folder / self.name

    def rows(self, told: Counter[str], is_stopped: Callable[[], bool]) -> Iterator[dict[str, Any]]:
        """What it says, row by row; counts `pages` and `failed`.

        Raises:
            Stopped: it was told to.
        """
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveShard(Shard):
    """Pages of our own archive."""

    pages: tuple[Mapping[str, Any], ...] = field(repr=False)  #: as `Corpus.archived_after` has them

    def rows(self, told: Counter[str], is_stopped: Callable[[], bool]) -> Iterator[dict[str, Any]]:
        """Each page with what it says now."""
        with closing(ArchivedPages(self.workspace, tell=_leave_to_writer)) as archive:
            for page, read in archive.readings(self.pages):
                if is_stopped():
                    raise Stopped(self.name)
                told["pages"] += 1
                row = {"page": page["id"], "warc": page["warc"], "offset": page["warc_offset"]}
                if isinstance(read, Unread):
                    told["failed"] += not read.is_missing
                    yield row | {"unread": read.why, "is_missing": read.is_missing}
                else:
                    yield row | {"read": row_of(read)}


def _leave_to_writer(_: Unread) -> None:
    """The writer tells of it, once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcShard(Shard):
    """A WARC file, from a place on."""

    file: Path
    key: str  #: of the state in which the corpus keeps how far the file was read
    start: Place
    sieve: Sieve = field(repr=False)
    now: datetime  #: no capture is later

    def rows(self, told: Counter[str], is_stopped: Callable[[], bool]) -> Iterator[dict[str, Any]]:
        """The pages that may belong to the topic, what stands between them, and how it ends."""
        ending: dict[str, Any] = {"is_whole": False, "broken": None}
        crawl = self.workspace.settings.crawl
        readers = PageReaders(
            processes=crawl.extract_processes,
            timeout_s=crawl.extract_timeout_s,
            memory_mib=crawl.extract_memory_mib,
        )
        with closing(readers):
            ahead = _Ahead(readers, told)
            try:
                for record in self._records():
                    if is_stopped():
                        raise Stopped(self.name)
                    self._look_at(record, ahead)
                    yield from ahead.rows(_PAGES_AHEAD)
                ending["is_whole"] = True
            except Damaged as exc:
                ending["broken"] = f"{exc}, at byte {exc.place.offset}"
            except OSError as exc:
                ending["broken"] = f"{exc.strerror}"
            yield from ahead.rows(0)
        yield {"ending": ending}

    def _records(self) -> Iterator[Record]:
        with self.file.open("rb") as file:
            file.seek(self.start.offset)
            yield from read_records(file.read, most_bytes=self.sieve.block_bytes, start=self.start)

    def _look_at(self, record: Record, ahead: _Ahead) -> None:
        try:
            found = self.sieve.page_in(record, now=self.now)
        except PassedOver as exc:
            ahead.pass_over(record.place, str(exc))
        else:
            named = capture_named(self.file.name, record, is_cut=found.is_cut)
            ahead.read(record.place, found, named)


class _Ahead:
    """Records that were looked at and are not written yet, in their order."""

    def __init__(self, readers: PageReaders, told: Counter[str]) -> None:
        self._readers = readers
        self._told = told
        self._rows: deque[tuple[dict[str, Any], tuple[Captured, Future[PageRead]] | None]] = deque()
        self._pages = 0

    def pass_over(self, place: Place, why: str) -> None:
        """Note a record without a page; many in a row become one row."""
        if not self._rows or self._rows[-1][1] is not None:
            self._rows.append(({"at": place, "passed": Counter()}, None))
        row, _ = self._rows[-1]
        row["at"] = place
        row["passed"][why] += 1

    def read(self, place: Place, found: Captured, capture: str) -> None:
        """Have a page read."""
        row = {
            "at": place, "url": found.url, "fetched": found.at.isoformat(),
            "status": found.status, "headers": found.headers, "type": found.content_type,
            "is_cut": found.is_cut, "capture": capture, "body": found.body.decode("latin-1"),
        }  # fmt: skip
        self._rows.append((row, (found, self._schedule(found))))
        self._pages += 1

    def rows(self, most_pages: int) -> Iterator[dict[str, Any]]:
        """What can be written, but for the last pages that are being read."""
        while self._rows and (self._pages > most_pages or not most_pages):
            row, reading = self._rows.popleft()
            if reading is not None:
                self._pages -= 1
                row |= self._end_of(*reading)
            yield row

    def _schedule(self, found: Captured) -> Future[PageRead]:
        return self._readers.schedule(
            found.body, found.url, found.encoding, found.content_type,
            status=found.status, now=found.at,
        )  # fmt: skip

    def _end_of(self, found: Captured, future: Future[PageRead]) -> dict[str, Any]:
        self._told["pages"] += 1
        why = ""
        for attempt in (future, None):  # one killed from outside is read once more
            try:
                return {"read": row_of((attempt or self._schedule(found)).result())}
            except READING_ERRORS as exc:
                refused = self._readers.refusal(exc)
                why = f"{Reason.CRASHED}: {exc}"
            if refused is not None:
                self._told["failed"] += 1
                return {"read": row_of(refused)}
        self._told["failed"] += 1
        return {"failed": why}


def make(shard: Shard, is_stopped: Callable[[], bool] = never) -> Made:
    """Make the file of a shard.

    Raises:
        ConfigError: other extractors are installed here than where it was handed out.
        OSError: it cannot be written.
        Stopped: it was told to.
    """
    if shard.imprint != imprint():
        raise ConfigError(
            ["a worker has other extractors than the command: install the same there"]
        )
    # Workers of dask are daemons, to which multiprocessing grants no children, such as readers;
    # ours end with their parent by themselves.
    if multiprocessing.current_process().daemon:
        multiprocessing.current_process().daemon = False
    began, told = time.monotonic(), Counter[str]()
    write_shard(shard.path, shard.rows(told, is_stopped))
    return Made(
        name=shard.name, pages=told["pages"], failed=told["failed"],
        seconds=time.monotonic() - began,
    )  # fmt: skip
