"""The addresses that pages name as their own, and which of them are not believed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ingest.corpus.base import Base

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["BELIEVED", "OWN_KEY", "OWN_URL", "Claims"]

#: Holds of a row `t` of `texts` whose page may name the address that it does.
BELIEVED = "NOT EXISTS (SELECT 1 FROM doubted_claims WHERE key = t.canonical_key)"
#: The address of a page in `texts t` and `pages p`: the one it names, if that is believed.
OWN_KEY = f"CASE WHEN {BELIEVED} THEN t.canonical_key ELSE p.key END"
OWN_URL = f"CASE WHEN {BELIEVED} THEN t.url ELSE p.url END"

_MIN_CLAIMANTS = 3  # fewer cannot be three strangers


class Claims(Base):
    """The rows of `doubted_claims`, and what they are found by."""

    def claims_near(self, pages: Collection[int]) -> list[str]:
        """The addresses that these pages name, or bear witness against, and that may be doubted."""
        rows = self._rows(
            "SELECT key FROM doubted_claims WHERE page IN (SELECT value FROM json_each(:pages)) "
            "UNION SELECT canonical_key FROM texts t WHERE page IN "
            "(SELECT value FROM json_each(:pages)) AND (SELECT count(*) FROM (SELECT 1 FROM texts "
            "WHERE canonical_key = t.canonical_key LIMIT :few)) = :few ORDER BY 1",
            {"pages": json.dumps(sorted(pages)), "few": _MIN_CLAIMANTS},
        )
        return [row["key"] for row in rows]

    def witnesses_of(self, key: str) -> tuple[int, ...]:
        """Three unlike pages that were found to name an address; empty: it is believed."""
        rows = self._rows("SELECT page FROM doubted_claims WHERE key = ? ORDER BY page", (key,))
        return tuple(row["page"] for row in rows)

    def claimants_of(self, key: str, among: Collection[int] | None = None) -> dict[int, str]:
        """The pages that name an address as their own, all or those of some, with their keys."""
        rows = self._rows(
            "SELECT t.page, p.key FROM texts t JOIN pages p ON p.id = t.page WHERE "
            "t.canonical_key = :key AND (:among IS NULL "
            "OR t.page IN (SELECT value FROM json_each(:among)))",
            {"key": key, "among": None if among is None else json.dumps(sorted(among))},
        )
        return {row["page"]: row["key"] for row in rows}

    def pairs_alike(self, pages: Iterable[int], *, least: float) -> list[tuple[int, int]]:
        """Those pairs of pages of which one holds `least` of the other, 0..1, or more."""
        rows = self._rows(
            "WITH asked AS (SELECT value AS page FROM json_each(:pages)) "
            "SELECT a, b FROM edges WHERE a IN (SELECT page FROM asked) "
            "AND b IN (SELECT page FROM asked) AND NOT is_template "
            "AND (is_exact OR max(a_in_b, b_in_a) >= :least)",
            {"pages": json.dumps(sorted(pages)), "least": least},
        )
        return [(row["a"], row["b"]) for row in rows]

    def doubt(self, key: str, witnesses: Iterable[int]) -> None:
        """Write which pages bear witness against an address; none: it is believed.

        The texts at the pages that name it are shown at their own addresses while it is not.
        """
        self._run("DELETE FROM doubted_claims WHERE key = ?", (key,))
        self._many(
            "INSERT INTO doubted_claims (key, page) VALUES (?, ?)",
            [(key, page) for page in witnesses],
        )
        for table in ("articles", "copies"):
            self._run(
                f"UPDATE {table} SET url = (SELECT {OWN_URL} FROM texts t "  # noqa: S608
                f"JOIN pages p ON p.id = t.page WHERE t.page = {table}.page) "
                "WHERE page IN (SELECT page FROM texts WHERE canonical_key = ?)",
                (key,),
            )
