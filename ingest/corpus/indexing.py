"""The index as a whole: made anew, looked through, merged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ingest.corpus.fingerprints import FROM, INDEXED_ROWS, LEVELS
from ingest.corpus.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["Indexing"]


class Indexing(Texts):
    """What making and checking an index asks and writes."""

    def clear_index(self) -> None:
        """Drop every hash and every edge of every document."""
        with self.transaction():
            for table in (*LEVELS, "fingerprints_fresh", "fingerprints_seed", "edges"):
                self._run(f"DELETE FROM {table}")  # noqa: S608
            self._set_merged(0, FROM)
            self._fresh = None

    def settle_index(self) -> None:
        """Merge every level into the last one, a slice a transaction."""
        with self.transaction():
            self._merge_fresh()
        while self._value("SELECT 1 FROM fingerprints_hot LIMIT 1"):
            with self.transaction():
                self._merge_slice()

    def resize(self, page: int, sample_size: int) -> None:
        """Write how many hashes the index holds of a text."""
        self._run(
            "UPDATE texts SET sample_size = :size WHERE page = :page AND sample_size <> :size",
            {"size": sample_size, "page": page},
        )

    def count_texts(self, *, upto: int | None = None) -> int:
        """How many texts are kept, of the pages up to a number."""
        return int(
            self._value("SELECT count(*) FROM texts WHERE :upto IS NULL OR page <= :upto",
                        {"upto": upto})
        )  # fmt: skip

    def seed_numbers(self) -> dict[str, int]:
        """The number of each seed document, by its file."""
        return dict(self._run("SELECT file, id FROM seeds ORDER BY id"))

    def count_edges(self) -> int:
        """How many pairs of documents are known to share words."""
        return int(self._value("SELECT count(*) FROM edges"))

    def shared_with(self, document: int) -> dict[int, tuple[float, float, int]]:
        """What a document shares with each other one: its part, that one's part, shingles."""
        rows = self._run(
            "SELECT b, a_in_b, b_in_a, shared FROM edges WHERE a = :d "
            "UNION SELECT a, b_in_a, a_in_b, shared FROM edges WHERE b = :d ORDER BY 1",
            {"d": document},
        )
        return {other: (own, others, shared) for other, own, others, shared in rows}

    def indexed_counts(self) -> dict[int, int]:
        """How many hashes the index holds of each document."""
        rows = self._run(
            f"SELECT document, count(*) FROM {INDEXED_ROWS} GROUP BY document ORDER BY 1"  # noqa: S608
        )
        return dict(rows)

    def count_held(self, document: int, selected: Collection[int]) -> int:
        """How many of these hashes the index holds of a document."""
        hashes = json.dumps(sorted(selected))
        if document > 0:
            return self._count_shared(document, selected, hashes)
        return {one: count for one, count, _ in self._seeds_holding(hashes)}.get(document, 0)
