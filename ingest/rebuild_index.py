"""Fingerprints and edges anew, out of the texts alone.

An index that another version made is not trusted: it is made anew before anything is compared by
it. The state of the work stands in the corpus and moves on with each transaction, so it may be
killed at any moment, goes on where it was, and two processes that come to it share it. Until it is
done nothing of what readers see is touched; then the families are settled by the new edges
(`ingest.rejudge`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias

from ingest import log
from ingest.comparing import Comparer
from ingest.relations import VERSION, fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from ingest.corpus import Corpus

__all__ = ["SETTLING", "Progress", "begin_rebuild", "complete_index", "is_index_current", "quiet"]

#: State: the page up to which families are settled by edges made anew; empty: none is to be.
SETTLING = "settling_after"
_REBUILDING = "rebuilding_index"  # JSON: version, page up to which texts are indexed; empty: done
_VERSION = "fingerprint_version"
_TEXTS_A_TRANSACTION = 50

_log = log.get("seedbed")


#: What is done, of how many texts, and how many there are.
Progress: TypeAlias = "Callable[[str, int, int], None]"


def quiet(_what: str, _done: int, _all: int) -> None:
    """Nobody watches."""


def is_index_current(corpus: Corpus) -> bool:
    """Whether the index holds every text, and by the fingerprints of this version."""
    return corpus.state(_VERSION) == str(VERSION) and not corpus.state(_REBUILDING)


def begin_rebuild(corpus: Corpus, seeds: Iterable[int]) -> None:
    """Drop the index, but for the seeds, which are indexed at once; unless that is done already."""
    with corpus.transaction():
        if _reached(corpus) is not None:
            return
        corpus.clear_index()
        for seed in sorted(seeds):
            corpus.add(-seed, fingerprint(corpus.seed_text(seed), is_seed=True).selected)
        corpus.set_state(_VERSION, "")
        corpus.set_state(_REBUILDING, json.dumps([VERSION, 0]))


def complete_index(
    corpus: Corpus,
    seeds: Collection[int],
    *,
    is_stopped: Callable[[], bool] = lambda: False,
    on_progress: Progress = quiet,
) -> bool:
    """Index whatever is not, anew if another version did; whether all is indexed now.

    Args:
        corpus: of which no transaction is open.
        seeds: numbers of the seed documents in force.
        is_stopped: asked between transactions; the next call goes on where this one stopped.
        on_progress: told what is done, how many texts of it, and of how many.
    """
    if is_index_current(corpus):
        return True
    total = corpus.count_texts()
    if total and _reached(corpus) is None:
        _log.info("index is of another version and is made anew", texts=total)
    begin_rebuild(corpus, seeds)
    comparer, done = Comparer(corpus), corpus.count_texts(upto=_reached(corpus) or 0)
    while (found := _index_some(corpus, comparer)) is not None:
        done += found
        on_progress("indexed", done, total)
        if is_stopped():
            return False
    if total:
        _log.info("index made anew", texts=total)
    return is_index_current(corpus)


def _index_some(corpus: Corpus, comparer: Comparer) -> int | None:
    """Index the next texts; how many there were, None: the work is done."""
    with corpus.transaction():
        after = _reached(corpus)
        if after is None:  # another process did the rest
            return None
        pages = corpus.texts_after(after, limit=_TEXTS_A_TRANSACTION)
        if not pages:
            corpus.set_state(_VERSION, str(VERSION))
            corpus.set_state(_REBUILDING, "")
            if corpus.count_texts():
                corpus.set_state(SETTLING, "0")
            return None
        for page in pages:
            _index(corpus, comparer, page)
        corpus.set_state(_REBUILDING, json.dumps([VERSION, pages[-1]]))
    return len(pages)


def _reached(corpus: Corpus) -> int | None:
    """The page up to which texts are indexed; None: no work of this version is under way."""
    version, after = json.loads(corpus.state(_REBUILDING) or '["", 0]')
    return int(after) if version == VERSION else None


def _index(corpus: Corpus, comparer: Comparer, page: int) -> None:
    mark, text = comparer.print_of(page)
    corpus.remove(page, mark.selected)  # a crawl may have taken it in meanwhile
    kin = comparer.kin_of(page, corpus.key_of(page), text, mark)
    corpus.resize(page, len(mark.selected))
    corpus.add(page, mark.selected)
    corpus.store_edges(page, kin)
