"""What happened to an article after it was kept; never edited once released."""

from __future__ import annotations

__all__ = ["EVENTS"]

# The table of revisions is made anew, because SQLite would write a new column behind the comment
# of the last one.
EVENTS = """
DROP VIEW changes;
ALTER TABLE revisions RENAME TO revisions_before;
CREATE TABLE revisions (
  id INTEGER PRIMARY KEY,         -- number of the revision, in order of sight
  article INTEGER REFERENCES articles(id),  -- that changed; null: the page carries a seed document
  page INTEGER NOT NULL REFERENCES pages(id), -- that changed
  seen TEXT NOT NULL,             -- UTC, ISO 8601; when the new wording was first seen
  title TEXT NOT NULL,            -- before the change
  new_title TEXT NOT NULL,        -- after it
  title_changed INTEGER NOT NULL, -- 1: yes, 0: no
  words_added INTEGER NOT NULL,   -- words the new wording has and the old had not
  words_removed INTEGER NOT NULL, -- words the old wording had and the new has not
  entries_added INTEGER,          -- entries that a live blog gained; null: it is none
  run INTEGER NOT NULL REFERENCES runs(id), -- that saw it
  text TEXT NOT NULL              -- before the change; what came after it is in the next row
);
INSERT INTO revisions SELECT id, article, page, seen, title, new_title, title_changed, words_added,
  words_removed, NULL, run, text FROM revisions_before;
DROP TABLE revisions_before;
CREATE INDEX revisions_article ON revisions(article);
CREATE INDEX revisions_page ON revisions(page);
CREATE INDEX revisions_run ON revisions(run);
CREATE VIEW changes AS
-- columns as in revisions, pages
SELECT r.seen, p.outlet, r.title, r.new_title, r.title_changed, r.words_added,
  r.words_removed, r.entries_added, r.article, p.url
FROM revisions r JOIN pages p ON p.id = r.page
ORDER BY r.seen DESC, r.title_changed DESC, r.id DESC;
CREATE TABLE events (
  id INTEGER PRIMARY KEY,         -- number of the event, in order of sight
  article INTEGER REFERENCES articles(id) ON DELETE SET NULL -- that it happened to
    DEFERRABLE INITIALLY DEFERRED, -- null: its page carries a seed document, or none any more
  page INTEGER NOT NULL REFERENCES pages(id), -- whose address it is about
  kind TEXT NOT NULL,             -- lead: an earlier original was found, and leads now; gone: the
                                  -- address answers no more; moved-home: it leads to a front page
                                  -- or a section; back: it answers with its text again
  at TEXT NOT NULL,               -- UTC, ISO 8601; when it was seen
  detail TEXT NOT NULL,           -- what was seen, in words a person can check
  run INTEGER NOT NULL REFERENCES runs(id) -- that saw it
);
INSERT INTO events (article, page, kind, at, detail, run)
SELECT a.id, a.page, 'gone', a.gone_since, coalesce(f.reason, 'it answers no more'),
  coalesce(f.run, a.run)
FROM articles a LEFT JOIN fetches f ON f.id = (
  SELECT min(id) FROM fetches WHERE page = a.page AND at = a.gone_since
) WHERE a.gone_since IS NOT NULL ORDER BY a.gone_since, a.id;
CREATE INDEX events_article ON events(article);
CREATE INDEX events_page ON events(page);
CREATE INDEX events_run ON events(run);
"""
