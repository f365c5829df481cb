"""What more an edge and a copy say of what two texts share; never edited once released."""

from __future__ import annotations

__all__ = ["RELATIONS"]

# Both tables are made anew, because SQLite would write new columns behind the comment of the last
# one; renamed in the old way, or the views that read them would follow the name.
RELATIONS = """
PRAGMA legacy_alter_table = ON;
ALTER TABLE edges RENAME TO edges_before;
CREATE TABLE edges (
  a INTEGER NOT NULL,             -- document, the smaller id; negative: minus the id of a seed
  b INTEGER NOT NULL,             -- document
  a_in_b REAL NOT NULL,           -- containment, 0..1
  b_in_a REAL NOT NULL,           -- containment, 0..1
  jaccard REAL NOT NULL,          -- 0..1
  shared INTEGER NOT NULL,        -- shingles in common
  is_exact INTEGER NOT NULL,      -- 1: same normalised prose
  from_top INTEGER NOT NULL,      -- 0: one holds the other, and not at its top; 1: else
  run INTEGER NOT NULL,           -- words of the longest run in common, at most;
                                  -- 0: one holds the other, or too few
  is_template INTEGER NOT NULL,   -- 1: one holds the other, but for most of its figures; 0: else
  relation TEXT,                  -- of the one that stands more in the other, to that: exact, near,
                                  -- contained-in, excerpt, overlap, template, revision;
                                  -- null: compared by a version that did not name it
  passage TEXT,                   -- longest run of words in common, cut at 60; null: a copy, whose
                                  -- passage stands in copies, or no five words in a row
  passage_words INTEGER,          -- of the run whole; null: no passage
  a_start INTEGER,                -- of the run in the text of a, in characters; null: no passage
  a_end INTEGER,                  -- first character behind it; null: no passage
  b_start INTEGER,                -- of the run in the text of b, in characters; null: no passage
  b_end INTEGER,                  -- first character behind it; null: no passage
  PRIMARY KEY (a, b)
) WITHOUT ROWID;
INSERT INTO edges SELECT a, b, a_in_b, b_in_a, jaccard, shared, is_exact, 1, 0, 0, NULL, NULL, NULL,
  NULL, NULL, NULL, NULL FROM edges_before;
DROP TABLE edges_before;
CREATE INDEX edges_b ON edges(b);
ALTER TABLE copies RENAME TO copies_before;
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
  passage TEXT,                   -- longest run of words in common, as the copy has it, cut at 60;
                                  -- null: only the address says so
  passage_words INTEGER,          -- of the run whole; null: no passage
  passage_start INTEGER,          -- of the run in the copy's text, characters from 0;
                                  -- null: no passage
  passage_end INTEGER,            -- first character behind it; null: no passage
  original_start INTEGER,         -- of the run in articles.text, or, of a seed, in seeds.raw
                                  -- (seeds.text of a web page), characters from 0;
                                  -- null: it is shared with another copy only, or no passage
  original_end INTEGER,           -- first character behind it; null: as original_start
  hours_later REAL,               -- after what it carries; null: a date is not known
  first_seen TEXT NOT NULL,       -- UTC, ISO 8601
  page INTEGER NOT NULL REFERENCES pages(id), -- its line in the ledger
  run INTEGER NOT NULL REFERENCES runs(id)  -- that found it
);
INSERT INTO copies SELECT id, article, seed, outlet, published, title, url, relation, similarity,
  passage, NULL, NULL, NULL, NULL, NULL, hours_later, first_seen, page, run FROM copies_before;
DROP TABLE copies_before;
CREATE INDEX copies_family ON copies(article, seed, outlet, relation, similarity, hours_later);
CREATE INDEX copies_seed ON copies(seed);
CREATE INDEX copies_outlet ON copies(outlet, published);
CREATE INDEX copies_published ON copies(published);
CREATE INDEX copies_relation ON copies(relation);
CREATE INDEX copies_page ON copies(page);
CREATE INDEX copies_run ON copies(run);
PRAGMA legacy_alter_table = OFF;
CREATE VIEW passages AS
-- article: whose text the page carries; null: it carries a seed document
-- page: in the text of which the passage stands
-- outlet: of that page
-- relation: of its text to the other: excerpt, contains, overlap, template, revision
-- share: of its text that stands in the other, 0..1
-- other_article: as article, of the other text; null: it is or carries a seed document
-- other_seed: seed document that the other text is; null: it is a page
-- other_page: page that the other text is; null: it is a seed document
-- other_outlet: of the other page; null: it is a seed document
-- other_url: of the other page; null: it is a seed document
-- other_share: of the other text that stands in this one, 0..1
-- passage: longest run of words in common, as one of the two has it, cut at 60 words
-- passage_words: of the run whole
-- passage_start: of the run in the text of the page, characters from 0
-- passage_end: first character behind it
-- other_start: as passage_start, in the other text
-- other_end: first character behind it
/* What stands in copies is left out. excerpt: it stands within a longer text, and not at its top;
contains: the other is an excerpt of it; overlap: neither holds the other, but paragraphs stand in
both; template: like words around other figures; revision: another wording at the same address.
Each pair stands here twice, once from either side, so that an index finds those of one article; of
a pair with a seed document, the side of the page alone. */
SELECT p.article, p.id AS page, p.outlet,
  iif(e.relation = 'excerpt' AND e.a_in_b < e.b_in_a, 'contains', e.relation) AS relation,
  e.a_in_b AS share, q.article AS other_article, NULL AS other_seed, q.id AS other_page,
  q.outlet AS other_outlet, q.url AS other_url, e.b_in_a AS other_share, e.passage,
  e.passage_words, e.a_start AS passage_start, e.a_end AS passage_end,
  e.b_start AS other_start, e.b_end AS other_end
FROM pages p JOIN edges e ON e.a = p.id JOIN pages q ON q.id = e.b
WHERE p.outcome IN ('article', 'copy') AND q.outcome IN ('article', 'copy')
  AND (e.relation = 'revision' OR e.relation IN ('excerpt', 'overlap', 'template')
  AND p.article IS NOT q.article AND NOT EXISTS (SELECT 1 FROM copies c
  WHERE c.page = p.id AND c.article = q.article OR c.page = q.id AND c.article = p.article))
UNION ALL
SELECT p.article, p.id, p.outlet,
  iif(e.relation = 'excerpt' AND e.b_in_a < e.a_in_b, 'contains', e.relation),
  e.b_in_a, q.article, s.id, q.id, q.outlet, q.url, e.a_in_b, e.passage, e.passage_words,
  e.b_start, e.b_end, e.a_start, e.a_end
FROM pages p JOIN edges e ON e.b = p.id LEFT JOIN pages q ON q.id = e.a
  LEFT JOIN seeds s ON s.id = -e.a
WHERE p.outcome IN ('article', 'copy')
  AND (q.outcome IN ('article', 'copy') OR s.id IS NOT NULL)
  AND (e.relation = 'revision' OR e.relation IN ('excerpt', 'overlap', 'template')
  AND (p.article IS NOT q.article OR s.id IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM copies c
  WHERE c.page = p.id AND c.article = q.article OR c.page = q.id AND c.article = p.article));
"""
