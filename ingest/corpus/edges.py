"""What documents share: the edges that families are settled from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.corpus.base import Base
from ingest.corpus.claims import BELIEVED, OWN_KEY
from ingest.items import Edge, Likeness, Standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.items import Kin

__all__ = ["Edges"]

_NOWHERE = (None, None)
_TIES_OF = """
SELECT a, b, a_in_b, b_in_a, jaccard, shared, is_exact, from_top, run, is_template
FROM edges WHERE a = ?1 AND (relation IS NULL OR relation NOT IN ('overlap', 'template'))
UNION ALL
SELECT a, b, a_in_b, b_in_a, jaccard, shared, is_exact, from_top, run, is_template
FROM edges WHERE b = ?1
  AND (a < 0 OR relation IS NULL OR relation NOT IN ('overlap', 'template'))
"""


class Edges(Base):
    """The rows of `edges`."""

    def unlink(self, document: int) -> None:
        """Forget what a document shares with others."""
        self._run("DELETE FROM edges WHERE a = ? OR b = ?", (document, document))

    def store_edges(self, document: int, kin: Iterable[Kin]) -> None:
        """Keep what a document shares with others, the smaller id first."""
        rows = [_row_of(document, one) for one in kin]
        if rows:
            columns, marks = ", ".join(rows[0]), ", ".join(f":{name}" for name in rows[0])
            self._many(
                f"INSERT INTO edges ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608
                rows,
            )

    def family_of(self, pages: Iterable[int]) -> tuple[list[Standing], list[Edge]]:
        """Every document tied to these pages by what they share or by a common canonical address.

        Not by paragraphs in common or by a form: no family hangs on those, and the whole topic
        would on them together.
        """
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
            for row in self._run(_TIES_OF, (document,)):
                if row[:2] not in edges:  # else it was met at its other end
                    edges[row[:2]] = _edge_of(row)
                    todo += row[:2]
            todo += self._mirrors_of(document)
        return [self._standing(document) for document in sorted(seen)], list(edges.values())

    def canonical_key_of(self, page: int) -> str | None:
        """The address that the text of a page names as its own; None: no text of it is kept."""
        key = self._value("SELECT canonical_key FROM texts WHERE page = ?", (page,))
        return None if key is None else str(key)

    def _mirrors_of(self, page: int) -> list[int]:
        rows = self._rows(
            f"WITH own AS (SELECT {OWN_KEY} AS key FROM texts t JOIN pages p ON p.id = t.page "  # noqa: S608
            f"WHERE t.page = ?) SELECT t.page FROM own JOIN texts t ON t.canonical_key = own.key "
            f"AND {BELIEVED} UNION SELECT t.page FROM own JOIN pages p ON p.key = own.key "
            f"JOIN texts t ON t.page = p.id AND NOT {BELIEVED}",
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
            f"SELECT t.published, {OWN_KEY} AS canonical_key, p.key AS own_key, "  # noqa: S608
            "t.is_related FROM texts t "
            "JOIN pages p ON p.id = t.page WHERE t.page = ?",
            (document,),
        )
        assert row is not None, document
        row["is_related"] = bool(row["is_related"])
        return Standing(document=document, **row)


def _row_of(document: int, one: Kin) -> dict[str, Any]:
    """The row of an edge; what is said of `a` in the kin is of `document`, here of the smaller."""
    likeness, passage = one.likeness, one.likeness.passage
    in_hand = (likeness.a_in_b, *((passage.a_start, passage.a_end) if passage else _NOWHERE))
    other = (likeness.b_in_a, *((passage.b_start, passage.b_end) if passage else _NOWHERE))
    a, b = (in_hand, other) if document < one.document else (other, in_hand)
    return {
        "a": min(document, one.document),
        "b": max(document, one.document),
        "a_in_b": a[0],
        "b_in_a": b[0],
        "jaccard": likeness.jaccard,
        "shared": likeness.shared,
        "is_exact": likeness.is_exact,
        "from_top": likeness.from_top,
        "run": likeness.run,
        "is_template": likeness.is_template,
        "relation": one.pair,
        "passage": passage.quote if passage else None,
        "passage_words": passage.words if passage else None,
        "a_start": a[1],
        "a_end": a[2],
        "b_start": b[1],
        "b_end": b[2],
    }


def _edge_of(row: tuple[Any, ...]) -> Edge:
    a, b, a_in_b, b_in_a, jaccard, shared, is_exact, from_top, run, is_template = row
    return Edge(
        a=a,
        b=b,
        likeness=Likeness(
            a_in_b=a_in_b,
            b_in_a=b_in_a,
            jaccard=jaccard,
            shared=shared,
            is_exact=bool(is_exact),
            from_top=bool(from_top),
            run=run,
            is_template=bool(is_template),
        ),
    )
