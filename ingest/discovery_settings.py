"""The table `[discovery]`: what is proposed as a source, and what of that is tried at once."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ingest.setting_types import Share, Table

__all__ = ["Discovery"]


class Discovery(Table):
    """Sources that nobody named."""

    proposals: Literal["poll", "show", "off"] = Field(
        "poll",
        description="Outlets that the seeds name and that fit the story: poll the likeliest, only "
        "show them in `seedbed sources`, or off.",
    )
    catalogue: bool = Field(
        True,
        description="Propose outlets of the built-in catalogue and of `outlets.tsv`, by country "
        "and language.",
    )
    fit: Share = Field(
        0.6, description="Fit from which an outlet of the catalogue is polled unasked, 0 to 1."
    )
    per_day: int = Field(
        8, ge=0, le=1000, description="Proposed outlets that are tried first on one day at most."
    )
    on_trial: int = Field(
        24, ge=0, le=10_000, description="Proposed outlets on trial at the same time at most."
    )
    trial_days: float = Field(
        14, gt=0, le=3660, description="Days without an article after which an outlet rests."
    )
    shown: int = Field(
        60, ge=0, le=10_000, description="Outlets of the catalogue that are proposed at most."
    )
