"""Where the archive has the last response of a page, and by what that is known for its own."""

from __future__ import annotations

__all__ = ["PLACE"]

_FETCH = (
    "FROM fetches f WHERE f.page = p.id AND f.warc = p.warc AND f.warc_offset = p.warc_offset "
    "ORDER BY f.id DESC LIMIT 1"
)
#: Columns of `pages p`; the last two say when the response came and how long its body was, null
#: where the ledger does not know.
PLACE = (
    "p.warc, p.warc_offset, p.last_fetched, p.http_status, p.run, "
    f"(SELECT f.at {_FETCH}) AS archived_at, (SELECT f.bytes {_FETCH}) AS archived_bytes "
)
