"""By which routes pages were found, and what the gate is tried on; as migration 7 makes them."""

from __future__ import annotations

from ingest.completeness import ROUTES as _ROUTES

__all__ = ["ROUTES"]

# The days on which a source brought something are read off it, with no look at the pages.
_INDEX = """
DROP INDEX pages_source;
CREATE INDEX pages_source ON pages(source, first_seen);
CREATE INDEX pages_waiting ON pages(priority DESC, key) -- in the order in which they are fetched
  WHERE outcome = 'waiting';
"""

_TABLES = """
CREATE TABLE routes (
  page INTEGER NOT NULL REFERENCES pages(id) ON DELETE CASCADE, -- that was found
  route TEXT NOT NULL,            -- feeds, sitemaps, links, search, gdelt, archives or person
  found TEXT NOT NULL,            -- UTC, ISO 8601; first time by this route
  PRIMARY KEY (page, route)
) WITHOUT ROWID;
CREATE TABLE gate_samples (
  page INTEGER PRIMARY KEY REFERENCES pages(id) ON DELETE CASCADE,
                                  -- that the gate refused and that is fetched all the same
  share REAL NOT NULL,            -- chance with which it was drawn, 0..1
  lot REAL NOT NULL,              -- its own, 0..share; the least of their share are fetched first
  drawn TEXT NOT NULL,            -- UTC, ISO 8601
  reason TEXT NOT NULL            -- why the gate refused it
);
"""

# An ORDER BY within an aggregate would make the whole file unreadable to SQLite before 3.44.
# Two addresses of one page are one text; what many outlets carry was found many times.
_VIEW = """
CREATE VIEW captures AS
-- page: of an article or a copy; of two addresses of one page that of the article
-- week: of publication, UTC, ISO 8601, as 2026-W07; null: not dated
-- routes: by which it was found, in order of name, a plus between; empty: by none that counts
WITH same AS (
  SELECT c.page AS other, min(a.page) AS page
  FROM copies c JOIN articles a ON a.id = c.article
  WHERE c.relation = 'same-url' GROUP BY c.page
), merged AS (
  SELECT same.page, r.route FROM same JOIN routes r ON r.page = same.other
  UNION
  SELECT r.page, r.route FROM routes r WHERE r.page IN (SELECT page FROM same)
), dated AS (
  SELECT p.id AS page, CASE WHEN p.id IN (SELECT page FROM same)
      THEN (SELECT group_concat(route, '+')
        FROM (SELECT route FROM merged WHERE page = p.id ORDER BY route))
      ELSE (SELECT group_concat(route, '+')
        FROM (SELECT route FROM routes WHERE page = p.id ORDER BY route))
    END AS routes,
    date(coalesce(t.published, p.published), '-3 days', 'weekday 4') AS thursday
  FROM pages p LEFT JOIN texts t ON t.page = p.id
  WHERE p.outcome IN ('article', 'copy') AND p.id NOT IN (SELECT other FROM same)
)
SELECT page, strftime('%Y', thursday)
    || printf('-W%02d', (CAST(strftime('%j', thursday) AS INTEGER) + 6) / 7) AS week,
  coalesce(routes, '') AS routes
FROM dated;
"""

_WHEN = " ".join(
    f"WHEN '{spider}' THEN " + (f"'{route}'" if route else "NULL")
    for spider, route in _ROUTES.items()
)

# Of a page that was known before one route is remembered: the one that found it first.
_FIRST_ROUTES = f"""
INSERT INTO routes (page, route, found)
SELECT id, route, first_seen FROM (
  SELECT id, first_seen, CASE found_by {_WHEN} ELSE found_by END AS route FROM pages
  WHERE outcome <> 'skipped' AND NOT (outcome = 'rejected' AND last_fetched IS NULL)
) WHERE route IS NOT NULL;
"""  # noqa: S608  # our own names

ROUTES = _TABLES + _INDEX + _VIEW + _FIRST_ROUTES
