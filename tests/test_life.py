"""Each test that an address went through, by its line in the ledger."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.items import Article, SeedDocument, SeedSet
from ingest.life import Trial, trials_of, would_change
from ingest.topic import Topic, learn_topic

AT = "2026-01-02T03:04:05Z"
PAGE: dict[str, Any] = {
    "url": "https://a.test/news/one", "outcome": "article", "reason": "0.91 (cut 0.50): Baku",
    "found_by": "feeds", "title": "Baku answers Moscow", "depth": 0, "relevance": 0.91,
    "last_fetched": AT, "http_status": 200, "next_check": None, "refused": None, "label": None,
    "carries": [],
}  # fmt: skip
CARRIED = {"relation": "near", "similarity": 0.9, "seed_file": None, "article": 7}


@pytest.fixture(scope="module")
def topic() -> Topic:
    text = "Baku summoned the envoy of Moscow. Ilham Aliyev spoke of Moscow and of Karabakh. " * 3
    document = SeedDocument(
        id=1, title="Baku summons the envoy of Moscow", file="one.txt", sha256="0" * 64, raw="",
        language="en", published=None, text=text,
    )  # fmt: skip
    return learn_topic(SeedSet(documents=(document,), digest="x"))


def trials(topic: Topic | None = None, *, cut: float | None = None, **facts: Any) -> list[Trial]:
    return trials_of(
        PAGE | facts, topic=topic, threshold=cut, headline_threshold=None, language="en"
    )


def stood(found: list[Trial]) -> dict[str, bool]:
    return {one.name: one.is_passed for one in found}


def test_an_article_stood_every_test_with_its_figures(topic: Topic) -> None:
    found = trials(topic)
    relevance = found[-1]

    assert stood(found) == {"gate": True, "robots": True, "page": True, "relevance": True}
    assert found[0].figure is not None
    assert found[0].threshold is not None
    assert found[0].figure >= found[0].threshold
    assert (relevance.figure, relevance.threshold) == (0.91, 0.5)


def test_without_a_topic_nothing_is_said_of_a_gate_that_was_passed() -> None:
    assert stood(trials(None)) == {"robots": True, "page": True, "relevance": True}
    assert stood(trials(None, found_by="urls"))["gate"]


def test_what_is_no_address_of_a_page_passed_no_gate(topic: Topic) -> None:
    reason = "excluded: not the address of a page"

    assert stood(trials(topic, outcome="rejected", reason=reason)) == {
        "robots": True,
        "page": False,
    }


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("too-large: 9,000,000 bytes announced, 8,388,608 may be fetched", True),
        ("too-large: 90000 elements", False),
        ("list: 41 links", False),
    ],
)
def test_what_was_too_large_to_fetch_names_the_setting(reason: str, *, told: bool) -> None:
    said = would_change(PAGE | {"outcome": "rejected", "reason": reason}, [], topic=None, text=None)

    assert ("[crawl] max_body_mib" in said[0]) is told


@pytest.mark.parametrize(
    ("facts", "failed"),
    [
        ({"outcome": "robots", "reason": "forbidden by robots.txt", "http_status": None}, "robots"),
        ({"outcome": "rejected", "reason": "list: 41 links"}, "page"),
        ({"outcome": "gone", "reason": "http 404", "http_status": 404}, "answer"),
        ({"outcome": "failed", "reason": "timed out", "http_status": None}, "answer"),
        ({"outcome": "off-topic", "reason": "below the cut 0.50", "relevance": 0.3}, "relevance"),
    ],
)
def test_what_ended_it_is_the_one_test_that_it_failed(facts: dict[str, Any], failed: str) -> None:
    found = trials(None, **facts)

    assert [one.name for one in found if not one.is_passed] == [failed]
    assert would_change(PAGE | facts, found, topic=None, text=None)


def test_the_gate_is_quoted_where_the_ledger_has_its_figures(topic: Topic) -> None:
    said = "headline reaches 0.34 of the cut; 0.40 is asked for"
    told: list[dict[str, Any]] = [{"outcome": "skipped", "reason": said}, {"refused": said}]
    for facts in told:
        gate = trials(topic, **facts)[0]
        assert (gate.name, gate.is_passed, gate.figure, gate.threshold) == (
            "gate",
            False,
            0.34,
            0.4,
        )


def test_a_copy_is_measured_unless_it_is_one_page_at_two_addresses() -> None:
    found = trials(None, outcome="copy", reason="near: x", carries=[CARRIED])
    alias = trials(None, outcome="copy", reason="x", carries=[CARRIED | {"relation": "same-url"}])
    of_seed = trials(None, outcome="copy", reason="x", carries=[CARRIED | {"seed_file": "a.txt"}])

    assert (found[-1].figure, found[-1].threshold) == (0.9, 0.55)
    assert alias[-1].figure is None
    assert (of_seed[-1].threshold, of_seed[-1].said) == (0.4, "near: seed a.txt")
    assert "less than 0.55 of the shorter text" in " ".join(
        would_change(PAGE | {"outcome": "copy"}, found, topic=None, text=None)
    )


def test_a_cut_of_the_settings_counts_where_the_reason_names_none() -> None:
    relevance = trials(None, cut=0.95, outcome="copy", reason="near: x")[-1]

    assert (relevance.threshold, relevance.is_passed) == (0.95, False)
    assert "kept all the same" in relevance.said


def test_missing_names_are_tried_on_the_very_text(topic: Topic) -> None:
    article = Article(
        url=PAGE["url"], title="A match", published=None, author=None, language="en",
        text="The team of Baku won the match after ninety minutes of rain. " * 5,
        outlet_name=None, extractor="test",
    )  # fmt: skip
    page = PAGE | {"outcome": "off-topic", "reason": "below the cut 0.50", "relevance": 0.1}
    said = would_change(page, trials(topic, **page), topic=topic, text=article)

    assert said[0].startswith("a relevance of 0.50; it has 0.10: its words weigh 0.69")
    assert "words of the topic that are missing: " in said[1]
    assert "naming them once, it has " in said[1]
    assert said[-1] == "seedbed label https://a.test/news/one yes keeps it, and the topic learns"


def test_a_readers_word_stands_before_everything() -> None:
    labelled = PAGE | {"label": "no", "outcome": "off-topic"}
    found = trials(None, **labelled)

    assert stood(found)["label"] is False
    assert would_change(labelled, found, topic=None, text=None) == [
        "a reader's word stands; seedbed label https://a.test/news/one --undo takes it back"
    ]
