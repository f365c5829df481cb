"""Sources that nobody named: proposed, tried, confirmed or laid to rest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ingest.corpus.base import iso
from ingest.corpus.sources import FRUITLESS, RESTED, WORTHLESS, Sources

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

__all__ = ["ACCEPTED", "Proposals"]

#: What `because` says where a person had a source polled; no rule lets it rest then.
ACCEPTED = "a person accepted it"
#: What is polled of an outlet; queries of services rest by rules of their own.
_OF_AN_OUTLET = (
    "kind IN ('site', 'robots', 'feed', 'sitemap', 'search-feed', 'feed-guess', 'sitemap-guess')"
)


class Proposals(Sources):
    """The states of sources."""

    def propose_source(
        self,
        *,
        kind: str,
        url: str,
        outlet: str,
        found_by: str,
        because: str,
        is_polled: bool,
        every_minutes: int,
        now: datetime,
    ) -> bool:
        """Enter a source that something speaks for, to be polled or only shown; whether it is new.

        One that is known already stays as it is, unless it is proposed: then it is polled if it is
        to be.
        """
        said = {"kind": kind, "url": url, "because": because, "polled": is_polled}
        with self.transaction():
            is_new = self.add_source(
                kind=kind, url=url, outlet=outlet, found_by=found_by,
                every_minutes=every_minutes, now=now,
            )  # fmt: skip
            if is_new:
                self._run(
                    "UPDATE sources SET because = :because, "
                    "state = iif(:polled, 'active', 'proposed') WHERE kind = :kind AND url = :url",
                    said,
                )
            else:
                self._run(
                    "UPDATE sources SET because = :because, found_by = :found_by, "
                    "state = iif(:polled, 'active', state), next_due = iif(:polled, :now, next_due)"
                    " WHERE kind = :kind AND url = :url AND state = 'proposed'",
                    said | {"found_by": found_by, "now": iso(now)},
                )
        return is_new

    def drop_proposals(self, *, found_by: Collection[str], but: Collection[str]) -> None:
        """Forget what was proposed by these and never polled, but for these addresses."""
        named = {"by": json.dumps(sorted(found_by)), "but": json.dumps(sorted(but))}
        with self.transaction():
            rows = self._rows(
                "DELETE FROM sources WHERE state = 'proposed' AND last_ok IS NULL "
                "AND failures = 0 AND found_by IN (SELECT value FROM json_each(:by)) "
                "AND url NOT IN (SELECT value FROM json_each(:but)) RETURNING outlet, url",
                named,
            )
            for row in rows:
                self._run(
                    "UPDATE outlets SET homepage = NULL WHERE id = :outlet AND homepage = :url", row
                )
                self._run(
                    "DELETE FROM outlets WHERE id = :outlet "
                    "AND NOT EXISTS (SELECT 1 FROM pages WHERE outlet = :outlet) "
                    "AND NOT EXISTS (SELECT 1 FROM sources WHERE outlet = :outlet)",
                    row,
                )

    def wake_outlet(self, outlet: str, *, now: datetime) -> None:
        """Poll what is proposed of an outlet or rests by a rule; what a person let rest, rests."""
        with self.transaction():
            self._run(
                "UPDATE sources SET next_due = :now, because = iif(state = 'resting', "  # noqa: S608
                "'an article of it was kept since', because), state = 'active' "
                f"WHERE outlet = :outlet AND {_OF_AN_OUTLET} AND (state = 'proposed' "
                "OR (state = 'resting' AND because LIKE :fruitless))",
                {"now": iso(now), "outlet": outlet, "fruitless": f"{FRUITLESS}%"},
            )

    def rest_outlet(self, outlet: str, *, days: float) -> None:
        """Poll nothing of an outlet any more that no person named; it does not count as failing."""
        with self.transaction():
            self._run(
                "UPDATE sources SET state = 'resting', because = :because, last_error = NULL, "  # noqa: S608
                "failures = 0, failure_weight = 0 "
                f"WHERE outlet = :outlet AND {_OF_AN_OUTLET} AND state = 'active' "
                "AND found_by NOT IN ('settings', 'person') AND because IS NOT :accepted",
                {
                    "outlet": outlet,
                    "because": f"{FRUITLESS} in {days:g} days",
                    "accepted": ACCEPTED,
                },
            )

    def name_sources(self, urls: Collection[str], *, now: datetime) -> None:
        """Poll what was proposed, or rests by a rule, at addresses that a person named since."""
        with self.transaction():
            self._run(
                "UPDATE sources SET state = 'active', found_by = 'settings', because = NULL, "
                "next_due = :now WHERE url IN (SELECT value FROM json_each(:urls)) "
                "AND (state = 'proposed' OR (state = 'resting' "
                "AND (because LIKE :fruitless OR because LIKE :worthless)))",
                {
                    "urls": json.dumps(sorted(urls)),
                    "now": iso(now),
                    "fruitless": f"{FRUITLESS}%",
                    "worthless": f"{WORTHLESS}%",
                },
            )

    def poll_proposed(self, *, kind: str, url: str, now: datetime) -> None:
        """Poll a source that was only proposed: another source named it, or a person did."""
        with self.transaction():
            self._run(
                "UPDATE sources SET state = 'active', next_due = ? "
                "WHERE kind = ? AND url = ? AND state = 'proposed'",
                (iso(now), kind, url),
            )

    def decide_source(self, source: int, *, is_accepted: bool, now: datetime) -> None:
        """Write that a person lets a source be polled, or rest."""
        with self.transaction():
            if is_accepted:
                self._run(
                    "UPDATE sources SET next_due = iif(state = 'active', next_due, :now), "
                    "state = 'active', because = :because WHERE id = :source",
                    {"source": source, "because": ACCEPTED, "now": iso(now)},
                )
            else:
                self._run(
                    "UPDATE sources SET state = 'resting', because = :because, last_error = NULL, "
                    "failures = 0, failure_weight = 0 WHERE id = :source",
                    {"source": source, "because": RESTED},
                )

    def has_sources(self) -> bool:
        """Whether there is a source that is, or was, polled: one that is not only proposed."""
        return bool(self._value("SELECT 1 FROM sources WHERE state <> 'proposed' LIMIT 1"))

    def kept_by_outlet(self) -> dict[str, int]:
        """Pages that are articles or copies, by outlet; outlets without any are left out."""
        rows = self._rows(
            "SELECT outlet, count(*) AS n FROM pages WHERE outcome IN ('article', 'copy') "
            "GROUP BY outlet ORDER BY outlet"
        )
        return {row["outlet"]: row["n"] for row in rows}

    def outlets_without_feed(self) -> list[str]:
        """Outlets that gave an article or a copy and of which no feed is known."""
        rows = self._rows(
            "SELECT DISTINCT outlet FROM pages WHERE outcome IN ('article', 'copy') "
            "AND outlet NOT IN (SELECT outlet FROM sources WHERE kind = 'feed' AND outlet <> '') "
            "ORDER BY outlet"
        )
        return [row["outlet"] for row in rows]

    def answered_since(self, kind: str, since: datetime) -> frozenset[str]:
        """Addresses of the sources of a kind that answered since then."""
        rows = self._rows(
            "SELECT url FROM sources WHERE kind = ? AND last_ok >= ?", (kind, iso(since))
        )
        return frozenset(row["url"] for row in rows)

    def seed_rows(self) -> list[dict[str, Any]]:
        """Id, file, digest, raw and cleaned text of each seed."""
        return self._rows("SELECT id, file, sha256, raw, text FROM seeds ORDER BY id")
