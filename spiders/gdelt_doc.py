"""GDELT's DOC API, asked the queries of the topic: the last three months, where it answers."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from scrapy import Request

from ingest import clock
from ingest.gdelt.doc import REACH, DocAnswer, Window, doc_address, doc_url, read_doc
from ingest.gdelt.match import FOUND_BY
from ingest.gdelt_settings import DOC_KIND, day_of
from ingest.topic.asked import asked_queries
from ingest.topic.phrasing import as_gdelt
from ingest.topic.queries import queries_of
from ingest.workspace import current_workspace
from spiders.base import Found, SourceSpider, words_of
from spiders.headers import retry_after_s, text_header

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from ingest.config import Gdelt
    from ingest.items import DueSource
    from ingest.topic.queries import Query

__all__ = ["GdeltDocSpider"]

_FIRST_DAYS = timedelta(days=7)  # a query looks back when it is asked first
_LATE = timedelta(hours=1)  # that an article may be indexed after the end of the last window
_MOST_REQUESTS = 40  # for one query in one run
_PATIENCE = frozenset({429, 503})  # these speak for the whole service
_LEAST_WAIT_S, _FIRST_WAIT_S, _LONGEST_WAIT_S = 5.0, 60.0, 86_400.0
_OK = 200


@dataclass(slots=True, kw_only=True)
class _Asking:
    """A query on its way through the windows of time."""

    source: DueSource
    windows: deque[Window]
    requests: int = 0
    named: int = 0
    new: int = 0
    lacks: list[str] = field(default_factory=list)


class GdeltDocSpider(SourceSpider):
    """Asks one query at a time, in windows that fit an answer, then fetches the finds."""

    name = "gdelt_doc"
    kinds: ClassVar[tuple[str, ...]] = (DOC_KIND,)

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Ask GDELT no faster than it wants."""
        super().update_settings(settings)
        gdelt = current_workspace().settings.gdelt
        pace = {"concurrency": 1, "delay": gdelt.doc_delay_s, "jitter": 0.0}
        host = urlsplit(gdelt.doc_url).hostname or ""
        slots = {**settings.getdict("DOWNLOAD_SLOTS"), host: pace}
        settings.set("DOWNLOAD_SLOTS", slots, priority="spider")

    def read_source(
        self, body: bytes, headers: Mapping[str, str], base_url: str, kind: str
    ) -> Found:
        """Read an answer of the API."""
        del base_url, kind
        return Found(candidates=read_doc(body, headers.get("Content-Type")).candidates)

    @property
    def scope(self) -> str:
        """Both routes to GDELT are one, and fetch for each other."""
        return FOUND_BY

    @property
    def gdelt(self) -> Gdelt:
        """The settings of GDELT."""
        return self.bench.workspace.settings.gdelt

    @property
    def poll_every_minutes(self) -> float:
        """Minutes between two askings of a query."""
        return self.gdelt.doc_every_minutes

    # -- what to ask ------------------------------------------------------------------------------

    def _enter_sources(self) -> None:
        super()._enter_sources()
        bench, search = self.bench, self.bench.workspace.settings.search
        queries = asked_queries(
            queries_of(
                bench.intake.knowledge.topic,
                bench.workspace.seeds(),
                per_language=search.per_language,
            ),
            added=search.queries,
            dropped=search.drop_queries,
            languages=search.languages,
        )
        asked = dict.fromkeys(filter(None, map(as_gdelt, map(_in_english, queries))))
        urls = [doc_address(self.gdelt.doc_url, one) for one in asked]
        with bench.corpus.transaction():
            self._add_sources([(DOC_KIND, url) for url in urls], found_by="topic")
            bench.corpus.ask_only(DOC_KIND, urls, now=clock.now())

    def _source_requests(self) -> list[Request]:
        """The next query alone: a refusal holds for the others, too."""
        for source in self.bench.corpus.due_sources(self.kinds, now=clock.now()):
            if source.source not in self._polled:
                self._polled.add(source.source)
                windows = deque([Window(self._since(source), clock.now())])
                return [self._request(_Asking(source=source, windows=windows))]
        return []

    def _since(self, source: DueSource) -> datetime:
        now, stated = clock.now(), self.gdelt.since
        if source.last_ok is not None:
            since = source.last_ok - _LATE
        elif stated is not None:
            since = datetime.combine(day_of(stated), time.min, tzinfo=UTC)
        else:
            since = now - _FIRST_DAYS
        return max(min(since, now - _LATE), now - REACH)

    def _request(self, asking: _Asking) -> Request:
        asking.requests += 1
        base = super()._source_request(asking.source)
        return Request(
            doc_url(asking.source.url, asking.windows[0]),
            callback=self.on_source,
            errback=self.on_source_error,
            headers={"Accept": "application/json"},
            # One try an interval: it sheds load whoever asks. It is there for programs, and counts
            # the request for its robots.txt like any other.
            meta={**base.meta, "asking": asking, "dont_retry": True, "dont_obey_robotstxt": True},
            priority=base.priority,
            dont_filter=True,
        )

    # -- what it answers --------------------------------------------------------------------------

    def on_source(self, response: Response) -> None:
        """Take in an answer, and ask for what is left."""
        asking: _Asking = response.meta["asking"]
        if response.status != _OK:
            self._refused(asking, response)
            return
        try:
            answer = read_doc(response.body, text_header(response, "Content-Type"))
        except ValueError as exc:
            self._fail_poll(asking.source, str(exc)[:200], None)
            return
        self._take(asking, answer)
        if asking.windows and asking.requests < _MOST_REQUESTS and not self.bench.trouble:
            self._ask([self._request(asking)])
        else:
            self._end(asking)

    def _take(self, asking: _Asking, answer: DocAnswer) -> None:
        window = asking.windows.popleft()
        if answer.is_capped:
            halves = window.halves()
            asking.windows.extendleft(reversed(halves))
            if not halves:
                asking.lacks.append("more articles in 15 minutes than an answer holds")
        new = self.bench.intake.offer(
            answer.candidates, now=clock.now(), source=asking.source.source
        )
        asking.named += len(answer.candidates)
        asking.new += new

    def _end(self, asking: _Asking) -> None:
        bench, source = self.bench, asking.source
        if asking.windows:
            asking.lacks.append(f"cut short after {asking.requests} requests")
        with bench.corpus.transaction():
            bench.corpus.poll_succeeded(
                source, run=bench.run, every_minutes=round(self.poll_every_minutes),
                now=clock.now(), etag=None, last_modified=None, body_hash=None,
            )  # fmt: skip
            if asking.lacks:
                bench.corpus.note_lack(source.source, "; ".join(dict.fromkeys(asking.lacks)))
        bench.log.info(
            "polled", source=source.url, kind=source.kind, named=asking.named, new=asking.new
        )

    def _refused(self, asking: _Asking, response: Response) -> None:
        wait_s = retry_after_s(response)
        if response.status in _PATIENCE:
            doubled = _FIRST_WAIT_S * 2.0 ** min(asking.source.failures, 20)
            wait_s = min(max(wait_s or doubled, _LEAST_WAIT_S), _LONGEST_WAIT_S)
        self._fail_poll(asking.source, f"http {response.status}", wait_s)
        if response.status in _PATIENCE and wait_s:
            self.bench.corpus.postpone(DOC_KIND, until=clock.now() + timedelta(seconds=wait_s))

    def on_source_error(self, failure: Failure) -> None:
        """Write down a query that got no answer."""
        asking: _Asking = failure.request.meta["asking"]  # type: ignore[attr-defined]  # Scrapy sets it
        if self._is_put_off(asking.source, failure):
            return
        self._fail_poll(asking.source, words_of(failure), None)


def _in_english(query: Query) -> Query:
    """A query that a person wrote, as it stands where it is in English or in no language."""
    is_own = query.english is None and query.language in (None, "en")
    return replace(query, english=query.terms) if is_own else query
