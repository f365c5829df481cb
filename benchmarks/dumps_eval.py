"""The dumps that cleaning is measured on, and the score: 4-word shingles, as page extractors have.

The evaluation folder lies beside the project and is no part of it; without it there is nothing to
measure.
"""

from __future__ import annotations

import gzip
import html
import json
import re
import statistics
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "DUMPS",
    "Dump",
    "Score",
    "is_right_title",
    "normal_title",
    "precision_and_recall",
    "read_dumps",
]

DUMPS = Path(__file__).parents[1].parent / "shared" / "eval" / "seeds_like" / "dumps.jsonl.gz"

_WORD = re.compile(r"\w+")
_SHINGLE = 4
_LIKE = 0.8  # word F1 from which a headline is the right one
_QUOTES = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-"}
    | {"‑": "-", "\xa0": " ", "\u200b": "", "\u00ad": "", "…": "..."}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """A page as plain text, and what a person marked as its article."""

    site: str
    dump: str
    text: str
    title: str | None  #: None: not marked


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Means over the dumps, 0..1; F1 is that of the means."""

    precision: float
    recall: float
    title: float

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @classmethod
    def of(cls, dumps: Iterable[Dump], found: Iterable[tuple[str | None, str]]) -> Score:
        """The score of headlines and texts found in these dumps."""
        precisions, recalls, titles = [], [], []
        for dump, (title, text) in zip(dumps, found, strict=True):
            precision, recall = precision_and_recall(dump.text, text)
            recalls.append(recall)
            if precision is not None:
                precisions.append(precision)
            if dump.title:
                titles.append(is_right_title(dump.title, title))
        return cls(
            precision=statistics.mean(precisions or [0.0]),
            recall=statistics.mean(recalls or [0.0]),
            title=statistics.mean(titles or [0.0]),
        )


def read_dumps() -> list[Dump]:
    """All dumps of the evaluation folder, in its order."""
    with gzip.open(DUMPS, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Dump(site=row["site"], dump=row["dump"], text=row["text"], title=row.get("title"))
        for row in rows
    ]


def precision_and_recall(marked: str, found: str) -> tuple[float | None, float]:
    """Shares of shingles, 0..1; precision is None where nothing was found."""
    right, got = _shingles(marked), _shingles(found)
    both = (right & got).total()
    precision = both / got.total() if got else None
    return precision, both / right.total() if right else 0.0


def is_right_title(marked: str, found: str | None) -> bool:
    """Whether a headline is the marked one, or says nearly all of it and little else."""
    right, got = normal_title(marked), normal_title(found or "")
    if not right or not got:
        return False
    words, others = Counter(_WORD.findall(right)), Counter(_WORD.findall(got))
    like = 2 * (words & others).total() / max(words.total() + others.total(), 1)
    return right == got or like >= _LIKE


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    found = (tuple(words[at : at + _SHINGLE]) for at in range(max(1, len(words) - _SHINGLE + 1)))
    return Counter(shingle for shingle in found if shingle)


def normal_title(title: str) -> str:
    """A headline without what spelling decides: case, quotes, dashes, spaces."""
    plain = html.unescape(html.unescape(title)).translate(_QUOTES)
    return " ".join(unicodedata.normalize("NFKC", plain).split()).strip("\"'").casefold()
