"""What lies in a seed folder: read, not read, in what encoding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingest.errors import SeedError
from ingest.seedfiles import count_documents, unread_in
from ingest.seedset import guess_of_encoding, load_seed_set
from tests.test_seeds_loading import BODY, RUSSIAN, page_of, read_nothing, text_of

if TYPE_CHECKING:
    from pathlib import Path


def fill(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text_of(*BODY, name), "utf-8")
    return folder


def test_what_no_reader_reads_is_named_in_order(tmp_path: Path) -> None:
    fill(tmp_path, "b.PDF", "a.docx", "notes", "more/a.txt", "a.txt", "b.md", "c.HTM", "l.urls")
    fill(tmp_path, "pages/a.html", "pages/a.clean.txt", "pages/b.txt")

    assert unread_in(tmp_path) == ("a.docx", "b.PDF", "more/", "notes", "pages/b.txt")


def test_a_folder_that_cannot_be_read_is_told_with_its_reason(tmp_path: Path) -> None:
    folder = tmp_path / ("n" * 300)  # permissions stop no test that root runs

    for read in (unread_in, count_documents):
        with pytest.raises(SeedError, match=r"cannot read .*nnn: File name too long"):
            read(folder)


def test_what_systems_and_browsers_leave_is_passed_over(tmp_path: Path) -> None:
    fill(tmp_path, ".DS_Store", "pages/.DS_Store", "a.html", "a_files/photo.jpg", "a.clean.txt")

    assert unread_in(tmp_path) == ()
    assert unread_in(tmp_path / "missing") == ()


def test_documents_are_counted_without_lists_corrections_and_what_is_not_read(
    tmp_path: Path,
) -> None:
    fill(tmp_path, "a.txt", "a.clean.txt", "b.md", "c.pdf", "d.urls", "pages/e.html", "pages/f.txt")

    assert count_documents(tmp_path) == 3


def test_a_folder_of_unread_files_alone_names_them(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match=r"only a\.docx, b\.pdf, which cannot be read"):
        load_seed_set(fill(tmp_path, "b.pdf", "a.docx"))


@pytest.mark.parametrize(
    ("name", "body", "guess"),
    [
        ("a.txt", RUSSIAN.encode("cp1251"), "cp1251"),
        ("a.md", RUSSIAN.encode("cp1251"), "cp1251"),
        ("a.txt", RUSSIAN.encode("utf-16-le"), "utf-16-le"),
        ("a.txt", RUSSIAN.encode("utf-16"), None),
        ("a.txt", RUSSIAN.encode("utf-8-sig"), None),
        ("a.txt", RUSSIAN.encode(), None),
        ("a.html", b"<p>" + RUSSIAN.encode("cp1251"), "cp1251"),
        ("a.html", b"<meta charset=windows-1251><p>" + RUSSIAN.encode("cp1251"), None),
        ("a.html", page_of(*BODY), None),
    ],
)
def test_an_encoding_that_nothing_tells_is_a_guess(
    tmp_path: Path, name: str, body: bytes, guess: str | None
) -> None:
    (tmp_path / name).write_bytes(body)
    (seed,) = load_seed_set(tmp_path, extract=read_nothing).documents

    assert guess_of_encoding(tmp_path, seed) == guess
