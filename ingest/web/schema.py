"""What a corpus says of itself: the `--` comments in its own CREATE statements.

`read_schema` asks the file for its tables and views; everything after that is pure. The comments
stand in one place, `ingest/corpus/schema_*.py`, and travel inside the file:

    CREATE TABLE copies (
      similarity REAL NOT NULL,  -- share of the smaller text that stands in the other, 0..1

A view names its columns in lines of their own, `-- column: meaning`, and borrows the meaning of
the others with `-- columns as in TABLE, TABLE`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Column", "Table", "comments_of_table", "comments_of_view", "read_schema", "tables_of"]

_TOKEN = re.compile(
    r"""
    (?P<comment>--[^\n]*)
    | (?P<block>/\*.*?\*/)
    | (?P<quoted>"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|'(?:[^']|'')*')
    | (?P<mark>[(),])
    | (?P<word>(?:(?!--|/\*)[^\s(),"'`\[])+)
    """,
    re.VERBOSE | re.DOTALL,
)
_CONSTRAINTS = frozenset({"constraint", "primary", "unique", "check", "foreign"})
_OWN = re.compile(r"--\s*(?P<column>\w+):\s+(?P<meaning>.+)")
_BORROWED = re.compile(r"--\s*columns as in\s+(?P<tables>\w+(?:,\s*\w+)*)\s*$")

_SCHEMA_SQL = """
SELECT m.type AS kind, m.name, m.sql, c.name AS column, c.type, c."notnull" OR c.pk AS filled,
  (SELECT f."table" FROM pragma_foreign_key_list(m.name) f WHERE f."from" = c.name) AS target
FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c
WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
ORDER BY m.rowid, c.cid
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table or view."""

    name: str
    type: str  #: as declared; empty: an expression of a view
    is_filled: bool  #: never null
    target: str | None  #: table its values are the keys of; None: it is no foreign key
    meaning: str | None  #: with unit and meaning of null; None: the file does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table or a view of a corpus."""

    name: str
    is_view: bool
    columns: tuple[Column, ...]

    @property
    def meanings(self) -> dict[str, str]:
        """The columns that say what they mean."""
        return {column.name: column.meaning for column in self.columns if column.meaning}


async def read_schema(database: Any) -> tuple[Table, ...]:
    """The tables and views of a Datasette database, in the order they were made."""
    return tables_of([dict(row) for row in (await database.execute(_SCHEMA_SQL)).rows])


def tables_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Table, ...]:
    """Tables and views, from rows of (kind, name, sql, column, type, filled, target).

    The search index and the tables that hold it are left out: they repeat `articles`.
    """
    grouped = [list(group) for _, group in groupby(rows, key=lambda row: row["name"])]
    virtual = [g[0]["name"] for g in grouped if g[0]["sql"].upper().startswith("CREATE VIRTUAL")]
    grouped = [g for g in grouped if not g[0]["name"].startswith(tuple(virtual))]
    tables = {
        g[0]["name"]: _table(g, comments_of_table(g[0]["sql"]))
        for g in grouped
        if g[0]["kind"] == "table"
    }
    return tuple(tables.get(g[0]["name"]) or _view(g, tables) for g in grouped)


def _table(rows: Sequence[Mapping[str, Any]], meanings: Mapping[str, str]) -> Table:
    return Table(
        name=rows[0]["name"],
        is_view=rows[0]["kind"] == "view",
        columns=tuple(
            Column(
                name=row["column"],
                type=row["type"],
                is_filled=bool(row["filled"]),
                target=row["target"],
                meaning=meanings.get(row["column"]),
            )
            for row in rows
        ),
    )


def _view(rows: Sequence[Mapping[str, Any]], tables: Mapping[str, Table]) -> Table:
    own, borrowed = comments_of_view(rows[0]["sql"])
    meanings: dict[str, str] = {}
    for name in reversed(borrowed):  # the first one named wins
        meanings |= tables[name].meanings if name in tables else {}
    return _table(rows, meanings | own)


def comments_of_table(sql: str) -> dict[str, str]:
    """The comment of each column of a CREATE TABLE statement.

    A comment belongs to the column whose definition began last before it, so it may stand after
    the comma and may go on over several lines.
    """
    meanings: dict[str, list[str]] = {}
    depth, awaits_name, column = 0, False, None
    for token in _TOKEN.finditer(sql):
        text = token.group()
        if token.lastgroup == "comment":
            if column is not None:
                meanings.setdefault(column, []).append(text.removeprefix("--").strip())
        elif token.lastgroup == "block":
            continue
        elif text in {"(", ")"}:
            depth += 1 if text == "(" else -1
            awaits_name = awaits_name or (text == "(" and depth == 1)
        elif text == ",":
            awaits_name = awaits_name or depth == 1
        elif awaits_name:
            awaits_name = False
            is_constraint = token.lastgroup == "word" and text.lower() in _CONSTRAINTS
            column = None if is_constraint else _unquoted(text)
    return {name: " ".join(lines) for name, lines in meanings.items()}


def comments_of_view(sql: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """The meanings a CREATE VIEW statement gives, and the tables it borrows the others from."""
    own: dict[str, str] = {}
    borrowed: list[str] = []
    for token in _TOKEN.finditer(sql):
        if token.lastgroup != "comment":
            continue
        if found := _BORROWED.match(token.group()):
            borrowed += re.split(r",\s*", found["tables"])
        elif found := _OWN.match(token.group()):
            own[found["column"]] = found["meaning"].strip()
    return own, tuple(borrowed)


def _unquoted(name: str) -> str:
    if name[0] in "\"'`":
        return name[1:-1].replace(name[0] * 2, name[0])
    return name[1:-1] if name[0] == "[" else name
