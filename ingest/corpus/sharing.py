"""What one article shares words with and is no copy: the view `passages`, asked for one article.

The view looks for copies anew for each pair, through all pages that carry either text, which takes
the square of their number where thousands do. Here what is a copy is read once.
"""

from __future__ import annotations

__all__ = ["SHARED_BY"]

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
