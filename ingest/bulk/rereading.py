"""`seedbed reextract` over shards: pages are read by many processes, corrected by one, in order."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ingest.archived_pages import Unread
from ingest.bulk.making import ArchiveShard, digest_of
from ingest.bulk.order import in_order
from ingest.bulk.readings import read_of
from ingest.bulk.shards import read_shard
from ingest.errors import CrawlError
from ingest.extract.imprint import imprint

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from ingest.archived_pages import ArchivedPages
    from ingest.bulk.crew import Crew
    from ingest.bulk.making import Shard
    from ingest.bulk.telling import Teller
    from ingest.corpus import Corpus
    from ingest.extract import PageRead
    from ingest.workspace import Workspace

__all__ = ["MOST_PAGES", "ShardedReadings", "limits_of", "pages_a_shard", "reading_alone"]

#: Of a shard. A page costs some 40 ms, so a shard three minutes: what a kill loses.
MOST_PAGES = 5000
_LEAST_PAGES = 64  # more than are written in one transaction
_SHARDS = 16  # at least, of a corpus that is large enough, so that no process waits for the last
_ROWS_AT_ONCE = 100


def pages_a_shard(pages: int) -> int:
    """How large shards are where so many pages are to be read.

    By powers of two, so that a corpus that grows a little has the same shards.
    """
    size = _LEAST_PAGES
    while size * 2 * _SHARDS <= pages and size < MOST_PAGES:
        size *= 2
    return min(size, MOST_PAGES)


def reading_alone(workspace: Workspace, *, processes: int = 1) -> Workspace:
    """The workspace as a worker has it, whose pages so many processes read."""
    settings = workspace.settings
    crawl = settings.crawl.model_copy(update={"extract_processes": processes})
    return replace(workspace, settings=settings.model_copy(update={"crawl": crawl}))


@dataclass(kw_only=True)
class ShardedReadings:
    """The pages of the archive, read into files; `ingest.reextract.Readings`.

    A shard is removed once what it says is written, but of a trial, which writes nothing.
    """

    workspace: Workspace
    corpus: Corpus
    folder: Path  #: of the shards
    crew: Callable[[], Crew]
    teller: Teller
    is_stopped: Callable[[], bool]
    most_pages: int | None = None  #: of a shard; None: by the size of the corpus
    is_trial: bool = False
    pages_at_once: int = 50  #: a transaction takes less than a second

    def after(
        self, page: int, since: datetime | None, outlet: str | None, archive: ArchivedPages
    ) -> Iterator[tuple[Mapping[str, Any], PageRead | Unread]]:
        """Each page behind that number, by number, with what it says now."""
        size = self.most_pages or pages_a_shard(
            self.corpus.count_archived(0, since=since, outlet=outlet)
        )
        self.teller.begin(self.corpus.count_archived(page, since=since, outlet=outlet))
        with closing(self._read_ahead(page, since, outlet, size)) as ahead:
            known = next(ahead, None)
            while rows := self.corpus.archived_after(
                page, since=since, outlet=outlet, limit=_ROWS_AT_ONCE
            ):
                for row in rows:
                    page = row["id"]
                    while known is not None and known["page"] < page:
                        known = next(ahead, None)
                    if self.is_stopped():
                        return
                    yield row, self._reading(row, known, archive)
                    self.teller.took(1, pages=1)

    def _reading(
        self, row: Mapping[str, Any], known: Mapping[str, Any] | None, archive: ArchivedPages
    ) -> PageRead | Unread:
        place = (row["id"], row["warc"], row["warc_offset"])
        if known is None or place != (known["page"], known["warc"], known["offset"]):
            return archive.read(row)  # fetched since the shards were handed out
        if "unread" not in known:
            return read_of(known["read"])
        failed = Unread(url=row["url"], why=known["unread"], is_missing=known["is_missing"])
        archive.tell(failed)
        return failed

    def _read_ahead(
        self, page: int, since: datetime | None, outlet: str | None, size: int
    ) -> Generator[dict[str, Any], None, None]:
        """The rows of all shards that hold a page behind that number.

        Raises:
            CrawlError: a shard cannot be written, or its workers died again and again.
        """
        shards = in_order(
            self._shards(page, since, outlet, size), self.crew,
            is_stopped=self.is_stopped, on_made=self.teller.made, on_look=self.teller.look,
        )  # fmt: skip
        before: Shard | None = None
        try:
            with closing(shards):
                for shard in shards:
                    yield from (row for row in read_shard(shard.path) if row["page"] > page)
                    self.teller.took_shard()
                    # What the last transaction of this shard writes is not written yet.
                    if before is not None and not self.is_trial:
                        before.path.unlink(missing_ok=True)
                    before = shard
        except OSError as exc:
            said = f"no shard can be written in {self.folder}: {exc.strerror}; make room there"
            raise CrawlError(said) from exc

    def _shards(
        self, after: int, since: datetime | None, outlet: str | None, size: int
    ) -> Iterator[Shard]:
        """The shards from the first page on, so that they are the same after a stop."""
        page = 0
        alone = reading_alone(self.workspace)
        while rows := self.corpus.archived_after(page, since=since, outlet=outlet, limit=size):
            first, page = rows[0]["id"], rows[-1]["id"]
            if page <= after:
                continue
            said = [[row[name] for name in _READ_BY] for row in rows]
            digest = digest_of(said, *limits_of(self.workspace))
            yield ArchiveShard(
                name=f"pages-{first:09d}-{page:09d}-{digest}{ArchiveShard.suffix}",
                folder=self.folder, workspace=alone, imprint=imprint(), weight=len(rows),
                pages=tuple(rows),
            )  # fmt: skip


#: What a reading depends on.
_READ_BY = (
    "id", "url", "warc", "warc_offset", "last_fetched", "archived_at", "archived_bytes"
)  # fmt: skip


def limits_of(workspace: Workspace) -> tuple[float, int]:
    crawl = workspace.settings.crawl
    return crawl.extract_timeout_s, crawl.extract_memory_mib
