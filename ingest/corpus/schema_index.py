"""What more the index of fingerprints needs: levels, so that a page is written in one place."""

from __future__ import annotations

__all__ = ["INDEX", "INDEX_TABLES"]

#: Tables of the index beside `fingerprints`.
INDEX_TABLES = ("fingerprints_fresh", "fingerprints_hot", "fingerprints_seed")

# The state goes: what an older Seedbed indexed is not trusted but made anew from the texts.
INDEX = """
CREATE TABLE fingerprints_fresh (
  document INTEGER PRIMARY KEY,   -- page id
  hashes TEXT NOT NULL            -- JSON: its chosen 32-bit shingle hashes, ascending
);
CREATE TABLE fingerprints_hot (
  hash INTEGER NOT NULL,          -- 32-bit shingle hash, winnowed
  document INTEGER NOT NULL,      -- page id
  PRIMARY KEY (hash, document)
) WITHOUT ROWID;
CREATE TABLE fingerprints_seed (
  hash INTEGER NOT NULL,          -- 32-bit shingle hash; of a seed every one is kept
  document INTEGER NOT NULL,      -- minus the seed id
  PRIMARY KEY (hash, document)
) WITHOUT ROWID;
INSERT INTO fingerprints_seed (hash, document)
  SELECT hash, document FROM fingerprints WHERE document < 0;
DELETE FROM fingerprints WHERE document < 0;
DELETE FROM topic_state WHERE key = 'fingerprint_version';
"""
