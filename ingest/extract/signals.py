"""What a page shows besides its text, counted for `ingest.quality`."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lxml import etree

from ingest.extract.kinship import Within
from ingest.extract.page import solid, squeeze, text_of
from ingest.extract.schema import types_of
from ingest.extract.segments import cut
from ingest.extract.teasers import is_headline
from ingest.quality import PageSignals, count_words, may_be_comments, may_be_media
from ingest.text import ends_like_sentence, is_prose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from ingest.extract.page import ParsedPage
    from ingest.extract.segments import Block, Box
    from ingest.extract.teasers import Teasers

__all__ = ["read_signals"]

_UNSEEN = frozenset({"script", "style", "template", "head", "svg"})
_VISIBLE_CHARS = 20_000
_SCRIPT_CHARS = 5_000  # how far into a script the traces of a challenge are looked for
_BUTTON_CHARS = 60
_MAX_BUTTONS = 200
_MAX_WALLS = 5
_WALL_CHARS = 600
_CHALLENGE_MARKS = (
    "/cdn-cgi/challenge-platform",
    "challenge-form",
    "cf-challenge",
    "_incapsula_resource",
    "px-captcha",
    "captcha-delivery.com",
    "ddos-guard",
    "awswafintegration",
    "gokuprops",
    "sec-if-cpt-container",
    "sucuri_cloudproxy",
    "__qrator",
    "/sorry/index",
    "g-recaptcha",
    "h-captcha",
    "cf-turnstile",
    "smartcaptcha",
)
_PAYWALL_BOX = re.compile(r"paywall|regwall|piano-(?:offer|inline)|subscribe-?wall", re.IGNORECASE)
_COMMENT_BOX = re.compile(
    r"(?:^|[\s_-])(?:comments?|replies|yorum(?:lar)?|kommentare?|disqus_thread)(?:$|[\s_-])",
    re.IGNORECASE,
)
_COMMENT_TAGS = ("div", "section", "ol", "ul", "li", "article", "table")
_PLAYER = re.compile(r"youtube|vimeo|player|embed|dailymotion", re.IGNORECASE)
_SLIDE = re.compile(r"\b(?:slide|gallery-item|photo-item|swiper-slide)\b", re.IGNORECASE)


def read_signals(page: ParsedPage, teasers: Teasers, text: str) -> PageSignals:
    """Counts over the page, and over the article's `text` (may be empty) and its `teasers`."""
    anchors = list(page.tree.iter("a"))
    boxes = page.tree.iter("div", "section", "aside")
    walls = [box for box in boxes if _is_called_wall(_names(box))]
    listed = teasers.linked | teasers.carded
    own_lines = [line for line in text.split("\n") if line not in listed]
    own_words = count_words("\n".join(own_lines))
    blocks = {block.key: block for block in cut(page)}
    places = [blocks.get(solid(line)) for line in own_lines]
    pictures = Within(_is_picture)
    signals = PageSignals(
        title=_first(page.tree, "title"),
        heading=_first(page.tree, "h1"),
        standfirst=next(page.meta("og:description", "description"), ""),
        visible=squeeze(" ".join(_visible(page.tree)))[:_VISIBLE_CHARS],
        path=_path(page.url),
        links=len(anchors),
        headline_links=len({a.get("href") for a in anchors if is_headline(page.text(a))}),
        cards=teasers.cards,
        listed_share=1 - own_words / max(count_words(text), 1) if listed else 0.0,
        prose_words=count_words("\n".join(filter(_is_running, own_lines))),
        spoken_lines=sum(block is not None and _is_spoken(block) for block in places),
        caption_lines=sum(block is not None and pictures.holds(block.box) for block in places),
        times=len({tag.get("datetime") or text_of(tag) for tag in page.tree.iter("time")}),
        kinds=tuple(sorted({kind for node in page.nodes for kind in types_of(node)})),
        page_type=next(page.meta("og:type"), None),
        # Of a change only static pages speak too; WordPress dates those as `WebPage` besides.
        is_dated=next(page.meta("article:published_time"), None) is not None,
        challenge_mark=_challenge_mark(page.tree),
        buttons=tuple(_buttons(page.tree)),
        is_free=_is_free(page),
        has_paywall_box=bool(walls),
        wall=" ".join(text_of(box) for box in walls[:_MAX_WALLS])[:_WALL_CHARS],
    )
    if may_be_media(signals):
        signals = replace(signals, pictures=_count_pictures(page.tree))
    return _with_comments(signals, page, text) if may_be_comments(signals) else signals


def _with_comments(signals: PageSignals, page: ParsedPage, text: str) -> PageSignals:
    """Counts of what readers wrote; a search through the page that few pages need."""
    boxes = [tag for tag in page.tree.iter(*_COMMENT_TAGS) if _COMMENT_BOX.search(_names(tag))]
    outer = [box for box in boxes if not any(above in boxes for above in box.iterancestors())]
    told = " ".join(text_of(box) for box in outer)
    inside = solid(told)
    theirs = [line for line in text.split("\n") if line and solid(line) in inside]
    share = count_words("\n".join(theirs)) / max(count_words(text), 1)
    return replace(signals, comment_words=count_words(told), comment_share=share)


def _count_pictures(tree: HtmlElement) -> int:
    """Figures, players and slides of a gallery."""
    count = sum(1 for _ in tree.iter("figure", "video", "audio"))
    count += sum(1 for tag in tree.iter("iframe") if _PLAYER.search(tag.get("src") or ""))
    return count + sum(1 for tag in tree.iter("div", "li") if _SLIDE.search(_names(tag)))


def _is_running(line: str) -> bool:
    """Whether a line is prose, and made of letters: a table of figures is long too."""
    return is_prose(line) and sum(map(str.isalpha, line)) >= len(line) / 2


def _is_spoken(block: Block) -> bool:
    """Whether a line is no link, and ends like a sentence or where a verse does."""
    is_link = 2 * block.linked >= len(block.key)
    return (
        not is_link
        and block.box.tag != "tr"
        and (block.is_broken or ends_like_sentence(block.text))
    )


def _is_picture(box: Box) -> bool:
    return box.tag == "figure" or _SLIDE.search(box.names) is not None


@lru_cache(maxsize=2048)
def _is_called_wall(names: str) -> bool:
    return _PAYWALL_BOX.search(names) is not None


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
    traces = [_traces(tag) for tag in tree.iter("script", "form", "div", "iframe")]
    whole = "\n".join(traces).lower()  # asked at once: most pages hold none, and few one or two
    marks = [mark for mark in _CHALLENGE_MARKS if mark in whole]
    if not marks:
        return None
    lowered = map(str.lower, traces)
    return next((mark for trace in lowered for mark in marks if mark in trace), None)


def _traces(tag: HtmlElement) -> str:
    traces = f"{tag.get('src') or ''} {tag.get('action') or ''} {_names(tag)}"
    return traces + (tag.text or "")[:_SCRIPT_CHARS] if tag.tag == "script" else traces


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
