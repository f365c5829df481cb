"""The table `[cluster]`: one corpus that several machines fill together."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, Field

from ingest.setting_types import Table, Text

__all__ = ["Cluster"]

_SCHEMES = frozenset({"postgresql", "postgres"})
# What libpq takes apart otherwise than one thinks, or not: then it repeats a part, or all.
_ODD = re.compile(r"%(?![0-9A-Fa-f]{2})|%00|@.*@")


def _database_address(text: str) -> str:
    """The address of a database.

    Raises:
        ValueError: it is none; what was said is not repeated, for it may hold a password.
    """
    told = (
        "expected an address like postgresql://user@host/name, with %40 for an @ in a password, "
        "and %25 for a %"
    )
    try:
        parts = urlsplit(text)
        _ = parts.port, parse_qsl(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise ValueError(told) from None
    if parts.scheme not in _SCHEMES or parts.path in {"", "/"} or _ODD.search(text):
        raise ValueError(told)
    return text


class Cluster(Table):
    """Several workers, on several machines, over one PostgreSQL."""

    database: Annotated[Text, AfterValidator(_database_address)] | None = Field(
        None,
        description="PostgreSQL that `seedbed worker` works on, as postgresql://user@host/name; a "
        "password is better kept in the variable, or in ~/.pgpass.",
    )
    concurrency: int = Field(2, ge=1, le=64, description="Crawls that one worker does at once.")
    heartbeat_s: float = Field(
        30,
        ge=1,
        le=3600,
        description="Seconds without a sign of life after which a worker counts as dead, and "
        "another does what it did.",
    )
    look_every_s: float = Field(
        15, ge=0.1, le=3600, description="Seconds between two looks at what is due."
    )
    pages_per_job: int = Field(
        200,
        ge=1,
        le=100_000,
        description="Pages of one outlet that a job fetches at most; the rest is another job's.",
    )
    keep_changes_days: int = Field(
        30,
        ge=1,
        le=3650,
        description="Days after which a file that was not pulled into has to take everything anew.",
    )
