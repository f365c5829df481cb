"""A text against the corpus: its candidates out of the index, compared with it in full."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from ingest.items import Kind
from ingest.relations import Fingerprint, find_kin, fingerprint

if TYPE_CHECKING:
    from ingest.corpus import Corpus
    from ingest.items import Kin

__all__ = ["Comparer", "print_of_page"]

_AT_HAND = 512  # fingerprints; one is some 50 kB


class Comparer:
    """Finds what texts share with those of one corpus; remembers the last ones it met."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self._prints: OrderedDict[int, tuple[Fingerprint, str]] = OrderedDict()

    def kin_of(
        self, page: int, key: str, text: str, mark: Fingerprint, *, address: str | None = None
    ) -> tuple[Kin, ...]:
        """The documents that share text with that of a page, the closest first.

        Args:
            page: not compared with itself.
            key: of its address.
            text: its wording, stored or not.
            mark: the fingerprint of that.
            address: canonical key of the one it names as its own; None: that of the stored text.
        """
        found = [one for one in self.corpus.candidates(mark.selected) if one[0] != page]
        candidates = [(document, shared) for document, shared, _ in found]
        sizes = {document: size for document, _, size in found if size is not None}

        def quotes_other(document: int) -> bool:
            # Of two pages the one whose address sorts first is quoted; a seed never is.
            return document > 0 and self.corpus.key_of(document) < key

        named = address or self.corpus.canonical_key_of(page)

        def same_address(document: int) -> bool:
            return document > 0 and self.corpus.canonical_key_of(document) == named

        return find_kin(mark, text, candidates, self.print_of, sizes, quotes_other, same_address)

    def print_of(self, document: int) -> tuple[Fingerprint, str]:
        """The fingerprint and the text of a document of the corpus."""
        cached = self._prints.get(document)
        if cached is None:
            if document < 0:
                text = self.corpus.seed_text(-document)
                cached = (fingerprint(text, is_seed=True), text)
            else:
                stored = self.corpus.text_of(document)
                assert stored is not None, document
                cached = (print_of_page(stored.text, stored.kind), stored.text)
            self._prints[document] = cached
        self._prints.move_to_end(document)
        while len(self._prints) > _AT_HAND:
            self._prints.popitem(last=False)
        return cached

    def forget(self, document: int) -> None:
        """Its text is another from now on."""
        self._prints.pop(document, None)

    def clear(self) -> None:
        """Another process wrote; nothing that was met holds."""
        self._prints.clear()


def print_of_page(text: str, kind: Kind) -> Fingerprint:
    """The fingerprint of what a page says."""
    return fingerprint(text, has_top=kind != Kind.LIVE)
