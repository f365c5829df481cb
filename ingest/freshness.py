"""What response headers say of time: when to come back, how long an answer is fresh; pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

__all__ = ["max_age_s", "wait_s"]

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})\b", re.IGNORECASE)
_REVALIDATED = re.compile(r"(?:^|[\s,])(?:no-cache|no-store)\b", re.IGNORECASE)


def wait_s(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After value stands for; None: absent, nonsense or in the past."""
    if value is None:
        return None
    try:
        wait = float(value) if value.isdigit() else _seconds_until(value, now)
    except (ValueError, OverflowError):
        return None
    return wait if wait > 0 else None


def max_age_s(
    cache_control: str | None,
    *,
    age: str | None = None,
    expires: str | None = None,
    date: str | None = None,
) -> float | None:
    """Seconds for which an answer is fresh yet (RFC 9111, section 4.2.1); None: it does not say.

    Args:
        cache_control, age, expires, date: the headers of these names; `Expires` counts where there
            is no `max-age`.
    """
    stated = cache_control or ""
    if _REVALIDATED.search(stated):
        return None
    if found := _MAX_AGE.search(stated):
        fresh = float(found[1])
    else:
        try:
            fresh = (
                parsedate_to_datetime(expires or "") - parsedate_to_datetime(date or "")
            ).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return None
    spent = float(age) if age and age.isascii() and age.isdigit() else 0.0
    return max(fresh - spent, 0.0)


def _seconds_until(date: str, now: datetime) -> float:
    at = parsedate_to_datetime(date)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - now.timestamp()
