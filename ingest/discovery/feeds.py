"""RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed: told apart by their bodies, whatever the server says.

fastfeedparser reads the entries; of what it refuses, feedparser may still mend something; the
frame tells what both leave out (`ingest.discovery.frame`).
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ingest.discovery import markup
from ingest.discovery.addresses import absolute
from ingest.discovery.dates import read_time
from ingest.discovery.frame import Frame, Item, read_frame
from ingest.discovery.jsonfeed import json_entries, read_json
from ingest.discovery.wording import plain
from ingest.items import Candidate, Found, Rhythm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Feed", "read_feed"]

_MAX_ENTRIES = 2000  # a feed of 300,000 took a parser a minute
_MAX_BYTES = 16 * 1024 * 1024
_MAX_DEPTH = 1000  # tags that nobody closed count too: `<br>` in a text that is not escaped
_MAX_TAGS = 400_000
_MENDED_CHARS = 400_000  # feedparser takes a second for a megabyte
_ROOTS = ("rss", "feed", "rdf", "channel")
_ITEM = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_DATES = re.compile(
    rb"<((?:[\w.-]+:)?(?:pubDate|published|updated|date|issued|modified|created|lastBuildDate))"
    rb"\b[^<>]{0,200}>[^<>]{0,300}</\1\s*>",
    re.IGNORECASE,
)
_WORDPRESS = re.compile(r"<generator>\s*https?://(?:www\.)?wordpress\.(?:org|com)/", re.IGNORECASE)
_WORDPRESS_WITHIN_CHARS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed(Found):
    """What one page of a feed named."""

    next_page: str | None = None  #: with what is older; None: it names none
    home: str | None = None  #: the page of the site that it belongs to
    is_over: bool = False  #: it says that it will bring nothing more


def read_feed(body: bytes, headers: Mapping[str, str], base_url: str) -> Feed:
    """The entries of a feed, as candidates; pure.

    Raises:
        ValueError: no feed is found in it, or it is an attack on parsers.
    """
    body = markup.unpack(body)
    if len(body) > _MAX_BYTES:
        raise ValueError(f"no feed in it: more than {_MAX_BYTES} bytes")
    text = markup.decode_xml(body, _charset(headers))
    if text.lstrip().startswith("{"):
        return _read_json(text, base_url)
    from_root = markup.from_root(text, _ROOTS)
    if from_root is None:
        raise ValueError(f"no feed in it{_what_instead(text)}")
    shortened = _first_entries(from_root)
    if shortened.count("<") > _MAX_TAGS:
        raise ValueError(f"no feed in it: more than {_MAX_TAGS} tags")
    markup.refuse_depth(shortened, _MAX_DEPTH)
    source = markup.in_utf8(shortened)
    frame = read_frame(markup.parse_xml(source), base_url)
    return Feed(
        candidates=_candidates(source, frame, base_url),
        title=plain(frame.title),
        rhythm=frame.rhythm,
        next_page=frame.next_page or _page_of_wordpress(from_root, base_url),
        home=frame.home,
    )


def _charset(headers: Mapping[str, str]) -> str | None:
    """The charset of a Content-Type, whose media type says nothing worth knowing."""
    stated = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", stated, re.IGNORECASE)
    return found[1] if found else None


def _what_instead(text: str) -> str:
    head = text[:2000].lower()
    return ": a page" if "<html" in head or "<!doctype html" in head else ""


def _read_json(text: str, base_url: str) -> Feed:
    said = read_json(text)
    return Feed(
        candidates=json_entries(said, base_url, _MAX_ENTRIES),
        title=plain(said.get("title")),
        rhythm=Rhythm(),
        next_page=absolute(base_url, said.get("next_url")),
        home=absolute(base_url, said.get("home_page_url")),
        is_over=said.get("expired") is True,
    )


def _first_entries(text: str) -> str:
    """The text up to the last entry that is read; the rest costs memory and brings nothing."""
    for number, found in enumerate(_ITEM.finditer(text)):
        if number == _MAX_ENTRIES:
            return text[: found.start()]
    return text


def _candidates(source: bytes, frame: Frame, base_url: str) -> tuple[Candidate, ...]:
    entries = _entries(source)
    pairs = _paired(entries, frame.items)
    made = (_candidate(entry, item, base_url) for entry, item in pairs)
    unique = {one.url: one for one in reversed([one for one in made if one is not None])}
    return tuple(reversed(unique.values()))


def _entries(source: bytes) -> list[Mapping[str, Any]]:
    """The entries as fastfeedparser reads them, else as feedparser mends them."""
    import fastfeedparser

    try:
        read = fastfeedparser.parse(  # without dates: it takes a millisecond for each odd one
            _DATES.sub(b"", source), include_content=False, include_tags=False, include_media=False,
            include_enclosures=False,
        )  # fmt: skip
        if found := list(read.get("entries") or ()):
            return found
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        pass  # damaged in a way that the other reader may know
    import feedparser

    # A stream: text it might take for the name of a file or for an address to fetch.
    stream = io.BytesIO(source[:_MENDED_CHARS])
    mended = feedparser.parse(stream, resolve_relative_uris=False, sanitize_html=False)
    return list(mended.get("entries") or ())


def _paired(
    entries: Sequence[Mapping[str, Any]], items: Sequence[Item]
) -> list[tuple[Mapping[str, Any], Item | None]]:
    """Each entry with its item: by place where both readers saw as many, else by guid and link."""
    if len(entries) == len(items):
        return list(zip(entries, items, strict=True))
    by_mark: dict[str, Item] = {}
    for item in items:
        for mark in sorted(item.marks):
            by_mark.setdefault(mark, item)
    paired: list[tuple[Mapping[str, Any], Item | None]] = [
        (entry, by_mark.get(str(entry.get("id"))) or by_mark.get(str(entry.get("link"))))
        for entry in entries
    ]
    seen = {id(item) for _, item in paired if item is not None}
    return [*paired, *(({}, item) for item in items if id(item) not in seen)]


def _candidate(entry: Mapping[str, Any], item: Item | None, base_url: str) -> Candidate | None:
    url = item.url if item else absolute(base_url, entry.get("link"))
    if url is None or url == base_url:
        return None
    # By `get`, feedparser gives the time of publication for `updated`, and warns of it.
    changed = entry["updated"] if "updated" in entry else None  # noqa: SIM401
    modified = item.modified if item else read_time(changed)
    # Of an entry that tells only when it changed, that is the best there is to know.
    published = item.published if item else read_time(entry.get("published"))
    return Candidate(
        url=url,
        found_by="feeds",
        source=base_url,
        title=plain(entry.get("title")),
        snippet=plain(entry.get("description") or entry.get("summary")),
        published=published or modified,
        modified=modified,
    )


def _page_of_wordpress(text: str, base_url: str) -> str | None:
    """The page after this one of a WordPress feed, which does not name it."""
    if not _WORDPRESS.search(text[:_WORDPRESS_WITHIN_CHARS]):
        return None
    parts = urlsplit(base_url)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    number = asked.get("paged", "1")
    if not number.isdecimal() or len(number) > 4:  # noqa: PLR2004  # ten thousand pages
        return None
    asked["paged"] = str(int(number) + 1)
    return urlunsplit(parts._replace(query=urlencode(asked)))
