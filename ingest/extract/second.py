"""Where a second article begins on a page that goes on with the next story."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ingest.extract.kinship import around

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.extract.segments import Block, Box

__all__ = ["second_article"]

_OWN_LETTERS = 400  # kept of the first article before a second is looked for, and of the second
_MOST_HEADS = 20  # looked at; a page of headlines has hundreds
_WHOLE_SHARE = 0.8  # of the kept letters: the box around them and the headline is the article


def second_article(blocks: Sequence[Block], is_kept: Sequence[bool]) -> int | None:
    """The number of the block that heads a second article; None: there is but one.

    A second article has an <h1> of its own, outside the smallest box that holds the first <h1>
    and the text under it: headings within one article, however many are <h1>, share its box.

    Args:
        blocks: of the page, in order.
        is_kept: whether each is taken for article text.
    """
    heads = [at for at, block in enumerate(blocks) if block.box.tag == "h1"]
    for head in heads[1:_MOST_HEADS]:
        if blocks[head].key == blocks[heads[0]].key:
            continue
        before = _kept_letters(blocks, is_kept, heads[0], head)
        after = _kept_letters(blocks, is_kept, head, len(blocks))
        if sum(before.values()) < _OWN_LETTERS or sum(after.values()) < _OWN_LETTERS:
            continue
        whole = _whole(blocks[heads[0]].box, before)
        if whole is not None and whole not in around(blocks[head].box):
            return head
    return None


def _kept_letters(
    blocks: Sequence[Block], is_kept: Sequence[bool], start: int, end: int
) -> Counter[Box]:
    """Kept letters between two blocks, in each box that holds them."""
    letters: Counter[Box] = Counter()
    for at in range(start, end):
        if is_kept[at]:
            letters[blocks[at].box] += len(blocks[at].key)
    return letters


def _whole(head: Box, letters: Counter[Box]) -> Box | None:
    """The deepest box around a headline that holds most of some letters."""
    held: Counter[Box] = Counter()
    for box, size in letters.items():
        for above in around(box):
            held[above] += size
    wanted = _WHOLE_SHARE * sum(letters.values())
    return next((box for box in around(head) if held[box] >= wanted), None)
