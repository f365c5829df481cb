"""SearXNG, an instance of the user's own; public ones are not for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ingest.items import Candidate
from ingest.middlewares import ASKS_OWN_SERVICE
from ingest.topic.phrasing import as_plain
from spiders.answers import (
    Answer,
    at_service,
    hours_since,
    json_of,
    list_in,
    parameter,
    plain,
    time_of,
    web_address,
    with_parameters,
)
from spiders.search import SearchSpider

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scrapy.http import Response

    from ingest.config import Search
    from ingest.topic.queries import Query
    from spiders.search import Asking

__all__ = ["SearxngSpider", "read_searxng"]

_MAX_RESULTS = 1000
_MEANINGS = {
    403: "this SearXNG gives no JSON; put json under search.formats in its settings.yml",
    429: "its limiter refuses us; for an instance of your own set server.limiter: false",
}
#: Hours since the last answer, at most, and the range to ask for; `week` few engines know.
_RANGES = ((20.0, "day"), (24.0 * 31, "month"), (24.0 * 360, "year"))
_PAIR = 2  # an engine, and why it did not answer


class SearxngSpider(SearchSpider):
    """Asks the user's own SearXNG."""

    name = "searxng"
    kinds: ClassVar[tuple[str, ...]] = ("searxng",)
    follows_redirects: ClassVar[bool] = False
    # The instance was named by the user to be asked; its robots.txt speaks to strangers.
    request_meta: ClassVar[Mapping[str, Any]] = {
        ASKS_OWN_SERVICE: True,
        "dont_obey_robotstxt": True,
    }

    @classmethod
    def base_of(cls, search: Search) -> str | None:
        """Where the instance stands."""
        return search.searxng_url

    def addresses(self, queries: Iterable[Query]) -> Iterator[str]:
        """Each query in its language, among news."""
        base = self.search.searxng_url
        assert base, "checked when the spider was made"
        for query in queries:
            asked = {"q": as_plain(query), "format": "json", "categories": "news"}
            yield at_service(base, "search", {**asked, "language": query.language})

    def page_url(self, asking: Asking) -> str:
        """Of the time since the last answer."""
        hours = hours_since(asking.since, asking.at) or 24.0 * self.search.days_back
        span = next((span for longest, span in _RANGES if hours <= longest), None)
        return with_parameters(asking.source.url, time_range=span, pageno=asking.page or "1")

    @classmethod
    def meaning_of(cls, response: Response) -> str | None:
        """What the instance lacks."""
        return _MEANINGS.get(response.status) or super().meaning_of(response)

    @classmethod
    def patience_s(cls, response: Response) -> float | None:
        """What its settings forbid holds for every query."""
        return 3600.0 if response.status == 403 else super().patience_s(response)  # noqa: PLR2004

    def read_source(
        self, body: bytes, headers: Mapping[str, str], base_url: str, kind: str
    ) -> Answer:
        """Read a page of answers."""
        del kind
        return read_searxng(body, headers, base_url)


def read_searxng(body: bytes, headers: Mapping[str, str], base_url: str) -> Answer:
    """The articles that a page of answers names, and the engines that were silent; pure.

    Raises:
        ValueError: it is no answer of SearXNG, or every engine may have been silent.
    """
    del headers
    said = json_of(body)
    results = list_in(said, "results")
    if results is None:
        raise ValueError("no answer of SearXNG: it holds no results")
    silent = _silent_engines(list_in(said, "unresponsive_engines") or [])
    number = parameter(base_url, "pageno") or "1"
    is_first = number == "1"
    if not results and silent and is_first:
        raise ValueError(f"no results, and {silent}")
    language = parameter(base_url, "language")
    found = (_candidate(one, base_url, language) for one in results[:_MAX_RESULTS])
    is_number = number.isdecimal() and len(number) < _MAX_RESULTS
    return Answer(
        candidates=tuple(one for one in found if one is not None),
        next_page=str(int(number) + 1) if results and is_number else None,
        lack=silent,
    )


def _candidate(result: object, base_url: str, language: str | None) -> Candidate | None:
    if not isinstance(result, dict):
        return None
    url = web_address(base_url, result.get("url"))
    if url is None:
        return None
    return Candidate(
        url=url,
        found_by="searxng",
        source=base_url,
        title=plain(result.get("title")),
        snippet=plain(result.get("content")),
        published=time_of(result.get("publishedDate")) or time_of(result.get("pubdate")),
        language=language,
    )


def _silent_engines(stated: list[Any]) -> str | None:
    """In words, which engines did not answer and why; None: none is named."""
    pairs = [one for one in stated if isinstance(one, list) and len(one) == _PAIR]
    named = sorted({f"{plain(name)} ({plain(why)})" for name, why in pairs if plain(name)})
    return f"no answer from {', '.join(named[:20])}" if named else None
