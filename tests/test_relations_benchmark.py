"""Copies are found as well as docs/relations.md says, and the measure can fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import floors as pinned
from benchmarks.relations import floors, gold, labelled, quality
from benchmarks.relations.gold import Page, make_pages, read_seeds
from benchmarks.relations.quality_peers import PEERS, measure_peer, peers
from benchmarks.relations.scoring import best_cut, close, family_ari, score_pairs
from benchmarks.relations.variants import CARRYING, HARD, QUOTING, VARIANTS
from ingest.items import Relation

if TYPE_CHECKING:
    from pathlib import Path

evaluation = pytest.mark.skipif(not labelled.FOLDER.is_dir(), reason=labelled.WHY_ABSENT)

DOCUMENTS = [
    {"id": "a", "kind": "base"},
    {"id": "a#cut", "kind": "cut"},
    {"id": "a#edit", "kind": "edit"},
    {"id": "b", "kind": "base"},
]
LABELS = {("a", "a#cut"): "D", ("a", "a#edit"): "D", ("a#cut", "a#edit"): "R"}


def test_every_variant_of_a_seed_is_recognised_and_nothing_else() -> None:
    figures = quality.of_gold(orders=(1,))
    kinds = {figure: share for figure, share in figures.items() if "recall of" in figure}

    assert figures["gold recognised"] == 1
    assert figures["gold wrong"] == 0
    assert len(kinds) == len(VARIANTS) - len(QUOTING | HARD)
    assert min(kinds.values()) == 1
    assert figures["gold families"] >= pinned.read_floors(floors.PINNED)[1]["gold families"]


def test_the_gold_holds_what_it_should() -> None:
    pages = make_pages()
    by_kind = {kind: [page for page in pages if page.kind == kind] for kind in gold.UNRELATED}

    assert len(read_seeds()) == 5
    assert len({page.id for page in pages}) == len(pages)
    assert sum(page.must_be_copy for page in pages) == 5 * (len(VARIANTS) - 3)
    assert {page.kind for page in pages if page.holds and not page.must_be_copy} == CARRYING
    assert len(by_kind["other"]) >= 10
    assert by_kind["paraphrase"]
    assert by_kind["translation"]
    assert len(by_kind["demo"]) >= 50


def test_variants_of_one_kind_differ_from_the_clean_page() -> None:
    pages = {page.id: page for page in make_pages()}
    unchanged = [
        name
        for name, page in pages.items()
        if page.holds and page.kind != "clean" and page.text == pages[f"{name[:3]} clean"].text
    ]

    assert unchanged == []


def test_gold_is_the_one_that_the_floors_were_set_on() -> None:
    assert floors.digests_of({"gold": None}).items() <= pinned.read_floors(floors.PINNED)[0].items()


def test_what_is_said_of_a_page_is_judged() -> None:
    page = Page(id="p", kind="clean", holds=("000",), must_be_copy=True, title="", text="")
    other = Page(id="q", kind="other", holds=(), must_be_copy=False, title="", text="")
    quoting = Page(id="r", kind="quoted", holds=(), must_be_copy=False, title="", text="")
    copy = {"000": (Relation.NEAR, True)}
    holder = {"000": (Relation.CONTAINS, False)}

    assert quality.is_recognised(page, copy)
    assert not quality.is_recognised(page, holder)
    assert not quality.is_recognised(page, {"001": (Relation.NEAR, True)})
    assert not quality.is_recognised(page, {})
    assert quality.is_wrong(page, copy | {"001": (Relation.CONTAINS, False)})
    assert quality.is_wrong(other, holder)
    assert not quality.is_wrong(quoting, holder)
    assert quality.is_wrong(quoting, copy)


def test_a_family_joined_by_mistake_is_seen() -> None:
    seeds = {"000": "one two three four five six seven eight nine ten eleven twelve. " * 9}
    page = Page(
        id="p", kind="other", holds=(), must_be_copy=False, title="", text=" ".join(seeds.values())
    )

    assert quality.judge_together([page], seeds, 1) == {"p": False}


def test_pairs_are_scored_by_their_labels() -> None:
    figures = score_pairs({("a", "a#cut"), ("a#cut", "a#edit"), ("a", "b")}, DOCUMENTS, LABELS)

    assert (figures.precision, figures.recall, figures.f1) == (0.5, 0.5, 0.5)
    assert figures.by_kind == {"cut": 1, "edit": 0}
    assert score_pairs(set(), DOCUMENTS, LABELS).f1 == 0


def test_families_are_scored_over_the_pairs_that_are_certain() -> None:
    right = {"a": "a", "a#cut": "a", "a#edit": "a", "b": "b"}
    bridged = dict.fromkeys(right, "a")

    assert family_ari(right, LABELS, documents=4) == 1
    assert family_ari(bridged, LABELS, documents=4) == 0
    assert family_ari({name: name for name in right}, LABELS, documents=4) == 0


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=9))
def test_closure_joins_what_a_chain_joins(pairs: list[tuple[str, str]]) -> None:
    families = close(pairs, "abcdef")

    assert set(families) == set("abcdef")
    assert all(families[one] == families[other] for one, other in pairs)
    assert len(set(families.values())) >= 6 - len(pairs)


def test_the_best_cut_keeps_the_right_pairs() -> None:
    scores = {("a", "a#cut"): 0.9, ("a", "a#edit"): 0.6, ("a", "b"): 0.5, ("a#cut", "a#edit"): 0.1}

    assert best_cut(scores, LABELS) == 0.6
    assert best_cut({("a", "b"): 1.0}, LABELS) == float("inf")


def test_floors_fall_only_when_told_so(tmp_path: Path) -> None:
    path = tmp_path / "floors.tsv"
    digests = {"gold digest": "a", "synth digest": "b"}
    assert floors.pin({"gold wrong": -0.0, "synth f1": 0.999}, digests, path, may_lower=False) == []

    assert floors.below({"gold wrong": -0.0, "synth f1": 0.998}, digests, path) == []
    assert floors.below({"gold wrong": -0.0}, {"gold digest": "a"}, path) == []
    assert floors.below({"gold wrong": -1.0}, {"gold digest": "a"}, path) != []
    assert floors.below({"gold wrong": -0.0}, {"gold digest": "other"}, path) != []
    assert floors.pin({"gold wrong": -1.0, "synth f1": 1}, digests, path, may_lower=False) != []
    assert floors.pin({"gold wrong": -1.0, "synth f1": 1}, digests, path, may_lower=True) == []


def test_figures_have_goals() -> None:
    assert floors.goal_of("synth recall of mix") == 0.95
    assert floors.goal_of("synth recall") == 0.99
    assert floors.goal_of("gold recall of clean") == 1
    assert floors.goal_of("gold nearest wrong") is None
    assert floors.goal_of("weight") is None


@evaluation
def test_a_third_of_the_labelled_copies_are_found_as_well_as_all_should_be() -> None:
    documents, labels = labelled.read_documents(), labelled.read_labels()
    groups = close(labels, [document["id"] for document in documents])
    asked = set(sorted(set(groups.values()))[::3])
    some = [document for document in documents if groups[document["id"]] in asked]
    of_some = {pair: label for pair, label in labels.items() if groups[pair[0]] in asked}
    figures = quality.synth_in_order(some, of_some, quality.ORDERS[-1])
    missed = [name for name, value in figures.items() if value < (floors.goal_of(name) or 0)]

    assert sum(label == "D" for label in labels.values()) == 943
    assert len(some) > 350
    assert missed == []


@evaluation
def test_addresses_of_one_article_have_one_key() -> None:
    figures = quality.of_addresses()

    assert figures["addresses recall"] >= 0.94
    assert figures["addresses wrong"] == 0
    assert quality.of_addresses(lambda _: "one")["addresses wrong"] < -900


@pytest.mark.slow
@evaluation
def test_no_figure_is_below_its_floor() -> None:
    figures = {**quality.of_synth(), **quality.of_addresses(), **quality.of_gold()}

    assert floors.below(figures, floors.digests_of(floors.PARTS)) == []


def test_peers_are_here_or_left_out_with_a_reason() -> None:
    here, absent = peers()

    assert here.keys() | absent.keys() == PEERS.keys()
    assert {"exact hash of the words", "equal title"} <= here.keys()
    assert all(absent.values())


@evaluation
def test_equal_titles_are_no_relation_to_rely_on() -> None:
    row = measure_peer("equal title", peers()[0]["equal title"])

    assert 0.6 < row.f1 < 0.9
    assert row.recognised < 100
