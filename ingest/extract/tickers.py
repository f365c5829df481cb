"""Tickers: long lists of headlines above an article, some of them links and most of them bare.

A ticker that is longer than its article would be taken for it: so it is out before blocks are
weighed. A menu, which is links alone, is left to the decision.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.extract.kinship import around
from ingest.text import is_prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.extract.segments import Block, Box

__all__ = ["without_tickers"]

_LISTS = frozenset({"ul", "ol"})
_LEAST_ITEMS = 8
_LEAST_LINKED = 3
_BARE_SHARE = 0.3  # of the items, 0..1
_MEAN_LETTERS = 20  # of a bare item; an entry of a menu has fewer


@dataclass(slots=True)
class _Listing:
    """What a list holds."""

    blocks: list[int] = field(default_factory=list)
    linked: int = 0
    letters: int = 0  #: of the bare ones
    has_prose: bool = False  #: outside links

    @property
    def is_ticker(self) -> bool:
        bare = len(self.blocks) - self.linked
        is_mixed = self.linked >= _LEAST_LINKED and bare >= _BARE_SHARE * len(self.blocks)
        is_long = len(self.blocks) >= _LEAST_ITEMS and self.letters >= _MEAN_LETTERS * bare
        return is_mixed and is_long and not self.has_prose


def without_tickers(blocks: Sequence[Block]) -> list[Block]:
    """The blocks less the tickers that stand above the first running text outside a list."""
    listings: dict[Box, _Listing] = {}
    for at, block in enumerate(blocks):
        listing = next((box for box in around(block.box) if box.tag in _LISTS), None)
        if listing is None:
            if is_prose(block.text):
                break
            continue
        _add(listings.setdefault(listing, _Listing()), at, block)
    else:
        return list(blocks)
    out = {at for held in listings.values() if held.is_ticker for at in held.blocks}
    return [block for at, block in enumerate(blocks) if at not in out]


def _add(held: _Listing, at: int, block: Block) -> None:
    held.blocks.append(at)
    if 2 * block.linked > len(block.key):
        held.linked += 1
    else:
        held.letters += len(block.key)
        held.has_prose |= is_prose(block.text)
