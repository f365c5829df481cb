"""Find the documents of an index that share text with the one in hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from ingest.items import Kin, Relation
from ingest.relations.likeness import (
    NEVER_FAMILY,
    compare,
    flip_passage,
    is_copy,
    name_pair,
    name_relation,
)
from ingest.relations.passages import shared_passage
from ingest.relations.shingles import DENSITY

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from ingest.items import Passage
    from ingest.relations.shingles import Fingerprint

__all__ = ["Index", "find_kin"]

#: Share of the smaller sample that must be shared before the texts are compared in full; far below
#: the containments that count (.40 and .55), because a small sample strays far from its share.
MIN_SAMPLED_SHARE = 0.12
#: Or as many hashes in common: the samples of two texts share 3 or more of a run of 40 words in 19
#: of 20 cases, of one of 50 words always.
MIN_SAMPLED_RUN = 3


class Index(Protocol):
    """Which documents hold which selected hashes."""

    def candidates(self, selected: Collection[int]) -> list[tuple[int, int]]:
        """Documents that hold any of `selected`, each with how many of them it holds."""
        ...

    def add(self, document: int, selected: Collection[int]) -> None:
        """Index `document` (a page's id, or minus a seed's) under `selected`."""
        ...


def find_kin(
    fingerprint: Fingerprint,
    text: str,
    candidates: Iterable[tuple[int, int]],
    load: Callable[[int], tuple[Fingerprint, str]],
    sample_sizes: Mapping[int, int] | None = None,
    quotes_other: Callable[[int], bool] = lambda _document: False,
    same_address: Callable[[int], bool] = lambda _document: False,
) -> tuple[Kin, ...]:
    """Those of `candidates` that have a named relation to the text in hand, closest first.

    What it says of a pair depends on the pair alone, and is the same seen from the other text.
    Only pairs that are no copies are quoted: a copy is quoted where it is laid out, against the
    one text that it is a copy of, so that a text with many copies is not quoted against them all.

    Args:
        fingerprint: Of the text in hand.
        text: The text in hand.
        candidates: From `Index.candidates(fingerprint.selected)`.
        load: Gives the fingerprint and text of a document; called only for likely ones.
        sample_sizes: Selected hashes by document, where known; spares loading the unlikely.
        quotes_other: Whether the passage is quoted from the other text and not from the one in
            hand; an answer that does not depend on which of the two came in first keeps the
            corpus from depending on it.
        same_address: Whether a document is a page of the address of the one in hand.
    """
    sizes = sample_sizes or {}
    kin = []
    for document, shared in candidates:
        size = sizes.get(document)
        if size is not None and not _is_likely(fingerprint, shared, document, size):
            continue
        other, other_text = load(document)
        if not _is_likely(fingerprint, shared, document, len(other.selected)):
            continue
        likeness = compare(fingerprint, other)
        seed = document < 0 or fingerprint.is_seed
        wording = name_relation(likeness, seed=seed)
        if wording is None:
            continue
        is_mirror = not seed and same_address(document)
        pair = name_pair(likeness, seed=seed, same_address=is_mirror)
        if pair in NEVER_FAMILY:
            passage = _quote(text, other_text, from_other=quotes_other(document))
            likeness = replace(likeness, passage=passage)
        kin.append(
            Kin(
                document=document,
                likeness=likeness,
                relation=pair if is_mirror and pair is Relation.REVISION else wording,
                is_copy=is_copy(wording, likeness),
                pair=pair,
            )
        )
    return tuple(sorted(kin, key=lambda one: (-one.likeness.jaccard, one.document)))


def _quote(text: str, other_text: str, *, from_other: bool) -> Passage | None:
    if not from_other:
        return shared_passage(text, other_text)
    passage = shared_passage(other_text, text)
    return flip_passage(passage) if passage else None


def _is_likely(fingerprint: Fingerprint, shared: int, document: int, size: int) -> bool:
    """Whether the sampled share lets the pair reach a relation at all."""
    other_size = size * (DENSITY if document < 0 else 1.0)
    smaller = min(fingerprint.sample_size, other_size)
    return shared >= min(MIN_SAMPLED_SHARE * smaller, MIN_SAMPLED_RUN)
