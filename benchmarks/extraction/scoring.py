"""The scores of an extractor on a set of pages.

Body: shingles of four words, the mean precision and the mean recall over the pages, and the F1 of
these two means (scrapinghub/article-extraction-benchmark). Title: exact but for case, quotes and
spaces. Date: the day. Authors: F1 over all names.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from benchmarks.dumps_eval import normal_title, precision_and_recall

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from benchmarks.extraction.saved import SavedPage

__all__ = ["FIGURES", "Figures", "Found", "page_f1"]

FIGURES = ("f1", "precision", "recall", "bad", "title", "date", "authors")
_BAD = 0.5  # F1 below which a page is lost
_WORD = re.compile(r"\w+")
_BY = re.compile(r"^(?:by|von|par|por|di|da|de|автор:?)\s+")
_NAMES_APART = re.compile(r";|,| and | und | & |\|")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What an extractor made of a page; all empty where it gave up."""

    text: str = ""
    title: str = ""
    date: str = ""  #: begins with YYYY-MM-DD
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Shares 0..1, but for `bad`; None: the set has no such marks."""

    precision: float
    recall: float
    bad: int  #: pages below an F1 of .5
    title: float | None
    date: float | None
    authors: float | None

    @property
    def f1(self) -> float:
        """Of mean precision and mean recall."""
        return _f1(self.precision, self.recall)

    @classmethod
    def of(cls, pages: Sequence[SavedPage], found: Sequence[Found]) -> Figures:
        """The figures of one extractor on one set."""
        pairs = list(zip(pages, found, strict=True))
        scores = [precision_and_recall(page.text, one.text) for page, one in pairs]
        titled = [(page.title, one.title) for page, one in pairs if page.title]
        dated = [one.date[:10] in page.dates for page, one in pairs if page.dates]
        return cls(
            precision=fmean([p for p, _ in scores if p is not None] or [0.0]),
            recall=fmean([r for _, r in scores]),
            bad=sum(_f1(p or 0.0, r) < _BAD for p, r in scores),
            title=_share(normal_title(right) == normal_title(got) for right, got in titled),
            date=_share(dated),
            authors=_authors((page.authors, one.authors) for page, one in pairs if page.authors),
        )


def page_f1(page: SavedPage, found: Found) -> float:
    """Of one page, 0..1."""
    precision, recall = precision_and_recall(page.text, found.text)
    return _f1(precision or 0.0, recall)


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision and recall else 0.0


def _share(right: Iterable[bool]) -> float | None:
    answers = list(right)
    return fmean(answers) if answers else None


def _authors(pairs: Iterable[tuple[Iterable[str], Iterable[str]]]) -> float | None:
    both = wrong = 0
    for right, got in pairs:
        wanted, named = set(_names(right)), set(_names(got))
        both += len(wanted & named)
        wrong += len(wanted ^ named)
    return 2 * both / (2 * both + wrong) if both + wrong else None


def _names(stated: Iterable[str]) -> Iterator[str]:
    for line in stated:
        for name in _NAMES_APART.split(line):
            plain = unicodedata.normalize("NFKC", html.unescape(name)).casefold().strip()
            if words := _WORD.findall(_BY.sub("", plain)):
                yield " ".join(words)
