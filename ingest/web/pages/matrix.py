"""Who copied whom, as a picture and as a table; of an outlet, a story or some days alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from ingest.corpus.browsing_outlets import copying
from ingest.corpus.browsing_sources import named_seeds
from ingest.corpus.patience import in_time
from ingest.web.matrix import Cell, copy_matrix
from ingest.web.views import Block, Link, Table, View, count, whole_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ingest.web.views import Asked, Links

_SEED = "seed: "
_MOST_ROWS = 100
_LIMIT_MS, _STORY_LIMIT_MS = 800, 200  # to count the copies; of most days they take 150
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NOBODY = "Nobody copied anybody, as far as is known."
_SLOW = "Left out, because so many copies take too long to count: who copied whom."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filters:
    """What the copies are to be of."""

    outlet: str  #: empty: any
    story: int | None
    since: date | None
    until: date | None  #: the last day

    @property
    def behind(self) -> date | None:
        """The first day that is not asked for; None: there is none."""
        return self.until + timedelta(days=1) if self.until else None


def read(connection: Any, asked: Asked) -> View:
    filters = _read_filters(asked.arguments)
    pairs = in_time(
        connection,
        _LIMIT_MS if filters.story is None else _STORY_LIMIT_MS,
        lambda within: copying(
            within,
            outlet=filters.outlet,
            story=filters.story,
            since=str(filters.since or ""),
            until=str(filters.behind or ""),
        ),
        None,
    )
    rows = pairs or []
    by_pair = {(row["original"], row["copying"]): row for row in rows}

    def behind(original: str, copier: str) -> str | None:
        row = by_pair.get((original, copier))  # none: of the others together
        return _behind(row, filters, asked.links) if row else None

    cells = [Cell(original=r["original"], copying=r["copying"], copies=r["copies"]) for r in rows]
    return View(
        title="Who copied whom?",
        description="Down: who published a text first; across: who carried it; the fuller a "
        "square, the more. A second address of one page within an outlet is no copy.",
        blocks=(
            Block(
                form=(
                    ("outlet", "outlet", filters.outlet),
                    ("story", "story, its number", str(filters.story or "")),
                    ("since", "from day", str(filters.since or "")),
                    ("until", "to day", str(filters.until or "")),
                ),
                picture=copy_matrix(cells, link=behind),
                note=_SLOW if pairs is None else "" if cells else _NOBODY,
            ),
            Block(
                heading="As a table",
                note=f"The first {_MOST_ROWS} of {len(rows):,} pairs."
                if len(rows) > _MOST_ROWS
                else "",
                table=_table(
                    rows[:_MOST_ROWS], behind, asked.links, _seeds(connection, asked.links)
                ),
            ),
        ),
    )


def _table(
    rows: list[dict[str, Any]],
    behind: Callable[[str, str], str | None],
    links: Links,
    seeds: Mapping[str, Link],
) -> Table:
    return Table(
        names=("published by", "carried by", "copies"),
        rows=tuple(
            (
                seeds.get(row["original"]) or links.outlet(row["original"]),
                links.outlet(row["copying"]),
                _linked(row["copies"], behind(row["original"], row["copying"])),
            )
            for row in rows
        ),
    )


def _seeds(connection: Any, links: Links) -> dict[str, Link]:
    """The seed documents by the name that they have among outlets."""
    return {
        f"{_SEED}{row['file']}": Link(
            text=f"{_SEED}{row['title'] or row['file']}", href=links.page("seed", row["id"])
        )
        for row in named_seeds(connection)
    }


def _behind(row: Mapping[str, Any], filters: _Filters, links: Links) -> str | None:
    """The rows that a figure counts; None: no address of Datasette's asks for just these."""
    original, copier = row["original"], row["copying"]
    if filters.story is not None or row["undated"] or original.startswith(_SEED):
        return None
    return links.rows(
        "copies",
        original=original,
        outlet=copier,
        relation__not="same-url" if original == copier else None,
        published__gte=filters.since,
        published__lt=filters.behind,
    )


def _read_filters(told: Mapping[str, str]) -> _Filters:
    return _Filters(
        outlet=told.get("outlet", "").strip(),
        story=whole_number(told.get("story", "")),
        since=_day(told.get("since", "")),
        until=_day(told.get("until", "")),
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
    return None if day == date.max else day


def _linked(copies: int, href: str | None) -> Any:
    return Link(text=count(copies), href=href) if href else copies
