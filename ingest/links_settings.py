"""The table `[links]` of the settings."""

from __future__ import annotations

from pydantic import Field

from ingest.setting_types import Share, Table

__all__ = ["Links"]


class Links(Table):
    """How far links are followed, from related pages and from the lists of their outlets."""

    depth: int | None = Field(
        None,
        ge=1,
        description="Links followed in a row at most; unset: as far as pages are related.",
    )
    pages_per_outlet: int = Field(
        500, ge=1, description="Linked pages of one outlet that a run fetches at most."
    )
    hubs_per_outlet: int = Field(
        10,
        ge=0,
        description="Lists of one outlet that are tried, as many again that its kept pages are "
        "filed under, and as many that are looked at again.",
    )
    explore: Share = Field(
        0.05, description="Share of the lists of outlets without a kept page that is tried, 0 to 1."
    )
