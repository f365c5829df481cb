"""The tables of what sites repeat, as migration 3 makes them; never edited once released."""

from __future__ import annotations

__all__ = ["SITES"]

SITES = """
CREATE TABLE sites (
  host TEXT PRIMARY KEY,          -- host of the addresses, in canonical form
  version TEXT NOT NULL,          -- of its lines in blocks, as a set; empty: none is its own
  pages INTEGER NOT NULL,         -- how many were compared
  is_due INTEGER NOT NULL         -- 1: its pages changed since they were compared, 0: they did not
) WITHOUT ROWID;
CREATE TABLE site_pages (
  page INTEGER PRIMARY KEY REFERENCES pages(id), -- that was read as an article
  host TEXT NOT NULL,             -- whose page it is
  address TEXT NOT NULL,          -- that it names as its own, in canonical form
  headline INTEGER NOT NULL,      -- 48-bit hash of its letters; 0: too short to tell articles apart
  lines BLOB NOT NULL,            -- 8 bytes a line: hash, how it stands, is it in the text, letters
  left_out TEXT NOT NULL,         -- mark of the lines left out when it was judged; empty: none
  version TEXT NOT NULL DEFAULT '' -- of the site's lines by which it was last looked at
);
CREATE INDEX site_pages_host ON site_pages(host, version);
CREATE TABLE blocks (
  host TEXT NOT NULL,             -- whose own the line is
  key INTEGER NOT NULL,           -- 48-bit hash of the letters and digits of the line
  kind TEXT NOT NULL,             -- how it stands: f furniture, a prose set apart, s short, p prose
  pages INTEGER NOT NULL,         -- of different articles that print it
  share REAL NOT NULL,            -- of the articles of the host that print it, 0..1
  first TEXT,                     -- UTC, ISO 8601; earliest fetch of a page that prints it;
                                  -- null: none is dated
  last TEXT,                      -- UTC, ISO 8601; latest fetch of one; null: none is dated
  sample TEXT,                    -- the line as a page has it; null: it was left out of no text yet
  PRIMARY KEY (host, key, kind)
) WITHOUT ROWID;
"""
