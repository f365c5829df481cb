"""What the web asks of a story; over any connection."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ingest.corpus.asking import row_of, rows_of

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = [
    "MOST_ARTICLES",
    "one_story",
    "story_articles",
    "story_copies",
    "story_days",
    "story_outlets",
]

MOST_ARTICLES = 300
_MOST_COPIES = 20  # of one article


def one_story(connection: Any, number: int) -> dict[str, Any] | None:
    """The row of a story."""
    return row_of(connection, "SELECT * FROM stories WHERE id = :id", {"id": number})


def story_articles(connection: Any, number: int) -> list[dict[str, Any]]:
    """Its articles in order of publication, undated ones last; the first some hundred."""
    return rows_of(
        connection,
        "SELECT id, published, title, outlet, language, copies, why, gone_since FROM articles "
        # NULLS LAST reads the index in order; an expression for it would sort them all.
        "WHERE story = :id ORDER BY published NULLS LAST, url LIMIT :most",
        {"id": number, "most": MOST_ARTICLES},
    )


def story_copies(connection: Any, articles: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """The copies of these articles, by article, the first some of each in order of publication."""
    rows = rows_of(
        connection,
        "SELECT * FROM (SELECT c.article, c.outlet, c.published, c.hours_later, c.relation, "
        "c.similarity, c.url, row_number() OVER (PARTITION BY c.article "
        "ORDER BY c.published IS NULL, c.published, c.url) AS place FROM copies c "
        "WHERE c.article IN (SELECT value FROM json_each(:articles))) WHERE place <= :most "
        "ORDER BY article, place",
        {"articles": json.dumps(sorted(articles)), "most": _MOST_COPIES},
    )
    copies: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        copies.setdefault(row["article"], []).append(row)
    return copies


def story_days(connection: Any, number: int) -> list[tuple[str, int, int]]:
    """Day, articles, copies of a story."""
    rows = rows_of(
        connection,
        "SELECT day, sum(articles) AS articles, sum(copies) AS copies FROM ("
        "SELECT substr(published, 1, 10) AS day, 1 AS articles, 0 AS copies FROM articles "
        "WHERE story = :id UNION ALL SELECT substr(c.published, 1, 10), 0, 1 "
        "FROM articles a JOIN copies c ON c.article = a.id WHERE a.story = :id) "
        "WHERE day IS NOT NULL GROUP BY day",
        {"id": number},
    )
    return [(row["day"], row["articles"], row["copies"]) for row in rows]


def story_outlets(connection: Any, number: int) -> list[dict[str, Any]]:
    """Who carries it: when each began, with how many articles and copies; the earliest first.

    A second address of one page within an outlet is no copy, as in `who_copied_whom`.
    """
    return rows_of(
        connection,
        "SELECT outlet, min(published) AS first, sum(own) AS articles, sum(carried) AS copies "
        "FROM (SELECT outlet, published, 1 AS own, 0 AS carried FROM articles WHERE story = :id "
        "UNION ALL SELECT c.outlet, c.published, 0, c.relation <> 'same-url' "
        "OR c.outlet <> a.outlet FROM articles a JOIN copies c ON c.article = a.id "
        "WHERE a.story = :id) GROUP BY outlet ORDER BY first IS NULL, first, outlet LIMIT 100",
        {"id": number},
    )
