"""Addresses of an older corpus under the keys and outlets that they have now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.urls import address_key, outlet_of

if TYPE_CHECKING:
    from sqlite_utils import Database

__all__ = ["rekey"]


def rekey(db: Database) -> None:
    """Give every page and text its present key, and every page and source its present outlet.

    Of pages that have one key now, the first keeps it, unless one had it before; the others stay
    under their old ones, and their texts name the address of the first. A key gives itself, so a
    second pass changes nothing.
    """
    _rekey_pages(db)
    texts = db.execute("SELECT page, url, canonical_key FROM texts").fetchall()
    for page, url, key in texts:
        if (fresh := address_key(url)) != key:
            db.execute("UPDATE texts SET canonical_key = ? WHERE page = ?", [fresh, page])
    for table in ("pages", "sources"):
        _move_outlets(db, table)


def _rekey_pages(db: Database) -> None:
    pages = db.execute("SELECT id, key, url FROM pages ORDER BY id").fetchall()
    taken = {key for _, key, _ in pages}
    for page, _, url in pages:
        fresh = address_key(url)
        if fresh not in taken:
            taken.add(fresh)
            db.execute("UPDATE pages SET key = ? WHERE id = ?", [fresh, page])


def _move_outlets(db: Database, table: str) -> None:
    rows = db.execute(f"SELECT id, url, outlet FROM {table} WHERE outlet IS NOT NULL").fetchall()  # noqa: S608
    for number, url, outlet in rows:
        fresh = outlet_of(url)
        if not fresh or fresh == outlet:
            continue
        db.execute(
            "INSERT INTO outlets (id, first_seen, last_seen) "
            "SELECT ?, first_seen, last_seen FROM outlets WHERE id = ? ON CONFLICT DO NOTHING",
            [fresh, outlet],
        )
        db.execute(f"UPDATE {table} SET outlet = ? WHERE id = ?", [fresh, number])  # noqa: S608
        if table == "pages":
            for kept in ("articles", "copies"):
                db.execute(f"UPDATE {kept} SET outlet = ? WHERE page = ?", [fresh, number])  # noqa: S608
