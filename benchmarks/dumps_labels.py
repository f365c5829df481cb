"""Which lines of a dump are its article."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.dumps.lines import Line

__all__ = ["label_lines"]

_WORD = re.compile(r"\w+")


def label_lines(lines: Sequence[Line], text: str) -> list[bool | None]:
    """Whether each line is in the marked text; None: a copy of one that is.

    A line of few words counts only inside the densest stretch of long ones, since `Share` may
    well stand in an article too; of copies that of the stretch counts first.
    """
    marked = _WORD.findall(text)
    shingles = Counter(_fours(marked))
    joined = f" {' '.join(marked)} "
    shares = [_share(_WORD.findall(line.text), shingles, joined) for line in lines]
    start, end = _densest(lines, shares)
    seen: set[str] = set()
    labels: list[bool | None] = [False] * len(lines)
    outside = (at for at in range(len(lines)) if not start <= at < end)
    for at in (*range(start, end), *outside):
        share, key = shares[at], lines[at].text
        is_body = start <= at < end if share is None else share > 0.5
        if is_body:
            labels[at] = None if key in seen else True
            seen.add(key)
    return labels


def _share(words: list[str], shingles: Counter[tuple[str, ...]], joined: str) -> float | None:
    """Share of a line that is marked; None: too short to tell, but its words are there."""
    fours = _fours(words)
    if fours:
        return sum(four in shingles for four in fours) / len(fours)
    return None if words and f" {' '.join(words)} " in joined else 0.0


def _fours(words: list[str]) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + 4]) for at in range(len(words) - 3)]


def _densest(lines: Sequence[Line], shares: Sequence[float | None]) -> tuple[int, int]:
    best, bounds, total, start = 0.0, (0, 0), 0.0, 0
    for at, (line, share) in enumerate(zip(lines, shares, strict=True)):
        length = len(_WORD.findall(line.text))
        if total <= 0:
            total, start = 0.0, at
        if share is not None:
            total += length if share > 0.5 else -0.25 * min(length, 12)
        if total > best:
            best, bounds = total, (start, at + 1)
    return bounds
