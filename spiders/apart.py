"""Long answers of sources: read in a process that can be killed, entered bit by bit.

A sitemap of 50,000 addresses took the event loop twelve seconds in one go; so long no other page
was fetched, no time-out kept and no signal answered.
"""

from __future__ import annotations

import asyncio
import hashlib
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from ingest import clock
from ingest.page_readers import READING_ERRORS, Readers
from spiders.headers import header_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from scrapy.http import Response

    from ingest.config import Settings
    from ingest.extensions import Bench
    from ingest.items import DueSource, Found

__all__ = ["Apart", "Reader", "entered_ahead", "read_ahead"]

T = TypeVar("T")
Reader: TypeAlias = "Callable[[bytes, Mapping[str, str], str], Found]"

_LONG_BYTES = 64 * 1024  # what is shorter is read in less time than it takes to send it elsewhere
_GZIP = b"\x1f\x8b"  # may unpack to any length
_BIT = 200  # addresses entered in one go
_FOUND, _ENTERED = "read_apart", "entered_ahead"  # in the meta of a request
_SUCCESS = range(200, 300)


class Ahead(NamedTuple):
    """How much of a long list is entered."""

    candidates: int
    sources: int
    new: int  #: of the candidates


class Apart:
    """Readers for the sources of one crawl, started at the first long answer."""

    def __init__(self, settings: Settings) -> None:
        self._crawl = settings.crawl
        self._readers: Readers | None = None

    async def read(self, response: Response, reader: Reader | None) -> Found | None:
        """Read a long answer, and leave what came of it for `read_ahead`; None: nothing came."""
        source: DueSource = response.meta["source"]
        is_long = len(response.body) >= _LONG_BYTES or response.body.startswith(_GZIP)
        if reader is None or response.status not in _SUCCESS or not is_long:
            return None
        if hashlib.sha256(response.body).hexdigest() == source.body_hash:
            return None
        readers = self._open()
        future = readers.call(reader, response.body, header_map(response), response.url)
        try:
            found = await asyncio.wrap_future(future)
        except READING_ERRORS as exc:
            response.meta[_FOUND] = ValueError(readers.said(exc))
            return None
        except Exception as exc:  # noqa: BLE001  # it is raised where the answer is taken in
            response.meta[_FOUND] = exc
            return None
        response.meta[_FOUND] = found
        return found

    async def enter(
        self, bench: Bench, response: Response, found: Found,
        add: Callable[[list[tuple[str, str]]], None],
    ) -> None:  # fmt: skip
        """Enter all but the end of a long list; validators and the end go with the poll."""
        source: DueSource = response.meta["source"]
        entered = sources = new = 0
        for named in _bits(found.sources):
            with bench.corpus.transaction():
                add(named)
            sources += len(named)
            await asyncio.sleep(0)
        if getattr(found, "next_page", None) is None:  # else it is asked whether all is new
            for bit in _bits(found.candidates):
                new += bench.intake.offer(bit, now=clock.now(), source=source.source)
                entered += len(bit)
                await asyncio.sleep(0)
        response.meta[_ENTERED] = Ahead(entered, sources, new)

    def close(self) -> None:
        """End the readers."""
        if self._readers is not None:
            self._readers.close()

    def _open(self) -> Readers:
        if self._readers is None:
            crawl = self._crawl
            self._readers = Readers(
                processes=1, timeout_s=crawl.extract_timeout_s, memory_mib=crawl.extract_memory_mib
            )
        return self._readers


def _bits(whole: Iterable[T]) -> Iterator[list[T]]:
    """Pieces of a long list, less the last one."""
    rest = iter(whole)
    piece = list(islice(rest, _BIT))
    while following := list(islice(rest, _BIT)):
        yield piece
        piece = following


def read_ahead(response: Response) -> Found | None:
    """What was read of an answer elsewhere; None: nothing was.

    Raises:
        ValueError: or whatever reading it raised.
    """
    found = response.meta.get(_FOUND)
    if isinstance(found, Exception):
        raise found
    return found


def entered_ahead(response: Response) -> Ahead:
    """What of an answer is entered already."""
    ahead: Ahead = response.meta.get(_ENTERED, Ahead(0, 0, 0))
    return ahead
