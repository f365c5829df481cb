"""Sitemaps (sitemaps.org 0.9), indexes, plain lists, Google News; read as a stream."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lxml import etree

from ingest.discovery import markup
from ingest.discovery.addresses import absolute
from ingest.discovery.archives import is_before
from ingest.discovery.dates import read_time
from ingest.discovery.feeds import read_feed
from ingest.discovery.markup import bare_name, children, text_in, text_within
from ingest.extract.languages import language_code
from ingest.items import Candidate, Found

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

__all__ = ["Member", "Sitemap", "read_robots", "read_sitemap"]

_MAX_ENTRIES = 50_000  # sitemaps.org: a sitemap holds no more
_MAX_MEMBERS = 200  # of an index, the newest ones
_ROBOTS_BYTES = 500 * 1024  # RFC 9309, section 2.5
_ROOTS = ("urlset", "sitemapindex")
_FEED_ROOTS = ("rss", "feed", "rdf")
_PIECE_BYTES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A sitemap that an index names."""

    url: str
    modified: datetime | None  #: aware UTC; None: the index does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap(Found):
    """What a sitemap named; the members of an index are its further sources too."""

    members: tuple[Member, ...] = ()  #: the newest first
    passed_over: int = 0  #: pages or members from before the story, or more than are read


def read_robots(body: bytes, base_url: str) -> Found:
    """The sitemaps that a robots.txt names (RFC 9309, section 2.2.4); pure."""
    named = []
    for line in body[:_ROBOTS_BYTES].decode("utf-8-sig", "replace").splitlines():
        field, _, value = line.partition("#")[0].partition(":")
        if field.strip().lower() == "sitemap" and (url := absolute(base_url, value)):
            named.append(("sitemap", url))
    return Found(sources=tuple(dict.fromkeys(named))[:_MAX_MEMBERS])


def read_sitemap(
    body: bytes,
    headers: Mapping[str, str],
    base_url: str,
    *,
    story_starts: datetime | None = None,
) -> Sitemap:
    """The pages of a sitemap as candidates, or the members of an index as further sources; pure.

    Args:
        body: as it came, packed or not.
        headers: read only where the body is a feed.
        base_url: where it came from.
        story_starts: pages and members from before are passed over; None: none are.

    Raises:
        ValueError: it is no sitemap, or unpacks to more than one may hold.
    """
    text = markup.decode_xml(markup.unpack(body))
    if (from_root := markup.from_root(text, (*_ROOTS, *_FEED_ROOTS))) is None:
        return _read_list(text, base_url)
    if bare_root(from_root) in _FEED_ROOTS:  # sitemaps.org allows them
        feed = read_feed(text.encode("utf-8", "replace"), headers, base_url)
        named = tuple(replace(one, found_by="sitemaps") for one in feed.candidates)
        return Sitemap(candidates=named, title=feed.title)
    del text  # of 50 MB, one copy at a time
    source = markup.in_utf8(from_root)
    del from_root
    reading = _Reading(base_url=base_url, story_starts=story_starts)
    for entry in _entries(source):
        reading.take(entry)
    return reading.told()


def bare_root(text: str) -> str:
    """The name of the element that a text begins with, without prefix, in lower case."""
    found = re.match(r"<(?:[\w.-]+:)?([\w.-]+)", text)
    return found[1].lower() if found else ""


def _entries(source: bytes) -> Iterator[etree._Element]:
    """Each entry once it is read whole; what was read of it is forgotten then.

    Raises:
        ValueError: it is no XML that can be mended, or nested too deep.
    """
    # No event but for entries: Python is slower than the parser. Without `huge_tree` it stops
    # itself at 256 elements within each other and at 10 MB of text in one.
    parser = etree.XMLPullParser(
        events=("end",), tag=("{*}url", "{*}sitemap"), recover=True, resolve_entities=False,
        load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True,
        collect_ids=False,
    )  # fmt: skip
    try:
        for start in range(0, len(source), _PIECE_BYTES):
            parser.feed(source[start : start + _PIECE_BYTES])
            for _, element in parser.read_events():
                yield element
                _forget(element)
    except etree.XMLSyntaxError as exc:
        raise ValueError(f"no sitemap in it: {exc}") from exc
    if any("depth" in entry.message.lower() for entry in parser.feed_error_log):
        raise ValueError("nested too deep")


def _forget(element: etree._Element) -> None:
    element.clear(keep_tail=False)
    parent = element.getparent()
    while parent is not None and (before := element.getprevious()) is not None:
        parent.remove(before)


def _read_list(text: str, base_url: str) -> Sitemap:
    """A sitemap as plain text: an address a line and nothing else.

    Raises:
        ValueError: it holds another line.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    urls = [absolute(base_url, line) if "://" in line[:8] else None for line in lines]
    if not urls or None in urls:
        raise ValueError("no sitemap in it")
    unique = dict.fromkeys(url for url in urls if url)
    named = [Candidate(url=url, found_by="sitemaps", source=base_url) for url in unique]
    return Sitemap(candidates=tuple(named[:_MAX_ENTRIES]), passed_over=len(named[_MAX_ENTRIES:]))


@dataclass(slots=True, kw_only=True)
class _Reading:
    """What was read so far."""

    base_url: str
    story_starts: datetime | None
    _pages: dict[str, Candidate]
    _members: dict[str, Member]
    _passed_over: int

    def __init__(self, *, base_url: str, story_starts: datetime | None) -> None:
        self.base_url = base_url
        self.story_starts = story_starts
        self._pages, self._members = {}, {}
        self._passed_over = 0

    def take(self, entry: etree._Element) -> None:
        said = {bare_name(child): child for child in reversed(entry)}
        url = absolute(self.base_url, _text(said.get("loc")))
        if not url or url == self.base_url:  # an index that names itself
            return
        is_page = bare_name(entry) == "url"
        if len(self._pages if is_page else self._members) >= _MAX_ENTRIES:
            self._passed_over += 1
            return
        modified = read_time(_text(said.get("lastmod")))
        if not is_page:
            if is_before(self.story_starts, url=url, modified=modified):
                self._passed_over += 1
            else:
                self._members.setdefault(url, Member(url=url, modified=modified))
            return
        page = _candidate(said.get("news"), url, modified, self.base_url)
        dates = [at for at in (page.published, page.modified) if at is not None]
        if is_before(self.story_starts, modified=max(dates, default=None)):
            self._passed_over += 1
        else:
            self._pages.setdefault(url, page)

    def told(self) -> Sitemap:
        members = sorted(self._members.values(), key=_newest_first)
        named = members[:_MAX_MEMBERS]
        return Sitemap(
            candidates=tuple(self._pages.values()),
            sources=tuple(("sitemap", one.url) for one in named),
            members=tuple(named),
            passed_over=self._passed_over + len(members) - len(named),
        )


def _newest_first(member: Member) -> tuple[float, str]:
    return -(member.modified.timestamp() if member.modified else 0.0), member.url


def _text(element: etree._Element | None) -> str | None:
    return text_within(element) if element is not None else None


def _candidate(
    news: etree._Element | None, url: str, modified: datetime | None, base_url: str
) -> Candidate:
    publication = next(children(news, "publication"), None) if news is not None else None
    stated = text_in(publication, "language") if publication is not None else None
    return Candidate(
        url=url,
        found_by="sitemaps",
        source=base_url,
        title=text_in(news, "title") if news is not None else None,
        published=read_time(text_in(news, "publication_date")) if news is not None else None,
        modified=modified,
        language=language_code(stated) if stated else None,
    )
