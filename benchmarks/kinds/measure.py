"""What was found on each page, beside what it is."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from ingest.extract import read_page
from ingest.items import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from benchmarks.kinds.made import Case

__all__ = ["Figures", "Found", "digest_of", "judge_all", "matrix_lines", "measure"]

_NOW = datetime(2026, 12, 31, tzinfo=UTC)  # after every page
_WHOLE = frozenset({Kind.ARTICLE, Kind.LIVE})


class Found(NamedTuple):
    """What we say of a page."""

    kind: str
    detail: str


class Figures(NamedTuple):
    """Shares, 0..1."""

    precision: float  #: of the pages taken for articles, those that are
    recall: float  #: of the articles, those taken for such
    accuracy: float  #: of all pages, those whose kind is named right


def judge_all(cases: Iterable[Case]) -> list[Found]:
    """What we say of each page, read as a crawl reads it."""
    return [_judge(case) for case in cases]


def _judge(case: Case) -> Found:
    read = read_page(case.body, case.url, None, "text/html", now=_NOW, status=case.status)
    if read.article is not None:
        return Found(kind=read.article.kind, detail=f"{read.article.words} words")
    assert read.rejection is not None
    return Found(kind=read.rejection.reason, detail=read.rejection.detail)


def measure(cases: Sequence[Case], found: Sequence[Found]) -> Figures:
    """How often the kind is right; a live blog is an article, a stub is not."""
    pairs = [
        (case.kind in _WHOLE, one.kind in _WHOLE) for case, one in zip(cases, found, strict=True)
    ]
    hits = sum(is_one and is_said for is_one, is_said in pairs)
    right = sum(case.kind == one.kind for case, one in zip(cases, found, strict=True))
    return Figures(
        precision=hits / max(sum(said for _, said in pairs), 1),
        recall=hits / max(sum(is_one for is_one, _ in pairs), 1),
        accuracy=right / max(len(cases), 1),
    )


def matrix_lines(cases: Sequence[Case], found: Sequence[Found]) -> Iterator[str]:
    """The confusion matrix: what a page is, and what it was taken for."""
    counts = Counter((case.kind, one.kind) for case, one in zip(cases, found, strict=True))
    kinds = sorted({case.kind for case in cases})
    said = sorted({one.kind for one in found})
    yield f"{'is / taken for':15}" + "".join(f"{name[:8]:>9}" for name in said)
    for kind in kinds:
        yield f"{kind:15}" + "".join(f"{counts[kind, name] or '.':>9}" for name in said)


def digest_of(cases: Iterable[Case]) -> str:
    """Of pages and labels, whatever their order."""
    prints = sorted(
        hashlib.sha256(f"{case.kind}\0{case.url}\0{case.status}\0".encode() + case.body).hexdigest()
        for case in cases
    )
    return hashlib.sha256("".join(prints).encode()).hexdigest()[:16]
