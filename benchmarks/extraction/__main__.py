"""`python -m benchmarks.extraction`: our extraction beside that of others, and its floors.

Every extractor reads every page in one run, in turns, and is timed by the CPU time of the process.
Our block decision is asked with trees that were learned without the site of the page.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
import warnings
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from statistics import fmean
from typing import TYPE_CHECKING

from benchmarks.extraction.floors import below, pin, read_floors
from benchmarks.extraction.folds import trees_without
from benchmarks.extraction.peers import REFERENCE, load, ours
from benchmarks.extraction.saved import FOLDER, SETS, digest_of, read_pages
from benchmarks.extraction.scoring import FIGURES, Figures, Found

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.extraction.peers import Extract
    from benchmarks.extraction.saved import SavedPage

_OURS = "seedbed"


@dataclass(slots=True)
class Run:
    """What one extractor did."""

    found: dict[str, Found] = field(default_factory=dict)  #: by id of page
    cpu_s: float = 0.0
    raised: int = 0


def main() -> int:
    asked = _parser().parse_args()
    if not FOLDER.exists():
        print("the evaluation pages are not here; nothing was measured", file=sys.stderr)
        return 0
    pages = read_pages()
    if asked.check or asked.pin:
        return _gate(pages, must_pin=asked.pin, may_lower=asked.lower)
    extractors, absent = load()
    runs = run(pages, extractors)
    print(*table(pages, runs), sep="\n")
    if absent:
        print(f"not installed, so not measured: {', '.join(absent)}", file=sys.stderr)
    return 0


def run(pages: list[SavedPage], extractors: Mapping[str, Extract]) -> dict[str, Run]:
    """Every extractor on every page, each in turn the first."""
    runs: dict[str, Run] = defaultdict(Run)
    names = list(extractors)
    for at, page in enumerate(pages):
        body = page.html
        with trees_without(page.site):
            for turn in range(len(names)):
                name = names[(at + turn) % len(names)]
                _ask(runs[name], extractors[name], page, body)
    return {name: runs[name] for name in names}


def _ask(run_: Run, extract: Extract, page: SavedPage, body: bytes) -> None:
    started = time.process_time()
    try:
        run_.found[page.id] = extract(body, page.url)
    except Exception:  # noqa: BLE001 - what a peer raises is counted, and scores nothing
        run_.found[page.id] = Found()
        run_.raised += 1
    run_.cpu_s += time.process_time() - started


def table(pages: list[SavedPage], runs: Mapping[str, Run]) -> Iterator[str]:
    """The comparison as a Markdown table, a row for each extractor and set."""
    yield "| extractor | set | " + " | ".join(FIGURES) + " | CPU | raised |"
    yield "|---" * (len(FIGURES) + 4) + "|"
    for name, one in runs.items():
        told = figures_of(pages, one.found)
        ratio = one.cpu_s / runs[REFERENCE].cpu_s
        for label, row in told.items():
            cells = [_cell(row.get(figure)) for figure in FIGURES]
            ends = [f"{ratio:.2f}", str(one.raised)] if label == "mean" else ["", ""]
            yield f"| {' | '.join([name, label, *cells, *ends])} |"


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def figures_of(
    pages: list[SavedPage], found: Mapping[str, Found]
) -> dict[str, dict[str, float | None]]:
    """By set, and for all sets together as `mean` (`bad`: the sum), each figure."""
    told: dict[str, dict[str, float | None]] = {}
    for chosen in SETS:
        some = [page for page in pages if page.set == chosen]
        figures = Figures.of(some, [found[page.id] for page in some])
        told[chosen] = {figure: getattr(figures, figure) for figure in FIGURES}
    told["mean"] = {
        "f1": fmean(row["f1"] or 0.0 for row in told.values()),
        "bad": sum(Counter({label: row["bad"] or 0 for label, row in told.items()}).values()),
    }
    return told


def _gate(pages: list[SavedPage], *, must_pin: bool, may_lower: bool) -> int:
    found = run(pages, {_OURS: ours})[_OURS].found
    figures = {
        f"{label} {figure}": -value if figure == "bad" else value
        for label, row in figures_of(pages, found).items()
        for figure, value in row.items()
        if value is not None
    }
    digest = digest_of(pages)
    if must_pin:
        fallen = pin(figures, digest, may_lower=may_lower)
        print(*fallen or ["pinned"], sep="\n")
        return 1 if fallen else 0
    pinned, floors = read_floors()
    if pinned != digest:
        print(f"the floors are of other pages: {pinned}, not {digest}", file=sys.stderr)
        return 1
    missed = below(figures, floors)
    print(*(f"{figure}: {value:.4f}" for figure, value in figures.items()), sep="\n")
    print(*missed, sep="\n", file=sys.stderr)
    return 1 if missed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.extraction", description=__doc__)
    parser.add_argument("--check", action="store_true", help="ours alone, against its floors")
    parser.add_argument("--pin", action="store_true", help="write what is reached as the floors")
    parser.add_argument("--lower", action="store_true", help="with --pin: floors may fall")
    return parser


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # of peers, about pages
    logging.disable(logging.CRITICAL)
    sys.exit(main())
