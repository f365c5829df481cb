"""What response headers say, read once."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from w3lib.encoding import http_content_type_encoding

from ingest import clock

if TYPE_CHECKING:
    from scrapy.http import Response

__all__ = ["charset_of", "headers_of", "retry_after_s", "text_header", "wait_s"]


def text_header(response: Response, name: str) -> str | None:
    """A header as sent, byte for byte (RFC 9110 allows Latin-1); None: not sent."""
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def headers_of(response: Response) -> tuple[tuple[str, str], ...]:
    """All headers, in no particular order."""
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in sorted(response.headers.items())
        for value in values
    )


def charset_of(response: Response) -> str | None:
    """The declared character set; None: none is declared."""
    return http_content_type_encoding(text_header(response, "Content-Type"))


def retry_after_s(response: Response) -> float | None:
    """How long the server asks us to stay away (RFC 9110, section 10.2.3), seconds."""
    return wait_s(text_header(response, "Retry-After"), clock.now())


def wait_s(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After value stands for; None: absent, nonsense or in the past."""
    if value is None:
        return None
    try:
        wait = float(value) if value.isdigit() else _seconds_until(value, now)
    except ValueError:
        return None
    return wait if wait > 0 else None


def _seconds_until(date: str, now: datetime) -> float:
    at = parsedate_to_datetime(date)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - now.timestamp()
