from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.items import Edge, Likeness, Placement, Relation, Standing
from ingest.relations import settle

if TYPE_CHECKING:
    import random

LEADS = Placement(leader=None, relation=None, similarity=1.0, via=None)


def page(document: int, published: str | None, key: str = "", own: str = "") -> Standing:
    key = key or f"h.test/{document}"
    return Standing(document=document, published=published, canonical_key=key, own_key=own or key)


def seed(number: int) -> Standing:
    key = f"seed:{number}"
    return Standing(document=-number, published=None, canonical_key=key, own_key=key)


def edge(
    a: int,
    b: int,
    a_in_b: float,
    b_in_a: float,
    jaccard: float | None = None,
    *,
    from_top: bool = True,
) -> Edge:
    """What two documents share; a as they are given, whichever has the smaller id."""
    if a > b:
        a, b, a_in_b, b_in_a = b, a, b_in_a, a_in_b
    shared = 0.5 * (a_in_b + b_in_a) if jaccard is None else jaccard
    likeness = Likeness(
        a_in_b=a_in_b, b_in_a=b_in_a, jaccard=shared, shared=100, is_exact=a_in_b == b_in_a == 1,
        from_top=from_top,
    )  # fmt: skip
    return Edge(a=a, b=b, likeness=likeness)


def leaders(standings: list[Standing], edges: list[Edge]) -> dict[int, int | None]:
    return {document: placed.leader for document, placed in settle(standings, edges).items()}


def test_unrelated_pages_lead_themselves() -> None:
    assert settle([page(1, "2025-01-01"), page(2, None)], []) == {1: LEADS, 2: LEADS}


def test_earliest_published_leads_whatever_its_number() -> None:
    copied = edge(1, 2, 0.9, 0.8)

    placements = settle([page(1, "2025-01-02"), page(2, "2025-01-01")], [copied])

    assert placements[2] == LEADS
    assert placements[1] == Placement(
        leader=2, parent=2, relation=Relation.NEAR, similarity=0.9, via=copied
    )


def test_undated_page_comes_last_and_the_smaller_address_first() -> None:
    standings = [page(1, None, "b.test/1"), page(2, None, "a.test/2"), page(3, "2025-01-01")]

    assert leaders(standings, [edge(1, 3, 1, 1), edge(2, 3, 1, 1)]) == {1: 3, 2: 3, 3: None}
    assert leaders(standings, [edge(1, 2, 1, 1)]) == {1: 2, 2: None, 3: None}


def test_seed_comes_before_every_page() -> None:
    placements = settle([page(1, "1999-01-01"), seed(1)], [edge(1, -1, 0.9, 0.42)])

    assert placements[-1] == LEADS
    assert (placements[1].leader, placements[1].relation) == (-1, Relation.CONTAINED_IN)


def test_seeds_lead_even_if_one_holds_another() -> None:
    assert leaders([seed(1), seed(2)], [edge(-1, -2, 1, 1)]) == {-1: None, -2: None}


def test_copy_of_a_copy_has_the_first_as_leader_and_the_best_match_as_parent() -> None:
    standings = [page(n, f"2025-01-0{n}") for n in (1, 2, 3)]
    edges = [edge(1, 2, 0.7, 0.7), edge(1, 3, 0.6, 0.6), edge(2, 3, 0.9, 0.9)]

    placed = settle(standings, edges)[3]

    assert (placed.leader, placed.parent) == (1, 2)


def test_equal_matches_give_the_earlier_as_parent() -> None:
    standings = [page(n, f"2025-01-0{n}") for n in (1, 2, 3)]

    placed = settle(standings, [edge(2, 3, 0.9, 0.9), edge(1, 3, 0.9, 0.9)])[3]

    assert placed.parent == 1


def test_round_up_does_not_join_what_it_holds() -> None:
    standings = [page(1, "2025-01-01"), page(2, "2025-01-02"), page(3, "2025-01-03")]
    held = [edge(3, 1, 0.2, 0.9), edge(3, 2, 0.3, 0.9)]

    placements = settle(standings, held)

    assert {n: p.leader for n, p in placements.items()} == {1: None, 2: None, 3: None}
    assert placements[3].carries == (held[1], held[0])


def test_what_stands_within_an_earlier_round_up_leads_itself() -> None:
    standings = [page(n, f"2025-01-0{n}") for n in (1, 2, 3)]
    within = [edge(2, 1, 0.9, 0.45, from_top=False), edge(3, 1, 0.9, 0.45, from_top=False)]

    assert leaders(standings, within) == {1: None, 2: None, 3: None}
    assert settle(standings, within)[2].carries == ()


def test_article_carries_each_family_once() -> None:
    standings = [page(n, f"2025-01-0{n}") for n in (1, 2, 3)]
    edges = [edge(1, 2, 1, 1), edge(3, 1, 0.2, 0.9), edge(3, 2, 0.25, 0.9)]

    assert settle(standings, edges)[3].carries == (edges[2],)


def test_carrying_is_told_of_the_later_text_only() -> None:
    standings = [page(1, "2025-01-02"), page(2, "2025-01-01")]

    placements = settle(standings, [edge(1, 2, 0.9, 0.2)])

    assert placements[1].relation is Relation.CONTAINED_IN
    assert placements[2] == LEADS


def test_page_that_names_another_address_is_its_mirror() -> None:
    home = page(1, "2025-01-05", "h.test/a")
    mirror = page(2, "2025-01-01", "h.test/a", "amp.test/a")
    likeness = edge(1, 2, 0.8, 0.7)

    assert settle([home, mirror], [likeness]) == {
        1: LEADS,
        2: Placement(leader=1, parent=1, relation=Relation.SAME_URL, similarity=0.7, via=likeness),
    }
    assert settle([home, mirror], [])[2].similarity == 0.0


def test_date_of_a_mirror_is_the_date_of_its_article() -> None:
    standings = [
        page(1, None, "h.test/a"),
        page(2, "2025-01-01", "h.test/a", "amp.test/a"),
        page(3, "2025-01-02"),
    ]

    assert leaders(standings, [edge(1, 3, 0.9, 0.9)]) == {1: None, 2: 1, 3: 1}


def test_copy_of_a_mirror_belongs_to_the_article() -> None:
    standings = [
        page(1, "2025-01-01", "h.test/a"),
        page(2, "2025-01-01", "h.test/a", "amp.test/a"),
        page(3, "2025-01-02"),
    ]

    assert leaders(standings, [edge(2, 3, 0.9, 0.9)])[3] == 1


def test_pages_that_name_an_address_never_fetched_are_told_by_their_text() -> None:
    standings = [
        page(1, "2025-01-01", "h.test/a", "amp.test/a"),
        page(2, "2025-01-02", "h.test/a", "m.test/a"),
    ]

    assert leaders(standings, []) == {1: None, 2: None}
    assert settle(standings, [edge(1, 2, 1, 1)])[2].relation is Relation.EXACT


def test_edges_to_unknown_documents_are_ignored() -> None:
    assert settle([page(2, None)], [edge(1, 2, 1, 1)]) == {2: LEADS}


shares = st.sampled_from([0.1, 0.3, 0.45, 0.6, 0.9, 1.0])
dates = st.sampled_from([None, "2025-01-01", "2025-01-02", "2025-01-03"])
addresses = st.sampled_from(["h.test/a", "h.test/b", "h.test/c", ""])


@st.composite
def corpora(draw: st.DrawFn) -> tuple[list[Standing], list[Edge]]:
    """Up to nine documents, some with common addresses, and a few edges."""
    count = draw(st.integers(1, 7))
    standings = [seed(n) for n in range(1, draw(st.integers(0, 2)) + 1)]
    homes = set[str]()
    for number in range(1, count + 1):
        key = draw(addresses)
        own = key if key and key not in homes and draw(st.booleans()) else f"o.test/{number}"
        homes.add(own)
        standings.append(page(number, draw(dates), key or own, own))
    pairs = [
        (a.document, b.document)
        for a, b in combinations(standings, 2)
        if a.document > 0 or b.document > 0
    ]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=12)) if pairs else []
    edges = [
        edge(a, b, draw(shares), draw(shares), draw(shares), from_top=draw(st.booleans()))
        for a, b in chosen
    ]
    return standings, edges


def component(document: int, standings: list[Standing], edges: list[Edge]) -> set[int]:
    """Documents tied to one by edges and common canonical keys; a seed is not followed further."""
    todo, seen = {document}, set[int]()
    keys = {standing.document: standing.canonical_key for standing in standings}
    while todo:
        here = todo.pop()
        seen.add(here)
        if here < 0:
            continue
        near = {one for e in edges if here in {e.a, e.b} for one in (e.a, e.b)}
        near |= {one for one, key in keys.items() if key == keys[here]}
        todo |= near - seen
    return seen


@given(corpora(), st.randoms(use_true_random=False))
def test_families_do_not_hang_on_the_order_of_arrival(
    corpus: tuple[list[Standing], list[Edge]], shuffler: random.Random
) -> None:
    standings, edges = corpus
    expected = settle(standings, edges)
    shuffler.shuffle(standings)
    shuffler.shuffle(edges)

    assert settle(standings, edges) == expected


@settings(max_examples=200)
@given(corpora(), st.randoms(use_true_random=False))
def test_settling_one_component_at_a_time_gives_the_same_families(
    corpus: tuple[list[Standing], list[Edge]], shuffler: random.Random
) -> None:
    standings, edges = corpus
    arriving = list(standings)
    shuffler.shuffle(arriving)
    held = dict[int, Placement]()
    here: list[Standing] = []
    for standing in arriving:
        here.append(standing)
        present = {one.document for one in here}
        known = [e for e in edges if {e.a, e.b} <= present]
        touched = component(standing.document, here, known)
        if standing.document < 0:  # what a new seed touches is all it shares an edge with
            for e in known:
                if standing.document in {e.a, e.b}:
                    touched |= component(max(e.a, e.b), here, known)
        held |= settle(
            [one for one in here if one.document in touched],
            [e for e in known if {e.a, e.b} <= touched],
        )

    assert held == settle(standings, edges)


@given(corpora())
def test_every_document_is_placed_behind_a_leader(
    corpus: tuple[list[Standing], list[Edge]],
) -> None:
    standings, edges = corpus
    placements = settle(standings, edges)

    assert placements.keys() == {standing.document for standing in standings}
    for placed in placements.values():
        assert 0 <= placed.similarity <= 1
        assert (placed.leader is None) == (placed.parent is None) == (placed.relation is None)
        if placed.leader is not None:
            assert placements[placed.leader].leader is None
            assert not placed.carries
