"""Bring a corpus up to date with its topic, and the topic with its corpus.

When seeds, settings or labels change what the topic is, every stored text is scored anew, the
families are settled anew, and what the old topic left aside is looked at again: off-topic pages out
of the archive, refused addresses by their headline. It goes on in short transactions from where it
was stopped, and ends with the corpus that the new topic would have made from the same pages.
"""

from __future__ import annotations

import json
from contextlib import closing, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ingest.archived_pages import ArchivedPages, Unread
from ingest.calibration import THRESHOLD, ratio_of, score_of
from ingest.decide import capture_in, is_worth_storing, stands_alone
from ingest.following import after_run
from ingest.intake import Intake
from ingest.items import Kin, Outcome
from ingest.rebuild_index import SETTLING, complete_index, quiet
from ingest.regating import Gate
from ingest.relations import find_kin, fingerprint, flip, is_copy, name_relation
from ingest.settling import settle_families
from ingest.stories import lay_stories

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from typing import Any

    from ingest.corpus import Corpus
    from ingest.corpus.labels import Label
    from ingest.extract import PageRead
    from ingest.items import Article, Edge, Standing
    from ingest.rebuild_index import Progress
    from ingest.relations import Fingerprint
    from ingest.workspace import Knowledge, Workspace

__all__ = [
    "Rejudged", "after_run", "before_run", "correct", "read_archived", "rejudge", "take_again",
    "thread_again",
]  # fmt: skip

_FAMILIES_A_TRANSACTION = 20
#: Share of the cut, in raw score, from which an off-topic page is read again out of the archive;
#: labels and drift do not move a text further. New seeds may be about anything: then all are.
_WORTH_READING_AGAIN = 0.4
_KEPT = (Outcome.ARTICLE, Outcome.COPY)


@dataclass(slots=True, kw_only=True)
class Rejudged:
    """What changed."""

    scored: int = 0  #: texts
    came_in: list[int] = field(default_factory=list)  #: pages
    went_out: list[int] = field(default_factory=list)  #: pages
    woken: int = 0  #: refused addresses that will be fetched after all


def before_run(workspace: Workspace, corpus: Corpus, *, now: datetime) -> Knowledge:
    """The topic in force, and a corpus that was judged by it throughout.

    What a run calls first. Nothing is done when nothing changed.
    """
    knowledge, _ = rejudge(workspace, corpus, now=now)
    return knowledge


def rejudge(
    workspace: Workspace,
    corpus: Corpus,
    *,
    now: datetime,
    is_stopped: Callable[[], bool] = lambda: False,
    archive: ArchivedPages | None = None,
    on_progress: Progress = quiet,
) -> tuple[Knowledge, Rejudged]:
    """Learn the topic, and judge by it whatever was judged by another one.

    An index of another version is made anew before anything is compared by it.

    Args:
        workspace: whose topic it is.
        corpus: to be judged.
        now: for what is due from now on.
        is_stopped: asked between transactions; the next call goes on where this one stopped.
        archive: whose readers to use; None: readers of its own, if there is anything to read.
        on_progress: told how far an index made anew is.

    Raises:
        CorpusError: it is a copy, into which nothing may be written.
    """
    corpus.check_is_own()
    knowledge = workspace.learn(corpus)
    told = Rejudged()
    seeds = knowledge.seed_titles
    if not complete_index(corpus, seeds, is_stopped=is_stopped, on_progress=on_progress):
        return knowledge, told
    with nullcontext(archive) if archive else closing(ArchivedPages(workspace)) as pages:
        again = _Again(workspace, corpus, knowledge, now, told, pages)
        if not again.settle_all(is_stopped, on_progress):
            return knowledge, told
        again.gate.hear_readers()
        if again.read_labelled():
            knowledge = workspace.learn(corpus)
            again = _Again(workspace, corpus, knowledge, now, told, pages)
        again.judge_all(is_stopped)
    return knowledge, told


def correct(
    workspace: Workspace, corpus: Corpus, knowledge: Knowledge, page: int, article: Article, *,
    now: datetime, archive: ArchivedPages,
) -> Rejudged:  # fmt: skip
    """Put a better reading of the same page in place of its stored text, and judge it anew.

    Its outlet changed nothing, so it is no revision. All in one transaction.
    """
    told = Rejudged()
    again = _Again(workspace, corpus, knowledge, now, told, archive)
    with corpus.transaction():
        others = again.intake.reword(page, article)
        again.judge_reworded(page, others)
    return told


def take_again(
    workspace: Workspace, corpus: Corpus, knowledge: Knowledge, row: Mapping[str, Any],
    read: PageRead, *, now: datetime, archive: ArchivedPages,
) -> Rejudged:  # fmt: skip
    """Judge a page anew whose text lies in the archive alone, as it says in `read`."""
    told = Rejudged()
    _Again(workspace, corpus, knowledge, now, told, archive).take_again(row, read)
    return told


def thread_again(corpus: Corpus, knowledge: Knowledge) -> None:
    """Bring the stories up to date after judging anew; one that comes back has its old number."""
    before = corpus.story_pages()
    lay_stories(corpus, knowledge.topic.lexicon, knowledge.topic.languages)
    corpus.renumber_stories(before)


def read_archived(workspace: Workspace, row: Mapping[str, Any]) -> PageRead | None:
    """What the last response of a page says, read as it was then; None: it is not to be had.

    Args:
        workspace: whose archive it is.
        row: as `Corpus.archived` gives it.
    """
    with closing(ArchivedPages(workspace)) as pages:
        read = pages.read(row)
    return None if isinstance(read, Unread) else read


class _Again:
    """One pass over a corpus."""

    def __init__(
        self,
        workspace: Workspace,
        corpus: Corpus,
        knowledge: Knowledge,
        now: datetime,
        told: Rejudged,
        archive: ArchivedPages,
    ) -> None:
        self.archive = archive
        self.workspace = workspace
        self.corpus = corpus
        self.knowledge = knowledge
        self.now = now
        self.told = told
        self.intake = Intake(corpus, knowledge, workspace.settings, run=0, is_teaching=True)
        cuts = workspace.settings.topic
        self.seeds = corpus.state("seeds_digest")
        judge = [self.seeds, knowledge.topic.version, cuts.threshold, cuts.headline_threshold]
        # A verdict on a page that is read later is in force before the topic learns from it.
        said = [(page, is_yes) for page, is_yes, _ in corpus.labelled()]
        self.by = json.dumps([*judge, said])
        self.gate_by = json.dumps([self.seeds, cuts.headline_threshold])
        self.has_new_seeds = corpus.state("judged_seeds") != self.seeds
        self.gate = Gate(
            corpus, self.intake, now, is_new=corpus.state("gated_by") != self.gate_by,
            on_woken=self._count_woken,
        )  # fmt: skip
        self.met = set[int]()  # pages whose family this pass came by
        self.has_new_edges = bool(corpus.state(SETTLING))

    def _count_woken(self) -> None:
        self.told.woken += 1

    def read_labelled(self) -> bool:
        """Store the texts of pages that a reader judged unread; whether there were any."""
        found = False
        for page in self.corpus.labelled_without_text():
            row = self.corpus.archived(page)
            read = self.archive.read(row) if row else None
            if row and read and not isinstance(read, Unread) and read.article:
                self.take_again(row, read)
                found = True
        return found

    def settle_all(self, is_stopped: Callable[[], bool], on_progress: Progress) -> bool:
        """Judge and settle the families if their edges were made anew; whether that is done."""
        while reached := self.corpus.state(SETTLING):
            after = self._judge_texts(int(reached))
            self.corpus.set_state(SETTLING, "" if after is None else str(after))
            on_progress("settled", self.corpus.count_texts(upto=after), self.corpus.count_texts())
            if is_stopped():
                return False
        self.has_new_edges = False
        self.met.clear()
        return True

    def judge_all(self, is_stopped: Callable[[], bool]) -> None:
        """Every stage that is not done yet; nothing when all were."""
        if self.corpus.state("judged_by") == self.by and not self.has_new_seeds:
            return
        first, after = self._reached()
        with self.corpus.transaction():  # stopped halfway, it is judged by no topic throughout
            self.corpus.set_state("judged_by", "")
            self.corpus.set_state("judged_seeds", "")
            self._reach(first, after)
        stages = (self._judge_seeds, self._judge_texts, self._judge_archive, self.gate.judge)
        for number, judge_some in enumerate(stages[first:], start=first):
            while (reached := judge_some(after)) is not None:
                after = reached
                self._reach(number, after)
                if is_stopped():
                    return
            after = 0
            self._reach(number + 1, after)
        with self.corpus.transaction():
            self.corpus.set_state("judged_by", self.by)
            self.corpus.set_state("judged_seeds", self.seeds or "")
            self.corpus.set_state("gated_by", self.gate_by)
            self.corpus.tidy_notes()

    def _reached(self) -> tuple[int, int]:
        """Where an earlier pass by the same topic was stopped: stage, and page within it."""
        by, stage, after = json.loads(self.corpus.state("rejudging") or '["", 0, 0]')
        return (stage, after) if by == self.by else (0, 0)

    def _reach(self, stage: int, after: int) -> None:
        self.corpus.set_state("rejudging", json.dumps([self.by, stage, after]))

    # Each stage takes the page after which to go on, and gives the page up to which it went, or
    # None at its end. Done twice, each does the same.

    def _judge_seeds(self, after: int) -> int | None:
        """Compare the stored texts with the seeds, if those are new."""
        if not self.has_new_seeds:
            return None
        corpus, seeds = self.corpus, sorted(self.knowledge.seed_titles)
        marks = {-seed: _seed_print(corpus.seed_text(seed)) for seed in seeds}
        if after == 0:
            with corpus.transaction():
                corpus.retire_seeds(seeds)
        near = {
            page
            for mark, _ in marks.values()
            for page in corpus.holders(mark.selected)
            if page > after
        }
        for page in sorted(near)[:_FAMILIES_A_TRANSACTION]:
            after = page
            self._compare_with_seeds(page, marks)
        return after if near else None

    def _compare_with_seeds(self, page: int, marks: Mapping[int, tuple[Fingerprint, str]]) -> None:
        with self.corpus.transaction():
            article = self.corpus.text_of(page)
            if article is None:
                return
            mark = fingerprint(article.text)
            found = self.corpus.candidates(mark.selected)
            seeds = [(document, shared) for document, shared, _ in found if document in marks]
            kin = find_kin(mark, article.text, seeds, marks.__getitem__)
            self.corpus.store_edges(page, kin)

    def _judge_texts(self, after: int) -> int | None:
        """Score the stored texts and settle their families, a family at a time."""
        pages = self.corpus.texts_after(after, limit=_FAMILIES_A_TRANSACTION)
        if not pages:
            return None
        with self.corpus.transaction():
            for page in pages:
                # One without text was dropped with the family of an earlier page.
                if page not in self.met and self.corpus.holds_text(page):
                    self._judge_family(page)
        return pages[-1]

    def _judge_family(self, page: int) -> None:
        standings, edges = self.corpus.family_of([page])
        members = [one.document for one in standings if one.document > 0]
        self.met.update(members)
        if min(members) >= page:  # else it was judged with its first page
            self._judge_members(standings, edges, changed=page)

    def judge_reworded(self, page: int, others: Iterable[int]) -> None:
        """Judge a text that was read anew, with the family it belongs to and the one it had."""
        standings, edges = self.corpus.family_of([page, *others])
        self._judge_members(standings, edges, changed=page, is_moved=True)

    def _judge_members(
        self,
        standings: Iterable[Standing],
        edges: Iterable[Edge],
        *,
        changed: int,
        is_moved: bool = False,
    ) -> None:
        members = [one.document for one in standings if one.document > 0]
        before = self.corpus.standing_of(members)
        was_related = {one.document: one.is_related for one in standings}
        labels = self.corpus.labels_of(members)
        absent, risen, lost = set[int](), list[int](), list[int]()
        # A related page that is not kept waits for a label that was taken back since.
        is_moved |= bool(labels) or self.has_new_seeds or self.has_new_edges
        for member in members:
            is_related = self._judge_text(member, edges, labels.get(member))
            is_moved |= is_related != was_related[member]
            is_moved |= bool(is_related) and before[member] not in _KEPT
            if is_related is None:
                absent.add(member)
            if is_related and not was_related[member]:
                risen.append(member)
            elif was_related[member] and not is_related:
                lost.append(member)
        self.corpus.restate(members)
        if is_moved:
            settle_families(self.corpus, members, changed=changed, absent=absent, now=self.now)
        for member in absent:
            self._forget(member)
        for member in lost:
            self.corpus.retract(member)
        self._tell(members, before)
        for member in risen:
            self._lead_on(member)

    def _judge_text(self, page: int, edges: Iterable[Edge], label: Label | None) -> bool | None:
        """Score one text; whether it is kept for its own sake, None: it is not worth storing."""
        known = self.corpus.known_page(page)
        article = known.article
        assert article is not None, page
        self.told.scored += 1
        kin = tuple(_kin_with_seeds(page, edges))
        as_new = replace(known, outcome=Outcome.WAITING, article=None)
        judged = self.intake.verdict(article, self.intake.score(article), kin, as_new, label)
        assert judged.relevance is not None
        is_related = stands_alone(judged, label)
        if not is_related and label is None:
            is_related = any(
                self.intake.score(replace(article, title=title, text=text)).is_related
                for title, text in self.corpus.wordings_before(page)
            )
        why = judged.why + capture_in(self.corpus.said_of(page))
        self.corpus.rescore(page, judged.relevance, is_related=is_related, why=why)
        return is_related if is_related or is_worth_storing(judged, label) else None

    def _forget(self, page: int) -> None:
        article = self.corpus.text_of(page)
        assert article is not None, page
        self.corpus.forget_text(page, fingerprint(article.text).selected)
        self.corpus.unread(page, is_restored=not self.has_new_seeds)

    def _tell(self, members: Iterable[int], before: Mapping[int, Outcome]) -> None:
        """Count who came and went, and have them fetched again as befits."""
        for page, outcome in self.corpus.standing_of(members).items():
            if (outcome in _KEPT) == (before[page] in _KEPT):
                continue
            known = self.corpus.known_page(page)
            (self.told.came_in if outcome in _KEPT else self.told.went_out).append(page)
            due = self.intake.next_check(outcome, known, self.now, attempts=0)
            self.corpus.recheck(page, due)
            if outcome in _KEPT:
                self.corpus.count_kept(page)
            else:
                self.corpus.uncount_kept(page)

    def _lead_on(self, page: int) -> None:
        """Follow the links of a page that is now kept for its own sake."""
        row = self.corpus.archived(page)
        if row is None or isinstance(read := self.archive.read(row), Unread):
            return
        self.intake.run = row["run"]
        self.intake.lead_on(self.corpus.known_page(page), read, row["url"], now=self.now)

    def _judge_archive(self, after: int) -> int | None:
        """Read off-topic pages again that the topic may think otherwise of."""
        cut = self.workspace.settings.topic.threshold or THRESHOLD
        floor = 0.0 if self.has_new_seeds else score_of(_WORTH_READING_AGAIN * ratio_of(cut))
        rows = self.corpus.unread_after(after, floor=floor, limit=_FAMILIES_A_TRANSACTION)
        for row, read in self.archive.readings(rows):
            if not isinstance(read, Unread):
                self.take_again(row, read)
        return rows[-1]["id"] if rows else None

    def take_again(self, row: Mapping[str, Any], read: PageRead) -> None:
        self.intake.run = row["run"]
        with self.corpus.transaction():
            if not self.corpus.is_archived_at(row["id"], row["warc"], row["warc_offset"]):
                return  # fetched since
            before = self.corpus.line_of(row["id"])
            standing = self.intake.take_again(
                row["id"], read, now=self.now, captured=capture_in(self.corpus.said_of(row["id"]))
            )
            if self.corpus.holds_text(row["id"]):
                self.corpus.note_read(row["id"], before)
        if standing in _KEPT:
            self.told.came_in.append(row["id"])


def _seed_print(text: str) -> tuple[Fingerprint, str]:
    return fingerprint(text, is_seed=True), text


def _kin_with_seeds(page: int, edges: Iterable[Edge]) -> Iterator[Kin]:
    """The seeds that a page shares text with, as when it was taken in; the closest first."""
    found = []
    for edge in edges:
        if edge.b != page or edge.a > 0:
            continue
        likeness = flip(edge.likeness)
        if (relation := name_relation(likeness, seed=True)) is not None:
            found.append(
                Kin(
                    document=edge.a, likeness=likeness, relation=relation,
                    is_copy=is_copy(relation, likeness),
                )
            )  # fmt: skip
    return iter(sorted(found, key=lambda one: (-one.likeness.jaccard, one.document)))
