"""How often a story breaks out that does not, and how soon one is told of that does.

python -m benchmarks.bursts [--years 4] [--seed 1]

A simulated topic: stories are born by day (fewer at weekends), their sizes are log-normal, most of
their articles come within days and some within weeks. Alarms there are false. Then one older story
a month gets some articles more within half a day, which should be told.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

from ingest.alert_items import StoryLife
from ingest.alerts.bursts import HISTORY_DAYS, Base, base_of, burst_of

START = datetime(2025, 1, 6, tzinfo=UTC)
DAY = timedelta(days=1)
WARM_DAYS = 84
REST = timedelta(days=7)  # in which a story is told once, as `decide` has it


def world(rng: random.Random, days: int, a_day: float, spread: float) -> list[list[datetime]]:
    stories = []
    for day in range(days):
        weekday = (START + day * DAY).weekday()
        for _ in range(poisson(rng, a_day * (0.5 if weekday > 4 else 1.2))):
            born = START + (day + rng.random()) * DAY
            size = max(2, round(rng.lognormvariate(1.2, spread)))
            ages = [rng.expovariate(1 / (10 if rng.random() < 0.25 else 1.2)) for _ in range(size)]
            stories.append(sorted([born, *(born + age * DAY for age in ages[1:])]))
    return stories


def poisson(rng: random.Random, mean: float) -> int:
    passed, count = rng.expovariate(1.0), 0
    while passed < mean:
        passed += rng.expovariate(1.0)
        count += 1
    return count


def lives(stories: list[list[datetime]], now: datetime) -> list[StoryLife]:
    since = now - HISTORY_DAYS * DAY
    told = [(n, [at for at in one if since <= at <= now]) for n, one in enumerate(stories)]
    return [
        StoryLife(story=n, title="", url=None, arrivals=tuple(one), outlets=9)
        for n, one in told
        if one
    ]


def alarms(stories: list[list[datetime]], days: int) -> list[tuple[int, datetime]]:
    """Every story is asked about whenever an article of it comes."""
    told: dict[int, datetime] = {}
    found = []
    bases: dict[int, Base | None] = {}
    arrivals = sorted((at, n) for n, one in enumerate(stories) for at in one)
    for at, n in arrivals:
        day = (at - START) // DAY
        if not WARM_DAYS <= day < days or at - told.get(n, START - REST) < REST:
            continue
        if day not in bases:
            bases[day] = base_of(lives(stories, START + day * DAY), START + day * DAY)
        base = bases[day]
        since = at - HISTORY_DAYS * DAY
        came = tuple(one for one in stories[n] if since <= one <= at)
        life = StoryLife(story=n, title="", url=None, arrivals=came, outlets=9)
        if base is not None and burst_of(life, base, at):
            told[n] = at
            found.append((n, at))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    days = WARM_DAYS + 365
    for a_day, spread in ((0.3, 1.0), (1.5, 0.7), (1.5, 1.0), (1.5, 1.3), (6.0, 1.0)):
        found = Counter[str]()
        for year in range(options.years):
            rng = random.Random(f"{options.seed} {year} {a_day} {spread}")
            stories = world(rng, days, a_day, spread)
            ages = [(at - stories[n][0]) / DAY for n, at in alarms(stories, days)]
            found["young"] += sum(age < 3 for age in ages)
            found["old"] += sum(age >= 3 for age in ages)
        young, old = (found[age] / options.years for age in ("young", "old"))
        print(
            f"stories a day {a_day}, spread {spread}: false alarms a year {young:.1f} of young "
            f"stories, {old:.1f} of older ones"
        )
        for extra in (6, 10, 20):
            told = recall(options, days, a_day, spread, extra)
            print(f"  {extra} articles in half a day: told of {told}")


def recall(options: argparse.Namespace, days: int, a_day: float, spread: float, extra: int) -> str:
    hits, delays, tried = 0, [], 0
    for year in range(options.years):
        rng = random.Random(f"{options.seed} {year} {a_day} {spread}")
        stories = world(rng, days, a_day, spread)
        planted = {}
        for month in range(3, 14):
            moment = START + (month * 30 + rng.random() * 20) * DAY
            if moment > START + (days - 1) * DAY:
                continue
            old = [n for n, one in enumerate(stories) if 5 * DAY < moment - one[0] < 40 * DAY]
            if old:
                n = rng.choice(old)
                more = [moment + rng.random() * DAY / 2 for _ in range(extra)]
                stories[n] = sorted(stories[n] + more)
                planted[n] = moment
        tried += len(planted)
        for n, at in alarms(stories, days):
            if n in planted and timedelta(0) <= at - planted[n] < DAY:
                hits += 1
                delays.append((at - planted[n]) / timedelta(hours=1))
    delay = sorted(delays)[len(delays) // 2] if delays else float("nan")
    return f"{hits} of {tried}, {delay:.1f} hours after its start at the median"


if __name__ == "__main__":
    main()
