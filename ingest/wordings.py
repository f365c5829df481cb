"""Stores what pages say: first wordings, revisions, corrections; and settles their families."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ingest.comparing import print_of_page
from ingest.corpus.texts import as_kept
from ingest.decide import is_worth_storing, stands_alone
from ingest.items import Outcome
from ingest.relations import Fingerprint, fingerprint
from ingest.revisions import changed_fields, compare_wordings
from ingest.settling import settle_families
from ingest.translating import tell_translations
from ingest.urls import address_key

if TYPE_CHECKING:
    from datetime import datetime

    from ingest.comparing import Comparer
    from ingest.corpus import Corpus
    from ingest.corpus.labels import Label
    from ingest.items import Article, Judged, Kin, Kind, KnownPage

__all__ = ["Sight", "Wordings", "was_related"]

_KEPT = (Outcome.ARTICLE, Outcome.COPY)


class Sight(NamedTuple):
    """When a page was seen, and by which run."""

    run: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wordings:
    """Writes the texts of pages; each call stands in a transaction."""

    corpus: Corpus
    comparer: Comparer

    def kin_of(self, known: KnownPage, article: Article) -> tuple[Kin, ...]:
        """The documents that share text with a wording of a page, stored or not."""
        return self.comparer.kin_of(
            known.page, known.key, article.text, _mark(article.text, article.kind),
            address=address_key(article.url),
        )  # fmt: skip

    def store(
        self, judged: Judged, known: KnownPage, label: Label | None, seen: Sight
    ) -> tuple[Outcome, Outcome]:
        """Store the text of a kept page; returns the outcomes of the fetch and of the address."""
        was_kept = known.outcome in _KEPT
        if judged.article is None or not is_worth_storing(judged, label):
            if judged.article is not None and known.article is not None and not was_kept:
                self._drop(known, seen)
            return judged.outcome, known.outcome if was_kept else judged.outcome
        if judged.outcome == Outcome.UNCHANGED:
            return Outcome.UNCHANGED, self._bring_up_to_date(judged, known, label, seen)
        if label is not None and not label.is_yes and known.article is not None:
            # What the reader saw stays: the topic learns from it.
            standing = self._unsettle(judged, known, seen)
            return standing, standing
        before = self._neighbours(known)
        if known.article is not None:
            self._replace(known, judged.article, seen)
        standing = self._keep(judged, known, label, before, seen)
        if standing in _KEPT and not was_kept:
            self.corpus.count_kept(known.page)
        return (Outcome.REVISION if judged.outcome == Outcome.REVISION else standing), standing

    def reword(self, known: KnownPage, article: Article) -> list[int]:
        """Put a better reading of a page in place of its stored text, and compare it anew.

        It is no revision: the page says what it said. What follows of it is for the caller to
        settle.

        Returns:
            The pages of the family that it had.
        """
        page, before = known.page, self._neighbours(known)
        self._make_room(known)
        mark = _mark(article.text, article.kind)
        self.corpus.reword(
            page, article, canonical_key=address_key(article.url), sample_size=len(mark.selected)
        )
        self.corpus.add(page, mark.selected)
        self.corpus.store_edges(page, self.kin_of(known, article))
        tell_translations(self.corpus, page, known.key)
        return before

    def _drop(self, known: KnownPage, seen: Sight) -> None:
        """Forget a text that no reader saw and that its page says no more."""
        stored = self.corpus.text_of(known.page)
        assert stored is not None, known.page
        settle_families(
            self.corpus, [known.page], changed=known.page, run=seen.run, now=seen.at,
            absent={known.page},
        )  # fmt: skip
        self.corpus.forget_text(known.page, fingerprint(stored.text).selected)
        self.comparer.forget(known.page)

    def _unsettle(self, judged: Judged, known: KnownPage, seen: Sight) -> Outcome:
        assert judged.relevance is not None
        self.corpus.rescore(known.page, judged.relevance, is_related=False, why=judged.why)
        return self._settle([known.page], known, seen)

    def _bring_up_to_date(
        self, judged: Judged, known: KnownPage, label: Label | None, seen: Sight
    ) -> Outcome:
        """Keep what reads otherwise on a page without being a change; where its address stands.

        A corrected date or address may settle its family anew.
        """
        stored = self.corpus.text_of(known.page)  # it may hold lines of the site still
        assert stored is not None
        assert judged.article is not None
        after = as_kept(judged.article)
        if not changed_fields(stored, after):
            if after != stored:
                self.corpus.restamp(known.page, after)
            return known.outcome
        before = self._neighbours(known)
        self._make_room(known)
        return self._keep(judged, known, label, before, seen)

    def _replace(self, known: KnownPage, after: Article, seen: Sight) -> None:
        """Make room for a new wording; what readers saw of the old one becomes a revision."""
        assert known.article is not None
        if known.outcome in _KEPT:
            change = compare_wordings(known.article, after)
            self.corpus.add_revision(
                known.page, known.article, after, added=change.words_added,
                removed=change.words_removed, entries_added=change.entries_added,
                run=seen.run, now=seen.at,
            )  # fmt: skip
        self._make_room(known)

    def _make_room(self, known: KnownPage) -> None:
        stored = self.corpus.text_of(known.page)  # it may hold lines of the site still
        assert stored is not None, known.page
        self.corpus.remove(known.page, fingerprint(stored.text).selected)
        self.comparer.forget(known.page)

    def _keep(
        self,
        judged: Judged,
        known: KnownPage,
        label: Label | None,
        before: list[int],
        seen: Sight,
    ) -> Outcome:
        """Store a text, settle the families it belongs to, and lay them out."""
        article, relevance = judged.article, judged.relevance
        assert article is not None
        assert relevance is not None
        mark = _mark(article.text, article.kind)
        self.corpus.store_text(
            known.page,
            article,
            canonical_key=address_key(article.url),
            relevance=relevance,
            is_related=stands_alone(judged, label, was_related=was_related(known)),
            sample_size=len(mark.selected),
            why=judged.why,
            run=seen.run,
            now=seen.at,
        )
        self.corpus.add(known.page, mark.selected)
        self.corpus.store_edges(known.page, judged.kin)
        return self._settle([known.page, *before], known, seen)

    def _settle(self, pages: list[int], known: KnownPage, seen: Sight) -> Outcome:
        return settle_families(self.corpus, pages, changed=known.page, run=seen.run, now=seen.at)

    def _neighbours(self, known: KnownPage) -> list[int]:
        """Pages whose family may lose this one by its new wording."""
        if known.article is None:
            return []
        standings, _ = self.corpus.family_of([known.page])
        return [one.document for one in standings if one.document > 0]


def was_related(known: KnownPage) -> bool:
    """Whether an earlier wording of a page was kept for its own sake."""
    return known.is_related and known.outcome in _KEPT


@lru_cache(maxsize=2)
def _mark(text: str, kind: Kind) -> Fingerprint:
    """Of the page in hand; asked for once to compare it and once to store it."""
    return print_of_page(text, kind)
