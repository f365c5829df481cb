from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.cadence import next_check
from ingest.items import Outcome

SEEN = datetime(2025, 8, 1, 12, tzinfo=UTC)
LADDER = (1.0, 6.0, 24.0, 72.0, 168.0)
KEPT = (Outcome.ARTICLE, Outcome.COPY, Outcome.REVISION, Outcome.UNCHANGED)


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
