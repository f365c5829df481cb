"""What the scorers see of the place where a line stands: its neighbours, its distance to the rest.

A place is told from a first guess at the body, so that a paragraph among comments and a paragraph
of the article, which look alike, differ.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.dumps.looks import heft, overlap
from ingest.dumps.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.dumps.lines import Line
    from ingest.dumps.looks import Features, Sight

__all__ = ["Guess", "places"]

_STEPS = (-3, -2, -1, 1, 2, 3)
_NEXT, _NEAR = 1, 2  # steps: how far the finer features look
_KEEPS = {0.5: 6.0, 0.8: 12.0, 0.95: 30.0}  # how fast prose fades with distance; the most it counts
_LEAD_LINES = 8
_PROSE_UNITS, _LONG_UNITS, _MASS_UNITS = 50, 60, 600
_UNSTOPPED_SHARE = 0.15  # of the mass, for a line that ends unlike a sentence
_WITH_PROSE = frozenset([None, Rule.CREDIT, Rule.SOCIAL, Rule.PROMOTION])
_BARRIERS = (Rule.COMMENT, Rule.END, Rule.CONTACT, Rule.PROMOTION, Rule.DATE, Rule.BYLINE)
_BARRIER_MASS = 5.0  # prose above a barrier, for it to end something
_NAME_WORDS = range(2, 5)
_NAME_UNITS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A first guess at the article."""

    leanings: Sequence[float]  #: how much each line looks like an article, -1..1
    start: int
    end: int
    title: int | None  #: index of what may be the headline; None: none was found

    @property
    def body(self) -> list[int]:
        """Indices of the lines inside that lean to an article."""
        return [at for at in range(self.start, self.end) if self.leanings[at] > 0]


def places(sight: Sight, guess: Guess) -> list[Features]:
    """Where each line stands."""
    lines = sight.lines
    mass = [_prose_mass(line) for line in lines]
    columns = [
        _to_guess(lines, guess, mass),
        _prose_around(lines, mass),
        _leanings_around(lines, guess),
        _story_around(lines, guess, mass),
        [_beside(lines, at) for at in range(len(lines))],
        _after_barriers(lines, mass),
    ]
    return [
        {name: value for seen in row for name, value in seen.items() if value}
        for row in zip(*columns, strict=True)
    ]


def _to_guess(lines: Sequence[Line], guess: Guess, mass: Sequence[float]) -> list[Features]:
    """How each line lies to the guessed body and headline."""
    start, end = guess.start, guess.end
    anchor = start if guess.title is None else guess.title
    authors = _authors(lines)
    since, found = 0.0, []
    for at, line in enumerate(lines):
        found.append(
            {
                "in guess": float(start <= at < end),
                "before guess": float(at < start),
                "from start": _clip((at - start) / 10, 2),
                "to end": _clip((end - at) / 10, 2),
                "depth": _clip((at - start) / max(end - start, 1), 2),
                "before title": float(at < anchor),
                "no title": float(guess.title is None),
                "at title": float(at == anchor),
                "from title": _clip((at - anchor) / 10, 3),
                "prose since title": min(since, 20) / 20,
                "first prose": float(at > anchor and since < 1),
                "author": float(at > start and line.key.startswith(authors)),
            }
        )
        since += mass[at] if at >= anchor else 0.0
    return found


def _prose_around(lines: Sequence[Line], mass: Sequence[float]) -> list[Features]:
    """How much running text is near, each paragraph told once."""
    told: set[str] = set()
    once = []
    for line, amount in zip(lines, mass, strict=True):
        once.append(0.0 if line.key in told else amount)
        if amount:
            told.add(line.key)
    near = {keep: _around(once, keep) for keep in _KEEPS}
    shorts = _around([float(not amount) for amount in mass], 0.6)
    total, so_far, found = sum(once) or 1.0, 0.0, []
    for at in range(len(lines)):
        seen = {"short above": shorts[at][0] / 2.5, "short below": shorts[at][1] / 2.5}
        for keep, most in _KEEPS.items():
            above, below = (min(amount, most) / most for amount in near[keep][at])
            seen[f"prose above {keep}"], seen[f"prose below {keep}"] = above, below
            seen[f"prose around {keep}"] = min(above, below)
        seen["prose so far"] = so_far / total
        seen["no prose yet"] = float(so_far < 0.001 * total)
        seen["no prose left"] = float(so_far > 0.999 * total)
        so_far += once[at]
        found.append(seen)
    return found


def _leanings_around(lines: Sequence[Line], guess: Guess) -> list[Features]:
    leanings = guess.leanings
    weighed = [lean * heft(line) for lean, line in zip(leanings, lines, strict=True)]
    near = {keep: _around(weighed, keep) for keep in (0.7, 0.9)}
    found = []
    for at in range(len(lines)):
        seen = {"lean": leanings[at]}
        for step in _STEPS:
            is_there = 0 <= at + step < len(lines)
            seen[f"lean {step:+}"] = leanings[at + step] if is_there else -1.0
        for keep, sums in near.items():
            seen[f"lean above {keep}"], seen[f"lean below {keep}"] = sums[at]
        found.append(seen)
    return found


def _story_around(lines: Sequence[Line], guess: Guess, mass: Sequence[float]) -> list[Features]:
    """How much each line and its surroundings share with the words of the guessed body."""
    body, lead = frozenset(guess.body), frozenset(guess.body[:_LEAD_LINES])
    told = Counter(term for at in sorted(body) for term in lines[at].terms)
    opened = Counter(term for at in sorted(lead) for term in lines[at].terms)
    story = [overlap(line.terms, told, 1 + (at in body)) for at, line in enumerate(lines)]
    shared = [share * amount for share, amount in zip(story, mass, strict=True)]
    near = {keep: (_around(shared, keep), _around(mass, keep)) for keep in (0.7, 0.9)}
    found = []
    for at, line in enumerate(lines):
        seen = {"story": story[at], "lead": overlap(line.terms, opened, 1 + (at in lead))}
        for step in _STEPS:
            if abs(step) <= _NEAR and 0 <= at + step < len(lines):
                seen[f"story {step:+}"] = story[at + step]
        for keep, (told_near, mass_near) in near.items():
            for side, telling, amount in zip(
                ("above", "below"), told_near[at], mass_near[at], strict=True
            ):
                seen[f"story {side} {keep}"] = telling / amount if amount > 0.05 else 0.3  # noqa: PLR2004
        found.append(seen)
    return found


def _beside(lines: Sequence[Line], at: int) -> Features:
    """What the lines right above and below say of themselves."""
    seen: Features = {}
    for step in (-_NEXT, _NEXT):
        if 0 <= at + step < len(lines):
            line = lines[at + step]
            if line.rule is not None:
                seen[f"{step:+} is {line.rule}"] = 1.0
            seen[f"{step:+} bullet"] = float(line.is_item)
            seen[f"{step:+} stop"] = float(line.has_stop and line.units > _LONG_UNITS)
    return seen


def _after_barriers(lines: Sequence[Line], mass: Sequence[float]) -> list[Features]:
    """Which lines that end an article stand above, below some running text."""
    above, passed, found = 0.0, set[Rule](), []
    for line, amount in zip(lines, mass, strict=True):
        found.append({f"after {rule}": 1.0 for rule in _BARRIERS if rule in passed})
        if line.rule in _BARRIERS and above > _BARRIER_MASS:
            passed.add(line.rule)
        above += amount
    return found


def _prose_mass(line: Line) -> float:
    """Running text in a line, in hundreds of letters."""
    if line.rule not in _WITH_PROSE or line.units < _PROSE_UNITS:
        return 0.0
    return min(line.units, _MASS_UNITS) / 100 * (1.0 if line.has_stop else _UNSTOPPED_SHARE)


def _around(values: Sequence[float], keep: float) -> list[tuple[float, float]]:
    """For each place the fading sums of the values above and below it."""
    above = _fading(values, keep)
    below = _fading(values[::-1], keep)[::-1]
    return list(zip(above, below, strict=True))


def _fading(values: Sequence[float], keep: float) -> list[float]:
    sums, total = [], 0.0
    for value in values:
        sums.append(total)
        total = total * keep + value
    return sums


def _authors(lines: Sequence[Line]) -> tuple[str, ...]:
    """Names that stand alone on a line, as in a byline: two to four capitalised words."""
    names = []
    for line in lines:
        parts = line.text.removeprefix("By ").split()
        is_name = len(parts) in _NAME_WORDS and all(part[0].isupper() for part in parts)
        if is_name and line.units < _NAME_UNITS and not line.has_stop:
            names.append(" ".join(parts).casefold() + " ")
    return tuple(names)


def _clip(value: float, most: float) -> float:
    return max(-most, min(most, value))
