"""Whether a story breaks out: comes faster than it did, and than stories of its topic do; pure.

Time is cut into days that end now, so that the hours of the day play no part. The articles of one
day of one story are taken for Poisson with a rate of its own, and the rates of all stories for
Gamma, fitted to the days of the last weeks by moments. What a story did before narrows its rate
down; its count of the last day is then negative binomial (Gelman et al. 2013, Bayesian Data
Analysis, 3rd edition, section 2.6), and its surprise is minus the logarithm of the chance of so
many or more (Legendy and Salcman 1985, J. Neurophysiology 53, for one Poisson rate). A story is
born in a burst, and the births of stories have a longer tail than that: a young one must also
exceed by far whatever any story of the topic did in one day. Copies count like articles.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ingest.alert_items import StoryLife

__all__ = ["HISTORY_DAYS", "Base", "Burst", "base_of", "burst_of"]

#: Older days tell of another time.
HISTORY_DAYS = 84
_DAY = timedelta(days=1)
_LEAST_ARTICLES = 5
_LEAST_OUTLETS = 3  # one outlet that writes much is no break-out
_LEAST_STORY_DAYS = 30  # before that nobody knows what is usual
_LEAST_DAYS = 14
# Decimal: one in 100,000. With it 1 to 3 false alarms a year (benchmarks/bursts.py).
_LEAST_SURPRISE = 5.0
_YOUNG_DAYS = 3  # it has no past of its own
_RECORD = 1.5  # times the most that a story of the topic had in a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What days of stories are like in a topic."""

    mean: float  #: articles of a story on a day of its life
    shape: float  #: of the Gamma distribution of rates; infinite: all stories have one rate
    most: int  #: on one day of one story
    story_days: int
    days: int  #: since the first of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """A story that comes faster than it should."""

    articles: int  #: within the last day
    expected: float  #: on such a day
    surprise: float  #: minus the decimal logarithm of the chance of so many or more


def base_of(lives: Iterable[StoryLife], now: datetime) -> Base | None:
    """What the days before the last one were like; None: there were too few to tell."""
    counts: list[int] = []
    oldest = 0
    for life in lives:
        days = _counts(life, now)
        past = [day for day in days if day > 0]
        if past:
            counts += [days.get(day, 0) for day in range(min(past), max(past) + 1)]
            oldest = max(oldest, *past)
    if len(counts) < _LEAST_STORY_DAYS or oldest < _LEAST_DAYS:
        return None
    mean = sum(counts) / len(counts)
    variance = sum((count - mean) ** 2 for count in counts) / (len(counts) - 1)
    shape = mean * mean / (variance - mean) if variance > mean else math.inf
    return Base(mean=mean, shape=shape, most=max(counts), story_days=len(counts), days=oldest)


def burst_of(life: StoryLife, base: Base, now: datetime) -> Burst | None:
    """The break-out of a story; None: it does as stories do."""
    days = _counts(life, now)
    articles = days.pop(0, 0)
    if articles < _LEAST_ARTICLES or life.outlets < _LEAST_OUTLETS:
        return None
    lived = max(days, default=0)
    if lived < _YOUNG_DAYS and articles < _RECORD * base.most:
        return None
    expected, chance = _chance(articles, own=sum(days.values()), lived=lived, base=base)
    surprise = -math.log10(max(chance, 1e-300))
    if surprise < _LEAST_SURPRISE:
        return None
    return Burst(articles=articles, expected=expected, surprise=surprise)


def _counts(life: StoryLife, now: datetime) -> Counter[int]:
    """Articles by age in whole days; what is dated in the future is of the last day."""
    ages = (max((now - at) // _DAY, 0) for at in life.arrivals)
    return Counter(age for age in ages if age <= HISTORY_DAYS)


def _chance(articles: int, *, own: int, lived: int, base: Base) -> tuple[float, float]:
    """Articles to expect on a day, and the chance of so many or more."""
    if math.isinf(base.shape):
        return base.mean, _poisson_tail(articles, base.mean)
    size, scale = base.shape + own, base.shape / base.mean + lived
    share = scale / (scale + 1)
    return size / scale, _negative_binomial_tail(articles, size, share)


def _poisson_tail(least: int, mean: float) -> float:
    terms = (
        math.exp(count * math.log(mean) - mean - math.lgamma(count + 1)) for count in range(least)
    )
    return max(1.0 - math.fsum(terms), 0.0)


def _negative_binomial_tail(least: int, size: float, share: float) -> float:
    """The chance of `least` or more, summed upwards: near 0 a difference from 1 says nothing."""
    log_term = (
        math.lgamma(least + size) - math.lgamma(size) - math.lgamma(least + 1)
        + size * math.log(share) + least * math.log1p(-share)
    )  # fmt: skip
    term, total, count = math.exp(log_term), 0.0, least
    while term > total * 1e-12:
        total += term
        term *= (count + size) / (count + 1) * (1 - share)
        count += 1
    return min(total, 1.0)
