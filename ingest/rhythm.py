"""How often a source brings something new, and at what hours; pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Pace", "learn_pace", "minutes_until"]

_HOURS = 24
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_LOOK_BACK_DAYS = 7.0  # of stated dates, when a source is met: before that it may have been another
_MEMORY_DAYS = 2.0  # at least; two nights and two days
_MEMORY_NEW = 6.0  # or as long as it takes to bring so many: one article must not make a rhythm
_HOURS_MEMORY_DAYS = 14.0
_DOUBT = 1.0  # new addresses that every hour is lent, so that a few do not make a profile
_FEW_DAYS = 1 / 48  # two polls half an hour apart and nothing between say nothing
_FARTHEST_HOURS = 24 * 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What was observed of a source."""

    new_per_day: float | None = None  #: None: cannot tell yet
    hours: tuple[float, ...] = ()  #: what was new by hour of the day, UTC, fading; or empty


def learn_pace(
    pace: Pace,
    *,
    new: int,
    dates: Sequence[datetime],
    since: datetime | None,
    now: datetime,
) -> Pace:
    """The pace after a poll.

    Args:
        pace: before it.
        new: addresses never seen before that it brought.
        dates: when what it names was published, as far as it says so; those from the last poll on
            tell the hours, and at the first poll all of them tell the pace.
        since: the last poll that was answered; None: this is the first.
        now: of this poll.
    """
    dates = [at for at in dates if at <= now]
    if since is None or since >= now:
        return _first_pace(dates, now) if since is None else pace
    days = _full_days(pace, since, now)
    observed = new / days
    if pace.new_per_day is None:
        rate = observed if new or days >= _FEW_DAYS else None
    else:
        memory = max(_MEMORY_DAYS, _MEMORY_NEW / max(pace.new_per_day, 0.01))
        kept = math.exp(-days / memory)
        rate = kept * pace.new_per_day + (1 - kept) * observed
    return Pace(new_per_day=rate, hours=_learn_hours(pace, new, dates, since, now))


def minutes_until(pace: Pace, now: datetime, wanted: float) -> float:
    """Minutes until a source is expected to have brought so many; infinite: not in 40 days."""
    shares, missing, minutes = _profile(pace.hours), wanted, 0.0
    rate = pace.new_per_day or 0.0
    for at, share in _hours_between(now, now + timedelta(hours=_FARTHEST_HOURS)):
        gain = rate * shares[at.hour] * share
        if gain >= missing:
            return minutes + 60 * share * (missing / gain if gain else 0.0)
        missing -= gain
        minutes += 60 * share
    return math.inf


def _first_pace(dates: Sequence[datetime], now: datetime) -> Pace:
    """By the dates of what a source names when it is met."""
    recent = [at for at in dates if (now - at) / _DAY <= _LOOK_BACK_DAYS]
    if not dates:
        return Pace()
    if not recent:
        return Pace(new_per_day=1 / max((now - max(dates)) / _DAY, 1.0))
    days = max((now - min(recent)) / _DAY, _FEW_DAYS)
    counts = [0.0] * _HOURS
    for at in recent:
        counts[at.astimezone(UTC).hour] += 1
    return Pace(new_per_day=len(recent) / days, hours=tuple(counts))


def _full_days(pace: Pace, since: datetime, now: datetime) -> float:
    """Days between two polls, by what their hours usually bring: a night is less than a day."""
    shares = _profile(pace.hours)
    days = sum(shares[at.hour] * share for at, share in _hours_between(since, now))
    return max(days, (now - since) / _DAY / 4, 1 / 1440)


def _learn_hours(
    pace: Pace, new: int, dates: Sequence[datetime], since: datetime, now: datetime
) -> tuple[float, ...]:
    fade = math.exp(-((now - since) / _DAY) / _HOURS_MEMORY_DAYS)
    counts = [count * fade for count in pace.hours or (0.0,) * _HOURS]
    dated = sorted(at for at in dates if since < at)[-new:] if new else []
    for at in dated:
        counts[at.astimezone(UTC).hour] += 1
    undated = new - len(dated)
    spans = list(_hours_between(since, now)) if undated else []
    whole = sum(share for _, share in spans) or 1.0
    for at, share in spans:
        counts[at.hour] += undated * share / whole
    return tuple(round(count, 3) for count in counts)


def _profile(hours: Sequence[float]) -> list[float]:
    """Share of a day's new addresses in each hour, 0..1; smoothed, of sum 1."""
    if len(hours) != _HOURS:
        return [1 / _HOURS] * _HOURS
    smooth = [
        (hours[hour - 1] + 2 * hours[hour] + hours[(hour + 1) % _HOURS]) / 4 + _DOUBT / 4
        for hour in range(_HOURS)
    ]
    whole = sum(smooth)
    return [one / whole for one in smooth]


def _hours_between(start: datetime, end: datetime) -> Iterator[tuple[datetime, float]]:
    """The hours that a span touches, each with the share of it inside, 0..1; 40 days at most."""
    at = start.astimezone(UTC)
    end = min(end, at + timedelta(hours=_FARTHEST_HOURS))
    while at < end:
        stop = min(at.replace(minute=0, second=0, microsecond=0) + _HOUR, end)
        yield at, (stop - at) / _HOUR
        at = stop
