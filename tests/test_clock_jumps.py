"""A clock that jumps, sleeps or changes to summer time costs no poll, and brings none twice."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from ingest.clock import AHEAD_VARIABLE
from ingest.config import load_settings
from ingest.corpus import Corpus
from ingest.errors import ClockWrong
from ingest.items import HostWait
from scheduler.jobs import JobSpec, is_due
from scheduler.rounds import Rounds
from tests.daemons import Daemon, needs_faketime, run_rows
from tests.rows import gated
from tests.test_daemon import NOW, fake, workspace
from tests.test_rounds import agenda, due_source

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["workspace"]  # fixture

DAY = timedelta(days=1)
_SOON_S = 6.0
SPIDERS = ("sitemaps", "links", "feeds")
ZONES = (
    "Europe/Berlin", "America/New_York", "America/St_Johns", "Australia/Lord_Howe",
    "Africa/Casablanca", "Asia/Tehran", "Pacific/Chatham", "America/Santiago",
)  # fmt: skip


def finished(workspace: Path) -> Counter[str]:
    return Counter(row["spider"] for row in run_rows(workspace, "finished"))


def all_done(workspace: Path, times: int) -> bool:
    return finished(workspace) == dict.fromkeys(SPIDERS, times)


# A process, its clock faked


@needs_faketime
def test_clock_that_jumps_a_day_ahead_and_back_costs_one_poll_and_stalls_none(
    workspace: Path,
) -> None:
    with Daemon.at(workspace, "+0") as daemon:
        daemon.wait_for(lambda: all_done(workspace, 1))
        daemon.tell("+1d")
        daemon.wait_for(lambda: all_done(workspace, 2))
        daemon.tell("+0")
        daemon.wait_for(lambda: daemon.said("clock was set back"))
        time.sleep(1.0)
        assert all_done(workspace, 2)
        daemon.tell("+31m")
        daemon.wait_for(lambda: all_done(workspace, 3))

        assert daemon.ends() == 0
    assert daemon.said("clock was set back") == 1
    assert all(row["seconds"] >= 0 for row in run_rows(workspace))


@needs_faketime
def test_daemon_that_slept_through_ten_polls_makes_up_for_them_once(workspace: Path) -> None:
    with Daemon.at(workspace, "+0") as daemon:
        daemon.wait_for(lambda: all_done(workspace, 1))
        daemon.process.send_signal(signal.SIGSTOP)  # what a suspended machine does to it
        daemon.tell("+5h")
        time.sleep(1.0)
        daemon.process.send_signal(signal.SIGCONT)
        daemon.wait_for(lambda: all_done(workspace, 2))
        time.sleep(1.0)

        assert daemon.ends() == 0
    started = [row["started"] for row in run_rows(workspace)]
    assert all_done(workspace, 2)
    assert datetime.fromisoformat(started[3]) - datetime.fromisoformat(started[2]) > DAY / 5


@needs_faketime
@pytest.mark.parametrize(
    "change",
    # The last Sundays of March and October, 01:00 UTC: directive 2000/84/EC, articles 2 and 3.
    [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)],
    ids=["spring", "autumn"],
)
def test_daemon_works_through_a_change_of_local_time(workspace: Path, change: datetime) -> None:
    """An hour is skipped, or comes twice, seconds after it starts."""
    comes_at = time.time() + _SOON_S
    # A distance, not a time: of a time every crawl would make a clock of its own that starts there.
    distance = f"{change.timestamp() - comes_at:+.0f}"
    with Daemon.at(workspace, distance, TZ="Europe/Berlin") as daemon:
        daemon.wait_for(lambda: all_done(workspace, 1))
        time.sleep(max(0.0, comes_at + 2 - time.time()))

        assert daemon.ends() == 0
    assert all_done(workspace, 1)
    started = datetime.fromisoformat(run_rows(workspace)[0]["started"])
    assert abs(started - change) < timedelta(minutes=1)


# Injected


def changes_of(zone: ZoneInfo, year: int) -> list[datetime]:
    """The hours of a year, UTC, in which the offset of a zone changes."""
    start = datetime(year, 1, 1, tzinfo=UTC)
    hours = [start + timedelta(hours=number) for number in range(365 * 24)]
    return [
        hour
        for hour in hours
        if hour.astimezone(zone).utcoffset()
        != (hour + timedelta(hours=1)).astimezone(zone).utcoffset()
    ]


@pytest.mark.parametrize("name", ZONES)
def test_change_of_local_time_skips_no_poll_and_doubles_none(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    changes = changes_of(ZoneInfo(name), 2021)  # all eight changed their clocks then
    assert len(changes) >= 2
    monkeypatch.setenv("TZ", name)
    time.tzset()
    try:
        for change in changes[:2]:
            polls = polls_around(workspace, monkeypatch, change)
            apart = {later - earlier for earlier, later in pairwise(polls)}

            assert len(polls) == 12
            assert apart == {timedelta(minutes=30)}
    finally:
        monkeypatch.undo()
        time.tzset()


def polls_around(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, change: datetime
) -> list[datetime]:
    """When a source was polled that is due each half hour, in the six hours around a change."""
    path = workspace / "corpus.db"
    for file in workspace.glob("corpus.db*"):
        file.unlink()
    rounds = Rounds(
        settings=load_settings(workspace, os.environ), environ={}, command=fake("finish")
    )
    spec = JobSpec(spider="feeds", kinds=("feed",))
    polls = []
    moment = change - timedelta(hours=3)
    with closing(Corpus(path)) as corpus:
        corpus.add_source(
            kind="feed", url="http://a.test/f", outlet=None, found_by="settings",
            every_minutes=30, now=moment,
        )  # fmt: skip
        for number in range(36):
            at = moment + number * timedelta(minutes=10)
            ahead = (at - datetime.now(UTC)).total_seconds() + 0.5
            monkeypatch.setenv(AHEAD_VARIABLE, repr(ahead / 3600))
            told = rounds.agenda()
            if rounds.is_due(spec, told):
                polls.append(at)
                corpus.poll_succeeded(
                    told.sources[0], run=1, every_minutes=30, now=at,
                    etag=None, last_modified=None, body_hash=None,
                )  # fmt: skip
    return polls


def test_spider_without_sources_is_due_when_its_last_run_is_a_day_ahead() -> None:
    archive = JobSpec(spider="archive")
    for ahead, expected in ((timedelta(minutes=29), False), (DAY, True)):
        told = agenda(last_started={"archive": NOW + ahead})
        assert is_due(archive, told, every_minutes=30) is expected


def set_back_corpus(corpus: Corpus) -> None:
    """What two runs left, one of them a day ahead of the other."""
    ahead = NOW + DAY
    for name in ("honest", "ahead", "unpolled"):
        corpus.add_source(
            kind="feed", url=f"http://a.test/{name}", outlet=None, found_by="settings",
            every_minutes=600, now=NOW,
        )  # fmt: skip
    run = corpus.start_run(spider="feeds", trigger="schedule", version="0", now=ahead)
    for number, at in ((1, NOW), (2, ahead)):
        source = due_source(number)
        corpus.poll_succeeded(
            source, run=run, every_minutes=600, now=at,
            etag=None, last_modified=None, body_hash=None,
        )  # fmt: skip
    corpus.poll_failed(due_source(3), run=run, error="refused", every_minutes=600, now=ahead)
    corpus.offer([gated("http://a.test/early")], run=run, now=ahead)
    corpus.keep_waiting("short.test", HostWait(until=NOW + DAY / 2, strikes=1, because="429"))
    corpus.keep_waiting("long.test", HostWait(until=ahead + DAY / 24, strikes=1, because="429"))
    corpus.finish_run(run, outcome="finished", requests=1, message=None, now=ahead)


def test_what_a_clock_that_ran_ahead_put_off_is_brought_nearer_by_as_much(corpus: Corpus) -> None:
    set_back_corpus(corpus)
    assert corpus.count_due(now=NOW) == 0

    assert corpus.follow_clock(now=NOW) == DAY
    assert corpus.follow_clock(now=NOW) is None

    due = {
        hours: len(corpus.due_sources(["feed"], now=NOW + timedelta(hours=hours)))
        for hours in (0, 9, 10)
    }
    assert due == {0: 1, 9: 1, 10: 3}  # the honest one comes early, once
    assert corpus.count_due(now=NOW) == 1
    waits = {row["host"]: row["until"] for row in corpus.waiting_hosts(now=NOW)}
    assert waits == {"short.test": "2025-08-02T00:00:00Z", "long.test": "2025-08-01T13:00:00Z"}


def put_off(corpus: Corpus) -> list[dict[str, Any]]:
    return [
        *corpus._rows("SELECT next_due, last_ok FROM sources ORDER BY id"),
        *corpus._rows("SELECT next_check FROM pages ORDER BY id"),
        *corpus._rows("SELECT wait_until FROM hosts ORDER BY host"),
        *corpus._rows("SELECT * FROM topic_state ORDER BY key"),
    ]


def test_clock_without_its_battery_is_not_followed_and_nothing_is_due(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        set_back_corpus(corpus)
        before = put_off(corpus)
    rounds = Rounds(settings=load_settings(workspace, os.environ), environ={})
    years_2000 = (datetime(2000, 1, 1, tzinfo=UTC) - datetime.now(UTC)).total_seconds()
    monkeypatch.setenv(AHEAD_VARIABLE, repr(years_2000 / 3600))

    with pytest.raises(ClockWrong, match=r"the clock says 2000-.* until 2025-08-02"):
        rounds.agenda()

    with closing(Corpus(workspace / "corpus.db")) as corpus:
        assert put_off(corpus) == before


def test_corpus_that_was_decades_ahead_is_brought_back(corpus: Corpus) -> None:
    run = corpus.start_run(
        spider="feeds", trigger="schedule", version="0", now=NOW.replace(year=2050)
    )

    assert corpus.follow_clock(now=NOW.replace(year=2027)) is not None
    assert run


def test_clock_that_is_a_little_off_moves_nothing(corpus: Corpus) -> None:
    set_back_corpus(corpus)

    assert corpus.follow_clock(now=NOW + DAY - timedelta(minutes=4)) is None
    assert corpus.follow_clock(now=NOW + 2 * DAY) is None
