"""When the address that pages name as their own is not believed.

Some sites have one address in the template of every page. What shows it is that texts with
nothing in common name it: three of them are enough, for an article, its AMP page and its print
view, read badly, are alike still. Whether there are three depends on the set of pages alone, and
once there are, no further page can undo it; so the order in which they come plays no part.
"""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["ALIKE", "find_strangers"]

#: Containment, either way, from which two texts may well be one article.
ALIKE = 0.55

_PAGE = re.compile(r"(?:page|paged|pagen_1|pagenum(?:ber)?|pg|start|offset)=\d+", re.IGNORECASE)


def find_strangers(
    key: str, claimants: Mapping[int, str], alike: Iterable[tuple[int, int]]
) -> tuple[int, int, int] | None:
    """Three pages that name one address and are pairwise unlike; None: the address is believed.

    Args:
        key: of the address they name.
        claimants: each page that names it, with its own key; the page that stands there is one.
        alike: pairs of these pages whose texts share enough to be one article, in any order.
    """
    asked = sorted(page for page, own in claimants.items() if not _is_part(own, key))
    near: dict[int, set[int]] = {page: {page} for page in asked}
    for one, other in alike:
        if one in near and other in near:
            near[one].add(other)
            near[other].add(one)
    for page in asked:
        far = [other for other in asked if other > page and other not in near[page]]
        for one, other in combinations(far, 2):
            if other not in near[one]:
                return page, one, other
    return None


def _is_part(own: str, key: str) -> bool:
    """Whether a page lies under the address that it names, or is a further page of it."""
    place, _, query = own.partition("?")
    kept = "&".join(pair for pair in query.split("&") if not _PAGE.fullmatch(pair))
    whole = f"{place}?{kept}" if kept else place
    return own != key and (whole == key or own.startswith(f"{key.rstrip('/')}/"))
