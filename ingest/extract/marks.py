"""The marks of lists and quotes: `- item`, `1. item`, `> line`, drawn last, a line each.

All that judges a text judges it without them (`ingest.text.unmarked`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import takewhile
from typing import TYPE_CHECKING

from ingest.extract.kinship import Within, around
from ingest.extract.page import solid
from ingest.extract.tidy import BULLETS, drop_marks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ingest.extract.segments import Block, Box

__all__ = ["marked"]

_LAYOUT_SHARE = 0.8  # of a text: an item or a quote that holds as much of it is its frame
_MOST_NUMBER = 999
_FRAMES = frozenset({"article", "main", "section", "h1"})  # in an item: it is a teaser or a post
_PULLED = re.compile("pull-?_?quote", re.IGNORECASE)
_LEADING = re.compile("(?<![a-z])(?:standfirst|lead|lede|summary)(?![a-z])", re.IGNORECASE)
_MARKED = frozenset({"li", "blockquote"})
_HOLDERS = frozenset({"figure", "aside", "div"})  # that a pull quote may stand in


def marked(text: str, blocks: Sequence[Block], told: str) -> str:
    """`text` with a mark before each item of a list and each line of a quote.

    An item of several lines is marked at its first. A quote is what is quoted within prose: not
    one that the text begins with, a standfirst or a motto, nor one pulled out of it. A paragraph
    that begins with a hyphen is speech, and begins with a dash then.

    Args:
        text: lines without marks.
        blocks: of the page.
        told: what the extractor read; its own marks are kept on lines that are no block.
    """
    lines = text.split("\n")
    own = dict(zip(drop_marks(told).split("\n"), told.split("\n"), strict=True))
    places = list(_places(lines, blocks))
    # most lines of most texts stand in no list and no quote: their boxes are not asked one by one
    listed = Within(lambda box: box.tag in _MARKED)
    listings = [block if block and listed.holds(block.box) else None for block in places]
    letters = _letters_in(listings)
    most = _LAYOUT_SHARE * sum(map(len, lines))
    frames = {box for box, held in letters.items() if held > most or _is_pulled(box)}
    frames |= _quotes_around(places[0])
    items = list(_first_items(listings, frames))
    numbers = {item.number for item in items if item and item.number}
    return "\n".join(
        own.get(line, line)
        if block is None
        else (_mark(block, item, numbers, frames) if listing else _typed(block)) + line
        for line, block, listing, item in zip(lines, places, listings, items, strict=True)
    )


def _places(lines: Sequence[str], blocks: Sequence[Block]) -> Iterator[Block | None]:
    """The block that each line is; of several that read alike the first after the line before."""
    found: dict[str, list[int]] = defaultdict(list)
    for at, block in enumerate(blocks):
        found[block.key].append(at)
    last = -1
    for line in lines:
        same = found.get(solid(line), [])
        if not same:
            yield None
            continue
        last = next((at for at in same if at > last), same[0])
        yield blocks[last]


def _letters_in(places: Sequence[Block | None]) -> Mapping[Box, int]:
    """Letters of the text in each item and quote."""
    letters: Counter[Box] = Counter()
    for block in filter(None, places):
        for box in around(block.box):
            if box.tag in _MARKED:
                letters[box] += len(block.text)
    return letters


def _is_pulled(box: Box) -> bool:
    """Whether the page calls a quote one that repeats or announces the text."""
    if box.tag != "blockquote":
        return False
    holder = box.above.names if box.above and box.above.tag in _HOLDERS else ""
    names = box.names
    return any((_PULLED.search(names), _PULLED.search(holder), _LEADING.search(names)))


def _quotes_around(block: Block | None) -> set[Box]:
    boxes = around(block.box) if block else ()
    return {box for box in boxes if box.tag == "blockquote"}


def _first_items(places: Sequence[Block | None], frames: set[Box]) -> Iterator[Box | None]:
    """For each line the item that begins with it."""
    begun: set[Box] = set()
    for block in places:
        item = None if block is None else _item_of(block.box)
        if item is None or item in frames or item in begun:
            yield None
        else:
            begun.add(item)
            yield item


def _item_of(box: Box) -> Box | None:
    path = takewhile(lambda above: above.tag not in _FRAMES, around(box))
    return next((above for above in path if above.tag == "li"), None)


def _mark(block: Block, item: Box | None, numbers: set[int], frames: set[Box]) -> str:
    boxes = (box for box in around(block.box) if box.tag == "blockquote" and box not in frames)
    quote = "> " if next(boxes, None) else ""
    if item is None:
        return quote + _typed(block)
    number = item.number
    # A number alone would be taken for the line's own.
    is_drawn = number and number <= _MOST_NUMBER and {number - 1, number + 1} & numbers
    return f"{quote}{number}. " if is_drawn else f"{quote}- "


def _typed(block: Block) -> str:
    """What stands for a mark that the writer set by hand."""
    first, _, rest = block.text.partition(" ")
    if not rest:
        return ""
    if first in BULLETS:
        return "- "
    return "– " if first == "-" else ""
