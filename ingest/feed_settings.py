"""The table `[feeds]`: what is followed of feeds and sitemaps, and what is looked for unasked."""

from __future__ import annotations

from pydantic import Field

from ingest.setting_types import Table

__all__ = ["Feeds"]


class Feeds(Table):
    """Feeds and sitemaps."""

    pages: int = Field(
        5,
        ge=1,
        le=100,
        description="Pages of one feed at most that are read where all of the first is new; 1: "
        "never another.",
    )
    guesses: int = Field(
        3,
        ge=0,
        le=20,
        description="Addresses tried at a site that announces no feed, and as many where "
        "robots.txt names no sitemap; each once.",
    )
    wordpress: bool = Field(
        True,
        description="Ask sites made with WordPress for the topic, by the feed of their search.",
    )
    wordpress_queries: int = Field(
        2, ge=1, le=20, description="Queries of the topic that one such site is asked at most."
    )
    days_before: float = Field(
        60,
        ge=0,
        le=36_600,
        description="Days before the first seed from which sitemaps are read; needs seeds with "
        "dates.",
    )
