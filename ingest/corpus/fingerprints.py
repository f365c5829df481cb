"""The index in SQLite: which documents hold which hashes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ingest.corpus.base import Base

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["Fingerprints"]

_MAX_DOCUMENTS_PER_HASH = 256  # see ingest.relations.kin; a phrase that common tells nothing


class Fingerprints(Base):
    """The rows of `fingerprints`."""

    def candidates(self, selected: Collection[int]) -> list[tuple[int, int, int | None]]:
        """Documents that hold any of these hashes: document, how many, and of how many in all.

        The last is not known of seeds. It spares reading a text for one phrase in common.
        """
        rows = self._rows(
            "SELECT f.document, f.shared, t.sample_size FROM (SELECT document, count(*) AS shared "
            "FROM fingerprints WHERE hash IN (SELECT value FROM json_each(?)) GROUP BY document) f "
            "LEFT JOIN texts t ON t.page = f.document",
            (json.dumps(sorted(selected)),),
        )
        return [(row["document"], row["shared"], row["sample_size"]) for row in rows]

    def add(self, document: int, selected: Collection[int]) -> None:
        """Index a document under its hashes."""
        self._run(
            "INSERT OR IGNORE INTO fingerprints (hash, document) "
            "SELECT value, ? FROM json_each(?) WHERE "
            "(SELECT count(*) FROM fingerprints f WHERE f.hash = value) < ?",
            (document, json.dumps(sorted(selected)), _MAX_DOCUMENTS_PER_HASH),
        )

    def unindex(self, document: int, selected: Collection[int]) -> None:
        """Forget the hashes of a document."""
        self._run(
            "DELETE FROM fingerprints WHERE document = ? "
            "AND hash IN (SELECT value FROM json_each(?))",
            (document, json.dumps(sorted(selected))),
        )
