"""The names of all spiders, told by their files: to import them takes a second."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["FIND_NOTHING", "known_spiders", "scheduled_spiders"]

#: Spiders that a person's command runs, and that find nothing by themselves.
FIND_NOTHING = ("seeds", "look")
_SPIDER_NAME = re.compile(r"""^    name = ["'](\w+)["']$""", re.MULTILINE)


def known_spiders() -> list[str]:
    """Every spider there is, in order."""
    modules = Path(__file__).parents[1].joinpath("spiders").glob("*.py")
    found = (_SPIDER_NAME.search(one.read_text(encoding="utf-8")) for one in modules)
    return sorted(one[1] for one in found if one)


def scheduled_spiders() -> list[str]:
    """Those that a daemon may be told to run, in order."""
    return [name for name in known_spiders() if name not in FIND_NOTHING]
