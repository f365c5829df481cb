"""Laying out for a terminal: 80 columns, plain text, nothing that a terminal obeys.

Addresses are never cut or wrapped outside of tables, so that they can be copied; all else fits.
"""

from __future__ import annotations

import enum
import json
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from ingest.text import clean_controls, unmarked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "COLUMNS",
    "Column",
    "Line",
    "Style",
    "Table",
    "count",
    "day",
    "facts",
    "fit",
    "json_line",
    "minute",
    "painted",
    "paragraphs",
    "plain",
    "styled",
    "table",
    "unstyled",
    "widths_of",
    "wrapped",
]

COLUMNS = 80


class Style(enum.StrEnum):
    """How words look on a terminal with colours; a mark in front of them, which is never printed.

    The marks are of private use; text that holds some gets a colour, and nothing else.
    """

    STRONG = "\ue010"
    HIT = "\ue012"  #: a word that was searched for
    ADDED = "\ue013"
    REMOVED = "\ue014"
    GOOD = "\ue015"
    LOOK = "\ue016"  #: a person may want to know
    BAD = "\ue017"


_END = "\ue018"
_MARKS = frozenset([*Style, _END])
_STYLED = re.compile(f"[{''.join(Style)}{_END}]")
_CODES = {
    Style.STRONG: "1", Style.HIT: "1;33", Style.ADDED: "32",
    Style.REMOVED: "31;9", Style.GOOD: "32", Style.LOOK: "33", Style.BAD: "1;31",
}  # fmt: skip
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


def styled(text: str, style: Style) -> str:
    """`text`, marked to be shown in a style."""
    return f"{style}{text}{_END}" if text else ""


def unstyled(text: str) -> str:
    """`text` without marks of style."""
    return _STYLED.sub("", text)


def painted(line: str) -> str:
    """A line with colours for its marks; whatever it opens ends with it."""
    if not _STYLED.search(line):
        return line
    return f"{_STYLED.sub(_code, line)}\x1b[0m"


def _code(found: re.Match[str]) -> str:
    mark = found[0]
    return "\x1b[0m" if mark == _END else f"\x1b[0;{_CODES[Style(mark)]}m"


def width(text: str) -> int:
    """Columns that `text` takes: two for a wide East Asian character, none for a mark."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or character in _MARKS:
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
    return _each_styled([*lines, line.rstrip()])


def _each_styled(lines: list[str]) -> list[str]:
    """Lines, a style that goes on in the next one ended and begun again."""
    opened = ""
    for number, line in enumerate(lines):
        marks = _STYLED.findall(line)
        last = marks[-1] if marks else opened or _END
        start = len(line) - len(line.lstrip(" "))
        ended = _END if last != _END else ""
        lines[number] = f"{line[:start]}{opened}{line[start:]}{ended}"
        opened = last if ended else ""
    return lines


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under headings; a terminal lays it out over all its columns."""

    rows: Sequence[Mapping[str, Any]]
    columns: Sequence[Column]

    def lines(self) -> list[str]:
        """It as plain text of 80 columns."""
        return table(self.rows, self.columns)

    def __len__(self) -> int:
        return len(self.rows) + 1


#: What a command prints: a line, or a table of several.
Line: TypeAlias = "str | Table"


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> list[str]:
    """`rows` under headings; columns that may shrink share what is left of 80 columns."""
    cells, headings = _cells(rows, columns)
    widths = widths_of(rows, columns)
    return [_line(line, widths, columns) for line in (headings, *cells)]


def widths_of(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], *, total: int = COLUMNS
) -> list[int]:
    """How wide each column of a table is, two spaces between them, to fit `total` if it can."""
    cells, headings = _cells(rows, columns)
    widths = [max(map(width, column)) for column in zip(headings, *cells, strict=True)]
    _shrink(widths, columns, total)
    return widths


def _cells(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]
) -> tuple[list[list[str]], list[str]]:
    cells = [[plain(row.get(column.name)) for column in columns] for row in rows]
    return cells, [column.heading or column.name for column in columns]


def _shrink(widths: list[int], columns: Sequence[Column], total: int) -> None:
    """Take columns from the widest that may give some, until the table fits."""
    excess = sum(widths) + len(_GAP) * (len(widths) - 1) - total
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
