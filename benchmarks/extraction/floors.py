"""The least that each figure may be, pinned together with the digest of the pages it is of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PINNED", "below", "pin", "read_floors"]

PINNED = Path(__file__).with_name("floors.tsv")
_SLACK = 0.002  # what another version of a library may cost unnoticed
_DIGEST = "digest"


def read_floors(path: Path = PINNED) -> tuple[str, dict[str, float]]:
    """The digest of the pages, and by figure (`zyte f1`) its floor."""
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
    told = dict(rows)
    digest = told.pop(_DIGEST)
    return digest, {figure: float(floor) for figure, floor in told.items()}


def below(figures: Mapping[str, float], floors: Mapping[str, float]) -> list[str]:
    """A line for each figure that is under its floor or was not measured."""
    return [
        f"{figure}: {figures.get(figure, float('nan')):.4f}, floor {floor:.4f}"
        for figure, floor in floors.items()
        if not figures.get(figure, float("-inf")) >= floor
    ]


def pin(
    figures: Mapping[str, float], digest: str, path: Path = PINNED, *, may_lower: bool
) -> list[str]:
    """Write what was reached, less a little, as the new floors.

    Returns:
        What would fall; nothing is written then, unless `may_lower`.
    """
    floors = {figure: round(value - _SLACK, 4) for figure, value in figures.items()}
    fallen = []
    if path.exists():
        fallen = below(floors, read_floors(path)[1])
    if fallen and not may_lower:
        return fallen
    lines = [f"{_DIGEST}\t{digest}", *(f"{name}\t{floor:.4f}" for name, floor in floors.items())]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return []
