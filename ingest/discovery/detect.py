"""What somebody's address or file is: a feed, a sitemap, a list, a front page, an article."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from ingest.discovery.addresses import absolute
from ingest.discovery.autodiscovery import read_front
from ingest.discovery.feeds import read_feed
from ingest.discovery.opml import read_opml
from ingest.discovery.sitemaps import read_robots, read_sitemap
from ingest.extract import read_page
from ingest.urls import outlet_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from ingest.discovery.opml import Outline

__all__ = ["What", "WhatKind", "detect"]

_MAX_NAMED = 20_000
_FEW_LINKS = 5  # of a page that leads nowhere
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_BARE = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:[/:?]\S*)?")
_FIELD = re.compile(rb"(?im)^\s*(?:user-agent|disallow|allow|sitemap)\s*:")


class WhatKind(StrEnum):
    """What there may be at an address or in a file."""

    FEED = "feed"
    SITEMAP = "sitemap"
    ROBOTS = "robots"
    OPML = "opml"
    LIST = "list"  # of addresses
    SITE = "site"  # a front page or a section
    ARTICLE = "article"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """What was found at an address or in a file."""

    kind: WhatKind
    title: str | None = None
    named: int = 0  #: pages, members, subscriptions or addresses that it names
    sources: tuple[tuple[str, str], ...] = ()  #: that it leads to: (kind, absolute address)
    homes: tuple[str, ...] = ()  #: front pages that it states of the outlets of its feeds
    addresses: tuple[str, ...] = ()  #: of a list
    unread: tuple[str, ...] = ()  #: lines of a list that are no addresses
    why: str = ""  #: of nothing


def detect(body: bytes, headers: Mapping[str, str], url: str, *, now: datetime) -> What:
    """What a body is; its address helps, its Content-Type says only how to decode a page.

    Args:
        body: after content decoding.
        headers: of the answer; empty: it is a file.
        url: where it was in the end; empty: it is a file.
        now: for the dates of an article.
    """
    if urlsplit(url).path == "/robots.txt" or _is_robots(body):
        found = read_robots(body, url)
        return What(kind=WhatKind.ROBOTS, named=len(found.sources), sources=found.sources)
    for reader in (_as_opml, _as_feed, _as_sitemap):
        try:
            return reader(body, headers, url)
        except ValueError:
            continue
    return _as_page(body, headers, url, now) if url else _as_list(body)


def _is_robots(body: bytes) -> bool:
    return b"<" not in body[:2000] and len(_FIELD.findall(body[:20_000])) > 1


def _as_opml(body: bytes, _headers: Mapping[str, str], _url: str) -> What:
    outlines = read_opml(body)
    feeds = [("feed", one.feed) for one in outlines if one.feed]
    sites = [("site", one.home) for one in outlines if one.home and not one.feed]
    return What(
        kind=WhatKind.OPML,
        named=len(outlines),
        sources=(*feeds, *sites)[:_MAX_NAMED],
        homes=_homes(outlines),
    )


def _homes(outlines: Iterable[Outline]) -> tuple[str, ...]:
    """One for each outlet: of several the shortest, since feeds of sections state their section."""
    homes: dict[str, str] = {}
    for one in outlines:
        if one.feed and one.home and (outlet := outlet_of(one.home)) == outlet_of(one.feed):
            known = homes.get(outlet, one.home)
            homes[outlet] = min(known, one.home, key=lambda url: (len(url), url))
    return tuple(homes.values())


def _as_feed(body: bytes, headers: Mapping[str, str], url: str) -> What:
    feed = read_feed(body, headers, url)
    return What(kind=WhatKind.FEED, title=feed.title, named=len(feed.candidates))


def _as_sitemap(body: bytes, headers: Mapping[str, str], url: str) -> What:
    if not url:  # a list of addresses reads like one
        raise ValueError("no address")
    sitemap = read_sitemap(body, headers, url)
    named = len(sitemap.candidates) + len(sitemap.sources)
    return What(kind=WhatKind.SITEMAP, named=named, title=sitemap.title)


def _as_list(body: bytes) -> What:
    """Addresses, one a line; blank lines and those that start with # are left out."""
    lines = [line.strip() for line in body.decode("utf-8-sig", "replace").splitlines()]
    said = [line for line in lines if line and not line.startswith("#")]
    found = [_address(line) for line in said]
    unread = tuple(line for line, url in zip(said, found, strict=True) if url is None)
    if not said or 2 * len(unread) > len(said):  # a text that names an address is no list
        why = f"not an address: {unread[0][:60]!r}" if unread else "empty"
        return What(kind=WhatKind.NOTHING, why=why)
    addresses = tuple(dict.fromkeys(url for url in found if url))[:_MAX_NAMED]
    return What(kind=WhatKind.LIST, named=len(addresses), addresses=addresses, unread=unread)


def _address(line: str) -> str | None:
    return absolute("", f"https://{line}" if _BARE.fullmatch(line) else line)


def _as_page(body: bytes, headers: Mapping[str, str], url: str, now: datetime) -> What:
    stated = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    charset = _CHARSET.search(stated)
    try:
        front = read_front(body, headers, url)
    except ValueError as exc:
        return What(kind=WhatKind.NOTHING, why=str(exc)[:200])
    feeds = tuple(("feed", feed) for feed in front.feeds)
    if urlsplit(url).path.strip("/"):  # a section is no article to the reader of pages either
        read = read_page(body, url, charset[1] if charset else None, stated or None, now=now)
        if read.article is not None:
            return What(kind=WhatKind.ARTICLE, title=read.article.title, sources=feeds)
        if read.rejection is not None and not feeds and len(front.links) < _FEW_LINKS:
            why = f"{read.rejection.reason}: {read.rejection.detail}"
            return What(kind=WhatKind.NOTHING, why=why)
    if not front.links and not feeds:
        return What(kind=WhatKind.NOTHING, why="neither an article nor a link in it")
    robots = (("robots", urljoin(url, "/robots.txt")),)
    return What(
        kind=WhatKind.SITE, title=front.title, named=len(front.links), sources=(*feeds, *robots)
    )
