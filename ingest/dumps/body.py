"""Which lines are the body: the scorers asked in turn, and the best stretch of what they say."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from ingest.dumps.gaps import blocks_of, gaps
from ingest.dumps.lines import is_short, tickers
from ingest.dumps.looks import Sight, heft, looks
from ingest.dumps.places import Guess, places
from ingest.dumps.rules import Rule, is_row
from ingest.dumps.titles import likely_title
from ingest.dumps.weights import chance, log_odds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ingest.dumps.gaps import Block
    from ingest.dumps.lines import Line
from ingest.dumps.looks import Features

__all__ = ["Stretch", "find_body", "first_guess", "lean", "seen_places"]

_MOST_ODDS = 4.0  # no single line decides
_GUESS_SHIFT = 0.5  # towards the body, where a line alone tells little
_SHIFT = 0.5
LEAST_BLOCK = 0.4  # chance from which a line holds a block together
LEAST_LINE = 0.36  # chance from which a line of the stretch stays
_BARRIERS = frozenset([Rule.COMMENT, Rule.END])
_MOST_SIGNS = 3  # of a page, in a text taken whole
_MENU_LINES = 4  # so many lines together that end in nothing are a menu
_SURELY_NOT = -12.0  # log-odds of a line that is part of a ticker
_GAP_WORTH = 2.5  # weight of a gap's log-odds, in long lines


@dataclass(frozen=True, slots=True)
class Stretch:
    """The body: lines `start` to `end`, and the chance of each line of the dump."""

    start: int
    end: int
    chances: Sequence[float]
    is_alone: bool = False  #: whether no page stood around the article

    def keeps(self, at: int) -> bool:
        """Whether the line at this index belongs to the body."""
        return self.start <= at < self.end and self.chances[at] >= LEAST_LINE


def find_body(lines: Sequence[Line]) -> Stretch:
    """The body of a dump; an empty stretch where there is none."""
    if not lines:
        return Stretch(0, 0, ())
    if (end := _end_of_lone_article(lines)) is not None:
        return Stretch(0, end, [float(at < end) for at in range(len(lines))], is_alone=True)
    sight = Sight.of(lines)
    seen = looks(sight)
    odds = [log_odds("look", one) for one in seen]
    in_ticker = tickers(lines)
    placed = [
        _SURELY_NOT if at in in_ticker else log_odds("place", one)
        for at, one in enumerate(seen_places(sight, seen, odds))
    ]
    chances = [chance(one) for one in placed]
    blocks = blocks_of(chances, LEAST_BLOCK)
    bonds = [log_odds("gap", one) for one in gaps(sight, chances, blocks)]
    start, end = best_stretch(sight, placed, blocks, bonds)
    longest = max(range(len(lines)), key=lambda at: (_prose_units(lines[at]), -at), default=0)
    if not start <= longest < end and _outweighs(lines, longest, range(start, end), chances):
        start, end, chances = _around(lines, longest)
    return Stretch(start, end, chances)


def _is_paragraph(line: Line) -> bool:
    return line.is_prose and line.has_stop and line.rule is None


def _prose_units(line: Line) -> int:
    return line.units if line.is_prose else 0


def _outweighs(
    lines: Sequence[Line], at: int, stretch: Iterable[int], chances: Sequence[float]
) -> bool:
    """Whether one paragraph is longer than all that was taken for the body.

    That is an article saved without its line ends, among remarks that each have a line: the
    scorers learned from pages, where articles have many lines.
    """
    kept = sum(lines[one].units for one in stretch if chances[one] >= LEAST_LINE)
    return _prose_units(lines[at]) > kept


def _around(lines: Sequence[Line], at: int) -> tuple[int, int, list[float]]:
    """A paragraph and the paragraphs next to it."""
    start, end = at, at + 1
    while start and _is_paragraph(lines[start - 1]):
        start -= 1
    while end < len(lines) and _is_paragraph(lines[end]):
        end += 1
    return start, end, [float(start <= one < end) for one in range(len(lines))]


def _end_of_lone_article(lines: Sequence[Line]) -> int | None:
    """Where an article ends that came with next to nothing of its page; None: a page is there.

    The scorers learned from whole pages and would take the first line of a clean text for a menu.
    Of 591 marked articles 467 have so few signs of a page, of their 591 pages 1.
    """
    end = len(lines)
    has_prose = False
    for at, line in enumerate(lines):
        has_prose = has_prose or line.is_prose
        if has_prose and line.rule in _BARRIERS:
            end = at
            break
    signs = sum(line.rule is not None for line in lines[:end])
    for is_menu, run in groupby(lines[:end], key=_is_of_menu):
        length = len(list(run))
        signs += length if is_menu and length >= _MENU_LINES else 0
    prose = [line.units if line.is_prose else 0 for line in lines]
    is_most = sum(prose[:end]) * 2 > sum(prose)
    return end if is_most and signs <= _MOST_SIGNS else None


def _is_of_menu(line: Line) -> bool:
    return is_short(line) and not is_row(line.text)


def seen_places(sight: Sight, seen: Sequence[Features], odds: Sequence[float]) -> list[Features]:
    """What the second scorer sees: the looks again, and the places by the odds of the first."""
    start, end = first_guess(sight, odds)
    body = [at for at in range(start, end) if odds[at] > 0]
    guess = Guess(
        leanings=[lean(one) for one in odds],
        start=start,
        end=end,
        title=likely_title(sight, body),
    )
    return [look | place for look, place in zip(seen, places(sight, guess), strict=True)]


def lean(odds: float) -> float:
    """Log-odds as a leaning, -1..1."""
    return max(-1.0, min(1.0, odds / _MOST_ODDS))


def first_guess(sight: Sight, odds: Sequence[float]) -> Block:
    """Bounds of the contiguous lines of greatest weight (Kadane's scan); the first of equals."""
    best, bounds = 0.0, (0, 0)
    total, start = 0.0, 0
    for at, (line, one) in enumerate(zip(sight.lines, odds, strict=True)):
        if total <= 0:
            total, start = 0.0, at
        total += (lean(one) * _MOST_ODDS + _GUESS_SHIFT) * heft(line)
        if total > best:
            best, bounds = total, (start, at + 1)
    return bounds


def best_stretch(
    sight: Sight, odds: Sequence[float], blocks: Sequence[Block], bonds: Sequence[float]
) -> Block:
    """Bounds of the neighbouring blocks of greatest weight, less what the gaps between cost."""
    best, bounds = 0.0, (0, 0)
    total, first = 0.0, 0
    for number, block in enumerate(blocks):
        if number:
            total += _GAP_WORTH * min(bonds[number - 1], 0.0)
        if total <= 0:
            total, first = 0.0, number
        total += sum(
            (lean(odds[at]) * _MOST_ODDS + _SHIFT) * heft(sight.lines[at]) for at in range(*block)
        )
        if total > best:
            best, bounds = total, (blocks[first][0], block[1])
    return bounds
