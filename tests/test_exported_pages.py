"""Raw pages in an export: those of the articles, byte for byte, and no other."""

from __future__ import annotations

import io
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from warcio.archiveiterator import ArchiveIterator

from ingest.cli import main
from ingest.export_files import RawPages
from ingest.times import iso
from tests.filled import fill
from tests.rows import NOW
from tests.test_exports import (
    BODY,
    about,
    exported,
    raw_pages,
    row_in_ledger,
    stored,
    with_page,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from ingest.export.frame import About

__all__ = ["about"]  # a fixture


def test_a_page_of_the_archive_comes_byte_for_byte(tmp_path: Path, about: About) -> None:
    one = with_page(tmp_path, stored(1))
    lost = stored(2, warc="gone.warc.gz", warc_offset=0)
    body = exported("warc", [one, lost], tmp_path / "out", about)[""]
    whole = (tmp_path / "archive" / str(one.warc)).read_bytes()

    assert body.endswith(whole)
    kinds = [record.rec_type for record in ArchiveIterator(io.BytesIO(body))]
    assert kinds == ["warcinfo", "response"]


def test_a_page_that_is_gone_is_left_out_and_one_that_is_damaged_counts(tmp_path: Path) -> None:
    whole = with_page(tmp_path, stored(1))
    broken = with_page(tmp_path, stored(2))
    file = tmp_path / "archive" / str(broken.warc)
    file.write_bytes(b"\0" * file.stat().st_size)
    gone = stored(3, warc="gone.warc.gz", warc_offset=0)
    pages = raw_pages(tmp_path, whole, broken, gone, stored(4))
    found = [pages(one) for one in (whole, broken, gone, stored(4))]

    assert found[0]
    assert found[1:] == [None] * 3
    assert (pages.damaged, pages.misplaced) == (1, 0)


def test_another_page_in_the_place_of_one_is_not_exported_for_it(tmp_path: Path) -> None:
    ours, theirs = with_page(tmp_path, stored(1)), with_page(tmp_path, stored(2))
    mixed_up = replace(ours, warc=theirs.warc, warc_offset=theirs.warc_offset)
    pages = raw_pages(tmp_path, mixed_up, theirs)

    assert pages(mixed_up) is None
    assert pages(theirs)
    assert (pages.damaged, pages.misplaced) == (0, 1)


def test_a_page_to_which_its_own_fetch_was_led_is_exported(tmp_path: Path) -> None:
    led = with_page(tmp_path, stored(1))
    fetch = {"archived_at": iso(NOW), "archived_bytes": len(BODY)}
    row = row_in_ledger(led) | {"url": "https://short.test/x"}
    found = [
        RawPages(tmp_path / "archive", lambda _, told=told: told)(led)  # type: ignore[misc]  # its default is typed
        for told in (row | fetch, row | fetch | {"archived_bytes": 1}, row)
    ]

    assert [one is not None for one in found] == [True, False, False]


def test_the_command_says_which_pages_are_not_those_of_the_articles(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "seedbed.toml").write_text("")
    with closing(fill(tmp_path / "corpus.db")) as corpus:
        (row,) = corpus._rows("SELECT id, url FROM pages WHERE id = 1")
        page = with_page(tmp_path, stored(1), url=row["url"])
        corpus._run(
            "UPDATE pages SET warc = :warc, warc_offset = :at WHERE id = 1",
            {"warc": page.warc, "at": page.warc_offset},
        )
    command = ["-w", str(tmp_path), "export", "warc", str(tmp_path / "out.warc.gz")]
    assert main(command) == 0
    capsys.readouterr()
    file = tmp_path / "archive" / str(page.warc)
    other = with_page(tmp_path, stored(2))
    (tmp_path / "archive" / str(other.warc)).replace(file)
    assert main(command) == 1
    assert "1 page left out: the archive has other pages in their place" in capsys.readouterr().err
    file.write_bytes(b"torn")
    assert main(command) == 1
    assert "1 page left out: damaged in the archive" in capsys.readouterr().err
