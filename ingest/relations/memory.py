"""The index in memory: for benchmarks and tests, and the model of the one in SQLite.

It knows no limit of documents a hash, so nothing hangs on which of them came first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from ingest.items import Edge, Relation, Standing
from ingest.relations.families import settle
from ingest.relations.kin import find_kin
from ingest.relations.likeness import flip
from ingest.relations.shingles import Fingerprint, fingerprint

if TYPE_CHECKING:
    from collections.abc import Collection

    from ingest.items import Kin, Placement

__all__ = ["CopyFinder", "MemoryIndex", "factory"]


#: Pairs of which one text holds most of the other.
_HELD = (Relation.EXACT, Relation.NEAR, Relation.CONTAINED_IN, Relation.EXCERPT)


class MemoryIndex:
    """Postings lists in a dict."""

    def __init__(self) -> None:
        self._documents = defaultdict[int, list[int]](list)

    def candidates(self, selected: Collection[int]) -> list[tuple[int, int]]:
        """Documents that hold any of `selected`, each with how many of them it holds."""
        shared = Counter[int]()
        for value in selected:
            shared.update(self._documents.get(value, ()))
        return sorted(shared.items())

    def add(self, document: int, selected: Collection[int]) -> None:
        """Index `document` under `selected`."""
        for value in selected:
            self._documents[value].append(document)


class CopyFinder:
    """Texts as they arrive, each earlier than the next."""

    def __init__(self) -> None:
        self.index = MemoryIndex()
        self.edges: list[Edge] = []
        self._names: dict[int, str] = {}
        self._texts: dict[int, tuple[Fingerprint, str]] = {}
        self._sizes: dict[int, int] = {}

    def add(self, document: dict[str, Any]) -> list[tuple[str, float]]:
        """Index a text; give the earlier ones that one holds the other of, with how much, 0..1.

        Args:
            document: `id` and `text`; `seed` true for a seed dump.
        """
        text, is_seed = document["text"], bool(document.get("seed"))
        number = -(len(self._names) + 1) if is_seed else len(self._names) + 1
        mark = fingerprint(text, is_seed=is_seed)
        near = self.index.candidates(mark.selected)
        kin = find_kin(mark, text, near, self._texts.__getitem__, self._sizes)
        self.index.add(number, mark.selected)
        self._names[number] = document["id"]
        self._texts[number] = (mark, text)
        self._sizes[number] = len(mark.selected)
        self.edges += [_join(number, one) for one in kin]
        return [
            (self._names[one.document], max(one.likeness.a_in_b, one.likeness.b_in_a))
            for one in kin
            if one.pair in _HELD
        ]

    def placements(self) -> dict[int, Placement]:
        """The families as they stand, by document number (from 1, negative for a seed)."""
        standings = [
            Standing(
                document=number,
                published=f"{order:012d}",
                canonical_key=str(number),
                own_key=str(number),
            )
            for order, number in enumerate(self._names)
        ]
        return settle(standings, self.edges)

    def clusters(self) -> dict[str, str]:
        """The leader of each text's family, by id."""
        return {
            self._names[number]: self._names[
                number if placement.leader is None else placement.leader
            ]
            for number, placement in self.placements().items()
        }


def factory() -> CopyFinder:
    """Give an empty finder; the shape that scorers of streaming detectors call."""
    return CopyFinder()


def _join(number: int, one: Kin) -> Edge:
    if number < one.document:
        return Edge(a=number, b=one.document, likeness=one.likeness)
    return Edge(a=one.document, b=number, likeness=flip(one.likeness))
