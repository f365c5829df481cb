"""A corpus in a folder where nothing can be written is read all the same."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.corpus import Corpus
from ingest.corpus.connection import is_still
from tests.commands import restored_logging, workspace
from tests.patience import PATIENCE_S
from tests.test_older_corpus import made_by, version_of

if TYPE_CHECKING:
    from collections.abc import Iterator

# The fixtures used here, which pytest finds by their names.
__all__ = ["restored_logging", "workspace"]

ROOT = Path(__file__).parents[1]
# Root may write everywhere, until it gives up CAP_DAC_OVERRIDE (capability 1, prctl 24).
MORTAL = """
import ctypes, os, sys
if os.geteuid() == 0 and ctypes.CDLL(None).prctl(24, 1, 0, 0, 0):
    sys.exit("cannot give up the powers of root")
os.execv(sys.executable, [sys.executable, "-m", "ingest", *sys.argv[1:]])
"""


@pytest.fixture
def sealed(workspace: Path) -> Iterator[Path]:
    """A workspace that cannot be written, without the files that SQLite keeps beside a corpus."""
    (workspace / "seeds" / "one.txt").write_text("A story of Baku and Moscow. " * 40)
    workspace.chmod(0o555)
    yield workspace
    workspace.chmod(0o755)


def ask(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", MORTAL, *arguments], cwd=folder, capture_output=True, text=True,
        check=False, timeout=PATIENCE_S, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("status", "1 article and 2 copies"),
        ("why a.test/news/one", "0.91 like seed 1"),
        ("show 1", "Baku answers Moscow"),
        ("search baku", "Baku answers Moscow"),
        ("web --get /corpus/articles.json?_shape=array", "Baku answers Moscow"),
    ],
)
def test_readers_read_where_nothing_can_be_written(sealed: Path, arguments: str, said: str) -> None:
    ran = ask(sealed, *arguments.split())

    assert (ran.returncode, ran.stderr) == (0, "")
    assert said in ran.stdout
    assert sorted(path.name for path in sealed.iterdir()) == ["corpus.db", "seeds"]


def test_an_empty_log_left_behind_is_no_hindrance(sealed: Path) -> None:
    sealed.chmod(0o755)
    (sealed / "corpus.db-wal").touch()
    sealed.chmod(0o555)

    assert ask(sealed, "status").returncode == 0


def test_changes_that_wait_beside_a_corpus_are_not_passed_over(sealed: Path) -> None:
    sealed.chmod(0o755)
    with closing(Corpus(sealed / "corpus.db")) as corpus:
        corpus._run("UPDATE articles SET title = 'Changed'")
        waiting = (sealed / "corpus.db-wal").read_bytes()
    (sealed / "corpus.db-wal").write_bytes(waiting)
    sealed.chmod(0o555)
    ran = ask(sealed, "status")

    assert ran.returncode == 1
    assert "changes wait in corpus.db-wal; copy both where you may write" in ran.stderr


def test_an_older_corpus_that_may_not_be_written_is_called_so(tmp_path: Path) -> None:
    made_by(5, tmp_path).chmod(0o444)
    ran = ask(tmp_path, "status")

    assert ran.returncode == 1
    assert "schema 5 is older than this Seedbed" in ran.stderr
    assert version_of(tmp_path / "corpus.db") == 5


def test_what_cannot_be_written_is_not_written(sealed: Path) -> None:
    ran = ask(sealed, "run", "--once")

    assert ran.returncode == 1
    assert "Permission denied" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_corpus_in_a_folder_that_can_be_written_is_never_still(workspace: Path) -> None:
    assert not is_still(workspace / "corpus.db")
