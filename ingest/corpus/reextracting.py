"""Pages of the archive, to be read again; and what is written of those that read otherwise now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.corpus.archived import PLACE
from ingest.corpus.base import iso
from ingest.corpus.texts import Texts, pack
from ingest.items import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from ingest.items import Article

__all__ = ["Reextracting"]


class Reextracting(Texts):
    """What reading the archive again asks and writes."""

    def archived_after(
        self, page: int, *, since: datetime | None, outlet: str | None, limit: int
    ) -> list[dict[str, Any]]:
        """Pages whose last good response lies in the archive, by number, from the next one.

        Args:
            page: the number after which to go on.
            since: fetched then or later; None: whenever.
            outlet: registrable domain; None: any.
            limit: how many at most.
        """
        return self._rows(
            f"SELECT p.id, p.url, p.outcome, p.reason, {PLACE} "  # noqa: S608
            "FROM pages p WHERE id > :page AND warc IS NOT NULL "
            "AND outcome IN ('article', 'copy', 'off-topic', 'rejected') "
            "AND (:since IS NULL OR last_fetched >= :since) "
            "AND (:outlet IS NULL OR outlet = :outlet) ORDER BY id LIMIT :limit",
            {
                "page": page,
                "since": iso(since) if since else None,
                "outlet": outlet,
                "limit": limit,
            },
        )

    def count_archived(self, page: int, *, since: datetime | None, outlet: str | None) -> int:
        """How many pages `archived_after` gives from the next one on."""
        return int(
            self._value(
                "SELECT count(*) FROM pages WHERE id > :page AND warc IS NOT NULL "
                "AND outcome IN ('article', 'copy', 'off-topic', 'rejected') "
                "AND (:since IS NULL OR last_fetched >= :since) "
                "AND (:outlet IS NULL OR outlet = :outlet)",
                {"page": page, "since": iso(since) if since else None, "outlet": outlet},
            )
        )

    def archive_files(self) -> list[str]:
        """The files of the archive in which pages have their last response."""
        rows = self._run("SELECT DISTINCT warc FROM pages WHERE warc IS NOT NULL ORDER BY warc")
        return [name for (name,) in rows]

    def archived_outlets(self) -> list[str]:
        """Outlets of which the archive has any page that was read, in order."""
        rows = self._rows(
            "SELECT DISTINCT outlet FROM pages WHERE warc IS NOT NULL "
            "AND outcome IN ('article', 'copy', 'off-topic', 'rejected') AND outlet IS NOT NULL "
            "ORDER BY outlet"
        )
        return [row["outlet"] for row in rows]

    def is_archived_at(self, page: int, warc: str, offset: int) -> bool:
        """Whether that is still the last good response of a page."""
        return bool(
            self._value(
                "SELECT 1 FROM pages WHERE id = ? AND warc = ? AND warc_offset = ?",
                (page, warc, offset),
            )
        )

    def restamp(self, page: int, article: Article) -> None:
        """Write what no reader sees of a text that reads as it did: what read it, and its links."""
        self._run("UPDATE texts SET article_z = ? WHERE page = ?", (pack(article), page))
        self._run("UPDATE articles SET extractor = ? WHERE page = ?", (article.extractor, page))

    def refuse_again(self, page: int, reason: str) -> None:
        """Write why a page is no article, as it is read now; it is not fetched again for that.

        What was fetched is as it was, so nothing is written of a fetch.
        """
        self._run(
            "UPDATE pages SET outcome = ?, reason = ?, article = NULL, next_check = NULL "
            "WHERE id = ?",
            (Outcome.REJECTED, reason, page),
        )
