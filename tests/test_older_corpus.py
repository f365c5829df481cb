"""A corpus that an older Seedbed made is brought up to date by whoever opens it first."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

# As in test_corpus: one SQLite library a process.
from pysqlite3 import dbapi2 as sqlite3  # noqa: TID251
from sqlite_utils import Database  # noqa: TID251

from ingest.corpus import Corpus
from ingest.corpus.connection import connect
from ingest.corpus.migrations import APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION
from ingest.errors import CorpusTooOld

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A corpus as the first version made it."""
    path = tmp_path / "corpus.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
        second = MIGRATIONS.pending(Database(raw))[1].name
        MIGRATIONS.apply(Database(raw), stop_before=second)
        raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        raw.execute("PRAGMA user_version = 1")
    return path


def version_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as raw:
        return int(raw.execute("PRAGMA user_version").fetchone()[0])


def test_a_reader_brings_it_up_to_date(older: Path) -> None:
    with closing(Corpus(older, readonly=True)) as corpus:
        assert corpus.latest_articles(3) == []

    assert version_of(older) == SCHEMA_VERSION


def test_where_it_cannot_be_written_it_is_said(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.corpus.connection.os.access", lambda *_: False)

    with pytest.raises(CorpusTooOld, match="schema 1 is older"):
        connect(older, readonly=True)
    assert version_of(older) == 1
