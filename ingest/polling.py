"""How a source is asked, and what its answer teaches of it; pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from ingest.items import DueSource, Found, Rhythm
from ingest.rhythm import Pace, learn_pace

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["address_of", "after_answer", "after_not_modified", "is_test_due", "validators_of"]

_FULL_EVERY = timedelta(days=1)  # protocols: servers that answer 304 wrongly exist
_LIAR_FOR = timedelta(days=7)
_MOVED_DAYS = 3  # a mistake or a captive portal lasts a day


def address_of(source: DueSource) -> str:
    """Where a source is asked: where it has moved to, once that is sure."""
    is_moved = source.moved_to is not None and source.moved_days >= _MOVED_DAYS
    return source.moved_to if is_moved and source.moved_to else source.url


def validators_of(source: DueSource, now: datetime) -> tuple[str | None, str | None]:
    """The validators to send: entity tag and date; none where the body itself is wanted.

    That of a robots.txt always is: its rules have to be at hand, and it is read once a day.
    """
    if source.kind == "robots" or _is_liar(source, now) or is_test_due(source, now):
        return None, None
    return source.etag, source.last_modified


def is_test_due(source: DueSource, now: datetime) -> bool:
    """Whether its body is due to be seen, whatever it says of it: daily, if it was spared since."""
    if source.last_full is None:
        return True
    was_spared = source.last_ok is not None and source.last_ok > source.last_full
    return was_spared and now - source.last_full >= _FULL_EVERY and not source.is_doubted


def after_not_modified(source: DueSource, now: datetime) -> DueSource:
    """A source that answered 304.

    It lied when its validators are older than the change that the last full answer showed.
    """
    pace = learn_pace(_pace(source), new=0, dates=(), since=source.last_ok, now=now)
    return replace(
        source,
        lied=now if source.is_doubted else source.lied,
        is_doubted=False,
        new_per_day=pace.new_per_day,
        hours=pace.hours,
    )


def after_answer(
    source: DueSource,
    found: Found,
    *,
    new: int,
    moved_to: str | None,
    is_changed: bool,
    now: datetime,
) -> DueSource:
    """A source that answered with a body.

    Args:
        new: addresses never seen before that it brought.
        moved_to: where it was redirected for good; None: nowhere.
        is_changed: whether the body is another than the last one.
    """
    dates = [one.published for one in found.candidates if one.published is not None]
    pace = learn_pace(_pace(source), new=new, dates=dates, since=source.last_ok, now=now)
    was_tested = is_test_due(source, now) and source.last_full is not None
    is_trusted = not _is_liar(source, now)
    has_validators = bool(source.etag or source.last_modified)
    moved, moved_days = _moved(source, moved_to, now)
    return replace(
        source,
        new_per_day=pace.new_per_day,
        hours=pace.hours,
        last_new=now if new else source.last_new,
        last_full=now,
        is_doubted=was_tested and is_trusted and has_validators and new > 0,
        rhythm=found.rhythm if is_changed and found.rhythm != Rhythm() else source.rhythm,
        moved_to=moved,
        moved_days=moved_days,
    )


def _is_liar(source: DueSource, now: datetime) -> bool:
    return source.lied is not None and now - source.lied < _LIAR_FOR


def _moved(source: DueSource, moved_to: str | None, now: datetime) -> tuple[str | None, int]:
    if moved_to is None:
        is_there = address_of(source) != source.url  # it was asked where it has moved to
        return (source.moved_to, source.moved_days) if is_there else (None, 0)
    is_new_day = source.last_ok is None or source.last_ok.date() != now.date()
    days = source.moved_days + is_new_day if source.moved_to == moved_to else 1
    return moved_to, days


def _pace(source: DueSource) -> Pace:
    return Pace(new_per_day=source.new_per_day, hours=source.hours)
