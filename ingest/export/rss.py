"""RSS 2.0 (rssboard.org/rss-specification)."""

from __future__ import annotations

from datetime import UTC
from email.utils import format_datetime
from typing import TYPE_CHECKING

from ingest.export.feeds import element, web_address, write_feed
from ingest.export.frame import Format

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from typing import BinaryIO

    from ingest.export.feeds import Feed, FeedEntry
    from ingest.export.frame import About
    from ingest.read_items import StoredArticle

__all__ = ["FORMAT", "rss"]

# `author` of RSS itself must be an address of mail, which nobody has here.
_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/">\n<channel>\n'
)


def rss(feed: Feed, entries: Iterable[FeedEntry]) -> Iterator[str]:
    """A feed, piece by piece."""
    yield _HEAD
    yield element("title", feed.title)
    yield element("link", feed.home or feed.id)  # required, and any IRI
    yield element("description", feed.description or feed.title)
    yield element("lastBuildDate", _moment(feed.updated))
    yield element("generator", "Seedbed")
    if feed.address:
        yield element("atom:link", None, rel="self", href=feed.address, type="application/rss+xml")
    for entry in entries:
        yield from _item(entry)
    yield "</channel>\n</rss>\n"


def _item(entry: FeedEntry) -> Iterator[str]:
    yield "<item>\n"
    yield element("title", entry.title)
    yield element("link", web_address(entry.url))
    yield element("guid", entry.id, isPermaLink="false")
    if entry.published:
        yield element("pubDate", _moment(entry.published))
    yield element("dc:creator", entry.author)
    yield element("dc:language", entry.language)
    yield element("category", entry.source)
    # Readers take both for HTML (the specification): what is plain text is escaped once more.
    yield element("description", _as_html(entry.summary) if entry.summary else None)
    yield element("content:encoded", None if entry.text is None else _paragraphs(entry.text))
    yield "</item>\n"


def _as_html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_as_html(line)}</p>" for line in text.splitlines() if line.strip())


def _moment(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC), usegmt=True)


def _write(articles: Iterable[StoredArticle], out: BinaryIO, about: About) -> int:
    return write_feed(rss, articles, out, about)


FORMAT = Format(
    name="rss", suffix=".rss", told="feed (RSS 2.0)", write=_write, has_text=False,
    is_newest_first=True,
)  # fmt: skip
