"""Find out which addresses pages may name as their own, as texts come, change and go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.relations.claims import ALIKE, find_strangers

if TYPE_CHECKING:
    from collections.abc import Collection

    from ingest.corpus import Corpus

__all__ = ["review_claims"]


def review_claims(
    corpus: Corpus, pages: Collection[int], *, absent: Collection[int] = ()
) -> set[int]:
    """Doubt or believe again what these pages name as their own address.

    Args:
        corpus: in a transaction, with the texts and edges of the pages up to date.
        pages: whose text, or whose claim, may be new.
        absent: pages whose texts are about to be dropped.

    Returns:
        The pages whose families are to be settled because of it.
    """
    moved = set[int]()
    for key in corpus.claims_near({*pages, *absent}):
        before = corpus.witnesses_of(key)
        present = {page for page in before if page not in absent}
        if _strangers(corpus, key, corpus.claimants_of(key, among=present)):
            continue
        claimants = corpus.claimants_of(key)
        told = {page: own for page, own in claimants.items() if page not in absent}
        found = _strangers(corpus, key, told)
        corpus.doubt(key, found)
        if bool(before) != bool(found):
            moved |= claimants.keys()
    return moved


def _strangers(corpus: Corpus, key: str, claimants: dict[int, str]) -> tuple[int, ...]:
    return find_strangers(key, claimants, corpus.pairs_alike(claimants, least=ALIKE)) or ()
