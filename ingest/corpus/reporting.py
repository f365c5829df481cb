"""What a report tells of a stretch of time; an undated text counts by when it was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.corpus.base import Base, iso

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Reporting"]

_MOMENT = "coalesce(published, first_seen)"
_WITHIN = f"{_MOMENT} >= :since AND {_MOMENT} < :until"


class Reporting(Base):
    """Questions of a report; they only read. Times are aware, the end is not of the stretch."""

    def published_by_day(self) -> list[tuple[str, int, int]]:
        """(ISO date, articles, copies) of each day with any, in order; undated ones left out."""
        rows = self._rows("SELECT day, articles, copies FROM timeline ORDER BY day")
        return [(row["day"], row["articles"], row["copies"]) for row in rows]

    def count_within(self, since: datetime, until: datetime) -> tuple[int, int]:
        """Articles and copies of the stretch."""
        row = self._row(
            f"SELECT (SELECT count(*) FROM articles WHERE {_WITHIN}) AS articles, "  # noqa: S608
            f"(SELECT count(*) FROM copies WHERE {_WITHIN}) AS copies",
            {"since": iso(since), "until": iso(until)},
        )
        assert row is not None
        return row["articles"], row["copies"]

    def busiest_outlets(
        self, since: datetime, until: datetime, *, limit: int
    ) -> list[dict[str, Any]]:
        """Outlets by articles and copies of the stretch."""
        return self._rows(
            "SELECT outlet, sum(article) AS articles, sum(1 - article) AS copies FROM ("  # noqa: S608
            f"SELECT outlet, 1 AS article FROM articles WHERE {_WITHIN} UNION ALL "
            f"SELECT outlet, 0 FROM copies WHERE {_WITHIN}) "
            "GROUP BY outlet ORDER BY count(*) DESC, outlet LIMIT :limit",
            {"since": iso(since), "until": iso(until), "limit": limit},
        )

    def busiest_stories(
        self, since: datetime, until: datetime, *, limit: int
    ) -> list[dict[str, Any]]:
        """Stories by articles of the stretch, with how many there are in all."""
        return self._rows(
            "SELECT s.title, t.n AS articles, s.articles AS in_all, s.outlets, s.first_outlet "  # noqa: S608
            f"FROM (SELECT story, count(*) AS n FROM articles WHERE {_WITHIN} "
            "AND story IS NOT NULL GROUP BY story) t JOIN stories s ON s.id = t.story "
            "ORDER BY t.n DESC, s.id LIMIT :limit",
            {"since": iso(since), "until": iso(until), "limit": limit},
        )

    def changes_seen_in(
        self, since: datetime, until: datetime, *, limit: int
    ) -> list[dict[str, Any]]:
        """Changes of kept pages that were seen then, headlines first."""
        return self._rows(
            "SELECT r.seen, p.outlet, p.url, r.title, r.new_title, r.title_changed, "
            "r.words_added, r.words_removed FROM revisions r JOIN pages p ON p.id = r.page "
            "WHERE r.seen >= :since AND r.seen < :until "
            "ORDER BY r.title_changed DESC, r.seen DESC, p.url, r.id DESC LIMIT :limit",
            {"since": iso(since), "until": iso(until), "limit": limit},
        )

    def copying_in(self, since: datetime, until: datetime, *, limit: int) -> list[dict[str, Any]]:
        """Which outlets carried articles of which, by copies of the stretch."""
        return self._rows(
            "SELECT a.outlet AS original, c.outlet AS copying, count(*) AS copies, "  # noqa: S608
            "avg(c.hours_later) AS hours_later "
            f"FROM (SELECT * FROM copies WHERE {_WITHIN}) c JOIN articles a ON a.id = c.article "
            "WHERE c.outlet <> a.outlet GROUP BY a.outlet, c.outlet "
            "ORDER BY count(*) DESC, a.outlet, c.outlet LIMIT :limit",
            {"since": iso(since), "until": iso(until), "limit": limit},
        )
