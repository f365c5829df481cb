"""How pulling begins and ends, and what the database keeps of one that was killed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ingest.cli import main
from ingest.config import load_settings
from ingest.corpus import Corpus
from ingest.errors import CorpusError, PullRunning
from ingest.pulling import pull
from scheduler.lock import only_pull
from tests.test_pull import (
    _is_noting,
    _kill,
    _kill_pull,
    address,
    ask,
    held,
    only,
    settings,
    workspace,
    write,
)  # fmt: skip

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.config import Settings
    from tests.postgres import Server

__all__ = ["address", "only", "settings"]


def test_database_in_which_nobody_began_is_left_alone(
    tmp_path: Path, postgres: Server, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder = tmp_path / "new"
    folder.mkdir()
    with postgres.database(empty=True) as nothing:
        monkeypatch.setenv("SEEDBED_CLUSTER__DATABASE", nothing)

        assert main(["-w", str(folder), "pull"]) == 2

        assert "no worker has begun in this database yet" in capsys.readouterr().err
        assert ask(nothing, "SELECT count(*) FROM pg_class WHERE relnamespace = 2200") == 0
    assert list(folder.iterdir()) == []


def test_after_the_last_pull_only_stories_of_changed_days_are_laid_out(
    address: str, settings: Settings
) -> None:
    write(address, "DELETE FROM story_days WHERE day = '2025-07-01'")
    pull(settings)
    with closing(Corpus(settings.corpus_path)) as corpus:
        as_copy = set(corpus.stale_days())
    pull(settings, is_last=True)

    assert as_copy == {"2025-07-01", "2025-07-03"}, "it lays out none, and need not know"
    with closing(Corpus(settings.corpus_path)) as corpus:
        assert set(corpus.stale_days()) == {"2025-07-03"}


def test_file_that_pulls_while_nothing_is_new_is_not_silent(
    tmp_path: Path, address: str, settings: Settings
) -> None:
    other = workspace(tmp_path / "other", address)
    pull(settings)
    pull(other)
    write(address, "UPDATE pulling_files SET at = now() - interval '31 days'")
    assert pull(settings).rows == 0
    pull(other, is_last=True)
    write(address, "UPDATE articles SET title = 'Another'")

    assert pull(settings).changed["articles"]


def test_file_that_was_silent_takes_everything_anew_after_the_last_pull_of_another(
    tmp_path: Path, address: str, settings: Settings
) -> None:
    other = workspace(tmp_path / "other", address)
    pull(settings)
    pull(other)
    write(address, "UPDATE pulling_files SET at = now() - interval '31 days'")
    pull(other, is_last=True)
    write(address, "UPDATE articles SET title = 'Another'")

    assert pull(settings).new["articles"]
    anew = workspace(tmp_path / "anew", address)
    pull(anew)
    assert held(settings.corpus_path) == held(anew.corpus_path)


def test_killed_first_pull_leaves_nothing_for_ever(address: str, settings: Settings) -> None:
    _kill_pull(settings, "copies")
    assert ask(address, "SELECT count(*) FROM pulling_files") == 1

    pull(settings)
    assert ask(address, "SELECT count(*) FROM pulling_files") == 1
    assert pull(settings, is_last=True).is_last
    assert not _is_noting(address)


def test_file_that_was_thrown_away_is_not_noted_for_ever(
    tmp_path: Path, address: str, settings: Settings
) -> None:
    pull(workspace(tmp_path / "gone", address))
    write(address, "UPDATE pulling_files SET at = now() - interval '400 days'")

    pull(settings, is_last=True)

    assert not _is_noting(address)


_KILLED_LAST = """
import os, signal, sys
from pathlib import Path
from ingest import pulling
from ingest.config import load_settings
from ingest.corpus.postgres.changes import Changes
from ingest.corpus.postgres.filing import PulledFile

def dying(*_args, **_named):
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "before":
    Changes.forget = dying
else:
    PulledFile.end = dying
pulling.pull(load_settings(Path(sys.argv[1]), os.environ), is_last=True)
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_last_pull_can_be_told_again(address: str, settings: Settings, when: str) -> None:
    pull(settings)
    _kill(settings, _KILLED_LAST, when)
    with closing(Corpus(settings.corpus_path)) as corpus:
        assert corpus.copy_of() is not None

    pull(settings, is_last=True)

    assert not _is_noting(address)
    with closing(Corpus(settings.corpus_path)) as corpus:
        corpus.check_is_own()


def test_last_pull_that_was_cut_short_is_not_ended_by_another_database(
    settings: Settings, postgres: Server
) -> None:
    pull(settings)
    before = held(settings.corpus_path)
    _kill(settings, _KILLED_LAST, "before")

    with postgres.database() as other:
        elsewhere = load_settings(settings.workspace, {"SEEDBED_CLUSTER__DATABASE": other})
        with pytest.raises(CorpusError, match="was cut short"):
            pull(elsewhere)

    assert held(settings.corpus_path) == before


def test_a_database_that_is_gone_is_an_error_and_the_file_stays(settings: Settings) -> None:
    pull(settings)
    before = held(settings.corpus_path)
    away = {"SEEDBED_CLUSTER__DATABASE": "postgresql://x:secret@127.0.0.1:1/none"}

    with pytest.raises(CorpusError, match="cannot be reached") as told:
        pull(load_settings(settings.workspace, away))

    assert "secret" not in str(told.value)
    assert held(settings.corpus_path) == before


def test_pull_beside_one_that_goes_on_is_refused(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, database = str(settings.workspace), str(settings.cluster.database)
    monkeypatch.setenv("SEEDBED_CLUSTER__DATABASE", database)
    with subprocess.Popen(
        [sys.executable, "-m", "ingest", "-w", folder, "pull", "--every", "3600"],
        stdout=subprocess.PIPE, text=True,
    ) as going_on:  # fmt: skip
        try:
            assert going_on.stdout is not None
            assert going_on.stdout.readline() == "all was taken: the file is new\n"
            assert main(["-w", folder, "pull", "--last"]) == 5
            said = capsys.readouterr().err
            assert main(["-w", folder, "pull"]) == 5
            assert main(["-w", folder, "status"]) == 0
        finally:
            going_on.kill()
    with closing(Corpus(settings.corpus_path)) as corpus:
        assert corpus.copy_of() is not None

    assert f"another `seedbed pull` (process {going_on.pid}, since 2" in said
    assert str(settings.corpus_path) in said
    assert main(["-w", folder, "pull", "--last"]) == 0, "the kernel unlocked it"
    assert not [*settings.workspace.glob("*.pull")]


def test_of_many_who_would_pull_one_does_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    at_once, most = 0, 0
    counting = threading.Lock()

    def take_turns() -> None:
        nonlocal at_once, most
        for _ in range(40):
            try:
                with only_pull(path):
                    with counting:
                        at_once += 1
                        most = max(most, at_once)
                    time.sleep(0.001)
                    with counting:
                        at_once -= 1
            except PullRunning:
                continue

    crew = [threading.Thread(target=take_turns) for _ in range(4)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()

    assert most == 1
    assert [*tmp_path.iterdir()] == []


def test_pull_lock_that_a_killed_one_left_holds_nobody_up(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    (tmp_path / "corpus.db.pull").write_text(f"{os.getpid()}\n2026-01-01T00:00:00Z\npull\n")

    with (
        only_pull(path),
        pytest.raises(PullRunning, match=f"process {os.getpid()}"),
        only_pull(path),
    ):
        pass
