"""A saved web page as a reader sees it: its lines of text, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree, html
from w3lib.encoding import html_body_declared_encoding, html_to_unicode

from ingest.dumps.encodings import decode
from ingest.text import clean_controls

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PageText", "declares_encoding", "page_text"]

# Not `head`: the parser leaves blocks in it where a page forgot to open its body.
_UNSEEN = frozenset(["script", "style", "noscript", "template", "title", "svg", "iframe", "select"])
_INLINE = frozenset(
    [
        "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i",
        "img", "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike",
        "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """The text of a page."""

    title: str | None  #: of its <title>
    lines: tuple[str, ...]  #: one for each block, none empty


def page_text(body: bytes) -> PageText:
    """The text of a page of HTML; no lines where there is no element in it."""
    _, source = html_to_unicode(None, body, auto_detect_fun=_detect)
    try:
        root = html.document_fromstring(clean_controls(source).encode(), parser=_parser())
    except (etree.ParserError, ValueError):  # nothing but blanks and comments
        return PageText(title=None, lines=())
    title = " ".join(root.findtext(".//title", "").split())
    lines = (" ".join(line.split()) for line in "".join(_pieces(root)).split("\n"))
    return PageText(title=title or None, lines=tuple(line for line in lines if line))


def declares_encoding(body: bytes) -> bool:
    """Whether a page says what it is written in, in an encoding that there is."""
    return html_body_declared_encoding(body) is not None


def _parser() -> html.HTMLParser:
    return html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)


def _detect(body: bytes) -> str | None:
    found = decode(body)
    return None if found is None else found[1]


def _pieces(element: html.HtmlElement) -> Iterator[str]:
    """Texts in reading order, a line break around every block; a loop, since pages nest deep."""
    waiting: list[html.HtmlElement | str] = [element]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
            continue
        if not isinstance(one.tag, str) or one.tag in _UNSEEN:
            continue
        edge = "" if one.tag in _INLINE else "\n"
        yield edge + _flat(one.text)
        waiting.append(edge)
        for child in reversed(one):
            waiting += [_flat(child.tail), child]


def _flat(text: str | None) -> str:
    return (text or "").replace("\n", " ")
