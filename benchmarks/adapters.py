"""Thin functions in the form that the scorers of the evaluation folder call.

Run a scorer with the project's root on the path, e.g. `python score.py benchmarks.adapters:clean`.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ingest.extract import read_page
from ingest.items import SeedDocument, SeedSet
from ingest.relations.memory import factory
from ingest.seedset import clean_dump
from ingest.topic import learn_topic, with_feedback
from ingest.urls import address_key

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["TopicScorer", "address_key", "clean", "extract", "factory", "topic"]

#: Saved pages are judged as of a day after them all, so that no date of theirs lies ahead.
SAVED_BEFORE = datetime(2026, 12, 31, tzinfo=UTC)


def clean(dump: str) -> dict[str, str | None]:
    """Title and body of a text dump."""
    cleaned = clean_dump(dump)
    return {"title": cleaned.title, "text": cleaned.text}


def extract(html: bytes, url: str | None) -> dict[str, Any]:
    """Text and metadata of a saved page; empty where it is refused."""
    address = url or "http://unknown.invalid/"
    read = read_page(html, address, None, "text/html", now=SAVED_BEFORE)
    article = read.article
    if article is None:
        return {}
    return {
        "text": article.text,
        "title": article.title,
        "date": article.published.isoformat() if article.published else None,
        "authors": article.author or article.agency,
        "language": article.language,
    }


class TopicScorer:
    """A topic in the scorer's form: texts in, scores out; title first, body after a newline."""

    def __init__(self, seeds: Sequence[str]) -> None:
        documents = tuple(_seed(number, text) for number, text in enumerate(seeds, 1))
        digest = hashlib.sha256("".join(seed.sha256 for seed in documents).encode()).hexdigest()
        self.topic = learn_topic(SeedSet(documents=documents, digest=digest))
        self.threshold = self.topic.score("", "").threshold

    def __call__(self, texts: Sequence[str]) -> list[float]:
        """Relevance of each text, 0..1."""
        return [self._score(text) for text in texts]

    def _score(self, text: str) -> float:
        title, _, body = text.partition("\n")
        if not body:
            return self.topic.score_headline(title).score
        return self.topic.score(title, body).score

    def update(self, yes: Sequence[str], no: Sequence[str]) -> None:
        """Learn from texts a reader judged."""
        self.topic = with_feedback(self.topic, yes, no)


def topic(seeds: Sequence[str]) -> TopicScorer:
    """The scorer that these seeds define; each is raw text, its title first."""
    return TopicScorer(seeds)


def _seed(number: int, raw: str) -> SeedDocument:
    cleaned = clean_dump(raw)
    blank = SeedDocument(
        id=number, file=f"{number}.txt", raw=raw, title=cleaned.title, text=cleaned.text,
        language=None, published=None, removed=cleaned.removed,
        sha256=hashlib.sha256(raw.encode()).hexdigest(),
    )  # fmt: skip
    return replace(blank, text=cleaned.text or raw)
