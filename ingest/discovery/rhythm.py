"""What a feed says of its own pace: `ttl`, `skipHours`, `skipDays` of RSS 2.0 and `sy:update*`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ingest.discovery.markup import bare_name, children, text_in, text_within
from ingest.items import Rhythm

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["read_rhythm"]

_MONTH_MINUTES = 30 * 24 * 60
_MOST_MINUTES = 366 * 24 * 60
# web.resource.org/rss/1.0/modules/syndication
_PERIODS = {
    "hourly": 60.0,
    "daily": 24 * 60.0,
    "weekly": 7 * 24 * 60.0,
    "monthly": float(_MONTH_MINUTES),
    "yearly": 365 * 24 * 60.0,
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = 24


def read_rhythm(channel: etree._Element) -> Rhythm:
    """The hints of a channel; what is no number or no day is left out."""
    return Rhythm(
        ttl_minutes=_minutes(text_in(channel, "ttl")),
        update_minutes=_update_minutes(channel),
        skip_hours=tuple(sorted(set(_skipped_hours(channel)))),
        skip_days=tuple(sorted(set(_skipped_days(channel)))),
    )


def _update_minutes(channel: etree._Element) -> float | None:
    period, often = text_in(channel, "updateperiod"), text_in(channel, "updatefrequency")
    if period is None and often is None:
        return None
    minutes = _PERIODS.get((period or "daily").lower())  # both have defaults: daily, once
    times = _number(often or "1")
    return _minutes(minutes / times) if minutes and times else None


def _skipped_hours(channel: etree._Element) -> list[int]:
    stated = (_number(text) for text in _listed(channel, "skiphours", "hour"))
    # RSS 2.0 counts 0 to 23, RSS 0.91 1 to 24
    return [int(hour) % _HOURS for hour in stated if hour is not None and 0 <= hour <= _HOURS]


def _skipped_days(channel: etree._Element) -> list[int]:
    return [
        _DAYS.index(text.lower())
        for text in _listed(channel, "skipdays", "day")
        if text.lower() in _DAYS
    ]


def _listed(channel: etree._Element, list_name: str, name: str) -> list[str]:
    return [
        text_within(one)
        for stated in children(channel, list_name)
        for one in stated
        if bare_name(one) == name
    ]


def _minutes(stated: str | float | None) -> float | None:
    minutes = _number(stated) if isinstance(stated, str) else stated
    return min(minutes, float(_MOST_MINUTES)) if minutes is not None and minutes > 0 else None


def _number(stated: str) -> float | None:
    try:
        number = float(stated)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
