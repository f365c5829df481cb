"""Indexes for what a corpus of a million asks often; as migration 10 makes them."""

from __future__ import annotations

__all__ = ["WAITING"]

WAITING = """
CREATE INDEX pages_waiting_found -- what one spider found, in the order in which it is fetched
  ON pages(found_by, priority DESC, key) WHERE outcome = 'waiting';
CREATE INDEX pages_again ON pages(next_check) -- what was fetched and is to be fetched again
  WHERE outcome <> 'waiting' AND next_check IS NOT NULL;
CREATE INDEX pages_outlet_due ON pages(outlet, next_check) WHERE next_check IS NOT NULL;
CREATE INDEX copies_first_seen ON copies(first_seen);
"""
