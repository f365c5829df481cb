"""RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, ClassVar

from lxml import html

from ingest.items import Candidate
from ingest.text import clean_controls
from spiders.base import Found, SourceSpider, join

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FeedsSpider", "read_feed"]

_MAX_ENTRIES = 2000  # a feed of 300,000 entries took a parser a minute
_SNIPPET_CHARS = 500


class FeedsSpider(SourceSpider):
    """Polls feeds: those of the settings and those that pages announced."""

    name = "feeds"
    kinds: ClassVar[tuple[str, ...]] = ("feed",)

    def read_source(
        self, body: bytes, headers: Mapping[str, str], base_url: str, kind: str
    ) -> Found:
        """Read a feed."""
        del kind
        return read_feed(body, headers, base_url)


def read_feed(body: bytes, headers: Mapping[str, str], base_url: str) -> Found:
    """The entries of a feed, as candidates; pure.

    fastfeedparser reads it; what that refuses, feedparser may still mend.

    Raises:
        ValueError: neither finds a feed in it.
    """
    feed = _parse(body, headers, base_url)
    entries = feed.get("entries") or []
    candidates = (_candidate(entry, base_url) for entry in entries[:_MAX_ENTRIES])
    return Found(
        candidates=tuple(one for one in candidates if one is not None),
        title=_plain((feed.get("feed") or {}).get("title")),
    )


def _parse(body: bytes, headers: Mapping[str, str], base_url: str) -> Mapping[str, Any]:
    import fastfeedparser

    with suppress(ValueError, TypeError, KeyError, AttributeError, IndexError):
        parsed: Mapping[str, Any] = fastfeedparser.parse(body)
        if parsed.get("entries"):
            return parsed
    import feedparser

    response_headers = {"content-location": base_url, **{k.lower(): v for k, v in headers.items()}}
    mended: Mapping[str, Any] = feedparser.parse(body, response_headers=response_headers)
    if not mended.get("version"):
        raise ValueError("no feed in it")
    return mended


def _candidate(entry: Mapping[str, Any], base_url: str) -> Candidate | None:
    url = join(base_url, _address(entry) or "")
    if not url or url == base_url:
        return None
    published = _time(entry.get("published")) or _time(entry.get("date_published"))
    return Candidate(
        url=url,
        found_by="feeds",
        source=base_url,
        title=_plain(entry.get("title")),
        snippet=_plain(entry.get("description") or entry.get("summary")),
        published=published,
        modified=_time(entry.get("updated")) or _time(entry.get("date_modified")),
    )


def _address(entry: Mapping[str, Any]) -> str | None:
    """The entry's own page; its id when that is one and no link is given."""
    for address in (entry.get("link"), entry.get("url"), entry.get("id")):
        if isinstance(address, str) and address.strip():
            stripped = address.strip()
            if not stripped.lower().startswith(("tag:", "urn:")):
                return stripped
    return None


def _plain(markup: object) -> str | None:
    """Text without tags, cut; None: nothing is left."""
    if not isinstance(markup, str) or not markup.strip():
        return None
    text = markup
    if "<" in markup or "&" in markup:
        with suppress(ValueError):
            text = html.fromstring(f"<div>{clean_controls(markup)}</div>").text_content()
    return clean_controls(" ".join(text.split()))[:_SNIPPET_CHARS] or None


def _time(value: object) -> datetime | None:
    """A time as the parsers give it: ISO 8601 text, or RFC 822 where they could not read it."""
    if not isinstance(value, str) or not value.strip():
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        with suppress(ValueError, OverflowError):
            at = read(value.strip())
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    return None
