"""GDELT's 15-minute files, in English and translated: `-a since=2025-07-01 -a until=2025-07-08`."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urljoin

from scrapy import Request
from scrapy.exceptions import DownloadCancelledError

from ingest import clock
from ingest.errors import ConfigError
from ingest.gdelt.files import Stream, file_at, read_list
from ingest.gdelt.match import match
from ingest.gdelt.progress import Progress, days
from ingest.gdelt.searching import ListSearch
from ingest.gdelt.unpack import lines_of_zip
from ingest.gdelt_settings import BULK_KIND, day_of
from ingest.urls import address_key
from spiders.base import Found, SourceSpider, words_of
from spiders.headers import retry_after_s, text_header

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from scrapy.http import Response
    from twisted.python.failure import Failure

    from ingest.config import Gdelt
    from ingest.gdelt.files import BulkFile
    from ingest.gdelt.progress import Plan
    from ingest.items import Candidate, DueSource

__all__ = ["GdeltSpider", "read_newest"]

_EVERY_MINUTES = 15
_MIB = 1024 * 1024
_TIMEOUT_S = 300.0  # of 15 MB
_FEW_PAGES = 32  # under way; below it more are asked for between two files
_OK, _PARTIAL, _ERRORS = 200, 206, 400
_ABSENT = (404, 410)
_REFUSALS = [*range(_ERRORS, 600)]
_LONG_AGO = timedelta(days=400)
_RANGE = re.compile(r"bytes (\d{1,12})-\d{1,12}/(\d{1,12})")


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One stream on its way through the files of a run."""

    source: DueSource
    stream: Stream
    progress: Progress
    plan: Plan
    searches: deque[ListSearch] = field(default_factory=deque)
    files: deque[BulkFile] = field(default_factory=deque)
    known: dict[datetime, BulkFile] = field(default_factory=dict)  #: as the lists name them
    searched: list[tuple[datetime, datetime]] = field(default_factory=list)
    #: spans of which the lists named every file
    tally: Counter[str] = field(default_factory=Counter)

    def is_news(self, at: datetime) -> bool:
        return at in self.plan.news


class GdeltSpider(SourceSpider):
    """Reads the files that came since it last did, and days of the past, then fetches its finds."""

    name = "gdelt"
    kinds: ClassVar[tuple[str, ...]] = (BULK_KIND,)

    def __init__(
        self, *args: Any, since: str | None = None, until: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        try:
            self._since = day_of(since) if since else None
            self._until = day_of(until) if until else None
        except ValueError as exc:
            raise ConfigError([f"-a since, -a until: {exc}"]) from exc
        if self._until and not self._since:
            raise ConfigError(["-a until needs -a since"])
        if self._since and self._until and self._until < self._since:
            raise ConfigError(["-a until is before -a since"])

    def read_source(
        self, body: bytes, headers: Mapping[str, str], base_url: str, kind: str
    ) -> Found:
        """A list names no articles: those are in the files; it is read for its form alone."""
        del headers, kind
        read_newest(body, _stream_of(base_url))
        return Found()

    @property
    def gdelt(self) -> Gdelt:
        """The settings of GDELT."""
        return self.bench.workspace.settings.gdelt

    @property
    def poll_every_minutes(self) -> float:
        """GDELT writes a file every quarter of an hour."""
        return _EVERY_MINUTES

    # -- what to read -----------------------------------------------------------------------------

    def _enter_sources(self) -> None:
        super()._enter_sources()
        streams = [Stream(one) for one in self.gdelt.languages]
        urls = [urljoin(self.gdelt.bulk_url, one.last_list) for one in streams]
        with self.bench.corpus.transaction():
            self._add_sources([(BULK_KIND, url) for url in urls], found_by="settings")
            self.bench.corpus.ask_only(BULK_KIND, urls, now=clock.now())

    def _source_requests(self) -> list[Request]:
        if self._since is None:
            return super()._source_requests()
        # What a person asks for does not wait until the next poll is due.
        known = self.bench.corpus.due_sources(self.kinds, now=clock.now() + _LONG_AGO)
        fresh = [source for source in known if source.source not in self._polled]
        self._polled |= {source.source for source in fresh}
        return [one for source in fresh if (one := self._try_source(source)) is not None]

    def on_source(self, response: Response) -> None:
        """Take in the list of the last files, and set out to read what is missing."""
        source: DueSource = response.meta["source"]
        if response.status != _OK:
            self._fail_poll(source, f"http {response.status}", retry_after_s(response))
            return
        stream = _stream_of(source.url)
        try:
            newest = read_newest(response.body, stream)
        except ValueError as exc:
            self._fail_poll(source, str(exc), None)
            return
        reading = self._reading(source, stream, newest)
        if reading.plan.given_up:
            self.bench.log.warning(
                "files missed", stream=stream, files=reading.plan.given_up,
                advice="read them back with -a since=DAY",
            )  # fmt: skip
        self._go_on(reading)

    def _reading(self, source: DueSource, stream: Stream, newest: BulkFile) -> _Reading:
        corpus = self.bench.corpus
        digest = corpus.state("seeds_digest") or ""
        progress = Progress.from_json(corpus.state(_state_key(stream)), seeds=digest)
        catch_up = timedelta(hours=self.gdelt.catch_up_hours)
        plan = progress.plan(
            newest.at,
            catch_up=catch_up,
            past=self._past(newest.at),
            follows=self._since is None,
            limit=None if self._since else self.gdelt.files_per_run,
        )
        if plan.given_up:
            progress = progress.after_gap(newest.at, catch_up)
        reading = _Reading(
            source=source, stream=stream, progress=progress, plan=plan,
            known={newest.at: newest},
        )  # fmt: skip
        for part in (plan.news, plan.past):
            unknown = [at for at in part if at not in reading.known]
            if unknown:
                reading.searches.append(
                    ListSearch(stream=stream, first=min(unknown), last=max(unknown))
                )
        if not reading.searches:
            self._name_files(reading)
        return reading

    def _past(self, newest: datetime) -> tuple[datetime, datetime] | None:
        first, last = self._since, self._until
        if first is None:
            first = day_of(self.gdelt.since) if self.gdelt.since else None
            last = day_of(self.gdelt.until) if self.gdelt.until else None
        return days(first, last or newest.date()) if first else None

    # -- the lists --------------------------------------------------------------------------------

    def _go_on(self, reading: _Reading) -> None:
        """Ask for the next thing, or end the poll."""
        if self.bench.trouble:
            return
        if reading.searches:
            self._ask([self._list_request(reading)])
        elif reading.files:
            self._ask([self._file_request(reading)])
            if self._outstanding < _FEW_PAGES:  # the pages found so far need not wait for the rest
                self._top_up()
        else:
            self._end_reading(reading)

    def _list_request(self, reading: _Reading) -> Request:
        # Slices are of the file as it lies there, so it must come unpacked.
        return self._request(
            reading, reading.stream.master_list, self.on_list,
            headers={"Range": reading.searches[0].range_header, "Accept-Encoding": "identity"},
        )  # fmt: skip

    def on_list(self, response: Response) -> None:
        """Take in a part of a master list; without it files are asked for by the clock."""
        reading: _Reading = response.meta["reading"]
        search = reading.searches[0]
        try:
            if response.status == _OK:
                search.take_whole(response.body)
            else:
                start, total = _part(response)
                search.take(response.body, start=start, total=total)
        except ValueError as exc:
            self._give_up_search(reading, str(exc))
            return
        if search.is_done:
            reading.known |= search.files
            reading.searched.append((search.first, search.last))
            self._end_search(reading)
        self._go_on(reading)

    def _give_up_search(self, reading: _Reading, error: str) -> None:
        self.bench.log.warning("master list not read", stream=reading.stream, error=error)
        self._end_search(reading)
        self._go_on(reading)

    def _end_search(self, reading: _Reading) -> None:
        reading.searches.popleft()
        if not reading.searches:
            self._name_files(reading)

    def _name_files(self, reading: _Reading) -> None:
        """Line up the files of the plan; those that a list does not name are not there."""
        absent = []
        for at in (*reading.plan.news, *reading.plan.past):
            if at in reading.known:
                reading.files.append(reading.known[at])
            elif any(first <= at <= last for first, last in reading.searched):
                absent.append(at)
            else:
                reading.files.append(file_at(at, reading.stream))
        for at in absent:
            reading.progress = reading.progress.with_read(at, follows=reading.is_news(at))
        reading.tally["absent"] += len(absent)

    # -- the files --------------------------------------------------------------------------------

    def _file_request(self, reading: _Reading) -> Request:
        return self._request(reading, reading.files[0].name, self.on_file)

    def _request(
        self, reading: _Reading, name: str, callback: Any, headers: dict[str, str] | None = None
    ) -> Request:
        return Request(
            urljoin(self.gdelt.bulk_url, name),
            callback=callback,
            errback=self.on_reading_error,
            headers=headers,
            meta={
                "handle_httpstatus_list": _REFUSALS,
                "reading": reading,
                "download_maxsize": int(self.gdelt.max_file_mib * _MIB),
                "download_timeout": _TIMEOUT_S,
            },
            priority=1_000_000,
            dont_filter=True,
        )

    def on_file(self, response: Response) -> None:
        """Match a file, and write down what it gave together with the fact that it was read."""
        reading: _Reading = response.meta["reading"]
        file = reading.files[0]
        if response.status in _ABSENT:
            self._end_file(reading, file, (), "absent")
            return
        if response.status != _OK:
            self._break_off(reading, f"http {response.status}", retry_after_s(response))
            return
        try:
            found = self._read(response.body, file, reading)
        except ValueError as exc:
            self.bench.log.warning("file damaged", file=file.name, error=str(exc))
            self._end_file(reading, file, (), "damaged")
            return
        self._end_file(reading, file, found, "read")

    def _read(self, body: bytes, file: BulkFile, reading: _Reading) -> tuple[Candidate, ...]:
        """The candidates of a file.

        Raises:
            ValueError: it is not what the list says, or no such file.
        """
        if file.md5 and hashlib.md5(body, usedforsecurity=False).hexdigest() != file.md5:
            raise ValueError("it is not the file of the list")
        topic = self.bench.intake.knowledge.topic
        tally: Counter[str] = Counter()
        found = tuple(map(self._as_known, match(lines_of_zip(body), topic, tally)))
        reading.tally.update(tally)
        return found

    def _as_known(self, candidate: Candidate) -> Candidate:
        """The candidate under the address by which its page is known already, if by any."""
        find = self.bench.corpus.find_page
        if candidate.aliases and find(address_key(candidate.url)) is None:
            for alias in candidate.aliases:
                if find(address_key(alias)) is not None:
                    return replace(candidate, url=alias)
        return candidate

    def _end_file(
        self, reading: _Reading, file: BulkFile, found: tuple[Candidate, ...], how: str
    ) -> None:
        bench, follows = self.bench, reading.is_news(file.at)
        mark = Progress.with_damaged if how == "damaged" else Progress.with_read
        reading.progress = mark(reading.progress, file.at, follows=follows)
        gated = bench.intake.gate_all(found, now=clock.now())
        with bench.corpus.transaction():  # a kill leaves both or neither
            new = bench.intake.enter(gated, now=clock.now(), source=reading.source.source)
            bench.corpus.set_state(_state_key(reading.stream), reading.progress.to_json())
        reading.files.popleft()
        reading.tally.update({how: 1, "new": new})
        bench.log.info("file", name=file.name, how=how, matched=len(found), new=new)
        self._go_on(reading)

    def on_reading_error(self, failure: Failure) -> None:
        """Write down a list or a file that did not come."""
        reading: _Reading = failure.request.meta["reading"]  # type: ignore[attr-defined]  # Scrapy sets it
        if self._is_put_off(reading.source, failure):
            return
        if failure.check(DownloadCancelledError):  # too large: the same the next time
            if reading.searches:
                self._give_up_search(reading, words_of(failure))
            else:
                self._end_file(reading, reading.files[0], (), "damaged")
            return
        self._break_off(reading, words_of(failure), None)

    def _break_off(self, reading: _Reading, error: str, wait_s: float | None) -> None:
        """What was read stands; the rest is tried when the list is polled again."""
        self._fail_poll(reading.source, error, wait_s)

    def _end_reading(self, reading: _Reading) -> None:
        bench, source, tally = self.bench, reading.source, reading.tally
        lack = ", ".join(
            f"files {one}: {tally[one]}" for one in ("damaged", "absent") if tally[one]
        )
        with bench.corpus.transaction():
            bench.corpus.set_state(_state_key(reading.stream), reading.progress.to_json())
            bench.corpus.poll_succeeded(
                source, run=bench.run, every_minutes=_EVERY_MINUTES if reading.plan.is_whole else 1,
                now=clock.now(), etag=None, last_modified=None, body_hash=None,
                title=f"GDELT, {reading.stream}",
            )  # fmt: skip
            if lack:
                bench.corpus.note_lack(source.source, lack)
        bench.log.info("polled", source=source.url, kind=source.kind, **tally)


def read_newest(body: bytes, stream: Stream) -> BulkFile:
    """The last file of a list; pure.

    Raises:
        ValueError: the list names none.
    """
    named = max(read_list(body, stream), key=lambda one: one.at, default=None)
    if named is None:
        raise ValueError("no list of GDELT files in it")
    return named


def _stream_of(url: str) -> Stream:
    return next((one for one in Stream if url.endswith(f"/{one.last_list}")), Stream.ENGLISH)


def _state_key(stream: Stream) -> str:
    return f"gdelt_{stream}"


def _part(response: Response) -> tuple[int, int]:
    """First byte and size of the whole, of an answer to a request for a range.

    Raises:
        ValueError: it is none.
    """
    stated = _RANGE.fullmatch(text_header(response, "Content-Range") or "")
    if response.status != _PARTIAL or stated is None:
        raise ValueError(f"http {response.status}")
    return int(stated[1]), int(stated[2])
