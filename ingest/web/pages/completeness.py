"""How much of what there is was found, by week of publication, with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.corpus.asking import rows_of
from ingest.web.pictures import weekly_shares
from ingest.web.queries import QUERIES
from ingest.web.views import Block, Link, Table, View, share

if TYPE_CHECKING:
    from ingest.web.views import Asked, Cell

_QUERY = next(query for query in QUERIES if query.name == "completeness")
_NOT_WEEKS = frozenset({"all", "undated"})
_CAVEAT = (
    "Read how many there are as “at least”, and so the share found as “at most”: what is hard to "
    "find for one route is hard for the others, and what none of them reaches does not count."
)


def read(connection: Any, asked: Asked) -> View:
    rows = rows_of(connection, _QUERY.sql)
    weeks = sorted(
        (row["week"], row["found"], row["low"], row["high"])
        for row in rows
        if row["week"] not in _NOT_WEEKS
    )
    whole = next((row for row in rows if row["week"] == "all"), None)
    return View(
        title="How much of what there is was found?",
        description=_QUERY.description,
        facts=_facts(whole) if whole else (),
        blocks=(
            Block(
                picture=weekly_shares(weeks),
                note="A bar is what was found; the upright line is the interval of 95 % of what "
                "there is, where it can be told.",
            ),
            Block(
                heading="Week by week",
                table=Table(
                    names=("week", "found", "there are about", "from", "to", "share", "routes",
                           "why it cannot be told"),
                    rows=tuple(
                        (
                            row["week"],
                            _found(row, asked),
                            None if row["estimated"] is None else round(row["estimated"]),
                            row["low"],
                            row["high"],
                            share(row["share"]),
                            row["routes"],
                            row["lacks"],
                        )
                        for row in rows
                    ),
                ),
                note=_CAVEAT,
            ),
        ),
    )  # fmt: skip


def _facts(whole: dict[str, Any]) -> tuple[tuple[str, Cell], ...]:
    estimated = whole["estimated"]
    told: Cell = (
        f"{estimated:,.0f}, between {whole['low']:,} and {whole['high']:,}"
        if estimated is not None
        else f"cannot be told: {whole['lacks']}"
    )
    return (("Texts found", f"{whole['found']:,}"), ("Texts there are", told))


def _found(row: dict[str, Any], asked: Asked) -> Cell:
    if row["week"] == "all":
        return Link(text=f"{row['found']:,}", href=asked.links.rows("captures"))
    if row["week"] == "undated":
        return asked.links.number(row["found"], "captures", week__isnull=1)
    return asked.links.number(row["found"], "captures", week=row["week"])
