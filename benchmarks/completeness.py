"""Whether intervals of completeness hold what they promise: simulated stories.

    python -m benchmarks.completeness

Texts are found by routes with given chances. First the routes are independent; then texts differ in
how hard they are to find for all routes alike, so that what one finds the others find too.
"""

from __future__ import annotations

import math
import random
import statistics
from collections import Counter
from dataclasses import dataclass

from ingest.completeness import estimate_completeness

_TIMES = 1000
_SIZES = (10, 20, 50, 200)
_SPREADS = (0.0, 0.5, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Routes, each with the chance that it finds a text."""

    name: str
    chances: tuple[float, ...]
    person: float = 0.0  #: the same of a person, which is no route


CASES = (
    Case(name="2 good", chances=(0.5, 0.5)),
    Case(name="2 unequal", chances=(0.8, 0.2)),
    Case(name="2, person", chances=(0.5, 0.5), person=0.4),
    Case(name="2 poor", chances=(0.3, 0.3)),
    Case(name="3 good", chances=(0.9, 0.8, 0.5)),
    Case(name="3 unequal", chances=(0.7, 0.4, 0.1)),
    Case(name="5 mixed", chances=(0.8, 0.5, 0.3, 0.2, 0.1)),
)


def draw_histories(
    draw: random.Random, texts: int, case: Case, *, spread: float = 0.0
) -> list[tuple[frozenset[str], int]]:
    """Which routes find each of so many texts; those found by none are left out.

    Args:
        spread: standard deviation of the log odds with which a text is found by any route.
    """
    chances = {f"route {n}": chance for n, chance in enumerate(case.chances)}
    if case.person:
        chances["person"] = case.person
    odds = {name: chance / (1 - chance) for name, chance in chances.items()}
    counted = Counter[frozenset[str]]()
    for _ in range(texts):
        ease = math.exp(draw.gauss(0, spread)) if spread else 1.0
        counted[
            frozenset(
                name for name, one in odds.items() if draw.random() < one * ease / (1 + one * ease)
            )
        ] += 1
    return [(routes, number) for routes, number in counted.items() if routes]


def main() -> None:
    """Print a line for each kind of story."""
    print(
        f"{'routes':<11} {'texts':>5} {'spread':>6} {'told':>5} {'held':>5} {'mean':>5} {'high':>5}"
    )
    for spread in _SPREADS:
        for case in CASES:
            for texts in _SIZES:
                print(_line(case, texts, spread))


def _line(case: Case, texts: int, spread: float) -> str:
    """Share told, of these share whose interval holds, mean estimate and median upper bound."""
    draw = random.Random(f"{case.name} {texts} {spread}")
    means, highs, held = [], [], 0
    for _ in range(_TIMES):
        found = estimate_completeness(draw_histories(draw, texts, case, spread=spread))
        if found.estimated is None or found.low is None or found.high is None:
            continue
        held += found.low <= texts <= found.high
        means.append(found.estimated / texts)
        highs.append(found.high / texts)
    head = f"{case.name:<11} {texts:>5} {spread:>6} {len(means) / _TIMES:>5.2f}"
    if not means:
        return head
    return (
        f"{head} {held / len(means):>5.2f} {statistics.mean(means):>5.2f}"
        f" {statistics.median(highs):>5.2f}"
    )


if __name__ == "__main__":
    main()
