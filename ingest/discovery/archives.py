"""Which sitemaps and pages are from before the story, by what their names and dates say."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["is_before", "named_period_end", "story_start"]

_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_MONTHS, _DAYS = 12, 31
_YEAR = r"(?<!\d)(19[89]\d|20\d\d)"
# 2025-07-03, 2025/07, 202507, 20250703; of a year alone the year. `2025-1` may be the first part.
_DATES = (
    re.compile(_YEAR + r"(\d\d)(\d\d)(?!\d)"),
    re.compile(_YEAR + r"[-_/.](\d\d)(?:[-_/.](\d\d))?(?!\d)"),
    re.compile(_YEAR + r"(\d\d)()(?!\d)"),
    re.compile(_YEAR + r"()()(?!\d)"),
)
_YEAR_ASKED = re.compile(r"(?:^|&)(?:y|yy|yyyy|year)=(\d{4})(?=&|$)", re.IGNORECASE)
_MONTH_ASKED = re.compile(r"(?:^|&)(?:m|mm|month)=(\d{1,2})(?=&|$)", re.IGNORECASE)


def story_start(seeds: Iterable[datetime | None], *, days_before: float) -> datetime | None:
    """From when on there may be coverage: so long before the first seed; None: cannot tell.

    Args:
        seeds: when each was published; None: it does not say. Half of them must.
        days_before: the first dated one, for it may not be the first.
    """
    stated = list(seeds)
    dates = [at for at in stated if at is not None]
    if not dates or 2 * len(dates) < len(stated):
        return None
    return min(dates).astimezone(UTC) - timedelta(days=days_before)


def is_before(
    start: datetime | None, *, url: str | None = None, modified: datetime | None = None
) -> bool:
    """Whether something can hold nothing of a story, by its last change or the date in its name.

    What states neither is not before: it may hold anything.

    Args:
        start: of the story; None: nothing is before it.
        url: of a sitemap, whose name may say of which month it is; None: not to be asked.
        modified: its last change; of impossible years none is believed.
    """
    if start is None:
        return False
    if modified is not None and modified.year >= _FIRST_YEAR and modified < start:
        return True
    end = named_period_end(url) if url else None
    # A sitemap of a past month is written to again when an old page changes; still old pages.
    return end is not None and end <= start


def named_period_end(url: str) -> datetime | None:
    """When the day, month or year ends that the name of a sitemap says; None: it says none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    asked = _YEAR_ASKED.search(parts.query)
    if asked:
        month = _MONTH_ASKED.search(parts.query)
        return _end(asked[1], month[1] if month else "", "")
    # The host and the folders of the site itself say nothing: the last two parts of the path do.
    name = "/".join(parts.path.split("/")[-4:]) + ("?" + parts.query if parts.query else "")
    for pattern in _DATES:
        if found := list(pattern.finditer(name)):
            ends = [_end(one[1], one[2] or "", one[3] or "") for one in found]
            known = [end for end in ends if end is not None]
            return max(known) if len(known) == len(ends) else None
    return None


def _end(year: str, month: str, day: str) -> datetime | None:
    """The end of a period; None: there is none of that name."""
    number = int(year)
    if not _FIRST_YEAR <= number <= _LAST_YEAR:
        return None
    if not month:
        return datetime(number + 1, 1, 1, tzinfo=UTC)
    if not 1 <= int(month) <= _MONTHS:
        return None
    if not day:
        return datetime(number + int(month) // 12, int(month) % 12 + 1, 1, tzinfo=UTC)
    try:
        return datetime(number, int(month), int(day), tzinfo=UTC) + timedelta(days=1)
    except ValueError:
        return None
