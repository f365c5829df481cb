"""A file that is a copy of a cluster's corpus: what commands may do there, and what it says."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ingest.cli import main, seedbed
from ingest.copy_gate import READERS, WRITING_OPTIONS
from ingest.corpus import Corpus
from ingest.corpus.runs import PULLED
from tests.commands import rows, workspace
from tests.test_older_corpus import made_by, version_of

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["workspace"]

MARK = {
    "store": "s", "file": "f", "snapshot": "1:1:", "runs": 2, "last_run": 2,
    "database": "dbhost:5433/press", "as_of": "2026-01-02T03:04:05Z",
}  # fmt: skip
#: Whatever writes, with arguments that would otherwise do.
WRITERS = {
    "add": ["https://a.test/feed"],
    "crawl": ["feeds"],
    "import-warc": ["here.warc"],
    "label": ["1", "no"],
    "reextract": [],
    "relearn": [],
    "restore": ["here.warc"],
    "run": [],
}
BY_OPTION = [
    ["rebuild-index"], ["check", "--fix"], ["sources", "--accept", "1"],
    ["sources", "--rest", "1"], ["run", "--once"], ["label", "1", "--undo"],
]  # fmt: skip


@pytest.fixture
def copy(workspace: Path) -> Path:
    """The workspace whose corpus is a copy; the file."""
    (workspace / "here.warc").touch()
    (workspace / "seeds" / "one.txt").write_text("Police entered the office in Baku. " * 20)
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        corpus.set_state(PULLED, json.dumps(MARK))
    return workspace / "corpus.db"


def test_each_command_is_a_reader_or_is_tried_here() -> None:
    assert set(seedbed.commands) == READERS | WRITERS.keys()
    assert not READERS & WRITERS.keys()
    for name, options in WRITING_OPTIONS.items():
        assert {one.name for one in seedbed.commands[name].params} >= set(options)


@pytest.mark.parametrize(
    "arguments", [*([name, *rest] for name, rest in WRITERS.items()), *BY_OPTION], ids=" ".join
)
def test_what_writes_is_refused_before_it_begins(
    copy: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    before = copy.read_bytes()

    assert main(arguments) == 2

    said = capsys.readouterr()
    assert "a copy that `seedbed pull` keeps up to date" in said.err
    assert "after `seedbed pull --last`" in said.err
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert copy.read_bytes() == before
    left = {path.name for path in copy.parent.iterdir()}
    assert left <= {"corpus.db", "corpus.db-shm", "corpus.db-wal", "here.warc", "seeds"}


@pytest.mark.parametrize(
    "arguments", [["status"], ["runs"], ["rebuild-index", "--check"], ["sources"],
     ["label", "--help"], ["reextract", "--dry-run"]],
    ids=" ".join,
)  # fmt: skip
def test_readers_are_not(
    copy: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    before = copy.read_bytes()

    assert main(arguments) in {0, 1}  # the index of copies is left out of a copy

    assert "a copy that" not in capsys.readouterr().err
    assert copy.read_bytes() == before


def test_a_copy_that_an_older_version_pulled_is_refused_as_it_is(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for one in workspace.glob("corpus.db*"):
        one.unlink()
    mark = json.dumps(MARK)
    older = made_by(7, workspace, f"INSERT INTO topic_state VALUES ('{PULLED}', '{mark}')")
    before = older.read_bytes()

    assert main(["run", "--once"]) == 2

    assert "a copy that `seedbed pull` keeps up to date" in capsys.readouterr().err
    assert version_of(older) == 7
    assert older.read_bytes() == before


def test_status_says_of_what_it_is_a_copy(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = rows(capsys, "status")[0]

    assert told["copy_of"] == {"database": MARK["database"], "as_of": MARK["as_of"]}
    assert main(["status"]) == 0
    assert "dbhost:5433/press, last brought anything" in capsys.readouterr().out
    with closing(Corpus(copy)) as corpus:
        corpus._run("DELETE FROM topic_state WHERE key = ?", (PULLED,))
    assert rows(capsys, "status")[0]["copy_of"] is None
    assert main(["status"]) == 0
    assert "copy of" not in capsys.readouterr().out
