"""Stories with their first reporter, and what the topic learned; never edited once released."""

from __future__ import annotations

__all__ = ["STORIES_AND_STEPS"]

STORIES_AND_STEPS = """
DROP VIEW story_summary;
DROP TABLE stories;
CREATE TABLE stories (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- kept while the story lives; never given twice
  title TEXT NOT NULL,            -- of its first article in a language of the seeds, else of any
  terms TEXT NOT NULL,            -- words that hold it together, strongest first, `, ` between
  articles INTEGER NOT NULL,      -- how many it holds
  outlets INTEGER NOT NULL,       -- how many carry it, by an article or by a copy
  first_published TEXT,           -- UTC, ISO 8601; null: none of its articles states a date
  last_published TEXT,            -- UTC, ISO 8601; null: none of its articles states a date
  first_outlet TEXT REFERENCES outlets(id), -- that reported it first; null: nothing is dated
  first_article INTEGER REFERENCES articles(id) ON DELETE SET NULL
                                  -- with which it began; null: that was withdrawn since
);
CREATE TABLE topic_steps (
  id INTEGER PRIMARY KEY,         -- number of the step, in order of time
  at TEXT NOT NULL,               -- UTC, ISO 8601
  kind TEXT NOT NULL,             -- seeds, settings, labels or drift: what it learned from
  version TEXT NOT NULL,          -- of the topic from then on
  texts INTEGER NOT NULL,         -- how many it learned from
  near_no_seed REAL,              -- share of the articles near no seed, 0..1; null: not asked
  gained TEXT NOT NULL,           -- words that gained most weight, `, ` between; empty: none
  lost TEXT NOT NULL,             -- words that lost most weight, `, ` between; empty: none
  pages TEXT NOT NULL,            -- JSON: the pages it learned from; [] for seeds and settings
  undone TEXT                     -- UTC, ISO 8601; a person took it back; null: it stands
);
CREATE VIEW story_summary AS
-- days: from its first to its last article
-- columns as in stories
SELECT id, title, articles, outlets, first_outlet, first_published, last_published,
  round(julianday(last_published) - julianday(first_published), 1) AS days, terms, first_article
FROM stories ORDER BY articles DESC, id;
"""
