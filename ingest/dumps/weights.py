"""The scorers: sums of weighed features, turned into a chance."""

from __future__ import annotations

import math
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingest.dumps.looks import Features

__all__ = ["chance", "log_odds", "weights"]

_TABLE = "data/dump_weights.tsv"
_BIAS = "bias"


@cache
def weights(scorer: str) -> Mapping[str, float]:
    """What each feature is worth to a scorer: `look`, `place`, `gap` or `title`."""
    rows = (
        line.split("\t")
        for line in files("ingest").joinpath(_TABLE).read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    )
    return {name: float(value) for one, name, value in rows if one == scorer}


def log_odds(scorer: str, seen: Features) -> float:
    """Log of the odds that a line is part of the article, as this scorer sees it."""
    table = weights(scorer)
    return table[_BIAS] + sum(value * table.get(name, 0.0) for name, value in seen.items())


def chance(odds: float) -> float:
    """The chance of these log-odds, 0..1."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))
