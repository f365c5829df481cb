"""The schema, as numbered migrations; append-only, a released one is never edited.

`PRAGMA application_id` marks a file as a corpus of ours, `PRAGMA user_version` counts the
migrations applied, so an older Seedbed can tell a newer corpus without reading a table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlite_utils import Migrations

if TYPE_CHECKING:
    from sqlite_utils import Database

__all__ = ["APPLICATION_ID", "MACHINE_TABLES", "MIGRATIONS", "SCHEMA_VERSION"]

APPLICATION_ID = 0x53454544  # "SEED"

#: Tables that only the program reads; hidden in Datasette.
MACHINE_TABLES = ("texts", "fingerprints", "edges", "topic_state", "_sqlite_migrations")

MIGRATIONS = Migrations("seedbed")

_TABLES = """
CREATE TABLE outlets (
  id TEXT PRIMARY KEY,            -- registrable domain, e.g. `bbc.co.uk`
  name TEXT,                      -- as its pages call it; null: they do not say
  language TEXT,                  -- ISO 639-1 of its latest page; null: not known yet
  homepage TEXT,                  -- address of its front page
  first_seen TEXT NOT NULL,       -- UTC, ISO 8601
  last_seen TEXT NOT NULL         -- UTC, ISO 8601; last page fetched or address found
);
CREATE TABLE seeds (
  id INTEGER PRIMARY KEY,         -- in order of file name, from 1
  file TEXT NOT NULL UNIQUE,      -- file name inside seeds/
  title TEXT,                     -- null: no headline was found in the document
  published TEXT,                 -- UTC, ISO 8601; null: the document states no date
  language TEXT,                  -- ISO 639-1; null: too short to tell
  words INTEGER NOT NULL,         -- words kept by cleaning
  noise_share REAL NOT NULL,      -- share of the characters that cleaning removed, 0..1
  sha256 TEXT NOT NULL,           -- hex digest of the file
  text TEXT NOT NULL,             -- cleaned body
  raw TEXT NOT NULL               -- the file as it is
);
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  started TEXT NOT NULL,          -- UTC, ISO 8601
  finished TEXT,                  -- UTC, ISO 8601; null: running, or its process died unseen
  spider TEXT NOT NULL,           -- feeds, sitemaps, links, urls, frontier …
  "trigger" TEXT NOT NULL,        -- schedule, command or scrapy
  outcome TEXT NOT NULL,          -- running, finished, interrupted, failed, died
  requests INTEGER NOT NULL DEFAULT 0,     -- requests sent, of every kind
  polled INTEGER NOT NULL DEFAULT 0,       -- sources asked
  polls_failed INTEGER NOT NULL DEFAULT 0, -- sources that did not answer usefully
  found INTEGER NOT NULL DEFAULT 0,        -- addresses never seen before
  skipped INTEGER NOT NULL DEFAULT 0,      -- of these, refused by the gate for their headline
  fetched INTEGER NOT NULL DEFAULT 0,      -- pages; the sum of the nine columns that follow
  new_articles INTEGER NOT NULL DEFAULT 0,
  copies INTEGER NOT NULL DEFAULT 0,
  revisions INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,    -- known pages that said nothing new
  off_topic INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0,
  robots INTEGER NOT NULL DEFAULT 0,       -- refused by robots.txt
  gone INTEGER NOT NULL DEFAULT 0,         -- 404, 410
  errors INTEGER NOT NULL DEFAULT 0,       -- network or server failures
  bytes INTEGER NOT NULL DEFAULT 0,        -- of page bodies, after decoding
  seconds REAL,                   -- wall time; null: not finished
  message TEXT,                   -- what went wrong, in words
  process TEXT,                   -- who runs it: host, process id and start tick
  version TEXT NOT NULL           -- of Seedbed
);
CREATE TABLE sources (
  id INTEGER PRIMARY KEY,
  outlet TEXT REFERENCES outlets(id),
  kind TEXT NOT NULL,             -- site, feed, robots, sitemap
  url TEXT NOT NULL,
  title TEXT,                     -- as the source calls itself
  found_by TEXT NOT NULL,         -- settings, or the kind of source that named it
  every_minutes INTEGER NOT NULL, -- present distance between polls
  next_due TEXT NOT NULL,         -- UTC, ISO 8601
  last_ok TEXT,                   -- UTC, ISO 8601; null: never answered
  last_error TEXT,                -- words; null: the last poll went well
  failures INTEGER NOT NULL DEFAULT 0,      -- in a row
  etag TEXT,                      -- byte for byte as sent
  last_modified TEXT,             -- byte for byte as sent
  body_hash TEXT,                 -- hex, of the last body; an equal one is not parsed again
  items_seen INTEGER NOT NULL DEFAULT 0,    -- addresses it named, counted once each
  articles_kept INTEGER NOT NULL DEFAULT 0, -- articles and copies first found through it
  UNIQUE (kind, url)
);
CREATE TABLE stories (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,            -- of its first article
  first_published TEXT,           -- UTC, ISO 8601
  last_published TEXT,            -- UTC, ISO 8601
  articles INTEGER NOT NULL       -- how many it holds
);
CREATE TABLE pages (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,       -- canonical form of the address: one page, one line
  url TEXT NOT NULL,              -- as first found
  outlet TEXT REFERENCES outlets(id),
  outcome TEXT NOT NULL,          -- waiting, skipped, robots, article, copy, off-topic, rejected, gone, failed
  reason TEXT NOT NULL,           -- why, in words a person can check
  http_status INTEGER,            -- of the last fetch; null: never fetched, or no answer
  found_by TEXT NOT NULL,         -- spider that found it first
  source INTEGER REFERENCES sources(id),    -- that named it; null: found on a page, or given by hand
  title TEXT,                     -- headline its source gave; null: none
  published TEXT,                 -- UTC, ISO 8601; as its source said; null: it did not
  relevance REAL,                 -- of its text, or of its headline while unfetched; 0..1
  article INTEGER REFERENCES articles(id) DEFERRABLE INITIALLY DEFERRED, -- it carries; null: none
  first_seen TEXT NOT NULL,       -- UTC, ISO 8601
  last_fetched TEXT,              -- UTC, ISO 8601; null: never
  next_check TEXT,                -- UTC, ISO 8601; due from then on; null: settled, not asked again
  attempts INTEGER NOT NULL DEFAULT 0,      -- failures in a row
  depth INTEGER NOT NULL DEFAULT 0,         -- links followed since a source
  priority REAL NOT NULL DEFAULT 0,         -- higher is fetched earlier
  leased_until TEXT,              -- UTC, ISO 8601; a run is fetching it; null: nobody is
  etag TEXT,                      -- byte for byte as sent
  last_modified TEXT,             -- byte for byte as sent
  warc TEXT,                      -- file inside archive/ that holds the last full response
  warc_offset INTEGER,            -- byte offset of its record
  run INTEGER REFERENCES runs(id) -- that holds or last touched it
);
CREATE TABLE articles (
  id INTEGER PRIMARY KEY,
  published TEXT,                 -- UTC, ISO 8601; null: the page states no date
  title TEXT NOT NULL,
  outlet TEXT NOT NULL REFERENCES outlets(id),
  story INTEGER REFERENCES stories(id),
  relevance REAL NOT NULL,        -- to the topic, 0..1
  seed INTEGER REFERENCES seeds(id),        -- the nearest seed document; null: none stands out
  why TEXT NOT NULL,              -- it was kept: a sentence a person can check
  lead TEXT NOT NULL,             -- first paragraph, cut at 300 characters
  words INTEGER NOT NULL,
  author TEXT,
  language TEXT,                  -- ISO 639-1
  url TEXT NOT NULL,              -- the address it names as its own
  copies INTEGER NOT NULL DEFAULT 0,        -- rows in copies
  gone_since TEXT,                -- UTC, ISO 8601; its address stopped answering; null: it answers
  first_seen TEXT NOT NULL,       -- UTC, ISO 8601
  run INTEGER NOT NULL REFERENCES runs(id), -- that found it
  page INTEGER NOT NULL UNIQUE REFERENCES pages(id) DEFERRABLE INITIALLY DEFERRED, -- its line in the ledger
  sha256 TEXT NOT NULL,           -- hex digest of the text
  extractor TEXT NOT NULL,        -- name and version
  text TEXT NOT NULL              -- paragraphs, one a line
);
CREATE TABLE copies (
  id INTEGER PRIMARY KEY,
  article INTEGER REFERENCES articles(id),  -- that it carries; null: it carries a seed document
  seed INTEGER REFERENCES seeds(id),        -- that it carries; null: it carries an article
  outlet TEXT NOT NULL REFERENCES outlets(id),
  published TEXT,                 -- UTC, ISO 8601; null: the page states no date
  title TEXT NOT NULL,            -- its own
  url TEXT NOT NULL,
  relation TEXT NOT NULL,         -- same-url, exact, near, contains, contained-in
  similarity REAL NOT NULL,       -- share of the smaller text that stands in the other, 0..1
  passage TEXT,                   -- longest run of words in common
  hours_later REAL,               -- after the article; null: one of the dates is not known
  first_seen TEXT NOT NULL,       -- UTC, ISO 8601
  page INTEGER NOT NULL REFERENCES pages(id),
  run INTEGER NOT NULL REFERENCES runs(id)
);
CREATE TABLE revisions (
  id INTEGER PRIMARY KEY,
  article INTEGER REFERENCES articles(id),  -- null: the page carries a seed document
  page INTEGER NOT NULL REFERENCES pages(id),
  seen TEXT NOT NULL,             -- UTC, ISO 8601; when the new wording was first seen
  title TEXT NOT NULL,            -- before the change
  new_title TEXT NOT NULL,        -- after it
  title_changed INTEGER NOT NULL, -- 1: yes, 0: no
  words_added INTEGER NOT NULL,
  words_removed INTEGER NOT NULL,
  run INTEGER NOT NULL REFERENCES runs(id),
  text TEXT NOT NULL              -- before the change; the next row, or the article, has the wording after it
);
CREATE TABLE links (
  article INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
  url TEXT NOT NULL,              -- linked from the body of the article
  anchor TEXT,                    -- words of the link
  target_outlet TEXT,             -- registrable domain of the address
  PRIMARY KEY (article, url)
) WITHOUT ROWID;
CREATE TABLE labels (
  page INTEGER PRIMARY KEY REFERENCES pages(id),
  verdict TEXT NOT NULL CHECK (verdict IN ('yes', 'no')), -- is it about the topic
  at TEXT NOT NULL,               -- UTC, ISO 8601
  by TEXT                         -- who said so
);
CREATE TABLE fetches (
  id INTEGER PRIMARY KEY,
  page INTEGER NOT NULL REFERENCES pages(id),
  run INTEGER NOT NULL REFERENCES runs(id),
  at TEXT NOT NULL,               -- UTC, ISO 8601
  outcome TEXT NOT NULL,          -- as in pages, and revision, unchanged
  reason TEXT NOT NULL,           -- why, in words a person can check
  http_status INTEGER,            -- null: no answer
  bytes INTEGER NOT NULL,         -- of the body, after decoding
  warc TEXT,                      -- file inside archive/; null: nothing was kept
  warc_offset INTEGER             -- byte offset of the record
);
CREATE TABLE texts (
  page INTEGER PRIMARY KEY REFERENCES pages(id),
  canonical_key TEXT NOT NULL,    -- of the address the page names as its own
  url TEXT NOT NULL,              -- that address
  published TEXT,                 -- UTC, ISO 8601
  relevance REAL NOT NULL,        -- 0..1
  seed INTEGER,                   -- nearest seed document
  why TEXT NOT NULL,              -- it was kept
  run INTEGER NOT NULL,           -- that found it
  first_seen TEXT NOT NULL,       -- UTC, ISO 8601
  article_z BLOB NOT NULL         -- zlib of JSON: title, text, author, language, outlet_name, extractor, body links
);
CREATE TABLE fingerprints (
  hash INTEGER NOT NULL,          -- 47-bit shingle hash, winnowed
  document INTEGER NOT NULL,      -- page id, or minus the seed id
  PRIMARY KEY (hash, document)
) WITHOUT ROWID;
CREATE TABLE edges (
  a INTEGER NOT NULL,             -- document, the smaller id
  b INTEGER NOT NULL,             -- document
  a_in_b REAL NOT NULL,           -- containment, 0..1
  b_in_a REAL NOT NULL,           -- containment, 0..1
  jaccard REAL NOT NULL,          -- 0..1
  shared INTEGER NOT NULL,        -- shingles in common
  is_exact INTEGER NOT NULL,      -- 1: same normalised prose
  passage TEXT,                   -- longest shared run; of two pages, from the one whose key sorts first
  PRIMARY KEY (a, b)
) WITHOUT ROWID;
CREATE TABLE topic_state (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
"""

_INDEXES = """
CREATE INDEX sources_outlet ON sources(outlet);
CREATE INDEX sources_due ON sources(kind, next_due);
CREATE INDEX pages_outcome ON pages(outcome);
CREATE INDEX pages_outlet ON pages(outlet);
CREATE INDEX pages_found_by ON pages(found_by);
CREATE INDEX pages_article ON pages(article);
CREATE INDEX pages_run ON pages(run);
CREATE INDEX pages_source ON pages(source);
CREATE INDEX pages_due ON pages(next_check) WHERE next_check IS NOT NULL;
CREATE INDEX pages_leased ON pages(run) WHERE leased_until IS NOT NULL;
CREATE INDEX articles_published ON articles(published);
CREATE INDEX articles_outlet ON articles(outlet);
CREATE INDEX articles_language ON articles(language);
CREATE INDEX articles_story ON articles(story);
CREATE INDEX articles_seed ON articles(seed);
CREATE INDEX articles_run ON articles(run);
CREATE INDEX articles_first_seen ON articles(first_seen);
CREATE INDEX copies_article ON copies(article);
CREATE INDEX copies_seed ON copies(seed);
CREATE INDEX copies_outlet ON copies(outlet);
CREATE INDEX copies_relation ON copies(relation);
CREATE INDEX copies_page ON copies(page);
CREATE INDEX copies_run ON copies(run);
CREATE INDEX revisions_article ON revisions(article);
CREATE INDEX revisions_page ON revisions(page);
CREATE INDEX revisions_run ON revisions(run);
CREATE INDEX links_target_outlet ON links(target_outlet);
CREATE INDEX fetches_page ON fetches(page);
CREATE INDEX fetches_run ON fetches(run, outcome);
CREATE INDEX texts_canonical_key ON texts(canonical_key);
CREATE INDEX edges_b ON edges(b);
"""

# The update trigger watches two columns: the stock one fires on any and costs 2.6 times as much.
_SEARCH = """
CREATE VIRTUAL TABLE articles_fts USING fts5(
  title, text, content='articles', content_rowid='id',
  tokenize="unicode61 remove_diacritics 2"
);
CREATE TRIGGER articles_fts_insert AFTER INSERT ON articles BEGIN
  INSERT INTO articles_fts (rowid, title, text) VALUES (new.id, new.title, new.text);
END;
CREATE TRIGGER articles_fts_delete AFTER DELETE ON articles BEGIN
  INSERT INTO articles_fts (articles_fts, rowid, title, text)
  VALUES ('delete', old.id, old.title, old.text);
END;
CREATE TRIGGER articles_fts_update AFTER UPDATE OF title, text ON articles BEGIN
  INSERT INTO articles_fts (articles_fts, rowid, title, text)
  VALUES ('delete', old.id, old.title, old.text);
  INSERT INTO articles_fts (rowid, title, text) VALUES (new.id, new.title, new.text);
END;
"""

_VIEWS = """
CREATE VIEW latest AS
SELECT id, published, title, outlet, language, copies, relevance, why, url
FROM articles ORDER BY published DESC;

CREATE VIEW timeline AS
WITH days AS (
  SELECT substr(published, 1, 10) AS day, 1 AS articles, 0 AS copies FROM articles
  UNION ALL
  SELECT substr(published, 1, 10), 0, 1 FROM copies
)
SELECT day, sum(articles) AS articles, sum(copies) AS copies
FROM days WHERE day IS NOT NULL GROUP BY day ORDER BY day;

CREATE VIEW who_copied_whom AS
SELECT coalesce(a.outlet, 'seed: ' || s.file) AS original, c.outlet AS copying,
  count(*) AS copies, sum(c.relation = 'exact') AS exact,
  round(avg(c.similarity), 2) AS average_similarity,
  round(avg(c.hours_later), 1) AS average_hours_later
FROM copies c LEFT JOIN articles a ON a.id = c.article LEFT JOIN seeds s ON s.id = c.seed
GROUP BY original, copying ORDER BY copies DESC;

CREATE VIEW changes AS
SELECT r.seen, a.outlet, r.title, r.new_title, r.title_changed, r.words_added,
  r.words_removed, r.article, a.url
FROM revisions r JOIN articles a ON a.id = r.article
ORDER BY r.title_changed DESC, r.seen DESC;

CREATE VIEW outlet_summary AS
WITH tally AS (
  SELECT outlet, 1 AS articles, 0 AS copies, published FROM articles
  UNION ALL
  SELECT outlet, 0, 1, published FROM copies
)
SELECT o.id AS outlet, o.name, o.language, sum(t.articles) AS articles, sum(t.copies) AS copies,
  round(1.0 * sum(t.articles) / count(*), 2) AS original_share,
  min(t.published) AS first_published, max(t.published) AS last_published
FROM tally t JOIN outlets o ON o.id = t.outlet
GROUP BY o.id ORDER BY articles DESC, copies DESC;

CREATE VIEW story_summary AS
SELECT s.id, s.title, s.first_published, s.last_published, s.articles,
  count(DISTINCT a.outlet) AS outlets
FROM stories s LEFT JOIN articles a ON a.story = s.id
GROUP BY s.id ORDER BY s.articles DESC;

CREATE VIEW source_health AS
SELECT id, kind, url, outlet, last_ok, last_error, failures, items_seen, articles_kept,
  every_minutes, next_due
FROM sources ORDER BY failures DESC, last_ok;

CREATE VIEW why_not AS
SELECT id, outcome, reason, url, title, outlet, relevance, found_by, last_fetched
FROM pages WHERE outcome NOT IN ('article', 'copy') ORDER BY outcome, relevance DESC;

CREATE VIEW ledger AS
SELECT outcome, count(*) AS pages FROM pages GROUP BY outcome ORDER BY pages DESC;
"""


@MIGRATIONS()
def m001_corpus(db: Database) -> None:
    """Tables, indexes, full-text search and views of the first corpus."""
    # One statement at a time: `executescript` would commit the transaction that we stand in.
    for statement in _statements(_TABLES + _INDEXES + _SEARCH + _VIEWS):
        db.execute(statement)


def _statements(script: str) -> list[str]:
    """The statements of `script`; a trigger, which holds semicolons, stays whole."""
    from pysqlite3 import dbapi2 as sqlite  # noqa: TID251  # this is the SQL room

    found, buffer = [], ""
    for line in script.splitlines():
        buffer += line + "\n"
        if sqlite.complete_statement(buffer):
            found.append(buffer.strip())
            buffer = ""
    return found


SCHEMA_VERSION = 1
