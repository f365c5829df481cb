"""What the tables of a corpus look like, read off the schema that the migrations make."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pysqlite3 import dbapi2 as sqlite
from sqlite_utils import Database

from ingest.corpus.migrations import MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Column", "Reference", "Table", "tables", "written_indexes"]

#: Of SQLite's storage classes, PostgreSQL's types.
_TYPES = {"INTEGER": "bigint", "REAL": "double precision", "TEXT": "text", "BLOB": "bytea"}
#: What only readers ask is made in the file that they read: the full-text index, and the weeks
#: and routes of what was kept, which triggers there write.
_OF_READERS = ("articles_fts", "captured", "sqlite_", "_sqlite_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table."""

    name: str
    type: str  #: PostgreSQL's
    is_required: bool
    default: str | None  #: as SQL


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A foreign key of one column."""

    column: str
    table: str
    to: str
    on_delete: str  #: as SQL, `NO ACTION`, `CASCADE`
    is_deferred: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table that a crawl reads or writes."""

    name: str
    columns: Mapping[str, Column]
    key: tuple[str, ...]  #: the columns of the primary key
    unique: tuple[tuple[str, ...], ...]
    references: tuple[Reference, ...]
    is_numbered: bool  #: whether SQLite gives the number of a new row
    sql: str  #: as SQLite has it


@lru_cache(maxsize=1)
def tables() -> Mapping[str, Table]:
    """The tables, by name."""
    with closing(_fresh()) as raw:
        named = raw.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY rowid"
        ).fetchall()
        return {
            name: _table(raw, name, sql) for name, sql in named if not name.startswith(_OF_READERS)
        }


@lru_cache(maxsize=1)
def written_indexes() -> tuple[str, ...]:
    """The statements that make the indexes of these tables, as SQLite has them."""
    with closing(_fresh()) as raw:
        found = raw.execute(
            "SELECT tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL "
            "ORDER BY rowid"
        ).fetchall()
    return tuple(sql for table, sql in found if not table.startswith(_OF_READERS))


def _fresh() -> Any:
    raw = sqlite.connect(":memory:", isolation_level=None)
    MIGRATIONS.apply(Database(raw))
    return raw


def _table(raw: Any, name: str, sql: str) -> Table:
    rows = raw.execute("SELECT * FROM pragma_table_info(?)", (name,)).fetchall()
    key = tuple(row[1] for row in sorted(rows, key=lambda row: row[5]) if row[5])
    columns = {row[1]: _column(row) for row in rows}
    return Table(
        name=name,
        columns=columns,
        key=key,
        unique=_unique(raw, name),
        references=_references(raw, name, sql),
        is_numbered=len(key) == 1
        and columns[key[0]].type == "bigint"
        and "WITHOUT ROWID" not in sql,
        sql=sql,
    )


def _column(row: tuple[Any, ...]) -> Column:
    _, name, kind, is_required, default, place = row
    return Column(
        name=name,
        type=_TYPES[kind],
        is_required=bool(is_required or place),
        default=default,
    )


def _unique(raw: Any, table: str) -> tuple[tuple[str, ...], ...]:
    """The columns of each UNIQUE that stands in the table itself."""
    found = raw.execute(
        "SELECT name FROM pragma_index_list(?) WHERE origin = 'u' ORDER BY name", (table,)
    ).fetchall()
    return tuple(
        tuple(
            column
            for (column,) in raw.execute(
                "SELECT name FROM pragma_index_info(?) ORDER BY seqno", (index,)
            )
        )
        for (index,) in found
    )


def _references(raw: Any, table: str, sql: str) -> tuple[Reference, ...]:
    found = raw.execute("SELECT * FROM pragma_foreign_key_list(?)", (table,)).fetchall()
    return tuple(
        Reference(
            column=row[3],
            table=row[2],
            to=row[4] or "id",
            on_delete=row[6],
            is_deferred=f"REFERENCES {row[2]}({row[4]}) DEFERRABLE INITIALLY DEFERRED" in sql,
        )
        for row in sorted(found, key=lambda row: row[3])
    )
