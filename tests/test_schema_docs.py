from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.corpus.migrations import MACHINE_TABLES
from ingest.web.descriptions import SHOWN
from ingest.web.schema import comments_of_table, comments_of_view
from tests.filled import fill

if TYPE_CHECKING:
    from ingest.web.schema import Table

pytest.importorskip("datasette", reason="the web extra is not installed")
from ingest.web.schema_docs import current_schema, reference_of, renewed

DOCS = Path(__file__).parents[1] / "docs" / "schema.md"
QUESTIONS = re.findall(
    r"^([A-Z][^\n]*\?)\n\n```sql\n(.*?)```", DOCS.read_text("utf-8"), re.MULTILINE | re.DOTALL
)


@pytest.fixture(scope="module")
def schema() -> tuple[Table, ...]:
    return current_schema()


def test_documentation_is_what_the_schema_says(schema: tuple[Table, ...]) -> None:
    written = DOCS.read_text(encoding="utf-8")

    assert written == renewed(written, schema), (
        "run: python -m ingest.web.schema_docs docs/schema.md"
    )


def test_every_table_and_view_is_described(schema: tuple[Table, ...]) -> None:
    assert {table.name for table in schema} - {"_sqlite_migrations"} == SHOWN.keys()


def test_every_column_says_what_it_means(schema: tuple[Table, ...]) -> None:
    silent = [
        f"{table.name}.{column.name}"
        for table in schema
        for column in table.columns
        if table.name in SHOWN and not column.meaning
    ]

    assert silent == []


def test_every_column_that_may_be_null_says_what_null_means(schema: tuple[Table, ...]) -> None:
    silent = [
        f"{table.name}.{column.name}"
        for table in schema
        for column in table.columns
        if table.name in SHOWN and not table.is_view and not column.is_filled
        and "null:" not in (column.meaning or "")
    ]  # fmt: skip

    assert silent == []


def test_every_view_can_be_read(tmp_path: Path, schema: tuple[Table, ...]) -> None:
    corpus = fill(tmp_path / "corpus.db")
    for view in schema:
        if view.is_view:
            rows = corpus._rows(f"SELECT * FROM {view.name}")

            assert rows, view.name
            assert list(rows[0]) == [column.name for column in view.columns]
    corpus.close()


@pytest.mark.parametrize(("question", "sql"), QUESTIONS)
def test_every_question_of_the_documentation_has_an_answer(
    tmp_path: Path, question: str, sql: str
) -> None:
    corpus = fill(tmp_path / "corpus.db")

    assert corpus._rows(sql), question
    corpus.close()


def test_documentation_asks_at_least_five_questions() -> None:
    assert len(QUESTIONS) >= 5


def test_reference_names_what_is_hidden_apart(schema: tuple[Table, ...]) -> None:
    seen, _, hidden = reference_of(schema).partition("## Machine tables")

    assert "### articles" in seen
    for name in MACHINE_TABLES:
        assert f"### {name}" not in seen
    assert "### fingerprints" in hidden


def test_renewing_keeps_what_was_written_by_hand(schema: tuple[Table, ...]) -> None:
    once = renewed("# Mine\n\nMy own words.\n\n", schema)

    assert once.startswith("# Mine\n\nMy own words.\n\n<!--")
    assert renewed(once, schema) == once


def test_comment_belongs_to_the_column_before_it() -> None:
    sql = """
    CREATE TABLE t ( -- not of a column
      id INTEGER PRIMARY KEY, -- its number
      "order" TEXT NOT NULL DEFAULT 'a, b -- (c)', -- quoted
      [by] TEXT CHECK ("by" IN ('x', 'y')),
                        -- on a line of its own,
                        -- and on the next
      silent TEXT, /* no such comment */
      share REAL DEFAULT (1 + 2) -- last, 0..1
      , UNIQUE (id, share) -- of no column
    )"""

    assert comments_of_table(sql) == {
        "id": "its number",
        "order": "quoted",
        "by": "on a line of its own, and on the next",
        "share": "last, 0..1",
    }


def test_column_added_later_keeps_its_comment() -> None:
    sql = 'CREATE TABLE "t" (\n   "id" INTEGER PRIMARY KEY -- its number\n, added TEXT -- later\n)'

    assert comments_of_table(sql) == {"id": "its number", "added": "later"}


def test_view_names_its_own_columns_and_borrows_the_others() -> None:
    sql = """
    CREATE VIEW v AS
    -- columns as in articles, copies
    -- day: UTC; date of publication
    SELECT '-- no: comment', day FROM t"""

    assert comments_of_view(sql) == (
        {"day": "UTC; date of publication"},
        ("articles", "copies"),
    )


_NAMES = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True).filter(
    lambda name: name not in {"constraint", "primary", "unique", "check", "foreign"}
)
_MEANINGS = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), min_size=1)


@given(st.dictionaries(_NAMES, _MEANINGS, min_size=1))
def test_any_comment_comes_back_as_it_was_written(meanings: dict[str, str]) -> None:
    lines = [f'  "{name}" TEXT, -- {meaning}' for name, meaning in meanings.items()]
    sql = "CREATE TABLE t (\n" + "\n".join(lines) + "\n  last TEXT\n)"

    assert comments_of_table(sql) == {name: text.strip() for name, text in meanings.items()}
