"""Raw pages as WARC (ISO 28500:2017), a file for each run, read back by file and offset.

A record is on the disk before the corpus names it, so a line of the ledger never points at
nothing; what a crash leaves is at worst a torn last record that no line names. It is cut off by
`cut_tail`, so that the file can be read by others from end to end.
"""

from __future__ import annotations

import errno
import fcntl
import io
import mmap
import os
import stat
import zlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from ingest.durable import make_durable
from ingest.times import parse_iso
from ingest.urls import address_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any, BinaryIO

__all__ = [
    "Archive", "ArchivedPage", "cut_tail", "is_record_of", "read_record", "warc_name", "warcs_of",
]  # fmt: skip

_CHUNK = 16_384  # at 1 to 1,032, the most that deflate packs, 17 MB at a time
_MEMBER = b"\x1f\x8b\x08"  # how a gzip member begins (RFC 1952, section 2.3.1)
_RECORD = b"WARC/"  # and a record (ISO 28500:2017, section 5.1)
_ADVICE = "make room or mend the disk, the next run goes on from here"
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC

# The body is stored decoded, so these no longer describe it.
_ENCODING_HEADERS = {"content-encoding", "transfer-encoding", "content-length"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedPage:
    """A response as the archive holds it."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    at: datetime | None  #: when it was fetched, to the second; None: the record does not say


def warc_name(run: int, spider: str, nth: int = 1) -> str:
    """The file of a run's responses; the second, third ... where there was one of that name."""
    again = f"-{nth}" if nth > 1 else ""
    return f"run-{run:06d}-{spider}{again}.warc.gz"


def warcs_of(folder: Path, run: int, spider: str) -> list[Path]:
    """The files there that may be of a run; not all are, if another corpus used the folder."""
    names = (folder / warc_name(run, spider, nth) for nth in count(1))
    return [*takewhile(Path.exists, names)]


class Archive:
    """Appends the responses of one run to a file of its own.

    One that was there before is left alone, for it is another corpus's whose runs have the same
    numbers: a second one in this folder, or ours, from before it was restored.
    """

    def __init__(self, folder: Path, *, run: int, spider: str) -> None:
        _make_folder(folder)
        self._paths = (folder / warc_name(run, spider, nth) for nth in count(1))
        self._path = next(self._paths)
        self._descriptor: int | None = None

    @property
    def name(self) -> str:
        """Of the file; for good once a response is appended."""
        return self._path.name

    def append(
        self,
        *,
        url: str,
        status: int,
        headers: Iterable[tuple[str, str]],
        body: bytes,
        fetched_at: datetime,
    ) -> int:
        """Write one response, durably; returns the byte offset of its record.

        Raises:
            OSError: it could not be written, and nothing of it is left.
        """
        record = _packed(url, status, headers, body, fetched_at)
        try:
            return self._write(record)
        except OSError as exc:
            raise OSError(exc.errno, f"{exc.strerror}; {_ADVICE}", str(self._path)) from exc

    def close(self) -> None:
        """Close the file; harmless when nothing was written."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _write(self, record: bytes) -> int:
        descriptor = self._opened()
        offset = os.lseek(descriptor, 0, os.SEEK_END)
        try:
            _write_whole(descriptor, record)
            os.fsync(descriptor)
        except OSError:
            with suppress(OSError):  # the next run cuts off what is left
                os.ftruncate(descriptor, offset)
            raise
        return offset

    def _opened(self) -> int:
        while self._descriptor is None:
            try:
                self._descriptor = _new_file(self._path)
            except (FileExistsError, BlockingIOError):
                self._path = next(self._paths)
        return self._descriptor


def _new_file(path: Path) -> int:
    """Make a file, kept for oneself; its descriptor.

    Raises:
        FileExistsError: there is one.
        BlockingIOError: somebody took it first.
        OSError: it cannot be made; nothing is left of it.
    """
    descriptor = os.open(path, _NEW_FILE, 0o666)
    try:
        _keep(descriptor, path)
        try:
            for folder in (path.parent, path.parent.parent):
                make_durable(folder)  # a record is not there before its file's name is
        except OSError:
            path.unlink()
            raise
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _keep(descriptor: int, path: Path) -> None:
    """Keep `cut_tail` off a new file, which may have removed it already, as it is empty."""
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if not os.fstat(descriptor).st_nlink:
        raise BlockingIOError(errno.EWOULDBLOCK, "removed again", str(path))


def _packed(
    url: str, status: int, headers: Iterable[tuple[str, str]], body: bytes, fetched_at: datetime
) -> bytes:
    """A response as one record, a gzip member of its own.

    Made whole before it is written: what fails half-way can be taken back.
    """
    kept = [(k, v) for k, v in headers if k.lower() not in _ENCODING_HEADERS]
    kept.append(("Content-Length", str(len(body))))
    packed = io.BytesIO()
    writer = WARCWriter(packed, gzip=True)
    record = writer.create_warc_record(
        url,
        "response",
        payload=io.BytesIO(body),
        length=len(body),  # else warcio copies it into a temporary file first
        http_headers=StatusAndHeaders(str(status), kept, protocol="HTTP/1.1"),
        warc_headers_dict={"WARC-Date": fetched_at.strftime("%Y-%m-%dT%H:%M:%SZ")},
    )
    writer.write_record(record)
    return packed.getvalue()


def _write_whole(descriptor: int, record: bytes) -> None:
    left = memoryview(record)
    while left:
        left = left[os.write(descriptor, left) :]


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, whose names the disk then holds."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for made in missing:
        make_durable(made.parent)


def cut_tail(path: Path, *, named: int | None = None) -> int:
    """Cut off what stands behind the last whole record; returns how many bytes that was.

    A file without a whole record is removed; one that is being written is left alone, and so is
    what is no file, such as a device. Where a backup holds the file too, as a hard link, the backup
    keeps it as it was.

    Args:
        named: offset of the last record that the corpus names, from which is looked; it stays.
            None: it names none.

    Raises:
        OSError: the file cannot be read or cut.
        ValueError: the record that the corpus names is not whole itself, or whole records stand
            behind the first that is not; nothing was touched.
    """
    with path.open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            return 0
        file.seek(named or 0)
        end = max(_member_ends(file), default=0)
        if named is not None and not end:
            raise ValueError(f"no whole record at byte {named} of {path.name}, which has a page")
        if found.st_size == end > 0:
            return 0
        if found.st_size and _has_record_after(file, end):
            raise ValueError(f"the record at byte {end} of {path.name} is damaged, it is not torn")
        if not end:
            path.unlink()
        elif found.st_nlink > 1:
            _replace_by_start(path, end)
        else:
            file.truncate(end)
            os.fsync(file.fileno())
    make_durable(path.parent)
    return found.st_size - end


def _member_ends(file: BinaryIO) -> Iterator[int]:
    """Where each gzip member ends, from here to the first that is not whole."""
    end, block = file.tell(), file.read(_CHUNK)
    while block:
        member, read = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16), 0
        while block and not member.eof:
            try:
                member.decompress(block)
            except zlib.error:
                return
            read += len(block)
            block = member.unused_data or (b"" if member.eof else file.read(_CHUNK))
        if not member.eof:
            return
        end += read - len(member.unused_data)
        yield end
        block = block or file.read(_CHUNK)


def _has_record_after(file: BinaryIO, start: int) -> bool:
    """Whether a whole record begins anywhere behind an offset.

    Another gzip member does not count: a torn page that cannot be packed may hold one as it is.
    """
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        at = view.find(_MEMBER, start + 1)
        while at >= 0:
            file.seek(at)
            if _begins_record(file.read(_CHUNK)):
                file.seek(at)
                if next(_member_ends(file), None) is not None:
                    return True
            at = view.find(_MEMBER, at + 1)
    return False


def _begins_record(packed: bytes) -> bool:
    try:
        return (
            zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(packed, len(_RECORD))
            == _RECORD
        )
    except zlib.error:
        return False


def _replace_by_start(path: Path, size: int) -> None:
    """Put a copy of the first bytes of a file in its place."""
    partial = path.with_name(f".{path.name}.seedbed-partial")
    try:
        with path.open("rb") as whole, partial.open("wb") as start:
            while block := whole.read(min(_CHUNK, size - start.tell())):
                start.write(block)
            start.flush()
            os.fsync(start.fileno())
        partial.replace(path)
    except OSError:  # such as a full disk, which it would fill further
        partial.unlink(missing_ok=True)
        raise


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
            if not (url := record.rec_headers.get_header("WARC-Target-URI")):
                raise ValueError(f"{told}: it names no address")
            payload = record.raw_stream.limit
            body = record.content_stream().read()
            if record.raw_stream.limit:  # the file ends before the record does
                raise ValueError(
                    f"{told}: {record.raw_stream.limit} of {payload} bytes are missing"
                )
            return ArchivedPage(
                url=url,
                status=int(record.http_headers.get_statuscode()),
                headers=tuple(record.http_headers.headers),
                body=body,
                at=_time_of(record.rec_headers.get_header("WARC-Date")),
            )
        except (ArchiveLoadFailed, AttributeError, TypeError, EOFError, zlib.error) as exc:
            raise ValueError(f"{told}: {exc}") from exc


def is_record_of(record: ArchivedPage, row: Mapping[str, Any]) -> bool:
    """Whether a record is of a page: of its address, or of one to which its fetch was led.

    Of two corpora that used one folder in turn, files may have one name. Where a fetch was led is
    nowhere kept, but when it was and how much it brought.

    Args:
        record: that stands where the ledger says.
        row: of the page, as `Corpus.archived` gives it.
    """
    if address_key(record.url) == address_key(row["url"]):
        return True
    at = parse_iso(row["archived_at"])
    return at is not None and (record.at, len(record.body)) == (at, row["archived_bytes"])


def _time_of(written: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(written or "")
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).replace(microsecond=0)
