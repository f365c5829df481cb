"""What keeps a corpus in shape over months, and the figures that tell whether it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.corpus.base import Base

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Upkeep", "wal_bytes"]


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

    def fold_log(self) -> bool:
        """Write the write-ahead log into the file and cut it to nothing.

        Returns:
            Whether it could be; not while somebody reads what the log alone holds.
        """
        row = self._row("PRAGMA wal_checkpoint(TRUNCATE)")
        assert row is not None
        return not row["busy"]

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
            "rows": [
                {"table": table, "n": self._value(f"SELECT count(*) FROM {table}")}  # noqa: S608
                for table in ("articles", "copies", "revisions", "texts", "edges")
            ],
        }
