"""Times as text: UTC, ISO 8601, whole seconds, `Z`; in the corpus and in all that leaves it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

__all__ = ["iso", "moment_of", "parse_iso"]


def iso(at: datetime) -> str:
    """An aware time, written."""
    at = at.astimezone(UTC).replace(tzinfo=None)
    return f"{at.isoformat(timespec='seconds')}Z"  # strftime does not pad years before 1000


def parse_iso(text: str | None) -> datetime | None:
    """The time that `iso` wrote."""
    return datetime.fromisoformat(text) if text else None


def moment_of(written: str | date, *, is_end: bool = False) -> datetime:
    """A time as it is, naive or not; of a day its start, UTC, or its end.

    Args:
        written: a day, a time, or either in ISO 8601.
        is_end: whether a day means the start of the next one.

    Raises:
        ValueError: it is none.
        OverflowError: it is the last day there is, and its end is asked for.
    """
    if isinstance(written, str):
        is_day = len(written) == len("2025-07-01")
        written = date.fromisoformat(written) if is_day else datetime.fromisoformat(written)
    if isinstance(written, datetime):
        return written
    return datetime.combine(written + timedelta(days=is_end), time(), UTC)
