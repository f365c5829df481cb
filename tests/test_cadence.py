from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.cadence import next_check, next_poll_minutes
from ingest.items import Outcome

SEEN = datetime(2025, 8, 1, 12, tzinfo=UTC)
LADDER = (1.0, 6.0, 24.0, 72.0, 168.0)
KEPT = (Outcome.ARTICLE, Outcome.COPY, Outcome.REVISION, Outcome.UNCHANGED)

minutes = st.floats(0, 50_000, allow_nan=False)
counts = st.integers(0, 10**6)


def check(
    outcome: Outcome,
    *,
    age: timedelta = timedelta(0),
    attempts: int = 0,
    retry_after_s: float | None = None,
    ladder: tuple[float, ...] = LADDER,
) -> datetime | None:
    return next_check(
        outcome,
        first_seen=SEEN,
        now=SEEN + age,
        attempts=attempts,
        max_tries=3,
        ladder_hours=ladder,
        retry_after_s=retry_after_s,
    )


def poll(
    every: float, *, new_items: int = 0, failures: int = 0, wait_s: float | None = None
) -> int:
    return next_poll_minutes(
        every, new_items=new_items, failures=failures, floor=30, ceiling=1440, retry_after_s=wait_s
    )


def test_source_that_yields_is_polled_sooner_and_silent_one_later() -> None:
    assert poll(240, new_items=1) == 120
    assert poll(240) == 360


def test_failing_source_is_polled_ever_later() -> None:
    assert [poll(30, failures=failures) for failures in (1, 2, 3, 9)] == [60, 120, 240, 1440]


def test_failing_source_waits_as_long_as_it_asks_for() -> None:
    assert poll(30, failures=1, wait_s=4 * 3600) == 240
    assert poll(30, failures=1, wait_s=1e9) == 1440
    assert poll(30, failures=1, wait_s=-5) == 60
    assert poll(30, failures=1, wait_s=float("nan")) == 60


def test_floor_of_nothing_polls_an_answering_source_at_once() -> None:
    assert next_poll_minutes(0, new_items=0, failures=0, floor=0, ceiling=1440) == 0
    assert next_poll_minutes(0, new_items=0, failures=1, floor=0, ceiling=1440) == 2


@given(minutes, counts, counts, minutes, minutes)
def test_poll_distance_stays_within_its_bounds(
    every: float, new_items: int, failures: int, floor: float, ceiling: float
) -> None:
    distance = next_poll_minutes(
        every, new_items=new_items, failures=failures, floor=floor, ceiling=ceiling
    )

    assert round(floor) <= distance <= max(round(ceiling), round(floor), 1)


@given(st.integers(0, 1440), st.integers(1, 1000), st.integers(1, 60))
def test_more_failures_never_bring_the_poll_forward(
    every: int, new_items: int, failures: int
) -> None:
    assert poll(every, failures=failures) >= poll(every, new_items=new_items)
    assert poll(every, failures=failures + 1) >= poll(every, failures=failures)


@given(st.integers(30, 1440))
def test_source_that_falls_silent_reaches_the_ceiling_and_one_that_wakes_the_floor(
    every: int,
) -> None:
    silent = lively = every
    for _ in range(12):
        silent, lively = poll(silent), poll(lively, new_items=3)

    assert (silent, lively) == (1440, 30)


@pytest.mark.parametrize("outcome", KEPT)
def test_kept_page_climbs_the_ladder(outcome: Outcome) -> None:
    climbed, age = [], timedelta(0)
    while at := check(outcome, age=age):
        age = at - SEEN
        climbed.append(age / timedelta(hours=1))

    assert climbed == list(LADDER)


def test_rungs_passed_while_nobody_looked_are_left_out() -> None:
    assert check(Outcome.ARTICLE, age=timedelta(hours=30)) == SEEN + timedelta(hours=72)


def test_failed_page_is_tried_again_ever_later_until_its_tries_are_used_up() -> None:
    assert check(Outcome.FAILED, attempts=1) == SEEN + timedelta(minutes=15)
    assert check(Outcome.FAILED, attempts=2) == SEEN + timedelta(hours=1)
    assert check(Outcome.FAILED, attempts=3) is None


def test_failed_page_waits_as_long_as_its_server_asks_for_but_no_longer_than_a_day() -> None:
    assert check(Outcome.FAILED, attempts=1, retry_after_s=7200) == SEEN + timedelta(hours=2)
    assert check(Outcome.FAILED, attempts=1, retry_after_s=1e18) == SEEN + timedelta(days=1)
    assert check(Outcome.FAILED, attempts=1, retry_after_s=float("inf")) == SEEN + timedelta(days=1)


@pytest.mark.parametrize(
    "outcome",
    [Outcome.OFF_TOPIC, Outcome.REJECTED, Outcome.GONE, Outcome.SKIPPED, Outcome.ROBOTS],
)
def test_page_that_is_no_article_is_settled(outcome: Outcome) -> None:
    assert check(outcome) is None


def test_waiting_page_is_due() -> None:
    assert check(Outcome.WAITING) == SEEN


@given(
    st.sampled_from(sorted(Outcome)),
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.integers(0, 50),
    st.none() | st.floats(),
    st.lists(st.floats(0.001, 8784), max_size=8).map(lambda hours: tuple(sorted(set(hours)))),
)
def test_next_check_is_a_whole_second_that_is_not_past(
    outcome: Outcome,
    age: timedelta,
    attempts: int,
    retry_after_s: float | None,
    ladder: tuple[float, ...],
) -> None:
    at = check(outcome, age=age, attempts=attempts, retry_after_s=retry_after_s, ladder=ladder)

    if at is not None:
        assert at.microsecond == 0
        assert SEEN + age <= at
        assert at != SEEN + age or outcome == Outcome.WAITING
        assert outcome != Outcome.FAILED or at <= SEEN + age + timedelta(days=1, seconds=1)
