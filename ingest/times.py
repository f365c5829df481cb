"""Times as text: UTC, ISO 8601, whole seconds, `Z`; in the corpus and in all that leaves it."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["iso", "parse_iso"]


def iso(at: datetime) -> str:
    """An aware time, written."""
    at = at.astimezone(UTC).replace(tzinfo=None)
    return f"{at.isoformat(timespec='seconds')}Z"  # strftime does not pad years before 1000


def parse_iso(text: str | None) -> datetime | None:
    """The time that `iso` wrote."""
    return datetime.fromisoformat(text) if text else None
