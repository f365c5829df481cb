"""A page cut into blocks: runs of text that a reader sees as one line or one paragraph."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.extract.page import solid, squeeze

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.html import HtmlElement

    from ingest.extract.page import ParsedPage

__all__ = ["Block", "Box", "cut"]

_UNREAD = frozenset({"script", "style", "template", "head", "svg", "math", "option", "textarea"})
_PASSED = frozenset(
    [
        "noscript", "iframe", "object", "select", "button", "canvas", "audio", "video", "map",
        "datalist", "dialog", "input", "img", "picture", "source", "link", "meta", "title",
    ]
)  # fmt: skip
_PASSED_LETTERS = 400  # a <button> left open holds the rest of the page: two of 621 pages
_HEADLINE_LETTERS = 22
_CELLS = frozenset({"td", "th"})
_CELL_LETTERS, _ROW_LETTERS = 200, 600  # a longer cell is a column of the page
_BORDER = " | "  # between the cells of a row
_INLINE = frozenset(
    [
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn",
        "em", "font", "i", "ins", "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s",
        "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
    ]
)  # fmt: skip
_STRONG = frozenset({"b", "strong", "em", "i"})
_MOST_DIGITS = 3  # of an item's number
_MAX_DEPTH = 200  # libxml2 stops at 256; a page of people has 60
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@dataclass(slots=True, eq=False)  # frozen ones take four times as long to make: 350 a page
class Box:
    """An element that breaks the line, and those around it; compared by identity."""

    tag: str
    names: str  #: class and id
    above: Box | None = field(repr=False)
    depth: int
    is_hidden: bool
    number: int | None = None  #: of an item in a numbered list


@dataclass(slots=True, eq=False)
class Block:
    """One run of text with its inline children."""

    text: str  #: on one line
    key: str = field(repr=False)  #: letters and digits only
    box: Box = field(repr=False)
    linked: int  #: letters within links
    links: int
    headlines: int  #: links whose anchor reads like a headline
    strong: int  #: letters in bold or italics
    is_broken: bool  #: whether <br> parts it from its neighbour


@dataclass(slots=True)
class _Run:
    """A block in the making."""

    pieces: list[str] = field(default_factory=list)
    linked: int = 0
    links: int = 0
    headlines: int = 0
    strong: int = 0


def cut(page: ParsedPage) -> list[Block]:
    """The blocks of a page in order, with those that no letter stands in left out."""
    if not page.blocks:
        cutter = _Cutter(page.letters)
        cutter.walk(page.tree, None, 0)
        page.blocks.extend(cutter.blocks)
    return page.blocks


class _Cutter:
    def __init__(self, letters: Mapping[HtmlElement, int]) -> None:
        self.blocks: list[Block] = []
        self._letters = letters
        self._run = _Run()
        self._links = self._strong = self._rows = 0
        self._numbers: dict[Box, int] = {}  # of the last item of each numbered list

    def walk(self, element: HtmlElement, above: Box | None, depth: int) -> None:
        """Take in an element that breaks the line."""
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        hidden = (above is not None and above.is_hidden) or _is_hidden(element)
        box = Box(element.tag, names, above, depth, hidden)
        if element.tag == "li" and above is not None and above.tag == "ol":
            box.number = self._number(element, above)
        is_row = element.tag == "tr" and self._is_row(element)
        self._rows += is_row
        self._flow(element, box, depth)
        self._rows -= is_row
        self._close(box, is_cell=element.tag in _CELLS)

    def _number(self, item: HtmlElement, listing: Box) -> int | None:
        """The number that a reader sees before an item; None: the list counts down."""
        stated, start = item.get("value"), "1"
        if listing not in self._numbers and (parent := item.getparent()) is not None:
            if parent.get("reversed") is not None:
                return None
            start = parent.get("start", start)
        number = _whole(stated) or self._numbers.get(listing, (_whole(start) or 1) - 1) + 1
        self._numbers[listing] = number
        return number

    def _is_row(self, row: HtmlElement) -> bool:
        """Whether a row is one of a table of figures: short cells, none with a table in it."""
        sizes = [self._letters[cell] for cell in row if cell.tag in _CELLS]
        is_short = len(sizes) > 1 and max(sizes) <= _CELL_LETTERS and sum(sizes) <= _ROW_LETTERS
        return is_short and row.find(".//table") is None

    def _flow(self, element: HtmlElement, box: Box, depth: int) -> None:
        """Take in the text and the children of `element`, which stands in `box` or is it."""
        if text := element.text:
            self._take(text)
        for child in element:
            tag = child.tag
            if not isinstance(tag, str) or self._is_unseen(child) or depth > _MAX_DEPTH:
                pass
            elif tag == "br":
                self._close(box, is_broken=True)
            elif tag in _INLINE or "-" in tag or ":" in tag:  # custom elements flow
                self._inline(child, box, depth)
            else:
                self._close(box)
                if self._letters[child] or self._rows:  # no block comes of what holds no letter
                    self.walk(child, box, depth + 1)
            if text := child.tail:
                self._take(text)

    def _is_unseen(self, child: HtmlElement) -> bool:
        """Whether an element holds no text for readers, or so little that it is a control."""
        tag = child.tag
        return tag in _UNREAD or (tag in _PASSED and self._letters[child] <= _PASSED_LETTERS)

    def _inline(self, child: HtmlElement, box: Box, depth: int) -> None:
        if _is_hidden(child):
            return
        is_link = child.tag == "a" and child.get("href") is not None
        is_strong = child.tag in _STRONG
        self._links += is_link
        self._strong += is_strong
        self._run.links += is_link
        if is_link and self._letters[child] >= _HEADLINE_LETTERS:
            self._run.headlines += 1
        self._flow(child, box, depth + 1)
        self._links -= is_link
        self._strong -= is_strong

    def _take(self, text: str) -> None:
        pieces = self._run.pieces
        if text.isspace():
            if pieces:
                pieces.append(" ")
            return
        pieces.append(text)
        if self._links or self._strong:
            letters = len(solid(text))
            self._run.linked += letters if self._links else 0
            self._run.strong += letters if self._strong else 0

    def _close(self, box: Box, *, is_broken: bool = False, is_cell: bool = False) -> None:
        """End the block in the making; within a row of a table, the cell."""
        if self._rows:
            self._run.pieces.append(_BORDER if is_cell else " ")
            return
        run = self._run
        if not run.pieces and not run.links:
            return
        self._run = _Run()
        text = squeeze("".join(run.pieces)).rstrip(_BORDER)
        if text and (key := solid(text)):
            self.blocks.append(
                Block(text, key, box, run.linked, run.links, run.headlines, run.strong, is_broken)
            )


def _whole(stated: str | None) -> int | None:
    """A number as an attribute states it, 1 to 999."""
    is_number = stated is not None and stated.isascii() and stated.isdecimal()
    return int(stated) or None if stated and is_number and len(stated) <= _MOST_DIGITS else None


def _is_hidden(element: HtmlElement) -> bool:
    if not element.attrib:
        return False
    style = element.get("style")
    return bool(style and _HIDDEN.search(style)) or element.get("hidden") is not None
