"""A daemon that cannot work says so, and ends rather than hang; bad guests do it no harm."""

from __future__ import annotations

import http.client
import re
import socket
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from ingest.config import load_settings
from ingest.errors import CrawlError, IngestError
from scheduler import clockwork as clockwork_module
from scheduler import health, telling
from scheduler.beat import Pulse
from scheduler.clockwork import Clockwork
from scheduler.health import ailments
from scheduler.rounds import Rounds
from tests.patience import PATIENCE_S, wait_until
from tests.test_daemon import fake, workspace
from tests.test_health import WELL, opened

__all__ = ["workspace"]  # fixture


def clockwork_of(folder: Path, **more: Any) -> Clockwork:
    rounds = Rounds(settings=load_settings(folder, {}), environ={}, command=fake("finish"))
    return Clockwork(rounds=rounds, tick_s=0.05, **more)


def failing(error: Exception) -> Any:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    return fail


# The tick


def test_tick_that_fails_unforeseen_does_not_count(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clockwork = clockwork_of(workspace)
    monkeypatch.setattr(clockwork.rounds, "agenda", failing(ZeroDivisionError()))
    before_s = clockwork._pulse._ticked_s

    with pytest.raises(ZeroDivisionError):
        clockwork._tick()

    assert clockwork._pulse._ticked_s == before_s


def test_corpus_that_cannot_be_read_is_told_until_it_can(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clockwork = clockwork_of(workspace)
    with monkeypatch.context() as broken:
        broken.setattr(clockwork.rounds, "agenda", failing(IngestError("no disk")))
        clockwork._tick()
    assert clockwork.beat().trouble == "no disk"

    clockwork._tick()

    assert clockwork.beat().trouble is None


def test_trouble_is_an_ailment(workspace: Path) -> None:
    found = ailments(load_settings(workspace, {}), replace(WELL, trouble="no disk"))

    assert "the last look at the corpus failed: no disk" in found


def test_upkeep_that_cannot_be_looked_at_keeps_no_crawl_waiting(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(clockwork_module, "due_upkeep", failing(ValueError("year 0")))
    clockwork = clockwork_of(workspace)

    clockwork._tick()

    assert clockwork._queued
    assert "upkeep not looked at" in caplog.messages


# The end


def test_daemon_whose_tick_hangs_ends_without_waiting_for_it(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes: list[int] = []
    free, stop = threading.Event(), threading.Event()
    clockwork = clockwork_of(workspace, die=codes.append, drain_s=0.1)
    monkeypatch.setattr(clockwork, "_tick", free.wait)
    try:
        with pytest.raises(CrawlError, match="stood still"):
            clockwork.keep(stop, threading.Event())
    finally:
        free.set()

    assert codes == [1]
    assert stop.is_set()


def test_service_is_kept_by_its_manager_until_it_gives_up_and_says_why(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the manager kills it before anybody is told that it stood still."""
    told: list[str] = []
    monkeypatch.setattr(clockwork_module, "notify", told.append)
    monkeypatch.setattr(clockwork_module, "watchdog_every_s", lambda: 90.0)
    clockwork = clockwork_of(workspace)
    monkeypatch.setattr(clockwork, "_wake", lambda: None)
    tick_s = clockwork.tick_s
    for ticks in (1, clockwork_module._LATE + 1, clockwork_module._LOST - 1):
        monkeypatch.setattr(Pulse, "tick_age_s", ticks * tick_s)
        clockwork._watch()
    assert told == ["WATCHDOG=1"] * 3

    monkeypatch.setattr(Pulse, "tick_age_s", (clockwork_module._LOST + 1) * tick_s)
    with pytest.raises(CrawlError):
        clockwork._watch()
    unit = (Path(__file__).parents[1] / "deploy" / "seedbed.service").read_text()
    found = re.search(r"^WatchdogSec=(\d+)$", unit, re.MULTILINE)
    assert found
    silent_s = clockwork_module._DRAIN_S + telling._JOIN_S
    assert int(found[1]) > 2 * silent_s


def test_stopping_tells_the_teller_before_it_waits_for_the_crawl(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a stop takes the time of the crawl and that of a message one after the other."""
    order: list[str] = []
    clockwork = clockwork_of(workspace)
    stopped, ended = clockwork._teller.stop, clockwork._turns.end

    def stop_teller() -> None:
        order.append("teller")
        stopped()

    def end_turns(*, wait: bool = True) -> None:
        order.append("turns")
        ended(wait=wait)

    monkeypatch.setattr(clockwork._teller, "stop", stop_teller)
    monkeypatch.setattr(clockwork._turns, "end", end_turns)
    stop = threading.Event()
    stop.set()

    clockwork.keep(stop, threading.Event())

    assert order[:2] == ["teller", "turns"]


@pytest.mark.parametrize("drain_s", [0.2, PATIENCE_S])
def test_crawl_at_work_is_waited_for_but_not_for_ever(workspace: Path, drain_s: float) -> None:
    clockwork = clockwork_of(workspace, die=lambda _: None, drain_s=drain_s)
    clockwork._pulse.began("feeds")
    threading.Timer(1.0, lambda: clockwork._pulse.ended("feeds", is_well=True)).start()
    began = time.monotonic()

    clockwork._give_up(CrawlError("x"))

    spent_s = time.monotonic() - began
    assert min(drain_s, 0.9) <= spent_s < 20
    assert clockwork.rounds.stop.is_set()


# The desk


def test_name_server_is_not_asked(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getfqdn", failing(AssertionError("asked")))

    with opened(workspace) as asked:
        assert asked.ask("/healthz")[0] == 503  # nobody has made a corpus yet


def test_unexpected_error_is_answered(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(health._ANSWERS, "/healthz", failing(ZeroDivisionError()))
    with opened(workspace) as asked:
        assert asked.ask("/healthz")[0] == 500


def test_threads_that_cannot_be_started_use_up_no_place(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(workspace) as asked:
        with monkeypatch.context() as broken:
            broken.setattr(
                "socketserver.ThreadingMixIn.process_request", failing(RuntimeError("no thread"))
            )
            for _ in range(health._AT_ONCE + 2):
                with pytest.raises((http.client.HTTPException, OSError)):
                    asked.ask("/healthz")

        assert asked.ask("/nothing")[0] == 404


def test_client_that_dribbles_is_cut_off(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_DEADLINE_S", 0.5)
    with (
        opened(workspace) as asked,
        closing(socket.create_connection((asked.host, asked.port))) as client,
    ):

        def is_cut() -> bool:
            try:
                client.sendall(b"G")
            except OSError:
                return True
            return False

        wait_until(is_cut, within_s=4)
