"""Every figure of speed: `python -m benchmarks.speed [--only PART,PART] [--write] [--check]`.

Parts: throughput, growth, sizes, first. What is measured is kept in the cache, so that the page can
be written from parts that were measured one by one.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.real_web import replace_block
from benchmarks.speed import first_article, growth, sizes, throughput
from benchmarks.speed.contenders import NAMES
from benchmarks.speed.environments import cache_folder
from benchmarks.speed.results import Results
from benchmarks.speed.summary import missed, summary_lines
from benchmarks.speed.tables import growth_lines, sizes_lines, throughput_lines
from benchmarks.speed.timing import spread_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def _throughput(asked: argparse.Namespace, results: Results) -> None:
    results.laps = []
    for lap in throughput.measure(pages=asked.pages, rounds=asked.rounds, names=asked.names):
        results.laps.append(lap)
        told = lap.reason or f"{lap.rate:.1f} pages a second, {lap.cpu_ms:.1f} ms a page"
        print(f"{lap.name}: {told}", file=sys.stderr, flush=True)


def _growth(asked: argparse.Namespace, results: Results) -> None:
    results.growth = []
    for articles in asked.sizes:
        results.growth.append(growth.measure(articles, folder=asked.folder))
        print(f"{articles:,} articles measured", file=sys.stderr, flush=True)


def _sizes(asked: argparse.Namespace, results: Results) -> None:
    results.sizes = sizes.measure(pages=asked.pages)


def _first(asked: argparse.Namespace, results: Results) -> None:
    results.first_s = list(first_article.measure(asked.rounds))


_PARTS: dict[str, Callable[[argparse.Namespace, Results], None]] = {
    "throughput": _throughput, "growth": _growth, "sizes": _sizes, "first": _first,
}  # fmt: skip


def blocks(results: Results) -> dict[str, list[str]]:
    """The tables of the page by the name of their block; those that were measured."""
    told = {"summary": list(summary_lines(results))}
    if results.laps:
        told["throughput"] = [*throughput_lines(results.laps), "", _where(results, "throughput")]
    if results.growth:
        told["growth"] = [*growth_lines(results.growth), "", _where(results, "growth")]
    if results.sizes:
        told["sizes"] = list(sizes_lines(results.sizes))
    if results.first_s:
        line = f"{spread_of(results.first_s).told()} s. {_where(results, 'first')}"
        told["first"] = [line]
    return told


def _where(results: Results, part: str) -> str:
    return f"{results.told.get(part, 'Of an unknown machine')}."


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write the page if asked to; exit code 1: a figure is not as asked."""
    asked = _parser().parse_args(arguments)
    kept = cache_folder() / "results.json" if asked.results is None else asked.results
    results = Results.read(kept)
    for part in asked.only:
        _PARTS[part](asked, results)
        results.note(part)
        results.keep(kept)
    told = blocks(results)
    for lines in told.values():
        print("\n".join(lines), end="\n\n")
    if asked.write:
        for name, lines in told.items():
            replace_block(PAGE, name, lines)
    if asked.check and (lines := missed(results)):
        print(*lines, sep="\n", file=sys.stderr)
        return 1
    return 0


def _names(told: str) -> list[str]:
    return told.split(",") if told else []


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--only", type=_names, default=list(_PARTS), metavar="PART,PART",
                        help="empty: none is measured, the tables are of what is kept")  # fmt: skip
    parser.add_argument("--names", type=_names, default=list(NAMES), metavar="NAME,NAME",
                        help="of those who crawl")  # fmt: skip
    parser.add_argument("--pages", type=int, default=600, help="of the local web")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", type=lambda told: [int(one) for one in told.split(",")],
                        default=list(growth.SIZES), metavar="N,N", help="articles")  # fmt: skip
    parser.add_argument("--folder", type=Path, help="for large corpora, in place of the cache")
    parser.add_argument("--results", type=Path, help="file of what was measured before")
    parser.add_argument("--write", action="store_true", help="write into docs/benchmarks.md")
    parser.add_argument("--check", action="store_true", help="exit code 1 where a figure is short")
    return parser


if __name__ == "__main__":
    sys.exit(main())
