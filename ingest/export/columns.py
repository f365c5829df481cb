"""An article as a row: the columns of every table that is exported, in their order."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from ingest.text import clean_controls
from ingest.times import iso

if TYPE_CHECKING:
    from ingest.read_items import StoredArticle

__all__ = ["COLUMNS", "Cell", "ColumnKind", "columns_of", "one_line", "row_of", "written"]

Cell = str | int | float | bool | datetime | None
ColumnKind = Literal["text", "integer", "real", "answer", "time"]

#: `text` last, and left out where texts are not wanted.
COLUMNS: tuple[tuple[str, ColumnKind], ...] = (
    ("id", "integer"),
    ("published", "time"),
    ("title", "text"),
    ("outlet", "text"),
    ("outlet_name", "text"),
    ("author", "text"),
    ("agency", "text"),
    ("language", "text"),
    ("section", "text"),
    ("kind", "text"),
    ("url", "text"),
    ("relevance", "real"),
    ("why", "text"),
    ("seed", "text"),
    ("story", "integer"),
    ("story_title", "text"),
    ("copies", "integer"),
    ("words", "integer"),
    ("is_paywalled", "answer"),
    ("first_seen", "time"),
    ("modified", "time"),
    ("gone_since", "time"),
    ("picture", "text"),
    ("sha256", "text"),
    ("extractor", "text"),
    ("lead", "text"),
    ("text", "text"),
)


def columns_of(*, with_text: bool) -> tuple[tuple[str, ColumnKind], ...]:
    """The columns that are wanted."""
    return COLUMNS if with_text else COLUMNS[:-1]


def row_of(article: StoredArticle, *, with_text: bool) -> dict[str, Cell]:
    """An article by column; its texts without what hides or commands a terminal."""
    return {name: _plain(getattr(article, name)) for name, _ in columns_of(with_text=with_text)}


def _plain(value: Cell) -> Cell:
    return clean_controls(value) if isinstance(value, str) else value


def written(value: Cell) -> str | int | float | bool | None:
    """A cell where times are text: UTC, ISO 8601."""
    if isinstance(value, datetime):
        return iso(value)
    return value


def one_line(text: str) -> str:
    """A text that must stand in one line, without what hides."""
    return " ".join(clean_controls(text).split())
