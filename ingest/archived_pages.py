"""Pages of the archive, read as they were fetched, within the time and memory that a crawl grants.

The readers are started when the first page is asked for: most passes over a corpus need none.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from w3lib.encoding import http_content_type_encoding

from ingest import log
from ingest.archive import is_record_of, read_record
from ingest.items import Reason
from ingest.page_readers import READING_ERRORS, PageReaders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from ingest.extract import PageRead
    from ingest.items import Rejection
    from ingest.workspace import Workspace

__all__ = ["GONE", "ArchivedPages", "Unread", "in_words", "schedule"]

_log = log.get(__name__)
_PAGES_AHEAD = 16  # being read while the ones before them are judged
GONE = "the archive has it no more"  #: else it has another page in its place
_READER_LOST = "its reader was killed from outside"
#: A reader's failure says nothing against what was read of a page before.
_FAILURES = (Reason.TIMED_OUT, Reason.CRASHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A page that could not be read."""

    url: str
    why: str
    is_missing: bool = False  #: the archive has it no more, or another page in its place


def _warn(page: Unread) -> None:
    _log.warning("archived page cannot be read", url=page.url, why=page.why)


class ArchivedPages:
    """Reads pages as `Corpus.archived` names them; to be closed."""

    def __init__(self, workspace: Workspace, *, tell: Callable[[Unread], None] = _warn) -> None:
        """Start nothing yet.

        Args:
            workspace: whose archive it is, and whose limits.
            tell: told once of each page that its reader failed at, or that is another page there.
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
                row, scheduled = ahead.popleft()
                ahead.extend((row, self._schedule(row)) for row in islice(coming, 1))
                yield row, self._end_of(row, scheduled)
        finally:  # whoever asked may want no more
            for _, scheduled in ahead:
                if isinstance(scheduled, Future):
                    scheduled.cancel()

    def close(self) -> None:
        """End the readers, if there are any."""
        if self._readers is not None:
            self._readers.close()
            self._readers = None

    def _schedule(self, row: Mapping[str, Any]) -> Future[PageRead] | Unread:
        return schedule(self._open_readers, self._workspace.settings.archive_path, row)

    def _end_of(
        self, row: Mapping[str, Any], scheduled: Future[PageRead] | Unread
    ) -> PageRead | Unread:
        if isinstance(scheduled, Unread):
            self.tell(scheduled)
            return scheduled
        try:
            read: PageRead | None = scheduled.result()
        except READING_ERRORS as exc:
            read = self._open_readers().refusal(exc)
            if read is None and isinstance(again := self._schedule(row), Future):
                read = self._end_once_more(again)
        if read is not None and (not read.rejection or read.rejection.reason not in _FAILURES):
            return read
        failed = Unread(url=row["url"], why=_why(read))
        self.tell(failed)
        return failed

    def tell(self, failed: Unread) -> None:
        """Tell of a page, once, wherever it was read; not of one that is simply gone."""
        if failed.why != GONE and failed.url not in self._told:
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
) -> Future[PageRead] | Unread:
    """Have a page of the archive read as it was fetched, if the archive has it.

    Args:
        readers: asked for when there is something to read.
        folder: the archive.
        row: as `Corpus.archived` gives it.
    """
    try:
        record = read_record(folder / row["warc"], row["warc_offset"])
    except (OSError, ValueError):
        return Unread(url=row["url"], why=GONE, is_missing=True)
    if not is_record_of(record, row):
        why = f"the archive has {record.url} in its place, at byte {row['warc_offset']} of "
        return Unread(url=row["url"], why=why + row["warc"], is_missing=True)
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
