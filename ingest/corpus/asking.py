"""Rows as dicts over any connection to a corpus: Datasette's, or a reader's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["row_of", "rows_of"]


def rows_of(
    connection: Any, sql: str, params: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The rows of an answer."""
    cursor = connection.execute(sql, params or {})
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def row_of(
    connection: Any, sql: str, params: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    """The first row; None: there is none."""
    rows = rows_of(connection, sql, params)
    return rows[0] if rows else None
