from __future__ import annotations

import json
import os
import socket
from contextlib import closing
from typing import TYPE_CHECKING

from ingest.cli import main
from ingest.corpus import Corpus
from ingest.rebuild_index import is_index_current
from scheduler.lock import only_daemon
from tests.commands import rows, workspace
from tests.filled import insert

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

__all__ = ["workspace"]  # fixture

SEED = "Talks in Baku\n" + "The talks between Azerbaijan and Russia went on in Baku today. " * 9


def found(capsys: pytest.CaptureFixture[str], *options: str) -> set[tuple[str, str]]:
    main(["check", *options, "--json"])
    lines = capsys.readouterr().out.splitlines()
    return {(one["state"], one["subject"]) for one in map(json.loads, lines)}


def break_it(folder: Path) -> None:
    (folder / "seeds" / "one.txt").write_text(SEED)
    (folder / ".corpus.db.seedbed-partial").write_text("half")
    with closing(Corpus(folder / "corpus.db")) as corpus:
        corpus.set_state("fingerprint_version", "of another time")
        insert(
            corpus, "runs", id=9, started="2026-01-02T03:04:05Z", spider="links", version="0.1.0",
            trigger="schedule", outcome="running",
            process=f"{socket.gethostname()}:{os.getpid()}:1",
        )  # fmt: skip


def test_fix_puts_right_what_is_safe_to(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_it(workspace)
    assert ("look", "backup") in found(capsys)

    told = found(capsys, "--fix")

    assert {("done", name) for name in ("archive", "partial", "runs", "index")} <= told
    assert (workspace / "archive").is_dir()
    assert not (workspace / ".corpus.db.seedbed-partial").exists()
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        assert corpus._value("SELECT outcome FROM runs WHERE id = 9") == "died"
        assert is_index_current(corpus)
    assert "done" not in {state for state, _ in found(capsys, "--fix")}


def test_without_fix_nothing_is_touched(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_it(workspace)
    found(capsys)

    assert not (workspace / "archive").exists()
    assert rows(capsys, "runs")[0]["id"] == 9


def test_nothing_is_fixed_beside_a_daemon(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_it(workspace)
    with only_daemon(workspace / "corpus.db"):
        assert ("look", "daemon") in found(capsys, "--fix")

    assert not (workspace / "archive").exists()
