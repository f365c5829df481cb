"""The general extractor: trafilatura, for any article page."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import trafilatura

from ingest.extract.page import Extraction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from ingest.extract.page import ParsedPage

__all__ = ["PRIORITY", "extract"]

PRIORITY = 0  #: the last resort: extractors that know a site stand above

NAME = f"trafilatura {trafilatura.__version__}"
# Precision mode is best on news (.970, .940, .954 F1 against .957, .927, .955 of the default), but
# loses whole blog posts (.925 against .945). It is short when it does: then the default is asked,
# and believed if it found several times as much. 1000 and 5 give a mean of .951 over four sets;
# 300 to 1200 and 3 to 5 lie within .003.
_SHORT_CHARS = 1000
_MANY_TIMES = 5
_CELL_CHARS = 400

# It warns of every page it can make nothing of; we name the rejection instead.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def extract(page: ParsedPage) -> Extraction | None:
    """The main text, without comments; None when there is none."""
    tree = _without_layout_tables(page)
    precise = _run(tree, page.url, favor_precision=True)
    if len(precise) < _SHORT_CHARS:
        broad = _run(tree, page.url, favor_precision=False)
        if len(broad) > _MANY_TIMES * len(precise):
            precise = broad
    return Extraction(text=precise, extractor=NAME) if precise else None


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


def _run(tree: HtmlElement, url: str, *, favor_precision: bool) -> str:
    # never deduplicate=True: its memory spans the process, so a page's text would depend on the
    # pages before it
    found = trafilatura.bare_extraction(
        tree,  # it works on a copy
        url=url,
        include_comments=False,
        favor_precision=favor_precision,
        deduplicate=False,
    )
    return str(getattr(found, "text", None) or "")
