"""A corpus that an older Seedbed made is brought up to date by whoever opens it first."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

# As in test_corpus: one SQLite library a process.
from pysqlite3 import dbapi2 as sqlite3  # noqa: TID251
from sqlite_utils import Database  # noqa: TID251

from ingest.corpus import Corpus
from ingest.corpus.connection import connect
from ingest.corpus.migrations import APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION
from ingest.corpus.processes import name_of_this_process
from ingest.errors import CorpusTooOld
from scheduler.lock import only_daemon

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOLD = """
import sys
from pathlib import Path
from scheduler.lock import only_daemon, only_pull
hold = {"daemon": only_daemon, "pull": only_pull}[sys.argv[2]]
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A corpus as the first version made it."""
    return made_by(1, tmp_path)


def made_by(version: int, folder: Path, rows: str = "") -> Path:
    """A corpus as an earlier version of the schema has it, with the rows of a script."""
    path = folder / "corpus.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
        MIGRATIONS.apply(Database(raw), stop_before=MIGRATIONS.pending(Database(raw))[version].name)
        raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        raw.execute(f"PRAGMA user_version = {version}")
        raw.executescript(rows)
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


@pytest.fixture(params=["daemon", "pull"])
def another(request: pytest.FixtureRequest, older: Path) -> Iterator[int]:
    """The process of a daemon, or of a pull, that is at work in the corpus."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(older), request.param],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid


@pytest.mark.parametrize("readonly", [True, False])
def test_it_stays_as_it_is_while_another_process_is_at_work_in_it(
    older: Path, another: int, *, readonly: bool
) -> None:
    with pytest.raises(CorpusTooOld, match=f"schema 1 is older.* process {another} is at work"):
        connect(older, readonly=readonly)

    assert version_of(older) == 1


def test_it_stays_as_it_is_while_an_older_crawl_is_at_work_in_it(tmp_path: Path) -> None:
    older = made_by(5, tmp_path, _RUNS.format(process=name_of_this_process()))

    with pytest.raises(CorpusTooOld, match="is at work in it"):
        connect(older, readonly=True)


@pytest.mark.parametrize("is_here", [True, False])
def test_a_run_that_nobody_closed_is_no_hindrance(tmp_path: Path, *, is_here: bool) -> None:
    process = f"{name_of_this_process()}1" if is_here else "elsewhere:1:1"
    older = made_by(5, tmp_path, _RUNS.format(process=process))
    connect(older, readonly=True).conn.close()

    assert version_of(older) == SCHEMA_VERSION


def test_the_daemon_itself_brings_it_up_to_date(older: Path) -> None:
    with only_daemon(older):
        connect(older).conn.close()

    assert version_of(older) == SCHEMA_VERSION


def test_changes_and_addresses_gone_come_along(tmp_path: Path) -> None:
    with closing(Corpus(made_by(4, tmp_path, _KEPT_BEFORE))) as corpus:
        (event,) = corpus.events_of_page(1)
        (change,) = corpus.changes_of(1)
        indexes = corpus._rows("SELECT name FROM sqlite_schema WHERE tbl_name = 'revisions'")

        assert (event["kind"], event["at"]) == ("gone", "2025-07-03T12:00:00Z")
        assert (event["detail"], event["run"], event["article"]) == ("http 410", 2, 1)
        assert corpus.gone_since(1) == "2025-07-03T12:00:00Z"
        assert (change["title"], change["words_added"], change["entries_added"]) == ("Was", 3, None)
        assert change["text_before"] == "Before."
        assert {row["name"] for row in indexes} >= {
            "revisions", "revisions_article", "revisions_page", "revisions_run",
        }  # fmt: skip
        assert corpus.damage() == []


def test_a_source_that_rested_rests_on(tmp_path: Path) -> None:
    rows = """
    INSERT INTO sources (id, kind, url, found_by, every_minutes, next_due, last_ok) VALUES
      (1, 'feed', 'https://a.test/', 'settings', 30, '2025-07-03T12:00:00Z', NULL),
      (2, 'bing', 'https://b.test/', 'bing', 30, '9999-12-31T23:59:59Z', '2025-07-01T00:00:00Z');
    """
    with closing(Corpus(made_by(6, tmp_path, rows))) as corpus:
        kept = corpus._rows("SELECT id, state, next_due FROM sources ORDER BY id")
        table = corpus._value("SELECT sql FROM sqlite_schema WHERE name = 'sources'")

        assert kept == [
            {"id": 1, "state": "active", "next_due": "2025-07-03T12:00:00Z"},
            {"id": 2, "state": "resting", "next_due": "2025-07-01T00:00:00Z"},
        ]
        assert "hints TEXT, -- JSON: what it says of its rhythm; null: nothing\n" in table
        assert corpus.damage() == []


def test_what_the_web_counts_is_counted_of_what_was_there(tmp_path: Path) -> None:
    with closing(Corpus(made_by(7, tmp_path, _KEPT_BEFORE + _CARRIED_BEFORE))) as corpus:
        (pair,) = corpus._rows("SELECT original, copying, copies FROM who_copied_whom")
        captured = corpus._rows("SELECT page, week, routes FROM captures ORDER BY page")

        assert tuple(pair.values()) == ("a.test", "b.test", 1)
        assert [tuple(row.values()) for row in captured] == [
            (1, None, "feeds+links"), (2, "2025-W27", ""),
        ]  # fmt: skip
        assert corpus._value("SELECT language FROM outlets WHERE id = 'a.test'") == "az"
        assert corpus.damage() == []


_RUNS = """
INSERT INTO runs (id, started, spider, "trigger", outcome, process, version)
VALUES (1, '2025', 'feeds', 'command', 'running', '{process}', '1');
"""

_CARRIED_BEFORE = """
UPDATE articles SET language = 'az';
INSERT INTO outlets (id, first_seen, last_seen) VALUES ('b.test', '2025', '2025');
INSERT INTO pages (id, key, url, outlet, outcome, reason, found_by, first_seen, published, article)
VALUES (2, 'b.test/1', 'http://b.test/1', 'b.test', 'copy', 'so', 'feeds', '2025', '2025-07-02', 1);
INSERT INTO copies (article, outlet, title, url, relation, similarity, first_seen, page, run)
VALUES (1, 'b.test', 'Is', 'http://b.test/1', 'exact', 1, '2025', 2, 1);
INSERT INTO routes (page, route, found) VALUES (1, 'links', '2025'), (1, 'feeds', '2025');
"""

_KEPT_BEFORE = """
INSERT INTO outlets (id, first_seen, last_seen) VALUES ('a.test', '2025', '2025');
INSERT INTO runs (id, started, spider, "trigger", outcome, version)
VALUES (1, '2025', 'feeds', 'command', 'finished', '1'),
  (2, '2025', 'frontier', 'command', 'finished', '1');
INSERT INTO pages (id, key, url, outlet, outcome, reason, found_by, first_seen, article)
VALUES (1, 'a.test/1', 'http://a.test/1', 'a.test', 'article', 'so', 'feeds', '2025', 1);
INSERT INTO articles (id, title, outlet, relevance, why, lead, words, url, gone_since, first_seen,
  run, page, sha256, extractor, text)
VALUES (1, 'Is', 'a.test', 1, 'so', 'After.', 1, 'http://a.test/1', '2025-07-03T12:00:00Z', '2025',
  1, 1, '', '', 'After.');
INSERT INTO revisions (article, page, seen, title, new_title, title_changed, words_added,
  words_removed, run, text) VALUES (1, 1, '2025', 'Was', 'Is', 1, 3, 2, 1, 'Before.');
INSERT INTO fetches (page, run, at, outcome, reason, bytes)
VALUES (1, 1, '2025-07-01T12:00:00Z', 'article', 'so', 9),
  (1, 2, '2025-07-03T12:00:00Z', 'gone', 'http 410', 0),
  (1, 2, '2025-07-04T12:00:00Z', 'gone', 'http 410', 0);
"""
