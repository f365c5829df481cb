"""Print the confusion matrix of the kinds of pages; with `--check`, hold it against the floors."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from benchmarks.kinds.floors import below
from benchmarks.kinds.made import made_cases
from benchmarks.kinds.measure import digest_of, judge_all, matrix_lines, measure
from benchmarks.kinds.mutated import FOLDER, mutated_cases, real_cases

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.kinds.made import Case
    from benchmarks.kinds.measure import Found

PARTS: dict[str, Callable[[], list[Case]]] = {
    "made": made_cases,
    "mutated": lambda: [*mutated_cases(0), *mutated_cases(1)],
    "fresh": lambda: mutated_cases(2),
    "real": real_cases,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail below the floors")
    parser.add_argument("--wrong", action="store_true", help="name every page taken for another")
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], default=[])
    asked = parser.parse_args()
    names = asked.parts or (list(PARTS) if FOLDER.is_dir() else ["made"])
    failed: list[str] = []
    every: list[tuple[Case, Found]] = []
    for name in names:
        cases = PARTS[name]()
        found = judge_all(cases)
        figures = measure(cases, found)
        print(f"== {name}: {len(cases)} pages, digest {digest_of(cases)}")
        print("\n".join(matrix_lines(cases, found)))
        print(figures)
        if asked.wrong:
            for case, said in zip(cases, found, strict=True):
                if case.kind != said.kind:
                    print(f"  {case.kind} taken for {said.kind}: {case.name} ({said.detail})")
        failed += below(name, digest_of(cases), figures)
        every += zip(cases, found, strict=True)
    everything, said_of_all = [case for case, _ in every], [one for _, one in every]
    print(f"== all: {len(everything)} pages")
    print("\n".join(matrix_lines(everything, said_of_all)))
    print(measure(everything, said_of_all))
    if asked.check and failed:
        sys.exit("\n".join(failed))


if __name__ == "__main__":
    main()
