"""Signals to a process that works under the eye of them."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = """
import sys, time
from scheduler.signals import attended
def work(stop, hurry):
    print("at work", flush=True)
    stop.wait()
    print("told", flush=True)
    if "hurried" in sys.argv:
        hurry.wait()
attended(work)
print("done", flush=True)
time.sleep(float(sys.argv[1]))
"""


def start(*arguments: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "at work\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_when_all_is_done_does_not_change_how_it_ends(number: int) -> None:
    with start("1") as process:
        assert process.stdout is not None
        process.send_signal(number)
        assert process.stdout.read(len("told\ndone\n")) == "told\ndone\n"
        process.send_signal(number)

        assert process.wait() == 0


def test_a_third_ends_one_that_was_told_to_hurry() -> None:
    with start("900", "hurried") as process:
        assert process.stdout is not None
        process.terminate()
        assert process.stdout.readline() == "told\n"
        process.terminate()
        assert process.stdout.readline() == "done\n"
        process.terminate()

        assert process.wait() == -signal.SIGTERM
