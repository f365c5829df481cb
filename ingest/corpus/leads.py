"""Leads: headlines that a service told without an address, and the pages they turn out to be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from ingest.corpus.base import Base, iso, parse_iso

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

__all__ = ["KnownTitle", "Lead", "Leads"]


class Lead(NamedTuple):
    """A headline at an outlet."""

    outlet: str  #: registrable domain
    title: str
    published: datetime | None  #: aware UTC; None: not said
    url: str  #: of the service that told it
    source: int | None  #: id in `sources`


class KnownTitle(NamedTuple):
    """A page of the ledger and a headline it goes by."""

    page: int
    url: str
    title: str
    published: datetime | None  #: aware UTC; None: not known


class Leads(Base):
    """The rows of `leads`, and what they are resolved by."""

    def add_lead(self, lead: Lead, *, now: datetime, page: int | None = None) -> bool:
        """Enter a lead, or the page that a known one turned out to be; whether it was new."""
        with self.transaction():
            is_new = not self._row(
                "SELECT 1 FROM leads WHERE outlet = ? AND title = ?", (lead.outlet, lead.title)
            )
            self._run(
                "INSERT INTO leads (outlet, title, published, url, source, first_seen, page) "
                "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (outlet, title) DO UPDATE "
                "SET page = coalesce(excluded.page, page)",
                (
                    lead.outlet,
                    lead.title,
                    iso(lead.published) if lead.published else None,
                    lead.url,
                    lead.source,
                    iso(now),
                    page,
                ),
            )
        return is_new

    def open_leads(self, *, since: datetime) -> list[Lead]:
        """The leads first seen since a time whose page is not known; by outlet and headline."""
        rows = self._rows(
            "SELECT outlet, title, published, url, source FROM leads "
            "WHERE page IS NULL AND first_seen >= ? ORDER BY outlet, title",
            (iso(since),),
        )
        return [Lead(**{**row, "published": parse_iso(row["published"])}) for row in rows]

    def titles_at(self, outlet: str) -> list[KnownTitle]:
        """The pages of an outlet by the headlines they go by: as named, and as read."""
        rows = self._rows(
            "SELECT id AS page, url, title, published FROM pages "
            "WHERE outlet = :outlet AND title IS NOT NULL "
            "UNION SELECT page, url, title, published FROM articles WHERE outlet = :outlet "
            "UNION SELECT page, url, title, published FROM copies WHERE outlet = :outlet "
            "ORDER BY url, page, title",
            {"outlet": outlet},
        )
        return [KnownTitle(**{**row, "published": parse_iso(row["published"])}) for row in rows]

    def count_unknown(self, keys: Collection[str]) -> int:
        """How many of these canonical addresses the ledger does not know."""
        return int(
            self._value(
                "SELECT count(*) FROM json_each(?) WHERE value NOT IN (SELECT key FROM pages)",
                (json.dumps(sorted(set(keys))),),
            )
        )
