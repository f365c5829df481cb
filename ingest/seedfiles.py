"""The files of a seed folder by their names: which are read, and which are not."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ingest.errors import SeedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "CORRECTED",
    "HTML_SUFFIXES",
    "LIST_SUFFIX",
    "MARKDOWN_SUFFIXES",
    "PAGES",
    "SEED_SUFFIXES",
    "count_documents",
    "files_in",
    "is_correction",
    "unread_in",
    "unread_said",
]

HTML_SUFFIXES = frozenset([".html", ".htm"])
MARKDOWN_SUFFIXES = frozenset([".md", ".markdown"])
LIST_SUFFIX = ".urls"
#: What a file of the seed folder ends in to be read.
SEED_SUFFIXES = frozenset([".txt", LIST_SUFFIX]) | HTML_SUFFIXES | MARKDOWN_SUFFIXES
#: What the name of a text ends in that a person put in place of the cleaned one.
CORRECTED = ".clean.txt"
#: The folder inside the seed folder where the pages of addresses are.
PAGES = "pages"

_ATTACHED = "_files"  # a browser keeps the images of NAME.html in the folder NAME_files


def files_in(folder: Path) -> list[Path]:
    """The files of a folder that end like a seed, in order of name.

    Raises:
        SeedError: the folder cannot be read.
    """
    with _reading(folder):
        if not folder.is_dir():
            return []
        found = (path for path in folder.iterdir() if path.suffix.lower() in SEED_SUFFIXES)
        return sorted((path for path in found if path.is_file()), key=lambda path: path.name)


def is_correction(path: Path) -> bool:
    """Whether a file is the corrected text of another one."""
    return path.name.endswith(CORRECTED)


def count_documents(folder: Path) -> int:
    """How many files are documents, by their names alone."""
    texts = [path for path in files_in(folder) if path.suffix.lower() != LIST_SUFFIX]
    pages = [path for path in files_in(folder / PAGES) if path.suffix.lower() in HTML_SUFFIXES]
    return sum(not is_correction(path) for path in texts + pages)


def unread_in(folder: Path) -> tuple[str, ...]:
    """What lies in a seed folder and is not read, in order of name; a folder ends in `/`.

    Hidden files are passed over, and the folders that browsers save beside a page.

    Raises:
        SeedError: the folder cannot be read.
    """
    with _reading(folder):
        found = (
            path.relative_to(folder).as_posix() + "/" * path.is_dir()
            for path in (*_unread(folder, SEED_SUFFIXES), *_unread(folder / PAGES, HTML_SUFFIXES))
            if path != folder / PAGES
        )
        return tuple(sorted(found))


def unread_said(folder: Path) -> str:
    """What lies in a seed folder and is not read, and what would be; empty: nothing does."""
    files = unread_in(folder)
    told = f"not read: {', '.join(files)}; a seed ends in .txt, .md, .html or .urls"
    return told if files else ""


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise SeedError(f"cannot read {exc.filename or folder}: {exc.strerror}") from exc


def _unread(folder: Path, suffixes: frozenset[str]) -> Iterator[Path]:
    for path in folder.iterdir() if folder.is_dir() else ():
        is_read = path.is_file() and (path.suffix.lower() in suffixes or is_correction(path))
        is_attached = path.is_dir() and path.name.endswith(_ATTACHED)
        if not (is_read or is_attached or path.name.startswith(".")):
            yield path
