"""The reference part of `docs/schema.md`, written from the comments that a corpus carries.

    python -m ingest.web.schema_docs docs/schema.md

keeps what stands above the marker, which is written by hand, and renews what stands below it.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ingest.corpus.migrations import MACHINE_TABLES
from ingest.web.descriptions import SHOWN
from ingest.web.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ingest.web.schema import Column, Table

__all__ = ["current_schema", "reference_of", "renewed"]

MARKER = (
    "<!-- From here on written by `python -m ingest.web.schema_docs docs/schema.md`; "
    "change the comments in `ingest/corpus/schema_*.py` instead. -->"
)


_MACHINE_NOTE = (
    "Only the program reads these; Datasette hides them.\n"
    "`articles_fts` and the tables that begin with its name are the full-text index over "
    "`articles`, `_sqlite_migrations` says which migrations were applied."
)


def current_schema() -> tuple[Table, ...]:
    """The tables and views of a corpus as this version makes it."""
    from datasette.app import Datasette

    from ingest.corpus import Corpus

    with TemporaryDirectory() as folder:
        path = Path(folder) / "corpus.db"
        Corpus(path).close()
        database = Datasette([str(path)], settings={"num_sql_threads": 0}).get_database("corpus")
        try:
            return asyncio.run(read_schema(database))
        finally:
            database.close()


def renewed(document: str, schema: Iterable[Table]) -> str:
    """The document with its reference part written anew."""
    return f"{document.partition(MARKER)[0]}{MARKER}\n\n{reference_of(schema)}"


def reference_of(schema: Iterable[Table]) -> str:
    """Every table, view and column, in Markdown."""
    described = [table for table in schema if table.name in SHOWN]
    machine = [table for table in described if table.name in MACHINE_TABLES]
    tables = [table for table in described if not table.is_view and table not in machine]
    views = [table for table in described if table.is_view]
    parts = [
        "## Tables",
        *map(_section, tables),
        "## Views",
        *map(_section, views),
        "## Machine tables",
        _MACHINE_NOTE,
        *map(_section, machine),
    ]
    return "\n\n".join(parts) + "\n"


def _section(table: Table) -> str:
    return "\n".join([f"### {table.name}", "", SHOWN[table.name].description, "", *_rows(table)])


def _rows(table: Table) -> Iterator[str]:
    if table.is_view:
        yield "| column | meaning |"
        yield "|---|---|"
    else:
        yield "| column | type | meaning |"
        yield "|---|---|---|"
    for column in table.columns:
        kind = () if table.is_view else (_type(column),)
        yield f"| {' | '.join([f'`{column.name}`', *kind, _escaped(column.meaning or '')])} |"


def _type(column: Column) -> str:
    target = f" → [{column.target}](#{column.target})" if column.target else ""
    return column.type.lower() + target + ("" if column.is_filled else ", may be null")


def _escaped(meaning: str) -> str:
    return meaning.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(
        renewed(target.read_text(encoding="utf-8"), current_schema()), encoding="utf-8"
    )
