"""Which records of a WARC file hold a page that may belong to a topic; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ingest.archives.responses import PassedOver, read_response

if TYPE_CHECKING:
    from datetime import datetime

    from ingest.archives.records import Record
    from ingest.archives.responses import Captured
    from ingest.archives.words import RawWords

__all__ = ["Sieve", "capture_named"]

_HEAD_SHARE = 1.1  # of the largest body, for what stands around it


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """What a record must be to be read."""

    words: RawWords
    hosts: tuple[str, ...]  #: with their subdomains; empty: all
    most_bytes: int  #: of a body, decoded

    @property
    def block_bytes(self) -> int:
        """The largest record that is looked at."""
        return int(self.most_bytes * _HEAD_SHARE)

    def page_in(self, record: Record, *, now: datetime) -> Captured:
        """The page of a record.

        Args:
            record: of any kind.
            now: a capture cannot be later.

        Raises:
            PassedOver: it holds none that is worth reading.
        """
        if not self._is_wanted_host(record.header("WARC-Target-URI") or ""):
            raise PassedOver("other hosts")
        found = read_response(record, most_bytes=self.most_bytes, now=now)
        if not self.words.is_in(found.body, charset=found.encoding, url=found.url):
            raise PassedOver("no words of the topic")
        return found

    def _is_wanted_host(self, url: str) -> bool:
        if not self.hosts:
            return True
        try:
            host = urlsplit(url.strip("<> ")).hostname or ""
        except ValueError:
            return False
        return any(host == one or host.endswith(f".{one}") for one in self.hosts)


def capture_named(file: str, record: Record, *, is_cut: bool) -> str:
    """Where a page was taken from, for people."""
    named = f"{file}, byte {record.place.offset}"
    named += f", record {record.place.nth}" if record.place.nth else ""
    return f"{named}, cut off behind" if is_cut else named
