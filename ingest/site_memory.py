"""Bring the texts of a corpus up to date with what their sites repeat.

At the end of a run the pages of each host are compared. Where another set of lines turns out to be
the site's own, the texts that hold such lines, and those that lack one that is no more, are made
anew: out of what is stored, which keeps the lines left out, or out of the archive. It goes on in
short transactions, a page each, from where it was stopped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ingest.extract.lines import kinds_in, line_key, unpacked
from ingest.extract.recurring import Recurring, learn, leave_out, mark_of, memory_of
from ingest.rejudge import correct, read_again, read_archived

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from typing import Any

    from ingest.corpus import Corpus
    from ingest.extract.lines import PageLines
    from ingest.extract.recurring import SiteMemory
    from ingest.workspace import Knowledge, Workspace

__all__ = ["SitesLearned", "remember_sites"]

_PAGES_AT_ONCE = 100
#: Of a run; reading a page out of the archive takes some 50 ms, all the rest a few.
_MOST_READ = 500
_NOTED = "sites_noted"  # name of a state: the last page that was read for its lines alone


@dataclass(slots=True, kw_only=True)
class SitesLearned:
    """What a pass did."""

    sites: int = 0  #: whose own lines are others now
    texts: int = 0  #: stored texts made anew
    read: int = 0  #: pages read out of the archive
    is_done: bool = True  #: False: the next pass goes on


def remember_sites(
    workspace: Workspace,
    corpus: Corpus,
    knowledge: Knowledge,
    *,
    now: datetime,
    most_read: int = _MOST_READ,
    is_stopped: Callable[[], bool] = lambda: False,
) -> SitesLearned:
    """Compare the pages of each site that changed, and clean the texts that this concerns.

    Args:
        workspace: whose archive it is.
        corpus: to be brought up to date.
        knowledge: to judge by what is made anew.
        now: for what is due from now on.
        most_read: pages to read out of the archive at most.
        is_stopped: asked between pages; the next call goes on where this one stopped.
    """
    told = SitesLearned()
    one_pass = _Pass(workspace, corpus, knowledge, now, told, most_read, is_stopped)
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

    def must_end(self) -> bool:
        """Whether the rest is for the next pass."""
        if self.told.read >= self.most_read or self.is_stopped():
            self.told.is_done = False
        return not self.told.is_done

    def note_old_pages(self) -> None:
        """Read the lines of pages that were fetched before lines were kept."""
        after = int(self.corpus.state(_NOTED) or 0)
        while rows := self.corpus.unnoted_pages(after, limit=_PAGES_AT_ONCE):
            for row in rows:
                if self.must_end():
                    return
                after = row["id"]
                self._note_page(row)

    def _note_page(self, row: Mapping[str, Any]) -> None:
        self.told.read += 1
        read = read_archived(self.workspace, row)
        with self.corpus.transaction():
            self.corpus.set_state(_NOTED, str(row["id"]))
            if read is None or read.article is None or read.lines is None:
                return
            lines, key = read.lines, self.corpus.key_of(row["id"])
            self.corpus.note_lines(
                row["id"], host=key.partition("/")[0], address=lines.address,
                headline=lines.headline, lines=lines.to_bytes(), left_out="",
            )  # fmt: skip
            stored = self.corpus.text_of(row["id"])
            if stored and not stored.line_kinds:
                kinds = kinds_in(lines, stored.text)
                self.corpus.repack(row["id"], replace(stored, line_kinds=kinds))

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
        memories: dict[str, SiteMemory] = {}
        while rows := self.corpus.outdated_pages(limit=_PAGES_AT_ONCE):
            for row in rows:
                if self.must_end():
                    return
                host = row["host"]
                if host not in memories:
                    known = self.corpus.blocks_of(host)
                    memories[host] = memory_of(map(Recurring.from_row, known))
                with self.corpus.transaction():
                    self._clean_page(row, memories[host])

    def _clean_page(self, row: Mapping[str, Any], memory: SiteMemory) -> None:
        page = row["page"]
        stored = self.corpus.text_of(page)
        mark = mark_of(unpacked(row["address"], row["headline"], row["lines"]), memory)
        if stored is not None:
            cleaned = leave_out(stored, memory)
            if cleaned != stored:
                self.told.texts += 1
                correct(
                    self.workspace, self.corpus, self.knowledge, page, cleaned, now=self.now
                )  # fmt: skip
            for _, line in cleaned.left_out:
                self.corpus.name_block(row["host"], line_key(line), line)
        elif mark != row["left_out"] and (archived := self.corpus.archived(page)):
            self.told.read += 1
            read_again(self.workspace, self.corpus, self.knowledge, archived, now=self.now)
        self.corpus.mark_up_to_date(page, left_out=mark)


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
