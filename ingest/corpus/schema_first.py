"""The schema of migration 1: tables, indexes, search, views; never edited once released."""

from __future__ import annotations

__all__ = ["INDEXES", "SEARCH", "TABLES", "VIEWS"]

TABLES = """
CREATE TABLE outlets (
  id TEXT PRIMARY KEY,            -- registrable domain, e.g. `bbc.co.uk`
  name TEXT,                      -- as its pages call it; null: they do not say
  language TEXT,                  -- ISO 639-1 of its latest page; null: not known yet
  homepage TEXT,                  -- address of its front page; null: no source names it
  first_seen TEXT NOT NULL,       -- UTC, ISO 8601
  last_seen TEXT NOT NULL         -- UTC, ISO 8601; last page fetched or address found
);
CREATE TABLE seeds (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- in order of file name, from 1; never given twice
  file TEXT NOT NULL UNIQUE,      -- file name inside seeds/
  title TEXT,                     -- headline of the document; null: none was found
  published TEXT,                 -- UTC, ISO 8601; null: the document states no date
  language TEXT,                  -- ISO 639-1; null: too short to tell
  words INTEGER NOT NULL,         -- words kept by cleaning
  noise_share REAL NOT NULL,      -- share of the characters that cleaning removed, 0..1
  sha256 TEXT NOT NULL,           -- hex digest of the file
  text TEXT NOT NULL,             -- cleaned body
  raw TEXT NOT NULL               -- the file as it is
);
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,         -- number of the run, in order of start
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
  new_articles INTEGER NOT NULL DEFAULT 0, -- pages that became articles
  copies INTEGER NOT NULL DEFAULT 0,       -- pages that became copies
  revisions INTEGER NOT NULL DEFAULT 0,    -- known articles whose text changed
  unchanged INTEGER NOT NULL DEFAULT 0,    -- known pages that said nothing new
  off_topic INTEGER NOT NULL DEFAULT 0,    -- articles about something else
  rejected INTEGER NOT NULL DEFAULT 0,     -- pages that are no articles
  robots INTEGER NOT NULL DEFAULT 0,       -- refused by robots.txt
  gone INTEGER NOT NULL DEFAULT 0,         -- 404, 410
  errors INTEGER NOT NULL DEFAULT 0,       -- network or server failures
  bytes INTEGER NOT NULL DEFAULT 0,        -- of page bodies, after decoding
  seconds REAL,                   -- wall time; null: not finished
  message TEXT,                   -- what went wrong, in words; null: nothing did
  process TEXT,                   -- who runs it: host, process id and start tick; null: not known
  version TEXT NOT NULL           -- of Seedbed
);
CREATE TABLE sources (
  id INTEGER PRIMARY KEY,         -- number of the source, in order of entry
  outlet TEXT REFERENCES outlets(id),       -- whose it is; null: of no outlet
  kind TEXT NOT NULL,             -- site, feed, robots, sitemap
  url TEXT NOT NULL,              -- where it is polled
  title TEXT,                     -- as the source calls itself; null: it does not say
  found_by TEXT NOT NULL,         -- settings, or the kind of source that named it
  every_minutes INTEGER NOT NULL, -- present distance between polls
  next_due TEXT NOT NULL,         -- UTC, ISO 8601
  last_ok TEXT,                   -- UTC, ISO 8601; null: never answered
  last_error TEXT,                -- what went wrong; null: the last poll went well
  failures INTEGER NOT NULL DEFAULT 0,      -- in a row
  etag TEXT,                      -- byte for byte as sent; null: none was
  last_modified TEXT,             -- byte for byte as sent; null: none was
  body_hash TEXT,                 -- hex, of the last body; an equal one is not parsed; null: none
  items_seen INTEGER NOT NULL DEFAULT 0,    -- addresses it named, counted once each
  articles_kept INTEGER NOT NULL DEFAULT 0, -- articles and copies first found through it
  UNIQUE (kind, url)
);
CREATE TABLE stories (
  id INTEGER PRIMARY KEY,         -- number of the story
  title TEXT NOT NULL,            -- of its first article
  first_published TEXT,           -- UTC, ISO 8601; null: none of its articles states a date
  last_published TEXT,            -- UTC, ISO 8601; null: none of its articles states a date
  articles INTEGER NOT NULL       -- how many it holds
);
CREATE TABLE pages (
  id INTEGER PRIMARY KEY,         -- number of the page, in order of first sight
  key TEXT NOT NULL UNIQUE,       -- canonical form of the address: one page, one line
  url TEXT NOT NULL,              -- as first found
  outlet TEXT REFERENCES outlets(id),       -- its registrable domain; null: the address has none
  outcome TEXT NOT NULL,          -- waiting, skipped, robots, article, copy, off-topic,
                                  -- rejected, gone, failed
  reason TEXT NOT NULL,           -- why, in words a person can check
  http_status INTEGER,            -- of the last fetch; null: never fetched, or no answer
  found_by TEXT NOT NULL,         -- spider that found it first
  source INTEGER REFERENCES sources(id),    -- that named it; null: a page, or a person
  title TEXT,                     -- headline its source gave; null: none
  published TEXT,                 -- UTC, ISO 8601; as its source said; null: it did not
  relevance REAL,                 -- of its text, or of its headline until fetched, 0..1; null: none
  article INTEGER REFERENCES articles(id) DEFERRABLE INITIALLY DEFERRED,
                                  -- whose text it carries; null: none
  first_seen TEXT NOT NULL,       -- UTC, ISO 8601
  last_fetched TEXT,              -- UTC, ISO 8601; null: never
  next_check TEXT,                -- UTC, ISO 8601; due from then on; null: settled, not asked again
  attempts INTEGER NOT NULL DEFAULT 0,      -- failures in a row
  depth INTEGER NOT NULL DEFAULT 0,         -- links followed since a source
  priority REAL NOT NULL DEFAULT 0,         -- higher is fetched earlier
  leased_until TEXT,              -- UTC, ISO 8601; a run is fetching it; null: nobody is
  etag TEXT,                      -- byte for byte as sent; null: none was
  last_modified TEXT,             -- byte for byte as sent; null: none was
  warc TEXT,                      -- file inside archive/ with the last full response; null: none
  warc_offset INTEGER,            -- byte offset of its record; null: none is kept
  run INTEGER REFERENCES runs(id) -- that holds or last touched it; null: none yet
);
CREATE TABLE articles (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- kept when an earlier original is found; never given twice
  published TEXT,                 -- UTC, ISO 8601; null: the page states no date
  title TEXT NOT NULL,            -- as its page has it
  outlet TEXT NOT NULL REFERENCES outlets(id), -- that published it
  story INTEGER REFERENCES stories(id),     -- it belongs to; null: none yet
  relevance REAL NOT NULL,        -- to the topic, 0..1
  seed INTEGER REFERENCES seeds(id),        -- the nearest seed document; null: none stands out
  why TEXT NOT NULL,              -- it was kept: a sentence a person can check
  lead TEXT NOT NULL,             -- first paragraph, cut at 300 characters
  words INTEGER NOT NULL,         -- of the text
  author TEXT,                    -- as its page has it; null: the page names none
  language TEXT,                  -- ISO 639-1; null: not recognised
  url TEXT NOT NULL,              -- the address it names as its own
  copies INTEGER NOT NULL DEFAULT 0,        -- how many rows of copies carry it
  gone_since TEXT,                -- UTC, ISO 8601; its address stopped answering; null: it answers
  first_seen TEXT NOT NULL,       -- UTC, ISO 8601
  run INTEGER NOT NULL REFERENCES runs(id), -- that found it
  page INTEGER NOT NULL UNIQUE  -- its line in the ledger
    REFERENCES pages(id) DEFERRABLE INITIALLY DEFERRED,
  sha256 TEXT NOT NULL,           -- hex digest of the text
  extractor TEXT NOT NULL,        -- name and version
  text TEXT NOT NULL              -- paragraphs, one a line
);
CREATE TABLE copies (
  id INTEGER PRIMARY KEY,         -- number of the copy
  article INTEGER REFERENCES articles(id),  -- that it carries; null: it carries a seed document
  seed INTEGER REFERENCES seeds(id),        -- that it carries; null: it carries an article
  outlet TEXT NOT NULL REFERENCES outlets(id), -- that republished it
  published TEXT,                 -- UTC, ISO 8601; null: the page states no date
  title TEXT NOT NULL,            -- its own
  url TEXT NOT NULL,              -- where it stands
  relation TEXT NOT NULL,         -- same-url, exact, near, contains, contained-in
  similarity REAL NOT NULL,       -- share of the smaller text that stands in the other, 0..1
  passage TEXT,                   -- longest run of words in common; null: only the address says so
  hours_later REAL,               -- after what it carries; null: a date is not known
  first_seen TEXT NOT NULL,       -- UTC, ISO 8601
  page INTEGER NOT NULL REFERENCES pages(id), -- its line in the ledger
  run INTEGER NOT NULL REFERENCES runs(id)  -- that found it
);
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
  run INTEGER NOT NULL REFERENCES runs(id), -- that saw it
  text TEXT NOT NULL              -- before the change; what came after it is in the next row
);
CREATE TABLE links (
  article INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE, -- whose body holds the link
  url TEXT NOT NULL,              -- linked address
  anchor TEXT,                    -- words of the link; null: it has none
  target_outlet TEXT,             -- registrable domain of the address; null: it has none
  PRIMARY KEY (article, url)
) WITHOUT ROWID;
CREATE TABLE labels (
  page INTEGER PRIMARY KEY REFERENCES pages(id), -- the verdict is about
  verdict TEXT NOT NULL CHECK (verdict IN ('yes', 'no')), -- is it about the topic
  at TEXT NOT NULL,               -- UTC, ISO 8601
  by TEXT                         -- who said so; null: not stated
);
CREATE TABLE fetches (
  id INTEGER PRIMARY KEY,         -- number of the fetch, in order of time
  page INTEGER NOT NULL REFERENCES pages(id), -- that was fetched
  run INTEGER NOT NULL REFERENCES runs(id), -- that fetched it
  at TEXT NOT NULL,               -- UTC, ISO 8601
  outcome TEXT NOT NULL,          -- as in pages, and revision, unchanged
  reason TEXT NOT NULL,           -- why, in words a person can check
  http_status INTEGER,            -- null: no answer
  bytes INTEGER NOT NULL,         -- of the body, after decoding
  warc TEXT,                      -- file inside archive/; null: nothing was kept
  warc_offset INTEGER             -- byte offset of the record; null: nothing was kept
);
CREATE TABLE texts (
  page INTEGER PRIMARY KEY REFERENCES pages(id), -- whose wording this is
  canonical_key TEXT NOT NULL,    -- of the address the page names as its own
  url TEXT NOT NULL,              -- that address
  published TEXT,                 -- UTC, ISO 8601; null: the page states no date
  relevance REAL NOT NULL,        -- 0..1
  is_related INTEGER NOT NULL,    -- 1: by its own text, 0: kept only if it copies one that is
  sample_size INTEGER NOT NULL,   -- how many hashes the index holds of it
  seed INTEGER,                   -- nearest seed document; null: none stands out
  why TEXT NOT NULL,              -- it was kept
  run INTEGER NOT NULL,           -- that found it
  first_seen TEXT NOT NULL,       -- UTC, ISO 8601
  article_z BLOB NOT NULL         -- zlib of JSON: title, text, author, language …
);
CREATE TABLE fingerprints (
  hash INTEGER NOT NULL,          -- 32-bit shingle hash, winnowed
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
  passage TEXT,                   -- longest shared run, from the page of the first key; null: none
  PRIMARY KEY (a, b)
) WITHOUT ROWID;
CREATE TABLE topic_state (
  key TEXT PRIMARY KEY,           -- name of the value
  value TEXT NOT NULL             -- JSON or plain text, as its reader wants it
) WITHOUT ROWID;
"""

INDEXES = """
CREATE INDEX sources_outlet ON sources(outlet);
CREATE INDEX sources_due ON sources(kind, next_due);
CREATE INDEX pages_outcome ON pages(outcome, relevance DESC);
CREATE INDEX pages_outlet ON pages(outlet);
CREATE INDEX pages_found_by ON pages(found_by);
CREATE INDEX pages_article ON pages(article);
CREATE INDEX pages_run ON pages(run);
CREATE INDEX pages_source ON pages(source);
CREATE INDEX pages_due ON pages(next_check) WHERE next_check IS NOT NULL;
CREATE INDEX pages_leased ON pages(run) WHERE leased_until IS NOT NULL;
CREATE INDEX articles_published ON articles(published);
CREATE INDEX articles_outlet ON articles(outlet, published);
CREATE INDEX articles_language ON articles(language);
CREATE INDEX articles_story ON articles(story);
CREATE INDEX articles_seed ON articles(seed);
CREATE INDEX articles_run ON articles(run);
CREATE INDEX articles_first_seen ON articles(first_seen);
CREATE INDEX copies_family ON copies(article, seed, outlet, relation, similarity, hours_later);
CREATE INDEX copies_seed ON copies(seed);
CREATE INDEX copies_outlet ON copies(outlet, published);
CREATE INDEX copies_published ON copies(published);
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
SEARCH = """
CREATE VIRTUAL TABLE articles_fts USING fts5(
  title, text, content="articles", content_rowid='id',
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

# A view cannot carry a comment on a column, so each names its columns in lines of its own:
# `-- column: meaning`, and `-- columns as in TABLE` for those that keep their table's meaning.
VIEWS = """
CREATE VIEW latest AS
-- columns as in articles
SELECT id, published, title, outlet, language, copies, relevance, why, url
FROM articles ORDER BY published DESC;

CREATE VIEW timeline AS
-- day: UTC, ISO 8601; date of publication, texts without one are left out
-- articles: articles published on that day
-- copies: copies published on that day
WITH days AS (
  SELECT substr(published, 1, 10) AS day, 1 AS articles, 0 AS copies FROM articles
  UNION ALL
  SELECT substr(published, 1, 10), 0, 1 FROM copies
)
SELECT day, sum(articles) AS articles, sum(copies) AS copies
FROM days WHERE day IS NOT NULL GROUP BY day ORDER BY day;

CREATE VIEW who_copied_whom AS
-- original: outlet of the article that was copied, or `seed:` and the file of the seed document
-- copying: outlet that carries the copies
-- copies: how many
-- exact: of these, word for word
-- average_similarity: mean of copies.similarity, 0..1
-- average_hours_later: mean of copies.hours_later; null: no pair has both dates
-- Counted by family before the outlets are looked up: 5 times as fast as after.
WITH families AS (
  SELECT article, seed, outlet, count(*) AS copies, sum(relation = 'exact') AS exact,
    sum(similarity) AS similarity, sum(hours_later) AS hours, count(hours_later) AS dated
  FROM copies GROUP BY article, seed, outlet
)
SELECT coalesce(a.outlet, 'seed: ' || s.file) AS original, f.outlet AS copying,
  sum(f.copies) AS copies, sum(f.exact) AS exact,
  round(sum(f.similarity) / sum(f.copies), 2) AS average_similarity,
  round(sum(f.hours) / sum(f.dated), 1) AS average_hours_later
FROM families f LEFT JOIN articles a ON a.id = f.article LEFT JOIN seeds s ON s.id = f.seed
GROUP BY original, copying ORDER BY sum(f.copies) DESC;

CREATE VIEW changes AS
-- columns as in revisions, pages
SELECT r.seen, p.outlet, r.title, r.new_title, r.title_changed, r.words_added,
  r.words_removed, r.article, p.url
FROM revisions r JOIN pages p ON p.id = r.page
ORDER BY r.title_changed DESC, r.seen DESC;

CREATE VIEW outlet_summary AS
-- outlet: registrable domain
-- articles: articles it published first
-- copies: copies it carries
-- original_share: articles by articles and copies, 0..1
-- first_published: UTC, ISO 8601; earliest of both; null: none is dated
-- last_published: UTC, ISO 8601; latest of both; null: none is dated
-- columns as in outlets
WITH own AS (
  SELECT outlet, count(*) AS articles, min(published) AS first, max(published) AS last
  FROM articles GROUP BY outlet
), taken AS (
  SELECT outlet, count(*) AS copies, min(published) AS first, max(published) AS last
  FROM copies GROUP BY outlet
), tally AS (
  SELECT coalesce(own.outlet, taken.outlet) AS outlet, coalesce(own.articles, 0) AS articles,
    coalesce(taken.copies, 0) AS copies,
    min(coalesce(own.first, taken.first), coalesce(taken.first, own.first)) AS first,
    max(coalesce(own.last, taken.last), coalesce(taken.last, own.last)) AS last
  FROM own FULL JOIN taken ON taken.outlet = own.outlet
)
SELECT t.outlet, o.name, o.language, t.articles, t.copies,
  round(1.0 * t.articles / (t.articles + t.copies), 2) AS original_share,
  t.first AS first_published, t.last AS last_published
FROM tally t JOIN outlets o ON o.id = t.outlet
ORDER BY t.articles DESC, t.copies DESC;

CREATE VIEW story_summary AS
-- outlets: how many outlets published its articles
-- columns as in stories
SELECT s.id, s.title, s.first_published, s.last_published, s.articles,
  count(DISTINCT a.outlet) AS outlets
FROM stories s LEFT JOIN articles a ON a.story = s.id
GROUP BY s.id ORDER BY s.articles DESC;

CREATE VIEW source_health AS
-- columns as in sources
SELECT id, kind, url, outlet, last_ok, last_error, failures, items_seen, articles_kept,
  every_minutes, next_due
FROM sources ORDER BY failures DESC, last_ok;

CREATE VIEW why_not AS
-- columns as in pages
SELECT id, outcome, reason, url, title, outlet, relevance, found_by, last_fetched
FROM pages WHERE outcome NOT IN ('article', 'copy') ORDER BY outcome, relevance DESC;

CREATE VIEW ledger AS
-- outcome: of the address, as in pages
-- pages: how many addresses stand there
SELECT outcome, count(*) AS pages FROM pages GROUP BY outcome ORDER BY pages DESC;
"""
