"""Bring the texts of a corpus up to date with what their sites repeat.

At the end of a run the pages of each host are compared. Where another set of lines turns out to be
the site's own, the texts that hold such lines, and those that lack one that is no more, are made
anew: out of what is stored, which keeps the lines left out, or out of the archive. It goes on in
short transactions, a page each, from where it was stopped.

Old pages are read within the limits of a crawl: one that hangs or crashes its reader is named and
stays as it is.
"""

from __future__ import annotations

from contextlib import closing, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ingest.archived_pages import ArchivedPages, Unread
from ingest.extract.lines import keys_of, kinds_in, unpacked
from ingest.extract.recurring import NOTHING_KNOWN, learn, leave_out, mark_of, memory_of
from ingest.known_sites import KnownSites, host_of
from ingest.rejudge import correct, take_again
from ingest.text import unmarked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from typing import Any

    from ingest.corpus import Corpus
    from ingest.extract import PageRead
    from ingest.extract.lines import PageLines
    from ingest.extract.recurring import Recurring
    from ingest.workspace import Knowledge, Workspace

__all__ = ["SitesLearned", "remember_sites"]

_PAGES_AT_ONCE = 100
#: Of a run; reading a page out of the archive takes some 50 ms, all the rest a few.
_MOST_READ = 500
_MOST_UNREAD = 10  # of a run; each may have cost its whole time
_NOTED = "sites_noted"  # name of a state: the last page that was read for its lines alone


@dataclass(slots=True, kw_only=True)
class SitesLearned:
    """What a pass did."""

    sites: int = 0  #: whose own lines are others now
    texts: int = 0  #: stored texts made anew
    read: int = 0  #: pages read out of the archive
    unread: int = 0  #: of those, pages that could not be read; they stay as they are
    is_done: bool = True  #: False: the next pass goes on


def remember_sites(
    workspace: Workspace,
    corpus: Corpus,
    knowledge: Knowledge,
    *,
    now: datetime,
    most_read: int = _MOST_READ,
    is_stopped: Callable[[], bool] = lambda: False,
    archive: ArchivedPages | None = None,
) -> SitesLearned:
    """Compare the pages of each site that changed, and clean the texts that this concerns.

    Args:
        workspace: whose archive it is.
        corpus: to be brought up to date.
        knowledge: to judge by what is made anew.
        now: for what is due from now on.
        most_read: pages to read out of the archive at most.
        is_stopped: asked between pages; the next call goes on where this one stopped.
        archive: whose readers to use; None: readers of its own, if there is anything to read.
    """
    told = SitesLearned()
    with nullcontext(archive) if archive else closing(ArchivedPages(workspace)) as pages:
        one_pass = _Pass(workspace, corpus, knowledge, now, told, most_read, is_stopped, pages)
        one_pass.note_old_pages()
        one_pass.learn_sites()
        one_pass.clean_pages()
    return told


@dataclass(slots=True)
class _Pass:
    workspace: Workspace
    corpus: Corpus
    knowledge: Knowledge
    now: datetime
    told: SitesLearned
    most_read: int
    is_stopped: Callable[[], bool]
    archive: ArchivedPages
    _sites: KnownSites = field(init=False)

    def __post_init__(self) -> None:
        self._sites = KnownSites(self.corpus)

    def must_end(self) -> bool:
        """Whether the rest is for the next pass."""
        told = self.told
        is_enough = told.read >= self.most_read or told.unread >= _MOST_UNREAD
        if is_enough or self.is_stopped():
            told.is_done = False
        return not told.is_done

    def note_old_pages(self) -> None:
        """Read the lines of pages that were fetched before lines were kept."""
        after = noted = int(self.corpus.state(_NOTED) or 0)
        last = self.corpus.last_page()  # what comes meanwhile is noted as it is fetched
        while rows := self.corpus.unnoted_pages(after, limit=_PAGES_AT_ONCE):
            if self.must_end():
                return
            for row, read in self.archive.readings(rows[: self.most_read - self.told.read]):
                after = row["id"]
                self._count(read)
                self._note_page(row, read)
                if self.must_end():
                    return
        if last > max(noted, after):  # else every run would look through all of them again
            self.corpus.set_state(_NOTED, str(last))

    def _note_page(self, row: Mapping[str, Any], read: PageRead | Unread) -> None:
        corpus, page = self.corpus, row["id"]
        with corpus.transaction():
            corpus.set_state(_NOTED, str(page))
            if isinstance(read, Unread) or read.article is None or read.lines is None:
                return
            if not corpus.is_archived_at(page, row["warc"], row["warc_offset"]):
                return  # fetched since
            stored = corpus.text_of(page)
            # It was judged when nothing was known of any site.
            self._sites.note(
                page, host_of(corpus.key_of(page)), read.lines, NOTHING_KNOWN,
                is_cut=stored is None or not stored.left_out,
            )  # fmt: skip
            if stored and not stored.line_kinds:
                kinds = kinds_in(read.lines, stored.text)
                corpus.repack(page, replace(stored, line_kinds=kinds))

    def _count(self, read: PageRead | Unread) -> None:
        self.told.read += 1
        self.told.unread += isinstance(read, Unread) and not read.is_missing

    def learn_sites(self) -> None:
        """Compare the pages of each host where any came, went or changed."""
        for host in self.corpus.due_sites():
            with self.corpus.transaction():
                self._learn_site(host)

    def _learn_site(self, host: str) -> None:
        rows = self.corpus.pages_of_site(host)
        pages = [unpacked(row["address"], row["headline"], row["lines"]) for row in rows]
        found = learn(pages)
        version = memory_of(found).version
        self.told.sites += version != self.corpus.site_version(host)
        spans = _spans_of(found, pages, [row["at"] for row in rows])
        self.corpus.learn_site(
            host,
            version=version,
            pages=len(pages),
            blocks=[
                {**line._asdict(), "first": span[0], "last": span[1]}
                for line, span in zip(found, spans, strict=True)
            ],
        )

    def clean_pages(self) -> None:
        """Make anew what a page says where the lines left out of it are others now."""
        while pages := self.corpus.outdated_pages(limit=_PAGES_AT_ONCE):
            for page in pages:
                if self.must_end():
                    return
                read = self._read_unstored(page)
                with self.corpus.transaction():
                    self._clean_page(page, read)

    def _read_unstored(self, page: int) -> PageRead | Unread | None:
        """What a page says whose text lies in the archive alone, if that is cut otherwise now.

        Out of a transaction: nobody waits for a reader.
        """
        row = self.corpus.outdated_page(page)
        if row is None or self.corpus.holds_text(page):
            return None
        if self._mark_of(row) == row["left_out"]:
            return None
        archived = self.corpus.archived(page)
        if archived is None:
            return None
        read = self.archive.read(archived)
        self._count(read)
        return read

    def _mark_of(self, row: Mapping[str, Any]) -> str:
        lines = unpacked(row["address"], row["headline"], row["lines"])
        return mark_of(lines, self._sites.memory_of(row["host"]))

    def _clean_page(self, page: int, read: PageRead | Unread | None) -> None:
        row = self.corpus.outdated_page(page)
        if row is None:  # another process was here
            return
        memory, mark = self._sites.memory_of(row["host"]), self._mark_of(row)
        stored = self.corpus.text_of(page)
        if stored is not None:
            cleaned = leave_out(stored, memory)
            if cleaned != stored:
                self.told.texts += 1
                correct(
                    self.workspace, self.corpus, self.knowledge, page, cleaned, now=self.now,
                    archive=self.archive,
                )  # fmt: skip
            for _, line in cleaned.left_out:
                for key in keys_of(line, unmarked(line)):
                    self.corpus.name_block(row["host"], key, line)
        elif mark != row["left_out"] and (archived := self.corpus.archived(page)):
            if read is None:  # learned anew since it was looked at
                return
            if not isinstance(read, Unread):
                take_again(
                    self.workspace, self.corpus, self.knowledge, archived, read, now=self.now,
                    archive=self.archive,
                )  # fmt: skip
        self.corpus.mark_up_to_date(page, left_out=mark, version=memory.version)


def _spans_of(
    found: Iterable[Recurring], pages: Iterable[PageLines], fetched: Iterable[str | None]
) -> list[tuple[str | None, str | None]]:
    """For each line the first and the last fetch of a page that prints it."""
    times: dict[int, list[str]] = {line.key: [] for line in found}
    for page, at in zip(pages, fetched, strict=True):
        if at is not None:
            for key in page.keys & times.keys():
                times[key].append(at)
    return [
        (min(times[line.key], default=None), max(times[line.key], default=None)) for line in found
    ]
