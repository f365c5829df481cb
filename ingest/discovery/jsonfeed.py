"""JSON Feed 1.0 and 1.1 (jsonfeed.org)."""

from __future__ import annotations

import json
from typing import Any

from ingest.discovery.addresses import absolute
from ingest.discovery.dates import read_time
from ingest.discovery.wording import plain
from ingest.items import Candidate

__all__ = ["json_entries", "read_json"]


def read_json(text: str) -> dict[str, Any]:
    """The object of a JSON Feed.

    Raises:
        ValueError: it is none.
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise ValueError("no feed in it: broken JSON") from exc
    is_feed = isinstance(said, dict) and isinstance(said.get("items"), list)
    if not is_feed or "jsonfeed.org" not in str(said.get("version"))[:200]:
        raise ValueError("no feed in it: JSON of another kind")
    assert isinstance(said, dict)
    return said


def json_entries(feed: dict[str, Any], base_url: str, most: int) -> tuple[Candidate, ...]:
    """The items of a JSON Feed that name a page."""
    made = (_candidate(item, base_url) for item in feed["items"][:most] if isinstance(item, dict))
    return tuple(one for one in made if one is not None)


def _candidate(item: dict[str, Any], base_url: str) -> Candidate | None:
    stated = (item.get("url"), _address_in(item.get("id")), item.get("external_url"))
    url = next(filter(None, (absolute(base_url, address) for address in stated)), None)
    if url is None:
        return None
    return Candidate(
        url=url,
        found_by="feeds",
        source=base_url,
        title=plain(item.get("title")),
        snippet=plain(item.get("summary") or item.get("content_text") or item.get("content_html")),
        published=read_time(item.get("date_published")),
        modified=read_time(item.get("date_modified")),
    )


def _address_in(stated: object) -> str | None:
    """An id that is an address; in old feeds some are numbers."""
    is_address = isinstance(stated, str) and stated.startswith(("http://", "https://"))
    return str(stated) if is_address else None
