"""Who is a copy of whom: each document joins its best earlier match, never a transitive closure.

Closing over every "is like" pair lets round-ups and live blogs bridge unrelated texts; following
one parent each does not. The outcome depends on the set of documents alone. Documents that are
joined by no chain of edges and equal canonical keys do not influence each other, so one such
component may be settled without the rest.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from ingest.items import Placement, Relation
from ingest.relations.likeness import NEVER_FAMILY, flip, is_copy, name_relation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.items import Edge, Likeness, Standing

__all__ = ["settle"]

#: Sorts after every ISO 8601 date.
_UNDATED = "9999"

#: (page and not seed, date, canonical key, mirror, own key, document): who came first.
_Rank: TypeAlias = tuple[bool, str, str, bool, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tie:
    """An edge seen from the later of its two documents."""

    earlier: int
    likeness: Likeness  # a is the later document
    relation: Relation
    edge: Edge


def settle(standings: Iterable[Standing], edges: Iterable[Edge]) -> dict[int, Placement]:
    """Place each document, seeds first, then by date, then by address.

    A page that names another page's address as its own is that page's copy, whatever its text; it
    stands right behind it. Every other page copies its best earlier match, if it has one. A seed
    leads always. The order of the arguments plays no part; edges to documents without a standing
    are ignored.

    A document that is not related by itself is placed only if it is a copy of one that is: two
    prints of one text must not part because one of them fell just short of the cut.
    """
    edges = list(edges)
    by_document = _only_kept({standing.document: standing for standing in standings}, edges)
    originals = _find_originals(by_document)
    ranks = _rank(by_document, originals)
    ties = _orient(edges, ranks)
    beside = _beside(edges)
    placements: dict[int, Placement] = {}
    for document in sorted(ranks, key=ranks.__getitem__):
        if document in originals:
            placed = _place_mirror(originals[document], ties[document], placements)
        else:
            placed = _place(ties[document], placements, ranks, beside[document])
        placements[document] = placed
    return placements


def _only_kept(by_document: dict[int, Standing], edges: Iterable[Edge]) -> dict[int, Standing]:
    """Leave out what is neither related nor the text of something related."""
    related = {document for document, standing in by_document.items() if standing.is_related}
    homes = {one.own_key for one in by_document.values() if one.own_key == one.canonical_key}
    addresses = homes & {by_document[document].canonical_key for document in related}
    vouched = {
        one
        for edge in edges
        for one, other in ((edge.a, edge.b), (edge.b, edge.a))
        if other in related and one not in related and _carries(edge, one)
    }
    return {
        document: standing
        for document, standing in by_document.items()
        if document in related or document in vouched or standing.canonical_key in addresses
    }


def _carries(edge: Edge, document: int) -> bool:
    """Whether `document` would be a copy of the other end of the edge."""
    likeness = edge.likeness if edge.a == document else flip(edge.likeness)
    relation = name_relation(likeness, seed=min(edge.a, edge.b) < 0)
    return relation is not None and is_copy(relation, likeness)


def _order(standing: Standing) -> tuple[str, str, str, int]:
    return (
        standing.published or _UNDATED,
        standing.canonical_key,
        standing.own_key,
        standing.document,
    )


def _find_originals(by_document: dict[int, Standing]) -> dict[int, int]:
    """The page at the canonical address, for each page that names it and is not it."""
    at_home: dict[str, Standing] = {}
    for standing in sorted(by_document.values(), key=_order):
        if standing.document > 0 and standing.own_key == standing.canonical_key:
            at_home.setdefault(standing.canonical_key, standing)
    return {
        document: at_home[standing.canonical_key].document
        for document, standing in by_document.items()
        if document > 0
        and standing.canonical_key in at_home
        and at_home[standing.canonical_key].document != document
    }


def _rank(by_document: dict[int, Standing], originals: dict[int, int]) -> dict[int, _Rank]:
    """Sort keys; the pages of one address share the earliest date that any of them states."""
    dates: dict[int, str] = {}
    for document, standing in by_document.items():
        home = originals.get(document, document)
        dates[home] = min(dates.get(home, _UNDATED), standing.published or _UNDATED)
    return {
        document: (
            document > 0,
            dates[originals.get(document, document)],
            standing.canonical_key,
            document in originals,
            standing.own_key,
            document,
        )
        for document, standing in by_document.items()
    }


def _orient(edges: Iterable[Edge], ranks: dict[int, _Rank]) -> defaultdict[int, list[_Tie]]:
    """Edges that a family may hang on, by their later document."""
    ties = defaultdict[int, list[_Tie]](list)
    for edge in edges:
        if edge.a not in ranks or edge.b not in ranks:
            continue
        a_is_later = ranks[edge.a] > ranks[edge.b]
        later, earlier = (edge.a, edge.b) if a_is_later else (edge.b, edge.a)
        if later < 0:
            continue
        likeness = edge.likeness if a_is_later else flip(edge.likeness)
        relation = name_relation(likeness, seed=earlier < 0)
        if relation is not None and relation not in NEVER_FAMILY:
            ties[later].append(
                _Tie(earlier=earlier, likeness=likeness, relation=relation, edge=edge)
            )
    return ties


def _beside(edges: Iterable[Edge]) -> defaultdict[int, set[int]]:
    """The documents that each shares text with, however little."""
    found = defaultdict[int, set[int]](set)
    for edge in edges:
        found[edge.a].add(edge.b)
        found[edge.b].add(edge.a)
    return found


def _place(
    ties: list[_Tie],
    placements: dict[int, Placement],
    ranks: dict[int, _Rank],
    beside: set[int],
) -> Placement:
    ties = sorted(ties, key=lambda tie: (-tie.likeness.jaccard, ranks[tie.earlier]))
    for tie in ties:
        if is_copy(tie.relation, tie.likeness):
            leader = _leader(tie.earlier, placements)
            is_mirror = placements[tie.earlier].relation is Relation.SAME_URL
            if leader < 0 and leader not in {tie.earlier} | beside and not is_mirror:
                continue
            # What is shown beside the leader should be what the two share, if they share enough.
            shown = next((one for one in ties if one.earlier == leader), tie)
            return Placement(
                leader=leader,
                parent=tie.earlier,
                relation=shown.relation,
                similarity=1.0 if shown.likeness.is_exact else shown.likeness.a_in_b,
                via=shown.edge,
            )
    carried: dict[int, Edge] = {}
    for tie in ties:
        if tie.relation is Relation.CONTAINS:
            carried.setdefault(_leader(tie.earlier, placements), tie.edge)
    return Placement(
        leader=None, relation=None, similarity=1.0, via=None, carries=tuple(carried.values())
    )


def _place_mirror(original: int, ties: list[_Tie], placements: dict[int, Placement]) -> Placement:
    tie = next((tie for tie in ties if tie.earlier == original), None)
    return Placement(
        leader=_leader(original, placements),
        parent=original,
        relation=Relation.SAME_URL,
        # Nothing measured: the texts share too little for an edge, only the address joins them.
        similarity=tie.likeness.a_in_b if tie else 0.0,
        via=tie.edge if tie else None,
    )


def _leader(document: int, placements: dict[int, Placement]) -> int:
    leader = placements[document].leader
    return document if leader is None else leader
