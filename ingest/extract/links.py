"""Where a page leads: links with their anchor texts, and the feeds it announces."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin

from ingest.extract.page import line_of, solid
from ingest.extract.schema import string_of
from ingest.extract.surroundings import places_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from ingest.extract.page import ParsedPage
    from ingest.extract.surroundings import Place

__all__ = [
    "FEED_TYPES", "Link", "find_alternates", "find_feeds", "find_links", "find_placed_links",
    "is_of_comments",
]  # fmt: skip

Link = tuple[str, str]  #: (absolute address without fragment, anchor text)

_MAX_LINKS = 500
_MAX_ALTERNATES = 100  # an encyclopedia has more
_MAX_ANCHOR_CHARS = 300
_MAX_URL_CHARS = 2000
# What `urljoin` leaves as it is: addresses whole, and from the root of the site; half of its time
# went into taking them apart and putting them together again.
_WHOLE = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[^\s?;]*)?(?:\?[^\s]+)?")
_ROOTED = re.compile(r"/(?![/.])(?:[^\s?;/]|/(?!\.))*(?:\?[^\s]+)?")
_SPACE = re.compile(r"\s")
_MAX_LOOKALIKES = 5
# What an address of a feed looks like: WordPress, Blogger, Typo3 and by hand.
_FEED_ADDRESS = re.compile(
    r"(?:[/.](?:feeds?|rss2?|atom|rdf)(?:\.(?:xml|json|php|aspx?))?/?|/(?:feeds?|rss)/[\w./-]*\.xml"
    r"|/(?:index|feed|rss|atom|news)\.(?:xml|rdf|rss|atom)|/feeds/posts/default"
    r"|[?&]feed=(?:rss2?|atom|rdf)|[?&]type=100|[?&]format=(?:rss|feed|atom))(?:[?&#][^?]*)?$",
    re.IGNORECASE,
)
_OF_COMMENTS = re.compile(
    r"/comments/(?:feed|default)|/feed/comments|comments-rss|[?&]feed=comments|[/=]oembed\b|/wp-json/",
    re.IGNORECASE,
)
_COMMENTS_TITLE = re.compile(
    r"^\s*comments (?:on|for)\b|\bcomments(?: feed)?\s*$|комментари|kommentar-feed|\bcommentaires\b"
    r"|\bcomentarios\b",
    re.IGNORECASE,
)
# Some announce feeds by types that say little; then the address must.
_VAGUE_TYPES = (
    "application/rdf+xml", "application/x-atom+xml", "text/rss", "text/rss+xml", "text/atom",
    "application/xml", "text/xml", "application/json", "application/x-rss+xml", "",
)  # fmt: skip
FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_BLOCKS = frozenset({"p", "li", "td", "blockquote", "div", "dd", "h2", "h3", "section", "article"})


# Forms of other sites that share a page; the address of the page itself stands in their query.
_SHARE_FORM = re.compile(
    r"//(?:[\w-]+\.)*(?:facebook\.com/(?:sharer?|dialog)|(?:twitter|x)\.com/(?:intent|share|home\?status)"
    r"|pinterest\.\w+/pin/create|linkedin\.com/(?:sharearticle|sharing|cws)|reddit\.com/submit"
    r"|tumblr\.com/(?:share|widgets)|vk\.com/share|ok\.ru/dk|connect\.ok\.ru|t\.me/share|telegram\.me/share"
    r"|(?:api\.)?whatsapp\.com/send|wa\.me/|getpocket\.com/(?:save|edit)|plus\.google\.com/share"
    r"|share\.flipboard\.com|bufferapp\.com/add|digg\.com/submit|line\.me/r/msg)",
    re.IGNORECASE,
)


def find_links(page: ParsedPage, text: str) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    """(links within the paragraphs of `text`, all links with these first), each unique, in order.

    Of an address linked more than once, the anchor that says most is kept: a ticker has the
    headline alone, a list of posts the first sentence too.
    """
    inside, every, _ = _find_links(page, text)
    return inside, every


def find_placed_links(
    page: ParsedPage, text: str
) -> tuple[tuple[Link, ...], tuple[Link, ...], dict[str, Place]]:
    """`find_links`, and the place of each link by its address."""
    inside, every, tags = _find_links(page, text)
    kept = {url: tags[url] for url, _ in every}
    return inside, every, places_of(kept, frozenset(url for url, _ in inside), page.letters)


def _find_links(
    page: ParsedPage, text: str
) -> tuple[tuple[Link, ...], tuple[Link, ...], dict[str, HtmlElement]]:
    lines = {key for line in text.split("\n") if (key := solid(line))}
    lengths = set(map(len, lines))
    is_line: dict[HtmlElement, bool] = {}
    absolute = functools.cache(functools.partial(_absolute, _base(page)))
    body: dict[str, str] = {}
    rest: dict[str, str] = {}
    tags: dict[str, HtmlElement] = {}  # whose anchor is kept
    for tag in page.tree.iter("a"):
        if (url := absolute(tag.get("href"))) is None:
            continue
        anchor = line_of(tag)[:_MAX_ANCHOR_CHARS]
        block = next(tag.iterancestors(*_BLOCKS), None)
        if block is not None and block not in is_line:
            may_be = page.letters[block] in lengths
            is_line[block] = may_be and solid(page.text(block)) in lines
        target = body if block is not None and is_line[block] else rest
        if url not in target or len(anchor) > len(target[url]):
            target[url] = anchor
            tags[url] = tag
    every = {url: max(anchor, rest.get(url, ""), key=len) for url, anchor in body.items()}
    every |= {url: anchor for url, anchor in rest.items() if url not in body}
    return tuple(body.items())[:_MAX_LINKS], tuple(every.items())[:_MAX_LINKS], tags


def find_feeds(page: ParsedPage) -> tuple[str, ...]:
    """Feeds that the page announces, else the links of its text that look like feeds.

    Absolute, in order. Feeds of comments are none, nor is what else is announced as an alternate.
    """
    base = _base(page)
    announced = tuple(dict.fromkeys(_announced(page, base)))
    return announced or tuple(dict.fromkeys(_looking_like_feeds(page, base)))[:_MAX_LOOKALIKES]


def _announced(page: ParsedPage, base: str) -> Iterator[str]:
    for link in page.tree.iter("link"):
        is_alternate = "alternate" in (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        url = _absolute(base, link.get("href")) if is_alternate else None
        if url is None or is_of_comments(url, link.get("title")):
            continue
        if kind in FEED_TYPES or (kind in _VAGUE_TYPES and _FEED_ADDRESS.search(url)):
            yield url


def _looking_like_feeds(page: ParsedPage, base: str) -> Iterator[str]:
    for tag in page.tree.iter("a"):
        href = tag.get("href") or ""
        if _FEED_ADDRESS.search(href) and (url := _absolute(base, href)):
            is_here = _root(url).lower() == _root(page.url).lower()
            if is_here and not _OF_COMMENTS.search(url):
                yield url


def is_of_comments(url: str, title: str | None) -> bool:
    """Whether a feed is of what readers write, or no feed, by its address and announced title."""
    return bool(_OF_COMMENTS.search(url) or _COMMENTS_TITLE.search(title or ""))


def find_alternates(page: ParsedPage) -> tuple[str, ...]:
    """Addresses that the page names as its editions in other languages, absolute, in order."""
    base = _base(page)
    stated = [
        tag.get("href")
        for tag in page.tree.iter("link", "a")
        if tag.get("hreflang")
        and (tag.tag == "a" or "alternate" in (tag.get("rel") or "").lower().split())
        and (tag.get("type") or "").partition(";")[0].strip().lower() not in FEED_TYPES
    ]
    stated += [
        string_of(one.get("url") or one.get("@id") if isinstance(one, dict) else one)
        for node in page.nodes
        for name in ("workTranslation", "translationOfWork")
        for one in _listed(node.get(name))
    ]
    found = (_absolute(base, href) for href in stated if href)
    return tuple(dict.fromkeys(filter(None, found)))[:_MAX_ALTERNATES]


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _base(page: ParsedPage) -> str:
    stated = next((tag.get("href") for tag in page.tree.iter("base") if tag.get("href")), None)
    return _absolute(page.url, stated) or page.url


def _absolute(base: str, href: str | None) -> str | None:
    """`href` as an http address; None for other schemes and for what is no address."""
    if href is None or (href := href.strip()).startswith("#"):
        return None
    if (url := _joined(base, href)) is None:
        return None
    is_web = url.startswith(("http://", "https://")) and len(url) <= _MAX_URL_CHARS
    return url if is_web and not _SPACE.search(url) and not _SHARE_FORM.search(url) else None


def _joined(base: str, href: str) -> str | None:
    """`href` as seen from `base`, without fragment; None where one of them is no address."""
    plain = href.partition("#")[0]
    if _WHOLE.fullmatch(plain):
        return plain
    try:
        if _ROOTED.fullmatch(plain):
            return _root(base) + plain
        return urldefrag(urljoin(base, href)).url
    except ValueError:
        return None


@functools.lru_cache(maxsize=64)
def _root(base: str) -> str:
    return urljoin(base, "/")[:-1]
