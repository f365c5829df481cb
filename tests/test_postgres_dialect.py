"""Each way in which the two databases differ is asked of both, and must give one answer."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pysqlite3 import dbapi2 as sqlite3  # noqa: TID251

pytest.importorskip("sqlglot", reason="the extra `cluster` is not installed")
psycopg = pytest.importorskip("psycopg", reason="the extra `cluster` is not installed")

from ingest.corpus.postgres.columns import tables  # noqa: E402
from ingest.corpus.postgres.dialect import translate  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.corpus import Corpus
    from tests.postgres import Server

TABLE = "CREATE TABLE runs (id INTEGER PRIMARY KEY, spider TEXT, message TEXT, seconds REAL)"
ROWS = [
    (1, "Alpha", "finished", 1.5),
    (2, "beta", None, None),
    (3, "ALPHA", "died", 0.25),
    (4, "ämter", "finished", 7.0),
]
QUESTIONS: list[tuple[str, Any]] = [
    ("SELECT max(id, ?), min(id, 2) FROM runs ORDER BY id", (3,)),
    ("SELECT max(seconds, 1.25), min(seconds, 0.5) FROM runs ORDER BY id", ()),
    ("SELECT id FROM runs WHERE spider LIKE 'alp%' ORDER BY id", ()),
    ("SELECT id FROM runs WHERE spider NOT LIKE 'alp%' ORDER BY id", ()),
    ("SELECT id FROM runs WHERE spider LIKE 'Ä%' ORDER BY id", ()),
    ("SELECT id FROM runs WHERE spider LIKE '%\\%' ORDER BY id", ()),
    ("SELECT id FROM runs WHERE message IS NOT ? ORDER BY id", ("died",)),
    ("SELECT id FROM runs WHERE message IS ? ORDER BY id", (None,)),
    ("SELECT id, message IS NULL AS open, id > 2 AND seconds FROM runs ORDER BY id", ()),
    ("SELECT sum(message = 'finished'), sum(id IN (1, 3)), total(seconds) FROM runs", ()),
    ("SELECT id FROM runs WHERE id - 2 ORDER BY id", ()),
    ("SELECT id FROM runs WHERE NOT (id - 2) ORDER BY id", ()),
    ("SELECT id FROM runs WHERE :all OR id = 1 ORDER BY id", {"all": True}),
    ("SELECT id, message FROM runs ORDER BY message, id", ()),
    ("SELECT id, message FROM runs ORDER BY message DESC, id", ()),
    ("SELECT id FROM runs ORDER BY spider, id", ()),
    ("SELECT id FROM runs ORDER BY message IS NULL, spider", ()),
    ("SELECT id FROM runs ORDER BY id LIMIT ?", (-1,)),
    ("SELECT id FROM runs WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id", ("[2, 3]",)),
    ("SELECT id FROM runs WHERE id NOT IN (SELECT value FROM json_each(?)) ORDER BY id", ("[2]",)),
    ("SELECT id FROM runs WHERE -id IN (SELECT value FROM json_each(?)) ORDER BY id", ("[-2]",)),
    ("SELECT id FROM runs WHERE id IN (SELECT value FROM json_each(?))", ("[]",)),
    ("SELECT id FROM runs WHERE message IN (SELECT value FROM json_each(?))", ('["died"]',)),
    ("SELECT r.id FROM json_each(?1) j CROSS JOIN runs r ON r.id = j.value ORDER BY 1", ("[1,4]",)),
    ("SELECT count(*) FROM (SELECT 1 FROM runs WHERE id < 4 LIMIT 2)", ()),
    ("SELECT round(seconds, 1), round(seconds * 1.234, 2) FROM runs ORDER BY id", ()),
    ("SELECT round(id + 0.5), round(seconds) FROM runs ORDER BY id", ()),
    ("SELECT 1.0 * id / 3 > 0.3333333333, id / 2 FROM runs ORDER BY id", ()),
    ("SELECT CAST(seconds AS INTEGER) FROM runs ORDER BY id", ()),
    ("SELECT CAST('12ab' AS INTEGER), CAST('' AS INTEGER), CAST('-3' AS INTEGER)", ()),
    ("SELECT substr(spider, 2, 3), length(spider), instr(spider, 'a') FROM runs ORDER BY id", ()),
    ("SELECT substr(spider, id, id + 1), substr(spider, id) FROM runs ORDER BY id", ()),
    ("SELECT substr(spider, -3), substr(spider, -9, 7), substr(spider, 0, 2) FROM runs", ()),
    ("SELECT substr(spider, 2 - id, 2), substr(spider, ?) FROM runs ORDER BY id", (-2,)),
    ("SELECT length(CAST('äb' AS BLOB)), length(x'00ff00')", ()),
    ("SELECT unixepoch('2026-01-01T00:00:00.700Z'), unixepoch(NULL)", ()),
    ("SELECT value FROM json_each(?) ORDER BY value", ('["b", "A", "a", "B", "ä"]',)),
    ("SELECT max(value), min(value) FROM json_each(?)", ('["b", "A", "a", "B", "ä"]',)),
    ("SELECT '[\"b\"]' ->> 0 > 'B', '[\"B\"]' ->> 0 < 'a' FROM runs ORDER BY spider || 'x'", ()),
    ("SELECT max(spider), min(coalesce(message, 'Z')) FROM runs", ()),
    ("SELECT id FROM runs WHERE spider || 'x' BETWEEN 'A' AND 'a' ORDER BY lower(spider), id", ()),
    ("SELECT iif(id > 2, 'late', 'soon'), CASE id WHEN 1 THEN 'x' END FROM runs ORDER BY id", ()),
    ("SELECT message, count(*) FROM runs GROUP BY message HAVING count(*) > 1", ()),
    ("SELECT (id, coalesce(message, '')) > (2, 'e') FROM runs ORDER BY id", ()),
    ("SELECT 'it''s 100% ?' || spider, ? FROM runs WHERE id = ?", ("x", 1)),
    ("SELECT julianday('2026-01-02T00:00:00Z') - julianday('2026-01-01T12:00:00Z')", ()),
    ("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', '2026-03-01T00:00:00Z', '-36 hours')", ()),
    ("SELECT '[\"a\", 1]' ->> 0, EXISTS (SELECT 1 FROM runs WHERE id = 9)", ()),
]


@contextmanager
def database_of(postgres: Server, locale: str) -> Iterator[str]:
    """One whose own order of texts is the bytes', or that of a language."""
    if locale == "C":
        with postgres.database() as address:
            yield address
        return
    like = "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
    try:
        postgres.execute(f"CREATE DATABASE of_language {like}")
    except psycopg.Error as exc:
        pytest.skip(f"this PostgreSQL has no ICU: {exc}")
    try:
        yield postgres.address("of_language")
    finally:
        postgres.execute("DROP DATABASE of_language WITH (FORCE)")


@pytest.fixture(scope="module", params=["C", "en-US"])
def both(
    postgres: Server, request: pytest.FixtureRequest
) -> Iterator[tuple[sqlite3.Connection, Any]]:
    filed = sqlite3.connect(":memory:")
    filed.execute(TABLE)
    filed.executemany("INSERT INTO runs VALUES (?, ?, ?, ?)", ROWS)
    from ingest.corpus.postgres.store import SharedCorpus

    with database_of(postgres, request.param) as address:
        corpus = SharedCorpus(address)
        for number, spider, message, seconds in ROWS:
            corpus._run(
                'INSERT INTO runs (id, started, spider, "trigger", outcome, message, seconds, '
                "version) VALUES (?, '', ?, '', '', ?, ?, '')",
                (number, spider, message, seconds),
            )
        yield filed, corpus
        corpus.close()
    filed.close()


@pytest.mark.parametrize(("question", "params"), QUESTIONS)
def test_both_give_the_same_answer(
    both: tuple[sqlite3.Connection, Any], question: str, params: Any
) -> None:
    filed, corpus = both
    wanted = [tuple(row) for row in filed.execute(question, params)]
    found = corpus._run(question, params).fetchall()

    assert found == wanted
    assert [[type(one) for one in row] for row in found] == [
        [type(one) for one in row] for row in wanted
    ]


@pytest.mark.parametrize(
    "said",
    [
        "substr(url, 2, -1)", "strftime('%Y', first_seen, '1 day')", "strftime('%Y', first_seen)",
        "unixepoch(first_seen, 'auto')", "date(first_seen)", "datetime(first_seen)",
    ],
)  # fmt: skip
def test_what_would_mean_something_else_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="no equal"):
        translate(f"SELECT {said} FROM pages")


def test_replacing_a_row_replaces_all_of_it(corpus_of_postgres: Corpus) -> None:
    for status in (200, 404):
        corpus_of_postgres._run(
            "INSERT OR REPLACE INTO robots (origin, status, asked, read, body) "
            "VALUES ('http://a.test', ?, '2026', '2026', ?)",
            (status, "x" if status == 200 else None),
        )
    rows = corpus_of_postgres._rows("SELECT status, body FROM robots")

    assert rows == [{"status": 404, "body": None}]


def test_ignored_row_is_not_written(corpus_of_postgres: Corpus) -> None:
    for first in ("2026", "2027"):
        corpus_of_postgres._run(
            "INSERT OR IGNORE INTO outlets (id, first_seen, last_seen) VALUES ('a.test', ?, ?)",
            (first, first),
        )

    assert corpus_of_postgres._value("SELECT first_seen FROM outlets") == "2026"


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    number=st.integers(-(2**63), 2**63 - 1),
    share=st.floats(allow_nan=False, allow_infinity=False, width=64),
    text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40),
    blob=st.binary(max_size=40),
)
def test_values_come_back_as_they_went(
    both: tuple[sqlite3.Connection, Any], number: int, share: float, text: str, blob: bytes
) -> None:
    _, corpus = both
    asked = "SELECT ?, ?, ?, ?, ?"
    found = corpus._raw.execute(asked, (number, share, text, blob, None)).fetchone()

    assert found == (number, share, text, blob, None)


def test_every_table_of_a_crawl_is_made() -> None:
    made = set(tables())

    assert {"pages", "articles", "copies", "texts", "edges", "fingerprints", "routes"} <= made
    assert not {one for one in made if one.startswith(("sqlite_", "articles_fts"))}


def test_placeholders_in_quotes_are_text() -> None:
    said = translate("SELECT '?', \"key\", ? FROM pages WHERE url = ?")

    assert "'?'" in said.sql
    assert said.sql.count("%(p") == 2


def test_nothing_of_the_cluster_is_loaded_unasked() -> None:
    code = (
        "import sys, ingest.cli, ingest.crawl, ingest.workspace, scheduler.daemon;"
        "print([one for one in ('psycopg', 'sqlglot', 'procrastinate', 'dask') "
        "if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
