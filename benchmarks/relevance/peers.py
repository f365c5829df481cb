"""Methods of the textbooks: TF-IDF and BM25, by scikit-learn and rank-bm25.

Each stands twice, with the raw seeds and with our cleaned ones, so that it is not the cleaning that
is compared. Unless their name says otherwise, their idf is counted over the very texts that are
scored, which a crawler does not have; `general idf` is what can be known before the first fetch,
and what ours works with.
"""

from __future__ import annotations

import importlib
import re
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.adapters import clean
from benchmarks.relevance.measure import Scored
from ingest.background import common_zipf, idf_of_zipf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.relevance.groups import Group, Task

__all__ = ["Bm25", "Tfidf", "cleaned", "has_row", "seed_texts"]

_QUERY_WORDS = 50  # of the seeds by TF-IDF; with all of them BM25 is slower and worse
_WORD = re.compile(r"\w\w+")


def cleaned(seed: str) -> str:
    """A seed as our cleaning leaves it, headline first."""
    kept = clean(seed)
    return f"{kept['title']}\n{kept['text']}" if kept["title"] else str(kept["text"])


def seed_texts(task: Task, *, is_cleaned: bool) -> list[str]:
    """The seeds as a peer gets them."""
    return [cleaned(seed) or seed for seed in task.seeds] if is_cleaned else list(task.seeds)


def has_row(group: Group, *, is_cleaned: bool) -> bool:
    """Whether a peer with these seeds gets a row: cleaning what is clean would only repeat one."""
    return group.kind == "noisy" or not is_cleaned


class Tfidf:
    """Cosine of log-tf x idf vectors to the mean of the seeds, or to the nearest of them."""

    def __init__(
        self, *, is_cleaned: bool, is_nearest: bool = False, is_general: bool = False
    ) -> None:
        self._is_cleaned = is_cleaned
        self._is_nearest = is_nearest
        self._is_general = is_general
        self._sklearn = importlib.import_module("sklearn.feature_extraction.text")
        kind = "nearest seed" if is_nearest else "centroid"
        idf = ", general idf" if is_general else ""
        self.name = f"TF-IDF {kind}{idf}, {'cleaned' if is_cleaned else 'raw'} seeds"

    def can_score(self, group: Group) -> bool:
        return has_row(group, is_cleaned=self._is_cleaned)

    def score(self, group: Group) -> Scored:
        started = time.process_time()
        vectorizer, matrix = _vectors(self._sklearn, group.texts, is_general=self._is_general)
        per_text_s = (time.process_time() - started) / len(group.texts)
        scores = []
        spent_s, texts = 0.0, 0
        for task in group.tasks:
            seeds = vectorizer.transform(seed_texts(task, is_cleaned=self._is_cleaned))
            started = time.process_time()
            scores.append(self._likeness(matrix, seeds)[list(task.candidates)].tolist())
            spent_s += time.process_time() - started
            texts += len(task.candidates)
        return Scored(
            scores=tuple(scores),
            cuts=(None,) * len(group.tasks),
            texts_per_s=1 / (per_text_s + spent_s / texts),
        )

    def _likeness(self, matrix: Any, seeds: Any) -> Any:
        if self._is_nearest:
            return (matrix @ seeds.T).toarray().max(axis=1)
        return np.asarray(matrix @ np.asarray(seeds.mean(axis=0)).T).ravel()


class Bm25:
    """Okapi BM25 with the strongest words of the seeds as the query."""

    def __init__(self, *, is_cleaned: bool) -> None:
        self._is_cleaned = is_cleaned
        self._sklearn = importlib.import_module("sklearn.feature_extraction.text")
        self._okapi = importlib.import_module("rank_bm25").BM25Okapi
        self.name = f"BM25, {'cleaned' if is_cleaned else 'raw'} seeds"

    def can_score(self, group: Group) -> bool:
        return has_row(group, is_cleaned=self._is_cleaned)

    def score(self, group: Group) -> Scored:
        started = time.process_time()
        index = self._okapi([_words(text) for text in group.texts])
        per_text_s = (time.process_time() - started) / len(group.texts)
        vectorizer, _ = _vectors(self._sklearn, group.texts)
        scores = []
        spent_s, texts = 0.0, 0
        for task in group.tasks:
            seeds = vectorizer.transform(seed_texts(task, is_cleaned=self._is_cleaned))
            query = _strongest(vectorizer, seeds)
            started = time.process_time()
            scores.append(_bm25(index, query, task.candidates))
            spent_s += time.process_time() - started
            texts += len(task.candidates)
        return Scored(
            scores=tuple(scores),
            cuts=(None,) * len(group.tasks),
            texts_per_s=1 / (per_text_s + spent_s / texts),
        )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _vectors(sklearn: Any, texts: Sequence[str], *, is_general: bool = False) -> tuple[Any, Any]:
    vectorizer = sklearn.TfidfVectorizer(tokenizer=_words, token_pattern=None, sublinear_tf=True)
    matrix = vectorizer.fit_transform(texts)
    if is_general:
        words = vectorizer.get_feature_names_out()
        vectorizer.idf_ = np.array([1 + idf_of_zipf(common_zipf(word)) for word in words])
        matrix = vectorizer.transform(texts)
    return vectorizer, matrix


def _strongest(vectorizer: Any, seeds: Any) -> list[str]:
    weights = np.asarray(seeds.mean(axis=0)).ravel()
    order = np.argsort(-weights, kind="stable")[:_QUERY_WORDS]
    names = vectorizer.get_feature_names_out()
    return [str(names[place]) for place in order if weights[place] > 0]


def _bm25(index: Any, query: list[str], candidates: Sequence[int]) -> list[float]:
    return [float(score) for score in index.get_batch_scores(query, list(candidates))]
