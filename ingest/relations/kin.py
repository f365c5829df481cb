"""Find the documents of an index that share text with the one in hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from ingest.items import Kin
from ingest.relations.likeness import (
    compare,
    is_copy,
    is_template,
    name_relation,
    shared_passage,
)
from ingest.relations.shingles import DENSITY

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from ingest.relations.shingles import Fingerprint

__all__ = ["MAX_DOCUMENTS_PER_HASH", "Index", "find_kin"]

#: A hash that this many documents hold takes no more, so that a look-up stays bounded. It is not
#: skipped when looked up: a wire story with more copies than this would lose its family.
MAX_DOCUMENTS_PER_HASH = 256

#: Share of the smaller sample that must be shared before the texts are compared in full; far below
#: the containments that count (.40 and .55), because a small sample strays far from its share.
MIN_SAMPLED_SHARE = 0.12


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
) -> tuple[Kin, ...]:
    """Those of `candidates` that have a named relation to the text in hand, closest first.

    Args:
        fingerprint: Of the text in hand.
        text: The text in hand.
        candidates: From `Index.candidates(fingerprint.selected)`.
        load: Gives the fingerprint and text of a document; called only for likely ones.
        sample_sizes: Selected hashes by document, where known; spares loading the unlikely.
        quotes_other: Whether the passage is quoted from the other text and not from the one in
            hand; an answer that does not depend on which of the two came in first keeps the
            corpus from depending on it.
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
        relation = name_relation(likeness, seed=seed)
        if relation is None or (not seed and is_template(fingerprint, other, likeness)):
            continue
        quoted, sought = (other_text, text) if quotes_other(document) else (text, other_text)
        kin.append(
            Kin(
                document=document,
                likeness=replace(likeness, passage=shared_passage(quoted, sought)),
                relation=relation,
                is_copy=is_copy(relation, likeness),
            )
        )
    return tuple(sorted(kin, key=lambda one: (-one.likeness.jaccard, one.document)))


def _is_likely(fingerprint: Fingerprint, shared: int, document: int, size: int) -> bool:
    """Whether the sampled share lets the pair reach a relation at all."""
    other_size = size * (DENSITY if document < 0 else 1.0)
    smaller = min(fingerprint.sample_size, other_size)
    return shared >= MIN_SAMPLED_SHARE * smaller
