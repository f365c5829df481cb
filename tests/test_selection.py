"""Which articles are meant: filters of searching and following, and how people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import clock
from ingest.cli import main
from ingest.corpus.selection import EVERYTHING, Selection
from ingest.selecting import _moment
from tests.commands import restored_logging, rows
from tests.filled import add_article, add_page, fill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.corpus import Corpus

__all__ = ["restored_logging"]

_DAY = datetime(2025, 7, 2, 12, tzinfo=UTC)


def add(corpus: Corpus, number: int, **more: str) -> None:
    add_page(corpus, number, outlet="third.test", outcome="article", article=number)
    add_article(
        corpus, number, title=f"Sputnik {number}", outlet="third.test", language="az", **more
    )


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Corpus]:
    (tmp_path / "seeds").mkdir()
    corpus = fill(tmp_path / "corpus.db")
    with corpus.transaction():
        add(corpus, 10, first_seen="2025-07-02T09:00:00Z")
        add(corpus, 11, published="2025-07-09T09:00:00Z")
    monkeypatch.chdir(tmp_path)
    yield corpus
    corpus.close()


def found(corpus: Corpus, **filters: Any) -> list[int]:
    return [row["id"] for row in corpus.latest_arrivals(99, only=Selection(**filters))]


def test_each_filter_narrows_and_together_they_all_hold(filled: Corpus) -> None:
    assert found(filled) == [1, 2, 10, 11]
    assert found(filled, outlets=("first.test", "second.test")) == [1, 2]
    assert found(filled, languages=("az",)) == [10, 11]
    assert found(filled, stories=(1,)) == [1]
    assert found(filled, stories=(1,), languages=("az",)) == []


def test_what_is_not_dated_stands_where_it_was_found(filled: Corpus) -> None:
    assert found(filled, since=_DAY) == [2, 11]
    assert found(filled, since=_DAY - timedelta(hours=4)) == [2, 10, 11]
    assert found(filled, until=_DAY) == [1, 10]


@given(
    since=st.datetimes(datetime(1, 1, 2), timezones=st.just(UTC)),  # noqa: DTZ001
    outlets=st.lists(st.text(max_size=9), max_size=3).map(tuple),
)
def test_a_condition_names_as_many_values_as_it_needs(
    since: datetime, outlets: tuple[str, ...]
) -> None:
    where, values = Selection(since=since, outlets=outlets).where()

    assert {f":{name}" in where for name in values} == {True}
    assert EVERYTHING.where() == ("1", {})


def test_search_takes_the_filters_and_orders(
    filled: Corpus, capsys: pytest.CaptureFixture[str]
) -> None:
    assert filled
    every = {row["id"] for row in rows(capsys, "search", "sputnik")}
    late = rows(capsys, "search", "sputnik", "--since", "2025-07-02", "--order", "date")
    named = rows(capsys, "search", "sputnik", "--outlet", "the first", "--lang", "EN")

    assert every == {1, 10, 11}
    assert [row["id"] for row in late] == [11, 10]
    assert [row["id"] for row in named] == [1]
    assert [row["id"] for row in rows(capsys, "search", "sputnik", "--story", "1")] == [1]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--outlet", "fisrt.test", "no article is of outlet fisrt.test; did you mean first.test?"),
        ("--outlet", "zzz", "there are first.test, second.test, third.test"),
        ("--lang", "xx", "there are az, en, ru"),
        ("--story", "9", "no story 9; `seedbed stories` shows the numbers"),
        ("--since", "someday", "no date like 2025-07-01, and no age like 12h, 7d or 2w"),
        ("--order", "mtach", "did you mean match?"),
    ],
)
def test_a_filter_that_means_nothing_says_what_was_meant(
    option: str, value: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", "x", option, value]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("written", "since", "until"),
    [
        ("2025-07-01", datetime(2025, 7, 1, tzinfo=UTC), datetime(2025, 7, 2, tzinfo=UTC)),
        ("2025-07-01t10:00+02:00", datetime(2025, 7, 1, 8, tzinfo=UTC), None),
        ("2025-07-01 10:00", datetime(2025, 7, 1, 10, tzinfo=UTC), None),
    ],
)
def test_a_day_begins_for_since_and_ends_for_until(
    written: str, since: datetime, until: datetime | None
) -> None:
    assert _moment(written, is_end=False) == since
    assert _moment(written, is_end=True) == (until or since)


def test_an_age_counts_from_now() -> None:
    for written, ago in (("12h", 12), ("7d", 168), ("2W", 336)):
        assert abs(clock.now() - timedelta(hours=ago) - _moment(written, is_end=True)) < timedelta(
            seconds=9
        )
    assert _moment("yesterday", is_end=True) == _moment("today", is_end=False)
