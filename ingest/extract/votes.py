"""How much of each block an extractor, or the page's own JSON-LD, takes for the article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.extract.page import solid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.extract.segments import Block

__all__ = ["votes_of"]

_SHORT = 16  # letters under which a block may stand in a text by chance: a line must be just it
_PIECE = 24  # letters; a long block is asked piece by piece


def votes_of(text: str, blocks: Sequence[Block]) -> list[float]:
    """Share of each block's letters that stand in `text`, 0..1."""
    if not text:
        return [0.0] * len(blocks)
    lines = list(map(solid, text.split("\n")))
    whole, alone = "".join(lines), set(lines)
    return [_vote(block.key, alone, whole) for block in blocks]


def _vote(key: str, lines: set[str], whole: str) -> float:
    if key in lines:
        return 1.0
    if len(key) < _SHORT:
        return 0.0
    if key in whole:
        return 1.0
    if len(key) < 2 * _PIECE:
        return 0.0
    starts = range(0, len(key) - _PIECE + 1, _PIECE)
    return sum(key[at : at + _PIECE] in whole for at in starts) / len(starts)
