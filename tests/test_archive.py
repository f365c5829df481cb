from __future__ import annotations

import gzip
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from ingest.archive import Archive, read_record
from tests.rows import NOW

if TYPE_CHECKING:
    from pathlib import Path

HEADERS = (("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("ETag", '"x"'))


def write(archive: Archive, body: bytes) -> int:
    return archive.append(
        url="http://a.test/", status=200, headers=HEADERS, body=body, fetched_at=NOW
    )


def test_each_record_is_read_back_by_its_offset(tmp_path: Path) -> None:
    archive = Archive(tmp_path, run=7, spider="feeds")
    bodies = [b"<p>one</p>", b"", "<p>Əliyev</p>".encode(), bytes(range(256)) * 50]
    offsets = [write(archive, body) for body in bodies]
    archive.close()
    records = [read_record(tmp_path / archive.name, offset) for offset in offsets]

    assert [record.body for record in records] == bodies
    assert records[0].url == "http://a.test/"
    assert records[0].status == 200
    names = {name.lower() for name, _ in records[0].headers}
    assert "etag" in names
    assert "content-encoding" not in names, "the body is stored decoded"


def test_run_without_pages_leaves_no_file(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive", run=1, spider="feeds")
    archive.close()

    assert list((tmp_path / "archive").iterdir()) == []


def test_torn_tail_costs_the_last_record_only(tmp_path: Path) -> None:
    archive = Archive(tmp_path, run=1, spider="feeds")
    first, second = write(archive, b"<p>whole</p>"), write(archive, b"<p>torn</p>" * 99)
    archive.close()
    path = tmp_path / archive.name
    path.write_bytes(path.read_bytes()[: second + 40])

    assert read_record(path, first).body == b"<p>whole</p>"
    with pytest.raises((ValueError, EOFError, gzip.BadGzipFile)):
        read_record(path, second)


def test_offset_of_no_record_is_an_error(tmp_path: Path) -> None:
    archive = Archive(tmp_path, run=1, spider="feeds")
    write(archive, b"<p>one</p>")
    archive.close()
    path = tmp_path / archive.name

    with pytest.raises(ValueError, match="no whole response record"):
        read_record(path, path.stat().st_size)


def test_a_record_that_is_cut_off_or_damaged_is_no_page(tmp_path: Path) -> None:
    archive = Archive(tmp_path, run=7, spider="feeds")
    body = b"".join(b"<p>The harbour board met %d times.</p>" % day for day in range(90))
    offset = write(archive, body)
    archive.close()
    whole = (tmp_path / archive.name).read_bytes()
    assert read_record(tmp_path / archive.name, offset).body == body

    for end in range(offset + 20, len(whole) - 30, 7):  # behind the body stand a few line ends
        (tmp_path / "cut.warc.gz").write_bytes(whole[:end])
        with pytest.raises(ValueError, match="no whole response record"):
            read_record(tmp_path / "cut.warc.gz", offset)
    for at in range(offset, len(whole) - 30, 3):
        damaged = bytearray(whole)
        damaged[at] ^= 0x55
        (tmp_path / "cut.warc.gz").write_bytes(damaged)
        with suppress(ValueError):  # a name or a time in the header may change unnoticed
            read_record(tmp_path / "cut.warc.gz", offset)
