"""The addresses that pages name as their own and that are not believed; as migration 5 makes it."""

from __future__ import annotations

__all__ = ["CLAIMS"]

CLAIMS = """
CREATE TABLE doubted_claims (
  key TEXT NOT NULL,              -- canonical form of an address that unlike texts name as own
  page INTEGER NOT NULL REFERENCES pages(id), -- one of three that do
  PRIMARY KEY (key, page)
) WITHOUT ROWID;
CREATE INDEX doubted_claims_page ON doubted_claims(page);
"""
