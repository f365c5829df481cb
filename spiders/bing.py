"""Bing News, asked by its RSS form; undocumented, and read as found."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from ingest.items import Candidate
from ingest.topic.phrasing import as_quoted
from spiders.answers import (
    Answer,
    at_service,
    hours_since,
    parameter,
    plain,
    rss_items,
    text_in,
    time_of,
    web_address,
    with_parameters,
)
from spiders.search import SearchSpider

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lxml import etree

    from ingest.config import Search
    from ingest.topic.queries import Query
    from spiders.search import Asking

__all__ = ["BingSpider", "interval_of", "read_bing"]

_STEP = 10  # answers by which `first` moves on; a page may hold some more
_CLICK_PATH = "/news/apiclick.aspx"
#: The market of a language; in others Bing has none, and its own guess would be ours.
_MARKETS = {
    "ar": "ar-SA", "bg": "bg-BG", "cs": "cs-CZ", "da": "da-DK", "de": "de-DE", "el": "el-GR",
    "en": "en-US", "es": "es-ES", "et": "et-EE", "fi": "fi-FI", "fr": "fr-FR", "he": "he-IL",
    "hr": "hr-HR", "hu": "hu-HU", "it": "it-IT", "ja": "ja-JP", "ko": "ko-KR", "lt": "lt-LT",
    "lv": "lv-LV", "nl": "nl-NL", "no": "nb-NO", "pl": "pl-PL", "pt": "pt-BR", "ro": "ro-RO",
    "ru": "ru-RU", "sk": "sk-SK", "sl": "sl-SI", "sv": "sv-SE", "th": "th-TH", "tr": "tr-TR",
    "uk": "uk-UA", "zh": "zh-CN",
}  # fmt: skip


class BingSpider(SearchSpider):
    """Asks Bing News."""

    name = "bing"
    kinds: ClassVar[tuple[str, ...]] = ("bing",)

    @classmethod
    def base_of(cls, search: Search) -> str:
        """Where Bing is asked."""
        return search.bing_url

    def addresses(self, queries: Iterable[Query]) -> Iterator[str]:
        """Each query in the market of its language."""
        for query in queries:
            market = _MARKETS.get(query.language or "")
            asked = {"q": as_quoted(query), "format": "rss", "setmkt": market}
            yield at_service(self.search.bing_url, "news/search", asked)

    def page_url(self, asking: Asking) -> str:
        """The newest first, of the time since the last answer."""
        hours = hours_since(asking.since, asking.at) or 24.0 * self.search.days_back
        code = interval_of(hours, self.search.bing_intervals)
        asked = f'interval="{code}" sortbydate="1"' if code else 'sortbydate="1"'
        return with_parameters(asking.source.url, first=asking.page or "1", qft=asked)

    def read_source(
        self, body: bytes, headers: Mapping[str, str], base_url: str, kind: str
    ) -> Answer:
        """Read a page of answers."""
        del kind
        return read_bing(body, headers, base_url)


def interval_of(hours: float, intervals: Iterable[str]) -> str | None:
    """The code of the shortest of the intervals, `HOURS:CODE`, that holds so many hours.

    None: none is so long, and time is not to be limited.
    """
    known = ((int(longest), code) for longest, _, code in (one.partition(":") for one in intervals))
    return next((code for longest, code in sorted(known) if hours <= longest), None)


def read_bing(body: bytes, headers: Mapping[str, str], base_url: str) -> Answer:
    """The articles that a page of answers names, at their outlets' own addresses; pure.

    Raises:
        ValueError: it is no feed.
    """
    del headers
    items = rss_items(body)
    market = parameter(base_url, "setmkt")
    language = market.partition("-")[0] if market else None
    found = (_candidate(item, base_url, language) for item in items)
    first = parameter(base_url, "first") or "1"
    last = int(first) if first.isdecimal() and len(first) <= _STEP else 1
    return Answer(
        candidates=tuple(one for one in found if one is not None),
        next_page=str(last + _STEP) if items else None,
    )


def _candidate(item: etree._Element, base_url: str, language: str | None) -> Candidate | None:
    url = _target(base_url, text_in(item, "link"))
    if url is None:
        return None
    return Candidate(
        url=url,
        found_by="bing",
        source=base_url,
        title=plain(text_in(item, "title")),
        snippet=plain(text_in(item, "description")),
        published=time_of(text_in(item, "pubdate")),
        language=language,
    )


def _target(base_url: str, stated: str | None) -> str | None:
    """The address within a click link, which is never followed; None: there is none."""
    link = web_address(base_url, stated)
    if link is not None and urlsplit(link).path.lower() == _CLICK_PATH:
        return web_address(base_url, parameter(link, "url"))
    return link
