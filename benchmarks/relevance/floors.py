"""What the topic must reach, and the goal beside it; the one place where floors are pinned.

A floor is what was reached less .003, of `gained` less .01, but no less than a goal that was
reached. Lowering one needs a reason in the commit that does it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.relevance.feedback import learn_from_labels
from benchmarks.relevance.groups import build_groups
from benchmarks.relevance.measure import measure
from benchmarks.relevance.methods import Ours

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["FLOORS", "Floor", "below", "figures_of_ours"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """The least that a figure may be."""

    figure: str  #: such as `web.full.noisy ap`
    floor: float
    goal: float


FLOORS = (
    Floor(figure="web.full.noisy ap", floor=0.981, goal=0.975),
    Floor(figure="web.full.noisy rp90", floor=0.953, goal=0.94),
    Floor(figure="web.full.noisy f1", floor=0.945, goal=0.93),
    Floor(figure="web.full.noisy gained", floor=0.362, goal=1 / 3),
    Floor(figure="web.full.noisy ap less clean", floor=-0.004, goal=-0.01),
    Floor(figure="web.head.noisy ap", floor=0.922, goal=0.92),
    Floor(figure="web.head.noisy precision", floor=0.926, goal=0.9),
    Floor(figure="web.head.noisy ap less clean", floor=-0.005, goal=-0.01),
    Floor(figure="web.url.noisy ap", floor=0.900, goal=0.83),
    Floor(figure="ecb.full.noisy ap", floor=0.950, goal=0.95),
    Floor(figure="ecb.full.noisy gained", floor=0.530, goal=1 / 3),
    Floor(figure="ecb.full.noisy ap less clean", floor=-0.004, goal=-0.01),
    Floor(figure="fnc.full.noisy ap", floor=0.980, goal=0.98),
    Floor(figure="fnc.full.noisy gained", floor=0.800, goal=1 / 3),
    Floor(figure="fnc.full.noisy ap less clean", floor=-0.004, goal=-0.01),
    Floor(figure="fnc.head.noisy ap", floor=0.974, goal=0.92),
    Floor(figure="fnc.head.noisy precision", floor=0.965, goal=0.9),
    Floor(figure="fnc.head.noisy ap less clean", floor=-0.004, goal=-0.01),
)


def below(figures: Mapping[str, float]) -> list[tuple[Floor, float]]:
    """Floors that are not reached, with what was reached instead; those unmeasured are left out."""
    return [
        (floor, figures[floor.figure])
        for floor in FLOORS
        if floor.figure in figures and figures[floor.figure] < floor.floor
    ]


def figures_of_ours(floors: Sequence[Floor] = FLOORS) -> dict[str, float]:
    """The figures that the floors speak of, and no others: each group costs up to a minute."""
    asked = {floor.figure for floor in floors}
    figures: dict[str, float] = {}
    for name in dict.fromkeys(figure.partition(" ")[0] for figure in sorted(asked)):
        collection, mode, kind = name.split(".")
        (group,) = build_groups((collection,), (mode,), (kind,))
        scored = Ours().score(group)
        reached = measure(group, scored)
        for column in ("ap", "rp90", "precision", "recall", "f1", "best_f1"):
            figures[f"{name} {column}"] = getattr(reached, column)
        if f"{name} gained" in asked:
            figures[f"{name} gained"] = learn_from_labels(group, scored).gained
        if f"{name} ap less clean" in asked:
            (clean,) = build_groups((collection,), (mode,), ("clean",))
            of_clean = measure(clean, Ours().score(clean))
            figures[f"{name} ap less clean"] = reached.ap - of_clean.ap
    return {figure: value for figure, value in figures.items() if figure in asked}
