"""Sitemaps (sitemaps.org 0.9), indexes, the Google News extension; robots.txt names them."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, ClassVar

from ingest import clock
from ingest.discovery.archives import story_start
from ingest.discovery.guesses import guess_sitemaps
from ingest.discovery.sitemaps import Sitemap, read_robots, read_sitemap
from spiders.base import Found
from spiders.guessing import GuessingSpider

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from scrapy.http import Response

    from ingest.items import DueSource
    from spiders.apart import Reader

__all__ = ["SitemapsSpider", "read_robots", "read_sitemap"]

_QUIET = timedelta(days=7)  # a news sitemap holds two days; one that is silent so long is none


def _read_robots(body: bytes, headers: Mapping[str, str], base_url: str) -> Found:
    del headers
    return read_robots(body, base_url)


class SitemapsSpider(GuessingSpider):
    """Polls sitemaps: those of the settings and those that robots.txt and indexes name."""

    name = "sitemaps"
    kinds: ClassVar[tuple[str, ...]] = ("robots", "sitemap", "sitemap-guess")
    guessed: ClassVar[Mapping[str, str]] = {"sitemap-guess": "sitemap"}

    @cached_property
    def story_starts(self) -> datetime | None:
        """Pages from before are passed over; None: none are."""
        before = self.bench.workspace.settings.feeds.days_before
        return story_start(self.bench.corpus.seed_dates(), days_before=before)

    def read_source(
        self, body: bytes, headers: Mapping[str, str], base_url: str, kind: str
    ) -> Found:
        """Read a sitemap, an index of them, or a robots.txt."""
        return self.reader_of(kind)(body, headers, base_url)

    def reader_of(self, kind: str) -> Reader:
        """The reader for a robots.txt, or for a sitemap."""
        if kind == "robots":
            return _read_robots
        return partial(read_sitemap, story_starts=self.story_starts)

    def _enter_sources(self) -> None:
        super()._enter_sources()
        self.bench.corpus.wake_archives(now=clock.now())

    def _close_poll(
        self, source: DueSource, response: Response, found: Found, *, body_hash: str | None
    ) -> None:
        if source.kind == "robots" and source.last_ok is None and not found.sources:
            most = self.bench.workspace.settings.feeds.guesses
            guessed = guess_sitemaps(source.url, most)
            found = Found(sources=tuple(("sitemap-guess", url) for url in guessed))
        super()._close_poll(source, response, found, body_hash=body_hash)
        if isinstance(found, Sitemap):
            self._settle(source, found)

    def _settle(self, source: DueSource, found: Sitemap) -> None:
        """Leave alone the archives that an index names, and say what was passed over."""
        now = clock.now()
        stated = [(one.url, one.modified) for one in found.members]
        dated = [(url, modified) for url, modified in stated if modified is not None]
        if dated:
            self.bench.corpus.settle_members(dated, quiet_since=now - _QUIET, now=now)
        if found.passed_over:
            self.bench.log.info("passed over", source=source.url, older=found.passed_over)
