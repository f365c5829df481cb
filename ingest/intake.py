"""The one path from a fetched page to rows: read, compare, judge, settle, store.

The crawl's pipeline calls it for every page, so a one-off crawl, the command line and the daemon
cannot differ. Everything about one page happens in one transaction.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from ingest.cadence import next_check
from ingest.decide import count_changes, gate, is_worth_storing, judge, stands_alone
from ingest.extract.metadata import find_language
from ingest.extract.recurring import Recurring, leave_out, mark_of, memory_of
from ingest.items import Candidate, Outcome
from ingest.relations import Fingerprint, find_kin, fingerprint
from ingest.settling import settle_families
from ingest.text import words
from ingest.topic.in_force import missing_names
from ingest.urls import address_key, is_fetchable, outlet_of, url_words
from ingest.workspace import stored_topic

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ingest.config import Settings
    from ingest.corpus import Corpus
    from ingest.corpus.labels import Label
    from ingest.extract import PageRead
    from ingest.extract.recurring import SiteMemory
    from ingest.items import (
        Article,
        FailedFetch,
        FetchedPage,
        Gated,
        Judged,
        Kin,
        KnownPage,
        Rejection,
        Relevance,
    )
    from ingest.workspace import Knowledge

__all__ = ["Intake"]

_KEPT = (Outcome.ARTICLE, Outcome.COPY)
_FIRST_YEAR = 1850
_CACHED_TEXTS = 512  # fingerprints kept at hand; one is some 50 kB


@dataclass
class Intake:
    """Takes pages in on behalf of one run."""

    corpus: Corpus
    knowledge: Knowledge
    settings: Settings
    run: int
    is_teaching: bool = False  #: judges anew; what a page leads to goes when the page does
    _prints: OrderedDict[int, tuple[Fingerprint, str]] = field(default_factory=OrderedDict)
    _memories: dict[str, SiteMemory] = field(default_factory=dict)
    _version: int = -1

    def offer(
        self, candidates: Iterable[Candidate], *, now: datetime, source: int | None = None
    ) -> int:
        """Pass candidates through the gate into the ledger; returns how many were new."""
        self._catch_up()
        gated = [self.gate(_with_plausible_dates(one, now)) for one in candidates]
        if not self.is_teaching:
            self.corpus.vouch(keys=[one.key for one in gated])
        return self.corpus.offer(gated, run=self.run, now=now, source=source)

    def gate(self, candidate: Candidate, *, words_said: int = 0) -> Gated:
        """Whether an address is worth a request, by what was said of it.

        Args:
            candidate: what is known of the address.
            words_said: how many words were said of it at least, where not all are known any more.
        """
        topic = self.knowledge.topic
        said = " ".join(filter(None, (candidate.title, candidate.snippet)))
        address = url_words(candidate.url)
        # Any of the three may be the one that names the topic.
        headline = max(
            topic.score_headline(candidate.title or ""),
            topic.score_headline(said),
            topic.score_address(address),
            key=lambda one: one.score,
        )
        if (cut := self.settings.topic.headline_threshold) is not None:
            headline = replace(headline, threshold=cut)
        return gate(
            candidate,
            key=address_key(candidate.url),
            outlet=outlet_of(candidate.url),
            is_page=is_fetchable(candidate.url),
            headline=headline,
            headline_words=max(len(words(said or address)), words_said),
            is_foreign=find_language(said, candidate.language) not in topic.languages,
        )

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
            if failed.outcome in (Outcome.GONE, Outcome.UNCHANGED):
                at = failed.fetched_at if failed.outcome == Outcome.GONE else None
                self.corpus.mark_gone(failed.page, now=at)
            self.corpus.close_failure(
                failed,
                run=self.run,
                standing=standing,
                next_check=self.next_check(
                    failed.outcome if not is_kept else known.outcome,
                    known,
                    failed.fetched_at,
                    attempts=known.attempts + (failed.outcome == Outcome.FAILED),
                    retry_after_s=failed.retry_after_s,
                ),
            )
        return failed.outcome

    def take_page(self, page: FetchedPage, read: PageRead) -> Judged:
        """Judge a page and store what came of it, in one transaction."""
        now = page.fetched_at
        with self.corpus.transaction():
            self._catch_up()
            read, known = self._take_out_site(read, self.corpus.known_page(page.page))
            label = self.corpus.labels_of([page.page]).get(page.page)
            judged = self.judge_page(read, known, label)
            outcome, standing = self._store(judged, known, label, now)
            self.corpus.close_page(
                page,
                outcome=outcome,
                standing=standing,
                reason=judged.why,
                run=self.run,
                next_check=self.next_check(standing, known, now, attempts=0),
                relevance=judged.relevance.score if judged.relevance else None,
            )
            if standing in _KEPT and judged.article is not None:
                self.corpus.mark_gone(page.page, now=None)
                self._lead_on(judged, known, label, read, page.final_url, now)
        return replace(judged, outcome=outcome)

    def take_again(self, page: int, read: PageRead, *, now: datetime) -> Outcome:
        """Judge a page anew as it was read at its last fetch; where its address came to stand.

        A fetch is counted once, so nothing is written of one.
        """
        with self.corpus.transaction():
            self._catch_up()
            read, known = self._take_out_site(read, self.corpus.known_page(page))
            if read.article is None:  # this version refuses what another one read
                return known.outcome
            label = self.corpus.labels_of([page]).get(page)
            judged = self.judge_page(read, known, label)
            _, standing = self._store(judged, known, label, known.last_fetched or now)
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
            known = self.corpus.known_page(page)
            assert known.article is not None, page
            before = self._neighbours(known)
            self.corpus.remove(page, fingerprint(known.article.text).selected)
            self._prints.pop(page, None)
            mark = _mark(article.text)
            self.corpus.reword(
                page, article, canonical_key=address_key(article.url),
                sample_size=len(mark.selected),
            )  # fmt: skip
            self.corpus.add(page, mark.selected)
            self.corpus.store_edges(page, self._kin(known, article, mark))
        return before

    def _take_out_site(self, read: PageRead, known: KnownPage) -> tuple[PageRead, KnownPage]:
        """Leave out what is the site's own, of what is read and of what is known alike.

        So a line that was found out between two fetches is no revision.
        """
        host = known.key.partition("/")[0]
        if host not in self._memories:
            rows = self.corpus.blocks_of(host)
            self._memories[host] = memory_of(Recurring.from_row(row) for row in rows)
        memory = self._memories[host]
        if read.lines is not None:
            self.corpus.note_lines(
                known.page, host=host, address=read.lines.address, headline=read.lines.headline,
                lines=read.lines.to_bytes(), left_out=mark_of(read.lines, memory),
            )  # fmt: skip
        elif read.article is None and known.outcome not in _KEPT:
            self.corpus.drop_lines(known.page)
        if read.article is not None:
            read = replace(read, article=leave_out(read.article, memory))
        if known.article is not None:
            known = replace(known, article=leave_out(known.article, memory))
        return read, known

    def judge_page(self, read: PageRead, known: KnownPage, label: Label | None) -> Judged:
        """The verdict on what was read from a page."""
        article = self._complete(read.article, known)
        relevance = self.score(article) if article else None
        kin = self._kin(known, article, _mark(article.text)) if article else ()
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
        if stands_alone(judged, label, was_related=_was_related(known)):
            self.lead_on(known, read, url, now=now, is_new=known.outcome not in _KEPT)

    def lead_on(
        self, known: KnownPage, read: PageRead, url: str, *, now: datetime, is_new: bool = True
    ) -> None:
        """Follow the links of a page kept for its own sake, and make its outlet a source.

        There is no limit of depth: it would make what is found depend on which way a page was
        found first. What bounds a crawl is that only related pages lead on.
        """
        found = [
            Candidate(url=link, found_by="links", title=anchor or None, depth=known.depth + 1)
            for link, anchor in read.links
        ]
        with self.corpus.transaction():
            before = self.corpus.count_numbers()
            self.offer(found, now=now)
            is_source = is_new and self.settings.sources.discover
            homes = self._enter_home(url, now) if is_source else []
            if self.is_teaching:
                keys = [address_key(one.url) for one in found]
                self.corpus.note_led(known.page, keys=keys, homes=homes, after=before)
            else:
                self.corpus.vouch(homes=homes)

    def _complete(self, article: Article | None, known: KnownPage) -> Article | None:
        """Lend an article the date that its source stated, where the page states none."""
        if article is None or article.published is not None:
            return article
        return replace(article, published=known.published)

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

    def _kin(self, known: KnownPage, article: Article, mark: Fingerprint) -> tuple[Kin, ...]:
        found = [one for one in self.corpus.candidates(mark.selected) if one[0] != known.page]
        candidates = [(document, shared) for document, shared, _ in found]
        sizes = {document: size for document, _, size in found if size is not None}

        def quotes_other(document: int) -> bool:
            # Of two pages the one whose address sorts first is quoted; a seed never is.
            return document > 0 and self.corpus.key_of(document) < known.key

        return find_kin(
            mark, article.text, candidates, self._print_of, sizes, quotes_other=quotes_other
        )

    def _catch_up(self) -> None:
        """Forget what is at hand once another process wrote.

        It may have reworded a page, or, being told something by a reader, learned a newer topic.
        """
        version = self.corpus.written_by_others()
        if version == self._version:
            return
        self._version = version
        self._prints.clear()
        self._memories.clear()
        if self.corpus.state("topic_version") not in (None, self.knowledge.topic.version):
            topic = stored_topic(self.corpus) or self.knowledge.topic
            self.knowledge = replace(self.knowledge, topic=topic)

    def _print_of(self, document: int) -> tuple[Fingerprint, str]:
        cached = self._prints.get(document)
        if cached is None:
            if document < 0:
                text = self.corpus.seed_text(-document)
            else:
                stored = self.corpus.text_of(document)
                assert stored is not None, document
                text = stored.text
            cached = (fingerprint(text, is_seed=document < 0), text)
            self._prints[document] = cached
        self._prints.move_to_end(document)
        while len(self._prints) > _CACHED_TEXTS:
            self._prints.popitem(last=False)
        return cached

    def _store(
        self, judged: Judged, known: KnownPage, label: Label | None, now: datetime
    ) -> tuple[Outcome, Outcome]:
        """Store the text of a kept page; returns the outcomes of the fetch and of the address."""
        was_kept = known.outcome in _KEPT
        if judged.article is None or not is_worth_storing(judged, label):
            return judged.outcome, known.outcome if was_kept else judged.outcome
        if judged.outcome == Outcome.UNCHANGED:
            return Outcome.UNCHANGED, known.outcome
        if label is not None and not label.is_yes and known.article is not None:
            # What the reader saw stays: the topic learns from it.
            standing = self._unsettle(judged, known)
            return standing, standing
        before = self._neighbours(known)
        if known.article is not None:
            self._replace(known, judged.article, now)
        standing = self._keep(judged, known, label, before, now)
        if standing in _KEPT and not was_kept:
            self.corpus.count_kept(known.page)
        return (Outcome.REVISION if judged.outcome == Outcome.REVISION else standing), standing

    def _unsettle(self, judged: Judged, known: KnownPage) -> Outcome:
        assert judged.relevance is not None
        self.corpus.rescore(known.page, judged.relevance, is_related=False, why=judged.why)
        return settle_families(self.corpus, [known.page], changed=known.page)

    def _replace(self, known: KnownPage, after: Article, now: datetime) -> None:
        """Make room for a new wording; what readers saw of the old one becomes a revision."""
        before = known.article
        assert before is not None
        if known.outcome in _KEPT:
            added, removed = count_changes(before, after)
            self.corpus.add_revision(
                known.page, before, after, added=added, removed=removed, run=self.run, now=now
            )
        stored = self.corpus.text_of(known.page)  # it may hold lines of the site still
        assert stored is not None
        self.corpus.remove(known.page, fingerprint(stored.text).selected)
        self._prints.pop(known.page, None)

    def _keep(
        self,
        judged: Judged,
        known: KnownPage,
        label: Label | None,
        before: list[int],
        now: datetime,
    ) -> Outcome:
        """Store a text, settle the families it belongs to, and lay them out."""
        article, relevance = judged.article, judged.relevance
        assert article is not None
        assert relevance is not None
        mark = _mark(article.text)
        self.corpus.store_text(
            known.page,
            article,
            canonical_key=address_key(article.url),
            relevance=relevance,
            is_related=stands_alone(judged, label, was_related=_was_related(known)),
            sample_size=len(mark.selected),
            why=judged.why,
            run=self.run,
            now=now,
        )
        self.corpus.add(known.page, mark.selected)
        self.corpus.store_edges(known.page, judged.kin)
        return settle_families(self.corpus, [known.page, *before], changed=known.page)

    def _neighbours(self, known: KnownPage) -> list[int]:
        """Pages whose family may lose this one by its new wording."""
        if known.article is None:
            return []
        standings, _ = self.corpus.family_of([known.page])
        return [one.document for one in standings if one.document > 0]

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

    def _enter_home(self, url: str, now: datetime) -> list[str]:
        """Make the outlet of a kept page a source: home page, and robots.txt for its sitemaps.

        Returns:
            The addresses of both.
        """
        every = round(self.settings.schedule.poll_every_minutes)
        homes = {"site": urljoin(url, "/"), "robots": urljoin(url, "/robots.txt")}
        for kind, home in homes.items():
            self.corpus.add_source(
                kind=kind, url=home, outlet=outlet_of(url), found_by="links",
                every_minutes=every, now=now,
            )  # fmt: skip
        return list(homes.values())


def _with_plausible_dates(candidate: Candidate, now: datetime) -> Candidate:
    """The candidate without dates that no article has: zero times, years to come."""
    latest = now + timedelta(days=1)

    def plausible(at: datetime | None) -> datetime | None:
        return at if at is not None and at.year >= _FIRST_YEAR and at <= latest else None

    return replace(
        candidate,
        published=plausible(candidate.published),
        modified=plausible(candidate.modified),
    )


@lru_cache(maxsize=2)
def _mark(text: str) -> Fingerprint:
    """Of the page in hand; asked for once to compare it and once to store it."""
    return fingerprint(text)


def _was_related(known: KnownPage) -> bool:
    return known.is_related and known.outcome in _KEPT
