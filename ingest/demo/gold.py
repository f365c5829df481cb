"""What each page of the demo web should end as, and how a crawl did against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ingest.items import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.items import Relation

__all__ = ["Gold", "GoldScore", "Miss", "score_gold"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """The right end of one page."""

    outcomes: frozenset[Outcome]  #: any of these is right
    note: str  #: what the page is, in a few words
    of: str | None = None  #: address or seed file that it copies or carries
    relation: Relation | None = None  #: how it stands to `of`
    variants: tuple[str, ...] = ()  #: other addresses of this very page: AMP, print, tracked …
    is_required: bool = True  #: False: a crawl may leave the address out of its ledger


class Miss(NamedTuple):
    """A page that ended wrong."""

    url: str
    expected: str  #: the right outcomes, `|` between them
    got: str  #: what the ledger says, `+` between several; `missing`: no trace of the page


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldScore:
    """How many of the pages ended right."""

    right: int
    wrong: tuple[Miss, ...]

    @property
    def share(self) -> float:
        """Pages that ended right, of those that count; 0..1."""
        return self.right / max(self.right + len(self.wrong), 1)


def score_gold(gold: Mapping[str, Gold], ledger: Mapping[str, Outcome]) -> GoldScore:
    """Compare a ledger with the gold, page by page.

    The addresses of one page (itself and its variants) count once: whichever of them the crawl
    keeps must have the right outcome, any other may be absent or a copy. Pages that are not
    required count only when they end wrong: a crawl that strays among lists gains nothing by it.
    """
    right, wrong = 0, []
    for url, expected in gold.items():
        seen = [ledger[name] for name in (url, *expected.variants) if name in ledger]
        if not seen:
            if expected.is_required:
                wrong.append(_miss(url, expected, "missing"))
        elif _is_right(seen, expected):
            right += expected.is_required
        else:
            wrong.append(_miss(url, expected, "+".join(seen)))
    return GoldScore(right=right, wrong=tuple(wrong))


def _is_right(seen: list[Outcome], expected: Gold) -> bool:
    # A variant that was never fetched, because its short link said nothing, is as good as absent.
    fetched = [outcome for outcome in seen if outcome is not Outcome.SKIPPED] or seen
    leaders = [outcome for outcome in fetched if outcome is not Outcome.COPY]
    if not leaders:
        return Outcome.COPY in expected.outcomes
    return len(set(leaders)) == 1 and leaders[0] in expected.outcomes and _may_lead(leaders)


def _may_lead(leaders: Sequence[Outcome]) -> bool:
    """Whether no text leads twice: two articles from one page are a missed copy."""
    return leaders[0] is not Outcome.ARTICLE or len(leaders) == 1


def _miss(url: str, expected: Gold, got: str) -> Miss:
    return Miss(url, "|".join(sorted(expected.outcomes)), got)
