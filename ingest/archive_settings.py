"""The table `[archives]` of the settings."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from ingest.setting_types import Address, Table, Text

__all__ = ["Archives"]


def _folder(address: str) -> str:
    if "?" in address or "#" in address:
        raise ValueError("expected the address of a folder, without a query")
    return address if address.endswith("/") else f"{address}/"


def _host(text: str) -> str:
    host = text.strip().strip(".").lower()
    if not host or any(sign in host for sign in "/:@ *?"):
        raise ValueError("expected the name of a host, like example.org")
    return host


class Archives(Table):
    """Archives of the web that others keep: Common Crawl's news, the Wayback Machine."""

    hosts: tuple[Annotated[Text, AfterValidator(_host)], ...] = Field(
        (), description="Hosts whose pages are read from WARC files, with their subdomains; "
        "empty: all.",
    )  # fmt: skip
    news_url: Annotated[Address, AfterValidator(_folder)] = Field(
        "https://data.commoncrawl.org/", description="Where the files of CC-NEWS are."
    )
    news_delay_s: float = Field(
        1, ge=0, le=3600, description="Seconds between two requests for them."
    )
    news_piece_mib: float = Field(
        16, gt=0, le=256, description="How much of a file one request asks for (MiB, packed)."
    )
    wayback: bool = Field(
        False, description="Look in the Wayback Machine for addresses that are dead."
    )
    wayback_url: Annotated[Address, AfterValidator(_folder)] = Field(
        "https://web.archive.org/", description="Where the Wayback Machine is asked."
    )
    wayback_delay_s: float = Field(
        3, ge=0, le=3600, description="Seconds between two requests to it; it allows 24 a minute."
    )
    wayback_pages_per_run: int = Field(
        200, ge=1, le=100_000, description="Addresses that one run looks for at most."
    )
    wayback_every_days: float = Field(
        30, gt=0, le=3660, description="Days until it is asked again for an address it lacked."
    )
