"""Sources: where addresses come from, and when each is due."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ingest.corpus.base import Base, iso, parse_iso
from ingest.corpus.validators import keep_validator, sent_validator
from ingest.items import DueSource, Rhythm

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

__all__ = ["FRUITLESS", "RESTED", "WORTHLESS", "Sources"]

#: What `because` says where a person let a source rest; no rule wakes it then.
RESTED = "a person let it rest"
#: How `because` begins where a source rests because its outlet was tried in vain.
FRUITLESS = "it brought no article"
#: How `because` begins where a list rests that named nothing kept or waiting for long.
WORTHLESS = "named nothing of worth"


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
            if kind == "site" and outlet is not None:
                self.name_homepage(outlet, url)
            cursor = self._run(
                "INSERT INTO sources (outlet, kind, url, found_by, every_minutes, next_due) "
                "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (kind, url) DO NOTHING",
                (outlet, kind, url, found_by, every_minutes, iso(now)),
            )
        return bool(cursor.rowcount)

    def name_homepage(self, outlet: str, url: str) -> None:
        """Write the front page of an outlet that is known, and of which none is."""
        with self.transaction():
            self._run(
                "UPDATE outlets SET homepage = ? WHERE id = ? AND homepage IS NULL", (url, outlet)
            )

    def due_sources(self, kinds: Sequence[str], *, now: datetime) -> list[DueSource]:
        """Sources of these kinds whose poll is due, longest overdue first."""
        marks = ", ".join("?" * len(kinds))
        rows = self._rows(
            f"SELECT {_ASKED} "  # noqa: S608
            f"FROM sources WHERE kind IN ({marks}) AND next_due <= ? AND state = 'active' "
            "ORDER BY next_due, url",
            (*kinds, iso(now)),
        )
        return [_due(row) for row in rows]

    def ask_only(self, kind: str, urls: Collection[str], *, now: datetime) -> None:
        """Let the sources of a kind at other addresses rest; those at these are asked again.

        One that rests keeps what it found, is never due, and does not count as failing.
        """
        named = {"kind": kind, "urls": json.dumps(sorted(urls)), "now": iso(now)}
        with self.transaction():
            self._run(
                "UPDATE sources SET state = 'resting', last_error = NULL, failures = 0, "
                "failure_weight = 0 WHERE kind = :kind AND state <> 'resting' "
                "AND url NOT IN (SELECT value FROM json_each(:urls))",
                named,
            )
            self._run(
                "UPDATE sources SET state = 'active', next_due = :now WHERE kind = :kind "
                "AND state = 'resting' AND url IN (SELECT value FROM json_each(:urls)) "
                "AND because IS NOT :rested AND coalesce(because, '') NOT LIKE :fruitless",
                {**named, "rested": RESTED, "fruitless": f"{FRUITLESS}%"},
            )

    def postpone(self, kind: str, *, until: datetime) -> None:
        """Let no source of a kind be due before a time; none of them failed for it."""
        with self.transaction():
            self._run(
                "UPDATE sources SET next_due = :until WHERE kind = :kind AND next_due < :until",
                {"kind": kind, "until": iso(until)},
            )

    def postpone_source(self, source: int, *, until: datetime) -> None:
        """Let one source be due no sooner; it did not fail for it."""
        with self.transaction():
            self._run(
                "UPDATE sources SET next_due = :until WHERE id = :source AND next_due < :until",
                {"source": source, "until": iso(until)},
            )

    def note_lack(self, source: int, lack: str) -> None:
        """Write what an answer of a source lacked, though it answered."""
        with self.transaction():
            self._run("UPDATE sources SET last_error = ? WHERE id = ?", (lack, source))

    def forget_bodies(self) -> None:
        """Read every source anew at its next poll, changed or not."""
        with self.transaction():
            self._run("UPDATE sources SET etag = NULL, last_modified = NULL, body_hash = NULL")

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
        learned: DueSource | None = None,
    ) -> None:
        """Write that a source answered; in the transaction that stored what it named.

        Args:
            etag, last_modified, body_hash: None: keep the stored value (a 304 need not repeat it).
            learned: the source as its answer leaves it; None: it taught nothing of its rhythm.
        """
        with self.transaction():
            if learned is not None:
                self._note_learned(learned)
            self._run(
                "UPDATE sources SET last_ok = :now, last_error = NULL, failures = 0, "
                "failure_weight = 0, every_minutes = :every, next_due = :due, "
                "etag = coalesce(:etag, etag), "
                "last_modified = coalesce(:last_modified, last_modified), "
                "body_hash = coalesce(:body_hash, body_hash), title = coalesce(:title, title) "
                "WHERE id = :source",
                {
                    "now": iso(now),
                    "every": every_minutes,
                    "due": iso(now + timedelta(minutes=every_minutes)),
                    "etag": keep_validator(etag),
                    "last_modified": keep_validator(last_modified),
                    "body_hash": body_hash,
                    "title": title,
                    "source": source.source,
                },
            )
            self._run("UPDATE runs SET polled = polled + 1 WHERE id = ?", (run,))

    def poll_failed(
        self,
        source: DueSource,
        *,
        run: int,
        error: str,
        every_minutes: int,
        now: datetime,
        weight: float = 1.0,
    ) -> None:
        """Write that a source did not answer; it is asked again, later each time, for ever.

        Args:
            weight: how much this failure tells of it, 0..1; when those in a row make a whole one
                it is asked at its own address again, wherever it had moved to.
        """
        with self.transaction():
            self._run(
                "UPDATE sources SET last_error = :error, failures = failures + 1, next_due = :due, "
                "failure_weight = failure_weight + :weight, "
                "moved_days = iif(failure_weight + :weight >= 1, 0, moved_days) "
                "WHERE id = :source",
                {
                    "error": error,
                    "due": iso(now + timedelta(minutes=every_minutes)),
                    "weight": weight,
                    "source": source.source,
                },
            )
            self._run(
                "UPDATE runs SET polled = polled + 1, polls_failed = polls_failed + 1 WHERE id = ?",
                (run,),
            )

    def _note_learned(self, source: DueSource) -> None:
        self._run(
            "UPDATE sources SET new_per_day = :rate, last_new = :new, last_full = :full, "
            "lied = :lied, is_doubted = :doubted, hints = :hints, hours = :hours, "
            "moved_to = :moved, moved_days = :days WHERE id = :source",
            {
                "rate": source.new_per_day,
                "new": _iso(source.last_new),
                "full": _iso(source.last_full),
                "lied": _iso(source.lied),
                "doubted": source.is_doubted,
                "hints": _json_of(source.rhythm),
                "hours": json.dumps(source.hours) if source.hours else None,
                "moved": source.moved_to,
                "days": source.moved_days,
                "source": source.source,
            },
        )


_ASKED = (
    "id AS source, kind, url, etag, last_modified, body_hash, every_minutes, failures, last_ok, "
    "last_error, new_per_day, last_new, failure_weight, last_full, lied, is_doubted, "
    "hints AS rhythm, hours, moved_to, moved_days"
)
_TIMES = ("last_ok", "last_new", "last_full", "lied")


def _due(row: dict[str, Any]) -> DueSource:
    times = {name: parse_iso(row[name]) for name in _TIMES}
    hours = tuple(json.loads(row["hours"])) if row["hours"] else ()
    said: dict[str, Any] = json.loads(row["rhythm"]) if row["rhythm"] else {}
    said |= {name: tuple(said[name]) for name in ("skip_hours", "skip_days") if name in said}
    rhythm = Rhythm(**said)
    known = {"hours": hours, "rhythm": rhythm, "is_doubted": bool(row["is_doubted"])}
    known |= {name: sent_validator(row[name]) for name in ("etag", "last_modified")}
    return DueSource(**{**row, **times, **known})


def _json_of(rhythm: Rhythm) -> str | None:
    said = {name: value for name, value in asdict(rhythm).items() if value}
    return json.dumps(said) if said else None


def _iso(at: datetime | None) -> str | None:
    return iso(at) if at is not None else None
