"""The first table of the page: each figure beside a peer or a limit, and what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.speed.contenders import CEILING, NEWS_PLEASE, NEWSPAPER, OURS, PLAIN, TRAFILATURA
from benchmarks.speed.tables import rates, ratios
from benchmarks.speed.timing import spread_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.speed.growth import Grown
    from benchmarks.speed.results import Results
    from benchmarks.speed.throughput import Lap

__all__ = ["Row", "missed", "rows", "summary_lines"]

#: Of pages a second, ours over theirs.
_ASKED: dict[str, float | None] = {
    PLAIN: 1.6, NEWS_PLEASE: 4.0, NEWSPAPER: 4.0, TRAFILATURA: None, CEILING: None,
}  # fmt: skip
_SPEED = "python -m benchmarks.speed --only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure."""

    figure: str
    ours: str
    beside: str  #: the peer or the limit
    ratio: float | None  #: ours over it; None: there is none
    asked: str
    is_met: bool | None  #: None: nothing was asked
    command: str


def rows(results: Results) -> list[Row]:
    """Every figure that was measured."""
    return [*_crawl(results.laps), *_growth(results.growth), *_first(results.first_s)]


def summary_lines(results: Results) -> Iterator[str]:
    """A line for each figure."""
    yield "| figure | ours | beside | ours over it | asked | met | command |"
    yield "|---|---|---|---|---|---|---|"
    for row in rows(results):
        ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
        met = {True: "yes", False: "no", None: ""}[row.is_met]
        yield (
            f"| {row.figure} | {row.ours} | {row.beside} | {ratio} | {row.asked} | {met} | "
            f"`{row.command}` |"
        )


def missed(results: Results) -> list[str]:
    """What is not as good as asked, in words."""
    return [
        f"{row.figure}: {row.ours}, beside {row.beside}; asked {row.asked}"
        for row in rows(results)
        if row.is_met is False
    ]


def _crawl(laps: Sequence[Lap]) -> Iterator[Row]:
    mine = rates(laps, OURS)
    for name, asked in _ASKED.items():
        ratio, theirs = ratios(laps, name), rates(laps, name)
        if ratio is None:
            continue
        yield Row(
            figure="share of the ceiling" if name == CEILING else "pages stored a second",
            ours=spread_of(mine).told(), beside=f"{name}: {spread_of(theirs).told()}",
            ratio=ratio.median, asked=f"{asked:g} times" if asked else "",
            is_met=ratio.median >= asked if asked else None, command=f"{_SPEED} throughput",
        )  # fmt: skip


def _growth(sizes: Sequence[Grown]) -> Iterator[Row]:
    if not sizes:
        return
    most = max(sizes, key=lambda one: one.articles)
    limits = {
        "relation look-up and insert, CPU ms": (most.lookup_ms + most.insert_ms, 1.5),
        "bytes of an index row": (most.row_bytes, 17.0),
        "memory of a crawl child, MB": (most.peak_mib * 1.048576, 300.0),
        "start of a crawl child to its first request, s": (most.first_request_s, 2.0),
    }
    for figure, (reached, limit) in limits.items():
        yield Row(
            figure=f"{figure}, at {most.articles:,} articles", ours=f"{reached:.2f}",
            beside=f"limit {limit:g}", ratio=reached / limit, asked=f"{limit:g} at most",
            is_met=reached <= limit, command=f"{_SPEED} growth",
        )  # fmt: skip


def _first(seconds: Sequence[float]) -> Iterator[Row]:
    if seconds:
        yield Row(
            figure="first related article after `seedbed run`, s",
            ours=spread_of(seconds).told(), beside="", ratio=None, asked="", is_met=None,
            command=f"{_SPEED} first",
        )  # fmt: skip
