"""What docs/reliability.md claims is held by tests that are there; and two faults of files."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

from ingest.corpus import Corpus
from ingest.errors import CorpusDamaged, SqliteTooOld
from tests.filled import fill

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reliability.md"
NAMED = re.compile(r"`(tests/\w+\.py)::(\w+)`")
PAGE_BYTES = 4096  # of SQLite


def test_every_fault_names_tests_that_are_there() -> None:
    text = PAGE.read_text()
    missing = [
        f"{file}::{name}"
        for file, name in NAMED.findall(text)
        if f"def {name}(" not in (ROOT / file).read_text()
    ]

    assert missing == []
    assert re.findall(r"^\| F(\d+) \|", text, re.MULTILINE) == [str(n) for n in range(1, 35)]


def test_sqlite_that_can_corrupt_a_corpus_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.corpus.connection.sqlite.sqlite_version_info", (3, 51, 2))

    with pytest.raises(SqliteTooOld, match="can corrupt"):
        Corpus(tmp_path / "corpus.db")
    assert list(tmp_path.iterdir()) == []


def test_damaged_corpus_is_named_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    with closing(fill(path)) as corpus:
        corpus.fold_log()
        root = corpus._value("SELECT rootpage FROM sqlite_schema WHERE name = 'articles'")
    with path.open("r+b") as file:
        file.seek((root - 1) * PAGE_BYTES)
        file.write(b"\xff" * PAGE_BYTES)

    with (
        closing(Corpus(path, readonly=True)) as corpus,
        pytest.raises(CorpusDamaged, match="restore a backup"),
    ):
        corpus.latest_articles(3)
