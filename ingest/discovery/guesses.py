"""Where a site that announces no feed, or names no sitemap, mostly has one all the same."""

from __future__ import annotations

from urllib.parse import urljoin

__all__ = ["guess_feeds", "guess_sitemaps"]

# The most common first; the first is WordPress'.
_FEEDS = ("feed/", "rss.xml", "rss", "feed.xml", "atom.xml", "index.xml", "feed.json")
_SITEMAPS = (
    "/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml", "/wp-sitemap.xml",
    "/sitemap-news.xml", "/sitemap.txt",
)  # fmt: skip


def guess_feeds(home: str, most: int) -> tuple[str, ...]:
    """Where its feed may be, the likeliest first; of a folder of a shared host, within it."""
    folder = home if home.endswith("/") else urljoin(home, ".")
    return tuple(urljoin(folder, name) for name in _FEEDS)[: max(most, 0)]


def guess_sitemaps(home: str, most: int) -> tuple[str, ...]:
    """Where its sitemap may be, the likeliest first; always of the whole host."""
    return tuple(urljoin(home, name) for name in _SITEMAPS)[: max(most, 0)]
