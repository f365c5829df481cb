"""Addresses as sources write them."""

from __future__ import annotations

import re
from urllib.parse import urldefrag, urljoin, urlsplit

from ingest.text import clean_controls

__all__ = ["absolute"]

_MAX_CHARS = 2048
# What needs no taking apart; a sitemap names 50,000.
_PLAIN = re.compile(
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?/[\w/.,~%=&?+:;@!$()*'-]*", re.ASCII
)
_COMMENTS = (
    "/comments/feed",
    "/comments/default",
    "/feed/comments",
    "comments-rss",
    "feed=comments-",
)


def absolute(base_url: str, address: object) -> str | None:
    """An address of the web, whole and without fragment; None: it is none."""
    if not isinstance(address, str) or not 0 < len(address) <= 2 * _MAX_CHARS:
        return None
    if len(address) <= _MAX_CHARS and "/." not in address and _PLAIN.fullmatch(address):
        return address
    try:
        url = urldefrag(urljoin(base_url, clean_controls(address).strip())).url
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError when it is no number
    except ValueError:
        return None
    is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    return url if is_web and len(url) <= _MAX_CHARS and not set(url) & set(' \n\t<>"') else None
