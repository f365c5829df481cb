"""What more an edge and a copy say of what two texts share; never edited once released."""

from __future__ import annotations

__all__ = ["RELATIONS"]

# Both tables are made anew, because SQLite would write new columns behind the comment of the last
# one; renamed in the old way, or the views that read them would follow the name.
_TABLES = """
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
CREATE INDEX edges_relation ON edges(relation) -- of what passages shows
  WHERE relation IN ('excerpt', 'overlap', 'template');
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
  hours_later REAL,               -- after what it carries; negative: it stood there first;
                                  -- null: a date is not known
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
"""

_WHO_COPIED_WHOM = """
DROP VIEW who_copied_whom;
CREATE VIEW who_copied_whom AS
-- original: outlet of the article that was copied, or `seed:` and the file of the seed document
-- copying: outlet that carries the copies
-- copies: how many; a second address of one page within an outlet is none
-- exact: of these, word for word
-- average_similarity: mean of copies.similarity, 0..1
-- average_hours_later: mean of copies.hours_later; negative: it stood there first; null: no dates
-- Counted by family before the outlets are looked up: 5 times as fast as after.
WITH families AS (
  SELECT article, seed, outlet, relation = 'same-url' AS is_alias, count(*) AS copies,
    sum(relation = 'exact') AS exact, sum(similarity) AS similarity, sum(hours_later) AS hours,
    count(hours_later) AS dated
  FROM copies GROUP BY article, seed, outlet, relation = 'same-url'
)
SELECT coalesce(a.outlet, 'seed: ' || s.file) AS original, f.outlet AS copying,
  sum(f.copies) AS copies, sum(f.exact) AS exact,
  round(sum(f.similarity) / sum(f.copies), 2) AS average_similarity,
  round(sum(f.hours) / sum(f.dated), 1) AS average_hours_later
FROM families f LEFT JOIN articles a ON a.id = f.article LEFT JOIN seeds s ON s.id = f.seed
WHERE NOT f.is_alias OR a.outlet IS NOT f.outlet
GROUP BY original, copying ORDER BY sum(f.copies) DESC;
"""

_PASSAGES = """
CREATE VIEW passages AS
-- title: headline of one of two texts that share words and are no copies
-- url: of its article
-- relation: of it to the other: excerpt, contains, overlap, template
-- other_title: headline of the other text; of a seed document without one, its file
-- other_url: of the other article; null: it is a seed document
-- share: of its text that stands in the other, 0..1
-- other_share: of the other text that stands in it, 0..1
-- passage: longest run of words in common, as one of the two has it, cut at 60 words
-- passage_words: of the run whole
-- outlet: of the article
-- other_outlet: of the other article; null: it is a seed document
-- passage_start: of the run in the text of the article, characters from 0
-- passage_end: first character behind it
-- other_start: as passage_start, in the other text
-- other_end: first character behind it
-- article: the one text
-- other_article: the other text; null: it is a seed document
-- other_seed: the other text; null: it is an article
/* Each pair of articles, or of an article and a seed document, stands here once; what stands in
copies is left out. excerpt: it stands within a longer text, and not at its top; contains: the seed
document is an excerpt of it; overlap: neither holds the other, but paragraphs stand in both;
template: like words around other figures. Of an overlap or a template the later text stands first.
Of a text of less than 100 words, the line that a site puts below all it republishes is share enough
for an overlap: it needs 40 words in a row. */
{articles_first}
UNION ALL
{articles_second}
UNION ALL
SELECT x.title, x.url, iif(e.relation = 'excerpt' AND e.b_in_a < e.a_in_b, 'contains', e.relation),
  coalesce(s.title, s.file), NULL, round(e.b_in_a, 4), round(e.a_in_b, 4), e.passage,
  e.passage_words, x.outlet, NULL, e.b_start, e.b_end, e.a_start, e.a_end, x.id, NULL, s.id
FROM articles x JOIN edges e ON e.b = x.page JOIN seeds s ON s.id = -e.a AND e.a < 0
WHERE e.relation IN ('excerpt', 'overlap', 'template')
  AND (e.relation <> 'overlap' OR e.passage_words >= 40 OR x.words >= 100 AND s.words >= 100)
  AND NOT EXISTS (SELECT 1 FROM copies c JOIN pages p ON p.id = c.page
  WHERE c.seed = s.id AND p.article = x.id);
"""

# Once with the article first that has the smaller number of the edge, once with the other.
_PAIRS = """
SELECT x.title, x.url, e.relation, y.title AS other_title, y.url AS other_url,
  round(e.{x}_in_{y}, 4) AS share, round(e.{y}_in_{x}, 4) AS other_share, e.passage,
  e.passage_words, x.outlet, y.outlet AS other_outlet, e.{x}_start AS passage_start,
  e.{x}_end AS passage_end, e.{y}_start AS other_start, e.{y}_end AS other_end, x.id AS article,
  y.id AS other_article, NULL AS other_seed
FROM articles x JOIN edges e ON e.{x} = x.page JOIN articles y ON y.page = e.{y}
WHERE e.relation IN ('excerpt', 'overlap', 'template')
  AND (e.relation <> 'overlap' OR e.passage_words >= 40 OR x.words >= 100 AND y.words >= 100)
  AND iif(e.relation = 'excerpt', e.{x}_in_{y} {above} e.{y}_in_{x},
  (coalesce(x.published, ''), x.url) {above} (coalesce(y.published, ''), y.url))
  AND NOT EXISTS (SELECT 1 FROM copies c JOIN pages p ON p.id = c.page
  WHERE c.article = x.id AND p.article = y.id)
  AND NOT EXISTS (SELECT 1 FROM copies c JOIN pages p ON p.id = c.page
  WHERE c.article = y.id AND p.article = x.id)
"""

RELATIONS = (
    _TABLES
    + _WHO_COPIED_WHOM
    + _PASSAGES.format(
        articles_first=_PAIRS.strip().format(x="a", y="b", above=">"),
        articles_second=_PAIRS.strip().format(x="b", y="a", above=">="),
    )
)
