"""Which articles an outlet would link as related: nearest by plain TF-IDF, whatever the story.

It is none of the scorers under test: log tf, idf of the collection itself, cosine, forty words a
text (Salton and Buckley 1988, `ltc`).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from ingest.text import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["nearest"]

_WORDS = 40
_MOST_TEXTS = 300  # a word of more texts tells no story
_LEAST_LETTERS = 3


def nearest(texts: Sequence[str], *, count: int) -> list[list[int]]:
    """For each text the `count` others nearest to it, the nearest first; ties by place."""
    counted = [Counter(w for w in words(text) if len(w) >= _LEAST_LETTERS) for text in texts]
    of_all = Counter(word for one in counted for word in one)
    vectors = [_vector(one, of_all, len(texts)) for one in counted]
    postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for place, vector in enumerate(vectors):
        for word, weight in vector.items():
            postings[word].append((place, weight))
    return [_best(place, vector, postings, count) for place, vector in enumerate(vectors)]


def _vector(counted: Counter[str], of_all: Counter[str], texts: int) -> dict[str, float]:
    weighed = {
        word: (1 + math.log(n)) * math.log(texts / of_all[word])
        for word, n in counted.items()
        if 1 < of_all[word] <= _MOST_TEXTS
    }
    top = sorted(weighed, key=lambda word: (-weighed[word], word))[:_WORDS]
    norm = math.sqrt(sum(weighed[word] ** 2 for word in top)) or 1.0
    return {word: weighed[word] / norm for word in top}


def _best(
    place: int,
    vector: Mapping[str, float],
    postings: Mapping[str, list[tuple[int, float]]],
    count: int,
) -> list[int]:
    scores: defaultdict[int, float] = defaultdict(float)
    for word, weight in vector.items():
        for other, its in postings[word]:
            scores[other] += weight * its
    scores.pop(place, None)
    return sorted(scores, key=lambda other: (-scores[other], other))[:count]
