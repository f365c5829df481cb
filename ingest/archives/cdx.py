"""What a CDX server is asked and answers: which captures of an address or a site there are; pure.

As the Wayback Machine documents it (wayback-cdx-server, README).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus, urlencode, urljoin

from ingest.urls import address_key, is_fetchable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

__all__ = ["Capture", "Captures", "best", "capture_url", "query", "read_captures", "time_in"]

_FIELDS = ("timestamp", "original", "mimetype", "statuscode", "digest")
_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_REVISIT = "warc/revisit"
_NO_STATUS = ("-", "")
_OK = "200"
_STAMP = re.compile(r"\d{14}", re.ASCII)
_IN_ADDRESS = re.compile(r"/web/(\d{14})(?:[a-z]{2}_)?/", re.ASCII)
_MOST_ROWS = 100_000
_RESUME_ROWS = 2  # an empty one, and the key


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One capture of a page."""

    at: datetime  #: aware UTC
    url: str  #: as it was asked for
    digest: str  #: of the body; base32 SHA-1

    @property
    def stamp(self) -> str:
        """Its time as the archive writes it."""
        return f"{self.at:%Y%m%d%H%M%S}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Captures:
    """One answer."""

    captures: tuple[Capture, ...] = field(default=(), repr=False)
    resume: str | None = None  #: to ask for what follows; None: nothing does
    rows: int = 0  #: that it held, of whatever kind


def query(
    base: str,
    url: str,
    *,
    match: str = "exact",
    since: date | None = None,
    until: date | None = None,
    limit: int = 5000,
    resume: str | None = None,
) -> str:
    """The address to ask for the captures of an address, a prefix, a host or a domain."""
    stated: list[tuple[str, str]] = [("url", url), ("matchType", match), ("output", "json")]
    stated.append(("fl", ",".join(_FIELDS)))
    if match != "exact":  # a revisit of a page is of no use there, and its first capture is there
        stated += [("filter", "statuscode:200"), ("filter", "mimetype:text/html")]
        stated.append(("collapse", "urlkey"))
    stated += [("from", f"{since:%Y%m%d}")] if since else []
    stated += [("to", f"{until:%Y%m%d}")] if until else []
    stated += [("limit", str(limit)), ("showResumeKey", "true")]
    stated += [("resumeKey", resume)] if resume else []
    return f"{urljoin(base, 'cdx/search/cdx')}?{urlencode(stated)}"


def capture_url(base: str, capture: Capture) -> str:
    """Where a capture is, as it was received: without toolbar, links not rewritten."""
    return f"{urljoin(base, 'web/')}{capture.stamp}id_/{capture.url}"


def time_in(url: str) -> datetime | None:
    """When the capture was made that an address of the archive names; None: it names none."""
    found = _IN_ADDRESS.search(url)
    return _time(found[1]) if found else None


def read_captures(body: bytes) -> Captures:
    """The captures of an answer.

    Of a revisit the page is that of the earlier capture with the same digest, and it answers with
    it; one whose original is in no row is a page, too, if its address is.

    Raises:
        ValueError: it is no answer of a CDX server.
    """
    if not body.strip():
        return Captures()
    try:
        table = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise ValueError("no answer of a CDX server: no JSON in it") from exc
    if not isinstance(table, list) or not all(isinstance(row, list) for row in table):
        raise ValueError("no answer of a CDX server: no table")
    if not table:
        return Captures()
    head, rows = table[0], table[1 : _MOST_ROWS + 1]
    if not {"timestamp", "original"} <= {name for name in head if isinstance(name, str)}:
        raise ValueError("no answer of a CDX server: no columns")
    resume = None
    if len(rows) >= _RESUME_ROWS and not rows[-2] and len(rows[-1]) == 1:
        resume = unquote_plus(rows[-1][0]) if isinstance(rows[-1][0], str) else None
        rows = rows[:-2]
    named = [_named(head, row) for row in rows if len(row) == len(head)]
    refused = {one.get("digest") for one in named if not _is_page(one) and not _is_revisit(one)}
    pages = {one.get("digest") for one in named if _is_page(one)}
    found = (
        _capture(one)
        for one in named
        if _is_page(one) or (_is_revisit(one) and one.get("digest") not in refused - pages)
    )
    return Captures(
        captures=tuple(one for one in found if one is not None), resume=resume, rows=len(rows)
    )


def _named(head: list[Any], row: list[Any]) -> dict[str, str]:
    """The cells of a row by column; what is no text and no number is left out."""
    cells = zip(head, row, strict=True)
    return {
        name: str(cell)
        for name, cell in cells
        if isinstance(name, str) and isinstance(cell, str | int)
    }


def _is_revisit(row: dict[str, str]) -> bool:
    return row.get("mimetype") == _REVISIT


def _is_page(row: dict[str, str]) -> bool:
    return row.get("statuscode", _OK) == _OK and row.get("mimetype", "text/html") in _PAGE_TYPES


def _capture(row: dict[str, str]) -> Capture | None:
    at, url = _time(row.get("timestamp", "")), row.get("original", "")
    if at is None or not is_fetchable(url):
        return None
    return Capture(at=at, url=url, digest=row.get("digest", ""))


def _time(stamp: str) -> datetime | None:
    if not _STAMP.fullmatch(stamp):
        return None
    try:
        return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def best(captures: Iterable[Capture], url: str) -> Capture | None:
    """The capture that shows an address as its readers first saw it: the earliest of its page.

    None: there is none.
    """
    key = address_key(url)
    of_page = [one for one in captures if address_key(one.url) == key]
    return min(of_page, key=lambda one: (one.at, one.url), default=None)
