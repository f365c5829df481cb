"""What a page shows besides its text, counted for `ingest.quality`."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lxml import etree

from ingest.extract.page import squeeze, text_of
from ingest.extract.schema import types_of
from ingest.extract.teasers import is_headline
from ingest.quality import PageSignals, count_words
from ingest.text import is_prose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from ingest.extract.page import ParsedPage
    from ingest.extract.teasers import Teasers

__all__ = ["read_signals"]

_UNSEEN = frozenset({"script", "style", "template", "head", "svg"})
_VISIBLE_CHARS = 20_000
_SCRIPT_CHARS = 5_000  # how far into a script the traces of a challenge are looked for
_BUTTON_CHARS = 60
_MAX_BUTTONS = 200
_CHALLENGE_MARKS = (
    "/cdn-cgi/challenge-platform",
    "challenge-form",
    "cf-challenge",
    "_incapsula_resource",
    "px-captcha",
    "captcha-delivery.com",
    "ddos-guard",
    "awswafintegration",
    "g-recaptcha",
    "h-captcha",
    "cf-turnstile",
    "smartcaptcha",
)
_PAYWALL_BOX = re.compile(r"paywall|regwall|piano-(?:offer|inline)|subscribe-?wall", re.IGNORECASE)


def read_signals(page: ParsedPage, teasers: Teasers, text: str) -> PageSignals:
    """Counts over the page, and over the article's `text` (may be empty) and its `teasers`."""
    anchors = list(page.tree.iter("a"))
    boxes = page.tree.iter("div", "section", "aside")
    listed = teasers.linked | teasers.carded
    own_lines = [line for line in text.split("\n") if line not in listed]
    own_words = count_words("\n".join(own_lines))
    return PageSignals(
        title=_first(page.tree, "title"),
        heading=_first(page.tree, "h1"),
        visible=squeeze(" ".join(_visible(page.tree)))[:_VISIBLE_CHARS],
        path=_path(page.url),
        links=len(anchors),
        headline_links=len({a.get("href") for a in anchors if is_headline(text_of(a))}),
        cards=teasers.cards,
        listed_share=1 - own_words / max(count_words(text), 1) if listed else 0.0,
        prose_words=count_words("\n".join(filter(_is_running, own_lines))),
        kinds=tuple(sorted({kind for node in page.nodes for kind in types_of(node)})),
        page_type=next(page.meta("og:type"), None),
        challenge_mark=_challenge_mark(page.tree),
        buttons=tuple(_buttons(page.tree)),
        is_free=_is_free(page),
        has_paywall_box=any(_PAYWALL_BOX.search(_names(box)) for box in boxes),
    )


def _is_running(line: str) -> bool:
    """Whether a line is prose, and made of letters: a table of figures is long too."""
    return is_prose(line) and sum(map(str.isalpha, line)) >= len(line) / 2


def _first(tree: HtmlElement, name: str) -> str:
    return next((text for tag in tree.iter(name) if (text := text_of(tag))), "")


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _names(tag: HtmlElement) -> str:
    return f"{tag.get('class') or ''} {tag.get('id') or ''}"


def _visible(tree: HtmlElement) -> Iterator[str]:
    """Pieces of text outside scripts and styles, until there are enough."""
    chars = 0
    for tag in tree.iter(etree.Element):
        for piece in (None if tag.tag in _UNSEEN else tag.text, tag.tail):
            if piece and not piece.isspace():
                chars += len(piece)
                yield piece
        if chars > _VISIBLE_CHARS:
            return


def _challenge_mark(tree: HtmlElement) -> str | None:
    """The first trace of an anti-robot gate; ordinary pages behind one carry it too."""
    for tag in tree.iter("script", "form", "div", "iframe"):
        traces = f"{tag.get('src') or ''} {tag.get('action') or ''} {_names(tag)}"
        if tag.tag == "script":
            traces += (tag.text or "")[:_SCRIPT_CHARS]
        found = next((mark for mark in _CHALLENGE_MARKS if mark in traces.lower()), None)
        if found:
            return found
    return None


def _buttons(tree: HtmlElement) -> Iterator[str]:
    """Labels of what can be pressed, in lower case; short ones, once each."""
    pressable = (tag for tag in tree.iter("button", "input", "a") if _is_button(tag))
    labels = (squeeze(tag.get("value")) or text_of(tag) for tag in islice(pressable, _MAX_BUTTONS))
    yield from dict.fromkeys(label.lower() for label in labels if 0 < len(label) <= _BUTTON_CHARS)


def _is_button(tag: HtmlElement) -> bool:
    return tag.tag != "a" or tag.get("role") == "button" or "btn" in _names(tag)


def _is_free(page: ParsedPage) -> bool | None:
    """Whether schema.org says that reading is free; None: it is not stated."""
    key = "isAccessibleForFree"
    stated = {str(node[key]).lower().rpartition("/")[2] for node in page.nodes if key in node}
    return "false" not in stated if stated else None
