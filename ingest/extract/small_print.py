"""Small print that a page itself calls so: risks, rights and commissions, said on every page."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from ingest.extract.kinship import Within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.extract.segments import Block, Box

__all__ = ["drop_small_print"]

#: A class or id: the word alone or last (`affiliate-disclaimer`), or a part of what is called so.
#: "Disclosure" is not asked for: it is also the usual name of a widget that folds text away.
_SMALL = re.compile(
    r"(?:.*[-_])?disclaimers?"
    r"(?:(?:__|--).*|[-_](?:text|copy|content|note|box|block|section|wrapper|container))?",
    re.IGNORECASE,
)
#: What merely has small print, or is filed under the word, is an article.
_NOT_SMALL = re.compile(
    r"(?:tag|category)[-_].*"
    r"|(?:.*[-_])?(?:has|with|no|show|hide|before|after)[-_]+disclaimer.*",
    re.IGNORECASE,
)
_FRAMES = frozenset({"html", "body", "main", "article"})
_LEAST_LEFT = 0.25  # of the kept letters: a box that holds more is the article, however called


def drop_small_print(blocks: Sequence[Block], is_kept: list[bool]) -> None:
    """Keep no block in a box that is called a disclaimer, unless those boxes are nearly all."""
    small_boxes = Within(_is_small)
    small = [at for at, own in enumerate(is_kept) if own and small_boxes.holds(blocks[at].box)]
    if not small:
        return
    letters = sum(len(block.key) for block, own in zip(blocks, is_kept, strict=True) if own)
    if sum(len(blocks[at].key) for at in small) > (1 - _LEAST_LEFT) * letters:
        return
    for at in small:
        is_kept[at] = False


def _is_small(box: Box) -> bool:
    return box.tag not in _FRAMES and _is_so_called(box.names)


@lru_cache(maxsize=8192)
def _is_so_called(names: str) -> bool:
    if "disclaimer" not in names.lower():
        return False
    return any(_SMALL.fullmatch(name) and not _NOT_SMALL.match(name) for name in names.split())
