"""Media Cloud's directory: the feeds of an outlet that it knows; pure.

Two calls: its sources by name, of which one is the outlet, then the feeds of that source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.urls import outlet_of
from spiders.answers import Answer, at_service, json_of, list_in, parameter, web_address

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["directory_address", "feeds_address", "is_of_directory", "read_directory"]

_SOURCES, _FEEDS = "api/sources/sources/", "api/sources/feeds/"
_PAGE = "feeds"  # begins what stands for a page of feeds: `feeds 1095 100`
_AT_ONCE = 100
_MOST_FEEDS = 10  # of one answer; newspapers have one for each tag
_MOST_NUMBER = 2**63


def directory_address(base: str, outlet: str) -> str:
    """Where the directory is asked for an outlet."""
    return at_service(base, _SOURCES, {"name": outlet})


def is_of_directory(url: str) -> bool:
    """Whether an address asks the directory, and not for stories."""
    return f"/{_SOURCES}?" in url or f"/{_FEEDS}?" in url


def feeds_address(base: str, page: str) -> str:
    """Where the feeds are that `page` stands for."""
    _, source, offset = page.split()
    return at_service(base, _FEEDS, {"source_id": source, "limit": str(_AT_ONCE), "offset": offset})


def read_directory(body: bytes, headers: Mapping[str, str], base_url: str) -> Answer:
    """The feeds of an answer, or the page of feeds that an answer about an outlet leads to.

    Raises:
        ValueError: it is no answer of the directory.
    """
    del headers
    said = json_of(body)
    results = list_in(said, "results")
    if results is None:
        raise ValueError("no answer of Media Cloud: it holds no results")
    if f"/{_SOURCES}?" in base_url:
        return Answer(next_page=_page_of(results, parameter(base_url, "name") or ""))
    feeds = (
        web_address(base_url, one.get("url"))
        for one in results
        if isinstance(one, dict) and one.get("admin_rss_enabled") is not False
    )
    known = tuple(dict.fromkeys(filter(None, feeds)))[:_MOST_FEEDS]
    return Answer(sources=tuple(("feed", url) for url in known))


def _page_of(results: list[object], outlet: str) -> str | None:
    """The first feeds of the source that is the outlet; None: it is not among them."""
    for one in results:
        if not isinstance(one, dict) or not isinstance(number := one.get("id"), int):
            continue
        home = web_address("https://home.invalid/", one.get("homepage"))
        is_it = one.get("name") == outlet or (home is not None and outlet_of(home) == outlet)
        if is_it and 0 < number < _MOST_NUMBER:
            return f"{_PAGE} {number} 0"
    return None
