"""Sources: where addresses come from, and when each is due."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from ingest.corpus.base import Base, iso, parse_iso
from ingest.items import DueSource

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

__all__ = ["Sources"]


class Sources(Base):
    """The rows of `sources`."""

    def add_source(
        self,
        *,
        kind: str,
        url: str,
        outlet: str | None,
        found_by: str,
        every_minutes: int,
        now: datetime,
    ) -> bool:
        """Enter a source, of an outlet or of none, due at once; whether it was new."""
        with self.transaction():
            if outlet is not None:
                self._run(
                    "INSERT INTO outlets (id, first_seen, last_seen) VALUES (:id, :now, :now) "
                    "ON CONFLICT (id) DO NOTHING",
                    {"id": outlet, "now": iso(now)},
                )
            if kind == "site":
                self._run(
                    "UPDATE outlets SET homepage = coalesce(homepage, ?) WHERE id = ?",
                    (url, outlet),
                )
            cursor = self._run(
                "INSERT INTO sources (outlet, kind, url, found_by, every_minutes, next_due) "
                "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (kind, url) DO NOTHING",
                (outlet, kind, url, found_by, every_minutes, iso(now)),
            )
        return bool(cursor.rowcount)

    def due_sources(self, kinds: Sequence[str], *, now: datetime) -> list[DueSource]:
        """Sources of these kinds whose poll is due, longest overdue first."""
        marks = ", ".join("?" * len(kinds))
        rows = self._rows(
            "SELECT id AS source, kind, url, etag, last_modified, body_hash, every_minutes, "  # noqa: S608
            "failures, last_ok, last_error "
            f"FROM sources WHERE kind IN ({marks}) AND next_due <= ? AND state = 'active' "
            "ORDER BY next_due, url",
            (*kinds, iso(now)),
        )
        return [DueSource(**{**row, "last_ok": parse_iso(row["last_ok"])}) for row in rows]

    def ask_only(self, kind: str, urls: Collection[str], *, now: datetime) -> None:
        """Let the sources of a kind at other addresses rest; those at these are asked again.

        One that rests keeps what it found, is never due, and does not count as failing.
        """
        named = {"kind": kind, "urls": json.dumps(sorted(urls)), "now": iso(now)}
        with self.transaction():
            self._run(
                "UPDATE sources SET state = 'resting', last_error = NULL, failures = 0, "
                "failure_weight = 0 WHERE kind = :kind "
                "AND url NOT IN (SELECT value FROM json_each(:urls))",
                named,
            )
            self._run(
                "UPDATE sources SET state = 'active', next_due = :now WHERE kind = :kind "
                "AND state = 'resting' AND url IN (SELECT value FROM json_each(:urls))",
                named,
            )

    def postpone(self, kind: str, *, until: datetime) -> None:
        """Let no source of a kind be due before a time; none of them failed for it."""
        with self.transaction():
            self._run(
                "UPDATE sources SET next_due = :until WHERE kind = :kind AND next_due < :until",
                {"kind": kind, "until": iso(until)},
            )

    def note_lack(self, source: int, lack: str) -> None:
        """Write what an answer of a source lacked, though it answered."""
        with self.transaction():
            self._run("UPDATE sources SET last_error = ? WHERE id = ?", (lack, source))

    def forget_bodies(self) -> None:
        """Read every source anew at its next poll, changed or not."""
        with self.transaction():
            self._run("UPDATE sources SET etag = NULL, last_modified = NULL, body_hash = NULL")

    def count_sources(self) -> int:
        """How many sources there are."""
        return int(self._value("SELECT count(*) FROM sources"))

    def poll_succeeded(
        self,
        source: DueSource,
        *,
        run: int,
        every_minutes: int,
        now: datetime,
        etag: str | None,
        last_modified: str | None,
        body_hash: str | None,
        title: str | None = None,
    ) -> None:
        """Write that a source answered; in the transaction that stored what it named.

        Args:
            etag, last_modified, body_hash: None: keep the stored value (a 304 need not repeat it).
        """
        with self.transaction():
            self._run(
                "UPDATE sources SET last_ok = :now, last_error = NULL, failures = 0, "
                "every_minutes = :every, next_due = :due, etag = coalesce(:etag, etag), "
                "last_modified = coalesce(:last_modified, last_modified), "
                "body_hash = coalesce(:body_hash, body_hash), title = coalesce(:title, title) "
                "WHERE id = :source",
                {
                    "now": iso(now),
                    "every": every_minutes,
                    "due": iso(now + timedelta(minutes=every_minutes)),
                    "etag": etag,
                    "last_modified": last_modified,
                    "body_hash": body_hash,
                    "title": title,
                    "source": source.source,
                },
            )
            self._run("UPDATE runs SET polled = polled + 1 WHERE id = ?", (run,))

    def poll_failed(
        self, source: DueSource, *, run: int, error: str, every_minutes: int, now: datetime
    ) -> None:
        """Write that a source did not answer; it is asked again, later each time, for ever."""
        with self.transaction():
            self._run(
                "UPDATE sources SET last_error = ?, failures = failures + 1, next_due = ? "
                "WHERE id = ?",
                (error, iso(now + timedelta(minutes=every_minutes)), source.source),
            )
            self._run(
                "UPDATE runs SET polled = polled + 1, polls_failed = polls_failed + 1 WHERE id = ?",
                (run,),
            )
