"""Hubs: lists whose links are followed, and what outlets and lists bring."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from ingest.corpus.base import Base, iso
from ingest.corpus.proposals import ACCEPTED
from ingest.corpus.sources import WORTHLESS

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

__all__ = ["Hubs"]

#: Sources because lists lead on, and for nothing else: no front page, none that a person named.
_OF_LISTS = "sources.found_by = 'lists' AND sources.because IS NOT :accepted"


class Hubs(Base):
    """The rows of `hubs`, and what is asked about links."""

    def link_yield(self, outlet: str) -> tuple[int, int]:
        """Pages of an outlet that were fetched, and how many of them are kept."""
        row = self._row(
            "SELECT count(last_fetched) AS fetched, "
            "coalesce(sum(outcome IN ('article', 'copy')), 0) AS kept FROM pages WHERE outlet = ?",
            (outlet,),
        )
        return (row["fetched"], row["kept"]) if row else (0, 0)

    def hub_keys(self, outlet: str, *, because: Collection[str]) -> set[str]:
        """Canonical addresses of the lists of an outlet that are looked at for these reasons."""
        rows = self._rows(
            "SELECT key FROM hubs JOIN pages ON pages.id = hubs.page WHERE hubs.outlet = ? "
            "AND hubs.because IN (SELECT value FROM json_each(?))",
            (outlet, json.dumps(sorted(because))),
        )
        return {row["key"] for row in rows}

    def linked_keys(self, outlet: str) -> list[str]:
        """Canonical addresses of an outlet that links named and that were let through."""
        rows = self._rows(
            "SELECT key FROM pages WHERE outlet = ? AND depth > 0 AND outcome <> 'skipped' "
            "AND NOT (outcome = 'rejected' AND last_fetched IS NULL) "  # as a trap
            "ORDER BY key",
            (outlet,),
        )
        return [row["key"] for row in rows]

    def enter_hubs(self, keys: Collection[str], *, because: str, now: datetime) -> None:
        """Note lists that are looked at; those that are no lines of the ledger are left out."""
        self._run(
            "INSERT INTO hubs (page, outlet, because, entered) "
            "SELECT id, outlet, :because, :now FROM pages "
            "WHERE key IN (SELECT value FROM json_each(:keys)) AND outlet IS NOT NULL "
            "ON CONFLICT (page) DO NOTHING",
            {"because": because, "now": iso(now), "keys": json.dumps(sorted(keys))},
        )

    def count_others(self, page: int) -> int:
        """Lists of a list's outlet that are looked at again, but for itself."""
        return int(
            self._value(
                "SELECT count(DISTINCT sources.id) "  # noqa: S608
                "FROM hubs b JOIN sources ON sources.id = b.source "
                "WHERE b.outlet = (SELECT outlet FROM pages WHERE id = :page) AND b.page <> :page "
                f"AND sources.state = 'active' AND {_OF_LISTS}",
                {"page": page, "accepted": ACCEPTED},
            )
        )

    def look_again(self, page: int, url: str, *, every_minutes: int, now: datetime) -> int:
        """Make a list that brought something a source, due after its time; its number."""
        self._run(
            "INSERT INTO sources (outlet, kind, url, found_by, every_minutes, next_due) "
            "SELECT outlet, 'site', :url, 'lists', :every, :due FROM pages WHERE id = :page "
            "ON CONFLICT (kind, url) DO NOTHING",
            {
                "url": url,
                "every": every_minutes,
                "due": iso(now + timedelta(minutes=every_minutes)),
                "page": page,
            },
        )
        source = int(self._value("SELECT id FROM sources WHERE kind = 'site' AND url = ?", (url,)))
        self._run("UPDATE hubs SET source = ? WHERE page = ?", (source, page))
        return source

    def rest_hubs(self, *, since: datetime) -> int:
        """Look no more at lists that named nothing kept or waiting since a time; how many.

        A list that was entered later than that has its time still. A front page, and what a person
        named or accepted, does not rest so.
        """
        cursor = self._run(
            "UPDATE sources SET state = 'resting', because = :because "  # noqa: S608
            f"WHERE state = 'active' AND {_OF_LISTS} "
            "AND id IN (SELECT source FROM hubs WHERE entered < :since) "
            "AND NOT EXISTS (SELECT 1 FROM pages p WHERE p.source = sources.id "
            "AND p.first_seen >= :since AND p.outcome IN ('article', 'copy', 'waiting'))",
            {
                "since": iso(since),
                "because": f"{WORTHLESS} since {iso(since)[:10]}",
                "accepted": ACCEPTED,
            },
        )
        return int(cursor.rowcount)
