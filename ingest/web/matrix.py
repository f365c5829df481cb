"""Who copied whom as a picture: a square for each pair of outlets, the fuller the more copies."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from ingest.text import xml_text
from ingest.web.pictures import ARTICLES, INK, LINE, count_of, svg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["OTHERS", "Cell", "copy_matrix", "fold_cells"]

#: What the outlets are called that have no row or column of their own.
OTHERS = "others"
_MOST = 30  # rows and columns, `others` left out
_SIZE, _LABEL_CHARS = 22, 28
_LETTER, _IDEOGRAPH = 7.6, 12  # as wide as a digit of a wide font, and as a letter of Chinese
_ROOM_FOR_NUMBER = 3  # digits that a square holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How many texts of one outlet another carries."""

    original: str  #: outlet, or `seed: ` and a file
    copying: str
    copies: int


def fold_cells(
    cells: Iterable[Cell], *, most: int = _MOST
) -> tuple[list[str], list[str], dict[tuple[str, str], int]]:
    """The busiest originals and copiers, busiest first, and the copies of each pair.

    What lies outside of both is folded into `OTHERS`, which stands last.
    """
    pairs: Counter[tuple[str, str]] = Counter()
    for cell in cells:
        if cell.copies > 0:
            pairs[cell.original, cell.copying] += cell.copies
    rows = _busiest([(original, copies) for (original, _), copies in pairs.items()], most)
    columns = _busiest([(copying, copies) for (_, copying), copies in pairs.items()], most)
    folded: Counter[tuple[str, str]] = Counter()
    for (original, copying), copies in pairs.items():
        row = original if original in rows else OTHERS
        folded[row, copying if copying in columns else OTHERS] += copies
    for names, place in ((rows, 0), (columns, 1)):
        if any(pair[place] == OTHERS for pair in folded) and OTHERS not in names:
            names.append(OTHERS)
    return rows, columns, dict(folded)


def _busiest(counted: Iterable[tuple[str, int]], most: int) -> list[str]:
    sums: Counter[str] = Counter()
    for name, copies in counted:
        sums[name] += copies
    return sorted(sums, key=lambda name: (-sums[name], name))[:most]


def copy_matrix(
    cells: Iterable[Cell],
    *,
    link: Callable[[str, str], str | None] = lambda _original, _copying: None,
    name: str = "Who copied whom",
) -> Markup:
    """Originals down, copiers across, a number where there is room; empty where nobody copied.

    Args:
        cells: in any order; pairs that come twice are added up.
        link: address of what is behind a square, by (original, copying), either of which may be
            `OTHERS`; None: it leads nowhere.
        name: what the picture is called where it is not seen.
    """
    rows, columns, pairs = fold_cells(cells)
    if not pairs:
        return Markup()
    left, top = _room(rows), _room(columns)
    # The others are many together: measured by them, no outlet would be seen.
    highest = max((n for pair, n in pairs.items() if OTHERS not in pair), default=1)
    squares = Markup().join(
        _square(left + x * _SIZE, top + y * _SIZE, pairs.get((row, column), 0), highest,
                f"{column} carries {count_of(pairs.get((row, column), 0), 'text')} of {row}",
                link(row, column) if (row, column) in pairs else None)
        for y, row in enumerate(rows) for x, column in enumerate(columns)
    )  # fmt: skip
    labels = [
        _label(left - 6, top + y * _SIZE + 15, row, "end", None) for y, row in enumerate(rows)
    ]
    labels += [
        _label(left + x * _SIZE + 15, top - 6, column, "start", -90)
        for x, column in enumerate(columns)
    ]
    (row, column), most = max(pairs.items(), key=lambda one: (one[1], one[0]))
    copies = count_of(sum(pairs.values()), "copy", "copies")
    said = (
        f"Rows: who published first; columns: who carried it. {copies}, "
        f"most of {row} in {column}: {most:,}."
    )
    return svg("matrix", left + len(columns) * _SIZE + 2, top + len(rows) * _SIZE + 2, name, said,
               Markup().join(labels) + squares)  # fmt: skip


def _room(names: Iterable[str]) -> float:
    return 12 + max(sum(map(_width, _short(name))) for name in names)


def _width(letter: str) -> float:
    return _IDEOGRAPH if unicodedata.east_asian_width(letter) in "WF" else _LETTER


def _short(name: str) -> str:
    return name if len(name) <= _LABEL_CHARS else f"{name[: _LABEL_CHARS - 1]}…"


def _label(left: float, top: float, name: str, anchor: str, turned: int | None) -> Markup:
    turn = (
        Markup(' transform="rotate({} {:.2f} {:.2f})"').format(turned, left, top) if turned else ""
    )
    return Markup(
        '<text x="{:.2f}" y="{:.2f}" font-size="12" text-anchor="{}" fill="{}" '
        'class="seedbed-ink"{}>{}</text>'
    ).format(left, top, anchor, INK, turn, xml_text(_short(name)))


def _square(
    left: float, top: float, copies: int, highest: int, said: str, address: str | None
) -> Markup:
    share = min(copies / highest, 1.0)
    opacity = 0.12 + 0.88 * share**0.5 if copies else 0.0  # the root: many pairs are small
    drawn = Markup(
        '<rect x="{:.2f}" y="{:.2f}" width="{}" height="{}" fill="{}" fill-opacity="{:.3f}" '
        'stroke="{}" class="seedbed-articles"/>'
    ).format(left, top, _SIZE - 2, _SIZE - 2, ARTICLES, opacity, LINE)
    if copies and len(str(copies)) <= _ROOM_FOR_NUMBER:
        dark = opacity > 0.55  # noqa: PLR2004  # from there on white is the readable ink
        drawn += Markup(
            '<text x="{:.2f}" y="{:.2f}" font-size="10" text-anchor="middle" fill="{}" '
            'class="{}">{}</text>'
        ).format(left + _SIZE / 2 - 1, top + 14, "#fff" if dark else INK,
                 "seedbed-on-fill" if dark else "seedbed-ink", copies)  # fmt: skip
    if not copies:
        return drawn
    drawn = Markup("<g>{}<title>{}</title></g>").format(drawn, xml_text(said))
    if not address:
        return drawn
    return Markup('<a href="{}">{}</a>').format(xml_text(address), drawn)
