"""Whether a source that answers should have named something new by now; pure.

Time is cut into days that end when the source was last heard, so that days seven apart cover the
same hours of the week: a night is no silence, and a weekend is compared with weekends. Of each day
it is asked only whether the source brought an address never seen before. The chance of a silence is
the product of the chances of its days, as the source's own history tells them. The alarm is raised
where a source would be silent as long less than once in two years, and never was nearly as long.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from heapq import nlargest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

__all__ = [
    "FALSE_ALARMS_PER_YEAR",
    "HISTORY_DAYS",
    "Heard",
    "Silence",
    "find_silences",
    "is_silent",
]

#: Of one source, where its days are independent and well known; measured, it is 1.1 at most there,
#: and 2 to 3 where a source comes in bursts (`benchmarks/silence.py`).
FALSE_ALARMS_PER_YEAR = 0.5
#: Older days tell of another time.
HISTORY_DAYS = 84
_YEAR_DAYS = 365.25
_WEEK = 7
_DAY = timedelta(days=1)
_LEAST_HISTORY_DAYS = 7  # before that no weekend was seen
_LEAST_LOUD_DAYS = 3
_LIKE_ANY = 3  # of a day of the week so many days are taken to be like those of the others
_LONGER = 1.5  # than any silence before: what comes in bursts is silent between them


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """When one source brought something."""

    source: int  #: id in `sources`
    url: str
    outlet: str | None  #: None: of no outlet
    last_ok: datetime  #: aware UTC; its last answer
    #: Aware UTC, in any order; when it brought addresses never seen before. One a day will do.
    arrivals: Sequence[datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A source that should have spoken."""

    source: int
    url: str
    since: datetime  #: aware UTC; when it last brought something
    days: float  #: from then until its last answer
    loud_share: float  #: of the days before, on which it brought something, 0..1
    chance: float  #: that it stays silent as long by itself, 0..1
    is_overtaken: bool  #: another source of its outlet spoke since, and may have named the same


def find_silences(heard: Iterable[Heard]) -> dict[int, Silence]:
    """The sources that are silent, by their ids."""
    sources = sorted(heard, key=lambda one: one.source)
    loudest = _last_to_speak(sources)
    found: dict[int, Silence] = {}
    for one in sources:
        beside = (at for at, source in loudest.get(one.outlet, ()) if source != one.source)
        silence = _silence_of(one, spoke_beside=next(beside, None))
        if silence is not None:
            found[one.source] = silence
    return found


def is_silent(heard: Heard) -> bool:
    """Whether a source that answers should have named something new by now."""
    return _silence_of(heard, spoke_beside=None) is not None


def _last_to_speak(heard: Iterable[Heard]) -> dict[str | None, list[tuple[datetime, int]]]:
    """By outlet, when the two sources spoke that were the last to, the latest first."""
    spoke: dict[str | None, list[tuple[datetime, int]]] = {}
    for one in heard:
        if one.outlet and one.arrivals:
            spoke.setdefault(one.outlet, []).append((max(one.arrivals), one.source))
    return {outlet: nlargest(2, latest) for outlet, latest in spoke.items()}


def _silence_of(heard: Heard, *, spoke_beside: datetime | None) -> Silence | None:
    ages = [(heard.last_ok - at) / _DAY for at in heard.arrivals]
    loud = {math.floor(max(age, 0.0)) for age in ages if age < HISTORY_DAYS}
    if not loud:
        return None
    quiet, first = min(loud), max(loud)
    # Its first answer was everything at once, and says nothing of a rhythm.
    history = range(quiet, first)
    if len(history) < _LEAST_HISTORY_DAYS or len(loud) - 1 < _LEAST_LOUD_DAYS:
        return None
    if quiet <= _LONGER * _longest_silence(loud, history):
        return None
    loud_share = (len(loud) - 1) / len(history)
    chance = _chance_of_silence(quiet, loud, history)
    if chance * loud_share * _YEAR_DAYS > FALSE_ALARMS_PER_YEAR:
        return None
    since = max(heard.arrivals)
    return Silence(
        source=heard.source,
        url=heard.url,
        since=since,
        days=(heard.last_ok - since) / _DAY,
        loud_share=loud_share,
        chance=chance,
        is_overtaken=spoke_beside is not None and spoke_beside > since,
    )


def _longest_silence(loud: Collection[int], history: range) -> int:
    longest = run = 0
    for day in history:
        run = 0 if day in loud else run + 1
        longest = max(longest, run)
    return longest


def _chance_of_silence(quiet: int, loud: Collection[int], history: range) -> float:
    """The chance that the last `quiet` days are all without anything new.

    That the next of n days is silent of which k were is taken for (k + 1) / (n + 1), what it is at
    most where their order plays no part. To those of one day of the week are added as many as are
    like any day.
    """
    silent = [day for day in history if day not in loud]
    of_any = (len(silent) + 1) / (len(history) + 1)
    chance = 1.0
    for weekday in range(min(quiet, _WEEK)):
        seen = sum(day % _WEEK == weekday for day in history)
        were_silent = sum(day % _WEEK == weekday for day in silent)
        if seen:  # else nobody knows what it does on such a day
            of_such = (were_silent + _LIKE_ANY * of_any) / (seen + _LIKE_ANY)
            chance *= of_such ** len(range(weekday, quiet, _WEEK))
    return chance
