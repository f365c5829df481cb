"""What stands under the headline, nearest first: byline, date and standfirst do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.extract.page import squeeze

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from ingest.extract.page import ParsedPage

__all__ = ["elements_under_headline", "is_credit", "texts_under_headline"]

_UNSEEN = frozenset({"script", "style", "template", "noscript", "svg", "figure", "figcaption"})
_CREDIT = re.compile(r"caption|credit", re.IGNORECASE)


def elements_under_headline(page: ParsedPage) -> Iterator[HtmlElement]:
    """Every element after the first <h1>, in the order of the page."""
    for node in _headline_and_above(page):
        for beside in node.itersiblings():
            yield from beside.iter("*")


def texts_under_headline(page: ParsedPage) -> Iterator[str]:
    """Pieces of text after the first <h1>, in order; scripts, captions and credits apart.

    A piece is what one element says without its children: `By` and a linked name are two.
    """
    for node in _headline_and_above(page):
        yield from filter(None, [squeeze(node.tail)])
        for beside in node.itersiblings():
            yield from filter(None, map(squeeze, _pieces(beside)))


def _headline_and_above(page: ParsedPage) -> Iterator[HtmlElement]:
    """The headline, the box it stands in, and so on: what follows them follows it."""
    node = next(page.tree.iter("h1"), None)
    while node is not None:
        yield node
        node = node.getparent()


def is_credit(tag: HtmlElement) -> bool:
    """Whether an element stands with a picture, and names who made that."""
    return any(
        above.tag in _UNSEEN or _CREDIT.search(above.get("class") or "")
        for above in (tag, *tag.iterancestors())
    )


def _pieces(top: HtmlElement) -> Iterator[str | None]:
    stack: list[HtmlElement | str | None] = [top.tail, top]
    while stack:
        piece = stack.pop()
        if piece is None or isinstance(piece, str):
            yield piece
        elif piece.tag not in _UNSEEN and not _CREDIT.search(piece.get("class") or ""):
            stack += [part for child in reversed(piece) for part in (child.tail, child)]
            yield piece.text
