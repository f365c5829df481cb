"""What shares words and is no copy: the rows of the view `passages`, of one article and of all.

The view looks for copies anew for each pair, through all pages that carry either text, which takes
the square of their number where thousands do. Here what is a copy is read once, or looked for from
the text that fewer carry.
"""

from __future__ import annotations

__all__ = ["QUOTED", "SHARED_BY"]

# Texts of which a page carries both. The one that stands less in the other contains it; where both
# stand in each other as much, the one with the smaller number in the edge, as in the view.
SHARED_BY = """
WITH copied AS MATERIALIZED (
  SELECT p.article, NULL AS seed FROM copies c JOIN pages p ON p.id = c.page
  WHERE c.article = :article
  UNION
  SELECT c.article, c.seed FROM pages p JOIN copies c ON c.page = p.id WHERE p.article = :article
), compared AS (
  SELECT e.relation, e.a_in_b AS own, e.b_in_a AS others, 1 AS is_first, e.passage_words,
    e.passage, x.words AS own_words, e.b AS other
  FROM articles x JOIN edges e ON e.a = x.page WHERE x.id = :article
  UNION ALL
  SELECT e.relation, e.b_in_a, e.a_in_b, 0, e.passage_words, e.passage, x.words, e.a
  FROM articles x JOIN edges e ON e.b = x.page WHERE x.id = :article
), named AS (
  SELECT c.*, y.title, y.outlet, y.id AS article, NULL AS seed, y.url, y.words AS other_words
  FROM compared c JOIN articles y ON y.page = c.other
  WHERE y.id NOT IN (SELECT article FROM copied WHERE article IS NOT NULL)
  UNION ALL
  SELECT c.*, coalesce(s.title, s.file), NULL, NULL, s.id, NULL, s.words
  FROM compared c JOIN seeds s ON s.id = -c.other AND c.other < 0
  WHERE s.id NOT IN (SELECT seed FROM copied WHERE seed IS NOT NULL)
)
SELECT
  iif(relation = 'excerpt' AND (own < others OR own = others AND is_first = 1), 'contains',
    relation) AS relation,
  round(own, 4) AS share, round(others, 4) AS other_share, passage_words, title, outlet, article,
  seed, url, passage
FROM named
WHERE relation IN ('excerpt', 'overlap', 'template')
  AND (relation <> 'overlap' OR passage_words >= 40 OR own_words >= 100 AND other_words >= 100)
ORDER BY passage_words DESC, url, seed
LIMIT :first
"""

# Whether a page carries both, by the article of the one and the copies of the other.
_CARRIES = """EXISTS (SELECT 1 FROM pages p CROSS JOIN copies c ON c.article = {other}.id
      AND c.page = p.id WHERE p.article = {one}.id)
    OR EXISTS (SELECT 1 FROM copies c CROSS JOIN pages p ON p.id = c.page
      AND p.article = {other}.id WHERE c.article = {one}.id)"""

# The quoting text first. `articles.copies` says where the look begins, not what it finds.
QUOTED = f"""
WITH compared AS (
  SELECT iif(e.relation = 'excerpt', e.a_in_b > e.b_in_a, (coalesce(x.published, ''), x.url)
    <= (coalesce(y.published, ''), y.url)) AS is_quoted, e.relation, e.passage, e.passage_words,
    x.title, x.outlet, x.url, y.title AS other_title, y.outlet AS other_outlet, y.url AS other_url
  FROM edges e JOIN articles x ON x.page = e.a JOIN articles y ON y.page = e.b
  WHERE e.relation IN ('excerpt', 'overlap', 'template') AND e.relation <> 'template'
    AND (e.relation <> 'overlap' OR e.passage_words >= 40 OR x.words >= 100 AND y.words >= 100)
    AND (:outlet = '' OR x.outlet = :outlet OR y.outlet = :outlet)
    AND NOT iif(x.copies < y.copies, {_CARRIES.format(one="x", other="y")},
      {_CARRIES.format(one="y", other="x")})
), of_seeds AS (
  SELECT e.relation = 'excerpt' AND e.b_in_a >= e.a_in_b AS is_quoted,
    iif(e.relation = 'excerpt' AND e.b_in_a < e.a_in_b, 'contains', e.relation) AS relation,
    e.passage, e.passage_words, x.title, x.outlet, x.url, coalesce(s.title, s.file) AS other_title
  FROM edges e JOIN seeds s ON s.id = -e.a AND e.a < 0 JOIN articles x ON x.page = e.b
  WHERE e.relation IN ('excerpt', 'overlap', 'template') AND e.relation <> 'template'
    AND (e.relation <> 'overlap' OR e.passage_words >= 40 OR x.words >= 100 AND s.words >= 100)
    AND (:outlet = '' OR x.outlet = :outlet)
    AND NOT EXISTS (SELECT 1 FROM copies c JOIN pages p ON p.id = c.page
      WHERE c.seed = s.id AND p.article = x.id)
)
SELECT iif(is_quoted, other_title, title) AS quoting,
  iif(is_quoted, other_outlet, outlet) AS quoting_outlet,
  iif(is_quoted, title, other_title) AS quoted,
  iif(is_quoted, outlet, other_outlet) AS quoted_outlet, passage, passage_words, relation,
  iif(is_quoted, other_url, url) AS quoting_url, iif(is_quoted, url, other_url) AS quoted_url
FROM compared
UNION ALL
SELECT iif(is_quoted, other_title, title), iif(is_quoted, 'a seed', outlet),
  iif(is_quoted, title, other_title), iif(is_quoted, outlet, 'a seed'), passage, passage_words,
  relation, iif(is_quoted, NULL, url), iif(is_quoted, url, NULL)
FROM of_seeds
ORDER BY passage_words DESC, quoting_url, quoted_url
LIMIT 200
"""  # noqa: S608  # our own names
