"""What hosts ask of us, kept between runs: when to come back, and their robots.txt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.corpus.base import Base, iso, parse_iso
from ingest.items import HostWait, RobotsCopy
from ingest.urls import outlet_of

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Hosts"]


class Hosts(Base):
    """The rows of `hosts` and `robots`."""

    def host_wait(self, host: str) -> HostWait | None:
        """What a host asked for when it last answered; None: nothing."""
        row = self._row("SELECT wait_until, strikes, because FROM hosts WHERE host = ?", (host,))
        until = parse_iso(row["wait_until"]) if row else None
        if row is None or until is None:
            return None
        return HostWait(until=until, strikes=row["strikes"], because=row["because"] or "")

    def waiting_hosts(self, *, now: datetime) -> list[dict[str, Any]]:
        """The hosts that are left alone, the one that is asked again first first."""
        return self._rows(
            "SELECT host, wait_until AS until, because FROM hosts WHERE wait_until > ? "
            "ORDER BY wait_until, host",
            (iso(now),),
        )

    def keep_waiting(self, host: str, wait: HostWait) -> None:
        """Write that a host asked to be left alone."""
        with self.transaction():
            self._run(
                "INSERT INTO hosts (host, wait_until, strikes, because) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (host) DO UPDATE SET wait_until = excluded.wait_until, "
                "strikes = excluded.strikes, because = excluded.because",
                (host, iso(wait.until), wait.strikes, wait.because),
            )

    def stop_waiting(self, host: str) -> None:
        """Write that a host answers again."""
        with self.transaction():
            self._run("DELETE FROM hosts WHERE host = ?", (host,))

    def take_turn(self, host: str, *, run: int, delay_s: float) -> float:
        """Enter a run as the one that asks a host next; seconds that it has to wait before.

        Here none: the runs of one machine follow one another. Where several machines work on one
        corpus, the distance to the last request of another run is kept by this.

        Args:
            host: its name, without port.
            run: whose request it is; the distances between its own it keeps itself.
            delay_s: that the host is given between two requests.
        """
        del host, run, delay_s
        return 0.0

    def robots_copy(self, origin: str) -> RobotsCopy | None:
        """What is kept of the robots.txt of an origin; None: it was never asked for."""
        row = self._row("SELECT * FROM robots WHERE origin = ?", (origin,))
        if row is None:
            return None
        times = {name: parse_iso(row[name]) for name in ("asked", "read", "unreadable_since")}
        return RobotsCopy(**{**row, **times})

    def keep_robots(self, copy: RobotsCopy) -> None:
        """Write what the robots.txt of an origin answered."""
        since = copy.unreadable_since
        with self.transaction():
            self._run(
                "INSERT OR REPLACE INTO robots (origin, status, asked, read, body, "
                "unreadable_since, crawl_delay_s) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    copy.origin,
                    copy.status,
                    iso(copy.asked),
                    iso(copy.read) if copy.read else None,
                    copy.body,
                    iso(since) if since else None,
                    copy.crawl_delay_s,
                ),
            )

    def forget_hosts(self, *, before: datetime) -> None:
        """Drop what was last asked before a time: waits that are over, and copies of robots.txt."""
        with self.transaction():
            self._run("DELETE FROM hosts WHERE wait_until < ?", (iso(before),))
            self._run("DELETE FROM robots WHERE asked < ?", (iso(before),))

    def give_back(self, page: int, *, until: datetime) -> None:
        """Return a leased page to the frontier unasked: its host is to be left alone."""
        with self.transaction():
            self._run(
                "UPDATE pages SET leased_until = NULL, next_check = max(next_check, ?) "
                "WHERE id = ?",
                (iso(until), page),
            )

    def count_refusal(self, page: int, most: int) -> bool:
        """Count that a host refused a page for a while; whether it may be asked for again then.

        Args:
            page: its id.
            most: failures in a row that a page may have; the last one is for the caller to write.
        """
        with self.transaction():
            cursor = self._run(
                "UPDATE pages SET attempts = attempts + 1 WHERE id = ? AND attempts + 1 < ?",
                (page, most),
            )
        return bool(cursor.rowcount)

    def put_off(self, host: str, *, until: datetime) -> None:
        """Let all pages of a host wait that no run holds: it is to be left alone."""
        name = host.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        with self.transaction():
            self._run(
                "UPDATE pages SET next_check = :until WHERE outlet IS :outlet "
                "AND next_check < :until AND leased_until IS NULL "
                "AND (url LIKE :plain ESCAPE '\\' OR url LIKE :secure ESCAPE '\\')",
                {
                    "until": iso(until),
                    "outlet": outlet_of(f"https://{host}/"),
                    "plain": f"http://{name}/%",
                    "secure": f"https://{name}/%",
                },
            )
