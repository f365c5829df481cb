"""Which days have articles that changed since stories were laid out; never edited once released."""

from __future__ import annotations

__all__ = ["READ_FOR_STORIES", "STORY_DAYS"]

_DAY = "substr(coalesce({of}.published, {of}.first_seen), 1, 10)"
READ_FOR_STORIES = (
    "published",
    "first_seen",
    "url",
    "sha256",
    "title",
    "language",
    "outlet",
    "copies",
)
_IS_OTHER = " OR ".join(f"new.{column} IS NOT old.{column}" for column in READ_FOR_STORIES)
_MARK = """
  INSERT INTO story_days (day, token) VALUES ({day}, random())
  ON CONFLICT (day) DO UPDATE SET token = excluded.token;
"""
_OLD = _MARK.format(day=_DAY.format(of="old"))
_NEW = _MARK.format(day=_DAY.format(of="new"))

# Triggers see every writer, and what they note costs nothing in a corpus of a million.
STORY_DAYS = f"""
CREATE TABLE story_days (
  day TEXT PRIMARY KEY,           -- UTC, ISO 8601; of the articles that changed since
  token INTEGER NOT NULL          -- drawn anew at each change; who lays out takes off what he saw
) WITHOUT ROWID;
CREATE TRIGGER story_days_insert AFTER INSERT ON articles BEGIN
{_NEW}
END;
CREATE TRIGGER story_days_update AFTER UPDATE OF {", ".join(READ_FOR_STORIES)} ON articles
WHEN {_IS_OTHER} BEGIN
{_OLD}{_NEW}
END;
CREATE TRIGGER story_days_delete AFTER DELETE ON articles BEGIN
{_OLD}
END;
"""
