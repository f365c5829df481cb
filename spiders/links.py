"""Focused crawl: home pages, and the links of what was kept, best first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urljoin, urlsplit

from w3lib.encoding import http_content_type_encoding

from ingest.extract.links import read_home
from ingest.items import Candidate
from spiders.base import Found, SourceSpider

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LinksSpider", "read_site"]


class LinksSpider(SourceSpider):
    """Reads home pages, and fetches linked pages whose link may belong to the topic.

    The links of kept pages are offered as they are stored, whichever spider fetched them; this
    one fetches them, and theirs, as deep as the settings allow.
    """

    name = "links"
    kinds: ClassVar[tuple[str, ...]] = ("site",)

    def read_source(
        self, body: bytes, headers: Mapping[str, str], base_url: str, kind: str
    ) -> Found:
        """Read a home page."""
        del kind
        return read_site(body, headers, base_url)


def read_site(body: bytes, headers: Mapping[str, str], base_url: str) -> Found:
    """The links of a home or section page, and the feeds and robots.txt it leads to.

    Raises:
        ValueError: there is no page in it.
    """
    encoding = http_content_type_encoding(headers.get("Content-Type"))
    links, announced = read_home(body, base_url, encoding)
    if not links and not announced:
        raise ValueError("no links in it")
    candidates = tuple(
        Candidate(url=url, found_by="links", source=base_url, title=anchor or None, depth=1)
        for url, anchor in links
    )
    feeds = tuple(("feed", url) for url in announced)
    robots = (("robots", urljoin(base_url, "/robots.txt")),)
    is_web = urlsplit(base_url).scheme in ("http", "https")
    return Found(candidates=candidates, sources=feeds + (robots if is_web else ()))
