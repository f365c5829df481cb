"""Small makers of the types that flow, for tests that need some and do not care which."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ingest.items import Article, Candidate, FetchedPage, Gated, Outcome, Relevance
from ingest.urls import address_key, outlet_of

NOW = datetime(2025, 7, 3, 12, 0, tzinfo=UTC)


def gated(url: str, outcome: Outcome = Outcome.WAITING, **said: Any) -> Gated:
    candidate = Candidate(url=url, found_by=said.pop("found_by", "feeds"), **said)
    return Gated(
        candidate=candidate,
        key=address_key(url),
        outlet=outlet_of(url),
        outcome=outcome,
        reason="a reason",
        relevance=0.5,
    )


def fetched(page: int, url: str, **more: Any) -> FetchedPage:
    facts: dict[str, Any] = {
        "final_url": url, "status": 200, "body": b"<html>", "content_type": "text/html",
        "encoding": None, "etag": None, "last_modified": None, "fetched_at": NOW,
    }  # fmt: skip
    return FetchedPage(page=page, url=url, **(facts | more))


def article(url: str, text: str, **more: Any) -> Article:
    facts: dict[str, Any] = {"title": "A title", "extractor": "test 1"}
    return Article(url=url, text=text, **(facts | more))


def relevance(score: float = 0.9) -> Relevance:
    return Relevance(score=score, threshold=0.5)
