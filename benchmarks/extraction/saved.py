"""Saved pages of real publishers, with what people marked as their article.

The evaluation folder lies beside the project and is no part of it; without it there is nothing to
measure.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

__all__ = ["FOLDER", "SETS", "SavedPage", "digest_of", "read_pages"]

FOLDER = Path(__file__).parents[2].parent / "shared" / "eval" / "extraction"
SETS = ("zyte", "aaf", "fundus", "wcxb")


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPage:
    """One page, and what is right for it; empty: not marked."""

    id: str
    set: str
    site: str
    url: str | None
    text: str
    title: str
    dates: tuple[str, ...]  #: each YYYY-MM-DD; any of them is right
    authors: tuple[str, ...]

    @property
    def html(self) -> bytes:
        """The page as it was saved."""
        return gzip.decompress((FOLDER / "html" / f"{self.id}.html.gz").read_bytes())


def read_pages(sets: tuple[str, ...] = SETS) -> list[SavedPage]:
    """The pages of some sets, in the order of the folder."""
    with gzip.open(FOLDER / "pages.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        SavedPage(
            id=row["id"],
            set=row["set"],
            site=row["site"],
            url=row.get("url"),
            text=row["text"],
            title=row.get("title") or "",
            dates=_many(row.get("date")),
            authors=_many(row.get("authors")),
        )
        for row in rows
        if row["set"] in sets
    ]


def _many(stated: str | list[str] | None) -> tuple[str, ...]:
    return (stated,) if isinstance(stated, str) else tuple(stated or ())


def digest_of(pages: list[SavedPage]) -> str:
    """What the pages and their marks are, in 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for page in sorted(pages, key=lambda page: page.id):
        digest.update(repr(page).encode())
        digest.update(page.html)
    return digest.hexdigest()[:16]
