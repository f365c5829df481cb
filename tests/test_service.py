"""The daemon as a service: what it tells its manager, upkeep, and settings that change."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ingest.backup_files import backups_in
from ingest.config import TEXT_VARIABLE, load_settings
from ingest.corpus import Corpus
from ingest.errors import ConfigError
from scheduler.clockwork import Clockwork
from scheduler.daemon import run_once
from scheduler.rounds import Rounds
from scheduler.upkeep import BACKUP, MAINTENANCE, due_upkeep, keep_up
from tests.patience import PATIENCE_S, wait_until
from tests.test_daemon import FAKE, SERVE, fake, workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["workspace"]  # fixture

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SOURCES = '[sources]\nsites = ["http://a.test/"]\n'


def say(workspace: Path, more: str = "") -> None:
    (workspace / "seedbed.toml").write_text(SOURCES + more)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def kept(rounds: Rounds) -> Iterator[Clockwork]:
    """A clockwork at work."""
    stop = threading.Event()
    clockwork = Clockwork(rounds=rounds, tick_s=0.05)
    keeper = threading.Thread(target=clockwork.keep, args=(stop, threading.Event()))
    keeper.start()
    try:
        yield clockwork
    finally:
        stop.set()
        keeper.join()


def rounds_of(workspace: Path, scenario: str = "finish") -> Rounds:
    return Rounds(settings=load_settings(workspace, {}), environ={}, command=fake(scenario))


@contextmanager
def served(workspace: Path, **environ: str) -> Iterator[subprocess.Popen[str]]:
    daemon = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SERVE, "finish", str(workspace), str(FAKE)],
        env={**os.environ, **environ}, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        yield daemon
    finally:
        daemon.kill()
        daemon.communicate()


# Upkeep


def test_maintenance_is_due_once_a_day_and_a_backup_when_configured(workspace: Path) -> None:
    Corpus(workspace / "corpus.db").close()
    say(workspace, "[backup]\nevery_hours = 6\nkeep = 2\n")
    settings = load_settings(workspace, {})
    now = datetime.now(UTC)
    assert due_upkeep(settings, now=now) == [MAINTENANCE, BACKUP]

    for work in (MAINTENANCE, BACKUP):
        keep_up(settings, work, is_stopped=lambda: False)

    assert due_upkeep(settings, now=now + timedelta(seconds=5)) == []
    assert due_upkeep(settings, now=now + timedelta(hours=7)) == [BACKUP]
    assert due_upkeep(settings, now=now + timedelta(hours=25)) == [MAINTENANCE, BACKUP]


def test_maintenance_cuts_the_log_unless_somebody_reads_from_it(workspace: Path) -> None:
    settings = load_settings(workspace, {})
    log = workspace / "corpus.db-wal"
    with closing(Corpus(settings.corpus_path)) as corpus:
        reader = Corpus(settings.corpus_path, readonly=True)
        reader._run("BEGIN")
        reader.last_run()
        for number in range(50):
            corpus.set_state(f"ballast {number}", "x" * 4000)
        keep_up(settings, MAINTENANCE, is_stopped=lambda: False)
        assert log.stat().st_size > 100_000
        reader.close()
        keep_up(settings, MAINTENANCE, is_stopped=lambda: False)

        assert log.stat().st_size == 0


def test_daemon_looks_after_the_corpus_between_crawls(workspace: Path) -> None:
    say(workspace, "[backup]\nevery_hours = 6\n")
    corpus = workspace / "corpus.db"
    with kept(rounds_of(workspace)) as clockwork:
        wait_until(lambda: bool(backups_in(workspace / "backups", corpus)))
        wait_until(lambda: BACKUP in clockwork.beat().tallies)
        tallies = clockwork.beat().tallies

    assert tallies[MAINTENANCE].well == tallies[BACKUP].well == 1


def test_round_makes_the_backup_that_is_due(workspace: Path) -> None:
    say(workspace, "[backup]\nevery_hours = 6\n")
    for _ in range(2):
        assert run_once(workspace, environ={}, command=fake("finish")) == 0

    assert len(backups_in(workspace / "backups", workspace / "corpus.db")) == 1


def test_backup_that_cannot_be_made_makes_a_round_partial(workspace: Path) -> None:
    say(workspace, '[backup]\nevery_hours = 6\nfolder = "seeds/one.txt"\n')

    assert run_once(workspace, environ={}, command=fake("finish")) == 6


def test_log_that_grows_is_warned_of_once(
    workspace: Path, caplog: pytest.LogCaptureFixture
) -> None:
    say(workspace, "[health]\nwal_mib = 0.001\n")
    with closing(Corpus(workspace / "corpus.db")) as holding:
        holding._run("BEGIN")
        holding.last_run()  # keeps the log from being folded
        with kept(rounds_of(workspace)) as clockwork:
            wait_until(lambda: "links" in clockwork.beat().tallies)
            time.sleep(0.5)

    assert caplog.messages.count("corpus needs a look") == 1


# Settings that change


def test_changed_settings_are_taken_up_and_a_mistake_leaves_the_old_ones(
    workspace: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    say(workspace)
    rounds = rounds_of(workspace)
    with kept(rounds):
        say(workspace, "[schedule]\npoll_every_minutes = 7\n")
        wait_until(lambda: rounds.settings.schedule.poll_every_minutes == 7)
        say(workspace, "[schedule]\npoll_every_minutes = 0\n")
        wait_until(lambda: "settings not taken up, the old ones stay" in caplog.messages)
        time.sleep(0.3)
        assert rounds.settings.schedule.poll_every_minutes == 7
        assert caplog.messages.count("settings not taken up, the old ones stay") == 1
        say(workspace, "[schedule]\npoll_every_minutes = 9\n")
        wait_until(lambda: rounds.settings.schedule.poll_every_minutes == 9)

    assert caplog.messages.count("settings taken up") == 2


def test_crawls_are_given_the_settings_in_force_and_not_the_broken_file(workspace: Path) -> None:
    say(workspace, "[crawl]\ndelay_s = 3\n")
    rounds = rounds_of(workspace)
    rounds.reread(is_told=True)
    (workspace / "seedbed.toml").write_text("[crawl\n")
    rounds.reread(is_told=True)
    with pytest.raises(ConfigError):
        load_settings(workspace, {})

    environ = rounds._crawl_environ()
    assert TEXT_VARIABLE in environ
    assert load_settings(workspace, environ).crawl.delay_s == 3


def test_whoever_asks_to_read_the_settings_again_is_told_that_nothing_changed(
    workspace: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    say(workspace)
    rounds = rounds_of(workspace)

    assert not rounds.reread(is_told=True)
    assert caplog.messages == ["settings read again: nothing changed"]


def test_another_corpus_is_not_taken_up(workspace: Path, caplog: pytest.LogCaptureFixture) -> None:
    say(workspace)
    rounds = rounds_of(workspace)
    rounds.reread(is_told=True)
    say(workspace, '[paths]\ncorpus = "other.db"\n')

    assert not rounds.reread(is_told=True)
    assert rounds.settings.paths.corpus == "corpus.db"
    assert "another corpus" in caplog.text


def test_health_moves_with_the_settings(workspace: Path) -> None:
    say(workspace, '[health]\naddress = "127.0.0.1:0"\n')
    with kept(rounds_of(workspace)) as clockwork:
        wait_until(lambda: clockwork.url is not None)
        say(workspace)
        wait_until(lambda: clockwork.url is None)


def test_health_that_cannot_be_told_keeps_the_daemon_from_starting(workspace: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        say(workspace, f'[health]\naddress = "127.0.0.1:{taken.getsockname()[1]}"\n')
        clockwork = Clockwork(rounds=rounds_of(workspace), tick_s=0.05)
        with pytest.raises(ConfigError, match="in use"):
            clockwork.keep(threading.Event(), threading.Event())


# As a process of its own


def test_service_tells_its_manager_that_it_is_ready_alive_and_stopping(
    workspace: Path, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "manager"))
        manager.settimeout(PATIENCE_S)
        named = {"NOTIFY_SOCKET": str(tmp_path / "manager"), "WATCHDOG_USEC": "600000"}
        with served(workspace, **named) as daemon:
            told: list[str] = []
            while "WATCHDOG=1" not in told or not any(one.startswith("READY=1") for one in told):
                told.append(manager.recv(4096).decode())
            daemon.send_signal(signal.SIGTERM)
            while told[-1] != "STOPPING=1":
                told.append(manager.recv(4096).decode())
            assert daemon.wait(PATIENCE_S) == 0

    assert told[0].startswith("READY=1")
    assert any(one.startswith("STATUS=at work: ") for one in told)


def test_hangup_reads_the_settings_again_and_health_is_told(workspace: Path) -> None:
    port = free_port()
    say(workspace, f'[health]\naddress = "127.0.0.1:{port}"\n')
    with served(workspace) as daemon:
        wait_until(lambda: answers(port, "healthz"))
        told = json.loads(ask(port, "status.json"))
        assert told["daemon"]["pid"] == daemon.pid
        assert b"seedbed_ticking 1.0" in ask(port, "metrics")
        say(workspace)
        daemon.send_signal(signal.SIGHUP)
        wait_until(lambda: not answers(port, "healthz"))
        assert daemon.poll() is None
        daemon.send_signal(signal.SIGTERM)

        assert daemon.wait(PATIENCE_S) == 0


def ask(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10) as answer:
        body: bytes = answer.read()
        return body


def answers(port: int, path: str) -> bool:
    try:
        ask(port, path)
    except OSError:
        return False
    return True
