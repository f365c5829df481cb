"""Where verdicts are made: pure functions from what is known to what is to be done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ingest.items import Gated, Judged, Outcome
from ingest.text import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingest.items import Article, Candidate, Kin, KnownPage, Rejection, Relevance

__all__ = [
    "ADDRESS_ALONE",
    "FOREIGN_LANGUAGE",
    "LINK_SHARE",
    "OWN_LANGUAGE",
    "count_changes",
    "gate",
    "judge",
]

#: Share of the headline cut from which a link is followed: a headline says little and membership is
#: decided on the text, so one strong name is enough.
LINK_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Lenience:
    """When what a feed or sitemap lists is refused unread: too little trace in enough words."""

    share: float  #: of the headline cut
    words: int  #: with fewer there is nothing to refuse it for


#: In a language of the seeds, words tell: over 13 labelled stories this fetches .06 of what feeds
#: list and costs .003 of the recall (`python -m benchmarks.story_run --gate`).
OWN_LANGUAGE = Lenience(share=0.25, words=12)
#: In another language only names can tell, and headlines are sparing with names.
FOREIGN_LANGUAGE = Lenience(share=0.02, words=60)
#: A mere address, of a sitemap that may hold 50,000; its section and date count as words.
ADDRESS_ALONE = Lenience(share=0.02, words=12)

_KEPT = (Outcome.ARTICLE, Outcome.COPY)
_SHOWN_TERMS = 5


def gate(
    candidate: Candidate,
    *,
    key: str,
    outlet: str,
    is_page: bool,
    headline: Relevance,
    headline_words: int,
    is_foreign: bool,
) -> Gated:
    """Decide whether an address is worth a request.

    Args:
        candidate: The address, with what its source said.
        key: Canonical form of the address.
        outlet: Registrable domain.
        is_page: Whether the address can be a page at all (scheme, file type).
        headline: Relevance of its title and snippet, or else of the words of its address.
        headline_words: How many words that was.
        is_foreign: Whether it is in no language of the seeds, as far as so little can tell.
    """

    def decided(outcome: Outcome, reason: str) -> Gated:
        return Gated(
            candidate=replace(candidate, priority=headline.score),
            key=key,
            outlet=outlet,
            outcome=outcome,
            reason=reason,
            relevance=headline.score if headline_words else None,
        )

    if not is_page:
        return decided(Outcome.REJECTED, "excluded: not the address of a page")
    if candidate.is_given:
        return decided(Outcome.WAITING, "given by hand")
    is_link = candidate.depth > 0
    lenience = ADDRESS_ALONE
    if candidate.title:
        lenience = FOREIGN_LANGUAGE if is_foreign else OWN_LANGUAGE
    cut = headline.threshold * (LINK_SHARE if is_link else lenience.share)
    if headline.score >= cut:
        return decided(Outcome.WAITING, "its headline may belong to the topic")
    if not is_link and headline_words < lenience.words:
        return decided(Outcome.WAITING, "its source said too little to judge it by")
    said = "link" if is_link else "headline"
    return decided(Outcome.SKIPPED, f"{said} scores {headline.score:.2f}, below the cut {cut:.2f}")


def judge(
    article: Article | None,
    rejection: Rejection | None,
    relevance: Relevance | None,
    kin: tuple[Kin, ...],
    known: KnownPage,
    seed_titles: Mapping[int, str],
) -> Judged:
    """The verdict on one fetched page; the one place where it is made.

    A page is kept when its text reaches the relevance cut or carries a seed document. Whether a
    kept page leads its family or is a copy within it is for `settle` to say, which sees the whole
    family: here a copy is what has an earlier-known text to be a copy of.

    Args:
        article: What was read; None: `rejection` says why not.
        rejection: Why it is not an article; None: it is one.
        relevance: Of the article; None only with a rejection.
        kin: Documents that share text with it.
        known: What the ledger holds of the page.
        seed_titles: Title by seed id, for the sentence.
    """
    if article is None or relevance is None:
        assert rejection is not None
        detail = f": {rejection.detail}" if rejection.detail else ""
        return Judged(
            outcome=Outcome.REJECTED, why=f"{rejection.reason}{detail}", rejection=rejection
        )
    carried = next((one for one in kin if one.document < 0 and one.is_copy), None)
    why = explain(relevance, seed_titles)
    if known.outcome in _KEPT and known.article is not None:
        outcome = _judge_change(known.article, article)
    elif carried is not None:
        outcome = Outcome.COPY
        why = f"{carried.relation}: seed {seed_titles.get(-carried.document, '')}".rstrip()
    elif not relevance.is_related:
        outcome = Outcome.OFF_TOPIC
    elif any(one.is_copy for one in kin):
        outcome = Outcome.COPY
    else:
        outcome = Outcome.ARTICLE
    return Judged(outcome=outcome, why=why, article=article, relevance=relevance, kin=kin)


def _judge_change(before: Article, after: Article) -> Outcome:
    """Whether a known article says something else now; word for word, case and marks aside."""
    is_same = before.title == after.title and words(before.text) == words(after.text)
    return Outcome.UNCHANGED if is_same else Outcome.REVISION


def count_changes(before: Article, after: Article) -> tuple[int, int]:
    """Words added to and removed from the body; insertions and deletions only (Indel distance)."""
    from rapidfuzz.distance import Indel

    added = removed = 0
    for step in Indel.opcodes(words(before.text), words(after.text)):
        if step.tag == "insert":
            added += step.dest_end - step.dest_start
        elif step.tag == "delete":
            removed += step.src_end - step.src_start
    return added, removed


def explain(relevance: Relevance, seed_titles: Mapping[int, str]) -> str:
    """Why a text was kept or refused, as a sentence a person can check."""
    named = ", ".join(term.term for term in relevance.terms[:_SHOWN_TERMS])
    if not relevance.is_related:
        shared = f"; all it shares with the topic: {named}" if named else "; it shares nothing"
        return f"relevance {relevance.score:.2f}, below the cut {relevance.threshold:.2f}{shared}"
    nearest = seed_titles.get(relevance.seed or 0)
    seed = f"; nearest seed: {nearest}" if nearest else ""
    return f"relevance {relevance.score:.2f} (cut {relevance.threshold:.2f}): {named}{seed}"
