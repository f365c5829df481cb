"""What the answers of search services are made of, and how they are read; pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from lxml import etree, html

from ingest.discovery.wording import plain
from ingest.text import clean_controls
from spiders.base import Found, join

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Answer",
    "Hint",
    "at_service",
    "hours_since",
    "json_of",
    "list_in",
    "name_of",
    "parameter",
    "plain",
    "rss_items",
    "text_in",
    "time_of",
    "web_address",
    "with_parameters",
]

_MAX_ITEMS = 1000  # of one answer; Media Cloud's largest page
_TIME_CHARS, _ADDRESS_CHARS = 100, 4000  # longer ones are nonsense
_HEAD_BYTES = 100_000  # in which the title of a page stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """An article by its headline and outlet; its address is not told."""

    title: str
    home: str  #: address of the outlet's front page
    published: datetime | None
    url: str  #: where the service tells of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Found):
    """What one page of answers named."""

    next_page: str | None = None  #: what to ask for after it; None: it is the last one
    lack: str | None = None  #: what the answer itself says it is lacking
    hints: tuple[Hint, ...] = field(default=(), repr=False)


def at_service(base: str, path: str, parameters: Mapping[str, str | None]) -> str:
    """An address at a service; parameters that are None are left out."""
    stated = {name: value for name, value in parameters.items() if value is not None}
    folder = base if base.endswith("/") else f"{base}/"
    return f"{urljoin(folder, path)}?{urlencode(stated)}"


def with_parameters(url: str, **parameters: str | None) -> str:
    """The address with more parameters; those that are None are left out."""
    stated = {name: value for name, value in parameters.items() if value is not None}
    return f"{url}&{urlencode(stated)}" if stated else url


def hours_since(last_ok: datetime | None, now: datetime) -> float | None:
    """Hours since a query was last answered; None: it never was."""
    return None if last_ok is None else max((now - last_ok).total_seconds(), 0.0) / 3600


def json_of(body: bytes) -> Any:
    """The JSON of an answer.

    Raises:
        ValueError: it is none.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise ValueError(f"no JSON in it{_title_of(body)}") from exc


def list_in(said: object, name: str) -> list[Any] | None:
    """The list of that name in a JSON object; None: there is none."""
    found = said.get(name) if isinstance(said, dict) else None
    return found if isinstance(found, list) else None


def rss_items(body: bytes) -> list[etree._Element]:
    """The items of an RSS answer.

    Raises:
        ValueError: it is none; where it is a page, its title is told.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, recover=True, remove_comments=True
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as exc:
        raise ValueError(f"no feed in it{_title_of(body)}") from exc
    if root is None or name_of(root) != "rss":
        raise ValueError(f"no feed in it{_title_of(body)}")
    return list(islice((one for one in root.iter() if name_of(one) == "item"), _MAX_ITEMS))


def name_of(element: etree._Element) -> str:
    """The bare name of an element, in lower case; empty for what is none."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def _title_of(body: bytes) -> str:
    """In words, the title of the page that came in place of an answer."""
    if b"<title" not in body[:_HEAD_BYTES].lower():
        return ""
    try:
        title = html.fromstring(body[:_HEAD_BYTES]).findtext(".//title")
    except (ValueError, etree.LxmlError):
        return ""
    said = plain(title)
    return f": a page, {said[:80]!r}" if said else ""


def time_of(value: object) -> datetime | None:
    """A time in ISO 8601 or as mail writes it, without a zone in UTC; None: it is none."""
    if not isinstance(value, str) or len(value) > _TIME_CHARS:
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = read(value.strip())
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
    return None


def parameter(url: str, name: str) -> str | None:
    """The first value of a parameter of an address; None: it is not there."""
    values = parse_qs(urlsplit(url).query).get(name)
    return values[0] if values else None


def web_address(base_url: str, address: object) -> str | None:
    """An address of the web as an answer wrote it, absolute; None: it is none."""
    is_stated = isinstance(address, str) and address.strip() and len(address) <= _ADDRESS_CHARS
    found = join(base_url, str(address)) if is_stated else None
    try:
        parts = urlsplit(found or "")
        _ = parts.port  # raises ValueError when it is none
    except ValueError:
        return None
    return found if parts.scheme in ("http", "https") and parts.hostname else None


def text_in(item: etree._Element, name: str) -> str | None:
    """The text of a child element, by its bare name; None: there is none."""
    for child in item:
        if name_of(child) == name and child.text and child.text.strip():
            return clean_controls(str(child.text)).strip()
    return None
