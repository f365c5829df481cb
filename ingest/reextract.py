"""Read the archive again: what another extractor makes of the pages that were fetched.

What reads otherwise is a correction of ours, no revision by its outlet. Its text is judged, indexed
and settled with its family as if it had read so from the start; labels stay. It goes on in
short transactions from where it was stopped, and writes nothing of a page that reads the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from w3lib.encoding import http_content_type_encoding

from ingest.archive import read_record
from ingest.decide import count_changes
from ingest.extract.imprint import imprint
from ingest.extract.recurring import Recurring, leave_out, mark_of, memory_of
from ingest.intake import Intake
from ingest.items import Article, Outcome, Reason
from ingest.page_readers import READING_ERRORS, PageReaders
from ingest.rejudge import correct, rejudge, thread_again
from ingest.relations import fingerprint
from ingest.settling import settle_families
from ingest.site_memory import remember_sites

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from concurrent.futures import Future

    from ingest.corpus import Corpus
    from ingest.extract import PageRead
    from ingest.extract.recurring import SiteMemory
    from ingest.items import KnownPage, Rejection
    from ingest.workspace import Knowledge, Workspace

__all__ = ["Change", "Reextracted", "Unread", "changed_fields", "reextract"]

_STATE = "reextracting"
_PAGES_AHEAD = 16  # being read while the ones before them are compared
_EXAMPLES = 10
_READER_LOST = "its reader was killed from outside"
_KEPT = (Outcome.ARTICLE, Outcome.COPY)
#: A reader's failure says nothing against a text that was read before.
_FAILURES = (Reason.TIMED_OUT, Reason.CRASHED)
#: What no person sees change; it is written without a word.
_UNSEEN = frozenset(
    {"extractor", "links", "line_kinds", "left_out", "provenance", "published_confidence"}
)
_FIELDS = tuple(one.name for one in fields(Article) if one.name not in _UNSEEN)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What reads otherwise on one page."""

    page: int
    url: str
    fields: tuple[str, ...] = ()  #: of the article that changed
    words_added: int = 0
    words_removed: int = 0
    before: Mapping[str, str] = field(default_factory=dict)  #: by field, but the text
    after: Mapping[str, str] = field(default_factory=dict)
    refused: str | None = None  #: why it is no article after all; None: it is one
    is_new: bool = False  #: an article that was refused before


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A page that could not be read."""

    url: str
    why: str


@dataclass(slots=True, kw_only=True)
class Reextracted:
    """What changed, or would change."""

    read: int = 0  #: pages
    same: int = 0  #: pages that read as they did
    missing: int = 0  #: pages whose archive is gone
    failed: int = 0  #: pages that could not be read within time and memory; they stay as they are
    unread: list[Unread] = field(default_factory=list)  #: the first of those that failed
    fields: dict[str, int] = field(default_factory=dict)  #: how many pages changed, by field
    corrected: int = 0  #: pages that read otherwise
    refused: int = 0  #: texts that are no articles
    accepted: int = 0  #: refused pages that are articles
    came_in: int = 0  #: pages that are kept now
    went_out: int = 0  #: pages that are kept no more
    examples: list[Change] = field(default_factory=list)  #: the first ones

    def note_failure(self, url: str, read: PageRead | None) -> None:
        """Count a page that could not be read, and name it if it is among the first."""
        self.failed += 1
        if len(self.unread) < _EXAMPLES:
            why = _said(read.rejection) if read and read.rejection else _READER_LOST
            self.unread.append(Unread(url=url, why=why))

    def note(self, change: Change) -> None:
        """Count a change, and show it if it is among the first."""
        self.refused += change.refused is not None
        self.accepted += change.is_new
        self.corrected += bool(change.fields)
        for name in change.fields:
            self.fields[name] = self.fields.get(name, 0) + 1
        if len(self.examples) < _EXAMPLES:
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
    """
    told = Reextracted()
    crawl = workspace.settings.crawl
    readers = PageReaders(
        processes=crawl.extract_processes,
        timeout_s=crawl.extract_timeout_s,
        memory_mib=crawl.extract_memory_mib,
    )
    try:
        if is_trial:
            again = _Again(workspace, corpus, None, now, told, readers)
            for row, read in again.readings(0, since, outlet):
                again.compare(row, read)
                if is_stopped():
                    break
            return told
        _correct_all(workspace, corpus, now, told, readers, since, outlet, is_stopped)
    finally:
        readers.close()
    return told


def _correct_all(
    workspace: Workspace,
    corpus: Corpus,
    now: datetime,
    told: Reextracted,
    readers: PageReaders,
    since: datetime | None,
    outlet: str | None,
    is_stopped: Callable[[], bool],
) -> None:
    knowledge, _ = rejudge(workspace, corpus, now=now)
    again = _Again(workspace, corpus, knowledge, now, told, readers)
    asked = json.dumps([imprint(), since.isoformat() if since else None, outlet])
    after = _reached(corpus, asked)
    for row, read in again.readings(after, since, outlet):
        with corpus.transaction():
            again.correct(row, read)
            corpus.set_state(_STATE, json.dumps([asked, row["id"]]))
        if is_stopped():
            return
    while not remember_sites(workspace, corpus, knowledge, now=now, is_stopped=is_stopped).is_done:
        if is_stopped():
            return
    with corpus.transaction():  # what the topic learned from may read otherwise
        corpus.set_state("topic_told", "")
    knowledge, _ = rejudge(workspace, corpus, now=now)
    thread_again(corpus, knowledge)
    with corpus.transaction():
        corpus.set_state(_STATE, "")


def _reached(corpus: Corpus, asked: str) -> int:
    """The page at which an earlier pass, asked the same, was stopped; 0: at none."""
    by, after = json.loads(corpus.state(_STATE) or '["", 0]')
    return int(after) if by == asked else 0


def changed_fields(before: Article, after: Article) -> tuple[str, ...]:
    """What a person would see change of an article."""
    return tuple(name for name in _FIELDS if getattr(before, name) != getattr(after, name))


class _Again:
    """One pass over the archive."""

    def __init__(
        self,
        workspace: Workspace,
        corpus: Corpus,
        knowledge: Knowledge | None,
        now: datetime,
        told: Reextracted,
        readers: PageReaders,
    ) -> None:
        self.workspace = workspace
        self.corpus = corpus
        self.knowledge = knowledge
        self.now = now
        self.told = told
        self.readers = readers
        self._memories: dict[str, SiteMemory] = {}

    def readings(
        self, after: int, since: datetime | None, outlet: str | None
    ) -> Iterator[tuple[Row, PageRead]]:
        """Each page with what it says now; a few are read ahead."""
        while rows := self.corpus.archived_after(
            after, since=since, outlet=outlet, limit=_PAGES_AHEAD
        ):
            futures = [(row, self._schedule(row)) for row in rows]
            for row, future in futures:
                after = row["id"]
                if future is None:
                    self.told.missing += 1
                    continue
                read = self._end_of(future)
                if read is None or (read.rejection and read.rejection.reason in _FAILURES):
                    self.told.note_failure(row["url"], read)
                    continue
                self.told.read += 1
                yield row, read

    def _schedule(self, row: Row) -> Future[PageRead] | None:
        """Have a page read as it was fetched; None: the archive has it no more."""
        path = self.workspace.settings.archive_path / row["warc"]
        try:
            record = read_record(path, row["warc_offset"])
        except (OSError, ValueError):
            return None
        kind = next((text for name, text in record.headers if name.lower() == "content-type"), None)
        return self.readers.schedule(
            record.body,
            record.url,
            http_content_type_encoding(kind),
            kind,
            now=datetime.fromisoformat(row["last_fetched"]),
            status=record.status,
        )

    def _end_of(self, future: Future[PageRead]) -> PageRead | None:
        try:
            return future.result()
        except READING_ERRORS as exc:
            return self.readers.refusal(exc)

    def compare(self, row: Row, read: PageRead) -> Change | None:
        """What reads otherwise on a page, counted; None: nothing does."""
        known = self.corpus.known_page(row["id"])
        change = _compare(self._cleaned(known.article, known), self._completed(read, known), row)
        if change is None and known.article is not None and read.article is None:
            assert read.rejection is not None
            change = Change(page=known.page, url=row["url"], refused=_said(read.rejection))
        if change is None:
            self.told.same += 1
        else:
            self.told.note(change)
        return change

    def correct(self, row: Row, read: PageRead) -> None:
        """Write what reads otherwise on a page."""
        corpus, page = self.corpus, row["id"]
        if not corpus.is_archived_at(page, row["warc"], row["warc_offset"]):
            return  # fetched since
        known = corpus.known_page(page)
        self.compare(row, read)
        if known.article is None:
            self._take(row, read)
        elif read.article is None:
            assert read.rejection is not None
            self._leave(known, _said(read.rejection))
        else:
            self._reword(known, read)

    def _take(self, row: Row, read: PageRead) -> None:
        """Judge a page of which no text is kept."""
        assert self.knowledge is not None
        if read.article is not None:
            intake = Intake(
                self.corpus, self.knowledge, self.workspace.settings, run=row["run"],
                is_teaching=True,
            )  # fmt: skip
            self.told.came_in += intake.take_again(row["id"], read, now=self.now) in _KEPT
        elif read.rejection is not None and row["outcome"] == Outcome.REJECTED:
            self.corpus.refuse_again(row["id"], _said(read.rejection))

    def _reword(self, known: KnownPage, read: PageRead) -> None:
        """Put a wording of ours in place of another, and judge it as if it had been the first."""
        assert self.knowledge is not None
        assert known.article is not None
        after = self._completed(read, known)
        assert after is not None
        self._note_lines(known, read)
        if after == known.article:
            return
        if replace(after, extractor=known.article.extractor) == known.article:
            self.corpus.restamp(known.page, after)
            return
        told = correct(
            self.workspace, self.corpus, self.knowledge, known.page, after, now=self.now
        )  # fmt: skip
        self.told.came_in += len(told.came_in)
        self.told.went_out += len(told.went_out)

    def _leave(self, known: KnownPage, why: str) -> None:
        """Drop the text of a page that is no article; the archive has it still."""
        corpus, page = self.corpus, known.page
        if page in corpus.labels_of([page]):
            return  # what the reader saw stays: the topic learns from it
        assert known.article is not None
        standings, _ = corpus.family_of([page])
        members = [one.document for one in standings if one.document > 0]
        before = corpus.standing_of(members)
        settle_families(corpus, members, changed=page, absent=[page])
        corpus.forget_text(page, fingerprint(known.article.text).selected)
        corpus.retract(page)
        corpus.drop_lines(page)
        for one, outcome in corpus.standing_of(members).items():
            if outcome not in _KEPT and before[one] in _KEPT:
                corpus.uncount_kept(one)
                self.told.went_out += 1
        corpus.refuse_again(page, why)

    def _completed(self, read: PageRead, known: KnownPage) -> Article | None:
        """The article as it would be stored: with the date its source stated, less its site."""
        if read.article is None:
            return None
        article = read.article
        published = article.published or known.published
        stored = replace(article, published=_kept(published), modified=_kept(article.modified))
        return self._cleaned(stored, known)

    def _cleaned(self, article: Article | None, known: KnownPage) -> Article | None:
        return leave_out(article, self._memory(known)) if article else None

    def _memory(self, known: KnownPage) -> SiteMemory:
        host = _host(known)
        if host not in self._memories:
            self._memories[host] = memory_of(map(Recurring.from_row, self.corpus.blocks_of(host)))
        return self._memories[host]

    def _note_lines(self, known: KnownPage, read: PageRead) -> None:
        if read.lines is not None:
            lines = read.lines
            self.corpus.note_lines(
                known.page, host=_host(known), address=lines.address, headline=lines.headline,
                lines=lines.to_bytes(), left_out=mark_of(lines, self._memory(known)),
            )  # fmt: skip


def _kept(at: datetime | None) -> datetime | None:
    """A time as the corpus keeps it: in UTC, to the second."""
    return at.astimezone(UTC).replace(microsecond=0) if at else None


def _host(known: KnownPage) -> str:
    return known.key.partition("/")[0]


def _compare(before: Article | None, after: Article | None, row: Row) -> Change | None:
    """What reads otherwise where there is an article now; None: nothing, or there is none."""
    page, url = row["id"], row["url"]
    if after is None:
        return None
    if before is None:
        was_refused = row["outcome"] == Outcome.REJECTED
        return Change(page=page, url=url, is_new=True) if was_refused else None
    found = changed_fields(before, after)
    if not found:
        return None
    added, removed = count_changes(before, after)
    shown = [name for name in found if name != "text"]
    return Change(
        page=page,
        url=url,
        fields=found,
        words_added=added,
        words_removed=removed,
        before={name: _shown(getattr(before, name)) for name in shown},
        after={name: _shown(getattr(after, name)) for name in shown},
    )


def _shown(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _said(rejection: Rejection) -> str:
    return f"{rejection.reason}: {rejection.detail}" if rejection.detail else str(rejection.reason)
