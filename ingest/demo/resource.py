"""What a server of saved or made-up pages answers for one address."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Address", "Resource", "Resources", "http_date", "strong_etag"]

#: (host in lower case without port, path with its query)
Address: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One answer; the same for every request but for conditional ones."""

    body: bytes = field(default=b"", repr=False)
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    etag: str | None = None  #: with its quotes, as sent; None: this server sends none
    last_modified: str | None = None  #: an HTTP date, as sent; None: this server sends none
    location: str | None = None  #: target of a redirect, absolute


Resources: TypeAlias = Mapping[Address, Resource]


def strong_etag(body: bytes) -> str:
    """A validator that moves with every byte of `body`."""
    return f'"{hashlib.sha256(body).hexdigest()[:20]}"'


def http_date(moment: datetime) -> str:
    """`moment`, aware UTC, as HTTP writes it."""
    return format_datetime(moment, usegmt=True)
