"""One method of another library over made texts; runs where that library is installed.

Nothing of Seedbed is imported, so that it needs nothing but the library.
"""

from __future__ import annotations

import importlib
import json
import re
import resource
import sys
import time
from typing import TYPE_CHECKING, Any

from benchmarks.relations.make_texts import MadeText, make_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_WORD = re.compile(r"\w+")
_PERMUTATIONS = 128


def _shingles(text: str, words: int) -> list[str]:
    found = _WORD.findall(text.casefold())
    return [" ".join(found[at : at + words]) for at in range(max(1, len(found) - words + 1))]


def _datasketch(threshold: float, words: int) -> Callable[[int, str], Iterable[int]]:
    library: Any = importlib.import_module("datasketch")
    index = library.MinHashLSH(threshold=threshold, num_perm=_PERMUTATIONS)

    def take(number: int, text: str) -> Iterable[int]:
        sketch = library.MinHash(num_perm=_PERMUTATIONS)
        sketch.update_batch([one.encode() for one in _shingles(text, words)])
        found = index.query(sketch)
        index.insert(number, sketch)
        return list(found)

    return take


def _rensa(bands: int, words: int) -> Callable[[int, str], Iterable[int]]:
    library: Any = importlib.import_module("rensa")
    index = library.RMinHashLSH(threshold=0.5, num_perm=_PERMUTATIONS, num_bands=bands)

    def take(number: int, text: str) -> Iterable[int]:
        sketch = library.RMinHash(num_perm=_PERMUTATIONS, seed=1)
        sketch.update(_shingles(text, words))
        found = index.query(sketch)
        index.insert(number, sketch)
        return list(found)

    return take


METHODS: dict[str, tuple[Callable[[], Callable[[int, str], Iterable[int]]], str]] = {
    "datasketch .3": (lambda: _datasketch(0.3, 3), "no: pickle, Redis or Cassandra"),
    "datasketch .5": (lambda: _datasketch(0.5, 5), "no: pickle, Redis or Cassandra"),
    "rensa": (lambda: _rensa(32, 5), "no: pickle"),
}


def run(name: str, documents: int) -> dict[str, Any]:
    make_text(1)  # the vocabulary is no part of what is measured
    make, persistence = METHODS[name]
    take = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    spent, cuts, recalled, wrong = 0.0, 0, 0, 0
    originals: dict[int, int] = {}
    for number in range(1, documents + 1):
        made: MadeText = make_text(number)
        started = time.process_time()
        found = set(take(number, made.text)) - {number}
        spent += time.process_time() - started
        if made.original is not None:
            cuts += 1
            recalled += made.original in found
            originals[number] = made.original
        family = made.original or number
        wrong += sum(originals.get(one, one) != family for one in found)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "ms": 1000 * spent / documents, "recall": recalled / max(cuts, 1), "wrong": wrong,
        "extra_mb": peak - before, "persistence": persistence,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], int(sys.argv[2]))))
