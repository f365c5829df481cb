"""Media Cloud's story list; it needs a key, which is free for researchers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from ingest import clock
from ingest.items import Candidate
from ingest.topic.phrasing import as_media_cloud
from spiders.answers import (
    Answer,
    at_service,
    json_of,
    list_in,
    plain,
    time_of,
    web_address,
    with_parameters,
)
from spiders.mediacloud_feeds import (
    directory_address,
    feeds_address,
    is_of_directory,
    read_directory,
)
from spiders.search import SearchSpider

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scrapy.http import Response

    from ingest.config import Search
    from ingest.topic.queries import Query
    from spiders.search import Asking

__all__ = ["MediaCloudSpider", "one_for_each_language", "read_stories"]

_PAGE_SIZE = 1000
_PLATFORM = "onlinenews-mediacloud"
_OVERLAP_DAYS = 3  # stories appear hours to a day after they were published
_UNAUTHORISED, _FORBIDDEN = 401, 403
#: What a limit that is passed says, with status 403; a key that is refused says something else.
_LIMIT_WORDS = b"do not have permission to perform this action"
_KEY_WAIT_S = 3600.0
_OUTLETS_PER_RUN = 10  # whose feeds are asked for: two calls each, of two a minute
_ASKED_AGAIN = timedelta(days=30)
_LANGUAGE_CHARS = 2


class MediaCloudSpider(SearchSpider):
    """Asks Media Cloud."""

    name = "mediacloud"
    kinds: ClassVar[tuple[str, ...]] = ("mediacloud",)
    follows_redirects: ClassVar[bool] = False  # the key goes nowhere else
    # It is asked by agreement, with the user's own key; robots.txt speaks to strangers.
    request_meta: ClassVar[Mapping[str, Any]] = {"dont_obey_robotstxt": True}

    @classmethod
    def base_of(cls, search: Search) -> str:
        """Where Media Cloud is asked."""
        return search.mediacloud_url

    @classmethod
    def pace(cls, search: Search) -> dict[str, float]:
        """So many calls in a minute; chance, which Scrapy adds else, would pass the limit."""
        delay_s = max(search.delay_s, 60 / search.mediacloud_calls_per_minute)
        return {"concurrency": 1, "delay": delay_s, "jitter": 0.0}

    def headers_for(self) -> Mapping[str, str]:
        """The key."""
        key = self.search.mediacloud_key
        assert key, "checked when the spider was made"
        return {"Accept": "application/json", "Authorization": f"Token {key.get_secret_value()}"}

    def addresses(self, queries: Iterable[Query]) -> Iterator[str]:
        """One call for each language: calls are dear; then the outlets whose feeds are sought."""
        collections = ",".join(map(str, self.search.mediacloud_collections)) or None
        for asked in one_for_each_language(queries):
            yield at_service(
                self.search.mediacloud_url,
                "api/search/story-list",
                {"q": asked, "platform": _PLATFORM, "cs": collections},
            )

        yield from self._directory_addresses()

    def _directory_addresses(self) -> Iterator[str]:
        """Outlets that gave an article and of which no feed is known; each once a month."""
        if not self.bench.workspace.settings.sources.discover:
            return
        corpus, base = self.bench.corpus, self.search.mediacloud_url
        answered = corpus.answered_since(self.name, clock.now() - _ASKED_AGAIN)
        wanted = (directory_address(base, outlet) for outlet in corpus.outlets_without_feed())
        yield from islice((url for url in wanted if url not in answered), _OUTLETS_PER_RUN)

    def page_url(self, asking: Asking) -> str:
        """Of the days since the last answer, and some before."""
        if is_of_directory(asking.source.url):
            base = self.search.mediacloud_url
            return feeds_address(base, asking.page) if asking.page else asking.source.url
        today = asking.at.date()
        start = today - timedelta(days=self.search.days_back)
        if asking.since is not None:
            start = min(asking.since.date(), today) - timedelta(days=_OVERLAP_DAYS)
        return with_parameters(
            asking.source.url,
            start=start.isoformat(),
            end=today.isoformat(),
            page_size=str(_PAGE_SIZE),
            pagination_token=asking.page,
        )

    def has_more(self, answer: Answer) -> bool:
        """Of the directory, whether the outlet is there: its feeds come next."""
        return answer.next_page is not None and answer.next_page.startswith("feeds ")

    @classmethod
    def meaning_of(cls, response: Response) -> str | None:
        """A limit, or a key that does not open."""
        if _is_limit(response):
            return "too many calls, though it says that they are not permitted"
        if response.status in (_UNAUTHORISED, _FORBIDDEN):
            return "the key is refused; see [search] mediacloud_key"
        return super().meaning_of(response)

    @classmethod
    def patience_s(cls, response: Response) -> float | None:
        """Both hold for every query."""
        if response.status in (_UNAUTHORISED, _FORBIDDEN) and not _is_limit(response):
            return _KEY_WAIT_S
        return 60.0 if _is_limit(response) else super().patience_s(response)

    def read_source(
        self, body: bytes, headers: Mapping[str, str], base_url: str, kind: str
    ) -> Answer:
        """Read a page of stories, or of the directory."""
        del kind
        if is_of_directory(base_url):
            return read_directory(body, headers, base_url)
        return read_stories(body, headers, base_url)


def _is_limit(response: Response) -> bool:
    return response.status == _FORBIDDEN and _LIMIT_WORDS in response.body[:1000].lower()


def one_for_each_language(queries: Iterable[Query]) -> tuple[str, ...]:
    """The queries of each language as one, the languages in their order."""
    told: dict[str | None, list[Query]] = {}
    for query in queries:
        told.setdefault(query.language, []).append(query)
    return tuple(_any_of(group, language) for language, group in told.items())


def _any_of(queries: list[Query], language: str | None) -> str:
    parts = [f"({as_media_cloud(replace(query, language=None))})" for query in queries]
    asked = " OR ".join(parts) if len(parts) > 1 else parts[0]
    return f"({asked}) AND language:{language}" if language else asked


def read_stories(body: bytes, headers: Mapping[str, str], base_url: str) -> Answer:
    """The stories of a page, and the token of the page after it; pure.

    Raises:
        ValueError: it is no list of stories.
    """
    del headers
    said = json_of(body)
    stories = list_in(said, "stories")
    if stories is None:
        raise ValueError("no answer of Media Cloud: it holds no stories")
    token = said.get("pagination_token")
    found = (_candidate(story, base_url) for story in stories[:_PAGE_SIZE])
    return Answer(
        candidates=tuple(one for one in found if one is not None),
        next_page=token if isinstance(token, str) and token and stories else None,
    )


def _candidate(story: object, base_url: str) -> Candidate | None:
    if not isinstance(story, dict):
        return None
    url = web_address(base_url, story.get("url"))
    if url is None:
        return None
    language = plain(story.get("language"))
    return Candidate(
        url=url,
        found_by="mediacloud",
        source=base_url,
        title=plain(story.get("title")),
        published=time_of(story.get("publish_date")),
        language=language if language and len(language) == _LANGUAGE_CHARS else None,
    )
