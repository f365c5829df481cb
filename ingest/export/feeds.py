"""What feeds share: their types, and text that XML allows (RFC 4287; RSS 2.0; JSON Feed 1.1).

The formats are functions of one form, (feed, entries) to pieces of text: what is exported is
written as it is read, and the pages of the web answer with the same functions.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from ingest.text import clean_controls, xml_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from typing import BinaryIO

    from ingest.export.frame import About
    from ingest.read_items import StoredArticle

__all__ = [
    "Feed", "FeedEntry", "attributes_of", "element", "entries_of", "feed_of", "identifier",
    "web_address", "write_feed",
]  # fmt: skip

_QUOTE = {'"': "&quot;"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What stands at the head of a feed."""

    id: str  #: an IRI that stays the same, as `identifier` makes
    title: str
    updated: datetime  #: aware
    home: str | None = None  #: address of the page that it is the feed of
    address: str | None = None  #: its own
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One article in a feed."""

    id: str
    title: str
    url: str
    updated: datetime  #: aware
    published: datetime | None = None  #: aware
    author: str | None = None
    source: str | None = None  #: the outlet
    language: str | None = None
    summary: str = ""  #: plain text
    text: str | None = None  #: plain text, a paragraph a line; None: it is not given


def identifier(of: str) -> str:
    """A name for good, made of an address or any other text that names a thing (RFC 9562, 5.5)."""
    return uuid.uuid5(uuid.NAMESPACE_URL, of).urn


def web_address(url: str) -> str | None:
    """An address that a reader may follow; None: it is of no web page."""
    try:
        is_web = urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return None
    return "%20".join(clean_controls(url).split()) if is_web else None


def element(name: str, text: str | None, **attributes: str | None) -> str:
    """One element, with what is said in it as plain text; empty: neither text nor attributes."""
    said = attributes_of(attributes)
    if text is None and not said:
        return ""
    if text is None:
        return f"<{name}{said}/>\n"
    return f"<{name}{said}>{_escaped(text)}</{name}>\n"


def attributes_of(attributes: dict[str, str | None]) -> str:
    """Attributes as they stand in a tag, those that say nothing left out."""
    return "".join(
        f' {key}="{_escaped(one)}"' for key, one in attributes.items() if one is not None
    )


def _escaped(text: str) -> str:
    return escape(xml_text(text), _QUOTE)


def feed_of(about: About) -> Feed:
    """The head of an exported feed."""
    return Feed(
        id=identifier(f"seedbed:{about.title}"),
        title=about.title,
        updated=about.updated,
        description="Articles kept by Seedbed, the latest first",
    )


def write_feed(
    made: Callable[[Feed, Iterable[FeedEntry]], Iterator[str]],
    articles: Iterable[StoredArticle],
    out: BinaryIO,
    about: About,
) -> int:
    """Write articles as a feed; how many there were."""
    count = 0

    def counted() -> Iterator[FeedEntry]:
        nonlocal count
        for count, entry in enumerate(entries_of(articles, with_text=about.with_text), 1):  # noqa: B007
            yield entry

    out.writelines(piece.encode() for piece in made(feed_of(about), counted()))
    return count


def entries_of(articles: Iterable[StoredArticle], *, with_text: bool) -> Iterator[FeedEntry]:
    """Articles as entries of a feed."""
    for one in articles:
        yield FeedEntry(
            id=identifier(one.url),
            title=one.title,
            url=one.url,
            updated=one.modified or one.published or one.first_seen,
            published=one.published,
            author=one.author,
            source=one.outlet_name or one.outlet,
            language=one.language,
            summary=one.standfirst or one.lead,
            text=one.text if with_text else None,
        )
