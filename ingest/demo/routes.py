"""Feeds, sitemaps and robots.txt: the ways by which the demo's outlets announce their pages."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from ingest.demo.outlets import Outlet

__all__ = [
    "Entry",
    "atom",
    "json_feed",
    "news_sitemap",
    "robots",
    "rss",
    "sitemap",
    "sitemap_index",
    "zipped",
]

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAP_NS = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS_NS = "http://www.google.com/schemas/sitemap-news/0.9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a list says of one page."""

    url: str
    title: str
    published: datetime  #: aware UTC
    summary: str = ""
    paragraphs: tuple[str, ...] = field(default=(), repr=False)
    author: str = "Staff"
    modified: datetime | None = None  #: aware UTC; None: never changed

    @property
    def moved(self) -> datetime:
        """When it last changed."""
        return self.modified or self.published


def rss(outlet: Outlet, entries: Sequence[Entry], *, is_full: bool) -> bytes:
    """RSS 2.0, with whole texts or with summaries."""
    items = "\n".join(_rss_item(entry, outlet, is_full=is_full) for entry in entries)
    return (
        f'{_XML}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/">\n<channel>'
        f"<title>{escape(outlet.name)}</title><link>{outlet.url()}</link>"
        f"<description>{escape(outlet.about)}</description><language>{outlet.language}</language>"
        f"<lastBuildDate>{_rfc822(max(entry.moved for entry in entries))}</lastBuildDate>"
        f"\n{items}\n</channel></rss>\n"
    ).encode()


def _rss_item(entry: Entry, outlet: Outlet, *, is_full: bool) -> str:
    html = "".join(f"<p>{escape(part, quote=False)}</p>" for part in entry.paragraphs)
    is_whole = is_full and html
    whole = f"<content:encoded><![CDATA[{html}]]></content:encoded>" if is_whole else ""
    return (
        f"<item><title>{escape(entry.title)}</title><link>{escape(entry.url)}</link>"
        f'<guid isPermaLink="false">{outlet.id}:{escape(entry.url)}</guid>'
        f"<pubDate>{_rfc822(entry.published)}</pubDate>"
        f"<dc:creator>{escape(entry.author)}</dc:creator>"
        f"<description>{escape(entry.summary)}</description>{whole}</item>"
    )


def atom(outlet: Outlet, path: str, entries: Sequence[Entry]) -> bytes:
    """Atom 1.0 with summaries; `updated` moves when an article changes."""
    items = "\n".join(
        f"<entry><id>{escape(entry.url)}</id><title>{escape(entry.title)}</title>"
        f'<link rel="alternate" type="text/html" href="{escape(entry.url)}"/>'
        f"<published>{_iso(entry.published)}</published><updated>{_iso(entry.moved)}</updated>"
        f"<author><name>{escape(entry.author)}</name></author>"
        f"<summary>{escape(entry.summary)}</summary></entry>"
        for entry in entries
    )
    return (
        f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}">'
        f"<id>{outlet.url()}</id><title>{escape(outlet.name)}</title>"
        f"<updated>{_iso(max(entry.moved for entry in entries))}</updated>"
        f'<link rel="self" href="{outlet.url(path)}"/><link href="{outlet.url()}"/>\n'
        f"{items}\n</feed>\n"
    ).encode()


def json_feed(outlet: Outlet, path: str, entries: Sequence[Entry]) -> bytes:
    """JSON Feed 1.1 with summaries."""
    items = [
        {
            "id": entry.url,
            "url": entry.url,
            "title": entry.title,
            "summary": entry.summary,
            "content_text": entry.summary,
            "date_published": _iso(entry.published),
            "date_modified": _iso(entry.moved),
            "authors": [{"name": entry.author}],
        }
        for entry in entries
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "home_page_url": outlet.url(),
        "feed_url": outlet.url(path),
        "language": outlet.language,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def sitemap(entries: Iterable[Entry]) -> bytes:
    """A plain sitemap: addresses and times, no titles."""
    rows = "\n".join(
        f"<url><loc>{escape(entry.url)}</loc><lastmod>{_iso(entry.moved)}</lastmod></url>"
        for entry in entries
    )
    return f'{_XML}<urlset xmlns="{_SITEMAP_NS}">\n{rows}\n</urlset>\n'.encode()


def news_sitemap(outlet: Outlet, entries: Iterable[Entry]) -> bytes:
    """A sitemap with the news extension: titles and dates."""
    rows = "\n".join(
        f"<url><loc>{escape(entry.url)}</loc><news:news><news:publication>"
        f"<news:name>{escape(outlet.name)}</news:name>"
        f"<news:language>{outlet.language}</news:language></news:publication>"
        f"<news:publication_date>{_iso(entry.published)}</news:publication_date>"
        f"<news:title>{escape(entry.title)}</news:title></news:news></url>"
        for entry in entries
    )
    return (
        f'{_XML}<urlset xmlns="{_SITEMAP_NS}" xmlns:news="{_NEWS_NS}">\n{rows}\n</urlset>\n'
    ).encode()


def sitemap_index(parts: Iterable[tuple[str, datetime]]) -> bytes:
    """An index of sitemaps, each with the time of its last change."""
    rows = "\n".join(
        f"<sitemap><loc>{escape(url)}</loc><lastmod>{_iso(moved)}</lastmod></sitemap>"
        for url, moved in parts
    )
    return f'{_XML}<sitemapindex xmlns="{_SITEMAP_NS}">\n{rows}\n</sitemapindex>\n'.encode()


def zipped(body: bytes) -> bytes:
    """`body` as a .gz file, the same bytes in every build."""
    return gzip.compress(body, mtime=0)


def robots(disallowed: Iterable[str], sitemaps: Iterable[str]) -> bytes:
    """A robots.txt for all robots."""
    rules = [f"Disallow: {path}" for path in disallowed] or ["Disallow:"]
    maps = [f"Sitemap: {url}" for url in sitemaps]
    return "\n".join(("User-agent: *", *rules, "", *maps, "")).encode()


def _iso(moment: datetime) -> str:
    return moment.isoformat()


def _rfc822(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)
