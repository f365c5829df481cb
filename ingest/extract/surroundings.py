"""Where the links of a page stand, and what the page says beside each."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from ingest.extract.page import is_longer, line_of, text_of
from ingest.items import Block

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.html import HtmlElement

__all__ = ["Place", "places_of"]

_CARD_LETTERS = 400  # of an element that holds a link and what is said of it
_CLIMB = 5
_SAID_CHARS = 300
_HEADING_LETTERS = 40
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_BOXES = frozenset({"div", "section", "aside", "ul", "ol", "nav", "table"})
_MENUS = frozenset({"nav", "header", "footer", "menu"})
_ROLES = frozenset({"navigation", "banner", "contentinfo", "menu", "menubar"})
_NAMED = (
    (Block.TAGS, re.compile(r"\b(?:tags?|tag-?(?:list|cloud|links)|keywords|topics)\b")),
    (
        Block.RELATED,
        re.compile(r"relat|similar|read-?also|see-?also|more-on|recommend|oxsar|benzer|ilgili"),
    ),
    (
        Block.TICKER,
        re.compile(
            r"latest|ticker|breaking|trend|popular|most-?(?:read|view|shared|recent)"
            r"|recent-?(?:news|posts)|top-?(?:news|stories)|news-?(?:feed|line|wire)|lenta|last-?news|xeber-?lenti|son-?xeber"
            r"|headlines"
        ),
    ),
    (
        Block.NAVIGATION,
        re.compile(
            r"\b(?:nav|navbar|menu|submenu|foot|footer|masthead|breadcrumbs?|topbar|toolbar|social"
            r"|sitemap|pagination|pager)\b|site-?(?:header|nav|foot)"
        ),
    ),
)
_HEADED = (
    (
        Block.RELATED,
        re.compile(
            r"related|more on|read (?:also|more|next)|see also|recommended|you may also|по теме"
            r"|читайте (?:также|еще|ещё)|похожие|материалы|oxşar|həmçinin|ilgili|benzer|ayrıca"
            r"|mehr zum|lesen sie auch|ähnliche|lire aussi|sur le même|à lire|relacionad"
            r"|leggi anche"
            r"|lees ook|läs (?:också|även)|дивіться|пов.язан|ასევე|დაკავშირებ|նաև|مرتبط|اقرأ"
        ),
    ),
    (
        Block.TICKER,
        re.compile(
            r"latest|breaking|most (?:read|viewed|popular|shared)|popular|trending|top stories"
            r"|recent|headlines|лента|последние|популярн|самое|новости|новини|останні|son xəbərlər"
            r"|ən çox|xəbər lenti|son dakika|en çok|çok okunan|neueste|meistgelesen|derni[eè]r"
            r"|les plus|últim|más (?:leído|visto)|ultime|più lett|meest gelezen|ბოლო|վերջին|آخر"
        ),
    ),
)


class Place(NamedTuple):
    """Where a link stands."""

    block: Block
    said: str = ""  #: what its card says beside the anchor; empty: nothing, or it has no card


def places_of(
    tags: Mapping[str, HtmlElement], inside: frozenset[str], letters: Mapping[HtmlElement, int]
) -> dict[str, Place]:
    """The place of each link.

    Args:
        tags: the element of each link, by address.
        inside: addresses that the text of the article links.
        letters: what each element holds.
    """
    known: dict[HtmlElement, Block] = {}
    found: dict[str, Place] = {}
    for url, tag in tags.items():
        if url in inside:
            found[url] = Place(Block.BODY)
            continue
        is_tag = "tag" in (tag.get("rel") or "").split()
        block = Block.TAGS if is_tag else _block(tag, known, letters)
        said = "" if block is Block.NAVIGATION else _said_beside(tag, letters)
        found[url] = Place(block, said)
    return found


def _block(
    tag: HtmlElement, known: dict[HtmlElement, Block], letters: Mapping[HtmlElement, int]
) -> Block:
    """The mark of the nearest element around a link that has one."""
    passed = []
    block = Block.OTHER
    for element in (tag, *tag.iterancestors()):
        if element in known:
            block = known[element]
            break
        passed.append(element)
        if (mark := _mark_of(element, letters)) is not None:
            block = mark
            break
    known.update(dict.fromkeys(passed, block))
    return block


def _mark_of(element: HtmlElement, letters: Mapping[HtmlElement, int]) -> Block | None:
    if element.tag in {"body", "html", "main", "article"}:
        return Block.OTHER if element.tag != "article" else None
    if (headed := _heading_of(element, letters)) is not None:
        return headed
    called = f"{element.get('class') or ''} {element.get('id') or ''}"
    if called != " " and (named := _mark_called(called)) is not None:
        return named
    is_menu = element.tag in _MENUS or element.get("role") in _ROLES
    return Block.NAVIGATION if is_menu else None


@lru_cache(maxsize=2048)
def _mark_called(names: str) -> Block | None:
    called = names.lower()
    return next((block for block, named in _NAMED if named.search(called)), None)


def _heading_of(element: HtmlElement, letters: Mapping[HtmlElement, int]) -> Block | None:
    """What the heading over a box says: its first element, or the one before it."""
    if element.tag not in _BOXES:
        return None
    first = next((child for child in element if isinstance(child.tag, str)), None)
    for over in (first, element.getprevious()):
        if over is None or over.tag not in _HEADINGS or letters.get(over, 0) > _HEADING_LETTERS:
            continue
        said = text_of(over).lower()
        for block, words in _HEADED:
            if words.search(said):
                return block
    return None


def _said_beside(tag: HtmlElement, letters: Mapping[HtmlElement, int]) -> str:
    """What the largest small element says beside the link, that leads to no other address."""
    href, card = tag.get("href"), None
    for above in islice(tag.iterancestors(), _CLIMB):
        if letters.get(above, 0) > _CARD_LETTERS or is_longer(above, 2 * _CARD_LETTERS):
            break
        if any(link.get("href") not in {href, None} for link in above.iter("a")):
            break
        card = above
    if card is None or letters.get(card, 0) <= letters.get(tag, 0):
        return ""
    return line_of(card).replace(line_of(tag), " ", 1).strip()[:_SAID_CHARS]
