"""Laying out for a terminal: 80 columns, plain text, nothing that a terminal obeys.

Addresses are never cut or wrapped outside of tables, so that they can be copied; all else fits.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.text import clean_controls, unmarked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "COLUMNS",
    "Column",
    "count",
    "day",
    "facts",
    "fit",
    "json_line",
    "minute",
    "paragraphs",
    "plain",
    "table",
    "wrapped",
]

COLUMNS = 80
_GAP = "  "
_LABEL_COLUMNS = 12


def plain(value: object) -> str:
    """`value` on one line, without control characters or runs of white space."""
    return "" if value is None else " ".join(clean_controls(str(value)).split())


def json_line(row: Mapping[str, Any]) -> str:
    """`row` as one line of JSON; readable in any script, control characters escaped."""
    return json.dumps(row, ensure_ascii=False).translate(_C1_ESCAPES)


#: JSON leaves C1 controls and the line separators as they are; some terminals obey the first.
_C1_ESCAPES = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029)} | {
    code: f"\\u{code:04x}" for code in range(0xD800, 0xE000)
}


def width(text: str) -> int:
    """Columns that `text` takes: two for a wide East Asian character, none for a mark."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def fit(text: str, columns: int) -> str:
    """`text` in at most `columns` columns, an ellipsis in place of what was cut."""
    if width(text) <= columns:
        return text
    kept, left = [], columns - 1
    for character in text:
        left -= _columns(character)
        if left < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def _padded(text: str, columns: int, *, right: bool = False) -> str:
    space = " " * (columns - width(text))
    return space + text if right else text + space


def wrapped(text: str, *, indent: str = "", first: str | None = None) -> list[str]:
    """`text` as lines of at most 80 columns; a longer address gets a line of its own."""
    lines, line = [], indent if first is None else first
    is_empty = True
    for word in plain(text).split(" "):
        for piece in _pieces(word, COLUMNS - width(indent)):
            if not is_empty and width(line) + 1 + width(piece) > COLUMNS:
                lines.append(line)
                line, is_empty = indent, True
            line += piece if is_empty else f" {piece}"
            is_empty = False
    return [*lines, line.rstrip()]


def _pieces(word: str, columns: int) -> list[str]:
    """A word that no line can hold, cut; scripts without spaces write whole sentences so."""
    if "://" in word or width(word) <= columns:
        return [word]
    pieces = [""]
    for character in word:
        if width(pieces[-1]) + _columns(character) > columns:
            pieces.append("")
        pieces[-1] += character
    return pieces


def paragraphs(text: str, *, indent: str = "") -> list[str]:
    """A text of one paragraph a line, wrapped, an empty line between paragraphs.

    Lines after the first of a quote or of an item of a list hang behind its mark.
    """
    lines: list[str] = []
    text = clean_controls(text)
    for whole, bare in zip(text.split("\n"), unmarked(text).split("\n"), strict=True):
        if whole.strip():
            mark = whole[: len(whole) - len(bare)]
            hanging = indent + " " * len(mark)
            lines += ["", *wrapped(bare, indent=hanging, first=indent + mark)]
    return lines[1:]


def facts(pairs: Iterable[tuple[str, object]]) -> list[str]:
    """Lines of `label  value`; pairs without a value are left out."""
    lines: list[str] = []
    indent = " " * _LABEL_COLUMNS
    for label, value in pairs:
        if text := plain(value):
            lines += wrapped(text, indent=indent, first=_padded(label, _LABEL_COLUMNS))
    return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    name: str  #: key of the row, and heading
    heading: str | None = None  #: None: the name
    right: bool = False  #: numbers
    least: int | None = None  #: may shrink to this many columns; None: never shrinks


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> list[str]:
    """`rows` under headings; columns that may shrink share what is left of 80 columns."""
    cells = [[plain(row.get(column.name)) for column in columns] for row in rows]
    headings = [column.heading or column.name for column in columns]
    widths = [max(map(width, column)) for column in zip(headings, *cells, strict=True)]
    _shrink(widths, columns)
    return [_line(line, widths, columns) for line in (headings, *cells)]


def _shrink(widths: list[int], columns: Sequence[Column]) -> None:
    """Take columns from the widest that may give some, until the table fits."""
    excess = sum(widths) + len(_GAP) * (len(widths) - 1) - COLUMNS
    while excess > 0:
        giving = [
            index
            for index, column in enumerate(columns)
            if column.least is not None and widths[index] > column.least
        ]
        if not giving:
            return
        widths[max(giving, key=lambda index: widths[index])] -= 1
        excess -= 1


def _line(cells: Sequence[str], widths: Sequence[int], columns: Sequence[Column]) -> str:
    fitted = (
        _padded(fit(cell, columns_), columns_, right=column.right)
        for cell, columns_, column in zip(cells, widths, columns, strict=True)
    )
    return _GAP.join(fitted).rstrip()


def count(number: int, thing: str, things: str | None = None) -> str:
    """`1 article`, `2 articles`, `12,000 articles`."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def day(iso: str | None) -> str:
    """The day of a time as the corpus writes it; a dash when there is none."""
    return iso[:10] if iso else "-"


def minute(iso: str | None) -> str:
    """A time as the corpus writes it, to the minute, UTC; a dash when there is none."""
    return f"{iso[:10]} {iso[11:16]}" if iso else "-"
