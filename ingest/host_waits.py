"""Which of what is shown waits for its host, and how to say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ingest.layout import count, minute

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["host_of", "wait_said", "waits_fact", "with_wait"]

_USUAL_PORTS = (None, 80, 443)
_SHOWN = 3


def host_of(url: str) -> str | None:
    """The host of an address as `hosts` names it, with an unusual port; None: it has none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    return host if host is None or port in _USUAL_PORTS else f"{host}:{port}"


def with_wait(row: Mapping[str, Any], waits: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A row that has a `url`, with what its host asked for as `host_wait`; None: nothing."""
    host = host_of(row["url"])
    found = next((wait for wait in waits if wait["host"] == host), None)
    return {**row, "host_wait": dict(found) if found else None}


def wait_said(wait: Mapping[str, Any] | None) -> str:
    """What a host asked for, in words; empty: nothing."""
    if wait is None:
        return ""
    until = f"left alone until {minute(wait['until'])} UTC"
    return f"{wait['host']} answered {wait['because'] or 'so'}, and is {until}"


def waits_fact(waits: Sequence[Mapping[str, Any]]) -> str:
    """How many hosts are left alone, and until when; empty: none."""
    if not waits:
        return ""
    told = [f"{wait['host']} until {minute(wait['until'])} UTC" for wait in waits[:_SHOWN]]
    if len(waits) > _SHOWN:
        told.append(f"the last until {minute(waits[-1]['until'])} UTC")
    return f"{count(len(waits), 'host')} asked to be left alone: {', '.join(told)}"
