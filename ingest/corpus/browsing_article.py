"""What the page of an article asks beyond what readers of the terminal ask."""

from __future__ import annotations

from typing import Any

from ingest.corpus.asking import row_of, rows_of

__all__ = ["counts_of", "neighbours", "page_line", "story_of"]


def page_line(connection: Any, article: int) -> dict[str, Any]:
    """The line of the ledger of an article's page."""
    row = row_of(
        connection,
        "SELECT p.id, p.outcome, p.reason, p.found_by, p.source, s.url AS source_url, "
        "p.first_seen, p.last_fetched, p.next_check, p.warc, p.warc_offset, a.run, a.extractor "
        "FROM articles a JOIN pages p ON p.id = a.page LEFT JOIN sources s ON s.id = p.source "
        "WHERE a.id = :id",
        {"id": article},
    )
    assert row is not None
    return row


def counts_of(connection: Any, article: int) -> dict[str, int]:
    """How many copies an article has, changes and events of it and them, fetches of its page."""
    row = row_of(
        connection,
        "SELECT (SELECT count(*) FROM copies WHERE article = a.id) AS copies, "
        "(SELECT count(*) FROM revisions WHERE article = a.id) AS changes, "
        "(SELECT count(*) FROM events WHERE article = a.id) AS events, "
        "(SELECT count(*) FROM fetches WHERE page = a.page) AS fetches "
        "FROM articles a WHERE a.id = :id",
        {"id": article},
    )
    assert row is not None
    return row


def story_of(connection: Any, article: int) -> dict[str, Any] | None:
    """Number and title of the story that an article belongs to."""
    return row_of(
        connection,
        "SELECT s.id, s.title FROM articles a JOIN stories s ON s.id = a.story WHERE a.id = :id",
        {"id": article},
    )


def neighbours(
    connection: Any, article: int, limit: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What its story told just before an article, and just after it; each in order of time."""
    found = []
    for sign, order in (("<", "DESC"), (">", "ASC")):
        rows = rows_of(
            connection,
            "SELECT b.id, b.published, b.title, b.outlet FROM articles a "  # noqa: S608
            "JOIN articles b ON b.story = a.story AND b.id <> a.id "
            f"WHERE a.id = :id AND (b.published, b.id) {sign} (a.published, a.id) "
            f"ORDER BY b.published {order}, b.id {order} LIMIT :limit",
            {"id": article, "limit": limit},
        )
        found.append(rows)
    return found[0][::-1], found[1]
