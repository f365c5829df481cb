"""Read the archive again: what another extractor makes of the pages that were fetched.

What reads otherwise is a correction of ours, no revision by its outlet. Its text is judged, indexed
and settled with its family as if it had read so from the start; labels stay. It goes on in
short transactions from where it was stopped, and writes nothing of a page that reads the same.
"""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from ingest import log
from ingest.archived_pages import ArchivedPages, Unread, in_words
from ingest.correcting import as_it_would_be_stored, correct_text
from ingest.decide import capture_in
from ingest.errors import IngestError
from ingest.extract.imprint import imprint
from ingest.extract.recurring import leave_out
from ingest.intake import Intake
from ingest.items import Article, Outcome
from ingest.known_sites import KnownSites, host_of
from ingest.rejudge import rejudge, thread_again
from ingest.relations import fingerprint
from ingest.revisions import changed_fields, compare_wordings
from ingest.settling import settle_families
from ingest.site_memory import remember_sites

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ingest.corpus import Corpus
    from ingest.extract import PageRead
    from ingest.extract.recurring import SiteMemory
    from ingest.items import KnownPage, Rejection
    from ingest.workspace import Knowledge, Workspace

__all__ = ["Change", "Readings", "Reextracted", "reextract"]

_log = log.get(__name__)
_STATE = "reextracting"
_PAGES_AT_ONCE = 100
_SHOWN = 20  # of the pages that change, and of those that could not be read
_KEPT = (Outcome.ARTICLE, Outcome.COPY)
Row: TypeAlias = "Mapping[str, Any]"


class Readings(Protocol):
    """Whoever has the archived pages read."""

    pages_at_once: int  #: that are at hand together, and may be written together

    def after(
        self, page: int, since: datetime | None, outlet: str | None, archive: ArchivedPages
    ) -> Iterator[tuple[Row, PageRead | Unread]]:
        """Each page behind that number, by number, with what it says now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What reads otherwise on one page."""

    page: int
    url: str
    fields: tuple[str, ...] = ()  #: of the article that changed
    words_added: int = 0
    words_removed: int = 0
    #: By field, and by `outcome` or `reason` of the ledger; of a text the first line that differs.
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    refused: str | None = None  #: why it is no article after all; None: it is one
    is_new: bool = False  #: an article that was refused before


@dataclass(slots=True, kw_only=True)
class Reextracted:
    """What changed, or would change."""

    read: int = 0  #: pages
    same: int = 0  #: pages that read as they did
    missing: int = 0  #: pages that the archive has no more
    misplaced: int = 0  #: of those, pages in whose place it has another one
    failed: int = 0  #: pages that could not be read within time and memory; they stay as they are
    errors: int = 0  #: pages at which we failed, for a fault of ours; they stay as they are, too
    #: The first of those that failed, or are misplaced, or at which we failed.
    unread: list[Unread] = field(default_factory=list)
    fields: dict[str, int] = field(default_factory=dict)  #: how many pages changed, by field
    corrected: int = 0  #: pages that read otherwise
    refused: int = 0  #: pages that are no articles
    accepted: int = 0  #: refused pages that are articles
    renamed: int = 0  #: refused pages that are refused for another reason
    labelled: int = 0  #: texts that are no articles and stay: a reader judged them
    came_in: int = 0  #: pages that are kept now
    went_out: int = 0  #: pages that are kept no more
    changed: int = 0  #: pages with any of this
    examples: list[Change] = field(default_factory=list)  #: the first of those

    def note_failure(self, page: Unread) -> None:
        """Count a page that could not be read, and name it if it is among the first."""
        self.misplaced += page.is_missing
        self.failed += not page.is_missing
        if len(self.unread) < _SHOWN:
            self.unread.append(page)

    def note_error(self, row: Row, exc: Exception) -> None:
        """Count a page at which we failed, and name it if it is among the first."""
        self.errors += 1
        if len(self.unread) < _SHOWN:
            self.unread.append(Unread(url=row["url"], why=f"a fault of ours: {exc!r}"))

    def copy(self) -> Reextracted:
        """As it is now."""
        return replace(
            self, unread=[*self.unread], fields={**self.fields}, examples=[*self.examples]
        )

    def go_back_to(self, before: Reextracted) -> None:
        """Be as it was when it was copied."""
        for one in fields(self):
            setattr(self, one.name, getattr(before, one.name))

    def note(self, change: Change) -> None:
        """Count a change, and show it if it is among the first."""
        self.changed += 1
        self.refused += change.refused is not None
        self.accepted += change.is_new
        self.renamed += "reason" in change.after
        self.corrected += bool(change.fields)
        for name in change.fields:
            self.fields[name] = self.fields.get(name, 0) + 1
        if len(self.examples) < _SHOWN:
            self.examples.append(change)


def reextract(
    workspace: Workspace,
    corpus: Corpus,
    *,
    now: datetime,
    since: datetime | None = None,
    outlet: str | None = None,
    is_trial: bool = False,
    is_stopped: Callable[[], bool] = lambda: False,
    readings: Readings | None = None,
) -> Reextracted:
    """Read the archived pages again and correct what reads otherwise.

    Args:
        workspace: whose archive it is.
        corpus: to be corrected; may be open for reading alone in a trial.
        now: for what is due from now on.
        since: only pages fetched then or later.
        outlet: only pages of this registrable domain.
        is_trial: tell what would change, and write nothing.
        is_stopped: asked between pages; the next call goes on where this one stopped.
        readings: who reads the pages; None: a few processes of this call.

    Raises:
        CorpusError: it is a copy, into which nothing may be written.
    """
    told = Reextracted()
    with closing(ArchivedPages(workspace, tell=told.note_failure)) as archive:
        if not is_trial:
            source = readings or _Here(corpus)
            _correct_all(workspace, corpus, now, told, archive, since, outlet, is_stopped, source)
            return told
        again = _Again(workspace, corpus, None, now, told, archive, readings or _Here(corpus))
        for row, read in again.readings(0, since, outlet):
            again.try_to_compare(row, read)
            if is_stopped():
                break
    return told


def _correct_all(
    workspace: Workspace,
    corpus: Corpus,
    now: datetime,
    told: Reextracted,
    archive: ArchivedPages,
    since: datetime | None,
    outlet: str | None,
    is_stopped: Callable[[], bool],
    source: Readings,
) -> None:
    knowledge, _ = rejudge(workspace, corpus, now=now, archive=archive)
    again = _Again(workspace, corpus, knowledge, now, told, archive, source)
    asked = json.dumps([imprint(), since.isoformat() if since else None, outlet])
    after = _reached(corpus, asked)
    coming = again.readings(after, since, outlet)
    while some := list(islice(coming, source.pages_at_once)):
        again.correct_all(some, asked)
        if is_stopped():
            return
    if is_stopped():  # it may have ended for that
        return
    while not remember_sites(
        workspace, corpus, knowledge, now=now, is_stopped=is_stopped, archive=archive
    ).is_done:
        if is_stopped():
            return
    with corpus.transaction():  # what the topic learned from may read otherwise
        corpus.set_state("topic_told", "")
    knowledge, _ = rejudge(workspace, corpus, now=now, archive=archive)
    thread_again(corpus, knowledge)
    with corpus.transaction():
        corpus.set_state(_STATE, "")


def _reached(corpus: Corpus, asked: str) -> int:
    """The page at which an earlier pass, asked the same, was stopped; 0: at none."""
    by, after = json.loads(corpus.state(_STATE) or '["", 0]')
    return int(after) if by == asked else 0


class _Here:
    """Has pages read as they are asked for; each is written alone, for the next is waited for."""

    pages_at_once = 1

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    def after(
        self, page: int, since: datetime | None, outlet: str | None, archive: ArchivedPages
    ) -> Iterator[tuple[Row, PageRead | Unread]]:
        """Each page behind that number, by number, with what it says now."""
        while rows := self._corpus.archived_after(
            page, since=since, outlet=outlet, limit=_PAGES_AT_ONCE
        ):
            for row, read in archive.readings(rows):
                page = row["id"]
                yield row, read


class _Again:
    """One pass over the archive."""

    def __init__(
        self,
        workspace: Workspace,
        corpus: Corpus,
        knowledge: Knowledge | None,
        now: datetime,
        told: Reextracted,
        archive: ArchivedPages,
        source: Readings,
    ) -> None:
        self.workspace = workspace
        self.corpus = corpus
        self.knowledge = knowledge
        self.now = now
        self.told = told
        self.archive = archive
        self.source = source
        self._sites = KnownSites(corpus)

    def readings(
        self, after: int, since: datetime | None, outlet: str | None
    ) -> Iterator[tuple[Row, PageRead]]:
        """Each page with what it says now."""
        for row, read in self.source.after(after, since, outlet, self.archive):
            if not isinstance(read, Unread):
                self.told.read += 1
                yield row, read
            elif read.is_missing:
                self.told.missing += 1

    def correct_all(self, some: Sequence[tuple[Row, PageRead]], asked: str) -> None:
        """Write what reads otherwise on some pages, and that they are done, in one transaction.

        A fault of ours at one of them undoes it, and they are written one by one, without that one.
        """
        before = self.told.copy()
        try:
            with self.corpus.transaction():
                for row, read in some:
                    self.correct(row, read)
                self._note_reached(some[-1][0], asked)
        except IngestError:
            raise
        except Exception as exc:  # noqa: BLE001  # one page must not end the pass; logged, counted
            self.told.go_back_to(before)
            self._sites = KnownSites(self.corpus)  # it knew what was undone
            if len(some) > 1:
                for one in some:
                    self.correct_all([one], asked)
                return
            self._note_error(some[0][0], exc)
            with self.corpus.transaction():
                self._note_reached(some[0][0], asked)

    def _note_reached(self, row: Row, asked: str) -> None:
        self.corpus.set_state(_STATE, json.dumps([asked, row["id"]]))

    def try_to_compare(self, row: Row, read: PageRead) -> None:
        """Count what reads otherwise on a page, or that we failed at it."""
        before = self.told.copy()
        try:
            self.compare(row, read)
        except IngestError:
            raise
        except Exception as exc:  # noqa: BLE001  # one page must not end the pass; logged, counted
            self.told.go_back_to(before)
            self._note_error(row, exc)

    def _note_error(self, row: Row, exc: Exception) -> None:
        _log.exception("page not read again for a fault of ours", url=row["url"])
        self.told.note_error(row, exc)

    def compare(self, row: Row, read: PageRead) -> None:
        """Count what reads otherwise on a page."""
        known = self.corpus.known_page(row["id"])
        if read.rejection is None:
            before, after = self._cleaned(known.article, known), self._completed(read, known)
            change = _compare(before, after, row)
        elif self._is_spared(known):
            self.told.labelled += 1
            return
        else:
            change = _compare_refusal(known, row, self._refusal(row, read.rejection))
        if change is None:
            self.told.same += 1
        else:
            self.told.note(change)

    def _refusal(self, row: Row, rejection: Rejection) -> str:
        """Why a page is refused; whose capture it was stays said."""
        return in_words(rejection) + capture_in(self.corpus.said_of(row["id"]))

    def _is_spared(self, known: KnownPage) -> bool:
        """Whether a page that is no article stays: the topic learns from what a reader saw."""
        page = known.page
        return known.outcome != Outcome.REJECTED and page in self.corpus.labels_of([page])

    def correct(self, row: Row, read: PageRead) -> None:
        """Write what reads otherwise on a page."""
        corpus, page = self.corpus, row["id"]
        if not corpus.is_archived_at(page, row["warc"], row["warc_offset"]):
            return  # fetched since
        known = corpus.known_page(page)
        self.compare(row, read)
        if read.rejection is not None:
            if not self._is_spared(known):
                self._refuse(known, self._refusal(row, read.rejection))
        elif known.article is None:
            self._take(row, read)
        else:
            self._reword(known, read)

    def _take(self, row: Row, read: PageRead) -> None:
        """Judge an article of which no text is kept."""
        assert self.knowledge is not None
        intake = Intake(
            self.corpus, self.knowledge, self.workspace.settings, run=row["run"], is_teaching=True
        )
        captured = capture_in(self.corpus.said_of(row["id"]))
        standing = intake.take_again(row["id"], read, now=self.now, captured=captured)
        self.told.came_in += standing in _KEPT

    def _reword(self, known: KnownPage, read: PageRead) -> None:
        """Put a wording of ours in place of another, and judge it as if it had been the first."""
        assert self.knowledge is not None
        assert known.article is not None
        after = self._completed(read, known)
        assert after is not None
        self._note_lines(known, read)
        told = correct_text(
            self.workspace, self.corpus, self.knowledge, known, after, now=self.now,
            archive=self.archive,
        )  # fmt: skip
        if told is None:
            return
        self.told.came_in += len(told.came_in)
        self.told.went_out += len(told.went_out)

    def _refuse(self, known: KnownPage, why: str) -> None:
        """Let a page be no article, and nothing that its site repeats be learned from it."""
        if known.article is not None:
            self._drop_text(known.page, known.article)
        self.corpus.drop_lines(known.page)
        self.corpus.refuse_again(known.page, why)

    def _drop_text(self, page: int, article: Article) -> None:
        """Drop a text, and what was kept for its sake; the archive has it still."""
        corpus = self.corpus
        standings, _ = corpus.family_of([page])
        members = [one.document for one in standings if one.document > 0]
        before = corpus.standing_of(members)
        settle_families(corpus, members, changed=page, absent=[page], now=self.now)
        corpus.forget_text(page, fingerprint(article.text).selected)
        corpus.retract(page)
        for one, outcome in corpus.standing_of(members).items():
            if outcome not in _KEPT and before[one] in _KEPT:
                corpus.uncount_kept(one)
                corpus.recheck(one, None)
                self.told.went_out += 1

    def _completed(self, read: PageRead, known: KnownPage) -> Article | None:
        return as_it_would_be_stored(read, known, self._memory(known))

    def _cleaned(self, article: Article | None, known: KnownPage) -> Article | None:
        return leave_out(article, self._memory(known)) if article else None

    def _memory(self, known: KnownPage) -> SiteMemory:
        return self._sites.memory_of(host_of(known.key))

    def _note_lines(self, known: KnownPage, read: PageRead) -> None:
        if read.lines is not None:  # what is stored is cut by the same memory next
            host, memory = host_of(known.key), self._memory(known)
            self._sites.note(known.page, host, read.lines, memory, is_cut=True)


def _compare(before: Article | None, after: Article | None, row: Row) -> Change | None:
    """What reads otherwise on an article; None: nothing, or it was far off topic before."""
    assert after is not None
    if before is None:
        if row["outcome"] != Outcome.REJECTED:
            return None
        return Change(
            page=row["id"], url=row["url"], is_new=True,
            before={"outcome": f"{row['outcome']}: {row['reason']}"},
            after={"outcome": "an article, to be judged"},
        )  # fmt: skip
    found = changed_fields(before, after)
    if not found:
        return None
    change = compare_wordings(before, after)
    shown = {name: (_shown(getattr(before, name)), _shown(getattr(after, name))) for name in found}
    if "text" in shown:
        shown["text"] = _first_difference(before.text, after.text)
    return Change(
        page=row["id"],
        url=row["url"],
        fields=found,
        words_added=change.words_added,
        words_removed=change.words_removed,
        before={name: one for name, (one, _) in shown.items()},
        after={name: other for name, (_, other) in shown.items()},
    )


def _compare_refusal(known: KnownPage, row: Row, why: str) -> Change | None:
    """What changes by the refusal of a page; None: it is refused already, and for that."""
    page, url = known.page, row["url"]
    if known.outcome == Outcome.REJECTED and known.article is None:
        if row["reason"] == why:
            return None
        return Change(page=page, url=url, before={"reason": row["reason"]}, after={"reason": why})
    return Change(
        page=page, url=url, refused=why, before={"outcome": known.outcome},
        after={"outcome": f"{Outcome.REJECTED}: {why}"},
    )  # fmt: skip


def _first_difference(before: str, after: str) -> tuple[str, str]:
    """The first line that two texts do not share, of each; empty: one ends there."""
    pairs = zip_longest(before.split("\n"), after.split("\n"), fillvalue="")
    return next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))


def _shown(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else str(value)
