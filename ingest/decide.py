"""Where verdicts are made: pure functions from what is known to what is to be done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import floor
from typing import TYPE_CHECKING

from ingest.calibration import ratio_of, score_of
from ingest.items import Gated, Judged, Outcome
from ingest.revisions import compare_wordings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.corpus.labels import Label
    from ingest.items import (
        Article,
        Candidate,
        FetchedPage,
        Kin,
        KnownPage,
        Rejection,
        Relevance,
    )

__all__ = [
    "ADDRESS_ALONE",
    "CAPTURED",
    "FOREIGN_LANGUAGE",
    "LINK_SHARE",
    "OWN_LANGUAGE",
    "as_of_capture",
    "capture_in",
    "explain",
    "explain_translation",
    "gate",
    "is_worth_storing",
    "judge",
    "stands_alone",
]

#: Behind it a reason says whose capture of its address a page is.
CAPTURED = "; as captured "
#: Share of the headline cut, in raw score, from which a link is followed: a headline says little
#: and membership is decided on the text, so one strong name is enough.
LINK_SHARE = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Lenience:
    """When what a feed or sitemap lists is refused unread: too little trace in enough words."""

    share: float  #: of the headline cut, in raw score
    words: int  #: with fewer there is nothing to refuse it for


#: In a language of the seeds, words tell: over 13 labelled stories this fetches .06 of what feeds
#: list and costs .003 of the recall (`python -m benchmarks.story_run --gate`).
OWN_LANGUAGE = Lenience(share=0.4, words=12)
#: In another language only names can tell, and headlines are sparing with names.
FOREIGN_LANGUAGE = Lenience(share=0.15, words=60)
#: A mere address, of a sitemap that may hold 50,000; its section and date count as words.
ADDRESS_ALONE = Lenience(share=0.15, words=12)

_KEPT = (Outcome.ARTICLE, Outcome.COPY)
_SHOWN_TERMS = 5
_PASSAGE_CHARS = 140
_BORDERLINE_SHARE = 0.7  # of the cut, in raw score
_SURE_HINT = 0.9  # two pages name each other as editions, or one does and more speaks for it


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
    if candidate.priority != headline.score:  # most links of a page say nothing: 0 it stays
        candidate = replace(candidate, priority=headline.score)

    def decided(outcome: Outcome, reason: str) -> Gated:
        return Gated(
            candidate=candidate,
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
    share = LINK_SHARE if is_link else lenience.share
    is_brief = not is_link and headline_words < lenience.words
    said = "link" if is_link else "headline"
    return decided(*_weigh_words(headline.score, headline.threshold, share, said, is_brief))


@lru_cache(4096)  # hundreds of links of a page say nothing, each in the same way
def _weigh_words(
    score: float,
    threshold: float,
    share: float,
    said: str,
    is_brief: bool,  # noqa: FBT001  # by position it is found again sooner
) -> tuple[Outcome, str]:
    """Whether what was said of an address is enough, and why."""
    cut = score_of(ratio_of(threshold) * share)
    if not cut:
        return Outcome.WAITING, f"nothing is asked of its {said}"
    reached = ratio_of(score) / ratio_of(threshold)
    if score >= cut:
        why = f"it reaches {reached:.2f} of the cut, {share:.2f} is enough"
        return Outcome.WAITING, f"its {said} may belong to the topic: {why}"
    if is_brief:
        return Outcome.WAITING, "its source said too little to judge it by"
    below = floor(reached * 100) / 100  # rounded up it would read as if it were enough
    return Outcome.SKIPPED, f"{said} reaches {below:.2f} of the cut; {share:.2f} is asked for"


def judge(
    article: Article | None,
    rejection: Rejection | None,
    relevance: Relevance | None,
    kin: tuple[Kin, ...],
    known: KnownPage,
    seed_titles: Mapping[int, str],
    *,
    label: Label | None = None,
    missing: Sequence[str] = (),
) -> Judged:
    """The verdict on one fetched page; the one place where it is made.

    What a reader said of the page stands. Else it is kept when its text reaches the relevance cut
    or carries a seed document. Whether a kept page leads its family or is a copy within it is for
    `settle` to say, which sees the whole family: here a copy is what has an earlier-known text to
    be a copy of.

    Args:
        article: What was read; None: `rejection` says why not.
        rejection: Why it is not an article; None: it is one.
        relevance: Of the article; None only with a rejection.
        kin: Documents that share text with it.
        known: What the ledger holds of the page.
        seed_titles: Title by seed id, for the sentence.
        label: What a reader said of the page; None: nobody did.
        missing: The strongest names of the topic that it does not name, for the sentence.
    """
    if article is None or relevance is None:
        assert rejection is not None
        detail = f": {rejection.detail}" if rejection.detail else ""
        return Judged(
            outcome=Outcome.REJECTED, why=f"{rejection.reason}{detail}", rejection=rejection
        )
    carried = next((one for one in kin if one.document < 0 and one.is_copy), None)
    why = explain(relevance, seed_titles, missing)
    if carried is not None:
        why = f"{carried.relation}: seed {seed_titles.get(-carried.document, '')}".rstrip()
    if label is not None:
        why = f"{label.by or 'you'} said {'yes' if label.is_yes else 'no'}: {why}"
    if label is not None and not label.is_yes:
        outcome = Outcome.OFF_TOPIC
    elif known.outcome in _KEPT and known.article is not None:
        outcome = _judge_change(known.article, article)
    elif carried is not None:
        outcome = Outcome.COPY
    elif not relevance.is_related and label is None:
        outcome = Outcome.OFF_TOPIC
    elif any(one.is_copy for one in kin):
        outcome = Outcome.COPY
    else:
        outcome = Outcome.ARTICLE
    return Judged(outcome=outcome, why=why, article=article, relevance=relevance, kin=kin)


def as_of_capture(judged: Judged, page: FetchedPage) -> Judged:
    """The verdict, which says so where the page is somebody else's capture of its address."""
    if page.capture is None:
        return judged
    said = f"{page.fetched_at:%Y-%m-%d %H:%M} UTC: {page.capture}"
    return replace(judged, why=f"{judged.why}{CAPTURED}{said}")


def capture_in(reason: str | None) -> str:
    """What a reason says behind itself of whose capture a page is; "": nothing."""
    _, mark, capture = (reason or "").partition(CAPTURED)
    return mark + capture


def stands_alone(judged: Judged, label: Label | None, *, was_related: bool = False) -> bool:
    """Whether a page is kept for its own sake.

    Args:
        judged: The verdict on it; a page that carries a seed needs no relevance.
        label: What a reader said of it, which stands against everything else.
        was_related: Whether an earlier wording of it was kept for its own sake.
    """
    if label is not None:
        return label.is_yes
    relevance = judged.relevance
    carries_seed = any(one.document < 0 and one.is_copy for one in judged.kin)
    return (relevance is not None and relevance.is_related) or carries_seed or was_related


def is_worth_storing(judged: Judged, label: Label | None) -> bool:
    """Whether a text may be kept.

    It is related, or so near that a related copy would vouch for it, or the topic learns from it.
    """
    if label is not None or judged.outcome != Outcome.OFF_TOPIC:
        return True
    relevance = judged.relevance
    if relevance is None:
        return False
    return ratio_of(relevance.score) >= _BORDERLINE_SHARE * ratio_of(relevance.threshold)


def _judge_change(before: Article, after: Article) -> Outcome:
    """Whether a known article says something else now, that a reader would call a change."""
    is_material = compare_wordings(before, after).is_material
    return Outcome.REVISION if is_material else Outcome.UNCHANGED


def explain(
    relevance: Relevance, seed_titles: Mapping[int, str], missing: Sequence[str] = ()
) -> str:
    """Why a text was kept or refused, as a sentence a person can check."""
    named = ", ".join(term.term for term in relevance.terms[:_SHOWN_TERMS])
    meant = _meant(relevance)
    if not relevance.is_related:
        shared = f"; all it shares with the topic: {named}" if named else "; it shares nothing"
        lacks = f"; it does not name {_either(missing)}" if missing else ""
        return (
            f"relevance {relevance.score:.2f}, below the cut {relevance.threshold:.2f}{meant}"
            f"{shared}{lacks}"
        )
    nearest = seed_titles.get(relevance.seed or 0)
    seed = f"; nearest seed: {nearest}" if nearest else ""
    passage = f"; most of it in “{_short(relevance.passage)}”" if relevance.passage else ""
    score = f"relevance {relevance.score:.2f} (cut {relevance.threshold:.2f}{meant})"
    return f"{score}: {named}{seed}{passage}"


def explain_translation(article: int | None, score: float, evidence: str) -> str:
    """What to say of a page off topic that may be a translation of an article, if it is likely.

    It is no part of a verdict, nor stored with it: the article may be found later than the page.
    """
    if article is None or score < _SURE_HINT:
        return ""
    return f"may be a translation of article {article} ({evidence})"


def _meant(relevance: Relevance) -> str:
    """What an encoder added to the score, or took from it."""
    if relevance.score_by_words is None:
        return ""
    gained = relevance.score - relevance.score_by_words
    return f"; {relevance.score_by_words:.2f} by its words, {gained:+z.2f} by its meaning"


def _either(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def _short(passage: str) -> str:
    """The start of a passage, cut between words."""
    line = " ".join(passage.split())
    if len(line) <= _PASSAGE_CHARS:
        return line
    return line[:_PASSAGE_CHARS].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"
