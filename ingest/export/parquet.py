"""Parquet, with types, for pandas, Polars, DuckDB and R; needs the extra `parquet`."""

from __future__ import annotations

import importlib
from itertools import islice
from typing import TYPE_CHECKING, Any

from ingest.errors import how_to_get
from ingest.export.columns import columns_of, row_of
from ingest.export.frame import ExportError, Format

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

    from ingest.export.frame import About
    from ingest.read_items import StoredArticle

__all__ = ["FORMAT"]

_ROWS = 500  # a row group: some 2 MB of text, the most that is held at a time


class _Counted:
    """A stream that knows its place even where it is a pipe."""

    closed = False

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._place = 0

    def write(self, piece: bytes) -> int:
        self._out.write(piece)
        self._place += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._place

    def flush(self) -> None:
        self._out.flush()

    def close(self) -> None:
        """Nothing: the stream is another's."""


def _write(articles: Iterable[StoredArticle], out: BinaryIO, about: About) -> int:
    arrow, parquet = _libraries()
    schema = _schema(arrow, about)
    count = 0
    with parquet.ParquetWriter(_Counted(out), schema, compression="zstd") as table:
        coming = (row_of(article, with_text=about.with_text) for article in articles)
        while rows := list(islice(coming, _ROWS)):
            table.write_batch(arrow.RecordBatch.from_pylist(rows, schema=schema))
            count += len(rows)
    return count


def _libraries() -> tuple[Any, Any]:
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError as exc:
        raise ExportError(f"Parquet needs pyarrow: {how_to_get('parquet')}") from exc


def _schema(arrow: Any, about: About) -> Any:
    kinds = {
        "text": arrow.string(),
        "integer": arrow.int64(),
        "real": arrow.float64(),
        "answer": arrow.bool_(),
        "time": arrow.timestamp("ms", tz="UTC"),
    }
    return arrow.schema(
        [(name, kinds[kind]) for name, kind in columns_of(with_text=about.with_text)]
    )


FORMAT = Format(
    name="parquet", suffix=".parquet", told="typed table for pandas, DuckDB, R", write=_write
)
