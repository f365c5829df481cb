"""Who copied whom, as a picture and as a table; of an outlet, a story or some days alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ingest.corpus.browsing_outlets import copying
from ingest.web.matrix import OTHERS, Cell, copy_matrix
from ingest.web.views import Block, Table, View, count

if TYPE_CHECKING:
    from ingest.web.views import Asked

_SEED = "seed: "
_MOST_ROWS = 100
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOST_DIGITS = 18


def read(connection: Any, asked: Asked) -> View:
    told = asked.arguments
    story = told.get("story", "")
    number = (
        int(story) if story.isascii() and story.isdigit() and len(story) <= _MOST_DIGITS else None
    )
    since, until = (_day(told.get(name, "")) for name in ("since", "until"))
    outlet = told.get("outlet", "").strip()
    pairs = copying(connection, outlet=outlet, story=number, since=since, until=until)
    cells = [Cell(original=r["original"], copying=r["copying"], copies=r["copies"]) for r in pairs]

    def behind(original: str, copier: str) -> str | None:
        # The rows of a story's copies cannot be asked for by an address of Datasette's.
        if number is not None or OTHERS in (original, copier) or original.startswith(_SEED):
            return None
        return asked.links.rows(
            "copies",
            original=original,
            outlet=copier,
            published__gte=since or None,
            published__lt=f"{until}U" if until else None,
        )

    return View(
        title="Who copied whom?",
        description="Down: who published a text first; across: who carried it; the fuller a "
        "square, the more. A second address of one page within an outlet is no copy.",
        blocks=(
            Block(
                form=(
                    ("outlet", "outlet", outlet),
                    ("story", "story, its number", "" if number is None else str(number)),
                    ("since", "from day", since),
                    ("until", "to day", until),
                ),
                picture=copy_matrix(cells, link=behind),
                note="" if cells else "Nobody copied anybody, as far as is known.",
            ),
            Block(
                heading="As a table",
                note=f"The first {_MOST_ROWS} of {len(pairs):,} pairs."
                if len(pairs) > _MOST_ROWS
                else "",
                table=Table(
                    names=("published by", "carried by", "copies"),
                    rows=tuple(
                        (
                            row["original"]
                            if row["original"].startswith(_SEED)
                            else asked.links.outlet(row["original"]),
                            asked.links.outlet(row["copying"]),
                            _linked(row["copies"], behind(row["original"], row["copying"])),
                        )
                        for row in pairs[:_MOST_ROWS]
                    ),
                ),
            ),
        ),
    )


def _day(text: str) -> str:
    return text if _DAY.fullmatch(text) else ""


def _linked(copies: int, href: str | None) -> Any:
    from ingest.web.views import Link

    return Link(text=count(copies), href=href) if href else count(copies)
