"""Atom (RFC 4287)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.export.feeds import attributes_of, element, web_address, write_feed
from ingest.export.frame import Format
from ingest.times import iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from ingest.export.feeds import Feed, FeedEntry
    from ingest.export.frame import About
    from ingest.read_items import StoredArticle

__all__ = ["FORMAT", "atom"]


def atom(feed: Feed, entries: Iterable[FeedEntry]) -> Iterator[str]:
    """A feed, piece by piece."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
    yield element("id", feed.id)
    yield element("title", feed.title)
    yield element("updated", iso(feed.updated))
    yield element("subtitle", feed.description or None)
    yield _link(feed.home, "alternate", "text/html")
    yield _link(feed.address, "self", "application/atom+xml")
    yield element("generator", "Seedbed")
    for entry in entries:
        yield from _entry(entry)
    yield "</feed>\n"


def _entry(entry: FeedEntry) -> Iterator[str]:
    yield f"<entry{attributes_of({'xml:lang': entry.language})}>\n"
    yield element("id", entry.id)
    yield element("title", entry.title)
    yield element("updated", iso(entry.updated))
    if entry.published:
        yield element("published", iso(entry.published))
    yield _link(web_address(entry.url), "alternate")
    # An author is required (RFC 4287, section 4.1.2): where none signed it is the outlet.
    yield f"<author>{element('name', entry.author or entry.source or 'unknown').strip()}</author>\n"
    if entry.source:
        yield element("category", None, term=entry.source)
    yield element("summary", entry.summary or None)
    yield element("content", entry.text, type="text") if entry.text is not None else ""
    yield "</entry>\n"


def _link(address: str | None, relation: str, kind: str | None = None) -> str:
    return element("link", None, rel=relation, type=kind, href=address) if address else ""


def _write(articles: Iterable[StoredArticle], out: BinaryIO, about: About) -> int:
    return write_feed(atom, articles, out, about)


FORMAT = Format(
    name="atom", suffix=".atom", told="feed (Atom)", write=_write, has_text=False,
    is_newest_first=True,
)  # fmt: skip
