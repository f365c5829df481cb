"""Which line is the headline: by the rare words the body says again, and by where it stands."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from ingest.dumps.lines import tickers
from ingest.dumps.looks import overlap, rarity
from ingest.dumps.rules import Rule
from ingest.dumps.weights import log_odds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.dumps.lines import Line
    from ingest.dumps.looks import Features, Sight

__all__ = ["candidates", "choose_title", "find_title", "likely_title", "title_features"]

_REACH = 3  # lines into the body where the headline may still stand
_REACH_ABOVE = 120  # lines above the body to look at
# Below, no line is a headline. Of dumps whose headline was taken out, 32 % are left without one
# (12 % with -4 throughout and weights of whole dumps alone); 80 % keep the right one, as before.
_LEAST_ODDS = -2.0
_LEAST_ODDS_TOLD = -4.5  # of a line that the body says again
_STORY, _STORY_ABOVE = 0.8, 0.35  # share of it that the body says; right above the body
_LEAST_TOLD = 0.2  # of what a headline tells, that the body tells too
_LEAST_SHARED = 0.1  # with the body, of what the best candidate shares
_LEAST_UNITS, _MOST_CHARS = 8, 250
_NEVER = frozenset([Rule.DATE, Rule.SYMBOLS, Rule.CONTACT, Rule.INTERFACE, Rule.COMMENT])
_LONGER_THAN = (20, 30, 40, 90, 120, 150)  # units
_FARTHER_THAN = (0, 1, 2, 5, 12, 30)  # lines from the body
_HEADLINE_UNITS = 30
_HELD_UNITS = 15  # a shorter line is held by another one by chance
_LEAD_LINES = 6
_NEAR = 5  # lines from the body
_SHORT_UNITS = 40


def likely_title(sight: Sight, body: Sequence[int]) -> int | None:
    """Index of the line that shares most rare words with these lines; the last of equal ones."""
    lines = sight.lines
    first = body[0] if body else 0
    found = Counter(term for at in body for term in lines[at].terms)
    best, best_score = None, 0.0
    for at in range(min(first + _REACH, len(lines))):
        line = lines[at]
        is_headline = _LEAST_UNITS <= len(line.text) <= _MOST_CHARS
        if not is_headline or line.rule not in {None, Rule.TEASER}:
            continue
        if at >= first and (sight.copies[line.key] == 1 or line.is_prose):
            continue  # inside the body, only a headline is said twice
        score = _shared(line, found, len(body)) + 0.3 * min(sight.copies[line.key] - 1, 2)
        score -= 0.03 * min(abs(first - at), 60)
        if score >= best_score and score > 0:
            best, best_score = at, score
    return best


def find_title(sight: Sight, chances: Sequence[float], body: Sequence[int]) -> int | None:
    """Index of the headline of this body; the last of equal ones; None: no line looks like it."""
    listed = candidates(sight, body)
    seen = title_features(sight, chances, body, listed)
    return choose_title([log_odds("title", one) for one in seen], seen, listed)


def choose_title(
    odds: Sequence[float], seen: Sequence[Features], listed: Sequence[int]
) -> int | None:
    """The likeliest of these lines, of those that share words with the body if any does."""
    shares = any(one["shared"] for one in seen)
    found = [
        (value, at)
        for value, one, at in zip(odds, seen, listed, strict=True)
        if not shares or (one["shared to best"] >= _LEAST_SHARED and one["story"] >= _LEAST_TOLD)
    ]
    at = max(found, default=(0.0, None))[1]
    if at is None:
        return None
    chosen = listed.index(at)
    return at if odds[chosen] > _least_odds(seen[chosen]) else None


def _least_odds(one: Features) -> float:
    """From where a line is the headline: the more the body agrees with it, the lower."""
    is_above = not one["in body"] and "farther 2" not in one
    least_story = _STORY_ABOVE if is_above else _STORY
    return _LEAST_ODDS_TOLD if one["story"] >= least_story else _LEAST_ODDS


def candidates(sight: Sight, body: Sequence[int]) -> list[int]:
    """Indices of the lines that may be the headline of this body."""
    first, in_ticker = body[0] if body else 0, tickers(sight.lines)
    stop = min(first + _REACH + 1, len(sight.lines))
    return [
        at
        for at in range(max(0, first - _REACH_ABOVE), stop)
        if not (at in in_ticker and first - at > _NEAR)
        and sight.lines[at].rule not in _NEVER
        and sight.lines[at].units >= _LEAST_UNITS
        and len(sight.lines[at].text) <= _MOST_CHARS
    ]


def title_features(
    sight: Sight, chances: Sequence[float], body: Sequence[int], listed: Sequence[int]
) -> list[Features]:
    """What the scorer sees of each of these lines."""
    lines = sight.lines
    first, likely = body[0] if body else 0, likely_title(sight, body)
    inside, lead = frozenset(body), frozenset(body[:_LEAD_LINES])
    told = Counter(term for at in body for term in lines[at].terms)
    opened = Counter(term for at in sorted(lead) for term in lines[at].terms)
    prose = "\n".join(lines[at].key for at in body if lines[at].is_prose)
    shared = [_shared(lines[at], told, len(body)) for at in listed]
    most = max(shared, default=0.0) or 1.0
    keys = {lines[at].key for at, score in zip(listed, shared, strict=True) if score > most / 2}
    found = []
    for at, score in zip(listed, shared, strict=True):
        line = lines[at]
        seen = _of_title(line, sight) | _around_title(lines, at)
        seen |= _to_body(first - at)
        seen |= {
            "shared": min(score, 4) / 4,
            "shared to best": score / most,
            "shares most": float(score == most),
            "likely": float(at == likely),
            "shares most alone": float(score == most and len(keys) == 1),
            "shares most near": float(score == most and first - at <= _NEAR),
            "shares most short": float(score == most and line.units <= _SHORT_UNITS),
            "story": overlap(line.terms, told, 1 + (at in inside)),
            "lead": overlap(line.terms, opened, 1 + (at in lead)),
            "held by prose": float(line.units > _HELD_UNITS and line.key in prose),
            "chance": chances[at],
            "first line": float(at == 0),
            "first lines": float(at < 3),  # noqa: PLR2004
        }
        found.append(seen)
    return found


def _of_title(line: Line, sight: Sight) -> Features:
    text = line.text
    parts = text.split()
    upper = sum(part[:1].isupper() for part in parts)
    lower = sum(part[:1].islower() for part in parts)
    seen = {f"longer {least}": 1.0 for least in _LONGER_THAN if line.units > least}
    return (
        seen
        | {
            "length": min(line.units, 60) / 60,
            "copies": float(sight.copies[line.key] > 1),
            "many copies": float(sight.copies[line.key] > 2),  # noqa: PLR2004
            "starts another": float(_starts_another(line, sight)),
            "stop": float(line.has_stop),
            "question": float(text.endswith(("?", "!", "？", "؟"))),
            "parts": float(" | " in text or " - " in text[-40:]),
            "colon": float(text.endswith(":")),
            "capitals": upper / (upper + lower) if upper + lower else 0.5,
            "bullet": float(line.is_item),
            "lower start": float(text[0].islower()),
            "digits": sum(char.isdigit() for char in text) / len(text),
            "quote": float(text[0] in "\"'“«‘„「"),
            "ruled": float(line.rule is not None),
        }
    )


def _starts_another(line: Line, sight: Sight) -> bool:
    """Whether another line says the same and more, as `Headline | Outlet` does."""
    return any(key != line.key and key.startswith(line.key) for key in sight.copies)


def _to_body(distance: int) -> Features:
    seen = {f"farther {least}": 1.0 for least in _FARTHER_THAN if distance > least}
    return seen | {
        "in body": float(distance <= 0),
        "below first": float(distance < 0),
        "far": math.log1p(max(distance, 0)) / 5,
    }


def _around_title(lines: Sequence[Line], at: int) -> Features:
    below, above = lines[at + 1 : at + 5], lines[max(0, at - 3) : at]
    return {
        "date below": float(any(line.rule is Rule.DATE for line in below)),
        "byline below": float(any(line.rule is Rule.BYLINE for line in below)),
        "stamp below": float(bool(below) and below[0].rule in {Rule.DATE, Rule.BYLINE}),
        "date above": float(any(line.rule is Rule.DATE for line in above)),
        "prose below": float(bool(below) and below[0].is_prose),
        "prose above": float(any(line.is_prose for line in above)),
        "headline above": float(_is_headline(above[-1:])),
        "headline below": float(_is_headline(below[:1])),
        "bullet above": float(any(line.is_item for line in above[-1:])),
    }


def _is_headline(one: Sequence[Line]) -> bool:
    return any(line.units >= _HEADLINE_UNITS and not line.has_stop for line in one)


def _shared(line: Line, found: Counter[str], lines: int) -> float:
    """How much of what a line says the body says too, rare words counting more."""
    rare = {term: rarity(term) for term in line.terms}
    total = sum(rare.values())
    if not total:
        return 0.0
    shared = sum(
        value * (0.5 + 0.5 * min(1.0, 3 * found[term] / max(lines, 1)))
        for term, value in rare.items()
        if found[term]
    )
    score = shared / total * math.sqrt(shared)
    return score * 0.5 if line.has_stop and not line.text.endswith(("?", "!")) else score
