"""An outlet whose pages name nothing: the example of an extractor for one site.

Bakı Xəbər Xətti is an outlet of the demo web. Its pages are made of <div>s alone, the lead stands
twice, and a box of other headlines cuts the text in two. What this module reads of a page it names;
all else, the date among it, is left to what every page is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.extract.page import Extraction, text_of
from ingest.urls import outlet_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from ingest.extract.page import ParsedPage

__all__ = ["PRIORITY", "extract"]

PRIORITY = 10  #: asked before the general extractor, which has 0

_OUTLET = "baku-xeber.test"
_VERSION = "baku-xeber 1"
_BY = "Müəllif:"


def extract(page: ParsedPage) -> Extraction | None:
    """The article, where the page is of that outlet and built as its articles are."""
    if outlet_of(page.url) != _OUTLET:
        return None
    body, title = _box(page.tree, "c-b"), _box(page.tree, "c-h")
    if body is None or title is None:
        return None
    # What is no article's own there has a class: the advertisement, the other headlines.
    own = [text_of(part) for part in body if part.tag == "div" and not part.get("class")]
    text = "\n".join(filter(None, own))
    if not text:
        return None
    by = _box(page.tree, "by")
    author = text_of(by).removeprefix(_BY).strip() if by is not None else ""
    return Extraction(text=text, extractor=_VERSION, title=text_of(title), author=author or None)


def _box(tree: HtmlElement, name: str) -> HtmlElement | None:
    """The first element of that class."""
    found = tree.xpath("//*[@class=$name]", name=name)
    return found[0] if found else None
