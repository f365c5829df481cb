"""When an address is told of what: digests, hours of quiet, so many messages an hour; pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ingest.alert_items import AlertKind, Receiver

if TYPE_CHECKING:
    from ingest.notify_settings import Notify

__all__ = [
    "after_digest",
    "after_failure",
    "after_success",
    "before_try",
    "digest_moment",
    "kinds_due",
]

_HOUR = timedelta(hours=1)
_LONGEST_BACKOFF = timedelta(hours=1)
_DAY = timedelta(days=1)


def kinds_due(receiver: Receiver, settings: Notify, now: datetime) -> frozenset[AlertKind]:
    """The kinds that an address may be told of now."""
    tries = _recent(receiver, now)
    # Where there is but one, what may not wait may be one more.
    if len(tries) >= max(2, settings.messages_per_hour) or _backs_off(receiver, tries, now):
        return frozenset()
    urgent = frozenset(AlertKind(kind) for kind in settings.at_once)
    # The last message of an hour is kept for what may not wait, and the others are spread over it.
    most = max(1, settings.messages_per_hour - 1)
    # One that failed backs off instead.
    is_soon = bool(tries) and not receiver.failures and now - tries[-1] < _HOUR / most
    if len(tries) >= most or is_soon or _is_quiet(settings, now):
        return urgent
    moment = digest_moment(settings, now)
    # One of a time to come is of a clock that was wrong.
    if moment is not None and moment <= receiver.digested <= now:
        return urgent
    return frozenset(AlertKind)


def digest_moment(settings: Notify, now: datetime) -> datetime | None:
    """When the latest digest was due, at `now` or before; None: there are no digests."""
    if settings.digest is None:
        return None
    zone = ZoneInfo(settings.zone)
    today = now.astimezone(zone).date()
    moments = [
        datetime.combine(day, at, zone).astimezone(UTC)
        for day in (today - _DAY, today)
        for at in _times(settings.digest)
    ]
    return max(moment for moment in moments if moment <= now)


def before_try(receiver: Receiver, now: datetime) -> Receiver:
    """What is remembered before a message is sent: whoever is killed then has tried."""
    return replace(receiver, tries=(*_recent(receiver, now), now))


def after_digest(receiver: Receiver, moment: datetime) -> Receiver:
    """What is remembered of one for whom there was nothing in a digest."""
    return replace(receiver, digested=moment)


def after_success(receiver: Receiver, *, digested: datetime | None) -> Receiver:
    """What is remembered of one that was told.

    Args:
        digested: the digest that this was; None: it was none.
    """
    return replace(
        receiver,
        digested=digested or receiver.digested,
        failures=0,
        sent=receiver.sent + 1,
        last_error=None,
    )


def after_failure(receiver: Receiver, error: str) -> Receiver:
    """What is remembered of one that was not told."""
    return replace(
        receiver, failures=receiver.failures + 1, failed=receiver.failed + 1, last_error=error
    )


def _recent(receiver: Receiver, now: datetime) -> tuple[datetime, ...]:
    """Tries of the last hour; those of a time to come are of a clock that was wrong."""
    return tuple(at for at in receiver.tries if timedelta(0) <= now - at < _HOUR)


def _backs_off(receiver: Receiver, tries: tuple[datetime, ...], now: datetime) -> bool:
    if not receiver.failures or not tries:
        return False
    rests = min(timedelta(minutes=2 ** min(receiver.failures, 10)), _LONGEST_BACKOFF)
    return now - tries[-1] < rests


def _is_quiet(settings: Notify, now: datetime) -> bool:
    if settings.quiet is None:
        return False
    begin, end = (time.fromisoformat(one) for one in settings.quiet.split("-"))
    at = now.astimezone(ZoneInfo(settings.zone)).time()
    return begin <= at < end if begin < end else at >= begin or at < end


def _times(digest: str) -> tuple[time, ...]:
    if digest.endswith("h"):
        return tuple(time(hour) for hour in range(0, 24, int(digest[:-1])))
    return (time.fromisoformat(digest),)
