"""The least that each figure may be, pinned together with the digest of the pages it is of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import floors
from benchmarks.floors import below

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PINNED", "below", "pin", "read_floors"]

PINNED = Path(__file__).with_name("floors.tsv")


def read_floors(path: Path = PINNED) -> tuple[str, dict[str, float]]:
    """The digest of the pages, and by figure (`zyte f1`) its floor."""
    digests, least = floors.read_floors(path)
    return digests["digest"], least


def pin(
    figures: Mapping[str, float], digest: str, path: Path = PINNED, *, may_lower: bool
) -> list[str]:
    """Write what was reached, less a little, as the new floors; or give what would fall."""
    return floors.pin(figures, {"digest": digest}, path, may_lower=may_lower)
