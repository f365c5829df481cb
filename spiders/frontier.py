"""Everything that is due, whoever found it: leftovers of a killed run, retries, revisits."""

from __future__ import annotations

from spiders.base import SourceSpider

__all__ = ["FrontierSpider"]


class FrontierSpider(SourceSpider):
    """Polls nothing; fetches what waits."""

    name = "frontier"

    @property
    def scope(self) -> None:
        """Everything that is due."""
        return
