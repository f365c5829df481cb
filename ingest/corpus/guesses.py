"""Sources that were guessed, that can be searched, that an index says are archives."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from ingest.corpus.base import iso, parse_iso
from ingest.corpus.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

__all__ = ["Guesses"]

_ARCHIVE = "its index says that it is as it was when it was read"
_LOOK = timedelta(days=30)  # after which an archive is read again, whatever its index says


class Guesses(Sources):
    """What becomes of sources by what they turn out to be."""

    def adopt_guess(self, source: int, *, kind: str) -> bool:
        """Make a guess the source that it turned out to be; False: there is such a one already."""
        with self.transaction():
            cursor = self._run(
                "UPDATE OR IGNORE sources SET kind = ?, because = 'guessed, and it is one' "
                "WHERE id = ?",
                (kind, source),
            )
        return bool(cursor.rowcount)

    def add_by_person(
        self, *, kind: str, url: str, outlet: str, every_minutes: int, now: datetime
    ) -> bool:
        """Enter a source that a person names; whether it is polled now and was not before."""
        with self.transaction():
            before: str | None = self._value(
                "SELECT state FROM sources WHERE kind = ? AND url = ?", (kind, url)
            )
            self.add_source(
                kind=kind, url=url, outlet=outlet, found_by="person",
                every_minutes=every_minutes, now=now,
            )  # fmt: skip
            self._run(
                "UPDATE sources SET state = 'active', found_by = 'person', because = NULL, "
                "next_due = :now WHERE kind = :kind AND url = :url AND state <> 'active'",
                {"kind": kind, "url": url, "now": iso(now)},
            )
        return before != "active"

    def rest_source(self, source: int, *, because: str) -> None:
        """Let a source rest for good, and remember why; it did not fail."""
        with self.transaction():
            self._run(
                "UPDATE sources SET state = 'resting', because = ?, last_error = NULL, "
                "failures = 0, failure_weight = 0 WHERE id = ?",
                (because, source),
            )

    def close_source(self, source: int, *, run: int, because: str) -> None:
        """Let a source rest after an answer; it was polled, and did not fail."""
        with self.transaction():
            self.rest_source(source, because=because)
            self._run("UPDATE runs SET polled = polled + 1 WHERE id = ?", (run,))

    def searchable_sites(self) -> list[tuple[str, str | None]]:
        """Roots of sites that can be searched by feed, and the language of each, if known."""
        rows = self._rows(
            "SELECT url, language FROM sources LEFT JOIN outlets ON outlets.id = sources.outlet "
            "WHERE kind = 'wordpress' AND because IS NULL ORDER BY url"
        )
        return [(row["url"], row["language"]) for row in rows]

    def close_search(self, root: str, *, because: str) -> None:
        """Ask a site for nothing any more."""
        with self.transaction():
            self._run(
                "UPDATE sources SET because = ? WHERE kind = 'wordpress' AND url = ?",
                (because, root),
            )

    def settle_members(
        self, members: Iterable[tuple[str, datetime]], *, quiet_since: datetime, now: datetime
    ) -> None:
        """Let the members of an index rest that are archives, and wake those that changed.

        An index may never change what it states, so that one rests for a month at most, and what
        a person or the settings name does not.

        Args:
            members: address and last change of each, as the index states them.
            quiet_since: one rests that neither changed nor brought anything since.
            now: when those that changed are due.
        """
        stated = json.dumps([[url, iso(modified)] for url, modified in members])
        named = {"members": stated, "since": iso(quiet_since), "now": iso(now), "why": _ARCHIVE}
        named |= {"look": iso(now + _LOOK), "looked": iso(now - _LOOK)}
        with self.transaction():
            self._run(
                "UPDATE sources SET state = 'resting', because = :why, next_due = :look "
                "WHERE kind = 'sitemap' AND found_by NOT IN ('settings', 'person') "
                "AND state = 'active' AND coalesce(last_new, '') < :since "
                "AND last_ok > :looked AND EXISTS "
                "(SELECT 1 FROM json_each(:members) AS member WHERE value ->> 0 = url "
                "AND value ->> 1 < last_ok AND value ->> 1 < :since)",
                named,
            )
            self._run(
                "UPDATE sources SET state = 'active', because = NULL, next_due = :now "
                "WHERE kind = 'sitemap' AND state = 'resting' AND because = :why AND EXISTS "
                "(SELECT 1 FROM json_each(:members) AS member WHERE value ->> 0 = url "
                "AND value ->> 1 > last_ok)",
                named,
            )

    def wake_archives(self, *, now: datetime) -> None:
        """Have archives read once more that rested for a month."""
        with self.transaction():
            self._run(
                "UPDATE sources SET state = 'active', because = NULL "
                "WHERE kind = 'sitemap' AND state = 'resting' AND because = ? AND next_due <= ?",
                (_ARCHIVE, iso(now)),
            )

    def seed_dates(self) -> list[datetime | None]:
        """When each seed was published; None: it does not say."""
        rows = self._rows("SELECT published FROM seeds ORDER BY id")
        return [parse_iso(row["published"]) for row in rows]
