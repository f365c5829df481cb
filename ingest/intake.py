"""The one path from a fetched page to rows: read, compare, judge, settle, store.

The crawl's pipeline calls it for every page, so a one-off crawl, the command line and the daemon
cannot differ. Everything about one page happens in one transaction.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from ingest.cadence import next_check
from ingest.decide import count_changes, gate, judge
from ingest.extract.metadata import find_language
from ingest.items import Candidate, Outcome
from ingest.relations import Fingerprint, find_kin, fingerprint, settle
from ingest.text import words
from ingest.urls import address_key, is_fetchable, outlet_of, url_words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ingest.config import Settings
    from ingest.corpus import Corpus
    from ingest.extract import PageRead
    from ingest.items import (
        Article,
        FailedFetch,
        FetchedPage,
        Gated,
        Judged,
        Kin,
        KnownPage,
        Relevance,
    )
    from ingest.workspace import Knowledge

__all__ = ["Intake"]

_KEPT = (Outcome.ARTICLE, Outcome.COPY)
_FIRST_YEAR = 1850
_BORDERLINE_SHARE = 0.5  # of the cut
_CACHED_TEXTS = 512  # fingerprints kept at hand; one is some 50 kB


@dataclass
class Intake:
    """Takes pages in on behalf of one run."""

    corpus: Corpus
    knowledge: Knowledge
    settings: Settings
    run: int
    _prints: OrderedDict[int, tuple[Fingerprint, str]] = field(default_factory=OrderedDict)
    _version: int = -1

    def offer(
        self, candidates: Iterable[Candidate], *, now: datetime, source: int | None = None
    ) -> int:
        """Pass candidates through the gate into the ledger; returns how many were new."""
        gated = [self._gate(_with_plausible_dates(one, now)) for one in candidates]
        return self.corpus.offer(gated, run=self.run, now=now, source=source)

    def _gate(self, candidate: Candidate) -> Gated:
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
            headline_words=len(words(said or address)),
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
                next_check=self._next_check(
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
            self._forget_if_changed()
            known = self.corpus.known_page(page.page)
            article = self._complete(read.article, known)
            relevance = self._score(article) if article else None
            mark = fingerprint(article.text) if article else None
            kin = self._kin(known, article, mark) if article and mark else ()
            judged = judge(
                article, read.rejection, relevance, kin, known, self.knowledge.seed_titles
            )
            outcome, standing = self._store(judged, known, mark, now)
            self.corpus.close_page(
                page,
                outcome=outcome,
                standing=standing,
                reason=judged.why,
                run=self.run,
                next_check=self._next_check(standing, known, now, attempts=0),
                relevance=relevance.score if relevance else None,
            )
            if standing in _KEPT and article is not None:
                self.corpus.mark_gone(page.page, now=None)
            # A page kept for a copy's sake leads nowhere: whether it is kept may change later.
            if standing in _KEPT and article is not None and _stands_alone(judged, known):
                self._follow(read, known, now)
                if known.outcome not in _KEPT and self.settings.sources.discover:
                    self._enter_home(page.final_url, now)
        return replace(judged, outcome=outcome)

    def _complete(self, article: Article | None, known: KnownPage) -> Article | None:
        """Lend an article the date that its source stated, where the page states none."""
        if article is None or article.published is not None:
            return article
        return replace(article, published=known.published)

    def _score(self, article: Article) -> Relevance:
        relevance = self.knowledge.topic.score(article.title, article.text)
        cut = self.settings.topic.threshold
        return relevance if cut is None else replace(relevance, threshold=cut)

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

    def _forget_if_changed(self) -> None:
        """Drop what is at hand once another process wrote: it may have reworded a page."""
        version = self.corpus.written_by_others()
        if version != self._version:
            self._prints.clear()
            self._version = version

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
        self, judged: Judged, known: KnownPage, mark: Fingerprint | None, now: datetime
    ) -> tuple[Outcome, Outcome]:
        """Store the text of a kept page; returns the outcomes of the fetch and of the address."""
        was_kept = known.outcome in _KEPT
        if judged.article is None or mark is None or not _is_worth_storing(judged):
            return judged.outcome, known.outcome if was_kept else judged.outcome
        if judged.outcome == Outcome.UNCHANGED:
            return Outcome.UNCHANGED, known.outcome
        before = self._neighbours(known)
        if known.article is not None:
            self._replace(known, judged.article, now)
        standing = self._keep(judged, known, mark, before, now)
        if standing in _KEPT and not was_kept:
            self.corpus.count_kept(known.page)
        return (Outcome.REVISION if judged.outcome == Outcome.REVISION else standing), standing

    def _replace(self, known: KnownPage, after: Article, now: datetime) -> None:
        """Make room for a new wording; what readers saw of the old one becomes a revision."""
        before = known.article
        assert before is not None
        if known.outcome in _KEPT:
            added, removed = count_changes(before, after)
            self.corpus.add_revision(
                known.page, before, after, added=added, removed=removed, run=self.run, now=now
            )
        self.corpus.remove(known.page, fingerprint(before.text).selected)
        self._prints.pop(known.page, None)

    def _keep(
        self,
        judged: Judged,
        known: KnownPage,
        mark: Fingerprint,
        before: list[int],
        now: datetime,
    ) -> Outcome:
        """Store a text, settle the families it belongs to, and lay them out."""
        article, relevance = judged.article, judged.relevance
        assert article is not None
        assert relevance is not None
        self.corpus.store_text(
            known.page,
            article,
            canonical_key=address_key(article.url),
            relevance=relevance,
            is_related=_stands_alone(judged, known),
            sample_size=len(mark.selected),
            why=judged.why,
            run=self.run,
            now=now,
        )
        self.corpus.add(known.page, mark.selected)
        self.corpus.store_edges(known.page, judged.kin)
        standings, edges = self.corpus.family_of([known.page, *before])
        return self.corpus.place(
            settle(standings, edges),
            members=[standing.document for standing in standings],
            changed=known.page,
        )

    def _neighbours(self, known: KnownPage) -> list[int]:
        """Pages whose family may lose this one by its new wording."""
        if known.article is None:
            return []
        standings, _ = self.corpus.family_of([known.page])
        return [one.document for one in standings if one.document > 0]

    def _next_check(
        self,
        outcome: Outcome,
        known: KnownPage,
        now: datetime,
        *,
        attempts: int,
        retry_after_s: float | None = None,
    ) -> datetime | None:
        return next_check(
            outcome,
            first_seen=known.first_seen,
            now=now,
            attempts=attempts,
            max_tries=self.settings.crawl.max_tries,
            ladder_hours=self.settings.schedule.revisit_after_hours,
            retry_after_s=retry_after_s,
        )

    def _enter_home(self, url: str, now: datetime) -> None:
        """Make the outlet of a kept page a source: home page, and robots.txt for its sitemaps."""
        every = round(self.settings.schedule.poll_every_minutes)
        for kind, path in (("site", "/"), ("robots", "/robots.txt")):
            self.corpus.add_source(
                kind=kind, url=urljoin(url, path), outlet=outlet_of(url), found_by="links",
                every_minutes=every, now=now,
            )  # fmt: skip

    def _follow(self, read: PageRead, known: KnownPage, now: datetime) -> None:
        """Offer the links of a kept page; those of any other page are not followed.

        There is no limit of depth: it would make what is found depend on which way a page was
        found first. What bounds a crawl is that only related pages lead on.
        """
        self.offer(
            (
                Candidate(url=url, found_by="links", title=anchor or None, depth=known.depth + 1)
                for url, anchor in read.links
            ),
            now=now,
        )


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


def _stands_alone(judged: Judged, known: KnownPage) -> bool:
    """Whether a page is kept for its own sake: related, a seed's copy, or it was so before."""
    relevance = judged.relevance
    carries_seed = any(one.document < 0 and one.is_copy for one in judged.kin)
    was = known.is_related and known.outcome in _KEPT
    return (relevance is not None and relevance.is_related) or carries_seed or was


def _is_worth_storing(judged: Judged) -> bool:
    """Whether a text may be kept: it is related, or so near that a related copy would vouch."""
    if judged.outcome != Outcome.OFF_TOPIC:
        return True
    relevance = judged.relevance
    return relevance is not None and relevance.score >= relevance.threshold * _BORDERLINE_SHARE
