"""Articles in columns, beside a list of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.features import Lexicon
from ingest.stories import columns
from ingest.stories.columns import Column, Texts
from ingest.stories.threads import WINDOW, Telling, thread

NUMBERS = st.sampled_from([0, 1, 255, 256, 65_535, 65_536, 2**32, 2**64 - 1])
TIMES = st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31))  # noqa: DTZ001


@given(st.lists(st.lists(NUMBERS, max_size=4), max_size=12), st.data())
def test_a_column_holds_what_was_added_and_not_let_go_of(
    added: list[list[int]], data: st.DataObject
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(columns, "_KEPT_AFTER", 1)
        column, told, first = Column(), list[int](), 0
        for numbers in added:
            column.add(numbers)
            told += numbers
            assert column.end == len(told)
            first = data.draw(st.integers(first, len(told)))
            column.let_go(first)
            assert [column[place] for place in range(first, len(told))] == told[first:]
            assert list(column.between(first, len(told))) == told[first:]


def test_a_column_is_as_narrow_as_its_numbers() -> None:
    column = Column()
    column.add(range(256))
    assert column.between(0, 1).itemsize == 1
    column.add((256,))
    assert column.between(0, 1).itemsize == 2


def test_what_has_left_is_not_held_for_ever() -> None:
    column = Column()
    for number in range(10_000):
        column.add((number,))
        column.let_go(max(0, number - 10))
    assert len(column._held) < 2 * columns._KEPT_AFTER


def test_a_pass_over_years_holds_a_month(monkeypatch: pytest.MonkeyPatch) -> None:
    held = list[Column]()
    make = Column.__init__

    def noted(column: Column) -> None:
        held.append(column)
        make(column)

    monkeypatch.setattr(Column, "__init__", noted)
    began, a_day, days = datetime(2024, 1, 1, tzinfo=UTC), 20, 300
    thread(
        (
            Telling(
                article=number, at=began + timedelta(days=number / a_day), language="en",
                features={f"word{number % 700 + at}": (1, 5.0) for at in range(5)},
            )
            for number in range(1, a_day * days)
        ),
        lexicon=Lexicon(languages=("en",), names=frozenset(), vocabulary=frozenset()),
        seeds=[], since=began + 2 * WINDOW,
    )  # fmt: skip

    month = a_day * WINDOW.days
    assert len(held) > 5
    for column in held:
        assert len(column._held) < 5 * 2 * month  # five features an article


@given(st.lists(st.tuples(TIMES, st.lists(st.integers(0, 70_000), max_size=5)), max_size=8))
def test_texts_leave_as_they_came(told: list[tuple[datetime, list[int]]]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(columns, "_KEPT_AFTER", 1)
        texts = Texts()
        for at, features in told:
            texts.append(at.replace(tzinfo=UTC), features)
        for turn, (at, features) in enumerate(told):
            assert texts.first == turn
            assert texts.oldest == texts.at(turn) == at.replace(tzinfo=UTC)
            assert list(texts.features(turn, 2)) == features[:2]
            assert list(texts.pop()) == features
        assert texts.oldest is None


def test_a_time_is_told_to_the_microsecond() -> None:
    texts, at = Texts(), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    texts.append(at, ())
    assert texts.at(0) == at
    assert at - texts.at(0) == timedelta()
