"""Pieces that several outputs of the readers' commands have in common."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ingest.layout import Column, Table, count, day, minute

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["article_table", "gone_lines", "left_out_fact", "share", "utc", "when"]


def utc(iso: str | None) -> str:
    """A time to the minute, or nothing."""
    return f"{minute(iso)} UTC" if iso else ""


def when(iso: str, *, now: datetime) -> str:
    """A time to come to the minute; of one that has come, that it is due."""
    return "due" if datetime.fromisoformat(iso) <= now else utc(iso)


def share(figure: float | None) -> str:
    """A share with two digits, or nothing."""
    return "" if figure is None else f"{figure:.2f}"


def gone_lines(standing: str, since: str | None) -> list[str]:
    """Since when an address does not give its text."""
    return [f"{standing}, gone since {utc(since)}"] if since else []


def left_out_fact(lines: Sequence[str]) -> str:
    """How many lines of a page belong to its site."""
    return f"{count(len(lines), 'line')}, the site's own" if lines else ""


def article_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Articles, a line each."""
    shown = [{**row, "published": day(row["published"])} for row in rows]
    return Table(
        rows=shown,
        columns=[
            Column(name="id", right=True),
            Column(name="published"),
            Column(name="title", least=24),
            Column(name="outlet", least=12),
            Column(name="copies", right=True),
        ],
    )
