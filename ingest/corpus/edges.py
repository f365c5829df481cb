"""What documents share: the edges that families are settled from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.corpus.base import Base
from ingest.items import Edge, Likeness, Standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.items import Kin

__all__ = ["Edges"]


class Edges(Base):
    """The rows of `edges`."""

    def unlink(self, document: int) -> None:
        """Forget what a document shares with others."""
        self._run("DELETE FROM edges WHERE a = ? OR b = ?", (document, document))

    def store_edges(self, document: int, kin: Iterable[Kin]) -> None:
        """Keep what a document shares with others, the smaller id first."""
        for one in kin:
            likeness = one.likeness
            near, far = likeness.a_in_b, likeness.b_in_a
            if document > one.document:
                near, far = far, near
            self._run(
                "INSERT INTO edges (a, b, a_in_b, b_in_a, jaccard, shared, is_exact, passage) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (
                    min(document, one.document),
                    max(document, one.document),
                    near,
                    far,
                    likeness.jaccard,
                    likeness.shared,
                    likeness.is_exact,
                    likeness.passage,
                ),
            )

    def family_of(self, pages: Iterable[int]) -> tuple[list[Standing], list[Edge]]:
        """Every document tied to these pages by edges or by a common canonical address."""
        todo, seen, edges = list(pages), set[int](), dict[tuple[int, int], Edge]()
        while todo:
            document = todo.pop()
            if document in seen:
                continue
            seen.add(document)
            # The edges of a seed lead to all its copies, which stand to each other only through
            # it; a seed never moves, so there is no need to follow them.
            if document < 0:
                continue
            for edge in self._edges_of(document):
                edges[edge.a, edge.b] = edge
                todo += [edge.a, edge.b]
            todo += self._mirrors_of(document)
        return [self._standing(document) for document in sorted(seen)], list(edges.values())

    def _edges_of(self, document: int) -> list[Edge]:
        rows = self._rows(
            "SELECT * FROM edges WHERE a = :d UNION SELECT * FROM edges WHERE b = :d ORDER BY a, b",
            {"d": document},
        )
        return [
            Edge(
                a=row["a"],
                b=row["b"],
                likeness=Likeness(
                    a_in_b=row["a_in_b"],
                    b_in_a=row["b_in_a"],
                    jaccard=row["jaccard"],
                    shared=row["shared"],
                    is_exact=bool(row["is_exact"]),
                    passage=row["passage"],
                ),
            )
            for row in rows
        ]

    def _mirrors_of(self, page: int) -> list[int]:
        rows = self._rows(
            "SELECT page FROM texts WHERE canonical_key = "
            "(SELECT canonical_key FROM texts WHERE page = ?)",
            (page,),
        )
        return [row["page"] for row in rows]

    def _standing(self, document: int) -> Standing:
        if document < 0:
            return Standing(
                document=document,
                published=None,
                canonical_key=f"seed:{-document}",
                own_key=f"seed:{-document}",
            )
        row = self._row(
            "SELECT t.published, t.canonical_key, p.key AS own_key, t.is_related FROM texts t "
            "JOIN pages p ON p.id = t.page WHERE t.page = ?",
            (document,),
        )
        assert row is not None, document
        row["is_related"] = bool(row["is_related"])
        return Standing(document=document, **row)
