"""What hosts ask of a crawler; as migration 7 makes the tables."""

from __future__ import annotations

__all__ = ["HOSTS"]

HOSTS = """
CREATE TABLE hosts (
  host TEXT PRIMARY KEY,          -- name or address, with the port if it is not the usual one
  wait_until TEXT,                -- UTC, ISO 8601; nothing is asked before; null: it may be asked
  strikes INTEGER NOT NULL DEFAULT 0, -- answers in a row that asked to wait
  because TEXT                    -- what it answered; null: nothing to wait for
) WITHOUT ROWID;
CREATE TABLE robots (
  origin TEXT PRIMARY KEY,        -- scheme, host and port whose robots.txt it is
  status INTEGER,                 -- of the last answer; null: there was none
  asked TEXT NOT NULL,            -- UTC, ISO 8601; last time
  read TEXT,                      -- UTC, ISO 8601; when the rules in force were read; null: none
  body BLOB,                      -- the rules in force, cut at 524288 bytes; null: none
  unreadable_since TEXT,          -- UTC, ISO 8601; first failure in a row; null: it was read
  crawl_delay_s REAL              -- that they ask of us; null: they do not
) WITHOUT ROWID;
"""
