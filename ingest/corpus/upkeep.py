"""What keeps a corpus in shape over months, and the figures that tell whether it is."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ingest.corpus.base import Base, iso, parse_iso
from ingest.errors import ClockWrong

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["Upkeep", "wal_bytes"]

_SKEW = timedelta(minutes=5)  # of a clock; nothing is put off by more than that
# A clock that lost its battery tells a year long gone. One that is set back from a wrong future is
# followed by however much, else a corpus that was in 2040 once would stand still until then.
_DEAD_BY = timedelta(days=400)
_BUILT = datetime(2026, 1, 1, tzinfo=UTC)  # before this program was
_LONGEST_WAIT = timedelta(days=1)  # that a host or a failed page is granted; `ingest.cadence`
_FOLLOWED = "clock_followed"  # in `topic_state`: the last run whose times were looked at
_RUNS_LOOKED_BACK = 100
_LITTLE = -4096  # KiB, negative as SQLite has it
_STAGE = "seconds of "  # in `topic_state`, before the name of a stage
#: The latest moment that stands in the corpus, but for runs whose times were looked at.
_LATEST = """
SELECT max(at) FROM (
  SELECT max(started, coalesce(finished, started)) AS at FROM (
    SELECT started, finished FROM runs
    WHERE id > coalesce((SELECT CAST(value AS INTEGER) FROM topic_state WHERE key = :key), 0)
    ORDER BY id DESC LIMIT :most
  )
  UNION ALL SELECT max(last_ok) FROM sources
)
"""
_BRING_NEARER = (
    (
        "UPDATE sources SET next_due = "
        "max(:now, strftime('%Y-%m-%dT%H:%M:%SZ', next_due, :back)) "
        "WHERE state = 'active' AND next_due > :now"
    ),
    "UPDATE sources SET last_ok = :now WHERE last_ok > :now",
    (
        "UPDATE pages SET next_check = "
        "max(:now, strftime('%Y-%m-%dT%H:%M:%SZ', next_check, :back)) "
        "WHERE next_check > :now AND (first_seen > :now OR last_fetched > :now "
        "OR (outcome IN ('waiting', 'failed') AND next_check > :longest))"
    ),
    # What may be an honest wait of a host is kept.
    (
        "UPDATE hosts SET wait_until = "
        "max(:now, strftime('%Y-%m-%dT%H:%M:%SZ', wait_until, :back)) WHERE wait_until > :longest"
    ),
)


def wal_bytes(path: Path) -> int:
    """Size of the write-ahead log beside a corpus; 0: there is none."""
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size
    except FileNotFoundError:
        return 0


class Upkeep(Base):
    """Maintenance, and figures about the whole."""

    def optimize(self) -> None:
        """Let SQLite look again at what it knows of its tables (sqlite.org/lang_analyze.html)."""
        self._run("PRAGMA optimize = 0x10002")

    @contextmanager
    def little_cached(self) -> Iterator[None]:
        """For very many rows that are read once: 28 MiB less of the file is kept in memory."""
        before = self._value("PRAGMA cache_size")
        self._run(f"PRAGMA cache_size = {_LITTLE}")
        try:
            yield
        finally:
            self._run(f"PRAGMA cache_size = {before}")

    def fold_log(self) -> bool:
        """Write the write-ahead log into the file and cut it to nothing.

        Returns:
            Whether it could be; not while somebody reads what the log alone holds.
        """
        row = self._row("PRAGMA wal_checkpoint(TRUNCATE)")
        assert row is not None
        return not row["busy"]

    def follow_clock(self, *, now: datetime) -> timedelta | None:
        """Bring nearer what was put off by a clock that ran ahead and was set back.

        Else a source polled in the wrong time would not be asked before that comes again.

        Returns:
            By how much it was set back; None: it was not, or that is long mended.

        Raises:
            ClockWrong: by more than a year, to a time before this program was made; all stays.
        """
        if self._ahead(now) is None:
            return None
        with self.transaction():
            if (ahead := self._ahead(now)) is None:  # another thread was faster
                return None
            told = {
                "now": iso(now),
                "back": f"-{int(ahead.total_seconds())} seconds",
                "longest": iso(now + _LONGEST_WAIT),
            }
            for statement in _BRING_NEARER:
                self._run(statement, told)
            self._run(
                "INSERT OR REPLACE INTO topic_state (key, value) "
                "VALUES (?, (SELECT coalesce(max(id), 0) FROM runs))",
                (_FOLLOWED,),
            )
        return ahead

    def _ahead(self, now: datetime) -> timedelta | None:
        latest = parse_iso(self._value(_LATEST, {"key": _FOLLOWED, "most": _RUNS_LOOKED_BACK}))
        if latest is None or latest - now <= _SKEW:
            return None
        if latest - now > _DEAD_BY and now < _BUILT:
            raise ClockWrong(iso(now), iso(latest))
        return latest - now

    def count_stages(self, seconds: Mapping[str, float]) -> None:
        """Add what the stages of a run took to what they took before."""
        with self.transaction():
            for stage, spent in sorted(seconds.items()):
                self._run(
                    "INSERT INTO topic_state (key, value) VALUES (?, ?) "
                    "ON CONFLICT (key) DO UPDATE SET "
                    "value = CAST(value AS REAL) + CAST(excluded.value AS REAL)",
                    (f"{_STAGE}{stage}", spent),
                )

    def figures(self) -> dict[str, list[dict[str, Any]]]:
        """Counts that a monitor asks for every minute: rows of labels and one number, `n`."""
        return {
            "pages": self._rows("SELECT outcome, count(*) AS n FROM pages GROUP BY outcome"),
            "fetches": self._rows("SELECT outcome, count(*) AS n FROM fetches GROUP BY outcome"),
            "sources": self._rows(
                "SELECT kind, state, iif(failures > 0, 'yes', 'no') AS failing, count(*) AS n "
                "FROM sources GROUP BY kind, state, failing"
            ),
            "runs": self._rows(
                "SELECT spider, outcome, count(*) AS n, total(seconds) AS seconds, "
                "total(requests) AS requests, total(bytes) AS bytes "
                "FROM runs GROUP BY spider, outcome"
            ),
            "last_runs": self._rows(
                "SELECT spider, unixepoch(max(started)) AS n FROM runs GROUP BY spider"
            ),
            "stages": self._rows(
                "SELECT substr(key, length(:kind) + 1) AS stage, CAST(value AS REAL) AS n "
                "FROM topic_state WHERE key BETWEEN :kind AND :kind || 'z' ORDER BY key",
                {"kind": _STAGE},
            ),
            "rows": [
                {"table": table, "n": self._value(f"SELECT count(*) FROM {table}")}  # noqa: S608
                for table in ("articles", "copies", "revisions", "texts", "edges")
            ],
        }
