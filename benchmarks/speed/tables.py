"""The figures as tables in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.speed.contenders import CEILING, OURS
from benchmarks.speed.sizes import AS_IT_IS
from benchmarks.speed.timing import spread_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from benchmarks.speed.growth import Grown
    from benchmarks.speed.sizes import Sizes
    from benchmarks.speed.throughput import Lap
    from benchmarks.speed.timing import Spread

__all__ = ["growth_lines", "rates", "ratios", "sizes_lines", "throughput_lines"]


def rates(laps: Iterable[Lap], name: str) -> list[float]:
    """Pages a second of one contender, round by round."""
    return [lap.rate for lap in laps if lap.name == name and lap.reason is None]


def ratios(laps: Sequence[Lap], over: str) -> Spread | None:
    """Ours over another's, of the same round each; None: one of the two did not run."""
    pairs = list(zip(rates(laps, OURS), rates(laps, over), strict=False))
    return spread_of(ours / theirs for ours, theirs in pairs) if pairs else None


def throughput_lines(laps: Sequence[Lap]) -> Iterator[str]:
    """A row for each contender: medians, in brackets the least and the most of the rounds."""
    yield (
        "| who | version | pages a second | whole run | start, s | CPU ms a page | "
        "largest process, MiB | texts stored | ours over it |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for name in dict.fromkeys(lap.name for lap in laps):
        mine = [lap for lap in laps if lap.name == name]
        if mine[0].reason is not None:
            yield f"| {name} | skipped: {mine[0].reason} | | | | | | | |"
            continue
        over = None if name == OURS else ratios(laps, name)
        stored = "none" if name == CEILING else f"{mine[0].stored} of {mine[0].pages}"
        yield (
            f"| {name} | {mine[0].version} | {spread_of(lap.rate for lap in mine).told()} | "
            f"{spread_of(lap.whole_rate for lap in mine).told()} | "
            f"{spread_of(lap.start_s for lap in mine).told()} | "
            f"{spread_of(lap.cpu_ms for lap in mine).told()} | "
            f"{spread_of(lap.peak_mib for lap in mine).told(0)} | {stored} | "
            f"{over.told(2) if over else ''} |"
        )


def growth_lines(sizes: Sequence[Grown]) -> Iterator[str]:
    """A row for each figure, a column for each size."""
    yield "| | " + " | ".join(f"{one.articles:,} articles" for one in sizes) + " |"
    yield "|---" * (len(sizes) + 1) + "|"
    rows = {
        "corpus, MB": [f"{one.corpus_mb:,.0f}" for one in sizes],
        "relation of one article more, look-up, CPU ms": [f"{one.lookup_ms:.2f}" for one in sizes],
        "its insert, CPU ms": [f"{one.insert_ms:.2f}" for one in sizes],
        "all of it, CPU ms": [f"{one.relation_ms:.2f}" for one in sizes],
        "bytes of an index row": [f"{one.row_bytes:.1f}" for one in sizes],
        "kB written for one article": [f"{one.written_kb:.0f}" for one in sizes],
        "crawl child, s to its first request": [f"{one.first_request_s:.1f}" for one in sizes],
        "crawl child, MiB at most": [f"{one.peak_mib:.0f}" for one in sizes],
        "`seedbed status`, s": [f"{one.status_s:.1f}" for one in sizes],
    }
    for kind in sizes[0].answers_ms if sizes else ():
        rows[f"Datasette, {kind}: median and slowest, CPU ms"] = [
            "{:.0f}, {:.0f}".format(*one.answers_ms[kind]) for one in sizes
        ]
    for what, figures in rows.items():
        yield f"| {what} | " + " | ".join(figures) + " |"


def sizes_lines(sizes: Sizes) -> Iterator[str]:
    """What an article takes, then what packs it how well."""
    yield f"{sizes.kept} texts kept, {sizes.addresses:,} addresses considered."
    yield ""
    yield "| | bytes a text |"
    yield "|---|---|"
    yield f"| corpus | {sizes.corpus_bytes:,.0f} |"
    for part, size in sizes.parts.items():
        yield f"| of these, {part} | {size:,.0f} |"
    yield f"| archive, a page | {sizes.archive_bytes:,.0f} |"
    yield f"| the page as it came | {sizes.page_bytes:,.0f} |"
    yield ""
    yield "| what | packed by | bytes | share of its own | over gzip | CPU ms |"
    yield "|---|---|---|---|---|---|"
    for of in dict.fromkeys(one.of for one in sizes.packed):
        ways = [one for one in sizes.packed if one.of == of]
        usual = next(one for one in ways if one.way == AS_IT_IS)
        for one in ways:
            yield (
                f"| {of} | {one.way} | {one.bytes_a_page:,.0f} | {one.share:.3f} | "
                f"{one.bytes_a_page / usual.bytes_a_page:.2f} | {one.ms_a_page:.2f} |"
            )
