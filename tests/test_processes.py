"""Whether a process still lives, as far as it can be seen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.corpus.processes import is_alive, is_here, name_of_this_process


def test_this_process_lives_and_one_that_ended_does_not() -> None:
    code = "from ingest.corpus.processes import name_of_this_process as name; print(name())"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert is_alive(name_of_this_process())
    assert not is_alive(ended.stdout.strip())
    assert is_here(ended.stdout.strip())


def test_a_process_that_took_the_number_of_one_that_ended_is_another() -> None:
    host, pid, _ = name_of_this_process().split(":")

    assert not is_alive(f"{host}:{pid}:1")


@pytest.mark.parametrize(
    ("answer", "lives"), [(PermissionError, True), (ProcessLookupError, False), (None, False)]
)
def test_of_one_that_is_not_shown_it_counts_whether_it_is_there(
    answer: type[OSError] | None, *, lives: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(_pid: int, _signal: int) -> None:
        if answer:
            raise answer

    def hide(path: Path, *_: object, **__: object) -> str:
        raise FileNotFoundError(path)

    name = name_of_this_process()
    monkeypatch.setattr(os, "kill", kill)
    monkeypatch.setattr(Path, "read_text", hide)

    assert is_alive(name) is lives


def test_nothing_and_nobody() -> None:
    assert not is_alive(None)
    assert is_alive(f"elsewhere:{os.getpid()}:1")
