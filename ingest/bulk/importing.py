"""`seedbed import-warc`: WARC files are read by many processes, taken in by one, in order.

The same pages by the same gate as `scrapy crawl warc`, and the same note in the corpus of how far
each file was read: what one took in the other passes over.
"""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from ingest import log
from ingest.archive import Archive
from ingest.archived_pages import ArchivedPages, Unread
from ingest.archives.files import beginning_of, mark_at, of_this_file
from ingest.archives.progress import Progress, Reading, print_of, state_of
from ingest.archives.responses import Captured
from ingest.archives.sieve import Sieve
from ingest.archives.unpack import Place
from ingest.archives.words import RawWords
from ingest.bulk.making import WarcShard, digest_of
from ingest.bulk.order import in_order
from ingest.bulk.readings import read_of
from ingest.bulk.rereading import limits_of, reading_alone
from ingest.bulk.shards import read_shard
from ingest.capturing import enter_capture, fetched_page, is_news
from ingest.correcting import outdated, take_page
from ingest.errors import CorpusError
from ingest.extract.imprint import imprint
from ingest.intake import Intake
from ingest.items import FailedFetch, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from ingest.bulk.crew import Crew
    from ingest.bulk.making import Shard
    from ingest.bulk.telling import Teller
    from ingest.corpus import Corpus
    from ingest.extract import PageRead
    from ingest.items import FetchedPage
    from ingest.workspace import Knowledge, Workspace

__all__ = ["SPIDER", "WarcImport"]

SPIDER = "warc"  # whose finds these are, whoever read the file
_MIB = 1024 * 1024
_PAGES_AT_ONCE = 50  # a transaction takes less than a second
_ROWS_AT_ONCE = 2000
_ODD = re.compile(r"[^\w.-]", re.ASCII)
_NAME_CHARS = 80
_Row = dict[str, Any]


@dataclass(kw_only=True)
class WarcImport:
    """One run over some files."""

    workspace: Workspace
    corpus: Corpus
    knowledge: Knowledge
    run: int
    files: Sequence[Path]
    folder: Path  #: of the shards
    crew: Callable[[], Crew]
    teller: Teller
    is_stopped: Callable[[], bool]
    now: datetime  #: no capture is later
    handed_in: int = 0  #: fetches that were written
    judged: int = 0  #: pages that came through
    lost: list[str] = field(default_factory=list)  #: errors of ours that cost a page, in words
    broken: list[str] = field(default_factory=list)  #: files that cannot be read to their end
    was_read: bool = False  #: one file at least, in part

    def __post_init__(self) -> None:
        """Know nothing of the files yet."""
        settings = self.workspace.settings
        self._sieve = Sieve(
            words=RawWords.of(self.knowledge.topic), hosts=settings.archives.hosts,
            most_bytes=int(settings.crawl.max_body_mib * _MIB),
        )  # fmt: skip
        self._read_for = print_of(self.corpus.state("seeds_digest"), settings.archives.hosts)
        self._log = log.get("seedbed").bind(run=self.run, spider=SPIDER)
        self._open_intake()

    def _open_intake(self) -> None:
        self.intake = Intake(self.corpus, self.knowledge, self.workspace.settings, self.run)

    def work(self) -> None:
        """Read all files and take in what is found.

        Raises:
            CorpusError: it cannot be written.
            OSError: the archive cannot be written.
        """
        self.teller.begin(float(sum(map(_size_of, self.files))))
        archive = Archive(self.workspace.settings.archive_path, run=self.run, spider=SPIDER)
        shards = in_order(
            self._shards(), self.crew,
            is_stopped=self.is_stopped, on_made=self.teller.made, on_look=self.teller.look,
        )  # fmt: skip
        with closing(archive), closing(ArchivedPages(self.workspace)) as archived, closing(shards):
            for shard in shards:
                assert isinstance(shard, WarcShard)
                if not _File(self, shard, archive, archived).take_in():
                    return
                shard.path.unlink(missing_ok=True)
                self.teller.took_shard()

    def _shards(self) -> Iterator[Shard]:
        share = max(1, self.crew().size // max(1, len(self.files)))
        alone = reading_alone(self.workspace, processes=share)
        named = set[str]()
        for file in self.files:
            try:
                beginning, told = beginning_of(file), file.stat()
            except OSError as exc:
                self.broken.append(f"{file.name}: {exc.strerror}")
                self._log.warning("file cannot be read", file=file.name, error=str(exc))
                continue
            digest = digest_of(
                file.name, beginning, told.st_size, told.st_mtime_ns, self._read_for,
                self._sieve.most_bytes, self.knowledge.topic.version, *limits_of(self.workspace),
            )  # fmt: skip
            if digest in named:  # a copy of one that is read in this pass
                self._log.info("file passed over", file=str(file), why="another has all of it")
                continue
            named.add(digest)
            place = self.progress(state_of(f"{file.name} {beginning}"), file).place
            name, start = self._named(file, digest, place)
            yield WarcShard(
                name=name, folder=self.folder, workspace=alone, imprint=imprint(),
                weight=told.st_size, file=file.absolute(), start=start, sieve=self._sieve,
                now=self.now, key=state_of(f"{file.name} {beginning}"),
            )  # fmt: skip

    def _named(self, file: Path, digest: str, place: Place) -> tuple[str, Place]:
        """The name of a shard and where it begins: there, or where a finished one did before."""
        stem = f"warc-{_ODD.sub('_', file.name)[:_NAME_CHARS]}-{digest}"
        suffix = WarcShard.suffix
        starts = [place]
        for path in self.folder.glob(f"{stem}-*{suffix}"):
            offset, _, nth = path.name[len(stem) + 1 : -len(suffix)].partition("+")
            if (start := Place(int(offset), int(nth))) < place:
                starts.append(start)
        start = max(starts[1:], default=place)
        return f"{stem}-{start.offset}+{start.nth}{suffix}", start

    def progress(self, key: str, file: Path) -> Progress:
        """How far a file was read for these seeds and settings."""
        noted = Progress.from_json(self.corpus.state(key), read_for=self._read_for)
        return of_this_file(file, noted)

    def lose(self, url: str, error: Exception) -> None:
        """Count a page that an error of ours cost, and forget what is at hand of it."""
        self.lost.append(f"{type(error).__name__}: {error}"[:200])
        self._log.error("page lost", url=url, error=repr(error))

    def start_anew(self) -> None:
        """Forget what is at hand after a transaction that was taken back."""
        self._open_intake()

    def log(self, event: str, **said: object) -> None:
        """Tell of what was done."""
        self._log.info(event, **said)


class _File:
    """One file being taken in."""

    def __init__(
        self, whole: WarcImport, shard: WarcShard, archive: Archive, archived: ArchivedPages
    ) -> None:
        self._whole = whole
        self._shard = shard
        self._archive = archive
        self._archived = archived
        self._open()

    def _open(self) -> None:
        file = self._shard.file
        progress = self._whole.progress(self._shard.key, file)
        self._reading = Reading(file.name, progress, mark_at=partial(mark_at, file))
        self._reading.is_whole = progress.is_whole

    def take_in(self) -> bool:
        """Take in what the shard holds; False: told to stop on the way."""
        rows: list[_Row] = []
        pages = 0
        self._at: float = self._shard.start.offset
        for row in read_shard(self._shard.path):
            if "ending" in row:
                self._write(rows, row["ending"])
                return True
            if Place(*row["at"]) < self._reading.settled:  # taken in before a stop
                continue
            rows.append(row)
            pages += "url" in row
            if pages >= _PAGES_AT_ONCE or len(rows) >= _ROWS_AT_ONCE:
                self._write(rows)
                rows, pages = [], 0
                if self._whole.is_stopped():
                    return False
        raise AssertionError(f"{self._shard.name} has no ending")

    def _write(self, rows: list[_Row], ending: _Row | None = None) -> None:
        try:
            self._write_together(rows)
        except (CorpusError, OSError):
            raise
        except Exception as exc:  # noqa: BLE001  # found again, and counted, one by one
            self._start_anew()
            self._whole.log("written one by one", error=repr(exc), pages=len(rows))
            for row in rows:
                self._write_alone(row)
        if ending is not None:
            self._end(ending)
        at = self._shard.weight if ending else float(self._reading.settled.offset)
        pages = sum("url" in row for row in rows)
        self._whole.teller.took(max(0.0, at - self._at), pages=pages)
        self._at = max(self._at, at)

    def _write_alone(self, row: _Row) -> None:
        try:
            self._write_together([row])
        except (CorpusError, OSError):
            raise
        except Exception as exc:  # one page must not stop all
            if "url" not in row:  # it is no page, but how far the file was read
                raise
            self._whole.lose(row["url"], exc)
            self._start_anew()
            self._write_together([row | {"failed": f"{type(exc).__name__}: {exc}"[:200]}])

    def _start_anew(self) -> None:
        self._whole.start_anew()
        self._open()

    def _write_together(self, rows: list[_Row]) -> None:
        whole, judged = self._whole, self._whole.judged
        try:
            with whole.corpus.transaction():
                taken = sum(map(self._take, rows))
                whole.corpus.set_state(self._shard.key, self._reading.progress.to_json())
        except BaseException:
            whole.judged = judged
            raise
        whole.handed_in += taken

    def _take(self, row: _Row) -> bool:
        """Take in a row; whether it is a fetch."""
        place = Place(*row["at"])
        if "passed" in row:
            self._reading.pass_over_all(place, row["passed"])
            return False
        found = _captured(row)
        page = self._entered(found, row["capture"])
        if page is None:
            self._reading.pass_over(place, "known")
            return False
        self._reading.take(place, page.page)
        self._judge(page, row)
        self._reading.close(page.page)
        return True

    def _entered(self, found: Captured, capture: str) -> FetchedPage | None:
        """A capture as a page that this run holds and the archive has; None: it tells nothing."""
        whole = self._whole
        if not is_news(whole.corpus, found.url, found.at, found_by=SPIDER):
            return None
        due = enter_capture(whole.intake, found.url, found.at, found_by=SPIDER)
        if due is None:
            return None
        offset = self._archive.append(
            url=found.url, status=found.status, headers=found.headers, body=found.body,
            fetched_at=found.at,
        )  # fmt: skip
        page = fetched_page(due, found, capture)
        return replace(page, warc=self._archive.name, warc_offset=offset)

    def _judge(self, page: FetchedPage, row: _Row) -> None:
        whole = self._whole
        if "failed" in row:
            failed = FailedFetch(
                page=page.page, url=page.url, outcome=Outcome.FAILED, reason=row["failed"],
                status=page.status, fetched_at=page.fetched_at,
            )  # fmt: skip
            outcome = whole.intake.take_failure(failed)
            whole.log("judged", outcome=outcome, url=page.url, reason=failed.reason)
            return
        read = read_of(row["read"])
        judged = take_page(whole.workspace, whole.intake, page, read, self._read_before(page, read))
        whole.judged += 1
        score = judged.relevance.score if judged.relevance else None
        whole.log(
            "judged", outcome=judged.outcome, url=page.url, relevance=score, why=judged.why
        )  # fmt: skip

    def _read_before(self, page: FetchedPage, read: PageRead) -> PageRead | None:
        """The last response of a page whose stored text another version read."""
        row = outdated(self._whole.corpus, page.page, read)
        before = self._archived.read(row) if row is not None else None
        return None if isinstance(before, Unread) else before

    def _end(self, ending: _Row) -> None:
        whole, reading = self._whole, self._reading
        reading.is_whole, reading.broken = ending["is_whole"], ending["broken"]
        with whole.corpus.transaction():
            whole.corpus.set_state(self._shard.key, reading.progress.to_json())
        whole.was_read |= reading.is_whole or reading.settled.offset > 0
        if reading.broken:
            whole.broken.append(f"{reading.name}: {reading.broken}")
        tally = {what.replace(" ", "_"): times for what, times in sorted(reading.tally.items())}
        whole.log(
            "archive read", file=reading.name, is_whole=reading.is_whole,
            offset=reading.settled.offset, **tally,
        )  # fmt: skip


def _captured(row: _Row) -> Captured:
    return Captured(
        url=row["url"], at=datetime.fromisoformat(row["fetched"]), status=row["status"],
        headers=tuple((name, value) for name, value in row["headers"]),
        body=row["body"].encode("latin-1"), content_type=row["type"], is_cut=row["is_cut"],
    )  # fmt: skip


def _size_of(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:  # said when it is opened
        return 0
