"""How often the alarm of silence is false, and how soon it is raised: simulated sources.

    python -m benchmarks.silence

Each source is polled for a year; what it publishes is drawn anew for each of them. Days are judged
one by one, as a daemon would, and a source that was called silent begins anew.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ingest.silence import HISTORY_DAYS, Heard, is_silent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_BEGAN = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
_YEAR_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A kind of source."""

    name: str
    per_day: Callable[[random.Random, int], float]  #: expected items, of the day with that number


def _steady(per_day: float) -> Callable[[random.Random, int], float]:
    return lambda _, __: per_day


def _bursts(quiet: float, loud: float, *, lasts: float) -> Callable[[random.Random, int], float]:
    """A source that wakes for some days and sleeps for some, each as long as chance has it."""
    state: dict[random.Random, bool] = {}

    def per_day(draw: random.Random, day: int) -> float:
        if day == 0 or draw.random() < 1 / lasts:
            state[draw] = draw.random() < 0.5
        return loud if state[draw] else quiet

    return per_day


def _holidays(per_day: float) -> Callable[[random.Random, int], float]:
    """On working days only, and a week off twice a year."""
    return lambda _, day: 0.0 if day % 7 > 4 or day % 182 > 174 else per_day


SOURCES = (
    Made(name="50 a day", per_day=_steady(50)),
    Made(name="5 a day", per_day=_steady(5)),
    Made(name="1 a day", per_day=_steady(1)),
    Made(name="1 in 3 days", per_day=_steady(1 / 3)),
    Made(name="1 in 10 days", per_day=_steady(0.1)),
    Made(name="20 on working days", per_day=lambda _, day: 20.0 if day % 7 < 5 else 0.0),
    Made(name="2 on working days", per_day=lambda _, day: 2.0 if day % 7 < 5 else 0.0),
    Made(name="once a week", per_day=lambda _, day: 6.0 if day % 7 == 3 else 0.0),
    Made(name="20, two weeks off", per_day=_holidays(20)),
    Made(name="bursts of 3 days", per_day=_bursts(0.2, 5, lasts=3)),
    Made(name="bursts of 10 days", per_day=_bursts(0.2, 5, lasts=10)),
)


def days_of(made: Made, draw: random.Random, days: int) -> list[datetime]:
    """When a source brings something, through its days: by day, between 6 and 22 o'clock."""
    found: list[datetime] = []
    for day in range(days):
        items = min(_poisson(draw, made.per_day(draw, day)), 8)
        found += (_BEGAN + timedelta(days=day, hours=6 + 16 * draw.random()) for _ in range(items))
    return sorted(found)


def _poisson(draw: random.Random, mean: float) -> int:
    left, count = math.exp(-mean), -1
    product = 1.0
    while product > left:
        product *= draw.random()
        count += 1
    return max(count, 0)


def alarms(arrivals: Sequence[datetime], days: range) -> list[int]:
    """The days on which the alarm is raised; a silence is told once."""
    raised: list[int] = []
    told: datetime | None = None
    for day in days:
        heard_at = _BEGAN + timedelta(days=day, hours=12)
        since = heard_at - timedelta(days=HISTORY_DAYS)
        known = [at for at in arrivals if since < at <= heard_at]
        if not known or known[-1] == told:
            continue
        if is_silent(Heard(source=1, url="", outlet=None, last_ok=heard_at, arrivals=known)):
            raised.append(day)
            told = known[-1]
    return raised


def false_alarms_per_year(made: Made, sources: int, seed: int = 1) -> float:
    """Mean number of alarms of a source that never falls silent."""
    total = 0
    for number in range(sources):
        draw = random.Random(f"{seed} {made.name} {number}")
        total += len(alarms(days_of(made, draw, _YEAR_DAYS), range(_YEAR_DAYS)))
    return total / sources


def days_until_alarm(made: Made, sources: int, *, after_days: int, seed: int = 2) -> list[int]:
    """Days from the last item of a source that ends until the alarm, sorted; 999: none."""
    found: list[int] = []
    for number in range(sources):
        draw = random.Random(f"{seed} {made.name} {number}")
        arrivals = days_of(made, draw, after_days)
        if not arrivals:
            continue
        last = (arrivals[-1] - _BEGAN).days
        raised = alarms(arrivals, range(last, last + _YEAR_DAYS))
        found.append(raised[0] - last if raised else 999)
    return sorted(found)


def main() -> None:
    """Print a line for each kind of source."""
    print(f"{'source':<20} {'false a year':>12}  days until the alarm, after 28 and 84 days")
    for made in SOURCES:
        false = false_alarms_per_year(made, 60)
        waits = [days_until_alarm(made, 40, after_days=days) for days in (28, 84)]
        middle = "  ".join(f"{wait[len(wait) // 2]:>4}" for wait in waits)
        print(f"{made.name:<20} {false:>12.2f}  {middle}")


if __name__ == "__main__":
    main()
