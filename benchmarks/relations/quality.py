"""How well our relations do: on labelled copies, on addresses, on the gold of the five seeds.

Every figure is one where more is better; a count of mistakes is given as its negative.
"""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import combinations
from statistics import fmean
from typing import TYPE_CHECKING, TypeAlias

from benchmarks.relations import gold, labelled
from benchmarks.relations.scoring import family_ari, score_pairs
from benchmarks.relations.variants import HARD, QUOTING
from ingest.items import Relation
from ingest.relations import Fingerprint, compare, find_kin, fingerprint
from ingest.relations.memory import MemoryIndex, factory
from ingest.urls import address_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmarks.relations.gold import Page
    from benchmarks.relations.labelled import Document, Pair
    from ingest.relations.memory import CopyFinder

__all__ = [
    "ORDERS",
    "Said",
    "index_of",
    "is_recognised",
    "is_wrong",
    "judge_alone",
    "judge_together",
    "of_addresses",
    "of_gold",
    "of_synth",
    "synth_in_order",
]

Figures: TypeAlias = dict[str, float]

#: Seeds of the orders of arrival; the worst figure over them is told.
ORDERS = (1, 2, 3)

#: Of one page, by seed: how it was said to stand to it, and whether as a copy.
Said: TypeAlias = dict[str, tuple[Relation, bool]]
#: Documents by number, as the index knows them: name, fingerprint, text.
SeedIndex: TypeAlias = tuple[MemoryIndex, dict[int, tuple[str, Fingerprint, str]]]


def of_synth(orders: Sequence[int] = ORDERS) -> Figures:
    """Pairs and families on the labelled copies: the worst over some orders of arrival."""
    documents, labels = labelled.read_documents(), labelled.read_labels()
    told = [synth_in_order(documents, labels, order) for order in orders]
    return {figure: min(one[figure] for one in told) for figure in told[0]}


def synth_in_order(
    documents: Sequence[Document], labels: Mapping[Pair, str], order: int
) -> Figures:
    """Pairs and families when the documents arrive in one order."""
    arriving = list(documents)
    random.Random(order).shuffle(arriving)
    finder = factory()
    found = {
        labelled.as_pair(document["id"], other)
        for document in arriving
        for other, _ in finder.add(document)
    }
    reached = score_pairs(found, documents, labels)
    return {
        "synth precision": reached.precision,
        "synth recall": reached.recall,
        "synth f1": reached.f1,
        "synth families": family_ari(finder.clusters(), labels, documents=len(documents)),
        **{f"synth recall of {kind}": share for kind, share in reached.by_kind.items()},
    }


def of_addresses(key: Callable[[str], str] = address_key) -> Figures:
    """Whether addresses of one article have one key, and no others."""
    groups = labelled.read_address_groups()
    keyed = [(key(address), at) for at, group in enumerate(groups) for address in group]
    same = together = wrong = 0
    for (one, first), (other, second) in combinations(keyed, 2):
        same += first == second
        together += first == second and one == other
        wrong += first != second and one == other
    return {"addresses recall": together / same, "addresses wrong": -float(wrong)}


def of_gold(orders: Sequence[int] = ORDERS) -> Figures:
    """The variants of the five seeds, and the articles by other hands beside them."""
    seeds, pages = gold.read_seeds(), gold.make_pages()
    indexed = index_of(seeds)
    said = {page.id: judge_alone(page, indexed) for page in pages}
    quoting = [bool(said[page.id]) for page in pages if page.kind in QUOTING]
    by_kind = defaultdict[str, list[bool]](list)
    for page in pages:
        if page.holds:
            by_kind[page.kind].append(is_recognised(page, said[page.id]))
    hard = {f"gold hard {kind}": fmean(by_kind.pop(kind)) for kind in sorted(HARD)}
    families = [judge_together(pages, seeds, order) for order in orders]
    return {
        "gold recognised": fmean(one for many in by_kind.values() for one in many),
        "gold wrong": -float(sum(is_wrong(page, said[page.id]) for page in pages)),
        "gold families": min(fmean(right.values()) for right in families),
        **_margin(pages, seeds),
        **{f"gold recall of {kind}": fmean(found) for kind, found in sorted(by_kind.items())},
        **hard,
        "gold quotations named": fmean(quoting),
    }


def _margin(pages: Sequence[Page], seeds: Mapping[str, str]) -> Figures:
    """The least containment of a page and a seed it holds, and the most of one it does not."""
    marks = {name: fingerprint(dump, is_seed=True) for name, dump in seeds.items()}
    right: list[float] = []
    wrong: list[float] = []
    for page in pages:
        mark = fingerprint(page.text)
        for name, seed in marks.items():
            likeness = compare(mark, seed)
            held = max(likeness.a_in_b, likeness.b_in_a)
            if page.kind not in HARD | QUOTING:
                (right if name in page.holds else wrong).append(held)
    return {"gold nearest right": min(right), "gold nearest wrong": -max(wrong)}


def index_of(seeds: Mapping[str, str]) -> SeedIndex:
    """The seeds, ready to be looked up."""
    marks = {
        -number: (name, fingerprint(dump, is_seed=True), dump)
        for number, (name, dump) in enumerate(seeds.items(), start=1)
    }
    index = MemoryIndex()
    for number, (_, mark, _) in marks.items():
        index.add(number, mark.selected)
    return index, marks


def judge_alone(page: Page, seeds: SeedIndex) -> Said:
    """What is said of a page when nothing but the seeds is known, what it is closest to first."""
    index, marks = seeds
    mark = fingerprint(page.text)
    near = index.candidates(mark.selected)
    kin = find_kin(mark, page.text, near, lambda number: marks[number][1:])
    return {marks[one.document][0]: (one.relation, one.is_copy) for one in kin}


def is_recognised(page: Page, said: Said) -> bool:
    """Whether all it holds was found, and that it is a copy where it must be one."""
    copied = any(said[name][1] for name in page.holds if name in said)
    return _held(said) >= set(page.holds) and (copied or not page.must_be_copy)


def is_wrong(page: Page, said: Said) -> bool:
    """Whether it is called a copy, or a holder, of what it does not hold.

    Of a page that quotes two paragraphs only copy is wrong: it does hold those.
    """
    copied = {name for name, (_, is_copy) in said.items() if is_copy}
    called = copied if page.kind in QUOTING else _held(said)
    return not called <= set(page.holds)


def _held(said: Said) -> set[str]:
    """The seeds it was called a copy or a holder of."""
    return {
        name
        for name, (relation, is_copy) in said.items()
        if is_copy or relation is Relation.CONTAINS
    }


def judge_together(pages: Sequence[Page], seeds: Mapping[str, str], order: int) -> dict[str, bool]:
    """By page whether it stands in a right family, all pages in one corpus in some order.

    A copy must stand in the family of a seed it holds. A page that holds none must not be led by
    a seed, nor by a page that holds one. The hard ones are there, and are not judged.
    """
    arriving = list(pages)
    random.Random(order).shuffle(arriving)
    finder = _finder_with(seeds)
    for page in arriving:
        finder.add({"id": page.id, "text": page.text})
    leaders = finder.clusters()
    holds = {page.id: set(page.holds) for page in pages} | {name: {name} for name in seeds}
    return {
        page.id: leaders[page.id] in page.holds
        if page.must_be_copy
        else leaders[page.id] == page.id or holds[leaders[page.id]] <= set(page.holds)
        for page in pages
        if page.kind not in HARD
    }


def _finder_with(seeds: Mapping[str, str]) -> CopyFinder:
    finder = factory()
    for name, dump in seeds.items():
        finder.add({"id": name, "text": dump, "seed": True})
    return finder
