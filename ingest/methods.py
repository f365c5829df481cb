"""How a corpus came to be, in the words of a methods section; every figure is of the corpus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Figures", "methods_text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a methods section tells; times are ISO 8601 UTC text."""

    version: str  #: of Seedbed
    seeds: int
    sources: int
    outlets: int
    addresses: int  #: ever considered
    outcomes: Mapping[str, int]  #: addresses, by where they stand
    articles: int
    copies: int
    revisions: int
    runs: int
    first_run: str | None
    last_found: str | None
    first_published: str | None
    last_published: str | None
    cut: float | None  #: lowest relevance of an article, 0..1; None: there is none
    languages: Mapping[str, int]  #: articles; `?`: not recognised
    completeness: Mapping[str, Any]  #: as `ingest.coverage.completeness_row` has it


def methods_text(told: Figures) -> str:
    """Two paragraphs, as plain text, one a line."""
    return f"{_how(told)}\n{_what(told)}\n"


def _how(told: Figures) -> str:
    began = f" from {told.first_run[:10]}" if told.first_run else ""
    ended = f" to {told.last_found[:10]}" if told.last_found else ""
    return (
        f"The corpus was collected with Seedbed {told.version}{began}{ended} (UTC), in "
        f"{_count(told.runs, 'run')}, starting from {_count(told.seeds, 'seed document')}. "
        f"{_count(told.sources, 'source')} (feeds, sitemaps, sites, searches) named "
        f"{_count(told.addresses, 'address', 'addresses')}, of which each has one outcome: "
        f"{_listed(told.outcomes) or 'none yet'}. A text was kept where its relevance to the "
        f"topic of the seed set, a calibrated score from 0 to 1, reached the cut"
        f"{_lowest(told)}; texts that share words were compared by winnowed shingles of five "
        "words, and a page that carries the text of another, whole or in part, was recorded as a "
        "copy of the earliest one."
    )


def _lowest(told: Figures) -> str:
    return f" (the lowest score kept is {told.cut:.2f})" if told.cut is not None else ""


def _what(told: Figures) -> str:
    if not told.articles:
        return "It holds no article yet."
    span = ""
    if told.first_published and told.last_published:
        span = f", published from {told.first_published[:10]} to {told.last_published[:10]}"
    return (
        f"It holds {_count(told.articles, 'article')} of "
        f"{_count(told.outlets, 'outlet')}{span}, {_count(told.copies, 'copy', 'copies')} and "
        f"{_count(told.revisions, 'earlier wording')}; by language: {_listed(told.languages)}. "
        f"{_complete(told.completeness)}"
    )


def _complete(told: Mapping[str, Any]) -> str:
    if told["estimated"] is None:
        return f"How complete it is cannot be told: {told['lacks']}."
    return (
        f"By capture and recapture over independent routes ({_listed(told['routes'])}) there are "
        f"about {round(told['estimated']):,} such texts (95% interval {told['low']:,} to "
        f"{told['high']:,}), of which {told['found']:,} were found; texts that no route can "
        "reach are not in that figure."
    )


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _listed(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{name} {count:,}" for name, count in ordered)
