"""What a report tells of a stretch of time; an undated text counts by when it was found."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ingest.corpus.base import Base, iso
from ingest.corpus.browsing_front import leading_names, topic_state
from ingest.corpus.browsing_outlets import copying
from ingest.corpus.connection import guarded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

__all__ = ["Reporting"]

_MOMENT = "coalesce(published, first_seen)"
_WITHIN = f"{_MOMENT} >= :since AND {_MOMENT} < :until"


class Reporting(Base):
    """Questions of a report; they only read. Times are aware, the end is not of the stretch."""

    @contextmanager
    def at_one_moment(self) -> Iterator[None]:
        """Let all that is asked be of one moment, whoever writes meanwhile."""
        self._run("BEGIN")
        try:
            yield
        finally:
            self._run("ROLLBACK")

    def leading_names(self, *, most: int) -> tuple[str, ...]:
        """The strongest names of the topic as last learned; none: never."""
        with guarded(self.path):
            return leading_names(topic_state(self._raw), most=most)

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

    def days_within(self, since: datetime, until: datetime) -> list[tuple[str, int, int]]:
        """(ISO date, articles, copies) of each day of the stretch with any, in order."""
        rows = self._rows(
            "SELECT substr(at, 1, 10) AS day, sum(own) AS articles, sum(1 - own) AS copies FROM ("  # noqa: S608
            f"SELECT {_MOMENT} AS at, 1 AS own FROM articles WHERE {_WITHIN} UNION ALL "
            f"SELECT {_MOMENT}, 0 FROM copies WHERE {_WITHIN}) GROUP BY day ORDER BY day",
            {"since": iso(since), "until": iso(until)},
        )
        return [(row["day"], row["articles"], row["copies"]) for row in rows]

    def most_copied_in(
        self, since: datetime, until: datetime, *, limit: int
    ) -> list[dict[str, Any]]:
        """Articles of the stretch that others carry, the most copied first."""
        return self._rows(
            "SELECT title, url, language, outlet, published, copies FROM articles "  # noqa: S608
            f"WHERE {_WITHIN} AND copies > 0 ORDER BY copies DESC, published, url LIMIT :limit",
            {"since": iso(since), "until": iso(until), "limit": limit},
        )

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
        """Stories by articles and outlets of the stretch; `in_all` are the articles of all days."""
        return self._rows(
            "SELECT s.title, t.n AS articles, s.articles AS in_all, t.outlets, s.first_outlet "  # noqa: S608
            "FROM (SELECT story, count(*) AS n, count(DISTINCT outlet) AS outlets "
            f"FROM articles WHERE {_WITHIN} "
            "AND story IS NOT NULL GROUP BY story) t JOIN stories s ON s.id = t.story "
            "ORDER BY t.n DESC, s.title, s.id LIMIT :limit",
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
        """Which outlets carried texts of which, by copies of the stretch, the busiest first."""
        with guarded(self.path):
            pairs = copying(self._raw, since=iso(since), until=iso(until), with_hours=True)
        return pairs[:limit]
