"""The ledger and the frontier: one line for each address ever considered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ingest.corpus.base import iso, parse_iso
from ingest.corpus.leases import Leases
from ingest.corpus.routes import Routes
from ingest.corpus.texts import Texts
from ingest.corpus.validators import keep_validator
from ingest.items import Gated, KnownPage, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from ingest.items import FailedFetch, FetchedPage

__all__ = ["Ledger"]

_KEPT = (Outcome.ARTICLE, Outcome.COPY)
_NO_PAGE = (Outcome.REJECTED, Outcome.GONE)
_TOGETHER = 4  # offers from which on it pays to look what is known of them first
_KEYS_AT_ONCE = 500


class Ledger(Leases, Routes, Texts):
    """Offering, leasing and closing the lines of `pages`."""

    def offer(
        self, gated: Iterable[Gated], *, run: int, now: datetime, source: int | None = None
    ) -> int:
        """Enter candidates; returns how many addresses were new.

        A known address gains what it lacked: a headline may lift it out of `skipped`, a stated
        change makes a kept page due again, the earliest stated date stays. So the ledger ends the
        same whichever source names an address first.
        """
        offers, found, skipped, at = list(gated), 0, 0, iso(now)
        with self.transaction():
            for outlet in dict.fromkeys(offer.outlet for offer in offers):
                self.touch_outlet(outlet, now=now)
            for offer in self._that_tell(offers):
                if self._enter_page(offer, run=run, at=at, source=source):
                    found += 1
                    skipped += offer.outcome == Outcome.SKIPPED
                else:
                    self._enrich(offer, now=now, source=source)
                if offer.outcome == Outcome.WAITING:
                    self.note_route(offer.key, offer.candidate.found_by, now=now)
            if found:
                self._run(
                    "UPDATE runs SET found = found + ?, skipped = skipped + ? WHERE id = ?",
                    (found, skipped, run),
                )
                self._run(
                    "UPDATE sources SET items_seen = items_seen + ? WHERE id = ?", (found, source)
                )
        return found

    def _that_tell(self, offers: Sequence[Gated]) -> list[Gated]:
        """The offers without those that change nothing: a menu is offered by every page again.

        What is left out is what `_enter_page` and `_enrich` would do nothing about, and no offer
        before it can change that: none puts a line back among the skipped, or below what it was.
        """
        if len(offers) < _TOGETHER:
            return list(offers)
        known: dict[str, tuple[str, float, int]] = {}
        keys = list(dict.fromkeys(offer.key for offer in offers))
        for at in range(0, len(keys), _KEYS_AT_ONCE):
            some = keys[at : at + _KEYS_AT_ONCE]
            marks = ", ".join("?" * len(some))
            for row in self._rows(
                "SELECT key, outcome, coalesce(relevance, -1) AS relevance, "  # noqa: S608
                "min(depth, 1) AS away "
                f"FROM pages WHERE key IN ({marks})",
                some,
            ):
                known[row["key"]] = (row["outcome"], row["relevance"], row["away"])
        return [offer for offer in offers if not _says_nothing_new(offer, known.get(offer.key))]

    def touch_outlet(self, outlet: str, *, now: datetime) -> None:
        """Make sure the outlet has its row."""
        self._run(
            "INSERT INTO outlets (id, first_seen, last_seen) VALUES (:id, :now, :now) "
            "ON CONFLICT (id) DO UPDATE SET last_seen = :now WHERE last_seen < :now",
            {"id": outlet, "now": iso(now)},
        )

    def _enter_page(self, offer: Gated, *, run: int, at: str, source: int | None) -> bool:
        candidate = offer.candidate
        cursor = self._run(
            "INSERT INTO pages (key, url, outlet, outcome, reason, found_by, source, title, "
            "published, relevance, first_seen, next_check, depth, priority, run) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
            (
                offer.key,
                candidate.url,
                offer.outlet,
                offer.outcome,
                offer.reason,
                candidate.found_by,
                source,
                candidate.title,
                iso(candidate.published) if candidate.published else None,
                offer.relevance,
                at,
                at if offer.outcome == Outcome.WAITING else None,
                candidate.depth,
                candidate.priority,
                run,
            ),
        )
        return bool(cursor.rowcount)

    def _enrich(self, offer: Gated, *, now: datetime, source: int | None) -> None:
        candidate = offer.candidate
        if offer.outcome == Outcome.WAITING:
            # What a person asks for is fetched whatever became of it; what failed for good gets
            # another chance when a source still names it a day later.
            self._run(
                "UPDATE pages SET outcome = 'waiting', reason = :reason, next_check = :now, "
                "title = coalesce(:title, title), relevance = :relevance, found_by = :found_by, "
                "source = :source, priority = :priority, attempts = 0, "
                "depth = min(depth, :depth) WHERE key = :key AND (outcome = 'skipped' "
                # a link to it looked like a trap, and now a source names it
                "OR (outcome = 'rejected' AND last_fetched IS NULL AND reason LIKE 'trap: %') "
                # drawn to be fetched though refused, and refused no more
                "OR (outcome = 'waiting' AND last_fetched IS NULL AND attempts = 0 "
                "AND EXISTS (SELECT 1 FROM gate_samples g WHERE g.page = pages.id) "
                "AND NOT EXISTS (SELECT 1 FROM routes r WHERE r.page = pages.id)) "
                "OR (outcome = 'failed' AND next_check IS NULL AND last_fetched < :day_ago) "
                "OR (:is_given AND outcome NOT IN ('article', 'copy')))",
                {
                    "reason": offer.reason,
                    "now": iso(now),
                    "day_ago": iso(now - timedelta(days=1)),
                    "is_given": candidate.is_given,
                    "title": candidate.title,
                    "relevance": offer.relevance,
                    "found_by": candidate.found_by,
                    "source": source,
                    "priority": candidate.priority,
                    "depth": candidate.depth,
                    "key": offer.key,
                },
            )
            self._run(  # the best that is said of it decides when it is fetched
                "UPDATE pages SET priority = :priority WHERE key = :key AND outcome = 'waiting' "
                "AND last_fetched IS NULL AND priority < :priority",
                {"priority": candidate.priority, "key": offer.key},
            )
        elif offer.outcome == Outcome.SKIPPED:  # what a listing says outweighs what a link says
            self._run(
                "UPDATE pages SET reason = :reason, relevance = :relevance, "
                "depth = min(depth, :depth), title = coalesce(:title, title) "
                "WHERE key = :key AND outcome = 'skipped' AND (min(depth, 1), "
                "-coalesce(relevance, -1)) > (min(:depth, 1), -coalesce(:relevance, -1))",
                {
                    "reason": offer.reason,
                    "relevance": offer.relevance,
                    "depth": candidate.depth,
                    "title": candidate.title,
                    "key": offer.key,
                },
            )
        if candidate.published:
            self._run(
                "UPDATE pages SET published = :at WHERE key = :key "
                "AND last_fetched IS NULL AND (published IS NULL OR published > :at)",
                {"at": iso(candidate.published), "key": offer.key},
            )
        if candidate.modified:
            self._run(
                "UPDATE pages SET next_check = :now WHERE key = :key "
                "AND outcome IN ('article', 'copy') AND last_fetched < :modified "
                "AND :modified <= :now AND last_fetched < :hour_ago",
                {
                    "now": iso(now),
                    "key": offer.key,
                    "modified": iso(candidate.modified),
                    # sources that stamp everything with the time of asking are no news
                    "hour_ago": iso(now - timedelta(hours=1)),
                },
            )

    def count_due(self, *, now: datetime) -> int:
        """Pages that some run could claim now."""
        # All that is due, by its index alone, less the few that are leased: it is asked often.
        return int(
            self._value(
                "SELECT (SELECT count(*) FROM pages WHERE next_check <= :now) - "
                "(SELECT count(*) FROM pages INDEXED BY pages_leased "
                "WHERE next_check <= :now AND leased_until >= :now)",
                {"now": iso(now)},
            )
        )

    def key_of(self, page: int) -> str:
        """The canonical form of a page's address."""
        return str(self._value("SELECT key FROM pages WHERE id = ?", (page,)))

    def known_page(self, page: int) -> KnownPage:
        """What the ledger holds of a page."""
        row = self._row("SELECT * FROM pages WHERE id = ?", (page,))
        assert row is not None, page
        first_seen = parse_iso(row["first_seen"])
        assert first_seen is not None
        return KnownPage(
            page=page,
            key=row["key"],
            outcome=Outcome(row["outcome"]),
            title=row["title"],
            published=parse_iso(row["published"]),
            first_seen=first_seen,
            last_fetched=parse_iso(row["last_fetched"]),
            attempts=row["attempts"],
            depth=row["depth"],
            is_related=bool(self._value("SELECT is_related FROM texts WHERE page = ?", (page,))),
            article=self.text_of(page),
        )

    def close_page(
        self,
        fetched: FetchedPage,
        *,
        outcome: Outcome,
        standing: Outcome,
        reason: str,
        run: int,
        next_check: datetime | None,
        relevance: float | None,
    ) -> None:
        """Write how one fetch ended, and where its address stands now.

        The two differ for a known article: a revision, an unchanged page or a passing cookie wall
        leaves its address an article or a copy.
        """
        self._log_fetch(fetched.page, run, fetched.fetched_at, outcome, reason, fetched.status)
        self._run(
            "UPDATE fetches SET bytes = ?, warc = ?, warc_offset = ?, capture = ? "
            "WHERE id = last_insert_rowid()",
            (len(fetched.body), fetched.warc, fetched.warc_offset, fetched.capture),
        )
        values: dict[str, Any] = {"attempts": 0}
        if not (standing in _KEPT and outcome in _NO_PAGE):  # a wall vouches for nothing
            values |= {
                "etag": keep_validator(fetched.etag),
                "last_modified": keep_validator(fetched.last_modified),
                "warc": fetched.warc,
                "warc_offset": fetched.warc_offset,
            }
        # The reason of a kept page is written where its family is laid out.
        if standing == outcome and standing not in _KEPT:
            values |= {"reason": reason, "article": None}
        if relevance is not None:
            values["relevance"] = round(relevance, 4)
        self._close(
            fetched.page, values, standing, fetched.status, run, fetched.fetched_at, next_check
        )

    def close_failure(
        self, failed: FailedFetch, *, standing: Outcome, run: int, next_check: datetime | None
    ) -> None:
        """Write that an address gave no page; what is archived of it stays."""
        self._log_fetch(
            failed.page, run, failed.fetched_at, failed.outcome, failed.reason, failed.status
        )
        values: dict[str, Any] = {}
        if failed.etag or failed.last_modified:  # a 304 may carry newer validators
            values |= {
                "etag": keep_validator(failed.etag),
                "last_modified": keep_validator(failed.last_modified),
            }
        if standing == failed.outcome:
            values["reason"] = failed.reason
        if failed.outcome != Outcome.FAILED:
            values["attempts"] = 0
        else:
            self._run("UPDATE pages SET attempts = attempts + 1 WHERE id = ?", (failed.page,))
        self._close(
            failed.page, values, standing, failed.status, run, failed.fetched_at, next_check
        )

    def _log_fetch(
        self, page: int, run: int, at: datetime, outcome: Outcome, reason: str, status: int
    ) -> None:
        self._run(
            "INSERT INTO fetches (page, run, at, outcome, reason, http_status, bytes) "
            "VALUES (?, ?, ?, ?, ?, ?, 0)",
            (page, run, iso(at), outcome, reason, status or None),
        )

    def _close(
        self,
        page: int,
        values: dict[str, Any],
        standing: Outcome,
        status: int,
        run: int,
        at: datetime,
        next_check: datetime | None,
    ) -> None:
        values = values | {
            "outcome": standing,
            "http_status": status or None,
            "last_fetched": iso(at),
            "next_check": iso(next_check) if next_check else None,
            "leased_until": None,
            "run": run,
        }
        columns = ", ".join(f"{name} = :{name}" for name in values)
        self._run(
            f"UPDATE pages SET {columns} WHERE id = :page",  # noqa: S608
            values | {"page": page},
        )

    def counts_by_outcome(self) -> dict[str, int]:
        """How many addresses stand at each outcome."""
        rows = self._rows("SELECT outcome, count(*) AS n FROM pages GROUP BY outcome")
        return {row["outcome"]: row["n"] for row in rows}


def _says_nothing_new(offer: Gated, known: tuple[str, float, int] | None) -> bool:
    """Whether a line stands that a refused address could not add to."""
    candidate = offer.candidate
    if known is None or offer.outcome == Outcome.WAITING:
        return False
    if candidate.published or candidate.modified:
        return False
    outcome, relevance, away = known
    if offer.outcome != Outcome.SKIPPED or outcome != Outcome.SKIPPED:
        return True
    said = -1.0 if offer.relevance is None else offer.relevance
    return (away, -relevance) <= (min(candidate.depth, 1), -said)
