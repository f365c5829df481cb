"""When a source is polled, and what its answers teach."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.cadence import (
    HARD,
    SOFT,
    TEMPORARY,
    backoff_minutes,
    host_wait_s,
    next_poll_minutes,
    weight_of,
)
from ingest.freshness import max_age_s, wait_s
from ingest.items import Candidate, DueSource, Found, Rhythm
from ingest.polling import (
    address_of,
    after_answer,
    after_not_modified,
    is_test_due,
    validators_of,
)
from ingest.rhythm import Pace, learn_pace, minutes_until

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
DAY = timedelta(days=1)
LIVELY = Pace(new_per_day=48.0)

rates = st.none() | st.floats(0, 5000)
hours = st.just(()) | st.lists(st.floats(0, 500), min_size=24, max_size=24).map(tuple)
paces = st.builds(Pace, new_per_day=rates, hours=hours)
minutes = st.floats(0, 50_000)
hint = st.none() | st.floats(0.001, 1e9)
rhythms = st.builds(
    Rhythm,
    ttl_minutes=hint,
    update_minutes=hint,
    skip_hours=st.lists(st.integers(0, 23), max_size=24).map(lambda few: tuple(sorted(set(few)))),
    skip_days=st.lists(st.integers(0, 6), max_size=7).map(lambda few: tuple(sorted(set(few)))),
)


def poll(
    pace: Pace = LIVELY,
    *,
    every: float = 60,
    named: int = 30,
    new: int = 1,
    rhythm: Rhythm = Rhythm(),  # noqa: B008  # frozen
    max_age: float | None = None,
    now: datetime = NOW,
    ceiling: float = 1440,
) -> int:
    return next_poll_minutes(
        every, pace=pace, named=named, new=new, wanted=6, floor=30, ceiling=ceiling,
        rhythm=rhythm, max_age_s=max_age, now=now,
    )  # fmt: skip


def test_a_source_is_polled_when_enough_of_it_should_be_new() -> None:
    assert poll(Pace(new_per_day=50.0)) == round(6 / 50 * 1440)


def test_lively_source_is_polled_before_a_slow_one_and_a_dead_one_daily() -> None:
    distances = [poll(Pace(new_per_day=rate)) for rate in (900, 100, 20, 5, 0)]

    assert distances == sorted(distances)
    assert (distances[0], distances[-1]) == (30, 1440)


def test_source_that_names_few_is_polled_before_any_rolls_off() -> None:
    assert poll(LIVELY, named=4) < poll(LIVELY, named=30)
    assert poll(LIVELY, named=4) <= 4 / 48 * 1440


def test_source_that_sleeps_at_night_is_left_alone_at_night() -> None:
    by_day = Pace(new_per_day=48.0, hours=(0.0,) * 6 + (30.0,) * 16 + (0.0,) * 2)

    assert poll(by_day, now=NOW.replace(hour=22)) > 2 * poll(by_day, now=NOW.replace(hour=12))


def test_source_of_no_known_rhythm_is_polled_sooner_when_it_yields_and_later_when_not() -> None:
    assert poll(Pace(), every=240, new=1) == 120
    assert poll(Pace(), every=240, new=0) == 360


@pytest.mark.parametrize(
    "rhythm", [Rhythm(ttl_minutes=180), Rhythm(update_minutes=180)], ids=["ttl", "sy"]
)
def test_what_a_source_asks_for_delays_its_poll_but_not_for_ever(rhythm: Rhythm) -> None:
    lively = Pace(new_per_day=400.0)
    weekly = replace(rhythm, ttl_minutes=10_080, update_minutes=10_080)

    assert poll(lively, rhythm=rhythm) == 180
    assert poll(lively, max_age=7200) == 120
    assert poll(lively, rhythm=weekly) == 360
    assert poll(Pace(new_per_day=1.0), rhythm=rhythm) > 180


def test_skipped_hours_and_days_are_skipped() -> None:
    lively = Pace(new_per_day=900.0)
    hourly = Rhythm(skip_hours=(12, 13, 14))
    midweek = Rhythm(skip_days=(2, 3))

    assert poll(lively, rhythm=hourly) == 180
    assert poll(lively, rhythm=midweek, ceiling=5000) == 36 * 60
    assert poll(lively, rhythm=midweek) == 1440
    assert poll(lively, rhythm=Rhythm(skip_hours=tuple(range(24)))) == 30


def test_spread_follows_the_address_alone() -> None:
    def at(address: str) -> int:
        return next_poll_minutes(
            60, pace=Pace(new_per_day=3.0), named=30, new=0, wanted=6, floor=30, ceiling=9999,
            now=NOW, address=address,
        )  # fmt: skip

    distances = {at(f"http://{number}.test/feed") for number in range(20)}

    assert at("http://a.test/feed") == at("http://a.test/feed")
    assert len(distances) > 10
    assert max(distances) <= 1.11 * min(distances)


@given(paces, minutes, minutes, minutes, st.integers(0, 9999), rhythms, hint)
def test_poll_distance_stays_within_its_bounds(
    pace: Pace,
    every: float,
    floor: float,
    ceiling: float,
    named: int,
    rhythm: Rhythm,
    max_age: float | None,
) -> None:
    distance = next_poll_minutes(
        every, pace=pace, named=named, new=named // 2, wanted=6, floor=floor, ceiling=ceiling,
        now=NOW, rhythm=rhythm, max_age_s=max_age, address="http://a.test/",
    )  # fmt: skip

    assert round(floor) <= distance <= max(round(ceiling), round(floor))


# -- rhythm ---------------------------------------------------------------------------------------


def times(every: timedelta, count: int, until: datetime = NOW) -> list[datetime]:
    return [until - every * number for number in range(1, count + 1)]


def test_dates_of_the_first_answer_tell_a_rhythm_at_once() -> None:
    hourly = learn_pace(Pace(), new=20, dates=times(DAY / 24, 20), since=None, now=NOW)
    monthly = learn_pace(Pace(), new=5, dates=times(30 * DAY, 5), since=None, now=NOW)

    assert hourly.new_per_day == pytest.approx(24, rel=0.01)
    assert monthly.new_per_day == pytest.approx(1 / 30)
    assert learn_pace(Pace(), new=20, dates=[], since=None, now=NOW) == Pace()


def follow(per_poll: Sequence[int], every: timedelta, pace: Pace = Pace()) -> Pace:  # noqa: B008
    at = NOW
    for new in per_poll:
        pace = learn_pace(pace, new=new, dates=(), since=at, now=at + every)
        at += every
    return pace


def test_rhythm_is_learned_without_dates_and_follows_a_change() -> None:
    steady = follow([2] * 60, DAY / 12)
    silent = follow([0] * 120, DAY / 12, steady)

    assert steady.new_per_day == pytest.approx(24, rel=0.2)
    assert (silent.new_per_day or 0.0) < 1


def test_one_article_makes_no_rhythm_of_a_slow_source() -> None:
    slow = follow([1], DAY / 24, Pace(new_per_day=1.0))

    assert (slow.new_per_day or 0.0) < 1.5


def test_hours_of_publication_are_learned() -> None:
    pace, at = Pace(), NOW.replace(hour=0)
    for _ in range(7):
        dates = [at + timedelta(hours=8, minutes=5 * number) for number in range(12)]
        pace = learn_pace(pace, new=12, dates=dates, since=at, now=at + DAY)
        at += DAY
    assert pace.new_per_day is not None

    assert minutes_until(pace, at + timedelta(hours=7), 0.6 * pace.new_per_day) < 180
    assert minutes_until(pace, at + timedelta(hours=12), 0.6 * pace.new_per_day) > 900


@given(paces, st.floats(0.01, 500), st.floats(0.01, 500))
def test_what_is_wanted_in_two_parts_takes_as_long_as_the_whole(
    pace: Pace, first: float, second: float
) -> None:
    whole = minutes_until(pace, NOW, first + second)

    if whole < 40 * 1440:
        part = minutes_until(pace, NOW, first)
        rest = minutes_until(pace, NOW + timedelta(minutes=part), second)
        assert part + rest == pytest.approx(whole, rel=1e-6, abs=1e-3)


@given(paces, st.integers(1, 39))
def test_so_many_days_bring_so_many_days_worth(pace: Pace, days: int) -> None:
    rate = pace.new_per_day or 0.0
    wanted = days * rate

    if rate > 0.01:
        assert minutes_until(pace, NOW, wanted) == pytest.approx(days * 1440, rel=1e-3)


@given(
    paces,
    st.integers(0, 10**5),
    st.none() | st.timedeltas(-DAY, 4000 * DAY),
    st.lists(st.timedeltas(-DAY, 4000 * DAY), max_size=30),
)
def test_no_answer_gives_a_rhythm_that_is_none(
    pace: Pace, new: int, ago: timedelta | None, ages: list[timedelta]
) -> None:
    since = NOW - ago if ago is not None else None
    learned = learn_pace(pace, new=new, dates=[NOW - age for age in ages], since=since, now=NOW)

    assert learned.new_per_day is None or learned.new_per_day >= 0
    assert len(learned.hours) in (0, 24)
    assert all(count >= 0 for count in learned.hours)


# -- failures -------------------------------------------------------------------------------------


def test_failing_source_is_asked_ever_later_and_never_not_at_all() -> None:
    weights = (1, 2, 3, 9, 10_000)
    distances = [backoff_minutes(30, weight=one, floor=30, ceiling=10_080) for one in weights]

    assert distances == [60, 120, 240, 10_080, 10_080]


def test_busy_server_costs_a_source_less_than_a_missing_page() -> None:
    statuses = {429: TEMPORARY, 503: TEMPORARY, None: TEMPORARY, 500: SOFT, 404: HARD, 410: HARD}

    assert {status: weight_of(status) for status in statuses} == statuses
    assert 0 < TEMPORARY < SOFT < HARD <= 1


def test_failing_source_waits_as_long_as_it_asks_for() -> None:
    def wait(seconds: float) -> int:
        return backoff_minutes(30, weight=1, floor=30, ceiling=1440, wait_s=seconds)

    assert [wait(one) for one in (4 * 3600, 1e9, -5, float("nan"))] == [240, 1440, 60, 60]


@given(minutes, st.floats(0, 1e6), minutes, minutes, st.none() | st.floats())
def test_failing_source_is_always_asked_again(
    every: float, weight: float, floor: float, ceiling: float, wait: float | None
) -> None:
    distance = backoff_minutes(every, weight=weight, floor=floor, ceiling=ceiling, wait_s=wait)

    assert 1 <= distance <= max(round(ceiling), round(floor), 1)


def test_host_is_left_alone_as_long_as_it_asks_for_within_reason() -> None:
    assert host_wait_s(1, stated_s=120, host="a.test") == 120
    assert host_wait_s(1, stated_s=0.2, host="a.test") == 1
    assert host_wait_s(1, stated_s=317_100, host="a.test") == 86_400


def test_host_that_asks_for_nothing_is_left_alone_twice_as_long_each_time() -> None:
    waits = [host_wait_s(strike, stated_s=None, host="a.test") for strike in range(1, 40)]

    assert all(48 * 2**n <= waits[n] <= 72 * 2**n for n in range(10))
    assert waits[-1] == 86_400
    assert waits[0] == host_wait_s(1, stated_s=None, host="a.test")


@pytest.mark.parametrize(
    ("stated", "fresh"),
    [
        ({"cache_control": "max-age=300"}, 300),
        ({"cache_control": "public, Max-Age=300", "age": "100"}, 200),
        ({"cache_control": "max-age=300", "age": "400"}, 0),
        ({"cache_control": "max-age=300", "age": "\xb2"}, 300),
        ({"cache_control": "s-maxage=9"}, None),
        ({"cache_control": "no-cache, max-age=300"}, None),
        (
            {
                "cache_control": None,
                "expires": "Wed, 04 Mar 2026 12:10:00 GMT",
                "date": "Wed, 04 Mar 2026 12:00:00 GMT",
            },
            600,
        ),
        ({"cache_control": None, "expires": "0", "date": "Wed, 04 Mar 2026 12:00:00 GMT"}, None),
        ({"cache_control": None}, None),
    ],
)
def test_freshness_is_read_from_headers(stated: dict[str, str], fresh: float | None) -> None:
    assert max_age_s(**stated) == fresh


@given(st.text(max_size=60))
def test_no_header_breaks_the_reading_of_times(text: str) -> None:
    wait, fresh = wait_s(text, NOW), max_age_s(text, age=text, expires=text, date=text)

    assert wait is None or wait > 0
    assert fresh is None or fresh >= 0


# -- validators, moves, lies ----------------------------------------------------------------------

SOURCE = DueSource(
    source=1, kind="feed", url="http://a.test/feed", etag='W/"1"', last_modified="Tue, 3 Mar 2026",
    body_hash="x", every_minutes=60, failures=0, last_ok=NOW - DAY / 24, last_full=NOW - DAY / 12,
    new_per_day=10.0,
)  # fmt: skip
ONE = Found(candidates=(Candidate(url="http://a.test/1", found_by="feeds"),))


def answered(
    source: DueSource, now: datetime = NOW, *, new: int = 1, moved_to: str | None = None
) -> DueSource:
    return after_answer(source, ONE, new=new, moved_to=moved_to, is_changed=bool(new), now=now)


def test_validators_are_sent_as_they_came_and_left_out_once_a_day() -> None:
    old = replace(SOURCE, last_full=NOW - DAY)

    assert validators_of(SOURCE, NOW) == ('W/"1"', "Tue, 3 Mar 2026")
    assert validators_of(old, NOW) == (None, None)
    assert not is_test_due(replace(old, last_ok=old.last_full), NOW)  # it was not spared since


def test_robots_txt_is_asked_for_itself_for_its_rules_have_to_be_at_hand() -> None:
    assert validators_of(replace(SOURCE, kind="robots"), NOW) == (None, None)


def test_server_that_says_304_of_a_changed_body_is_not_trusted_for_some_days() -> None:
    tested = answered(replace(SOURCE, last_full=NOW - DAY))
    liar = after_not_modified(tested, NOW)

    assert tested.is_doubted
    assert validators_of(tested, NOW) == (SOURCE.etag, SOURCE.last_modified)
    assert liar.lied == NOW
    assert validators_of(liar, NOW + 6 * DAY) == (None, None)
    assert validators_of(replace(liar, last_full=NOW + 8 * DAY), NOW + 8 * DAY) != (None, None)


def test_server_that_owns_up_to_its_change_is_trusted() -> None:
    tested = answered(replace(SOURCE, last_full=NOW - DAY))
    honest = answered(tested, NOW + DAY / 24, new=0)

    assert (honest.is_doubted, honest.lied) == (False, None)


def test_change_without_news_or_without_a_spared_body_raises_no_doubt() -> None:
    assert not answered(replace(SOURCE, last_full=NOW - DAY), new=0).is_doubted
    assert not answered(SOURCE).is_doubted
    assert not answered(replace(SOURCE, last_full=None)).is_doubted


def test_source_is_asked_where_it_moved_to_once_it_did_so_on_three_days() -> None:
    source, asked = SOURCE, []
    for number in range(4):
        now = NOW + number * DAY
        asked.append(address_of(source))
        source = replace(answered(source, now, moved_to="http://b.test/feed"), last_ok=now)

    assert asked == ["http://a.test/feed"] * 3 + ["http://b.test/feed"]
    there = answered(source, NOW + 4 * DAY)
    assert address_of(there) == "http://b.test/feed"


def test_move_that_is_taken_back_is_forgotten() -> None:
    twice = replace(SOURCE, moved_to="http://b.test/feed", moved_days=2)

    assert answered(twice).moved_to is None
    assert answered(twice, moved_to="http://c.test/feed").moved_days == 1
