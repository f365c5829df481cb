"""What is asked and written when a reader says yes or no, over any connection to a corpus.

Datasette keeps a connection of its own, so these are functions of one; `Labels` uses them too.
"""

from __future__ import annotations

from typing import Any

from ingest.corpus.runs import PULLED

__all__ = [
    "SEEN",
    "is_copy",
    "is_labelled_table",
    "note_seen",
    "page_of_row",
    "said_of",
    "say",
    "take_back",
]

#: Of what a reader saw, in `topic_state`: by page, the last revision that there was by then.
SEEN = "seen "
#: Tables whose rows may be labelled, with the page that a row is about.
_PAGE_OF = {
    "articles": "SELECT page FROM articles WHERE id = ?",
    "pages": "SELECT id FROM pages WHERE id = ?",
}


def is_copy(connection: Any) -> bool:
    """Whether the corpus is pulled from a cluster, so that no label may be written there."""
    asked = "SELECT 1 FROM topic_state WHERE key = ?"
    return connection.execute(asked, (PULLED,)).fetchone() is not None


def is_labelled_table(table: str) -> bool:
    """Whether the rows of a table are about a page each."""
    return table in _PAGE_OF


def page_of_row(connection: Any, table: str, row: int) -> int | None:
    """The page that a row of `articles` or `pages` is about; None: there is no such row."""
    found = connection.execute(_PAGE_OF[table], (row,)).fetchone()
    return int(found[0]) if found else None


def said_of(connection: Any, page: int) -> dict[str, Any]:
    """Verdict, time and name of the label of a page; empty: nobody said anything."""
    found = connection.execute(
        "SELECT verdict, at, by FROM labels WHERE page = ?", (page,)
    ).fetchone()
    return dict(zip(("verdict", "at", "by"), found, strict=True)) if found else {}


def say(connection: Any, page: int, *, is_yes: bool, by: str | None, at: str) -> None:
    """Write what a reader says of a page, in place of what was said before; in a transaction.

    Args:
        connection: to the corpus.
        page: whose text the reader saw.
        is_yes: whether it is about the topic.
        by: who says so; None: not stated.
        at: when, UTC, ISO 8601.
    """
    connection.execute(
        "INSERT INTO labels (page, verdict, at, by) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (page) DO UPDATE SET verdict = excluded.verdict, at = excluded.at, "
        "by = excluded.by",
        (page, "yes" if is_yes else "no", at, by),
    )
    note_seen(connection, str(page))


def note_seen(connection: Any, name: str) -> None:
    """Keep the number of the last revision: what comes after it was not seen."""
    connection.execute(
        "INSERT INTO topic_state (key, value) SELECT ?, coalesce(max(id), 0) FROM revisions "
        "WHERE true ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (f"{SEEN}{name}",),
    )


def take_back(connection: Any, page: int) -> bool:
    """Forget what was said of a page; whether anything was. In a transaction."""
    connection.execute("DELETE FROM topic_state WHERE key = ?", (f"{SEEN}{page}",))
    return bool(connection.execute("DELETE FROM labels WHERE page = ?", (page,)).rowcount)
