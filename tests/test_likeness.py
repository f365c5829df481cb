"""What a pair of texts is called, from either side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.items import Kin, Likeness, Relation
from ingest.relations import (
    compare,
    find_kin,
    fingerprint,
    flip,
    is_copy,
    name_pair,
    name_relation,
    shared_passage,
)
from ingest.relations.memory import CopyFinder, MemoryIndex
from tests.test_relations import ARTICLE, relate, write

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

ROUND_UP = f"{write(300, 1)}\n{ARTICLE}\n{write(300, 2)}"
SYMMETRIC = {
    Relation.EXACT,
    Relation.NEAR,
    Relation.OVERLAP,
    Relation.TEMPLATE,
    Relation.REVISION,
}


def cut(text: str, first: int, last: int) -> str:
    return "\n".join(text.split("\n")[first:last])


def meet(text: str, other: str, *, seed: bool = False, same_address: bool = False) -> list[Kin]:
    """What the index finds of `text`, if it holds `other` alone."""
    known = fingerprint(other, is_seed=seed), other
    index = MemoryIndex()
    index.add(-1 if seed else 1, known[0].selected)
    mark = fingerprint(text)
    candidates = index.candidates(mark.selected)
    found = find_kin(mark, text, candidates, lambda _n: known, same_address=lambda _n: same_address)
    return list(found)


@pytest.mark.parametrize(
    ("part", "relation"),
    [
        (cut(ARTICLE, 0, 4), Relation.CONTAINED_IN),
        (f"{write(60, 5)}\n{cut(ARTICLE, 1, 8)}", Relation.CONTAINED_IN),  # a beginning of its own
        ("\n".join([cut(ARTICLE, 0, 3), cut(ARTICLE, 4, 7)]), Relation.CONTAINED_IN),  # a gap
        (cut(ARTICLE, 6, 12), Relation.EXCERPT),
        (cut(ARTICLE, 10, 16), Relation.EXCERPT),  # the end
    ],
)
def test_part_is_a_copy_only_if_it_was_cut_from_the_top(part: str, relation: Relation) -> None:
    found, likeness = relate(part, ARTICLE)

    assert found is relation
    assert is_copy(relation, likeness) == (relation is Relation.CONTAINED_IN)
    assert name_relation(flip(likeness), seed=False) is Relation.CONTAINS


def test_article_within_a_round_up_is_an_excerpt_of_it_and_no_copy() -> None:
    assert relate(ARTICLE, ROUND_UP)[0] is Relation.EXCERPT
    assert relate(ROUND_UP, ARTICLE)[0] is Relation.CONTAINS


def test_part_of_a_seed_is_a_copy_wherever_it_stands() -> None:
    [kin] = meet(cut(ARTICLE, 6, 12), ARTICLE, seed=True)

    assert (kin.relation, kin.is_copy) == (Relation.CONTAINED_IN, True)


def test_round_up_that_came_first_bridges_no_families() -> None:
    finder = CopyFinder()
    stories = [write(200, seed) for seed in (11, 12, 13)]
    for number, text in enumerate(["\n".join([write(80, 10), *stories]), *stories]):
        finder.add({"id": str(number), "text": text})

    assert finder.clusters() == {str(n): str(n) for n in range(4)}


@pytest.mark.parametrize("words", [45, 80])
def test_long_run_in_two_articles_is_an_overlap(words: int) -> None:
    common = " ".join(ARTICLE.split()[:words])
    [kin] = meet(f"{write(900, 1)}\n{common}", f"{common}\n{write(900, 2)}")

    assert (kin.relation, kin.pair, kin.is_copy) == (Relation.OVERLAP, Relation.OVERLAP, False)
    assert kin.likeness.run == words
    assert kin.likeness.passage is not None
    assert kin.likeness.passage.words == words


def test_shorter_run_is_a_quotation_and_no_relation() -> None:
    common = " ".join(ARTICLE.split()[:38])

    assert meet(f"{write(400, 1)}\n{common}", f"{common}\n{write(400, 2)}") == []


def test_many_short_runs_are_an_overlap_if_they_are_a_good_part_of_one() -> None:
    lines = [f"{cut(ARTICLE, at, at + 1)}\n{write(75, at + 20)}" for at in range(12)]

    assert relate("\n".join(lines), ARTICLE)[0] is Relation.CONTAINS
    assert relate("\n".join(lines), f"{ARTICLE}\n{write(600, 3)}")[0] is Relation.OVERLAP


def test_few_words_of_a_brief_are_no_overlap() -> None:
    phrase = " ".join(ARTICLE.split()[:12])

    assert relate(f"{phrase} {write(30, 1)}", ARTICLE)[0] is None


def test_other_wording_at_the_same_address_is_a_revision() -> None:
    changed = f"{cut(ARTICLE, 0, 12)}\n{write(100, 1)}"
    [kin] = meet(changed, ARTICLE, same_address=True)

    assert (kin.relation, kin.pair) == (Relation.REVISION, Relation.REVISION)
    assert kin.is_copy  # by its words; a family has it by its address
    assert [one.relation for one in meet(ARTICLE, ARTICLE, same_address=True)] == [Relation.EXACT]


def test_copies_are_not_quoted_before_they_are_laid_out() -> None:
    [kin] = meet(cut(ARTICLE, 0, 8), ARTICLE)
    [excerpt] = meet(cut(ARTICLE, 6, 12), ARTICLE)

    assert kin.likeness.passage is None
    assert excerpt.likeness.passage is not None
    assert excerpt.likeness.passage.quote.endswith("…")


def test_passage_reads_the_same_from_either_side() -> None:
    part = cut(ARTICLE, 6, 12)
    [one] = meet(part, ARTICLE)
    [other] = meet(ARTICLE, part)

    assert one.likeness == flip(other.likeness)
    assert (one.pair, other.pair) == (Relation.EXCERPT, Relation.EXCERPT)
    assert (one.relation, other.relation) == (Relation.EXCERPT, Relation.CONTAINS)


words = st.lists(st.sampled_from("abcdefghijkl"), max_size=150)
shares = st.floats(0, 1)


@given(words, words)
def test_names_from_both_sides_agree(a: Sequence[str], b: Sequence[str]) -> None:
    likeness = compare(fingerprint(" ".join(a)), fingerprint(" ".join(b)))
    here = name_relation(likeness, seed=False)
    there = name_relation(flip(likeness), seed=False)
    pair = name_pair(likeness, seed=False)

    assert pair is name_pair(flip(likeness), seed=False)
    assert pair is not Relation.CONTAINS
    if here is not there:
        assert {here, there} == {pair, Relation.CONTAINS}
        assert pair in {Relation.CONTAINED_IN, Relation.EXCERPT}
    else:
        assert here is pair
        assert here is None or here in SYMMETRIC


@given(words, words)
def test_run_is_bounded_and_flipping_twice_changes_nothing(
    a: Sequence[str], b: Sequence[str]
) -> None:
    likeness = compare(fingerprint(" ".join(a)), fingerprint(" ".join(b)))

    assert 0 <= likeness.run <= min(len(a), len(b))
    assert flip(flip(likeness)) == likeness


@given(st.integers(36, 100), st.integers(0, 40))
def test_run_is_at_least_the_passage(length: int, other: int) -> None:
    run = " ".join(ARTICLE.split()[:length])
    text, holder = f"{write(600, other)} {run}", f"{run} {write(600, other + 100)}"
    likeness = compare(fingerprint(text), fingerprint(holder))
    passage = shared_passage(text, holder)

    assert passage is not None
    assert likeness.run in {0, passage.words}
    assert bool(likeness.run) == (length >= 40)


@given(shares, shares, st.integers(0, 500), st.integers(0, 300), st.data())
def test_less_in_common_never_makes_a_copy(
    a_in_b: float, b_in_a: float, shared: int, run: int, flags: st.DataObject
) -> None:
    from_top, is_template = flags.draw(st.booleans()), flags.draw(st.booleans())
    likeness = Likeness(
        a_in_b=a_in_b, b_in_a=b_in_a, jaccard=min(a_in_b, b_in_a), shared=shared, is_exact=False,
        from_top=from_top, run=run, is_template=is_template,
    )  # fmt: skip
    relation = name_relation(likeness, seed=False)

    if relation is not None and is_copy(relation, likeness):
        assert max(a_in_b, b_in_a) >= 0.55
        assert min(a_in_b, b_in_a) >= 0.40 or from_top
        assert not is_template


PROSE = [line for line in write(500, 77).split("\n") if line]


@settings(max_examples=200)
@given(st.integers(0, 480), st.integers(20, 500), st.integers(3, 40))
def test_text_always_contains_its_parts_of_twenty_words(start: int, length: int, line: int) -> None:
    found = " ".join(PROSE).replace(".", "").split()
    lines = [" ".join(found[at : at + line]) for at in range(0, len(found), line)]
    text = ".\n".join(lines)
    spaces = [-1, *(at for at, char in enumerate(text) if char.isspace()), len(text)]
    start = min(start, len(found) - 20)
    part = text[spaces[start] + 1 : spaces[min(start + length, len(found))]]

    [kin] = meet(part, text)
    [back] = meet(text, part)

    assert kin.relation in {
        Relation.EXACT,
        Relation.NEAR,
        Relation.CONTAINED_IN,
        Relation.EXCERPT,
    }
    assert back.likeness == flip(kin.likeness)
    assert back.pair is kin.pair


texts = st.lists(
    st.builds(
        lambda number, first, length, own: (
            f"{cut(write(500, number), first, first + length)}\n{own}"
        ),
        st.integers(31, 33),
        st.integers(0, 16),
        st.integers(2, 20),
        st.sampled_from(["", write(60, 41), write(300, 42), write(50, 31)]),
    ),
    max_size=10,
)


@settings(max_examples=60, deadline=None)
@given(texts, st.randoms(use_true_random=False))
def test_edges_do_not_hang_on_the_order_of_arrival(
    found: list[str], shuffler: random.Random
) -> None:
    def pairs(order: list[int]) -> set[tuple[int, int, Relation | None, Likeness]]:
        finder = CopyFinder()
        for number in order:
            finder.add({"id": str(number), "text": found[number]})
        edges = set()
        for edge in finder.edges:
            a, b = order[edge.a - 1], order[edge.b - 1]
            likeness = edge.likeness if a < b else flip(edge.likeness)
            likeness = Likeness(
                **{
                    name: getattr(likeness, name)
                    for name in Likeness.__slots__
                    if name != "passage"  # quoted from the page whose address sorts first
                }
            )
            edges.add((min(a, b), max(a, b), name_pair(likeness, seed=False), likeness))
        return edges

    straight = list(range(len(found)))
    shuffled = list(straight)
    shuffler.shuffle(shuffled)

    assert pairs(shuffled) == pairs(straight)
