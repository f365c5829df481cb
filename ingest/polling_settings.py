"""The table `[polling]` of the settings: what a poll is worth, and what patience."""

from __future__ import annotations

from pydantic import Field

from ingest.setting_types import Table

__all__ = ["Polling"]


class Polling(Table):
    """How sources are followed, within the bounds of `[schedule]`."""

    new_per_poll: float = Field(
        6,
        gt=0,
        le=1000,
        description="New addresses for which a source of 50 a day is polled, by its own rhythm; "
        "fewer brings them sooner, more costs fewer requests.",
    )
    failing_at_most_minutes: float = Field(
        10_080, gt=0, le=60 * 24 * 366, description="Minutes between tries of a failing source."
    )
    patience_s: float = Field(
        30,
        ge=0,
        le=3600,
        description="Seconds that a run waits for a host that asked for it; its addresses wait "
        "for a later run where it is more.",
    )
