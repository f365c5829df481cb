"""What people are to be told, and who was; a part of migration 8."""

from __future__ import annotations

__all__ = ["ALERTS", "ALERT_TABLES"]

ALERT_TABLES = ("alerts", "alerts_waiting", "alert_receivers")

ALERTS = """
CREATE TABLE alerts (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- number of the alert; never given twice
  kind TEXT NOT NULL,             -- new, story, headline, silent, alarm
  key TEXT NOT NULL,              -- what it is about
  at TEXT NOT NULL,               -- UTC, ISO 8601; when it happened, or was seen
  title TEXT NOT NULL,            -- in a few words
  lines TEXT NOT NULL,            -- JSON: a list of texts
  link TEXT,                      -- null: there is nothing to look at
  weight REAL NOT NULL,           -- heavier ones are told first
  entered TEXT NOT NULL,          -- UTC, ISO 8601
  lasts INTEGER NOT NULL,         -- 1: until it is over, 0: it is over at once
  over TEXT,                      -- UTC, ISO 8601; null: it lasts, or never did
  told TEXT                       -- UTC, ISO 8601; to some address last; null: to none yet
);
CREATE INDEX alerts_key ON alerts(kind, key, entered);
CREATE TABLE alerts_waiting (
  receiver TEXT NOT NULL,         -- a hash of an address that is to be told
  alert INTEGER NOT NULL REFERENCES alerts(id) ON DELETE CASCADE, -- of what
  PRIMARY KEY (receiver, alert)
) WITHOUT ROWID;
CREATE INDEX alerts_waiting_alert ON alerts_waiting(alert);
CREATE TABLE alert_receivers (
  receiver TEXT PRIMARY KEY,      -- a hash of an address; itself it stands nowhere in here
  digested TEXT NOT NULL,         -- UTC, ISO 8601; until when its digests are done
  tries TEXT NOT NULL,            -- JSON: when messages were tried in the hour before the last one
  failures INTEGER NOT NULL,      -- in a row
  sent INTEGER NOT NULL,          -- messages, ever
  failed INTEGER NOT NULL,        -- tries, ever
  last_error TEXT                 -- in words; null: the last try went well
) WITHOUT ROWID;
"""
