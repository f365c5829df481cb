"""The columns of `sources` that migration 7 adds; never edited once released."""

from __future__ import annotations

__all__ = ["MORE_OF_A_SOURCE", "RESTING_BEFORE", "with_more_of_a_source"]

_LAST_COMMENT = "-- articles and copies first found through it"  # as migration 1 makes the table
_CONSTRAINT = "  UNIQUE (kind, url)\n)"

#: `next_due` of a source that was not to be asked any more, before there was `state`.
RESTING_BEFORE = "9999-"

#: (definition, meaning) of each column, in order.
MORE_OF_A_SOURCE = (
    ("state TEXT NOT NULL DEFAULT 'active'", "active: polled; proposed, resting: not polled"),
    ("because TEXT", "what speaks for it; null: a person named it, or another source"),
    ("last_new TEXT", "UTC, ISO 8601; last poll that brought something; null: none did"),
    ("new_per_day REAL", "addresses never seen before, by its own rhythm; null: cannot tell yet"),
    ("failure_weight REAL NOT NULL DEFAULT 0", "of the failures in a row, each counts 0..1"),
    ("last_full TEXT", "UTC, ISO 8601; last answer with a body; null: none"),
    ("lied TEXT", "UTC, ISO 8601; when it last said 304 of a changed body; null: never"),
    ("is_doubted INTEGER NOT NULL DEFAULT 0", "1: validators kept from before a change, as a test"),
    ("hints TEXT", "JSON: what it says of its rhythm; null: nothing"),
    ("hours TEXT", "JSON: what was new by hour of the day, UTC; null: cannot tell yet"),
    ("moved_to TEXT", "where it redirects for good; null: nowhere"),
    ("moved_days INTEGER NOT NULL DEFAULT 0", "days on which it did; from three on, asked there"),
)


def with_more_of_a_source(sql: str) -> str | None:
    """The CREATE statement of migration 1 with the columns and their comments; None: no such."""
    head, found, _ = sql.partition(f" {_LAST_COMMENT}\n{_CONSTRAINT}")
    if not found:
        return None
    lines = [f"  {column}, -- {meaning}" for column, meaning in MORE_OF_A_SOURCE]
    return "\n".join([f"{head} {_LAST_COMMENT}", *lines, _CONSTRAINT])
