"""What a crawl and `seedbed status` ask does not take longer because the corpus is larger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from benchmarks.big_corpus import build_corpus
from ingest.corpus import Corpus
from tests.rows import gated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = datetime(2026, 7, 1, tzinfo=UTC)  # the made rows end here
_STEPS_AT_A_TIME = 10


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Corpus, Corpus]]:
    """Of 40 articles, and of 25 times as many; three copies and four other pages to each."""
    folder = tmp_path_factory.mktemp("growing")
    made = []
    for articles in (40, 1000):
        build_corpus(folder / f"{articles}.db", articles=articles)
        made.append(Corpus(folder / f"{articles}.db"))
    yield (made[0], made[1])
    for corpus in made:
        corpus.close()


def steps(corpus: Corpus, ask: Callable[[Corpus], object]) -> int:
    """How many instructions SQLite's virtual machine runs."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += _STEPS_AT_A_TIME
        return 0

    corpus._raw.set_progress_handler(count, _STEPS_AT_A_TIME)
    try:
        ask(corpus)
    finally:
        corpus._raw.set_progress_handler(None, 0)
    return counted


def claim_of_one_spider(corpus: Corpus) -> None:
    run = corpus.start_run(spider="urls", trigger="command", version="test", now=NOW)
    corpus.offer([gated("http://own.test/1", found_by="urls")], run=run, now=NOW)
    claimed = corpus.claim(run=run, limit=50, now=NOW, lease_s=600, found_by="urls", per_outlet=20)

    assert [page.url for page in claimed] == ["http://own.test/1"]


def claim_of_what_waits(corpus: Corpus) -> None:
    run = corpus.start_run(spider="links", trigger="command", version="test", now=NOW)

    assert len(corpus.claim(run=run, limit=9, now=NOW, lease_s=600)) == 9


def test_what_is_due_is_counted_without_a_look_at_the_pages(corpora: tuple[Corpus, Corpus]) -> None:
    corpus, _ = corpora
    run = corpus.start_run(spider="links", trigger="command", version="test", now=NOW)
    due = corpus.count_due(now=NOW)
    held = len(corpus.claim(run=run, limit=5, now=NOW, lease_s=600))
    asked = list[str]()
    corpus._raw.set_trace_callback(asked.append)
    try:
        assert corpus.count_due(now=NOW) == due - held == due - 5 > 0
    finally:
        corpus._raw.set_trace_callback(None)

    plan = [row["detail"] for row in corpus._rows(f"EXPLAIN QUERY PLAN {asked[-1]}")]
    assert "SEARCH pages USING COVERING INDEX pages_due (next_check<?)" in plan
    assert "SCAN pages USING INDEX pages_leased" in plan
    corpus._free(run)


@pytest.mark.parametrize(
    "ask",
    [
        claim_of_one_spider,
        claim_of_what_waits,
        lambda corpus: corpus.latest_articles(5),
        lambda corpus: corpus.found_by_day(since=NOW + timedelta(days=1)),
        lambda corpus: corpus.fetch_samples(20, now=NOW),
    ],
    ids=["of one spider", "of all that waits", "latest articles", "found by day", "samples"],
)
def test_what_is_asked_of_indexes_takes_no_longer(
    corpora: tuple[Corpus, Corpus], ask: Callable[[Corpus], object]
) -> None:
    small, large = (steps(corpus, ask) for corpus in corpora)

    assert large < 1.5 * small + 500
