"""Addresses given by hand: `-a file=LIST` (one a line, `-` for standard input) or `-a url=…`."""

from __future__ import annotations

import codecs
import io
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from ingest import clock
from ingest.errors import ConfigError
from ingest.items import Candidate
from ingest.text import clean_controls
from ingest.urls import address_key, is_fetchable
from spiders.base import SourceSpider

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["UrlsSpider", "read_list"]

_LINE_CHARS = 8192  # of an address and then some; a longer line is taken for junk
_TOGETHER = 2000  # addresses entered in one transaction
_SHOWN = 20  # junk lines that are told one by one


class UrlsSpider(SourceSpider):
    """Fetches a list of addresses, whatever their headlines say."""

    name = "urls"

    def __init__(self, *, file: str | None = None, url: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not file and not url:
            raise ConfigError(["give -a file=LIST (one address a line, - for stdin) or -a url=…"])
        self._given = url or ""
        self._list = _open(file) if file else None

    def open_frontier(self) -> None:
        """Enter the list, some addresses at a time."""
        lines = self._lines()
        junk = given = new = 0
        keys = set[int]()
        while batch := list(islice(lines, _TOGETHER)):
            wrong = [address for address in batch if not is_fetchable(address)]
            for address in wrong[: max(_SHOWN - junk, 0)]:
                self.bench.log.warning("not the address of a page", url=address[:200])
            junk, given = junk + len(wrong), given + len(batch)
            keys.update(hash(address_key(address)) for address in batch)
            new += self.bench.intake.offer(
                (Candidate(url=one, found_by=self.name, is_given=True) for one in batch),
                now=clock.now(),
            )
        self.bench.log.info(
            "list read", addresses=given, twice=given - len(keys), junk=junk, new=new
        )

    def _lines(self) -> Iterator[str]:
        yield from read_list(io.StringIO(self._given))
        if self._list is not None:
            try:
                yield from read_list(self._list)
            except OSError as exc:  # what came before it is entered
                self.bench.lose(exc)
                self.bench.log.error("the list cannot be read on", error=str(exc))
            finally:
                self._list.close()


def _open(file: str) -> TextIO:
    try:
        if file == "-":
            return _decoded(io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False)))
        return _decoded(Path(file).open("rb"))
    except OSError as exc:
        raise ConfigError([f"the list of addresses cannot be read: {exc}"]) from exc


def _decoded(file: io.BufferedReader) -> TextIO:
    """A list as text; an address is ASCII, so that a wrong letter spoils its own line alone."""
    wide = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    encoding = "utf-16" if file.peek(2)[:2] in wide else "utf-8-sig"
    return io.TextIOWrapper(file, encoding=encoding, errors="replace")


def read_list(text: TextIO) -> Iterator[str]:
    """The addresses of a list: one a line; blank lines and lines that start with # are left out."""
    while line := text.readline(_LINE_CHARS):
        whole = line
        while not line.endswith("\n") and (line := text.readline(_LINE_CHARS)):
            whole = whole[:_LINE_CHARS]  # the rest of a line too long is passed over
        address = clean_controls(whole).strip()
        if address and not address.startswith("#"):
            yield address
