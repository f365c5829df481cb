"""Addresses given by hand: `-a file=LIST` (one a line, `-` for standard input) or `-a url=…`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ingest import clock
from ingest.errors import ConfigError
from ingest.items import Candidate
from ingest.text import clean_controls
from ingest.urls import is_fetchable
from spiders.base import SourceSpider

__all__ = ["UrlsSpider", "read_list"]


class UrlsSpider(SourceSpider):
    """Fetches a list of addresses, whatever their headlines say."""

    name = "urls"

    def __init__(self, *, file: str | None = None, url: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not file and not url:
            raise ConfigError(["give -a file=LIST (one address a line, - for stdin) or -a url=…"])
        self.addresses = read_list(url or "")
        if file == "-":
            self.addresses += read_list(sys.stdin.read())
        elif file:
            self.addresses += read_list(_read_file(Path(file)))

    def open_frontier(self) -> None:
        """Enter the list."""
        wrong = [address for address in self.addresses if not is_fetchable(address)]
        for address in wrong:
            self.bench.log.warning("not the address of a page", url=address)
        self.bench.intake.offer(
            (Candidate(url=one, found_by=self.name, is_given=True) for one in self.addresses),
            now=clock.now(),
        )


def _read_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError([f"the list of addresses cannot be read: {exc}"]) from exc


def read_list(text: str) -> list[str]:
    """The addresses of a list: one a line; blank lines and lines that start with # are left out."""
    lines = (line.strip() for line in clean_controls(text).split("\n"))
    return [line for line in lines if line and not line.startswith("#")]
