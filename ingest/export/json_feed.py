"""JSON Feed 1.1 (jsonfeed.org/version/1.1); the pages of the web answer with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ingest.export.feeds import web_address
from ingest.text import clean_controls
from ingest.times import iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ingest.export.feeds import Feed, FeedEntry

__all__ = ["json_feed"]


def json_feed(feed: Feed, entries: Iterable[FeedEntry]) -> Iterator[str]:
    """A feed, piece by piece."""
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.description or None,
        "home_page_url": feed.home,
        "feed_url": feed.address,
    }
    yield f'{_json(told)[:-1]},\n"items": ['
    for place, entry in enumerate(entries):
        yield f"{',' if place else ''}\n{_json(_item(entry))}"
    yield "\n]}\n"


def _item(entry: FeedEntry) -> dict[str, Any]:
    author = entry.author or entry.source
    return {
        "id": entry.id,
        "url": web_address(entry.url),
        "title": entry.title,
        "content_text": entry.text if entry.text is not None else entry.summary,
        "summary": entry.summary if entry.text is not None else None,
        "date_published": entry.published and iso(entry.published),
        "date_modified": iso(entry.updated),
        "authors": [{"name": clean_controls(author)}] if author else None,
        "language": entry.language,
    }


def _json(told: dict[str, Any]) -> str:
    said = {
        name: clean_controls(value) if isinstance(value, str) else value
        for name, value in told.items()
        if value is not None
    }
    return json.dumps(said, ensure_ascii=False)
