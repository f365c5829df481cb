"""What finding copies must reach: the goals it was built to, and the floors it may not fall under.

The floors are pinned with the digests of the data; where data is absent its figures are not asked.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import floors
from benchmarks.relations import gold, labelled, quality

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["GOALS", "PARTS", "PINNED", "below", "digests_of", "goal_of", "missing", "pin"]

PINNED = Path(__file__).with_name("floors.tsv")

#: By how the name of a figure begins; a longer beginning goes first.
GOALS: dict[str, float | None] = {
    "synth precision": 0.99,
    "synth recall of": 0.95,
    "synth recall": 0.99,
    "synth f1": 0.995,
    "synth families": 0.97,
    "addresses recall": 0.94,
    "addresses wrong": 0,
    "gold wrong": 0,
    "gold families": 0.97,
    "gold nearest": None,
    "gold hard": None,
    "gold quotations": None,
    "gold": 1.0,
}

#: By part: how it is measured, and whether it needs the labelled data.
PARTS: dict[str, tuple[Callable[[], dict[str, float]], bool]] = {
    "gold": (quality.of_gold, False),
    "addresses": (quality.of_addresses, True),
    "synth": (quality.of_synth, True),
}


def missing() -> dict[str, str]:
    """The parts that cannot be measured here, with the reason."""
    if labelled.FOLDER.is_dir():
        return {}
    return {part: labelled.WHY_ABSENT for part, (_, needs_data) in PARTS.items() if needs_data}


def goal_of(figure: str) -> float | None:
    """What the figure should be; None: no goal was set."""
    return next((goal for start, goal in GOALS.items() if figure.startswith(start)), None)


def digests_of(parts: Mapping[str, object]) -> dict[str, str]:
    """What each part is measured on."""
    digest: dict[str, Callable[[], str]] = {
        "gold": lambda: gold.digest_of(gold.read_seeds(), gold.make_pages()),
        "addresses": lambda: labelled.digest_of(labelled.ADDRESSES),
        "synth": lambda: labelled.digest_of(labelled.SYNTH),
    }
    return {f"{part} digest": digest[part]() for part in parts}


def below(
    figures: Mapping[str, float], digests: Mapping[str, str], path: Path = PINNED
) -> list[str]:
    """What is amiss in the parts that `digests` names; empty when nothing is."""
    pinned, least = floors.read_floors(path)
    parts = {name.partition(" ")[0] for name in digests}
    asked = {figure: floor for figure, floor in least.items() if figure.partition(" ")[0] in parts}
    changed = [
        f"{name}: the floors are of {pinned.get(name)}, this is {digest}"
        for name, digest in digests.items()
        if pinned.get(name) != digest
    ]
    return [*changed, *floors.below(figures, asked)]


def pin(
    figures: Mapping[str, float],
    digests: Mapping[str, str],
    path: Path = PINNED,
    *,
    may_lower: bool,
) -> list[str]:
    """Write what was reached, less a little, as the new floors; or give what would fall."""
    return floors.pin(figures, digests, path, may_lower=may_lower)
