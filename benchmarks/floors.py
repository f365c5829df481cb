"""The least that figures may be, pinned in a file with digests of what they were measured on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["below", "pin", "read_floors"]

_SLACK = 0.002  # what another version of a library may cost unnoticed
_DIGEST = "digest"  # how the name of a digest ends


def read_floors(path: Path) -> tuple[dict[str, str], dict[str, float]]:
    """By name the digests of the data, and by figure (`zyte f1`) its floor."""
    rows = dict(line.split("\t") for line in path.read_text("utf-8").splitlines())
    digests = {name: told for name, told in rows.items() if name.endswith(_DIGEST)}
    return digests, {name: float(told) for name, told in rows.items() if name not in digests}


def below(figures: Mapping[str, float], floors: Mapping[str, float]) -> list[str]:
    """A line for each figure that is under its floor or was not measured."""
    return [
        f"{figure}: {figures.get(figure, float('nan')):.4f}, floor {floor:.4f}"
        for figure, floor in floors.items()
        if not figures.get(figure, float("-inf")) >= floor
    ]


def pin(
    figures: Mapping[str, float], digests: Mapping[str, str], path: Path, *, may_lower: bool
) -> list[str]:
    """Write what was reached, less a little, as the new floors.

    Args:
        figures: More is better; a count of mistakes is given as its negative.
        digests: Names end in `digest`.

    Returns:
        What would fall; nothing is written then, unless `may_lower`.
    """
    floors = {figure: round(value - _SLACK, 4) for figure, value in figures.items()}
    fallen = below(floors, read_floors(path)[1]) if path.exists() else []
    if fallen and not may_lower:
        return fallen
    lines = [f"{name}\t{digest}" for name, digest in digests.items()]
    lines += [f"{name}\t{floor:.4f}" for name, floor in floors.items()]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return []
