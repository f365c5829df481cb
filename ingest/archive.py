"""Raw pages as WARC (ISO 28500:2017), one file a run, read back by file and offset.

A record is on the disk before the corpus names it, so a line of the ledger never points at
nothing; what a crash leaves is at worst a torn last record that no line names.
"""

from __future__ import annotations

import io
import os
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

__all__ = ["Archive", "ArchivedPage", "read_record"]

# The body is stored decoded, so these no longer describe it.
_ENCODING_HEADERS = {"content-encoding", "transfer-encoding", "content-length"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedPage:
    """A response as the archive holds it."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Archive:
    """Appends the responses of one run to one file."""

    def __init__(self, folder: Path, *, run: int, spider: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.name = f"run-{run:06d}-{spider}.warc.gz"
        self._path = folder / self.name
        self._file: io.BufferedWriter | None = None
        self._writer: WARCWriter | None = None

    def append(
        self,
        *,
        url: str,
        status: int,
        headers: Iterable[tuple[str, str]],
        body: bytes,
        fetched_at: datetime,
    ) -> int:
        """Write one response, durably; returns the byte offset of its record."""
        if self._file is None:
            self._file = self._path.open("ab")
            self._writer = WARCWriter(self._file, gzip=True)
        assert self._writer is not None
        offset = self._file.tell()
        kept = [(k, v) for k, v in headers if k.lower() not in _ENCODING_HEADERS]
        kept.append(("Content-Length", str(len(body))))
        record = self._writer.create_warc_record(
            url,
            "response",
            payload=io.BytesIO(body),
            length=len(body),  # else warcio copies it into a temporary file first
            http_headers=StatusAndHeaders(str(status), kept, protocol="HTTP/1.1"),
            warc_headers_dict={"WARC-Date": fetched_at.strftime("%Y-%m-%dT%H:%M:%SZ")},
        )
        self._writer.write_record(record)
        self._file.flush()
        os.fsync(self._file.fileno())
        return offset

    def close(self) -> None:
        """Close the file; harmless when nothing was written."""
        if self._file is not None:
            self._file.close()
            self._file = None


def read_record(path: Path, offset: int) -> ArchivedPage:
    """The response at a byte offset of a WARC file.

    Raises:
        OSError: the file is not there.
        ValueError: no whole response record starts at that offset.
    """
    told = f"no whole response record at byte {offset} of {path.name}"
    with path.open("rb") as file:
        file.seek(offset)
        try:
            record = next(iter(ArchiveIterator(file)), None)
            if record is None or record.rec_type != "response":
                raise ValueError(told)
            payload = record.raw_stream.limit
            body = record.content_stream().read()
            if record.raw_stream.limit:  # the file ends before the record does
                raise ValueError(
                    f"{told}: {record.raw_stream.limit} of {payload} bytes are missing"
                )
            return ArchivedPage(
                url=record.rec_headers.get_header("WARC-Target-URI"),
                status=int(record.http_headers.get_statuscode()),
                headers=tuple(record.http_headers.headers),
                body=body,
            )
        except (ArchiveLoadFailed, AttributeError, TypeError, EOFError, zlib.error) as exc:
            raise ValueError(f"{told}: {exc}") from exc
