"""What the readers of feeds leave out: addresses against xml:base, zones, pages, rhythm.

fastfeedparser takes a guid that says it is no address for one, knows no xml:base, drops the hints
of rhythm, and reads `08:45 MSK` as UTC. So addresses, times and the channel are read here, titles
and summaries there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.discovery.addresses import absolute
from ingest.discovery.dates import read_time
from ingest.discovery.markup import bare_name, children, text_in, text_within
from ingest.discovery.rhythm import read_rhythm

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lxml import etree

    from ingest.items import Rhythm

__all__ = ["Frame", "Item", "read_frame"]

_ITEMS = frozenset({"item", "entry"})
_ROOTS = frozenset({"rss", "rdf", "feed", "channel"})
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_PAGES = ("prev-archive", "next")  # RFC 5005, sections 4 and 3: towards what is older
_ARTICLE_TYPES = ("", "text/html", "application/xhtml+xml")
_PUBLISHED = ("pubdate", "published", "issued", "date", "created", "publicationdate")
_MODIFIED = ("updated", "modified", "lastmod")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item, as far as an entry of another reader may be wrong on it."""

    marks: frozenset[str]  #: its guid and its links as written, to know it by
    url: str | None  #: of its page, absolute; None: it names none
    published: datetime | None
    modified: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A feed without its texts."""

    items: tuple[Item, ...]
    title: str | None
    rhythm: Rhythm
    next_page: str | None  #: with older items; None: it names none
    home: str | None  #: the site's page that it belongs to


def read_frame(root: etree._Element, base_url: str) -> Frame:
    """The frame of a feed.

    Raises:
        ValueError: the root is no feed's.
    """
    kind = bare_name(root)
    if kind not in _ROOTS:
        raise ValueError("no feed in it")
    channel = root if kind == "feed" else next(children(root, "channel"), root)
    # An item of RSS is relative to the site, as its channel says; an entry of Atom to its document.
    home = None if kind == "feed" else absolute(base_url, text_in(channel, "link"))
    bases = {None: base_url}
    items = [
        _read_item(element, _base_of(element, bases), home)
        for element in root.iter()
        if bare_name(element) in _ITEMS
    ]
    return Frame(
        items=tuple(items),
        title=text_in(channel, "title"),
        rhythm=read_rhythm(channel),
        next_page=_next_page(channel, base_url, bases),
        home=home or _linked(channel, "alternate", _base_of(channel, bases)),
    )


def _base_of(element: etree._Element, bases: dict[etree._Element | None, str]) -> str:
    """What addresses within an element are relative to (XML Base); `bases` remembers."""
    open_elements: list[etree._Element] = []
    above: etree._Element | None = element
    while above not in bases:
        open_elements.append(above)
        assert above is not None  # None is in `bases`
        above = above.getparent()
    base = bases[above]
    for one in reversed(open_elements):
        stated = one.get(_XML_BASE)
        base = (absolute(base, stated) or base) if stated else base
        if bare_name(one) not in _ITEMS:  # these are asked for once
            bases[one] = base
    return base


def _read_item(item: etree._Element, base: str, home: str | None) -> Item:
    guid = next(children(item, "guid"), None)
    links = list(children(item, "link"))
    said = [text for link in links if (text := text_within(link))]
    written = [*said, *(link.get("href", "") for link in links), text_in(item, "guid", "id") or ""]
    has_base = any(one.get(_XML_BASE) for one in (item, *item.iterancestors()))
    return Item(
        marks=frozenset(one.strip() for one in written if one.strip()),
        url=next(_addresses(item, guid, said, base if has_base or not home else home, base), None),
        published=_time(item, _PUBLISHED),
        modified=_time(item, _MODIFIED),
    )


def _addresses(
    item: etree._Element, guid: etree._Element | None, said: list[str], near: str, base: str
) -> Iterator[str]:
    """What may be the address of an item's page, the best first."""
    if original := absolute(base, text_in(item, "origlink")):  # behind a tracker's address
        yield original
    yield from (url for text in said if (url := absolute(near, text)))
    if linked := _linked(item, "alternate", base):
        yield linked
    is_address = guid is not None and (guid.get("isPermaLink") or "true").lower() != "false"
    for stated in (
        text_within(guid) if guid is not None and is_address else "",
        text_in(item, "id"),
    ):
        # Never relative: a guid that is no address is a number or a word.
        is_whole = bool(stated) and str(stated).lower().startswith(("http://", "https://"))
        if is_whole and (url := absolute(base, stated)):
            yield url


def _linked(parent: etree._Element, rel: str, base: str) -> str | None:
    """The first link of that relation, one to a page before one to another form of it."""
    found: list[tuple[bool, str]] = []
    for link in children(parent, "link"):
        is_of = rel in (link.get("rel") or "alternate").lower().split()
        own_base = absolute(base, link.get(_XML_BASE)) or base
        if is_of and (url := absolute(own_base, link.get("href"))):
            kind = (link.get("type") or "").partition(";")[0].strip().lower()
            found.append((kind not in _ARTICLE_TYPES, url))
    return min(found, key=lambda one: one[0])[1] if found else None


def _next_page(
    channel: etree._Element, base_url: str, bases: dict[etree._Element | None, str]
) -> str | None:
    base = _base_of(channel, bases)
    for rel in _PAGES:
        if (url := _linked(channel, rel, base)) and url != base_url:
            return url
    return None


def _time(item: etree._Element, names: tuple[str, ...]) -> datetime | None:
    for name in names:
        for child in children(item, name):
            if (at := read_time(text_within(child))) is not None:
                return at
    return None
