"""Headlines whose address is not known yet; as migration 6 makes the table."""

from __future__ import annotations

__all__ = ["LEADS"]

LEADS = """
CREATE TABLE leads (
  id INTEGER PRIMARY KEY,         -- number of the lead, in order of first sight
  outlet TEXT NOT NULL,           -- registrable domain that is said to have the article
  title TEXT NOT NULL,            -- its headline, as the service gave it
  published TEXT,                 -- UTC, ISO 8601; as the service said; null: it did not
  url TEXT NOT NULL,              -- of the service, which leads a reader there and no crawler
  source INTEGER REFERENCES sources(id) ON DELETE SET NULL, -- that named it; null: forgotten since
  first_seen TEXT NOT NULL,       -- UTC, ISO 8601
  page INTEGER REFERENCES pages(id) ON DELETE SET NULL,
                                  -- its line in the ledger; null: its address is not known yet
  UNIQUE (outlet, title)
);
CREATE INDEX leads_source ON leads(source);
CREATE INDEX leads_page ON leads(page);
"""
