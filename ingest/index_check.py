"""The index beside the texts: what it lacks, what it holds too much, and which edges are wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.comparing import Comparer
from ingest.rebuild_index import is_index_current, quiet

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ingest.corpus import Corpus
    from ingest.items import Likeness
    from ingest.rebuild_index import Progress

__all__ = ["IndexCheck", "check_index"]

_TEXTS_AT_ONCE = 200
_EXAMPLES = 10
_SLACK = 1e-9


@dataclass(slots=True, kw_only=True)
class IndexCheck:
    """How the index differs from the texts."""

    is_current: bool = True  #: by the fingerprints of this version, and not half made
    texts: int = 0  #: looked at
    edges: int = 0  #: that the corpus holds
    unindexed: int = 0  #: texts and seeds that the index lacks, or holds in part
    strays: int = 0  #: documents that the index holds and that have no text, or not this one
    missing_edges: int = 0
    wrong_edges: int = 0  #: that say something else, or join texts that share nothing
    examples: list[str] = field(default_factory=list)  #: the first ones

    @property
    def is_sound(self) -> bool:
        """Whether nothing differs."""
        found = self.unindexed, self.strays, self.missing_edges, self.wrong_edges
        return self.is_current and not any(found)

    def note(self, said: str) -> None:
        """Keep an example, if it is among the first."""
        if len(self.examples) < _EXAMPLES:
            self.examples.append(said)


def check_index(
    corpus: Corpus,
    seeds: Collection[int],
    *,
    on_progress: Progress = quiet,
) -> IndexCheck:
    """Compare the index and the edges with what the texts give; nothing is written."""
    told = IndexCheck(is_current=is_index_current(corpus), edges=corpus.count_edges())
    counts = corpus.indexed_counts()
    comparer, total, met = Comparer(corpus), corpus.count_texts(), 0
    for document in [*(-seed for seed in sorted(seeds)), *_pages_of(corpus)]:
        _check_document(corpus, comparer, document, counts.pop(document, 0), told)
        if document > 0:
            met += _check_edges(corpus, comparer, document, told)
            told.texts += 1
            on_progress("checked", told.texts, total)
    for document in sorted(counts):
        told.strays += 1
        told.note(f"{_name(corpus, document)}: indexed, but there is no such text")
    if met != told.edges:
        told.wrong_edges += told.edges - met
        told.note(f"{told.edges - met} edges of documents that have no text")
    return told


def _pages_of(corpus: Corpus) -> Iterator[int]:
    after = 0
    while pages := corpus.texts_after(after, limit=_TEXTS_AT_ONCE):
        yield from pages
        after = pages[-1]


def _check_document(
    corpus: Corpus, comparer: Comparer, document: int, held: int, told: IndexCheck
) -> None:
    mark, _ = comparer.print_of(document)
    known = corpus.count_held(document, mark.selected)
    if known < len(mark.selected):
        told.unindexed += 1
        said = f"the index holds {known} of its {len(mark.selected)} hashes"
        told.note(f"{_name(corpus, document)}: {said}")
    if held > known:
        told.strays += 1
        told.note(
            f"{_name(corpus, document)}: the index holds {held - known} hashes of another text"
        )


def _check_edges(corpus: Corpus, comparer: Comparer, page: int, told: IndexCheck) -> int:
    """Compare the edges of a page with what its text gives; how many have it as their later end."""
    mark, text = comparer.print_of(page)
    stored = {one: said for one, said in corpus.shared_with(page).items() if one < page}
    fresh = {
        one.document: one.likeness
        for one in comparer.kin_of(page, corpus.key_of(page), text, mark)
        if one.document < page
    }
    found = [
        (other, "they share otherwise")
        for other, likeness in fresh.items()
        if other in stored and not _says(stored[other], likeness)
    ]
    # Where a hash is crowded, who was compared with whom depends on who was there.
    unsaid, unfounded = fresh.keys() - stored.keys(), stored.keys() - fresh.keys()
    if (unsaid or unfounded) and not corpus.is_crowded(mark.selected):
        told.missing_edges += len(unsaid)
        for other in sorted(unsaid):
            told.note(f"{_name(corpus, page)} and {_name(corpus, other)}: they share text unsaid")
        found += [(other, "they share nothing") for other in sorted(unfounded)]
    told.wrong_edges += len(found)
    for other, said in found:
        told.note(f"{_name(corpus, page)} and {_name(corpus, other)}: {said}")
    return len(stored)


def _says(stored: tuple[float, float, int], likeness: Likeness) -> bool:
    own, others, shared = stored
    return (
        shared == likeness.shared
        and abs(own - likeness.a_in_b) < _SLACK
        and abs(others - likeness.b_in_a) < _SLACK
    )


def _name(corpus: Corpus, document: int) -> str:
    return f"seed {-document}" if document < 0 else corpus.key_of(document)
