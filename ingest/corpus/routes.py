"""By which routes pages were found, what the gate is tried on, and when sources spoke."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from ingest.completeness import route_of
from ingest.corpus.base import Base, iso, parse_iso
from ingest.corpus.patience import in_time
from ingest.silence import HISTORY_DAYS, Heard

if TYPE_CHECKING:
    from datetime import datetime

    from ingest.items import Gated

__all__ = ["Routes"]

#: Where a page stands that was fetched and judged.
_JUDGED = "('article', 'copy', 'off-topic', 'rejected')"
#: Drawn, and still refused by the gate: no route of its own let it through since.
_TRIED = (
    "FROM gate_samples g CROSS JOIN pages p ON p.id = g.page "  # of the two, few are drawn
    "WHERE NOT EXISTS (SELECT 1 FROM routes r WHERE r.page = g.page)"
)


class Routes(Base):
    """The rows of `routes` and `gate_samples`."""

    def note_route(self, key: str, found_by: str, *, now: datetime) -> None:
        """Write that a page was found by the route that a spider goes; once for each route.

        Args:
            key: canonical form of its address.
            found_by: name of the spider.
        """
        route = route_of(found_by)
        if route is not None:
            self._run(
                "INSERT INTO routes (page, route, found) "
                "SELECT id, :route, :now FROM pages WHERE key = :key "
                "ON CONFLICT (page, route) DO NOTHING",
                {"route": route, "now": iso(now), "key": key},
            )

    def routes_of(self, page: int) -> list[str]:
        """The routes by which a page was found, by name."""
        rows = self._rows("SELECT route FROM routes WHERE page = ? ORDER BY route", (page,))
        return [row["route"] for row in rows]

    def refusal_of(self, page: int) -> str | None:
        """Why the gate refused a page that was drawn all the same; None: it was not drawn."""
        said = self._value("SELECT reason FROM gate_samples WHERE page = ?", (page,))
        return None if said is None else str(said)

    def note_sample(self, offer: Gated, *, share: float, lot: float, now: datetime) -> None:
        """Write that an address is drawn that the gate refused, if it was never fetched.

        Args:
            share: chance with which it was drawn, 0..1.
            lot: its own, 0..`share`.
        """
        self._run(
            "INSERT INTO gate_samples (page, share, lot, drawn, reason) "
            "SELECT id, :share, :lot, :now, :reason FROM pages WHERE key = :key "
            "AND outcome = 'skipped' ON CONFLICT (page) DO NOTHING",
            {
                "share": share,
                "lot": lot,
                "now": iso(now),
                "reason": offer.reason,
                "key": offer.key,
            },
        )

    def fetch_samples(self, limit: int, *, now: datetime) -> int:
        """Let as many of the addresses drawn wait for a fetch; how many there were.

        By lot: those that come first are a sample of all that were drawn, and each still stands for
        as many addresses as the share says with which it was.
        """
        cursor = self._run(
            "UPDATE pages SET outcome = 'waiting', next_check = :now, "
            "reason = 'drawn to see what the gate misses; ' || reason WHERE id IN ("
            "SELECT p.id FROM gate_samples g CROSS JOIN pages p ON p.id = g.page "
            "WHERE p.outcome = 'skipped' ORDER BY g.lot / g.share, p.key LIMIT :limit)",
            {"now": iso(now), "limit": limit},
        )
        return int(cursor.rowcount)

    def gate_salt(self) -> str:
        """What makes the addresses that are drawn this corpus's own; the same for good."""
        salt = self._value("SELECT value FROM topic_state WHERE key = 'gate_salt'")
        if salt is None:
            rows = self._rows("SELECT sha256 FROM seeds ORDER BY sha256")
            salt = hashlib.sha256(" ".join(row["sha256"] for row in rows).encode()).hexdigest()[:16]
            with self.transaction():
                self._run("INSERT INTO topic_state (key, value) VALUES ('gate_salt', ?)", (salt,))
        return str(salt)

    def gate_samples(self) -> list[tuple[float, bool | None]]:
        """Chance with which each address was drawn, and whether it was kept; None: not known."""
        rows = self._rows(
            f"SELECT g.share, CASE WHEN p.outcome IN {_JUDGED} "
            f"THEN p.outcome IN ('article', 'copy') END AS is_kept {_TRIED} ORDER BY p.key"
        )
        return [
            (row["share"], None if row["is_kept"] is None else bool(row["is_kept"])) for row in rows
        ]

    def count_refused(self) -> int:
        """Addresses that the gate refuses, those drawn included."""
        return int(
            self._value(
                "SELECT (SELECT count(*) FROM pages WHERE outcome = 'skipped') "  # noqa: S608
                f"+ (SELECT count(*) {_TRIED} AND p.outcome <> 'skipped')"
            )
        )

    def count_let_through(self) -> int:
        """Pages kept that the gate let through."""
        return int(
            self._value(
                "SELECT (SELECT count(*) FROM pages WHERE outcome IN ('article', 'copy')) "  # noqa: S608
                f"- (SELECT count(*) {_TRIED} AND p.outcome IN ('article', 'copy'))"
            )
        )

    def capture_histories(self) -> list[tuple[str | None, tuple[str, ...], int]]:
        """Week of publication, the routes that found a text and no other did, and how many texts.

        By week, those without a date first; week as in the view `captures`.
        """
        rows = self._rows(
            "SELECT week, routes, sum(texts) AS texts FROM capture_counts "
            "GROUP BY week, routes ORDER BY week, routes"
        )
        return [
            (row["week"], tuple(filter(None, row["routes"].split("+"))), row["texts"])
            for row in rows
        ]

    def capture_histories_within(
        self, limit_s: float
    ) -> list[tuple[str | None, tuple[str, ...], int]] | None:
        """The same, of a file; None: it takes longer, as among a million texts."""
        return in_time(self._raw, 1000 * limit_s, lambda _: self.capture_histories(), None)

    def heard_sources(self) -> list[Heard]:
        """The sources that are polled and well, with the days on which they brought something."""
        rows = self._rows(
            "SELECT s.id AS source, s.url, s.outlet, s.last_ok, max(p.first_seen) AS at "
            "FROM sources s JOIN pages p ON p.source = s.id "
            "AND p.first_seen >= strftime('%Y-%m-%dT%H:%M:%SZ', s.last_ok, :history) "
            "WHERE s.state = 'active' AND s.failures = 0 AND s.last_ok IS NOT NULL "
            # A query ends with its story, or others are first; a list rests by a rule of its own.
            "AND s.found_by NOT IN ('topic', 'lists') "
            "GROUP BY s.id, CAST(julianday(s.last_ok) - julianday(p.first_seen) AS INTEGER) "
            "ORDER BY s.id, at",
            {"history": f"-{timedelta(days=HISTORY_DAYS).days} days"},
        )
        heard: dict[int, Heard] = {}
        for row in rows:
            last_ok, at = parse_iso(row["last_ok"]), parse_iso(row["at"])
            assert last_ok is not None
            assert at is not None
            known = heard.get(row["source"])
            heard[row["source"]] = Heard(
                source=row["source"], url=row["url"], outlet=row["outlet"], last_ok=last_ok,
                arrivals=(*(known.arrivals if known else ()), at),
            )  # fmt: skip
        return list(heard.values())
