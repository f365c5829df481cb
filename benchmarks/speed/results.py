"""What was measured, kept between calls, so that one part can be measured anew."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Self

from benchmarks.speed.growth import Grown
from benchmarks.speed.sizes import Packed, Sizes
from benchmarks.speed.throughput import Lap

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Results"]


@dataclass(kw_only=True)
class Results:
    """The last figures of each part; empty: not measured yet."""

    laps: list[Lap] = field(default_factory=list)
    growth: list[Grown] = field(default_factory=list)
    sizes: Sizes | None = None
    first_s: list[float] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)  #: by part: on what machine, how loaded

    @classmethod
    def read(cls, path: Path) -> Self:
        """What is kept there; nothing if another version kept it."""
        if not path.is_file():
            return cls()
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        try:
            sizes = kept["sizes"]
            packed = tuple(Packed(**one) for one in sizes.pop("packed")) if sizes else ()
            return cls(
                laps=[Lap(**one) for one in kept["laps"]],
                growth=[Grown(**one) for one in kept["growth"]],
                sizes=Sizes(**sizes, packed=packed) if sizes else None,
                first_s=kept["first_s"], told=kept["told"],
            )  # fmt: skip
        except (KeyError, TypeError):
            return cls()

    def keep(self, path: Path) -> None:
        """Write all of it."""
        rows = {
            one.name: _plain(getattr(self, one.name))
            for one in fields(self)
        }  # fmt: skip
        path.write_text(json.dumps(rows), encoding="utf-8")

    def note(self, part: str) -> None:
        """Say of a part where it was measured, now that it was."""
        load = os.getloadavg()[1]
        self.told[part] = (
            f"Python {platform.python_version()}, {os.cpu_count()} cores, "
            f"load of the last five minutes {load:.1f}"
        )


def _plain(told: Any) -> Any:
    if isinstance(told, list):
        return [_plain(one) for one in told]
    return asdict(told) if hasattr(told, "__dataclass_fields__") else told
