"""What the questions of the web stand on, as migration 8 makes it: indexes, views, what is counted.

Measured on 100,000 articles and 300,000 copies by `benchmarks/reading.py`: no view asks a question
for each row, but `passages`, whose rows are few and whose question is one look at an index.
"""

from __future__ import annotations

__all__ = [
    "COMMENT_BEFORE", "COMMENT_NOW", "ORIGINAL_COLUMN", "READING", "with_original",
]  # fmt: skip

#: What the language of an outlet is; it was never written before.
COMMENT_BEFORE = "-- ISO 639-1 of its latest page; null: not known yet"
COMMENT_NOW = "-- ISO 639-1 of most of its articles; null: not known yet"

ORIGINAL_COLUMN = "original TEXT"
_LAST_COMMENT = "-- that found it"
_MEANING = "outlet of the article it carries; null: it carries a seed document"

# One for each column that is a facet and had none, and for each order in which rows are read.
_INDEXES = """
CREATE INDEX outlets_language ON outlets(language);
CREATE INDEX outlets_last_seen ON outlets(last_seen);
CREATE INDEX seeds_language ON seeds(language);
CREATE INDEX runs_spider ON runs(spider);
CREATE INDEX runs_trigger ON runs("trigger");
CREATE INDEX runs_outcome ON runs(outcome);
CREATE INDEX sources_state ON sources(state);
CREATE INDEX sources_found_by ON sources(found_by);
CREATE INDEX sources_failures ON sources(failures);
CREATE INDEX pages_refused ON pages(outcome, substr(reason, 1, instr(reason || ':', ':') - 1),
  relevance) WHERE outcome IN ('rejected', 'failed'); -- counted by the first words of why
CREATE INDEX pages_linked ON pages(outlet, outcome, last_fetched) WHERE found_by = 'links';
DROP INDEX articles_outlet;
CREATE INDEX articles_outlet ON articles(outlet, published, language);
CREATE INDEX articles_languages ON articles(outlet, language); -- of an outlet, counted
DROP INDEX pages_source;
CREATE INDEX pages_source ON pages(source, first_seen, outcome);
DROP INDEX articles_story;
CREATE INDEX articles_story ON articles(story, published);
CREATE INDEX articles_copies ON articles(copies DESC, id);
CREATE INDEX articles_relevance ON articles(relevance, id);
CREATE INDEX articles_day ON articles(substr(published, 1, 10));
DROP INDEX copies_family;
CREATE INDEX copies_article ON copies(article, page); -- of passages, twice a row
CREATE INDEX copies_day ON copies(substr(published, 1, 10));
CREATE INDEX copies_same ON copies(page, article) WHERE relation = 'same-url';
DROP INDEX copies_published;
CREATE INDEX copies_published ON copies(published, original, outlet, relation, seed);
CREATE INDEX copies_copying ON copies(outlet, original, relation);
CREATE INDEX copies_original ON copies(original, outlet, relation, similarity, hours_later);
CREATE INDEX revisions_title_changed ON revisions(title_changed);
CREATE INDEX revisions_seen ON revisions(seen);
CREATE INDEX events_kind ON events(kind, at);
CREATE INDEX events_at ON events(at);
CREATE INDEX fetches_outcome ON fetches(outcome);
CREATE INDEX routes_route ON routes(route);
CREATE INDEX labels_verdict ON labels(verdict);
CREATE INDEX labels_at ON labels(at);
CREATE INDEX topic_steps_kind ON topic_steps(kind);
"""

# Triggers see every writer; what they count is counted anew, so that order plays no part.
_LANGUAGE_OF = """
  UPDATE outlets SET language = (
    SELECT language FROM articles WHERE outlet = {outlet} AND language IS NOT NULL
    GROUP BY language ORDER BY count(*) DESC, language LIMIT 1
  ) WHERE id = {outlet};
"""
_LANGUAGES = f"""
CREATE TRIGGER outlets_language_insert AFTER INSERT ON articles
-- one more of the commonest language changes nothing, and an outlet may have thousands
WHEN new.language IS NOT NULL
  AND new.language IS NOT (SELECT language FROM outlets WHERE id = new.outlet) BEGIN
{_LANGUAGE_OF.format(outlet="new.outlet")}
END;
CREATE TRIGGER outlets_language_update AFTER UPDATE OF outlet, language ON articles
WHEN new.outlet IS NOT old.outlet OR new.language IS NOT old.language BEGIN
{_LANGUAGE_OF.format(outlet="old.outlet")}{_LANGUAGE_OF.format(outlet="new.outlet")}
END;
CREATE TRIGGER outlets_language_delete AFTER DELETE ON articles
WHEN old.language IS (SELECT language FROM outlets WHERE id = old.outlet) BEGIN
{_LANGUAGE_OF.format(outlet="old.outlet")}
END;
UPDATE outlets SET language = (
  SELECT language FROM articles WHERE outlet = outlets.id AND language IS NOT NULL
  GROUP BY language ORDER BY count(*) DESC, language LIMIT 1
);
"""  # noqa: S608  # our own names

_ORIGINALS = """
CREATE TRIGGER copies_original_insert AFTER INSERT ON copies WHEN new.article IS NOT NULL BEGIN
  UPDATE copies SET original = (SELECT outlet FROM articles WHERE id = new.article)
  WHERE id = new.id;
END;
CREATE TRIGGER copies_original_update AFTER UPDATE OF article ON copies BEGIN
  UPDATE copies SET original = (SELECT outlet FROM articles WHERE id = new.article)
  WHERE id = new.id;
END;
CREATE TRIGGER copies_original_moved AFTER UPDATE OF outlet ON articles
WHEN new.outlet IS NOT old.outlet BEGIN
  UPDATE copies SET original = new.outlet WHERE article = new.id;
END;
UPDATE copies SET original = (SELECT outlet FROM articles WHERE id = copies.article)
WHERE article IS NOT NULL;
"""

_WEEK = (
    "strftime('%Y', {thursday}) || "
    "printf('-W%02d', (CAST(strftime('%j', {thursday}) AS INTEGER) + 6) / 7)"
)
_THURSDAY = "date(coalesce(t.published, p.published), '-3 days', 'weekday 4')"
# Not OR REPLACE: an upsert that fires a trigger overrides it (sqlite.org/lang_createtrigger.html).
_KEEP = f"""
  INSERT INTO captured (page, week, routes)
  SELECT p.id, {_WEEK.format(thursday=_THURSDAY)}, coalesce((SELECT group_concat(route, '+')
    FROM (SELECT route FROM routes WHERE page = p.id ORDER BY route)), '')
  FROM pages p LEFT JOIN texts t ON t.page = p.id
  WHERE {{of}} p.outcome IN ('article', 'copy')
  ON CONFLICT (page) DO UPDATE SET week = excluded.week, routes = excluded.routes;
"""  # noqa: S608  # our own names

_CAPTURED = f"""
CREATE TABLE captured (
  page INTEGER PRIMARY KEY REFERENCES pages(id) ON DELETE CASCADE, -- that is kept
  week TEXT,                      -- of publication, UTC, ISO 8601, as 2026-W07; null: not dated
  routes TEXT NOT NULL            -- by which it was found, a plus between; empty: by none
);
CREATE INDEX captured_week ON captured(week, routes);
CREATE TRIGGER captured_page_insert AFTER INSERT ON pages WHEN new.outcome IN ('article', 'copy')
BEGIN {_KEEP.format(of="p.id = new.id AND")} END;
CREATE TRIGGER captured_page_update AFTER UPDATE OF outcome, published ON pages
WHEN new.outcome IN ('article', 'copy')
  AND (new.outcome <> old.outcome OR new.published IS NOT old.published)
BEGIN {_KEEP.format(of="p.id = new.id AND")} END;
CREATE TRIGGER captured_page_dropped AFTER UPDATE OF outcome ON pages
WHEN old.outcome IN ('article', 'copy') AND new.outcome NOT IN ('article', 'copy')
BEGIN DELETE FROM captured WHERE page = new.id; END;
CREATE TRIGGER captured_text_insert AFTER INSERT ON texts
BEGIN {_KEEP.format(of="p.id = new.page AND")} END;
CREATE TRIGGER captured_text_update AFTER UPDATE OF published ON texts
WHEN new.published IS NOT old.published
BEGIN {_KEEP.format(of="p.id = new.page AND")} END;
CREATE TRIGGER captured_text_delete AFTER DELETE ON texts
BEGIN {_KEEP.format(of="p.id = old.page AND")} END;
CREATE TRIGGER captured_route_insert AFTER INSERT ON routes
WHEN new.page IN (SELECT page FROM captured)
BEGIN {_KEEP.format(of="p.id = new.page AND")} END;
CREATE TRIGGER captured_route_delete AFTER DELETE ON routes
WHEN old.page IN (SELECT page FROM captured)
BEGIN {_KEEP.format(of="p.id = old.page AND")} END;
{_KEEP.format(of="")}
"""  # noqa: S608  # our own names

# Of two addresses of one page, what both were found by. It is looked at often, and made once.
_SAME = """WITH same AS MATERIALIZED (
  SELECT c.page AS other, min(a.page) AS page
  FROM copies c JOIN articles a ON a.id = c.article
  WHERE c.relation = 'same-url' GROUP BY c.page
), addresses AS MATERIALIZED (
  SELECT page, other FROM same
  UNION
  SELECT page, page FROM same
), merged AS (
  SELECT DISTINCT a.page, r.route FROM addresses a CROSS JOIN routes r ON r.page = a.other
), listed AS (
  SELECT page, max(routes) AS routes FROM ( -- the longest: each begins with the one before
    SELECT page, group_concat(route, '+') OVER (PARTITION BY page ORDER BY route) AS routes
    FROM merged
  ) GROUP BY page
), told AS (
  SELECT c.page, c.week, coalesce(l.routes, '') AS routes -- no route may have found it
  FROM (SELECT DISTINCT page FROM same WHERE page NOT IN (SELECT other FROM same)) AS a
  CROSS JOIN captured c ON c.page = a.page LEFT JOIN listed l ON l.page = a.page
)"""

_VIEWS = """
DROP VIEW captures;
CREATE VIEW captures AS
-- page: of an article or a copy; of two addresses of one page that of the article
-- week: of publication, UTC, ISO 8601, as 2026-W07; null: not dated
-- routes: by which it was found, in order of name, a plus between; empty: by none that counts
/* Two addresses of one page are one text; what many outlets carry was found many times. */
{same}
SELECT page, week, routes FROM captured WHERE page NOT IN (SELECT other FROM addresses)
UNION ALL
SELECT page, week, routes FROM told;

CREATE VIEW capture_counts AS
-- week: as in captures
-- routes: as in captures
-- texts: how many there are
{same}
SELECT week, routes, sum(texts) AS texts FROM (
  -- All that the index counts, less what has two addresses, which is faster than to leave it out.
  SELECT week, routes, count(*) AS texts FROM captured GROUP BY week, routes
  UNION ALL
  SELECT c.week, c.routes, -count(*)
  FROM (SELECT DISTINCT other FROM addresses) AS a CROSS JOIN captured c ON c.page = a.other
  GROUP BY c.week, c.routes
  UNION ALL
  SELECT week, routes, count(*) FROM told GROUP BY week, routes
) GROUP BY week, routes HAVING sum(texts) <> 0;

DROP VIEW timeline;
CREATE VIEW timeline AS
-- day: UTC, ISO 8601; date of publication, texts without one are left out
-- articles: articles published on that day
-- copies: copies published on that day
WITH days AS (
  SELECT substr(published, 1, 10) AS day, count(*) AS articles, 0 AS copies
  FROM articles GROUP BY substr(published, 1, 10)
  UNION ALL
  SELECT substr(published, 1, 10), 0, count(*) FROM copies GROUP BY substr(published, 1, 10)
)
SELECT day, sum(articles) AS articles, sum(copies) AS copies
FROM days WHERE day IS NOT NULL GROUP BY day ORDER BY day;

DROP VIEW who_copied_whom;
CREATE VIEW who_copied_whom AS
-- original: outlet of the article that was copied, or `seed:` and the file of the seed document
-- copying: outlet that carries the copies
-- copies: how many; a second address of one page within an outlet is none
-- exact: of these, word for word
-- average_similarity: mean of copies.similarity, 0..1
-- average_hours_later: mean of copies.hours_later; negative: it stood there first; null: no dates
SELECT original, outlet AS copying, count(*) AS copies, sum(relation = 'exact') AS exact,
  round(avg(similarity), 2) AS average_similarity, round(avg(hours_later), 1) AS average_hours_later
FROM copies WHERE original IS NOT NULL AND (relation <> 'same-url' OR original <> outlet)
GROUP BY original, outlet
UNION ALL
SELECT 'seed: ' || s.file, c.outlet, count(*), sum(c.relation = 'exact'),
  round(avg(c.similarity), 2), round(avg(c.hours_later), 1)
FROM copies c JOIN seeds s ON s.id = c.seed
GROUP BY c.seed, c.outlet
ORDER BY copies DESC, original, copying;
""".replace("{same}", _SAME)

READING = _INDEXES + _LANGUAGES + _ORIGINALS + _CAPTURED + _VIEWS


def with_original(sql: str) -> str | None:
    """The CREATE statement of `copies` with the column and its comment; None: no such."""
    head, found, _ = sql.rpartition(f" {_LAST_COMMENT}\n)")
    if not found:
        return None
    return (
        f"{head.rstrip()}, {_LAST_COMMENT}\n  {ORIGINAL_COLUMN}                   -- {_MEANING}\n)"
    )
