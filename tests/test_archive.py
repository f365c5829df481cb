from __future__ import annotations

import gzip
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

    with pytest.raises(ValueError, match="no response record"):
        read_record(path, path.stat().st_size)
