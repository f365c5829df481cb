"""Runs: who crawled when, what came of it, and whether the counts add up."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from ingest.corpus.base import Base, iso, parse_iso
from ingest.corpus.processes import is_alive, is_here, name_of_this_process
from ingest.errors import CorpusIsCopy
from ingest.items import Outcome

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["COPY_SAID", "PULLED", "Runs"]

#: State of a file that is a copy of a cluster's corpus: of which, and up to where.
PULLED = "pulled"
COPY_SAID = (
    "a copy that `seedbed pull` keeps up to date, and nothing else may write into; "
    "crawls, labels and the rest are for after `seedbed pull --last`"
)

#: The column of `runs` that counts each outcome of a fetch.
COLUMN_OF = {
    Outcome.ARTICLE: "new_articles",
    Outcome.COPY: "copies",
    Outcome.REVISION: "revisions",
    Outcome.UNCHANGED: "unchanged",
    Outcome.OFF_TOPIC: "off_topic",
    Outcome.REJECTED: "rejected",
    Outcome.ROBOTS: "robots",
    Outcome.GONE: "gone",
    Outcome.FAILED: "errors",
}


DIED = "its process died"  # what a run says that nobody could close


def _shows_no_life(run: dict[str, Any]) -> bool:
    """Whether a run can be taken for dead; a container that starts anew has another host name."""
    process = run["process"]
    return not is_alive(process) or bool(run["is_stale"] and not is_here(process))


class BrokenRun(NamedTuple):
    """A run that died or failed."""

    run: int
    spider: str
    is_here: bool  #: it was a process of this machine
    message: str


def copy_of(mark: str | None) -> dict[str, Any] | None:
    """What the mark of a pulled file says, as `Runs.copy_of` tells it; None: there is no mark."""
    if mark is None:
        return None
    told = json.loads(mark)
    return {"database": told.get("database") or None, "as_of": told.get("as_of") or None}


class Runs(Base):
    """The rows of `runs`."""

    #: Without a lease for so long, a run of another host counts as dead.
    silent_for: ClassVar[timedelta] = timedelta(days=1)

    def check_is_own(self) -> None:
        """Make sure that others than `pull` may write here.

        Raises:
            CorpusIsCopy: they may not: the next pull would contradict what they wrote.
        """
        if self._value("SELECT 1 FROM topic_state WHERE key = ?", (PULLED,)):
            raise CorpusIsCopy(COPY_SAID, path=self.path)

    def copy_of(self) -> dict[str, Any] | None:
        """The `database` that the file is a copy of, without user and password; None: it is none.

        `as_of` is the time, UTC, of the last pull that brought anything. Both are None until the
        first pull ends, and where an older version pulled.
        """
        return copy_of(self._value("SELECT value FROM topic_state WHERE key = ?", (PULLED,)))

    def start_run(self, *, spider: str, trigger: str, version: str, now: datetime) -> int:
        """Open a run; its id.

        Raises:
            CorpusError: the file is a copy of another corpus.
        """
        with self.transaction():
            self.check_is_own()
            cursor = self._run(
                'INSERT INTO runs (started, spider, "trigger", outcome, process, version) '
                "VALUES (?, ?, ?, 'running', ?, ?)",
                (iso(now), spider, trigger, name_of_this_process(), version),
            )
        return int(cursor.lastrowid)

    def close_dead_runs(self, *, now: datetime) -> list[int]:
        """Close runs whose process died unseen, and free what they held; their ids."""
        with self.transaction():
            rows = self._rows(
                "SELECT id, process, started < :long_ago AND NOT EXISTS (SELECT 1 FROM pages "
                "WHERE run = runs.id AND leased_until > :now) AS is_stale "
                "FROM runs WHERE outcome = 'running'",
                {"now": iso(now), "long_ago": iso(now - self.silent_for)},
            )
            dead = [row["id"] for row in rows if _shows_no_life(row)]
            for run in dead:
                self._free(run)
                self._close_row(run, outcome="died", message=DIED, now=now)
        return dead

    def runs_at_work(self, *, now: datetime) -> list[int]:
        """Open runs that live here, or on another host and hold a lease; the newest first.

        A container that starts anew has another host name: what it left open holds nothing soon.
        """
        rows = self._rows(
            "SELECT id, process, EXISTS (SELECT 1 FROM pages WHERE run = runs.id "
            "AND leased_until > ?) AS has_lease "
            "FROM runs WHERE outcome = 'running' ORDER BY id DESC",
            (iso(now),),
        )
        return [
            row["id"]
            for row in rows
            if is_alive(row["process"]) and (row["has_lease"] or is_here(row["process"]))
        ]

    def finish_run(
        self, run: int, *, outcome: str, requests: int, message: str | None, now: datetime
    ) -> dict[str, Any]:
        """Close a run and return its row; the counts come from `fetches`, and how these stand."""
        with self.transaction():
            self._free(run)
            self._run("UPDATE runs SET requests = ? WHERE id = ?", (requests, run))
            self._close_row(run, outcome=outcome, message=message, now=now)
        row = self.run(run)
        assert row is not None, run
        return row

    def _free(self, run: int) -> None:
        self._run(
            "UPDATE pages SET leased_until = NULL WHERE run = ? AND leased_until IS NOT NULL",
            (run,),
        )

    def fail_run(self, run: int, message: str) -> None:
        """Mark a closed run as failed after all."""
        with self.transaction():
            self._run(
                "UPDATE runs SET outcome = 'failed', message = ? WHERE id = ?", (message, run)
            )

    def add_to_message(self, run: int, said: str) -> None:
        """Say one thing more of a closed run."""
        with self.transaction():
            self._run(
                "UPDATE runs SET message = coalesce(message || '; ', '') || ? WHERE id = ?",
                (said, run),
            )

    def broken_runs(self, *, latest: int | None = None) -> list[BrokenRun]:
        """Runs that died or failed; the latest first.

        Args:
            latest: so many at most; None: all.
        """
        rows = self._rows(
            "SELECT id, spider, process, message FROM runs WHERE outcome IN ('died', 'failed') "
            "ORDER BY id DESC LIMIT ?",
            (-1 if latest is None else latest,),
        )
        return [
            BrokenRun(
                run=row["id"],
                spider=row["spider"],
                is_here=row["process"] is None or is_here(row["process"]),
                message=row["message"] or "",
            )
            for row in rows
        ]

    def last_offsets(self, run: int) -> dict[str, int]:
        """The files of the archive that fetches of a run name, and the last record there, bytes."""
        rows = self._rows(
            "SELECT warc, max(warc_offset) AS last FROM fetches "
            "WHERE run = ? AND warc IS NOT NULL GROUP BY warc ORDER BY warc",
            (run,),
        )
        return {row["warc"]: int(row["last"]) for row in rows}

    def _close_row(self, run: int, *, outcome: str, message: str | None, now: datetime) -> None:
        rows = self._rows(
            # What came as an article is a copy since an earlier print of it was found, or the other
            # way round: a run tells how its pages stand when it ends.
            "SELECT iif(f.outcome IN ('article', 'copy') AND p.outcome IN ('article', 'copy'), "
            "p.outcome, f.outcome) AS stands, count(*) AS n, sum(f.bytes) AS bytes "
            "FROM fetches f JOIN pages p ON p.id = f.page WHERE f.run = ? GROUP BY stands",
            (run,),
        )
        counts = {COLUMN_OF[Outcome(row["stands"])]: row["n"] for row in rows}
        started = parse_iso(self._value("SELECT started FROM runs WHERE id = ?", (run,)))
        assert started is not None
        values: dict[str, Any] = {
            "finished": iso(now),
            "outcome": outcome,
            "message": message,
            "seconds": max(0.0, (now - started).total_seconds()),  # the clock may be set back
            "fetched": sum(row["n"] for row in rows),
            "bytes": sum(row["bytes"] for row in rows),
            **dict.fromkeys(COLUMN_OF.values(), 0),
            **counts,
        }
        columns = ", ".join(f"{name} = :{name}" for name in values)
        self._run(f"UPDATE runs SET {columns} WHERE id = :run", values | {"run": run})  # noqa: S608

    def run(self, run: int) -> dict[str, Any] | None:
        """One run, as a row."""
        return self._row("SELECT * FROM runs WHERE id = ?", (run,))

    def last_run(self) -> int:
        """The highest run id; 0: none yet."""
        return int(self._value("SELECT coalesce(max(id), 0) FROM runs"))

    def runs_since(self, after: int) -> list[dict[str, Any]]:
        """Runs with a higher id than `after`, oldest first."""
        return self._rows("SELECT * FROM runs WHERE id > ? ORDER BY id", (after,))
