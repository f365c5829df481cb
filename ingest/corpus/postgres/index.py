"""The index in PostgreSQL: one table, written where it belongs.

The levels that spare SQLite scattered writes stand empty here: the server writes its log in order
and the pages behind it later. So the questions stay as they are written, with the same answers.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ingest.corpus.fingerprints import Fingerprints

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["SharedFingerprints"]


class SharedFingerprints(Fingerprints):
    """Rows (hash, document), of pages in one table and of seeds in another."""

    def add(self, document: int, selected: Collection[int]) -> None:
        """Index a document, which is not indexed, under its hashes."""
        if document < 0:
            super().add(document, selected)
            return
        with self.transaction():
            self._run(
                "INSERT INTO fingerprints (hash, document) SELECT value, ? FROM json_each(?)",
                (document, json.dumps(sorted(selected))),
            )
