"""When a source is polled again, a page looked at again, a host asked again; pure.

The clock comes in as `now`; what looks random is made of the address, so that it can be repeated.
"""

from __future__ import annotations

import hashlib
import math
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from ingest.items import Outcome, Rhythm
from ingest.rhythm import minutes_until

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ingest.rhythm import Pace

__all__ = [
    "HARD",
    "SOFT",
    "TEMPORARY",
    "asks_for_patience",
    "backoff_minutes",
    "host_wait_s",
    "next_check",
    "next_poll_minutes",
    "weight_of",
    "whole_second",
]

#: How much a failure tells of a source: the server is busy or out of reach; it or its answer is
#: broken; it is not there, or not for us. Each whole one doubles the distance of the next try.
TEMPORARY, SOFT, HARD = 0.25, 0.5, 1.0

# While nothing is known of its rhythm: halved by a poll that brought something, half as long again
# after a silent one, so that the distance settles where 37 % of the polls bring something.
_SHORTER = 0.5
_LONGER = 1.5

_HINT_AT_MOST_MINUTES = 360.0  # a feed that changes hourly and says `ttl` of a week is mistaken
# A poll of a lively source is worth while for more new addresses than one of a slow source: by the
# square root for least delay of all (Cho and Garcia-Molina 2003, section 5), by none for the lively
# ones alone; half of that trades 1 minute of the median for 3 of the slowest tenth.
_LIVELY_PER_DAY, _LEAST_PER_DAY = 50.0, 0.05
_GROWTH = 0.25
_WINDOW_SHARE = 0.5  # of what a source names at once; were all of it new, some had rolled off
_JITTER = 0.1  # of the distance, at most
_HOST_JITTER = 0.2
_FIRST_HOST_WAIT_S = 60.0
_LEAST_HOST_WAIT_S = 1.0

# After the first failure of a page, then four times as long after each other one: 15 min, 1 h, 4 h.
_FIRST_RETRY_S = 900
_RETRY_GROWTH = 4
_LONGEST_RETRY_S = 86_400

_KEPT = frozenset({Outcome.ARTICLE, Outcome.COPY, Outcome.REVISION, Outcome.UNCHANGED})
_RETRIED = frozenset({Outcome.FAILED, Outcome.WAITING})
_PATIENCE = frozenset({429, 503})  # RFC 6585, section 4; RFC 9110, section 15.6.4
_GONE_OR_FORBIDDEN = frozenset({401, 402, 403, 404, 410, 451})


def next_poll_minutes(
    every: float,
    *,
    pace: Pace,
    named: int,
    new: int,
    wanted: float,
    floor: float,
    ceiling: float,
    now: datetime,
    rhythm: Rhythm = Rhythm(),  # noqa: B008  # frozen
    max_age_s: float | None = None,
    address: str = "",
) -> int:
    """Minutes until a source that answered is polled again: when enough should be new.

    Args:
        every: minutes between its polls so far; for a source of no known pace.
        pace: as observed, this poll counted.
        named: addresses that it names at once.
        new: of these, never seen before.
        wanted: new addresses for which a poll is worth while, of a source of 50 a day.
        floor: minutes at least; below half a minute: it is due again at once.
        ceiling: minutes at most. Below `floor` it counts as `floor`.
        rhythm: what it says itself; it delays a poll by six hours at most, but for hours and days
            in which it says that nothing is new.
        max_age_s: for how long its answer is fresh (RFC 9111, section 4.2.1), age taken off.
        address: of the source; spreads polls that would fall together.
    """
    least = round(floor)
    most = max(round(ceiling), least)
    if pace.new_per_day is None:
        minutes = max(every, floor) * (_SHORTER if new else _LONGER)
    else:
        enough = wanted * (max(pace.new_per_day, _LEAST_PER_DAY) / _LIVELY_PER_DAY) ** _GROWTH
        enough = min(enough, max(named * _WINDOW_SHARE, 1.0)) if named else enough
        minutes = minutes_until(pace, now, enough)
    stated = ((max_age_s or 0.0) / 60, rhythm.ttl_minutes or 0.0, rhythm.update_minutes or 0.0)
    minutes = max(minutes, min(max(stated), _HINT_AT_MOST_MINUTES), least)
    minutes = min(minutes * (1 + _JITTER * _spread(address)), most)
    return min(round(_past_skipped(minutes, rhythm, now)), most)


def backoff_minutes(
    every: float,
    *,
    weight: float,
    floor: float,
    ceiling: float,
    wait_s: float | None = None,
    address: str = "",
) -> int:
    """Minutes until a source that failed is asked again; later each time, and never not at all.

    Args:
        every: minutes between its polls while it answered.
        weight: of its failures in a row, this one counted.
        floor: minutes at least, while it answered.
        ceiling: minutes at most, whatever it asked for. Below `floor` it counts as `floor`.
        wait_s: what it asked for; None: nothing.
        address: of the source; spreads tries that would fall together.
    """
    most = max(round(ceiling), round(floor))
    # 2 ** 40 minutes are two million years; more would overflow a float one day
    minutes = max(every, floor, 1.0) * math.pow(2.0, min(weight, 40))
    minutes = max(minutes * (1 + _JITTER * _spread(address)), _stated_wait_s(wait_s) / 60)
    return max(math.ceil(min(minutes, most)), 1)


def weight_of(status: int | None) -> float:
    """How much a failed poll tells of its source, 0..1.

    Args:
        status: of the answer; None: there was none.
    """
    if status is None or asks_for_patience(status):
        return TEMPORARY
    return HARD if status in _GONE_OR_FORBIDDEN else SOFT


def asks_for_patience(status: int) -> bool:
    """Whether an answer speaks for its whole host: it wants to be left alone for a while."""
    return status in _PATIENCE


def host_wait_s(strikes: int, *, stated_s: float | None, host: str) -> float:
    """Seconds to leave a host alone.

    Args:
        strikes: answers in a row that asked to wait, this one counted.
        stated_s: what it asked for; None: it left that to us.
        host: spreads hosts that fell silent together.
    """
    stated = _stated_wait_s(stated_s)
    if stated:
        return min(max(stated, _LEAST_HOST_WAIT_S), _LONGEST_RETRY_S)
    doubled = _FIRST_HOST_WAIT_S * 2.0 ** min(max(strikes, 1) - 1, 20)
    jitter = 1 + _HOST_JITTER * (2 * _spread(f"{host} {strikes}") - 1)
    return min(doubled * jitter, _LONGEST_RETRY_S)


def next_check(
    outcome: Outcome,
    *,
    first_seen: datetime,
    now: datetime,
    attempts: int,
    max_tries: int,
    ladder_hours: Sequence[float],
    retry_after_s: float | None = None,
) -> datetime | None:
    """When an address is fetched again after a fetch that ended in `outcome`.

    A kept page climbs the ladder of its ages; rungs passed while nobody looked are left out. A
    failed one is tried again, each time later. Everything else is settled.

    Args:
        outcome: of the fetch, or where the address stands.
        attempts: failures in a row, this one counted.
        max_tries: failures in a row after which a page is settled as failed.
        ladder_hours: ages, counted from `first_seen`, at which a page is looked at again.
        retry_after_s: what the server asked for; None: nothing. A day at most is granted.

    Returns:
        Whole seconds, as the corpus keeps them; None: settled. Of a kept page whose tries are used
        up, ask again with `Outcome.UNCHANGED` for the next rung.
    """
    if outcome in _KEPT:
        return _next_rung(ladder_hours, first_seen=first_seen, now=now)
    if outcome in _RETRIED and attempts < max_tries:
        wait_s = max(_retry_s(outcome, attempts), _stated_wait_s(retry_after_s))
        return whole_second(now + timedelta(seconds=min(wait_s, _LONGEST_RETRY_S)))
    return None


def _next_rung(
    ladder_hours: Sequence[float], *, first_seen: datetime, now: datetime
) -> datetime | None:
    rungs = (whole_second(first_seen + timedelta(hours=hours)) for hours in ladder_hours)
    return min((rung for rung in rungs if rung > now), default=None)


def _retry_s(outcome: Outcome, attempts: int) -> float:
    if outcome == Outcome.WAITING and not attempts:
        return 0.0
    return float(_FIRST_RETRY_S * _RETRY_GROWTH ** min(max(attempts, 1) - 1, 10))


def _stated_wait_s(retry_after_s: float | None) -> float:
    """What a server asked for, when it is a wait at all: they also send nonsense."""
    is_wait = retry_after_s is not None and retry_after_s > 0  # false for NaN
    return retry_after_s if is_wait and retry_after_s is not None else 0.0


def whole_second(at: datetime) -> datetime:
    """`at`, rounded up: rounded down, as it would be stored, a page were due before its time."""
    return at.replace(microsecond=0) + timedelta(seconds=1 if at.microsecond else 0)


def _spread(text: str) -> float:
    """A number in 0..1 made of a text; 0 of none."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) / 0xFFFFFFFF if text else 0.0


def _past_skipped(minutes: float, rhythm: Rhythm, now: datetime) -> float:
    """The distance, stretched over hours and days in which a source says that nothing is new."""
    if not (rhythm.skip_hours or rhythm.skip_days) or minutes < 1:
        return minutes
    due = (now + timedelta(minutes=minutes)).astimezone(UTC)
    for _ in range(8 * 24):
        if due.hour not in rhythm.skip_hours and due.weekday() not in rhythm.skip_days:
            return (due - now) / timedelta(minutes=1)
        due = due.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return minutes  # it skips every hour there is
