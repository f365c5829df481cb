"""Where the text of a dead address was looked for; as migration 7 makes it."""

from __future__ import annotations

__all__ = ["CAPTURES", "CAPTURE_COLUMN", "with_capture"]

_LAST_COMMENT = "-- byte offset of the record; null: nothing was kept"  # as migration 1 makes it
CAPTURE_COLUMN = "capture TEXT"
_MEANING = "address or WARC file and offset it was taken from; null: from its own address"

CAPTURES = """
CREATE TABLE rescues (
  page INTEGER PRIMARY KEY REFERENCES pages(id), -- whose address is dead, or is not to be asked
  asked TEXT NOT NULL,            -- UTC, ISO 8601; when a web archive was last asked for it
  captures INTEGER NOT NULL,      -- that it named, of a page and not of an error
  said TEXT NOT NULL              -- what came of it, in words
);
"""


def with_capture(sql: str) -> str | None:
    """The CREATE statement of `fetches` with the column and its comment; None: no such."""
    head, found, tail = sql.partition(f" {_LAST_COMMENT}\n")
    if not found:
        return None
    head, _, last = head.rpartition("\n")
    return f"{head}\n{last.rstrip()}, {_LAST_COMMENT}\n  {CAPTURE_COLUMN} -- {_MEANING}\n{tail}"
