"""Who fetches what: due pages are leased to a run, most promising first."""

from __future__ import annotations

import heapq
import json
from collections import Counter
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from ingest.corpus.base import Base, iso
from ingest.corpus.validators import sent_validator
from ingest.items import DuePage, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

__all__ = ["Leases"]

_DUE = "next_check <= :now AND (leased_until IS NULL OR (leased_until < :now AND run <> :run))"
#: What links led to and nobody had yet, of outlets that gave a run all they may; and what is had.
_LEFT_OUT = (
    "(depth > 0 AND last_fetched IS NULL "
    "AND coalesce(outlet, '') IN (SELECT value FROM json_each(:full))) "
    "OR id IN (SELECT value FROM json_each(:had))"
)
_CLAIMED = (
    "SELECT id, url, key, outlet, outcome, etag, last_modified, priority, depth, "
    "depth > 0 AND last_fetched IS NULL AS is_new_link FROM pages"
)
#: What this run has had of each outlet by links.
_TAKEN = (
    "SELECT outlet, count(*) AS pages FROM pages JOIN "
    "(SELECT page FROM fetches WHERE run = :run UNION "
    "SELECT id FROM pages WHERE run = :run AND leased_until IS NOT NULL) ON page = id "
    "WHERE depth > 0 GROUP BY outlet"
)
_LEASE = (
    "UPDATE pages SET leased_until = :until, run = :run "  # noqa: S608  # our own words
    f"WHERE id = :page AND outcome = :outcome AND {_DUE}"
)
_IN_ORDER = "ORDER BY priority DESC, key LIMIT :limit"


class Leases(Base):
    """Leasing the lines of `pages`."""

    #: What a store adds to the question for due pages, to keep others off what it finds.
    locking: ClassVar[str] = ""

    def claim(
        self,
        *,
        run: int,
        limit: int,
        now: datetime,
        lease_s: float,
        found_by: str | None = None,
        per_outlet: int | None = None,
        outlet: str | None = None,
    ) -> list[DuePage]:
        """Lease due pages to a run, most promising first.

        They are looked for before the write lock is taken, and each is leased only if it is due
        still, so that two runs never hold one page, and none waits for the other's look.

        Args:
            found_by: only addresses this spider found and nobody fetched yet; None: all that are
                due, new ones, retries and revisits alike.
            per_outlet: pages of one outlet, at most, that links led to and that this run takes up
                for the first time; the best of those known when it asks. None: any number.
            outlet: whose pages alone; None: of all.
        """
        asked = {"now": iso(now), "found_by": found_by, "run": run, "outlet": outlet}
        until = now + timedelta(seconds=lease_s)
        while True:
            rows = self._pick(asked, limit, per_outlet)
            with self.transaction():
                self.renew(run, until=until)
                held = [row for row in rows if self._lease(row, asked, until)]
            if held or not rows:  # else another run was faster: there may be more
                return [_due_page(row) for row in held]

    def due_outlets(self, *, now: datetime, limit: int) -> list[str]:
        """Whose pages a run could claim now, the most promising first."""
        rows = self._rows(
            "SELECT outlet, max(priority) AS best FROM pages WHERE next_check <= :now "
            "AND (leased_until IS NULL OR leased_until < :now) AND outlet IS NOT NULL "
            "GROUP BY outlet ORDER BY best DESC, outlet LIMIT :limit",
            {"now": iso(now), "limit": limit},
        )
        return [row["outlet"] for row in rows]

    def renew(self, run: int, *, until: datetime) -> None:
        """Give a sign of life: what a run holds, it holds on."""
        with self.transaction():
            self._run(
                "UPDATE pages SET leased_until = ? WHERE run = ? AND leased_until IS NOT NULL",
                (iso(until), run),
            )

    def _lease(self, row: dict[str, Any], asked: dict[str, Any], until: datetime) -> bool:
        cursor = self._run(
            _LEASE,
            asked | {"until": iso(until), "page": row["id"], "outcome": row["outcome"]},
        )
        return bool(cursor.rowcount)

    def _pick(
        self, asked: dict[str, Any], limit: int, per_outlet: int | None
    ) -> list[dict[str, Any]]:
        """The due pages that a run may take up."""
        taken = self._rows(_TAKEN, {"run": asked["run"]}) if per_outlet is not None else []
        had = Counter({row["outlet"]: row["pages"] for row in taken})
        picked: list[dict[str, Any]] = []
        while (lacking := limit - len(picked)) > 0:
            full = [] if per_outlet is None else [one for one in had if had[one] >= per_outlet]
            left_out = {
                "full": json.dumps([one or "" for one in full]),
                "had": json.dumps([row["id"] for row in picked]),
            }
            due = self._due_pages(asked | left_out, lacking)
            fresh = list(_within_budget(due, had, per_outlet))
            picked += fresh
            if len(fresh) == len(due):
                break  # else an outlet is full now, and what comes after it was not seen
        return picked

    def _due_pages(self, asked: dict[str, Any], limit: int) -> list[dict[str, Any]]:
        """Pages to be fetched, most promising first."""
        waits, is_due = "outcome = 'waiting'", f"{_DUE} AND NOT ({_LEFT_OUT})"
        if asked["found_by"] is not None:
            kinds = {"pages_waiting_found": f"{waits} AND found_by = :found_by"}
        else:  # what waits is read in the order asked; of the rest, little is due at a time
            kinds = {"pages_waiting": waits, "pages_again": "outcome <> 'waiting'"}
        if asked["outlet"] is None:
            sought = [f"INDEXED BY {index} WHERE {kind}" for index, kind in kinds.items()]
        else:  # of one outlet there is little, and that has an index, too
            sought = [f"WHERE outlet = :outlet AND {kind}" for kind in kinds.values()]
        queries = [f"{_CLAIMED} {one} AND {is_due} {_IN_ORDER}{self.locking}" for one in sought]
        rows = [self._rows(query, asked | {"limit": limit}) for query in queries]
        merged = heapq.merge(*rows, key=lambda row: (-row["priority"], row["key"]))
        return list(islice(merged, limit))


def _within_budget(
    due: Iterable[dict[str, Any]], had: Counter[str | None], per_outlet: int | None
) -> Iterator[dict[str, Any]]:
    """What of the due pages a run may take up; `had` is what it had of each outlet by links."""
    for row in due:
        if per_outlet is not None and row["is_new_link"]:
            if had[row["outlet"]] >= per_outlet:
                continue
            had[row["outlet"]] += 1
        yield row


def _due_page(row: dict[str, Any]) -> DuePage:
    return DuePage(
        page=row["id"],
        url=row["url"],
        outcome=Outcome(row["outcome"]),
        etag=sent_validator(row["etag"]),
        last_modified=sent_validator(row["last_modified"]),
        priority=row["priority"],
        depth=row["depth"],
    )
