"""The look back at the end of a run: a signal ends it, and what it left the next run does."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from ingest.looking_back import signals_heard

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def told() -> Iterator[list[int]]:
    """Signals that reached the one who listened before."""
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
    yield heard
    signal.signal(signal.SIGTERM, before)


def test_signal_is_heard_here_and_by_who_listened_before(told: list[int]) -> None:
    with signals_heard() as is_stopped:
        before = is_stopped()
        os.kill(os.getpid(), signal.SIGTERM)
        after = is_stopped()
    os.kill(os.getpid(), signal.SIGTERM)

    assert (before, after, told) == (False, True, [signal.SIGTERM] * 2)


def test_listener_that_another_took_the_place_of_is_not_put_back(told: list[int]) -> None:
    second: list[int] = []
    with signals_heard():
        signal.signal(signal.SIGTERM, lambda number, _: second.append(number))
    os.kill(os.getpid(), signal.SIGTERM)

    assert (told, second) == ([], [signal.SIGTERM])


def test_thread_that_hears_no_signals_goes_on() -> None:
    said: list[bool] = []

    def work() -> None:
        with signals_heard() as is_stopped:
            said.append(is_stopped())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert said == [False]
