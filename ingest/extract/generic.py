"""The general extractor, for any article page: the blocks decided on, trafilatura voting."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import trafilatura

from ingest.extract.decision import decide
from ingest.extract.page import Extraction
from ingest.extract.segments import cut
from ingest.text import is_prose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from ingest.extract.page import ParsedPage

__all__ = ["PRIORITY", "extract", "read_votes", "run_voter"]

PRIORITY = 0  #: the last resort: extractors that know a site stand above

NAME = f"blocks 1, trafilatura {trafilatura.__version__}"
# The vote is trafilatura's fast mode: .63 of the time of precision mode, and what it takes in too
# much the decision takes out. Of a few pages it finds a fraction; then the whole mode is asked,
# and believed if it found several times as much. It is asked of no page that has not as much to be
# found: 16 of 52 short ones among 621, and all 10 that gain by it.
_SHORT_CHARS = 1500
_MANY_TIMES = 4
_MORE_TIMES = 3
_CELL_CHARS = 400

# It warns of every page it can make nothing of; we name the rejection instead.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def extract(page: ParsedPage) -> Extraction | None:
    """The article's own blocks; what trafilatura reads where none is kept, None if nothing."""
    voted = read_votes(page)
    text = "\n".join(block.text for block in decide(page, voted).kept) or voted
    return Extraction(text=text, extractor=NAME) if text else None


def read_votes(page: ParsedPage) -> str:
    """What trafilatura takes for the article, without comments."""
    tree = _without_layout_tables(page)
    voted = _run(tree, page.url, fast=True)
    if len(voted) < _SHORT_CHARS and _count_prose(page) > _MORE_TIMES * len(voted):
        broad = _run(tree, page.url)
        if len(broad) > _MANY_TIMES * len(voted):
            return broad
    return voted


def _count_prose(page: ParsedPage) -> int:
    """Characters of a page in running text, less what is mostly links."""
    return sum(
        len(block.text)
        for block in cut(page)
        if is_prose(block.text) and 2 * block.linked < len(block.key)
    )


def run_voter(page: ParsedPage, **options: bool) -> str:
    """What trafilatura reads under other options; for learning."""
    return _run(_without_layout_tables(page), page.url, **options)


def _without_layout_tables(page: ParsedPage) -> HtmlElement:
    """The tree, with tables that lay out the page turned into blocks.

    trafilatura prints a table row on one line: an old page laid out by tables would lose its
    paragraphs. A cell as long as a paragraph, or with a table in it, is no cell of figures.
    """
    if not any(_is_layout(table) for table in page.tree.iter("table")):
        return page.tree
    tree = page.copy_tree()
    for table in [table for table in tree.iter("table") if _is_layout(table)]:
        rows = list(_own(table, "tbody", "thead", "tfoot", "tr", "td", "th"))
        for part in (table, *rows):
            part.tag = "div"
    return tree


def _is_layout(table: HtmlElement) -> bool:
    cells = list(_own(table, "td", "th"))
    return any(
        cell.find(".//table") is not None or len(cell.text_content()) > _CELL_CHARS
        for cell in cells
    )


def _own(table: HtmlElement, *tags: str) -> Iterator[HtmlElement]:
    """Rows and cells of a table, not those of tables within it."""
    for part in table.iter(*tags):
        if next(part.iterancestors("table"), None) is table:
            yield part


def _run(tree: HtmlElement, url: str, **options: bool) -> str:
    # never deduplicate=True: its memory spans the process, so a page's text would depend on the
    # pages before it
    found = trafilatura.bare_extraction(
        tree,  # it works on a copy
        url=url,
        include_comments=False,
        deduplicate=False,
        **options,  # type: ignore[arg-type]  # those of its switches that are on or off
    )
    return str(getattr(found, "text", None) or "")
