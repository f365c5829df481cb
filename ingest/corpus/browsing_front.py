"""What the front page asks; each question on its own, so that a slow one costs one part."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ingest.corpus import runs
from ingest.corpus.asking import row_of, rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "copy_of", "counts", "days", "latest", "leading_names",
    "next_times", "route_counts", "seeds", "stories", "topic_state",
]  # fmt: skip


def counts(connection: Any, *, since: str) -> dict[str, int]:
    """How much there is.

    Args:
        connection: to the corpus.
        since: ISO 8601 UTC; what entered the corpus later is new.
    """
    row = row_of(
        connection,
        "SELECT (SELECT count(*) FROM articles) AS articles, "
        "(SELECT count(*) FROM copies) AS copies, "
        "(SELECT count(*) FROM outlets o WHERE EXISTS (SELECT 1 FROM articles WHERE outlet = o.id) "
        "OR EXISTS (SELECT 1 FROM copies WHERE outlet = o.id)) AS outlets, "
        "(SELECT count(*) FROM revisions) AS changed, "
        "(SELECT count(*) FROM articles WHERE first_seen >= :since) AS new, "
        "(SELECT count(*) FROM sources WHERE state = 'active' AND failures > 0) AS failing, "
        "(SELECT count(*) FROM sources WHERE state = 'active') AS sources",
        {"since": since},
    )
    assert row is not None
    return row


def seeds(connection: Any) -> list[dict[str, Any]]:
    """The seed documents, by number."""
    return rows_of(connection, "SELECT id, file, title, language FROM seeds ORDER BY id")


def topic_state(connection: Any) -> dict[str, Any]:
    """The topic as it was last learned, as it is written; empty: never."""
    row = row_of(connection, "SELECT value FROM topic_state WHERE key = 'topic'")
    try:
        told = json.loads(row["value"]) if row and row["value"] else {}
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def copy_of(connection: Any) -> dict[str, Any]:
    """Of which `database` the file is a copy, and `as_of` when; empty: it is none."""
    asked = "SELECT value FROM topic_state WHERE key = :pulled"
    row = row_of(connection, asked, {"pulled": runs.PULLED})
    return runs.copy_of(row["value"] if row else None) or {}


def leading_names(topic: Mapping[str, Any], *, most: int) -> tuple[str, ...]:
    """The strongest names of a topic as it is written, as readers know them; the first so many.

    As `Topic.names` has them, which would cost every status a third of its time.
    """
    names, spellings = set(topic.get("names", ())), topic.get("spellings", {})
    strongest = [one for one in topic.get("weights", ()) if one.startswith("@") or one in names]
    return tuple(str(spellings.get(one, one)).lstrip("@") for one in strongest[:most])


def days(connection: Any) -> list[tuple[str, int, int]]:
    """Day, articles and copies published on it."""
    rows = rows_of(connection, "SELECT day, articles, copies FROM timeline WHERE day IS NOT NULL")
    return [(row["day"], row["articles"], row["copies"]) for row in rows]


def route_counts(connection: Any) -> list[tuple[list[str], int]]:
    """Routes, and how many texts were found by exactly these."""
    rows = rows_of(
        connection, "SELECT routes, sum(texts) AS texts FROM capture_counts GROUP BY routes"
    )
    return [([one for one in row["routes"].split("+") if one], row["texts"]) for row in rows]


def latest(connection: Any, limit: int) -> list[dict[str, Any]]:
    """The articles published last, with the reason each was kept; by first sight where undated."""
    told = (
        "SELECT a.id, a.published, a.first_seen, a.title, a.outlet, a.language, a.copies, a.why, "
        "a.lead, a.relevance, a.story, s.title AS story_title "
        "FROM articles a LEFT JOIN stories s ON s.id = a.story "
    )
    # Two questions, since the index on `published` serves each, and no order over both.
    dated = "WHERE a.published IS NOT NULL ORDER BY a.published DESC, a.id DESC LIMIT :limit"
    undated = "WHERE a.published IS NULL ORDER BY a.first_seen DESC, a.id DESC LIMIT :limit"
    found = [
        *rows_of(connection, told + dated, {"limit": limit}),
        *rows_of(connection, told + undated, {"limit": limit}),
    ]
    found.sort(key=lambda row: (row["published"] or row["first_seen"], row["id"]), reverse=True)
    return found[:limit]


def stories(connection: Any, limit: int) -> list[dict[str, Any]]:
    """The stories that were last told, those of one article left out."""
    return rows_of(
        connection,
        "SELECT id, title, articles, outlets, first_outlet, first_published, last_published "
        "FROM stories WHERE articles > 1 ORDER BY last_published DESC, articles DESC, id "
        "LIMIT :limit",
        {"limit": limit},
    )


def next_times(connection: Any) -> dict[str, Any]:
    """The run that ended last, and when a source is asked next."""
    row = row_of(
        connection,
        "SELECT id AS run, spider, finished, outcome, new_articles, copies, "
        "(SELECT min(next_due) FROM sources WHERE state = 'active') AS next_poll "
        "FROM runs WHERE finished IS NOT NULL ORDER BY id DESC LIMIT 1",
    )
    return row or {}
