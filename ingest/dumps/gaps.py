"""What the scorers see of a gap: the lines between two blocks that both look like an article.

An advertisement between two paragraphs and the end of one article before the next look alike line
by line; they differ in what stands on either side.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from ingest.dumps.looks import overlap, rarity
from ingest.dumps.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.dumps.lines import Line
    from ingest.dumps.looks import Features, Sight

__all__ = ["Block", "blocks_of", "gaps"]

Block = tuple[int, int]  #: bounds in the lines

_TOLD = (
    Rule.COMMENT, Rule.END, Rule.CONTACT, Rule.TEASER, Rule.INTERFACE, Rule.DATE, Rule.BYLINE,
    Rule.PROMOTION, Rule.CREDIT, Rule.APPEAL, Rule.SOCIAL, Rule.SYMBOLS,
)  # fmt: skip
_ABOVE_LINES, _BELOW_LINES = 30, 6  # how far to look for words in common
_HEAD_LINES = 8  # above the first block: where an article has its date, author and buttons
_MASS_UNITS = 600
_KEY_TIMES = 3
_DIGITS = re.compile(r"\d+")


def blocks_of(chances: Sequence[float], least: float) -> list[Block]:
    """The runs of lines that are likely enough part of an article."""
    blocks, start = [], None
    for at, chance in enumerate([*chances, 0.0]):
        if chance >= least:
            start = at if start is None else start
        elif start is not None:
            blocks.append((start, at))
            start = None
    return blocks


def gaps(sight: Sight, chances: Sequence[float], blocks: Sequence[Block]) -> list[Features]:
    """Each gap between two neighbouring blocks."""
    lines = sight.lines
    mass = [
        sum(min(lines[at].units, _MASS_UNITS) / 100 * chances[at] for at in range(*block))
        for block in blocks
    ]
    likely = [at for block in blocks for at in range(*block)]
    first = max(range(len(blocks)), key=lambda one: mass[one], default=0)
    head = (
        _shapes(lines[max(0, blocks[first][0] - _HEAD_LINES) : blocks[first][0]])
        if blocks
        else set()
    )
    found = []
    for number, (above, below) in enumerate(pairwise(blocks), start=1):
        between = lines[above[1] : below[0]]
        seen = _of_lines(between, sight)
        seen |= _of_blocks(lines, chances, above, below)
        seen |= _of_words(lines, likely, above, below, between)
        seen |= _of_mass(mass, number)
        shapes = _shapes(between)
        seen["like the head"] = min(len(shapes & head), 3) / 3
        seen["chance"] = sum(chances[above[1] : below[0]]) / len(between)
        found.append(seen)
    return found


def _of_lines(between: Sequence[Line], sight: Sight) -> Features:
    count = len(between)
    seen = {f"lines {least}": float(count >= least) for least in (2, 3, 5, 10, 30)}
    seen |= {f"has {rule}": float(any(line.rule is rule for line in between)) for rule in _TOLD}
    seen |= {
        "log lines": math.log(count) / 4,
        "unmarked": sum(line.rule is None for line in between) / count,
        "copies": sum(sight.copies[line.key] > 1 for line in between) / count,
        "many copies": float(any(sight.copies[line.key] > 2 for line in between)),  # noqa: PLR2004
        "longest": min(max(line.units for line in between), 200) / 200,
        "headline": float(any(_is_headline(line, 30) for line in between)),
        "bullets": sum(line.is_item for line in between) / count,
    }
    return seen


def _of_mass(mass: Sequence[float], number: int) -> Features:
    above, below = math.log1p(mass[number - 1]) / 4, math.log1p(mass[number]) / 4
    before, after = sum(mass[:number]), sum(mass[number:])
    return {
        "block above": above,
        "block below": below,
        "both blocks": min(above, below),
        "all above": math.log1p(before) / 5,
        "all below": math.log1p(after) / 5,
        "share above": before / ((before + after) or 1.0),
    }


def _of_blocks(
    lines: Sequence[Line], chances: Sequence[float], above: Block, below: Block
) -> Features:
    last, first = lines[above[1] - 1], lines[below[0]]
    length = {side: _mean_length(lines, block) for side, block in (("a", above), ("b", below))}
    return {
        "one line above": float(above[1] - above[0] == 1),
        "one line below": float(below[1] - below[0] == 1),
        "stop above": float(last.has_stop),
        "stop below": float(first.has_stop),
        "first length": min(first.units, 400) / 400,
        "bullet above": float(last.is_item),
        "bullet below": float(first.is_item),
        "lower below": float(first.text[0].islower()),
        "stops above": _share_stopped(lines, above),
        "stops below": _share_stopped(lines, below),
        "likely above": sum(chances[slice(*above)]) / (above[1] - above[0]),
        "likely below": sum(chances[slice(*below)]) / (below[1] - below[0]),
        "lengths": min(length["b"] / (length["a"] + 5), 3) / 3,
    }


def _of_words(
    lines: Sequence[Line],
    likely: Sequence[int],
    above: Block,
    below: Block,
    between: Sequence[Line],
) -> Features:
    """What the text below has in common with the text above, and which of them a headline fits."""
    upper = [at for at in likely if at < above[1]][-_ABOVE_LINES:]
    lower = [at for at in likely if at >= below[0]][:_BELOW_LINES]
    told = Counter(term for at in upper for term in lines[at].terms)
    tells = Counter(term for at in lower for term in lines[at].terms)
    keys = [term for term, times in told.items() if times >= _KEY_TIMES and rarity(term) > 1.5]  # noqa: PLR2004
    again = {term: min(times, 3) for term, times in told.items() if times > 1}
    weight = math.fsum(rarity(term) * times for term, times in again.items())
    fit_above = fit_below = 0.0
    for line in between:
        if _is_headline(line, 20):
            with_above, with_below = overlap(line.terms, told), overlap(line.terms, tells)
            fit_below = max(fit_below, with_below - with_above)
            fit_above = max(fit_above, with_above)
    cohesion = overlap(tells, told)
    return {
        "cohesion": cohesion,
        "cohesion long": cohesion * min(1.0, len(lower) / _BELOW_LINES),
        "kept words": math.fsum(rarity(t) * n for t, n in again.items() if t in tells)
        / (weight or 1),
        "kept keys": sum(term in tells for term in keys) / len(keys) if keys else 0.5,
        "fits above": fit_above,
        "fits below": fit_below,
    }


def _is_headline(line: Line, least: int) -> bool:
    return line.units >= least and not line.has_stop and line.rule in {None, Rule.TEASER}


def _shapes(lines: Sequence[Line]) -> set[str]:
    """Lines with every number alike: what recurs above each article of a page of several."""
    return {_DIGITS.sub("0", line.key) for line in lines if line.key}


def _mean_length(lines: Sequence[Line], block: Block) -> float:
    return sum(min(lines[at].units, 500) for at in range(*block)) / (block[1] - block[0])


def _share_stopped(lines: Sequence[Line], block: Block) -> float:
    return sum(lines[at].has_stop for at in range(*block)) / (block[1] - block[0])
