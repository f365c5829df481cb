"""Where the pages of a family come to stand, once readers were heard."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.claims import review_claims
from ingest.items import Relation
from ingest.relations import flip, is_copy, name_relation, settle, shared_passage

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from ingest.corpus import Corpus
    from ingest.items import Edge, Outcome, Standing

__all__ = ["carries_seed", "settle_families"]

_SAME_TEXT = (Relation.EXACT, Relation.NEAR)


def settle_families(
    corpus: Corpus,
    pages: Iterable[int],
    *,
    changed: int,
    now: datetime,
    run: int | None = None,
    absent: Collection[int] = (),
) -> Outcome:
    """Settle the families that these pages belong to and lay them out; where `changed` stands.

    A page that a reader refused has no place in them, and no other page of the same text is kept
    for its own sake, unless a reader wants it or it carries a seed: else the text would stay, only
    under another address.

    Args:
        corpus: in a transaction.
        pages: one of each family is enough.
        changed: a page whose text is new.
        now: when.
        run: that asks for it; None: no crawl does.
        absent: pages whose texts are about to be dropped.
    """
    pages = [*pages]
    standings, edges = corpus.family_of([*pages, *review_claims(corpus, pages, absent=absent)])
    members = [standing.document for standing in standings]
    labels = corpus.labels_of(members)
    refused = {page for page, label in labels.items() if not label.is_yes}
    wanted = labels.keys() - refused
    spared = wanted | {edge.b for edge in edges if carries_seed(edge)}
    twins = _twins_of(refused, standings, edges) - spared
    placements = settle(
        [
            replace(one, is_related=False) if one.document in twins else one
            for one in standings
            if one.document not in refused and one.document not in absent
        ],
        edges,
    )
    outcome = corpus.place(
        placements, members=members, changed=changed, quote=shared_passage, run=run, now=now
    )
    corpus.name_twins(sorted(twins - placements.keys()))
    return outcome


def _twins_of(refused: set[int], standings: Iterable[Standing], edges: Iterable[Edge]) -> set[int]:
    """Pages with the text or the address of a refused one."""
    homes = {one.canonical_key for one in standings if one.document in refused}
    mirrors = {one.document for one in standings if one.canonical_key in homes}
    same = {
        document
        for edge in edges
        if edge.a > 0
        and refused & {edge.a, edge.b}
        and name_relation(edge.likeness, seed=False) in _SAME_TEXT
        for document in (edge.a, edge.b)
    }
    return (mirrors | same) - refused


def carries_seed(edge: Edge) -> bool:
    """Whether an edge makes its page a copy of a seed document."""
    if edge.a > 0:
        return False
    likeness = flip(edge.likeness)  # a seed's number is the smaller one
    relation = name_relation(likeness, seed=True)
    return relation is not None and is_copy(relation, likeness)
