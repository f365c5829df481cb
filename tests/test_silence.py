"""Which sources should have spoken."""

from __future__ import annotations

import random
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.silence import SOURCES, alarms, days_of, days_until_alarm, false_alarms_per_year
from ingest.config import load_settings
from ingest.corpus import Corpus
from ingest.silence import Heard, find_silences, is_silent
from scheduler.jobs import JobSpec
from scheduler.rounds import Rounds
from tests.rows import gated
from tests.test_daemon import FAKE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)
KINDS = {made.name: made for made in SOURCES}


def heard(*days_ago: float, source: int = 1, outlet: str | None = "a.test") -> Heard:
    return Heard(
        source=source, url=f"https://a.test/{source}", outlet=outlet, last_ok=NOON,
        arrivals=[NOON - days * DAY for days in days_ago],
    )  # fmt: skip


def daily(since: float, until: float) -> list[float]:
    return [until + days for days in range(int(since - until))]


def test_a_daily_source_that_said_nothing_for_days_is_silent() -> None:
    told = find_silences([heard(*daily(40, 4.5))])[1]

    assert told.since == NOON - 4.5 * DAY
    assert told.days == 4.5
    assert told.loud_share == 1.0
    assert told.chance < 0.001
    assert not told.is_overtaken


def test_a_daily_source_that_spoke_yesterday_is_not() -> None:
    assert not is_silent(heard(*daily(40, 1.5)))


def test_a_weekend_is_no_silence_and_the_days_after_it_are() -> None:
    working = [days for days in range(70) if (NOON - days * DAY).weekday() < 5]  # Monday is 0
    until_friday = [days + 0.1 for days in working if days > 2]

    assert not is_silent(heard(*until_friday))
    assert is_silent(heard(*(days + 4 for days in until_friday)))


def test_a_source_that_speaks_once_in_ten_days_may_be_silent_for_weeks() -> None:
    rare = [days + 0.5 for days in range(20, 84, 10)]

    assert not is_silent(heard(*rare))
    assert is_silent(heard(*(days + 0.5 for days in range(55, 84, 5))))


@pytest.mark.parametrize(
    "days_ago",
    [(), (5.0,), (9.0, 9.1, 9.2), daily(12, 6), (3.0, 30.0), daily(200, 90)],
    ids=["nothing", "once", "all at once", "six days known", "twice", "long ago"],
)
def test_what_is_hardly_known_is_not_called_silent(days_ago: list[float]) -> None:
    assert not is_silent(heard(*days_ago))


def test_what_was_silent_as_long_before_is_not_called_silent() -> None:
    loud = daily(60, 4.5)
    with_holiday = [days for days in loud if not 20 < days < 26]

    assert is_silent(heard(*loud))
    assert not is_silent(heard(*with_holiday))


def test_a_source_whose_outlet_spoke_elsewhere_may_be_overtaken() -> None:
    silent, lively = heard(*daily(40, 6.5)), heard(*daily(40, 0.5), source=2)
    stranger = heard(*daily(40, 0.5), source=3, outlet="b.test")

    assert find_silences([silent, lively])[1].is_overtaken
    assert not find_silences([silent, stranger])[1].is_overtaken
    assert not find_silences([heard(*daily(40, 6.5), outlet=None), lively])[1].is_overtaken


def test_of_two_silent_sources_of_an_outlet_the_first_to_fall_silent_is_overtaken() -> None:
    told = find_silences([heard(*daily(40, 8.5)), heard(*daily(40, 6.5), source=2)])

    assert (told[1].is_overtaken, told[2].is_overtaken) == (True, False)


class Read(tuple[datetime, ...]):
    """Arrivals that count how often they are gone through."""

    __slots__ = ()
    times = 0

    def __iter__(self) -> Iterator[datetime]:
        Read.times += 1
        return super().__iter__()


def test_many_sources_of_one_outlet_are_each_read_once_or_twice() -> None:
    Read.times = 0
    made = [heard(*daily(40, 6.5), source=number) for number in range(200)]
    find_silences([replace(one, arrivals=Read(one.arrivals)) for one in made])

    assert 200 <= Read.times <= 4 * 200


@given(st.lists(st.floats(0, 100), max_size=60), st.randoms(use_true_random=False))
def test_order_plays_no_part_and_a_day_counts_once(
    days_ago: list[float], chance: random.Random
) -> None:
    mixed = [*days_ago, *days_ago]
    chance.shuffle(mixed)

    assert find_silences([heard(*mixed)]) == find_silences([heard(*days_ago)])


@given(st.lists(st.floats(0, 80), min_size=1, max_size=60), st.floats(0, 40))
def test_a_silence_that_goes_on_stays_one(days_ago: list[float], longer: float) -> None:
    before = [days for days in days_ago if days + longer < 84]
    first = [*before, 83.9 - longer]  # the same history is known
    if is_silent(heard(*first)) and longer % 7 == 0:
        assert is_silent(heard(*(days + longer for days in first)))


@pytest.mark.parametrize("name", ["50 a day", "1 a day", "20 on working days", "once a week"])
def test_false_alarms_are_about_one_a_year_at_most(name: str) -> None:
    assert false_alarms_per_year(KINDS[name], 12) <= 1.5


@pytest.mark.parametrize(("name", "days"), [("50 a day", 3), ("1 a day", 12), ("1 in 3 days", 25)])
def test_the_alarm_comes_in_time(name: str, days: int) -> None:
    waits = days_until_alarm(KINDS[name], 15, after_days=84)

    assert waits[len(waits) // 2] <= days


def test_made_sources_are_the_same_every_time() -> None:
    made = KINDS["1 a day"]
    first, again = (days_of(made, random.Random("x"), 60) for _ in range(2))

    assert first == again
    assert alarms(first, range(60)) == alarms(again, range(60))


def test_the_daemon_logs_a_silence_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "seedbed.toml").write_text('[sources]\nfeeds = ["http://a.test/feed"]\n')
    rounds = Rounds(
        settings=load_settings(tmp_path, {}), environ={},
        command=lambda spider, *_: [sys.executable, str(FAKE), "well", spider],
    )  # fmt: skip
    with closing(Corpus(tmp_path / "corpus.db")) as corpus, corpus.transaction():
        now = datetime.now(UTC)
        corpus.start_run(spider="feeds", trigger="command", version="test", now=now)
        corpus.add_source(
            kind="feed", url="http://a.test/feed", outlet="a.test", found_by="settings",
            every_minutes=30, now=now - DAY,
        )  # fmt: skip
        for days in range(6, 46):
            corpus.offer([gated(f"http://a.test/{days}")], run=1, now=now - days * DAY, source=1)

    for _ in range(2):
        rounds.crawl(JobSpec(spider="feeds", kinds=("feed",)))
        with closing(Corpus(tmp_path / "corpus.db")) as corpus:
            corpus._run("UPDATE sources SET next_due = last_ok")
    said = [record for record in caplog.records if record.message == "source silent"]

    assert len(said) == 1
