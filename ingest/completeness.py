"""How much of what there is was found: capture-recapture over independent routes; pure.

A text that is kept was captured by each route that named it and that alone would have had it
fetched. Of those captured once and twice it follows how many no route captured: the estimator of
Chao 1989 (Biometrics 45, 427) for occasions of unequal catch, which is Chapman's (1951) for two
routes, and the log-linear one of Rivest and Baillargeon 2007 (Biometrics 63, 999). Where the routes
are independent it is right; where what one finds the others find too, or some texts are harder to
find than others, there is more than it says: read it as "at least".
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["ROUTES", "Completeness", "estimate_completeness", "route_of"]

#: Route of each spider; those that search the same web are one. Of any other it is its name. None:
#: it names only addresses that others found, which says nothing of what there is.
ROUTES: Mapping[str, str | None] = {
    "feeds": "feeds",
    "sitemaps": "sitemaps",
    "links": "links",
    "bing": "search",
    "searxng": "search",
    "mediacloud": "search",
    "google": None,
    "gdelt": "gdelt",
    "gdelt_doc": "gdelt",
    "warc": "archives",
    "wayback": "archives",
    "urls": "person",
    "seeds": "person",
}
#: What a person picks is no sample of what there is.
_NOT_SAMPLED = frozenset({"person"})
_LEAST_SHARED = 3  # texts that more than one route captured
_Z = 1.959964  # 95 % of a normal distribution lie within
_HALF = 0.5  # so that nothing counted is not taken for nothing there


def route_of(spider: str) -> str | None:
    """The route that a spider goes; None: it goes none of its own."""
    return ROUTES.get(spider, spider)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """What was found of what there is."""

    found: int  #: texts, by whatever route
    captures: Mapping[str, int]  #: how many of them each route captured
    estimated: float | None = None  #: texts there are, those found included; None: cannot tell
    low: int | None = None  #: of the interval of 95 %
    high: int | None = None
    lacks: str = ""  #: why it cannot be told

    @property
    def share(self) -> float | None:
        """What was found of what there is, 0..1; None: cannot tell, or there is nothing."""
        return self.found / self.estimated if self.estimated else None


def estimate_completeness(histories: Iterable[tuple[Iterable[str], int]]) -> Completeness:
    """What was found of what there is.

    Args:
        histories: routes, and how many texts were captured by exactly these; no route: what was
            kept though none named it.
    """
    counted = Counter[frozenset[str]]()
    for routes, texts in histories:
        counted[frozenset(routes)] += texts
    found = counted.total()
    captures = Counter[str]()
    sampled = Counter[frozenset[str]]()
    for routes, texts in counted.items():
        captures.update(dict.fromkeys(routes, texts))
        sampled[routes - _NOT_SAMPLED] += texts
    named = dict(sorted(captures.items()))
    routes_used = [route for route in named if route not in _NOT_SAMPLED]
    if len(routes_used) < 2:  # noqa: PLR2004
        lacks = f"only {routes_used[0]} found them" if routes_used else "no route found them"
        return Completeness(found=found, captures=named, lacks=lacks if found else "none found")
    alone = [sampled[frozenset({route})] for route in routes_used]
    shared = sum(texts for routes, texts in sampled.items() if len(routes) > 1)
    if shared < _LEAST_SHARED:
        lacks = f"{shared} found by more than one route, {_LEAST_SHARED} are needed"
        return Completeness(found=found, captures=named, lacks=lacks)
    twice = sum(texts for routes, texts in sampled.items() if len(routes) == 2)  # noqa: PLR2004
    missing = _missing(alone, twice)
    low, high = _interval(alone, twice)
    seen = found - sampled[frozenset()]  # what no catch found and is kept is among the missing
    return Completeness(
        found=found,
        captures=named,
        estimated=max(found, seen + missing),
        low=max(found, math.floor(seen + min(low, missing))),
        high=max(found, math.ceil(seen + max(high, missing))),
    )


def _missing(alone: Sequence[float], twice: float) -> float:
    """Texts that no route captured, a person's among them (Chao 1989, the form without bias).

    Args:
        alone: texts that each route alone captured.
        twice: texts that exactly two captured.
    """
    return sum(one * other for one, other in combinations(alone, 2)) / (twice + 1)


def _interval(alone: Sequence[int], twice: int) -> tuple[float, float]:
    """Where the missing lie with 95 %, log-normal as in Chao 1987 (Biometrics 43, section 4).

    The variance is that of counts with a given total, by the delta method.
    """
    smooth = [one + _HALF for one in alone]
    missing, once = _missing(smooth, twice), sum(smooth)
    by_once = sum((once - one) ** 2 * one for one in smooth) / (twice + 1) ** 2
    by_twice = (missing / (twice + 1)) ** 2 * twice
    variance = missing + by_once + by_twice
    spread = math.exp(_Z * math.sqrt(math.log1p(variance / missing**2)))
    return missing / spread, missing * spread
