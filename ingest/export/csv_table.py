"""CSV (RFC 4180), UTF-8, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from ingest.export.cells import defuse
from ingest.export.columns import columns_of, row_of, written
from ingest.export.frame import Format

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

    from ingest.export.columns import Cell
    from ingest.export.frame import About
    from ingest.read_items import StoredArticle

__all__ = ["FORMAT"]


def _write(articles: Iterable[StoredArticle], out: BinaryIO, about: About) -> int:
    line = io.StringIO(newline="")
    table = csv.writer(line)
    count = 0

    def flush() -> None:
        out.write(line.getvalue().encode())
        line.seek(0)
        line.truncate()

    table.writerow([name for name, _ in columns_of(with_text=about.with_text)])
    flush()
    for count, article in enumerate(articles, 1):  # noqa: B007  # the last one is the count
        row = row_of(article, with_text=about.with_text)
        table.writerow([_cell(value) for value in row.values()])
        flush()
    return count


def _cell(value: Cell) -> str | int | float | None:
    told = written(value)
    if isinstance(told, bool):
        return int(told)
    return defuse(told) if isinstance(told, str) else told


FORMAT = Format(name="csv", suffix=".csv", told="table for spreadsheets", write=_write)
