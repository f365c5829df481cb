"""By which routes pages were found, and what the gate is tried on; as migration 7 makes them."""

from __future__ import annotations

__all__ = ["ROUTES"]

ROUTES = """
CREATE TABLE routes (
  page INTEGER NOT NULL REFERENCES pages(id) ON DELETE CASCADE, -- that was found
  route TEXT NOT NULL,            -- feeds, sitemaps, links, search, gdelt, archives or person
  found TEXT NOT NULL,            -- UTC, ISO 8601; first time by this route
  PRIMARY KEY (page, route)
) WITHOUT ROWID;
CREATE TABLE gate_samples (
  page INTEGER PRIMARY KEY REFERENCES pages(id) ON DELETE CASCADE,
                                  -- that the gate refused and that is fetched all the same
  share REAL NOT NULL,            -- chance with which one was drawn, 0..1
  drawn TEXT NOT NULL,            -- UTC, ISO 8601
  reason TEXT NOT NULL            -- why the gate refused it
);
"""
