"""When a source is polled again and a page looked at again; pure, the clock comes in as `now`."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from ingest.items import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

__all__ = ["next_check", "next_poll_minutes"]

# Halved by a poll that brought something, half as long again after a silent one: the distance
# settles where 37 % of the polls bring something (p log 2 = (1 - p) log 1.5).
_SHORTER = 0.5
_LONGER = 1.5

# After the first failure of a page, then four times as long after each other one: 15 min, 1 h, 4 h.
_FIRST_RETRY_S = 900
_RETRY_GROWTH = 4
_LONGEST_RETRY_S = 86_400

_KEPT = frozenset({Outcome.ARTICLE, Outcome.COPY, Outcome.REVISION, Outcome.UNCHANGED})
_RETRIED = frozenset({Outcome.FAILED, Outcome.WAITING})


def next_poll_minutes(
    every: float,
    *,
    new_items: int,
    failures: int,
    floor: float,
    ceiling: float,
    retry_after_s: float | None = None,
) -> int:
    """Minutes until a source is polled again: sooner when it yields, later when silent or failing.

    Args:
        every: minutes between its polls so far.
        new_items: addresses never seen before that this poll brought.
        failures: polls failed in a row, this one counted; 0: it answered.
        floor: minutes at least; below half a minute: an answering source is due again at once.
        ceiling: minutes at most, however often it failed and whatever it asked for; a source is
            never given up. Below `floor` it counts as `floor`.
        retry_after_s: what a failing server asked for; None: nothing.

    Returns:
        Whole minutes, 0 only for a source that answers.
    """
    least = round(floor)
    most = max(round(ceiling), least)
    if not failures:
        wanted = max(every, floor) * (_SHORTER if new_items else _LONGER)
        return round(min(max(wanted, least), most))
    # 2 ** 40 minutes are two million years; more would overflow a float one day
    wanted = max(every, floor, 1) * 2.0 ** min(failures, 40)
    wanted = max(wanted, _stated_wait_s(retry_after_s) / 60)
    return max(math.ceil(min(wanted, most)), 1)


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
        return _whole_second(now + timedelta(seconds=min(wait_s, _LONGEST_RETRY_S)))
    return None


def _next_rung(
    ladder_hours: Sequence[float], *, first_seen: datetime, now: datetime
) -> datetime | None:
    rungs = (_whole_second(first_seen + timedelta(hours=hours)) for hours in ladder_hours)
    return min((rung for rung in rungs if rung > now), default=None)


def _retry_s(outcome: Outcome, attempts: int) -> float:
    if outcome == Outcome.WAITING and not attempts:
        return 0.0
    return float(_FIRST_RETRY_S * _RETRY_GROWTH ** min(max(attempts, 1) - 1, 10))


def _stated_wait_s(retry_after_s: float | None) -> float:
    """What a server asked for, when it is a wait at all: they also send nonsense."""
    is_wait = retry_after_s is not None and retry_after_s > 0  # false for NaN
    return retry_after_s if is_wait and retry_after_s is not None else 0.0


def _whole_second(at: datetime) -> datetime:
    """`at`, rounded up: rounded down, as it would be stored, a page were due before its time."""
    return at.replace(microsecond=0) + timedelta(seconds=1 if at.microsecond else 0)
