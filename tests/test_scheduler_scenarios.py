"""What months bring to a daemon: locks, kills, overlaps, leftovers; tests/test_clock_jumps.py
has the clocks, and tests/test_standstill.py what hangs.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.cli import main
from ingest.config import load_settings
from ingest.corpus import Corpus
from ingest.corpus.processes import is_alive
from scheduler.clockwork import Clockwork
from scheduler.daemon import run_once
from scheduler.lock import only_daemon
from scheduler.rounds import Rounds
from tests.commands import restored_logging
from tests.daemons import Daemon, run_rows
from tests.patience import PATIENCE_S, wait_until
from tests.test_daemon import fake, stop_a_second_after, workspace
from tests.test_service import kept

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["restored_logging", "workspace"]  # fixtures

SPIDERS = ["sitemaps", "links", "feeds"]
HOLD = """
import sys, time
from pysqlite3 import dbapi2
connection = dbapi2.connect(sys.argv[1], isolation_level=None)
connection.execute(sys.argv[2])
connection.execute("BEGIN EXCLUSIVE")
connection.execute("UPDATE runs SET message = message")
print("held", flush=True)
time.sleep(float(sys.argv[3]))
connection.execute("COMMIT")
"""
ALL = "PRAGMA locking_mode = EXCLUSIVE"  # shuts readers out too
WRITERS = "PRAGMA locking_mode = NORMAL"


@contextmanager
def held(workspace: Path, whom: str, seconds: float) -> Iterator[subprocess.Popen[bytes]]:
    """Another process holds the corpus."""
    Corpus(workspace / "corpus.db").close()
    arguments = [str(workspace / "corpus.db"), whom, str(seconds)]
    holder = subprocess.Popen([sys.executable, "-c", HOLD, *arguments], stdout=subprocess.PIPE)
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield holder


def rounds_of(workspace: Path, scenario: str = "finish") -> Rounds:
    settings = load_settings(workspace, os.environ)
    return Rounds(settings=settings, environ=os.environ, command=fake(scenario))


def spiders(workspace: Path, outcome: str = "finished") -> list[str]:
    return [row["spider"] for row in run_rows(workspace, outcome)]


# Somebody holds the corpus


@pytest.mark.parametrize("whom", [ALL, WRITERS], ids=["all", "writers"])
def test_corpus_that_another_process_holds_is_waited_for(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, whom: str
) -> None:
    """The patience of half a minute is cut, so that a lock of seconds outlasts it as one of 60."""
    monkeypatch.setattr(Corpus.__init__, "__kwdefaults__", {"readonly": False, "timeout_s": 0.3})
    rounds = rounds_of(workspace)
    with held(workspace, whom, 3.0) as holder, kept(rounds) as clockwork:
        if whom is ALL:
            wait_until(lambda: clockwork.beat().trouble is not None)
        assert holder.wait() == 0
        wait_until(lambda: clockwork.beat().trouble is None)
        clockwork._rests._until_s.clear()  # a crawl that could not start rests for minutes
        wait_until(lambda: spiders(workspace) == SPIDERS)
        ticks = clockwork._pulse._ticked_s
        wait_until(lambda: clockwork._pulse._ticked_s > ticks)


@pytest.mark.slow
@pytest.mark.parametrize("whom", [ALL, WRITERS], ids=["all", "writers"])
def test_corpus_that_is_held_for_a_minute_is_waited_for(workspace: Path, whom: str) -> None:
    code = "import tests.test_scheduler_scenarios as here; here.serve_slowly()"
    environ = {**os.environ, "HERE": str(workspace)}
    with (
        held(workspace, whom, 60.0) as holder,
        subprocess.Popen([sys.executable, "-c", code], env=environ) as daemon,
    ):
        assert holder.wait() == 0
        wait_until(lambda: spiders(workspace)[:1] == SPIDERS[:1])
        time.sleep(5)
        assert daemon.poll() is None
        daemon.terminate()

        assert daemon.wait() == 0


def serve_slowly() -> None:
    """A daemon that looks each second: it gives itself up after 40."""
    rounds = rounds_of(Path(os.environ["HERE"]))
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    Clockwork(rounds=rounds, tick_s=1.0, die=os._exit).keep(stop, threading.Event())


# Jobs and looks that take longer than they should


def test_crawl_that_outlasts_its_interval_never_runs_twice_at_once(workspace: Path) -> None:
    with kept(rounds_of(workspace, "again")):  # each source is due again as soon as it was polled
        wait_until(lambda: len(spiders(workspace)) >= 7)
    lines = (workspace / "notes").read_text().splitlines()
    edges = [line for line in lines if not line.startswith("told")]

    assert [line.split()[0] for line in edges] == ["start", "end"] * (len(edges) // 2)
    assert max(Counter(spiders(workspace)).values()) >= 2


def test_look_that_outlasts_its_interval_never_happens_twice_at_once(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = rounds_of(workspace)
    clockwork = Clockwork(rounds=rounds, tick_s=0.1)
    at_work: list[int] = []
    most: list[int] = []

    def look() -> None:
        at_work.append(1)
        most.append(len(at_work))
        time.sleep(0.25)
        clockwork._pulse.ticked()
        at_work.pop()

    monkeypatch.setattr(clockwork, "_tick", look)
    stop = threading.Event()
    stop_a_second_after(lambda: len(most) >= 3, stop)
    clockwork.keep(stop, threading.Event())

    assert set(most) == {1}
    assert len(most) >= 3


def test_fault_of_ours_costs_its_turn_and_not_the_daemon(
    workspace: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = rounds_of(workspace)
    crawl = rounds.crawl

    def fail_once(_spec: object) -> object:
        monkeypatch.setattr(rounds, "crawl", crawl)
        raise ZeroDivisionError

    monkeypatch.setattr(rounds, "crawl", fail_once)
    with kept(rounds):
        wait_until(lambda: "feeds" in spiders(workspace))

    assert caplog.messages.count("job failed") == 1
    assert spiders(workspace) == SPIDERS[1:]  # the first one rests


# Kills


def test_daemon_that_is_killed_more_often_than_its_interval_gets_on(workspace: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    starts = 0
    while sorted(spiders(workspace)) != sorted(SPIDERS):
        assert time.monotonic() < deadline
        with Daemon(workspace, "dawdle") as daemon:
            starts += 1
            wait_for_run(daemon, len(run_rows(workspace)) + 1)
            time.sleep(0.4)
            daemon.process.kill()

    assert starts >= 3
    assert run_once(workspace, command=fake("finish")) == 0
    assert sorted(spiders(workspace)) == sorted(SPIDERS)  # what was done is not done again


def wait_for_run(daemon: Daemon, number: int) -> None:
    daemon.wait_for(lambda: len(run_rows(daemon.workspace)) >= number)


def test_crawl_of_a_killed_daemon_is_told_to_stop_and_is_due_again(workspace: Path) -> None:
    with Daemon(workspace, "wait-first") as daemon:
        daemon.wait_for((workspace / "ready").exists)
        daemon.process.kill()
        (run,) = run_rows(workspace)
        wait_until(lambda: not is_alive(run["process"]))
    assert spiders(workspace, "interrupted") == ["sitemaps"]

    with Daemon(workspace) as again:
        again.wait_for(lambda: sorted(spiders(workspace)) == sorted(SPIDERS))
        assert again.ends() == 0


def test_ctrl_c_at_a_terminal_reaches_the_crawl_once(workspace: Path) -> None:
    with Daemon(workspace, "wait") as daemon:
        daemon.wait_for((workspace / "ready").exists)
        os.killpg(daemon.process.pid, signal.SIGINT)

        assert daemon.process.wait(PATIENCE_S) == 130
    assert spiders(workspace, "interrupted") == ["sitemaps"]
    assert (workspace / "notes").read_text().splitlines()[-2:] == ["told 1 times", "end sitemaps"]


@pytest.mark.usefixtures("restored_logging")
def test_second_daemon_is_refused_with_five(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(workspace)
    with only_daemon(workspace / "corpus.db"):
        codes = [main(["run"]), main(["run", "--once"])]

    assert codes == [5, 5]
    assert str(os.getpid()) in capsys.readouterr().err


# What others left in the tables


def test_jobs_and_kinds_that_nobody_knows_any_more_stand_in_nobodys_way(workspace: Path) -> None:
    now = datetime.now(UTC)
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        run = corpus.start_run(spider="renamed", trigger="schedule", version="0", now=now)
        corpus.finish_run(run, outcome="finished", requests=0, message=None, now=now)
        corpus.add_source(
            kind="telepathy", url="http://a.test/t", outlet=None, found_by="renamed",
            every_minutes=1, now=now,
        )  # fmt: skip
        with kept(rounds_of(workspace)) as clockwork:
            wait_until(lambda: sorted(spiders(workspace)) == sorted([*SPIDERS, "renamed"]))
            assert clockwork.beat().trouble is None

        assert [one.kind for one in corpus.due_sources(["telepathy"], now=now)] == ["telepathy"]


# The end


@pytest.mark.parametrize("rounds", [25, pytest.param(400, marks=pytest.mark.slow)])
def test_daemon_that_is_stopped_while_jobs_come_in_ends(
    workspace: Path, rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """APScheduler calls and joins under its locks: what waits for one there hangs for good."""
    monkeypatch.setattr("scheduler.clockwork._LOST", 3000)  # a tick is short, and machines are busy
    chance = random.Random(7)
    for _ in range(rounds):
        work = Rounds(
            settings=load_settings(workspace, {}), environ={}, command=lambda *_: ["/bin/true"]
        )
        stop = threading.Event()
        clockwork = Clockwork(rounds=work, tick_s=0.01)
        keeper = threading.Thread(
            target=clockwork.keep, args=(stop, threading.Event()), daemon=True
        )
        keeper.start()
        time.sleep(chance.uniform(0, 0.12))
        stop.set()
        keeper.join(30)

        assert not keeper.is_alive()
