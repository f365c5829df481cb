"""The one path from a fetched page to rows: read, compare, judge, settle, store.

The crawl's pipeline calls it for every page, so a one-off crawl, the command line and the daemon
cannot differ. Everything about one page happens in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from ingest.cadence import next_check
from ingest.calibration import THRESHOLD
from ingest.comparing import Comparer
from ingest.decide import as_of_capture, judge, stands_alone
from ingest.drawing import Drawing
from ingest.extract.imprint import same_rules
from ingest.extract.recurring import leave_out
from ingest.gating import Gate
from ingest.homes import enter_outlet
from ingest.items import Candidate, Happening, Judged, Outcome, Reason
from ingest.known_sites import KnownSites, host_of
from ingest.leading import Leading, candidates_of
from ingest.moves import behind_wall, find_move
from ingest.stages import RunStage, Stopwatch
from ingest.topic.in_force import missing_names
from ingest.translating import tell_translations
from ingest.urls import address_key
from ingest.wordings import Sight, Wordings, was_related
from ingest.workspace import stored_topic

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from ingest.config import Settings
    from ingest.corpus import Corpus
    from ingest.corpus.labels import Label
    from ingest.extract import PageRead
    from ingest.items import (
        Article,
        FailedFetch,
        FetchedPage,
        Gated,
        Kin,
        KnownPage,
        Rejection,
        Relevance,
    )
    from ingest.moves import Move
    from ingest.workspace import Knowledge

__all__ = ["Intake"]

_KEPT = (Outcome.ARTICLE, Outcome.COPY)
_REFUSALS = (404, 410)
#: What a fetch says where an older version read the text that is stored, and the archive lacks it.
_SAME_TEXT = "answers with the same text (304)"
_REREAD = "what reads otherwise may be our reading: another version read it before"
_FIRST_YEAR = 1850
_HUB_PATIENCE = 4  # a list is looked at again so many times later than a new source


@dataclass
class Intake:
    """Takes pages in on behalf of one run."""

    corpus: Corpus
    knowledge: Knowledge
    settings: Settings
    run: int
    is_teaching: bool = False  #: judges anew; what a page leads to goes when the page does
    stopwatch: Stopwatch = field(default_factory=Stopwatch)
    _version: int = -1
    _sites: KnownSites = field(init=False)
    _wordings: Wordings = field(init=False)
    _drawing: Drawing = field(init=False)
    _gate: Gate | None = field(init=False, default=None)
    _leading: Leading = field(init=False)

    def __post_init__(self) -> None:
        """Know nothing of any site before it is asked for."""
        self._sites = KnownSites(self.corpus)
        self._wordings = Wordings(corpus=self.corpus, comparer=Comparer(self.corpus))
        self._leading = Leading(corpus=self.corpus, settings=self.settings.links)
        crawl = self.settings.crawl
        self._drawing = Drawing(
            corpus=self.corpus, share=crawl.sample_share, most=crawl.samples_per_run
        )

    def offer(
        self, candidates: Iterable[Candidate], *, now: datetime, source: int | None = None
    ) -> int:
        """Pass candidates through the gate into the ledger; returns how many were new."""
        return self.enter(self.gate_all(candidates, now=now), now=now, source=source)

    def gate_all(self, candidates: Iterable[Candidate], *, now: datetime) -> list[Gated]:
        """The gate's decision on each; takes no lock, for a sitemap may name 50,000."""
        self._catch_up()
        gated = [self.gate(_with_plausible_dates(one, now)) for one in candidates]
        return self._leading.weigh(gated, may_lead=not self.is_teaching)

    def enter(self, gated: Sequence[Gated], *, now: datetime, source: int | None = None) -> int:
        """Write down what passed the gate, and what did not; returns how many were new."""
        with self.corpus.transaction():
            if not self.is_teaching:
                self.corpus.vouch(keys=[one.key for one in gated])
            found = self.corpus.offer(gated, run=self.run, now=now, source=source)
            if not self.is_teaching:
                self._leading.note(gated, now=now)
                self._drawing.draw(gated, now=now)
        return found

    def gate_anew(self, candidate: Candidate, *, words_said: int) -> Gated:
        """The gate's decision on an address that it refused before; on a link, as on any link."""
        return self._leading.bar(self.gate(candidate, words_said=words_said))

    def gate(self, candidate: Candidate, *, words_said: int = 0) -> Gated:
        """Whether an address is worth a request, by what was said of it.

        Args:
            candidate: what is known of the address.
            words_said: how many words were said of it at least, where not all are known any more.
        """
        topic, cut = self.knowledge.topic, self.settings.topic.headline_threshold
        if self._gate is None or self._gate.topic is not topic or self._gate.headline_cut != cut:
            self._gate = Gate(topic, headline_cut=cut)
        return self._gate.decide(candidate, words_said=words_said)

    def take_failure(self, failed: FailedFetch) -> Outcome:
        """Write down an address that gave no page; returns the outcome of the fetch."""
        with self.corpus.transaction():
            known = self.corpus.known_page(failed.page)
            is_kept = known.outcome in _KEPT
            standing = known.outcome if is_kept else failed.outcome
            if failed.outcome == Outcome.UNCHANGED and not is_kept:
                if known.outcome in (Outcome.WAITING, Outcome.FAILED):  # a 304 nobody asked for
                    failed = replace(failed, outcome=Outcome.FAILED)
                    standing = Outcome.FAILED
                else:
                    standing = known.outcome
            if is_kept and failed.outcome == Outcome.GONE:
                is_refused = failed.status in _REFUSALS
                kind = Happening.GONE if is_refused else Happening.MOVED_HOME
                self._note_absence(failed.page, kind, failed.reason, failed.fetched_at)
            elif is_kept and failed.outcome == Outcome.UNCHANGED:
                self._note_return(failed.page, _SAME_TEXT, failed.fetched_at)
            self.corpus.close_failure(
                failed,
                run=self.run,
                standing=standing,
                next_check=self._check_after_failure(failed, known),
            )
        return failed.outcome

    def _check_after_failure(self, failed: FailedFetch, known: KnownPage) -> datetime | None:
        """What fails is tried again soon; what is kept is looked at again at its next age too."""
        attempts = known.attempts + (failed.outcome == Outcome.FAILED)
        again = self.next_check(
            failed.outcome, known, failed.fetched_at,
            attempts=attempts, retry_after_s=failed.retry_after_s,
        )  # fmt: skip
        if known.outcome not in _KEPT:
            return again
        older = self.next_check(known.outcome, known, failed.fetched_at, attempts=attempts)
        if failed.outcome != Outcome.FAILED or again is None:
            return older
        return min(again, older) if older else again

    def _note_absence(self, page: int, kind: Happening, said: str, at: datetime) -> None:
        self.corpus.note_absence(page, kind, detail=said, run=self.run, at=at)

    def _note_return(self, page: int, said: str, at: datetime) -> None:
        self.corpus.note_return(page, detail=said, run=self.run, at=at)

    def take_page(self, page: FetchedPage, read: PageRead) -> Judged:
        """Judge a page and store what came of it, in one transaction."""
        now = page.fetched_at
        with self.corpus.transaction():
            self._catch_up()
            known = self.corpus.known_page(page.page)
            if (move := find_move(page, read, known)) is not None:
                return self._take_move(page, move, read, known)
            read, known = self._take_out_site(behind_wall(read, known), known)
            label = self.corpus.labels_of([page.page]).get(page.page)
            judged = as_of_capture(self.judge_page(read, known, label), page)
            reason = judged.why
            if judged.outcome == Outcome.REVISION and not _are_read_alike(known.article, read):
                judged, reason = replace(judged, outcome=Outcome.UNCHANGED), f"{reason}; {_REREAD}"
            outcome, standing = self._wordings.store(judged, known, label, Sight(self.run, now))
            if judged.article is not None:
                tell_translations(self.corpus, page.page, known.key, read.alternates)
            self.corpus.close_page(
                page,
                outcome=outcome,
                standing=standing,
                reason=reason,
                run=self.run,
                next_check=self.next_check(standing, known, now, attempts=0),
                relevance=judged.relevance.score if judged.relevance else None,
            )
            if standing in _KEPT and judged.article is not None:
                self._note_return(page.page, f"http {page.status}", now)
                self._lead_on(judged, known, label, read, page.final_url, now)
            elif standing not in _KEPT:
                self._lead_from_list(judged, known, read, page.final_url, now)
        return replace(judged, outcome=outcome)

    def _take_move(self, page: FetchedPage, move: Move, read: PageRead, known: KnownPage) -> Judged:
        """Write that an address gives its page no more; what it gives instead is not taken in."""
        now = page.fetched_at
        standing = known.outcome if known.outcome in _KEPT else Outcome.GONE
        if standing in _KEPT:
            self._note_absence(page.page, move.kind, move.reason, now)
        else:
            self.corpus.drop_lines(page.page)
        if read.article is not None:  # it is an article of its own
            led = Candidate(url=page.final_url, found_by="links", title=read.article.title)
            self.offer([replace(led, depth=known.depth + 1)], now=now)
        self.corpus.close_page(
            page,
            outcome=Outcome.GONE,
            standing=standing,
            reason=move.reason,
            run=self.run,
            next_check=self.next_check(standing, known, now, attempts=0),
            relevance=None,
        )
        return Judged(outcome=Outcome.GONE, why=move.reason)

    def take_again(
        self, page: int, read: PageRead, *, now: datetime, captured: str = ""
    ) -> Outcome:
        """Judge a page anew as it was read at its last fetch; where its address came to stand.

        A fetch is counted once, so nothing is written of one.

        Args:
            captured: what stays said behind its reason: whose capture of its address it is.
        """
        with self.corpus.transaction():
            self._catch_up()
            read, known = self._take_out_site(read, self.corpus.known_page(page))
            if read.article is None:  # this version refuses what another one read
                return known.outcome
            label = self.corpus.labels_of([page]).get(page)
            judged = self.judge_page(read, known, label)
            judged = replace(judged, why=judged.why + captured)
            _, standing = self._wordings.store(
                judged, known, label, Sight(self.run, known.last_fetched or now)
            )
            tell_translations(self.corpus, page, known.key, read.alternates or None)
            assert judged.relevance is not None
            self.corpus.restand(
                page,
                standing,
                reason=judged.why,
                relevance=judged.relevance.score,
                next_check=self.next_check(standing, known, now, attempts=0),
            )
            if standing in _KEPT:
                self._lead_on(judged, known, label, read, read.article.url, now)
        return standing

    def reword(self, page: int, article: Article) -> list[int]:
        """Put a better reading of a page in place of its stored text, and compare it anew.

        It is no revision: the page says what it said. What follows of it is for the caller to
        settle.

        Returns:
            The pages of the family that it had.
        """
        with self.corpus.transaction():
            return self._wordings.reword(self.corpus.known_page(page), article)

    def forget(self, page: int) -> None:
        """Forget what is at hand of a text that was put in its place by somebody else."""
        self._wordings.comparer.forget(page)

    def _take_out_site(self, read: PageRead, known: KnownPage) -> tuple[PageRead, KnownPage]:
        """Leave out what is the site's own, of what is read and of what is known alike.

        So a line that was found out between two fetches is no revision.
        """
        host, stored = host_of(known.key), known.article
        memory = self._sites.memory_of(host)
        if stored is not None:
            known = replace(known, article=leave_out(stored, memory))
        if read.article is not None:
            read = replace(read, article=leave_out(read.article, memory))
        if read.lines is not None:
            self._sites.note(known.page, host, read.lines, memory, is_cut=known.article == stored)
        elif read.article is None and known.outcome not in _KEPT:
            self.corpus.drop_lines(known.page)
        return read, known

    def judge_page(self, read: PageRead, known: KnownPage, label: Label | None) -> Judged:
        """The verdict on what was read from a page."""
        article = self._complete(read.article, known)
        with self.stopwatch.during(RunStage.RELEVANCE):
            relevance = self.score(article) if article else None
        with self.stopwatch.during(RunStage.RELATION):
            kin = self._wordings.kin_of(known, article) if article else ()
        return self.verdict(article, relevance, kin, known, label, rejection=read.rejection)

    def verdict(
        self,
        article: Article | None,
        relevance: Relevance | None,
        kin: tuple[Kin, ...],
        known: KnownPage,
        label: Label | None,
        *,
        rejection: Rejection | None = None,
    ) -> Judged:
        """`judge`, told what the topic misses in a text that falls short."""
        missing: tuple[str, ...] = ()
        if article is not None and relevance is not None and not relevance.is_related:
            missing = missing_names(self.knowledge.topic, f"{article.title}\n{article.text}")
        return judge(
            article,
            rejection,
            relevance,
            kin,
            known,
            self.knowledge.seed_titles,
            label=label,
            missing=missing,
        )

    def _lead_on(
        self,
        judged: Judged,
        known: KnownPage,
        label: Label | None,
        read: PageRead,
        url: str,
        now: datetime,
    ) -> None:
        # A page kept for a copy's sake leads nowhere: whether it is kept may change later.
        if stands_alone(judged, label, was_related=was_related(known)):
            is_new, score = (
                known.outcome not in _KEPT,
                judged.relevance.score if judged.relevance else 0.0,
            )
            self.lead_on(known, read, url, now=now, is_new=is_new, relevance=score)

    def lead_on(
        self,
        known: KnownPage,
        read: PageRead,
        url: str,
        *,
        now: datetime,
        is_new: bool = True,
        relevance: float = THRESHOLD,
    ) -> None:
        """Follow the links of a page kept for its own sake, and make its outlet a source.

        Unless the settings say so there is no limit of depth: it makes what is found depend on
        which way a page was found first. What bounds a crawl is that only related pages lead on.
        """
        found = candidates_of(
            read.links, read.places, page=url, depth=known.depth + 1,
            relevance=max(relevance, THRESHOLD),
        )  # fmt: skip
        with self.corpus.transaction():
            before = self.corpus.count_numbers()
            self.offer(found, now=now)
            is_source = is_new and self.settings.sources.discover
            homes = self._enter_outlet(url, read.feeds, now) if is_source else []
            if self.is_teaching:
                keys = [address_key(one.url) for one in found]
                self.corpus.note_led(known.page, keys=keys, homes=homes, after=before)
            else:
                self.corpus.vouch(homes=homes)

    def _lead_from_list(
        self, judged: Judged, known: KnownPage, read: PageRead, url: str, now: datetime
    ) -> None:
        """Follow the links of a section, a tag, a front page; each has to say enough itself."""
        if judged.rejection is None or judged.rejection.reason != Reason.LIST or self.is_teaching:
            return
        found = candidates_of(read.links, read.places, page=url, depth=known.depth + 1)
        self._catch_up()
        gated = self._leading.weigh_list([self.gate(one) for one in found])
        is_source = self.settings.sources.discover
        every = round(self.settings.schedule.poll_every_minutes * _HUB_PATIENCE)
        source = self._leading.note_list(
            known.page, url, found=gated, every_minutes=every if is_source else None, now=now
        )
        self.enter(gated, now=now, source=source)

    def _complete(self, article: Article | None, known: KnownPage) -> Article | None:
        """Lend an article the date that is known of it, where the page states none.

        It is what the page stated before, or else what its source said.
        """
        if article is None or article.published is not None:
            return article
        stated = known.article.published if known.article else None
        return replace(article, published=stated or known.published)

    def score(self, article: Article) -> Relevance:
        """How related an article is, by the cut that holds here."""
        topic, meaning = self.knowledge.topic, self.knowledge.meaning
        relevance = topic.score(article.title, article.text)
        if (cut := self.settings.topic.threshold) is not None:
            relevance = replace(relevance, threshold=cut)
        if meaning is None:
            return relevance
        whole = f"{article.title}\n{article.text}"
        return meaning.refine(relevance, whole, is_home=topic.lexicon.read(whole).is_home)

    def _catch_up(self) -> None:
        """Forget what is at hand once another process wrote.

        It may have reworded a page, or, being told something by a reader, learned a newer topic.
        """
        version = self.corpus.written_by_others()
        if version == self._version:
            return
        self._version = version
        self._wordings.comparer.clear()
        self._leading.forget()
        if self.corpus.state("topic_version") not in (None, self.knowledge.topic.version):
            topic = stored_topic(self.corpus) or self.knowledge.topic
            self.knowledge = replace(self.knowledge, topic=topic)

    def next_check(
        self,
        outcome: Outcome,
        known: KnownPage,
        now: datetime,
        *,
        attempts: int,
        retry_after_s: float | None = None,
    ) -> datetime | None:
        """When an address is due again after a fetch that ended so."""
        return next_check(
            outcome,
            first_seen=known.first_seen,
            now=now,
            attempts=attempts,
            max_tries=self.settings.crawl.max_tries,
            ladder_hours=self.settings.schedule.revisit_after_hours,
            retry_after_s=retry_after_s,
        )

    def _enter_outlet(self, url: str, announced: tuple[str, ...], now: datetime) -> list[str]:
        every = round(self.settings.schedule.poll_every_minutes)
        return enter_outlet(
            self.corpus, url, announced,
            every_minutes=every, is_teaching=self.is_teaching, now=now,
        )  # fmt: skip


def _with_plausible_dates(candidate: Candidate, now: datetime) -> Candidate:
    """The candidate without dates that no article has: zero times, years to come."""
    if candidate.published is None and candidate.modified is None:
        return candidate
    latest = now + timedelta(days=1)

    def plausible(at: datetime | None) -> datetime | None:
        return at if at is not None and at.year >= _FIRST_YEAR and at <= latest else None

    return replace(
        candidate,
        published=plausible(candidate.published),
        modified=plausible(candidate.modified),
    )


def _are_read_alike(before: Article | None, read: PageRead) -> bool:
    """Whether two wordings were read by the same rules, so that what differs is the outlet's."""
    assert before is not None
    assert read.article is not None
    return same_rules(before.extractor, read.article.extractor)
