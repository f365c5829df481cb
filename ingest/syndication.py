"""Feeds out, Atom (RFC 4287) and JSON Feed 1.1; pure: the same bytes for the same entries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Feed", "FeedEntry", "write_atom", "write_json_feed"]

_ATOM = "http://www.w3.org/2005/Atom"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NEVER = "1970-01-01T00:00:00Z"  # an empty feed never changed


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One article."""

    id: str  #: an address of its own for good (RFC 4287, section 4.2.6)
    url: str
    title: str
    summary: str
    updated: str  #: UTC, ISO 8601
    published: str | None = None  #: UTC, ISO 8601; None: not dated
    author: str | None = None  #: None: the page names none
    publisher: str  #: who stands in for an author
    language: str | None = None  #: ISO 639-1; None: not recognised


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a feed says of itself, and its entries in the order to be read."""

    id: str
    title: str
    url: str  #: its own address
    home: str  #: page for people
    entries: Sequence[FeedEntry]

    @property
    def updated(self) -> str:
        """When the last of it changed, UTC, ISO 8601."""
        return max((entry.updated for entry in self.entries), default=_NEVER)


def write_atom(feed: Feed) -> bytes:
    """The feed as Atom."""
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed")
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "updated", feed.updated)
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.url)
    _add(root, "link", rel="alternate", type="text/html", href=feed.home)
    _add(root, "generator", "Seedbed")
    for entry in feed.entries:
        _add_entry(root, entry)
    ET.indent(root)
    told: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return told + b"\n"


def _add_entry(root: ET.Element, entry: FeedEntry) -> None:
    told = _add(root, "entry")
    if entry.language:
        told.set(_XML_LANG, _plain(entry.language))
    _add(told, "id", entry.id)
    _add(told, "title", entry.title)
    _add(told, "link", rel="alternate", href=entry.url)
    _add(told, "updated", entry.updated)
    if entry.published:
        _add(told, "published", entry.published)
    _add(_add(told, "author"), "name", entry.author or entry.publisher)
    _add(told, "summary", entry.summary)


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    plain = {key: _plain(value) for key, value in attributes.items()}
    element = ET.SubElement(parent, f"{{{_ATOM}}}{name}", plain)
    element.text = None if text is None else _plain(text)
    return element


def write_json_feed(feed: Feed) -> bytes:
    """The feed as JSON Feed 1.1 (jsonfeed.org/version/1.1)."""
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.url,
        "items": [_item(entry) for entry in feed.entries],
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode(errors="replace")


def _item(entry: FeedEntry) -> dict[str, Any]:
    item = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_text": entry.summary,
        "date_published": entry.published,
        "date_modified": entry.updated,
        "authors": [{"name": entry.author or entry.publisher}],
        "language": entry.language,
    }
    return {name: value for name, value in item.items() if value is not None}


def _plain(text: str) -> str:
    """The text without what XML does not allow even when it is escaped (XML 1.0, section 2.2)."""
    return "".join(
        one
        for one in text
        if one in "\t\n\r"
        or " " <= one <= "\ud7ff"
        or "\ue000" <= one <= "\ufffd"
        or one > "\uffff"
    )
