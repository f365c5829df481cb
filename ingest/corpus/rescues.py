"""Pages whose text is taken from a capture of their address, and what came of looking for one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from ingest.corpus.base import Base, iso, parse_iso
from ingest.corpus.validators import sent_validator
from ingest.items import DuePage, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Line", "Rescues"]

_PASSED_OVER = "not worth asking by topic "


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
            etag=sent_validator(row["etag"]),
            last_modified=sent_validator(row["last_modified"]),
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

    def note_passed_over(self, pages: Iterable[int], *, topic: str, now: datetime) -> None:
        """Write that pages are not worth asking a web archive for, by this version of the topic."""
        with self.transaction():
            for page in pages:
                self.note_rescue(page, captures=0, said=f"{_PASSED_OVER}{topic}", now=now)

    def forget_passed_over(self, *, other_than: str) -> None:
        """Let pages be looked at again that another version of the topic passed over."""
        with self.transaction():
            self._run(
                "DELETE FROM rescues WHERE substr(said, 1, :length) = :said "
                "AND substr(said, :length + 1) <> :topic",
                {"length": len(_PASSED_OVER), "said": _PASSED_OVER, "topic": other_than},
            )

    def note_rescue(self, page: int, *, captures: int, said: str, now: datetime) -> None:
        """Write that a web archive was asked for a page, and what came of it."""
        with self.transaction():
            self._run(
                "INSERT INTO rescues (page, asked, captures, said) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (page) DO UPDATE SET asked = excluded.asked, "
                "captures = excluded.captures, said = excluded.said",
                (page, iso(now), captures, said),
            )
