"""What the spiders of search services share: the topic's queries, asked page by page.

A service is one new file: a `SearchSpider` that makes addresses of queries (`addresses`), of an
address the request for a page (`page_url`), and reads the answer (`read_source`, pure).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest

from ingest import clock
from ingest.errors import ConfigError
from ingest.search_settings import asking_version
from ingest.topic.asked import asked_queries
from ingest.topic.queries import queries_of
from ingest.urls import address_key
from ingest.workspace import current_workspace
from spiders.answers import Answer
from spiders.base import Found, SourceSpider, words_of
from spiders.headers import headers_of, retry_after_s, text_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from scrapy import Request
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from ingest.config import Search
    from ingest.items import Candidate, DueSource
    from ingest.topic.queries import Query
    from spiders.answers import Hint

__all__ = ["Asking", "SearchSpider"]

_NO_SUCCESS = 300
_PATIENCE = frozenset({429, 503})  # these speak for the whole service
_REDIRECTS = [301, 302, 303, 307, 308]
_FIRST_WAIT_S, _LONGEST_WAIT_S = 60.0, 86_400.0
_CUT_SHORT = "cut short"  # begins the note on an asking whose later pages failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A query on its way through the pages of its answers."""

    source: DueSource
    at: datetime  #: when its first page was asked
    number: int = 1  #: of the page that is asked
    page: str | None = None  #: how the service calls it; None: the first
    first: Response | None = field(default=None, repr=False)
    candidates: Mapping[str, Candidate] = field(default_factory=dict, repr=False)  #: by key
    hints: tuple[Hint, ...] = field(default=(), repr=False)
    sources: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    lacks: tuple[str, ...] = ()

    @property
    def was_whole(self) -> bool:
        """Whether the last asking came to its end, so that this one may stop at what is known."""
        return self.since is not None

    @property
    def since(self) -> datetime | None:
        """When the query was last answered to the end; None: it never was, or not the last time."""
        is_cut = (self.source.last_error or "").startswith(_CUT_SHORT)
        return None if is_cut else self.source.last_ok


class SearchSpider(SourceSpider):
    """Asks one service each query of the topic in force, one at a time, then fetches its finds."""

    keeps_pace: ClassVar[bool] = False  # what a query brings, other routes brought before
    follows_redirects: ClassVar[bool] = True
    request_meta: ClassVar[Mapping[str, Any]] = {}  #: of each request to the service

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Put the pace of the service over that of the crawl."""
        super().update_settings(settings)
        search = current_workspace().settings.search
        host = urlsplit(cls.base_of(search) or "").hostname or ""
        slots = {**settings.getdict("DOWNLOAD_SLOTS"), host: cls.pace(search)}
        settings.set("DOWNLOAD_SLOTS", slots, priority="spider")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if lack := current_workspace().settings.search.lack_of(self.name):
            raise ConfigError([f"[search] {lack}"])
        self._asked = frozenset[str]()

    # -- what a service says of itself ------------------------------------------------------------

    @classmethod
    def base_of(cls, search: Search) -> str | None:
        """Where the service is asked."""
        raise NotImplementedError

    @classmethod
    def pace(cls, search: Search) -> dict[str, float]:
        """How Scrapy is to space the requests to the service."""
        return {"concurrency": 1, "delay": search.delay_s}

    def addresses(self, queries: Iterable[Query]) -> Iterator[str]:
        """The address of each query: its first page, without keys and without what moves."""
        raise NotImplementedError

    def page_url(self, asking: Asking) -> str:
        """What to ask for the page that an asking has come to."""
        raise NotImplementedError

    def headers_for(self) -> Mapping[str, str]:
        """More headers of a request to the service."""
        return {"Accept": "application/json, application/rss+xml, application/xml;q=0.9"}

    @classmethod
    def meaning_of(cls, response: Response) -> str | None:
        """What a refusal means at this service; None: what its status says."""
        location = text_header(response, "Location")
        return f"redirects to {location[:100]}" if location else None

    @classmethod
    def patience_s(cls, response: Response) -> float | None:
        """Seconds that no query should be asked for, after a first refusal.

        None: it speaks for this query alone.
        """
        return _FIRST_WAIT_S if response.status in _PATIENCE else None

    def has_more(self, answer: Answer) -> bool:
        """Whether the next page is worth asking for though this one names nothing."""
        del answer
        return False

    def resolve(self, hints: tuple[Hint, ...], source: int) -> Found:
        """What headlines without an address lead to."""
        del source
        assert not hints, "this service tells addresses"
        return Found()

    # -- asking -----------------------------------------------------------------------------------

    @property
    def search(self) -> Search:
        """The settings of all services."""
        return self.bench.workspace.settings.search

    @property
    def poll_every_minutes(self) -> float:
        """Minutes between two askings of a lively query."""
        return self.search.every_minutes

    def _enter_sources(self) -> None:
        """Enter the queries of the topic in force; those of a former one rest."""
        super()._enter_sources()
        bench = self.bench
        learned = queries_of(
            bench.intake.knowledge.topic,
            bench.workspace.seeds(),
            per_language=self.search.per_language,
        )
        queries = asked_queries(
            learned,
            added=self.search.queries,
            dropped=self.search.drop_queries,
            languages=self.search.languages,
        )
        asked = list(dict.fromkeys(self.addresses(queries)))
        self._asked = frozenset(asked)
        version = asking_version(self.search, bench.corpus.state("topic_version"))
        with bench.corpus.transaction():
            for url in asked:
                bench.corpus.add_source(
                    kind=self.name, url=url, outlet=None, found_by="topic",
                    every_minutes=round(self.search.every_minutes), now=clock.now(),
                )  # fmt: skip
            bench.corpus.ask_only(self.name, self._asked, now=clock.now())
            bench.corpus.set_state(f"asked_{self.name}", version)

    def _source_requests(self) -> list[Request]:
        """The next query alone: what a service answers decides whether it is asked another."""
        for source in self.bench.corpus.due_sources(self.kinds, now=clock.now()):
            if source.source in self._polled or source.url not in self._asked:
                continue
            self._polled.add(source.source)
            request = self._try_source(source)
            if request is not None:
                return [request]
        return []

    def _source_request(self, source: DueSource) -> Request:
        asking = Asking(source=source, at=clock.now())
        return self._page_of(asking, super()._source_request(source))

    def _page_of(self, asking: Asking, request: Request) -> Request:
        headers = request.headers.copy()
        headers.update(self.headers_for())
        for validator in ("If-None-Match", "If-Modified-Since"):  # what is asked moves with time
            headers.pop(validator, None)
        meta = {**request.meta, **self.request_meta, "asking": asking}
        if not self.follows_redirects:
            meta["dont_redirect"] = True
            meta["handle_httpstatus_list"] = [*meta["handle_httpstatus_list"], *_REDIRECTS]
        return request.replace(url=self.page_url(asking), headers=headers, meta=meta)

    def on_source(self, response: Response) -> None:
        """Take in a page of answers, and ask for the one after it while there is more to learn."""
        asking: Asking = response.meta["asking"]
        if response.status >= _NO_SUCCESS:
            self._refused(asking, response)
            return
        try:
            answer = self.read_source(
                response.body, dict(headers_of(response)), response.url, asking.source.kind
            )
            assert isinstance(answer, Answer)
            asking, has_news = self._take(asking, response, answer)
        except Exception as exc:  # noqa: BLE001  # one query must not be asked for ever
            kind = "" if isinstance(exc, ValueError) else f"{type(exc).__name__}: "
            self._break_off(asking, f"{kind}{exc}"[:200], None)
            return
        if not has_news or not answer.next_page or asking.number >= self.search.pages:
            self._end(asking)
            return
        asking = replace(asking, number=asking.number + 1, page=answer.next_page)
        self._ask([self._page_of(asking, super()._source_request(asking.source))])

    def _take(self, asking: Asking, response: Response, answer: Answer) -> tuple[Asking, bool]:
        """The asking with what a page named; whether it named anything new."""
        named = {address_key(one.url): one for one in answer.candidates}
        fresh = {key: one for key, one in named.items() if key not in asking.candidates}
        hints = tuple(one for one in answer.hints if one not in asking.hints)
        has_news = bool(fresh or hints)
        if self.has_more(answer):
            has_news = True
        elif asking.was_whole and has_news and not hints:
            has_news = self.bench.corpus.count_unknown(list(fresh)) > 0
        lacks = (*asking.lacks, answer.lack) if answer.lack else asking.lacks
        taken = replace(
            asking,
            first=asking.first or response,
            candidates={**asking.candidates, **fresh},
            hints=(*asking.hints, *hints),
            sources=(*asking.sources, *answer.sources),
            lacks=tuple(dict.fromkeys(lacks)),
        )
        return taken, has_news

    def _end(self, asking: Asking) -> None:
        assert asking.first is not None
        source, body = asking.source, asking.first.body
        with self.bench.corpus.transaction():
            led = self.resolve(asking.hints, source.source) if asking.hints else Found()
            found = Found(
                candidates=(*asking.candidates.values(), *led.candidates),
                sources=tuple(dict.fromkeys((*asking.sources, *led.sources))),
            )
            body_hash = hashlib.sha256(body).hexdigest()
            self._close_poll(source, asking.first, found, body_hash=body_hash)
            if self.bench.corpus.state(self._refused_in_a_row) not in (None, "0"):
                self.bench.corpus.set_state(self._refused_in_a_row, "0")
            if asking.lacks:
                self.bench.corpus.note_lack(source.source, "; ".join(asking.lacks))
        if asking.lacks:
            self.bench.log.warning("answers lacking", source=source.url, lack=list(asking.lacks))

    def _refused(self, asking: Asking, response: Response) -> None:
        meaning = self.meaning_of(response)
        said = f"http {response.status}" + (f": {meaning}" if meaning else "")
        wait_s, first_s = retry_after_s(response), self.patience_s(response)
        if first_s is not None:
            wait_s = self._patience(wait_s, first_s)
        self._break_off(asking, said, wait_s, is_of_all=first_s is not None)

    def on_source_error(self, failure: Failure) -> None:
        """Write down a page of answers that did not come."""
        asking: Asking = failure.request.meta["asking"]  # type: ignore[attr-defined]  # Scrapy sets it
        if self._is_put_off(asking.source, failure):
            return
        # What cannot be reached is not there for the next query either.
        is_down = not failure.check(IgnoreRequest)
        wait_s = self._patience(None, _FIRST_WAIT_S) if is_down else None
        self._break_off(asking, words_of(failure), wait_s, is_of_all=is_down)

    def _break_off(
        self, asking: Asking, said: str, wait_s: float | None, *, is_of_all: bool = False
    ) -> None:
        """A query whose first page fails has failed; of a later page, what came before stands.

        Args:
            is_of_all: whether no other query is to be asked either, for as long.
        """
        if asking.first is None:
            was_cut = asking.source.last_ok is not None and not asking.was_whole
            before = f"{_CUT_SHORT} the time before; now " if was_cut else ""
            self._fail_poll(asking.source, f"{before}{said}", wait_s)
        else:
            note = f"{_CUT_SHORT} before page {asking.number}: {said}"
            self._end(replace(asking, lacks=(note, *asking.lacks)))
        if is_of_all and wait_s:
            until = clock.now() + timedelta(seconds=wait_s)
            self.bench.corpus.postpone(self.name, until=until)
            self.bench.log.warning("service not asked", service=self.name, until=f"{until:%F %T}")

    def _patience(self, stated_s: float | None, first_s: float) -> float:
        """How long to ask the service nothing: as it says, else longer each time; seconds."""
        refused = int(self.bench.corpus.state(self._refused_in_a_row) or 0)
        with self.bench.corpus.transaction():
            self.bench.corpus.set_state(self._refused_in_a_row, str(refused + 1))
        wait_s = stated_s or first_s * 2.0 ** min(refused, 20)
        return min(max(wait_s, 1.0), _LONGEST_WAIT_S)

    @property
    def _refused_in_a_row(self) -> str:
        return f"refused_{self.name}"
