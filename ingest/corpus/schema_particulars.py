"""The columns of `articles` that migration 4 adds; never edited once released."""

from __future__ import annotations

__all__ = ["LAST_COMMENT", "PARTICULARS", "with_particulars"]

LAST_COMMENT = "-- paragraphs, one a line"  # of the table as migration 1 makes it

#: (definition, meaning) of each column, in order.
PARTICULARS = (
    ("kind TEXT NOT NULL DEFAULT 'article'", "article, live (a live blog) or stub (before a wall)"),
    ("standfirst TEXT", "what its page says in a sentence or two; null: nothing but a cut of text"),
    ("published_confidence REAL", "that the day is right, 0..1; null: the page was not asked"),
    ("modified TEXT", "UTC, ISO 8601; null: its page states no change"),
    ("agency TEXT", "whose wire it carries, `, ` between; null: no mark of one"),
    ("section TEXT", "where its outlet files it; null: its page does not say"),
    ("picture TEXT", "address of its lead picture; null: its page names none"),
    (
        "is_paywalled INTEGER",
        "1: its page states that readers must pay, 0: that they need not; null: it says neither",
    ),
    ("provenance TEXT", "JSON: where its page states each field; null: read before this was kept"),
)


def with_particulars(sql: str) -> str:
    """The CREATE statement that ends with `LAST_COMMENT`, with the columns and their comments."""
    first = sql.removesuffix(f"{LAST_COMMENT}\n)").rstrip()
    lines = [f"  {column}, -- {meaning}" for column, meaning in PARTICULARS]
    lines[-1] = lines[-1].replace(", --", " --", 1)
    return "\n".join([f"{first}, {LAST_COMMENT}", *lines, ")"])
