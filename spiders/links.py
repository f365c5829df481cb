"""Focused crawl: home pages, and the links of what was kept, best first."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from ingest import clock
from ingest.calibration import THRESHOLD
from ingest.discovery.autodiscovery import offers_of, read_front
from ingest.leading import candidates_of
from spiders.base import Found, SourceSpider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spiders.apart import Reader

__all__ = ["LinksSpider", "read_site"]

_HUB_SILENCE = timedelta(days=30)


class LinksSpider(SourceSpider):
    """Reads home pages, and fetches linked pages whose link may belong to the topic.

    The links of kept pages are offered as they are stored, whichever spider fetched them; this
    one fetches them, and theirs, as deep as the settings allow.
    """

    name = "links"
    kinds: ClassVar[tuple[str, ...]] = ("site",)
    batch: ClassVar[int] = 16  # what the pages under way lead to may be better than what waits

    def open_frontier(self) -> None:
        """Look no more at lists that have long named nothing of worth."""
        with self.bench.corpus.transaction():
            self.bench.corpus.rest_hubs(since=clock.now() - _HUB_SILENCE)

    def read_source(
        self, body: bytes, headers: Mapping[str, str], base_url: str, kind: str
    ) -> Found:
        """Read a home page."""
        return self.reader_of(kind)(body, headers, base_url)

    def reader_of(self, kind: str) -> Reader:
        """All home pages are read alike."""
        del kind
        return partial(read_site, guesses=self.bench.workspace.settings.feeds.guesses)


def read_site(body: bytes, headers: Mapping[str, str], base_url: str, *, guesses: int = 0) -> Found:
    """The links of a home or section page, and the feeds and robots.txt it leads to.

    Raises:
        ValueError: there is no page in it.
    """
    front = read_front(body, headers, base_url)
    if not front.links and not front.feeds:
        raise ValueError("no links in it")
    candidates = candidates_of(
        front.links, front.places, page=base_url, depth=1, relevance=THRESHOLD
    )
    return Found(candidates=tuple(candidates), sources=offers_of(front, base_url, guesses=guesses))
