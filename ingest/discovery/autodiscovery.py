"""What a front page says of its site: its links, its feeds, whether it can be searched by feed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin

from ingest.discovery.guesses import guess_feeds
from ingest.discovery.link_headers import read_links
from ingest.discovery.markup import refuse_attributes
from ingest.extract.links import FEED_TYPES, find_feeds, find_placed_links, is_of_comments
from ingest.extract.page import parse, text_of
from ingest.urls import home_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingest.extract.links import Link
    from ingest.extract.page import ParsedPage
    from ingest.extract.surroundings import Place

__all__ = ["Front", "offers_of", "read_front", "search_feed"]

_MAX_BYTES = 2 * 1024 * 1024  # a front page is some 300 kB
_MAX_TAGS = 150_000
_MAX_FEEDS = 12  # a portal announces one for each of its sections
_REST_OF_WORDPRESS = "https://api.w.org/"
_OF_WORDPRESS = re.compile(r"/wp-(?:content|includes|json)/")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What a page of a site leads to."""

    links: tuple[Link, ...] = field(repr=False)
    places: Mapping[str, Place] = field(repr=False)  #: of the links, by address
    feeds: tuple[str, ...]  #: those it announces, else links of its text that look like feeds
    wordpress: str | None  #: the root of the WordPress it is made by; None: by something else
    title: str | None


def read_front(body: bytes, headers: Mapping[str, str], base_url: str) -> Front:
    """Links and feeds of a page that nobody takes for an article; cheap enough for any process.

    Raises:
        ValueError: there is no page in it.
    """
    stated = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    charset = _CHARSET.search(stated)
    if body.count(b"<", 0, _MAX_BYTES) > _MAX_TAGS:
        raise ValueError(f"no page in it: more than {_MAX_TAGS} tags")
    refuse_attributes(body[:_MAX_BYTES].decode("latin-1"))
    page = parse(body[:_MAX_BYTES], base_url, charset[1] if charset else None)
    if page is None:
        raise ValueError("no page in it")
    named = list(read_links(headers, base_url))
    in_header = [
        link.url
        for link in named
        if "alternate" in link.relations
        and link.kind in FEED_TYPES
        and not is_of_comments(link.url, link.title)
    ]
    rest = [link.url for link in named if _REST_OF_WORDPRESS in link.relations]
    title = next(page.tree.iter("title"), None)
    _, links, places = find_placed_links(page, "")
    return Front(
        links=links,
        places=places,
        feeds=tuple(dict.fromkeys((*in_header, *find_feeds(page))))[:_MAX_FEEDS],
        wordpress=_root_of_wordpress(page, rest),
        title=(text_of(title)[:200] or None) if title is not None else None,
    )


def _root_of_wordpress(page: ParsedPage, rest: list[str]) -> str | None:
    """Where a WordPress stands, by its REST address in header or head, or by its own name."""
    stated = [
        url
        for link in page.tree.iter("link")
        if _REST_OF_WORDPRESS in (link.get("rel") or "").lower().split()
        and (url := urljoin(page.url, link.get("href") or ""))
    ]
    for url in map(str, (*rest, *stated)):
        root, found, _ = url.partition("wp-json")
        if found and root.endswith("/") and _is_same_site(root, page.url):
            return root
        if "?rest_route=" in url:
            return url.partition("?")[0]
    is_named = any(name.lower().startswith("wordpress") for name in page.meta("generator"))
    used = (tag.get("href") or tag.get("src") or "" for tag in page.tree.iter("link", "script"))
    places = (_OF_WORDPRESS.search(address) for address in used)
    return urljoin(page.url, "/") if is_named and any(places) else None


def _is_same_site(root: str, url: str) -> bool:
    return urljoin(root, "/").partition("://")[2] == urljoin(url, "/").partition("://")[2]


def offers_of(front: Front, url: str, *, guesses: int) -> tuple[tuple[str, str], ...]:
    """The sources that a front page leads to: (kind, absolute address).

    Args:
        front: the page.
        url: where it stands.
        guesses: addresses at most that are tried for a feed where it announces none.
    """
    feeds = [("feed", address) for address in front.feeds]
    guessed = () if feeds else guess_feeds(home_of(url), guesses)
    feeds += [("feed-guess", address) for address in guessed]
    searches = [("wordpress", front.wordpress)] if front.wordpress else []
    return (*feeds, *searches, ("robots", urljoin(url, "/robots.txt")))


def search_feed(root: str, words: str) -> str:
    """The feed of what a WordPress finds for these words."""
    return f"{root}?{urlencode({'s': words, 'feed': 'rss2'})}"
