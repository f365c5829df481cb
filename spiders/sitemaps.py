"""Sitemaps (sitemaps.org 0.9), indexes, the Google News extension; robots.txt names them."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from lxml import etree

from ingest.items import Candidate
from ingest.text import clean_controls
from spiders.base import Found, SourceSpider, join

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SitemapsSpider", "read_robots", "read_sitemap"]

_MAX_ENTRIES = 50_000  # sitemaps.org: a sitemap holds no more
_MAX_UNPACKED_BYTES = 50 * 1024 * 1024  # and is no larger
_GZIP_MAGIC = b"\x1f\x8b"


class SitemapsSpider(SourceSpider):
    """Polls sitemaps: those of the settings and those that robots.txt and indexes name."""

    name = "sitemaps"
    kinds: ClassVar[tuple[str, ...]] = ("robots", "sitemap")

    def read_source(
        self, body: bytes, headers: Mapping[str, str], base_url: str, kind: str
    ) -> Found:
        """Read a sitemap, an index of them, or a robots.txt."""
        if kind == "robots":
            return read_robots(body, base_url)
        return read_sitemap(body, headers, base_url)


def read_robots(body: bytes, base_url: str) -> Found:
    """The sitemaps that a robots.txt names (RFC 9309, section 2.2.4); pure."""
    named = []
    for line in body.decode("utf-8", "replace").splitlines():
        field, _, value = line.partition("#")[0].partition(":")
        if field.strip().lower() == "sitemap" and value.strip():
            named.append(("sitemap", join(base_url, value)))
    return Found(sources=tuple((kind, url) for kind, url in dict.fromkeys(named) if url))


def read_sitemap(body: bytes, headers: Mapping[str, str], base_url: str) -> Found:
    """The addresses of a sitemap as candidates, or of an index as further sources; pure.

    Raises:
        ValueError: it is no sitemap, or unpacks to more than one may hold.
    """
    del headers
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, recover=True, remove_comments=True
    )
    root = etree.fromstring(_unpack(body), parser)
    kind = etree.QName(root).localname.lower() if root is not None else ""
    if kind == "sitemapindex":
        named = (_text(entry, "loc") for entry in _children(root, "sitemap"))
        found = (join(base_url, address) for address in named if address)
        return Found(sources=tuple(("sitemap", url) for url in found if url))
    if kind != "urlset":
        raise ValueError("no sitemap in it")
    entries = _children(root, "url")[:_MAX_ENTRIES]
    found_pages = (_candidate(entry, base_url) for entry in entries)
    return Found(candidates=tuple(one for one in found_pages if one is not None))


def _unpack(body: bytes) -> bytes:
    if not body.startswith(_GZIP_MAGIC):
        return body
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        unpacked = unpacker.decompress(body, _MAX_UNPACKED_BYTES)
    except zlib.error as exc:
        raise ValueError(f"broken gzip: {exc}") from exc
    if unpacker.unconsumed_tail:
        raise ValueError(f"unpacks to more than {_MAX_UNPACKED_BYTES} bytes")
    return unpacked


def _children(parent: etree._Element, name: str) -> list[etree._Element]:
    """Child elements by local name, whatever namespace the site uses."""
    return [
        child
        for child in parent
        if isinstance(child.tag, str) and etree.QName(child).localname.lower() == name
    ]


def _text(parent: etree._Element, name: str) -> str | None:
    for child in _children(parent, name):
        if child.text and child.text.strip():
            return clean_controls(str(child.text)).strip()
    return None


def _candidate(entry: etree._Element, base_url: str) -> Candidate | None:
    url = join(base_url, _text(entry, "loc") or "")
    if not url or url == base_url:
        return None
    news = next(iter(_children(entry, "news")), None)
    publication = next(iter(_children(news, "publication")), None) if news is not None else None
    return Candidate(
        url=url,
        found_by="sitemaps",
        source=base_url,
        title=_text(news, "title") if news is not None else None,
        published=_time(_text(news, "publication_date")) if news is not None else None,
        modified=_time(_text(entry, "lastmod")),
        language=_text(publication, "language") if publication is not None else None,
    )


def _time(value: str | None) -> datetime | None:
    """W3C date and time (NOTE-datetime), the sitemap's form."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
