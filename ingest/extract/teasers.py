"""Lines of an extracted text that speak of other pages: read-also links, tickers, teaser cards."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import dropwhile, islice
from typing import TYPE_CHECKING

from ingest.extract.page import is_longer, solid
from ingest.text import is_prose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from ingest.extract.page import ParsedPage

__all__ = ["Teasers", "find_teasers", "is_headline", "without_teasers"]

_BLOCKS = (
    "p",
    "li",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "td",
    "dd",
    "blockquote",
    "span",
    "a",
    "small",
    "font",
)
_HEADLINE_CHARS = 25  # an anchor this long and of four words is a headline, not a menu entry
_HEADLINE_WORDS = 4
_CARD_CHARS = 400  # what a card holds besides the teaser: headline, date, section, author
_CLIMB = 5  # levels from a teaser to its card; deeper nests are layout of the whole page
_LINKED_SHARE = 0.8  # of a line's characters, above which the line is a link
_CARD_SHARE = 0.34  # of a text: a list has four teasers, and none holds a third
_LIST_ITEMS = 8  # a list of headlines has as many items, none of them prose,
_LIST_LINKED = 0.1  # this share of them links, and three at least; tickers leave most bare
_MIN_LINKED = 3
_BLOCK_LINES = 3  # dropped lines that have a heading of their own
_READ_ALSO = re.compile(
    r"(?:read (?:also|more|next)|also read|see also|related|more (?:on|from)|don.t miss|lesen sie"
    r"|mehr (?:zum|dazu)|lire aussi|à lire|lee también|leia|leggi anche|czytaj|lees ook|läs även"
    r"|читайте|читать|смотрите также|по теме|həmçinin|oxuyun|ayrıca|ilgili|bunu da)\b",
    re.IGNORECASE,
)
_KEPT_SHARE = 0.3  # of a text, under which its teasers are the text: a list, or a ranking


@dataclass(frozen=True, slots=True, kw_only=True)
class Teasers:
    """Lines of a text, by what they are."""

    linked: frozenset[str]  #: all link, or an item of a list of headlines
    carded: frozenset[str]  #: beside a headline that links elsewhere, in a small element
    cards: int  #: headlines in the elements that hold them, and at least one for each element


def is_headline(anchor: str) -> bool:
    """Whether an anchor text reads like a headline."""
    return len(anchor) >= _HEADLINE_CHARS and len(anchor.split()) >= _HEADLINE_WORDS


def find_teasers(page: ParsedPage, text: str) -> Teasers:
    """The teasers among the lines of `text`.

    On an article page the smallest element around a paragraph and a headline link is the whole
    body; in a list it is a card, which holds little besides.
    """
    lines = {key: line for line in text.split("\n") if (key := solid(line))}
    lengths = set(map(len, lines))
    own = dict(_headline_items(page))
    holders: dict[str, HtmlElement] = {}
    for tag in page.tree.iter(*_BLOCKS):
        key = solid(page.text(tag)) if page.letters[tag] in lengths else ""
        if key not in lines or key in own or key in holders:
            continue
        if (card := _card_of(page, tag)) is not None:
            (own if card is tag or card.tag == "a" else holders)[key] = card
    bodies = _bodies(lines, holders)
    held = {key: card for key, card in holders.items() if card not in bodies}
    linked = {key: card for key, card in own.items() if key in lines}
    return Teasers(
        linked=frozenset(
            lines[key] for key in linked if is_headline(lines[key]) or own[key].tag == "li"
        ),
        carded=frozenset(lines[key] for key in held),
        cards=sum(max(1, _count_links(page, card)) for card in {*held.values(), *linked.values()}),
    )


def _headline_items(page: ParsedPage) -> Iterator[tuple[str, HtmlElement]]:
    """(text, item) of lists that are nothing but headlines."""
    for listing in page.tree.iter("ul", "ol"):
        items = [item for item in listing if item.tag == "li"]
        if len(items) < _LIST_ITEMS:
            continue
        bare = [item for item in items if not _count_links(page, item)]
        is_linked = len(items) - len(bare) >= max(_MIN_LINKED, _LIST_LINKED * len(items))
        if is_linked and not any(is_prose(page.text(item)) for item in bare):
            yield from ((solid(page.text(item)), item) for item in items)


def _bodies(lines: dict[str, str], holders: dict[str, HtmlElement]) -> set[HtmlElement]:
    """Elements taken for cards that hold too much of the text: a brief with a link beneath."""
    chars: Counter[HtmlElement] = Counter()
    for key, card in holders.items():
        chars[card] += len(lines[key])
    total = sum(map(len, lines.values()))
    return {card for card, held in chars.items() if held > _CARD_SHARE * total}


def _card_of(page: ParsedPage, tag: HtmlElement) -> HtmlElement | None:
    """The card around a line; the line itself when it is all link; None: it stands in a body."""
    line = page.text(tag)
    inner = {link for link in tag.iter("a") if link.get("href")}
    if sum(len(page.text(link)) for link in inner) >= _LINKED_SHARE * len(line):
        return tag
    for above in islice(tag.iterancestors(), _CLIMB):
        if above.tag == "a":
            return above
        most = len(line) + _CARD_CHARS
        if page.letters[above] > most or is_longer(above, most):
            return None
        if any(is_headline(page.text(a)) for a in above.iter("a") if a not in inner):
            return above
    return None


def _count_links(page: ParsedPage, card: HtmlElement) -> int:
    return len({a.get("href") for a in card.iter("a") if is_headline(page.text(a))})


def without_teasers(text: str, teasers: Teasers) -> str:
    """`text` less the links to other pages around it, and those within that say "read also".

    Other links inside the text are left to the decision on blocks, which knows what stands around
    them: dropping all that is linked takes mean F1 of four sets of pages from .9633 to .9620.
    """
    kept = text.split("\n")
    speaks_of_others = teasers.linked | teasers.carded
    dropped = 0
    while kept and kept[-1] in speaks_of_others:
        kept.pop()
        dropped += 1
    if dropped >= _BLOCK_LINES and kept and not is_prose(kept[-1]):
        kept.pop()  # "Latest headlines", "Read also"
    own = list(dropwhile(teasers.linked.__contains__, kept))
    own = [line for line in own if line not in teasers.linked or not _READ_ALSO.match(line)]
    shorter = "\n".join(own)
    return shorter if len(shorter) > _KEPT_SHARE * len(text) else text
