"""What response headers say, read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from w3lib.encoding import http_content_type_encoding

from ingest import clock
from ingest.freshness import max_age_s, wait_s

if TYPE_CHECKING:
    from scrapy.http import Response

__all__ = [
    "charset_of",
    "conditional",
    "fresh_for_s",
    "header_map",
    "headers_of",
    "retry_after_s",
    "text_header",
    "wait_s",
    "was_conditional",
]


def text_header(response: Response, name: str) -> str | None:
    """A header as sent, byte for byte (RFC 9110 allows Latin-1); None: not sent."""
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def conditional(etag: str | None, last_modified: str | None) -> dict[str, bytes]:
    """Validators as they were sent, for a conditional request (RFC 9110, section 13)."""
    pairs = (("If-None-Match", etag), ("If-Modified-Since", last_modified))
    return {name: value.encode("latin-1") for name, value in pairs if value}


def was_conditional(response: Response) -> bool:
    """Whether its request sent validators."""
    assert response.request is not None
    sent = response.request.headers
    return "If-None-Match" in sent or "If-Modified-Since" in sent


def headers_of(response: Response) -> tuple[tuple[str, str], ...]:
    """All headers, in no particular order."""
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in sorted(response.headers.items())
        for value in values
    )


def header_map(response: Response) -> dict[str, str]:
    """All headers by name; of one sent more than once the values, as RFC 9110, 5.3 joins them."""
    joined: dict[str, str] = {}
    for name, value in headers_of(response):
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def charset_of(response: Response) -> str | None:
    """The declared character set; None: none is declared."""
    return http_content_type_encoding(text_header(response, "Content-Type"))


def retry_after_s(response: Response) -> float | None:
    """How long the server asks us to stay away (RFC 9110, section 10.2.3), seconds."""
    return wait_s(text_header(response, "Retry-After"), clock.now())


def fresh_for_s(response: Response) -> float | None:
    """How long an answer is fresh, its age taken off, seconds; None: it does not say."""
    return max_age_s(
        text_header(response, "Cache-Control"),
        age=text_header(response, "Age"),
        expires=text_header(response, "Expires"),
        date=text_header(response, "Date"),
    )
