"""Lists whose links are followed, and what they bring; as migration 7 makes them."""

from __future__ import annotations

__all__ = ["HUBS"]

HUBS = """
CREATE TABLE hubs (
  page INTEGER PRIMARY KEY REFERENCES pages(id) ON DELETE CASCADE, -- its line in the ledger
  outlet TEXT NOT NULL,           -- registrable domain
  because TEXT NOT NULL,          -- why it is looked at
  entered TEXT NOT NULL,          -- UTC, ISO 8601; first time
  source INTEGER REFERENCES sources(id) ON DELETE SET NULL
                                  -- as which it is looked at again; null: it is not
);
CREATE INDEX hubs_outlet ON hubs(outlet);
CREATE INDEX hubs_source ON hubs(source);
CREATE VIEW hub_yield AS
-- hub: address of a list whose links are followed
-- outlet: registrable domain
-- because: why it is looked at
-- named: addresses that it named first
-- fetched: of these, how many were asked for
-- kept: of these, how many are articles or copies
-- state: of the source as which it is looked at again; null: it is not
SELECT h.url AS hub, b.outlet, b.because, count(p.id) AS named,
  count(p.last_fetched) AS fetched,
  coalesce(sum(p.outcome IN ('article', 'copy')), 0) AS kept, s.state
FROM hubs b JOIN pages h ON h.id = b.page LEFT JOIN sources s ON s.id = b.source
LEFT JOIN pages p ON p.source = b.source AND p.id <> b.page
GROUP BY b.page ORDER BY kept DESC, h.url;
CREATE VIEW link_yield AS
-- outlet: registrable domain
-- named: addresses of it that links named first
-- fetched: of these, how many were asked for
-- kept: of these, how many are articles or copies
SELECT outlet, count(*) AS named, count(last_fetched) AS fetched,
  sum(outcome IN ('article', 'copy')) AS kept
FROM pages WHERE found_by = 'links' AND outlet IS NOT NULL
GROUP BY outlet ORDER BY kept DESC, outlet;
"""
