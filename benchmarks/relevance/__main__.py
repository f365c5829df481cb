"""`python -m benchmarks.relevance`: the topic beside other methods, and against its floors."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.relevance.calibration import calibration_of, judged
from benchmarks.relevance.crossvalidation import crossvalidate, table
from benchmarks.relevance.encoders import ENCODERS, Embedded, Memory
from benchmarks.relevance.feedback import learn_from_labels
from benchmarks.relevance.floors import FLOORS, below, figures_of_ours
from benchmarks.relevance.groups import COLLECTIONS, FOLDER, KINDS, MODES, build_groups
from benchmarks.relevance.measure import measure
from benchmarks.relevance.methods import Ours
from benchmarks.relevance.peers import Bm25, Tfidf
from benchmarks.relevance.semantic import Refined
from benchmarks.relevance.tables import Row, full_table, learned_line, pivot
from benchmarks.relevance.throughput import throughput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from benchmarks.relevance.calibration import Judged
    from benchmarks.relevance.groups import Group
    from benchmarks.relevance.methods import Method

_LEXICAL: dict[str, Callable[..., Method]] = {
    "tfidf": Tfidf,
    "general": partial(Tfidf, is_general=True),
    "nearest": partial(Tfidf, is_nearest=True),
    "bm25": Bm25,
}


def main() -> int:
    asked = _parser().parse_args()
    if not FOLDER.exists():
        print("the evaluation texts are not here; nothing was measured", file=sys.stderr)
        return 0
    groups = build_groups(asked.collections, asked.modes, asked.seeds, asked.draws)
    if asked.throughput:
        for name, value in throughput().items():
            print(f"| {name} | {value:,.3g} |")
    elif asked.calibration:
        tell_calibration(groups)
    elif asked.feedback:
        for group in groups:
            learned = learn_from_labels(group, Ours().score(group))
            print(learned_line(group.name, learned), flush=True)
    elif asked.crossvalidate:
        print(*table(crossvalidate(groups)), sep="\n")
    elif asked.check:
        return check()
    else:
        rows = list(compare(groups, list(_methods(asked.methods, asked.cache))))
        print(*full_table(rows), "", *pivot(rows, "ap"), sep="\n")
        if asked.json:
            asked.json.write_text(json.dumps([asdict(row) for row in rows], indent=1))
    return 0


def compare(groups: Iterable[Group], methods: Sequence[Method]) -> Iterator[Row]:
    """What each method reaches on each group, told as it comes."""
    for group in groups:
        for method in methods:
            if not method.can_score(group):
                continue
            scored = method.score(group)
            row = Row(
                group=group.name, method=method.name, tasks=len(group.tasks),
                figures=measure(group, scored), texts_per_s=scored.texts_per_s,
            )  # fmt: skip
            print(*full_table([row])[2:], file=sys.stderr, flush=True)
            yield row


def tell_calibration(groups: Iterable[Group]) -> None:
    """A table for each group, and one for each mode and kind of seeds over all collections."""
    everything: dict[str, list[Judged]] = {}
    for group in groups:
        texts = judged(group, Ours().score(group))
        print(f"\n{group.name}\n", *calibration_of(texts), sep="\n", flush=True)
        everything.setdefault(f"all.{group.mode}.{group.kind}", []).extend(texts)
    for name, texts in everything.items():
        print(f"\n{name}\n", *calibration_of(texts), sep="\n")


def check() -> int:
    """Compare ours with the floors; 1 where one is not reached."""
    figures = figures_of_ours()
    print("| figure | reached | floor | goal |\n|---|---|---|---|")
    for each in FLOORS:
        reached = figures[each.figure]
        print(f"| {each.figure} | {reached:.3f} | {each.floor:.3f} | {each.goal:.3f} |")
    missed = below(figures)
    for floor, reached in missed:
        print(f"{floor.figure} is {reached:.4f}, below its floor of {floor.floor}", file=sys.stderr)
    return 1 if missed else 0


def _methods(names: Sequence[str], cache: Path | None) -> Iterator[Method]:
    for name in names:
        if name == "ours":
            yield Ours()
            continue
        try:
            if name == "semantic":
                yield Refined(Memory(ENCODERS["use"](), cache))
                continue
            make = _LEXICAL[name] if name in _LEXICAL else _embedded(name, cache)
            yield from [make(is_cleaned=False), make(is_cleaned=True)]
        except ModuleNotFoundError as absent:
            print(f"{name} is left out: {absent}", file=sys.stderr)


def _embedded(name: str, cache: Path | None) -> Callable[..., Method]:
    encoder = ENCODERS[name]()
    return partial(Embedded, Memory(encoder, cache), encoder)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.relevance", description=__doc__)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="compare ours with the pinned floors")
    what.add_argument("--calibration", action="store_true", help="share related by score")
    what.add_argument("--feedback", action="store_true", help="what ten labels bring")
    what.add_argument(
        "--crossvalidate", action="store_true", help="constants chosen on other stories"
    )
    what.add_argument("--throughput", action="store_true", help="speed and memory of ours")
    every = ("ours", "semantic", *_LEXICAL, *ENCODERS)
    parser.add_argument("--collections", type=_list_of(COLLECTIONS), default=COLLECTIONS)
    parser.add_argument("--modes", type=_list_of(MODES), default=MODES)
    parser.add_argument("--seeds", type=_list_of(KINDS), default=KINDS)
    parser.add_argument("--methods", type=_list_of(every), default=every)
    parser.add_argument("--draws", type=int, choices=(1, 2), default=2, help="seed sets a story")
    parser.add_argument("--cache", type=Path, help="folder that keeps vectors between runs")
    parser.add_argument("--json", type=Path, help="file for the rows of the table")
    return parser


class _list_of:  # noqa: N801 - used like a function
    """Reads `a,b` into a tuple of known names."""

    def __init__(self, known: Sequence[str]) -> None:
        self._known = known

    def __call__(self, told: str) -> tuple[str, ...]:
        names = tuple(told.split(","))
        if unknown := sorted(set(names) - set(self._known)):
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; known: {self}")
        return names

    def __repr__(self) -> str:
        return ",".join(self._known)


if __name__ == "__main__":
    sys.exit(main())
