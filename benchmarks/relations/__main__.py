"""How well copies are found: our own figures with their floors, and our peers' beside them.

python -m benchmarks.relations           print the figures
python -m benchmarks.relations --check   the same, and exit 1 below the floors
python -m benchmarks.relations --peers   the table of methods, in one run
python -m benchmarks.relations --write   pin new floors, and put the tables into docs/relations.md
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.real_web import markdown_table, replace_block
from benchmarks.relations import floors, gold, labelled
from benchmarks.relations.quality_peers import Row, measure_ours, measure_peer, peers
from benchmarks.relations.variants import HARD

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCS = Path(__file__).parents[2] / "docs" / "relations.md"


def main() -> int:
    asked = _parser().parse_args()
    if asked.peers:
        return _compare(must_write=asked.write)
    absent = floors.missing()
    for part, why in absent.items():
        print(f"{part}: not measured, {why}", file=sys.stderr)
    parts = {part: measure for part, (measure, _) in floors.PARTS.items() if part not in absent}
    figures = {name: value for measure in parts.values() for name, value in measure().items()}
    digests = floors.digests_of(parts)
    table = as_table(figures)
    print(*table, sep="\n")
    if asked.write:
        return _write(figures, digests, table, may_lower=asked.lower, absent=absent)
    amiss = floors.below(figures, digests) if asked.check else []
    print(*amiss, sep="\n", end="\n" if amiss else "", file=sys.stderr)
    return int(bool(amiss))


def _write(
    figures: Mapping[str, float],
    digests: Mapping[str, str],
    table: list[str],
    *,
    may_lower: bool,
    absent: Mapping[str, str],
) -> int:
    if absent:
        print(f"nothing written: no floors for {', '.join(absent)}", file=sys.stderr)
        return 1
    fallen = floors.pin(figures, digests, may_lower=may_lower)
    if fallen:
        print("nothing written, these would fall:", *fallen, sep="\n", file=sys.stderr)
        return 1
    replace_block(DOCS, "quality", table)
    return 0


def _compare(*, must_write: bool) -> int:
    if not labelled.FOLDER.is_dir():
        print(f"nothing was measured: {labelled.WHY_ABSENT}", file=sys.stderr)
        return int(must_write)
    here, absent = peers()
    for name, why in absent.items():
        print(f"{name}: left out, {why}", file=sys.stderr)
    rows = [measure_ours(), *(measure_peer(name, method) for name, method in here.items())]
    table = compare_rows(rows)
    print(*table, sep="\n")
    if must_write and not absent:
        replace_block(DOCS, "quality beside others", table)
    return int(must_write and bool(absent))


def as_table(figures: Mapping[str, float]) -> list[str]:
    """A line a figure, with its goal."""
    lines = []
    for figure, value in figures.items():
        goal = floors.goal_of(figure)
        met = "" if goal is None else f"{goal:g}{'' if value >= goal else ' (missed)'}"
        lines.append(
            [figure, f"{abs(value):.4g}" if figure.endswith(" wrong") else f"{value:.4f}", met]
        )
    return markdown_table(["figure", "reached", "goal"], lines)


def compare_rows(rows: list[Row]) -> list[str]:
    """A line a method."""
    variants = sum(bool(page.holds) and page.kind not in HARD for page in gold.make_pages())
    head = ["method", "F1", "families (ARI)", "worst kind", "cut"]
    head += [f"of {variants} variants", "wrong", "ms a document"]
    lines = [
        [
            row.name,
            f"{row.f1:.3f}",
            f"{row.ari:.3f}",
            row.least_kind,
            row.cut,
            str(row.recognised),
            str(row.wrong),
            f"{row.ms_a_document:.2f}",
        ]
        for row in rows
    ]
    return markdown_table(head, lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.relations",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="exit 1 below the floors")
    parser.add_argument("--peers", action="store_true", help="beside other methods")
    parser.add_argument("--write", action="store_true", help="new floors, and the tables in docs")
    parser.add_argument("--lower", action="store_true", help="with --write: floors may fall")
    return parser


if __name__ == "__main__":
    sys.exit(main())
