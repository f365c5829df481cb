"""Pages of the archive, read as they were fetched, within the time and memory that a crawl grants.

The readers are started when the first page is asked for: most passes over a corpus need none.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from w3lib.encoding import http_content_type_encoding

from ingest import log
from ingest.archive import read_record
from ingest.items import Reason
from ingest.page_readers import READING_ERRORS, PageReaders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Future
    from pathlib import Path

    from ingest.extract import PageRead
    from ingest.items import Rejection
    from ingest.workspace import Workspace

__all__ = ["ArchivedPages", "Unread", "in_words", "schedule"]

_log = log.get(__name__)
_PAGES_AHEAD = 16  # being read while the ones before them are judged
_GONE = "the archive has it no more"
_READER_LOST = "its reader was killed from outside"
#: A reader's failure says nothing against what was read of a page before.
_FAILURES = (Reason.TIMED_OUT, Reason.CRASHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A page that could not be read."""

    url: str
    why: str
    is_missing: bool = False  #: the archive has it no more


def _warn(page: Unread) -> None:
    _log.warning("archived page cannot be read", url=page.url, why=page.why)


class ArchivedPages:
    """Reads pages as `Corpus.archived` names them; to be closed."""

    def __init__(self, workspace: Workspace, *, tell: Callable[[Unread], None] = _warn) -> None:
        """Start nothing yet.

        Args:
            workspace: whose archive it is, and whose limits.
            tell: told once of each page that its reader failed at.
        """
        self._workspace = workspace
        self._tell = tell
        self._told: set[str] = set()
        self._readers: PageReaders | None = None

    def read(self, row: Mapping[str, Any]) -> PageRead | Unread:
        """What the last response of a page says."""
        return self._end_of(row, self._schedule(row))

    def readings(
        self, rows: Iterable[Mapping[str, Any]]
    ) -> Iterator[tuple[Mapping[str, Any], PageRead | Unread]]:
        """Each page with what it says, in order; a few are read ahead."""
        coming = iter(rows)
        ahead = deque((row, self._schedule(row)) for row in islice(coming, _PAGES_AHEAD))
        try:
            while ahead:
                row, future = ahead.popleft()
                ahead.extend((row, self._schedule(row)) for row in islice(coming, 1))
                yield row, self._end_of(row, future)
        finally:  # whoever asked may want no more
            for _, future in ahead:
                if future is not None:
                    future.cancel()

    def close(self) -> None:
        """End the readers, if there are any."""
        if self._readers is not None:
            self._readers.close()
            self._readers = None

    def _schedule(self, row: Mapping[str, Any]) -> Future[PageRead] | None:
        return schedule(self._open_readers, self._workspace.settings.archive_path, row)

    def _end_of(self, row: Mapping[str, Any], future: Future[PageRead] | None) -> PageRead | Unread:
        if future is None:
            return Unread(url=row["url"], why=_GONE, is_missing=True)
        try:
            read: PageRead | None = future.result()
        except READING_ERRORS as exc:
            read = self._open_readers().refusal(exc)
            if read is None and (again := self._schedule(row)) is not None:
                read = self._end_once_more(again)
        if read is not None and (not read.rejection or read.rejection.reason not in _FAILURES):
            return read
        failed = Unread(url=row["url"], why=_why(read))
        self.tell(failed)
        return failed

    def tell(self, failed: Unread) -> None:
        """Tell of a page that its reader failed at, once, wherever it was read."""
        if failed.url not in self._told:
            self._told.add(failed.url)
            self._tell(failed)

    def _end_once_more(self, future: Future[PageRead]) -> PageRead | None:
        """What a page says whose first reader was killed from outside, maybe for another's sake."""
        try:
            return future.result()
        except READING_ERRORS as exc:
            return self._open_readers().refusal(exc)

    def _open_readers(self) -> PageReaders:
        if self._readers is None:
            crawl = self._workspace.settings.crawl
            self._readers = PageReaders(
                processes=crawl.extract_processes,
                timeout_s=crawl.extract_timeout_s,
                memory_mib=crawl.extract_memory_mib,
            )
        return self._readers


def schedule(
    readers: Callable[[], PageReaders], folder: Path, row: Mapping[str, Any]
) -> Future[PageRead] | None:
    """Have a page of the archive read as it was fetched; None: the archive has it no more.

    Args:
        readers: asked for when there is something to read.
        folder: the archive.
        row: as `Corpus.archived` gives it.
    """
    try:
        record = read_record(folder / row["warc"], row["warc_offset"])
    except (OSError, ValueError):
        return None
    kind = next((said for name, said in record.headers if name.lower() == "content-type"), None)
    return readers().schedule(
        record.body,
        record.url,
        http_content_type_encoding(kind),
        kind,
        now=datetime.fromisoformat(row["last_fetched"]),
        status=record.status,
    )


def in_words(rejection: Rejection) -> str:
    """A refusal as the ledger has it."""
    return f"{rejection.reason}: {rejection.detail}" if rejection.detail else str(rejection.reason)


def _why(failed: PageRead | None) -> str:
    return in_words(failed.rejection) if failed and failed.rejection else _READER_LOST
