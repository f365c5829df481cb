"""How the settings of a workspace bind every spider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.middlewares import ALLOW_PRIVATE, OWN_SERVICE, PROXY

if TYPE_CHECKING:
    from ingest.config import Settings

__all__ = ["workspace_policy"]

_LEAST_DELAY_S = 0.001  # without any delay Scrapy forgets the limit of one request a host
_MIB = 1024 * 1024


def workspace_policy(settings: Settings) -> dict[str, Any]:
    """The Scrapy settings that a workspace asks for."""
    crawl = settings.crawl
    return {
        "USER_AGENT": settings.user_agent,
        "ROBOTSTXT_OBEY": crawl.obey_robots,
        "DOWNLOAD_DELAY": max(crawl.delay_s, _LEAST_DELAY_S),
        "CONCURRENT_REQUESTS": crawl.concurrency,
        "DOWNLOAD_TIMEOUT": crawl.timeout_s,
        "DOWNLOAD_MAXSIZE": int(crawl.max_body_mib * _MIB),
        ALLOW_PRIVATE: crawl.allow_private_networks,
        PROXY: crawl.proxy,
        OWN_SERVICE: settings.search.searxng_url,
    }
