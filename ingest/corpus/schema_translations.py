"""The tables of translations, as migration 5 makes them; never edited once released."""

from __future__ import annotations

__all__ = ["TRANSLATIONS"]

TRANSLATIONS = """
CREATE TABLE translation_clues (
  kind TEXT NOT NULL,             -- alternate: named as another edition; source: linked where the
                                  -- page says it is a translation; picture: lead picture
  key TEXT NOT NULL,              -- canonical form of the address; of a picture, without its size
  page INTEGER NOT NULL REFERENCES texts(page) ON DELETE CASCADE, -- that has the clue
  PRIMARY KEY (kind, key, page)
) WITHOUT ROWID;
CREATE INDEX translation_clues_page ON translation_clues(page);
CREATE TABLE translations (
  id INTEGER PRIMARY KEY,         -- number of the hint
  page INTEGER NOT NULL REFERENCES texts(page) ON DELETE CASCADE, -- of two the smaller number
  other INTEGER REFERENCES texts(page) ON DELETE CASCADE, -- page; null: it is a seed document
  seed INTEGER REFERENCES seeds(id) ON DELETE CASCADE, -- seed document; null: it is a page
  score REAL NOT NULL,            -- how much speaks for it, 0..1; a hint, not a verdict
  evidence TEXT NOT NULL,         -- what speaks for it, in words a person can check
  first_seen TEXT NOT NULL,       -- UTC, ISO 8601; when the later of the two texts was found
  UNIQUE (page, other),
  UNIQUE (page, seed)
);
CREATE INDEX translations_other ON translations(other);
CREATE INDEX translations_seed ON translations(seed);
CREATE VIEW translation_hints AS
-- score: how much speaks for it, 0..1; a hint, not a verdict
-- evidence: what speaks for it, in words a person can check
-- page: one of the two, the smaller number; that it is the translation is not said
-- article: that the page carries or is a copy of; null: it carries a seed document
-- outlet: of the page
-- title: its headline
-- url: address of the page
-- published: UTC, ISO 8601; null: it states no date
-- other: the other page; null: it is a seed document
-- other_article: as article
-- other_outlet: of the other page; null: it is a seed document
-- other_title: headline of the other page, or of the seed document
-- other_url: address of the other page; null: it is a seed document
-- other_published: UTC, ISO 8601; null: it states no date
-- seed: the seed document; null: it is a page
SELECT h.score, h.evidence, h.page, p.article, p.outlet, p.title, p.url, t.published, h.other,
  q.article AS other_article, q.outlet AS other_outlet, coalesce(q.title, s.title) AS other_title,
  q.url AS other_url, coalesce(u.published, s.published) AS other_published, h.seed
FROM translations h JOIN pages p ON p.id = h.page JOIN texts t ON t.page = h.page
  LEFT JOIN pages q ON q.id = h.other LEFT JOIN texts u ON u.page = h.other
  LEFT JOIN seeds s ON s.id = h.seed
WHERE p.outcome IN ('article', 'copy') AND (h.seed IS NOT NULL OR q.outcome IN ('article', 'copy'))
ORDER BY h.score DESC, h.id;
"""
