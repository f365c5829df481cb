"""The tables `[health]` and `[backup]`: what a daemon that runs for months needs."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from ingest.setting_types import Table, Text

__all__ = ["Backups", "Health", "host_and_port", "is_loopback"]


def is_loopback(host: str) -> bool:
    """Whether a host, as an address names it, can only be this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def host_and_port(address: str) -> tuple[str, int]:
    """What `127.0.0.1:9464` or `[::1]:9464` names; port 0: any that is free.

    Raises:
        ValueError: it is no such address, or not one of this machine.
    """
    told = "expected a host and a port, like 127.0.0.1:9464"
    try:
        parts = urlsplit(f"//{address}")
        port = parts.port
    except ValueError as exc:
        raise ValueError(told) from exc
    if parts.netloc != address or port is None or not parts.hostname or "@" in address:
        raise ValueError(told)
    if not is_loopback(parts.hostname):
        raise ValueError("expected an address of this machine alone, like 127.0.0.1:9464")
    return parts.hostname, port


def _listenable(address: str) -> str:
    host_and_port(address)
    return address


class Health(Table):
    """What the daemon tells those who watch over it."""

    address: Annotated[Text, AfterValidator(_listenable)] | None = Field(
        None,
        description="Where the daemon answers /healthz, /status.json and /metrics, on this machine "
        "alone, as 127.0.0.1:9464; unset: nowhere.",
    )
    wal_mib: float = Field(
        64,
        gt=0,
        le=1024 * 1024,
        description="Size of the write-ahead log from which the daemon warns (MiB).",
    )


class Backups(Table):
    """Copies of the corpus that the daemon makes."""

    every_hours: float | None = Field(
        None, gt=0, le=24 * 366, description="Hours between two backups; unset: none is made."
    )
    keep: int = Field(
        7, ge=1, le=10_000, description="Backups that are kept; older ones are removed."
    )
    folder: Text = Field("backups", description="Folder of the backups; relative to the workspace.")
    archive: bool = Field(
        False, description="Put the raw pages (WARC) beside each, as hard links where possible."
    )
