"""Articles as the entries of a feed; over any connection."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ingest.corpus.asking import rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["ARTICLE_LISTS", "articles_of_question", "corpus_mark", "feed_articles"]

_MOST = 50

#: Lists of articles that are no saved query: what is asked, by the name of its feed.
ARTICLE_LISTS: Mapping[str, str] = {
    "latest": "SELECT id AS article FROM articles ORDER BY first_seen DESC, id DESC",
    "story": "SELECT id AS article FROM articles WHERE story = CAST(:story AS INTEGER) "
    "ORDER BY first_seen DESC, id DESC",
    "outlet": "SELECT id AS article FROM articles WHERE outlet = :outlet "
    "ORDER BY first_seen DESC, id DESC",
}


def articles_of_question(connection: Any, sql: str, arguments: Mapping[str, str]) -> list[int]:
    """The first articles that a question names, in its order, each once."""
    cursor = connection.execute(sql, arguments)
    place = [column[0] for column in cursor.description].index("article")
    numbers: dict[int, None] = {}
    for row in cursor:
        if row[place] is not None:
            numbers[row[place]] = None
        if len(numbers) == _MOST:
            break
    return list(numbers)


def feed_articles(connection: Any, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """These articles, in this order; `updated` is when one was found or last reworded."""
    rows = rows_of(
        connection,
        "SELECT a.id, a.title, a.url, a.outlet, o.name, a.author, a.language, a.published, a.lead, "
        "a.why, max(a.first_seen, coalesce(max(r.seen), '')) AS updated "
        "FROM articles a JOIN outlets o ON o.id = a.outlet "
        "LEFT JOIN revisions r ON r.article = a.id "
        "WHERE a.id IN (SELECT value FROM json_each(:numbers)) GROUP BY a.id",
        {"numbers": json.dumps(list(numbers))},
    )
    by_number = {row["id"]: row for row in rows}
    return [by_number[number] for number in numbers if number in by_number]


def corpus_mark(connection: Any) -> str:
    """What tells this corpus from every other, the same for good: when it was made."""
    rows = rows_of(connection, "SELECT applied_at FROM _sqlite_migrations ORDER BY id LIMIT 1")
    return str(rows[0]["applied_at"]) if rows else ""
