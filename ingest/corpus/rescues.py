"""Pages whose text is taken from a capture of their address, and what came of looking for one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from ingest.corpus.base import Base, iso, parse_iso
from ingest.items import DuePage, Outcome

__all__ = ["Line", "Rescues"]


class Line(NamedTuple):
    """Where an address stands."""

    outcome: Outcome
    last_fetched: datetime | None  #: aware UTC; None: never


class Rescues(Base):
    """Claims of single pages, and the rows of `rescues`."""

    def claim_key(self, key: str, *, run: int, now: datetime, lease_s: float) -> DuePage | None:
        """Lease the page of an address to a run, due or not; None: another run holds it."""
        with self.transaction():
            row = self._row(
                "SELECT id, url, outcome, etag, last_modified, priority, depth FROM pages "
                "WHERE key = :key AND (leased_until IS NULL OR leased_until < :now OR run = :run)",
                {"key": key, "now": iso(now), "run": run},
            )
            if row is None:
                return None
            self._run(
                "UPDATE pages SET leased_until = ?, run = ? WHERE id = ?",
                (iso(now + timedelta(seconds=lease_s)), run, row["id"]),
            )
        return DuePage(
            page=row["id"],
            url=row["url"],
            outcome=Outcome(row["outcome"]),
            etag=row["etag"],
            last_modified=row["last_modified"],
            priority=row["priority"],
            depth=row["depth"],
        )

    def known_line(self, key: str) -> Line | None:
        """Where an address stands; None: the ledger does not know it."""
        row = self._row("SELECT outcome, last_fetched FROM pages WHERE key = ?", (key,))
        if row is None:
            return None
        return Line(Outcome(row["outcome"]), parse_iso(row["last_fetched"]))

    def reason_of(self, page: int) -> str:
        """Why a page stands where it does."""
        return str(self._value("SELECT reason FROM pages WHERE id = ?", (page,)))

    def dead_pages(self, *, limit: int, asked_before: datetime) -> list[DuePage]:
        """Pages that gave no text and are not asked again, the most promising first.

        Args:
            limit: pages at most.
            asked_before: those that a web archive was asked for since are left out.
        """
        rows = self._rows(
            "SELECT p.id, p.url, p.outcome, p.priority, p.depth FROM pages p "
            "LEFT JOIN rescues r ON r.page = p.id "
            "WHERE (p.outcome = 'gone' OR (p.outcome = 'failed' AND p.next_check IS NULL)) "
            "AND p.leased_until IS NULL AND (r.asked IS NULL OR r.asked < :before) "
            "ORDER BY r.asked IS NOT NULL, p.priority DESC, p.key LIMIT :limit",
            {"before": iso(asked_before), "limit": limit},
        )
        return [
            DuePage(
                page=row["id"],
                url=row["url"],
                outcome=Outcome(row["outcome"]),
                etag=None,
                last_modified=None,
                priority=row["priority"],
                depth=row["depth"],
            )
            for row in rows
        ]

    def note_rescue(self, page: int, *, captures: int, said: str, now: datetime) -> None:
        """Write that a web archive was asked for a page, and what came of it."""
        with self.transaction():
            self._run(
                "INSERT INTO rescues (page, asked, captures, said) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (page) DO UPDATE SET asked = excluded.asked, "
                "captures = excluded.captures, said = excluded.said",
                (page, iso(now), captures, said),
            )
