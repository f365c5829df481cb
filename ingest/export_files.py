"""Exports on their way to the disk: whole or not at all.

What is written has another name until it is whole; a file is made durable before it is renamed.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ingest.backup_files import partial_of, publish
from ingest.export.frame import ExportError
from ingest.warc_members import raw_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from ingest.export.frame import About, FileWriter, FolderWriter, Format
    from ingest.read_items import StoredArticle

__all__ = ["export_to", "raw_pages", "wrapped", "write_whole"]


def export_to(kind: Format, articles: Iterable[StoredArticle], path: Path, about: About) -> int:
    """Write articles to a file or folder; how many were written.

    A file that is there is replaced; a folder must be empty.

    Raises:
        ExportError: it cannot be written; what was there before is as it was.
    """
    if kind.write_folder is not None:
        return _write_folder(kind.write_folder, articles, path, about)
    assert kind.write is not None
    return _write_file(kind.write, articles, path, about)


def write_whole(path: Path, body: bytes) -> None:
    """Write a file, whole or not at all.

    Raises:
        ExportError: it cannot be written.
    """
    with wrapped(path):
        if path.exists() and not path.is_file():
            path.write_bytes(body)
            return
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = partial_of(target)
        try:
            partial.write_bytes(body)
            publish(partial, target)
        finally:
            partial.unlink(missing_ok=True)


def _write_file(
    write: FileWriter, articles: Iterable[StoredArticle], path: Path, about: About
) -> int:
    with wrapped(path):
        if path.exists() and not path.is_file():  # a pipe, a terminal: nothing to rename
            with path.open("wb") as out:
                return write(articles, out, about)
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = partial_of(target)
        try:
            with partial.open("wb") as out:
                count = write(articles, out, about)
            publish(partial, target)
        finally:
            partial.unlink(missing_ok=True)
    return count


def _write_folder(
    write: FolderWriter, articles: Iterable[StoredArticle], path: Path, about: About
) -> int:
    with wrapped(path):
        target = path.resolve()
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise ExportError(f"{path} is there already, and no empty folder")
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = partial_of(target)
        shutil.rmtree(partial, ignore_errors=True)  # of one that was killed
        partial.mkdir()
        try:
            count = write(articles, partial, about)
            partial.replace(target)  # each made durable takes 9 ms: minutes for a large corpus
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return count


@contextmanager
def wrapped(path: Path) -> Iterator[None]:
    """What the file system refuses, as an error of ours."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as exc:
        raise ExportError(f"{path} cannot be written: {exc.strerror or exc}") from exc


def raw_pages(archive: Path) -> Callable[[StoredArticle], bytes | None]:
    """What gives the record of an article's page, once; None: none is kept, or it was given."""
    given: set[tuple[str, int]] = set()

    def record(article: StoredArticle) -> bytes | None:
        if article.warc is None or article.warc_offset is None:
            return None
        place = (article.warc, article.warc_offset)
        if place in given:
            return None
        try:
            found = raw_record(archive / article.warc, article.warc_offset)
        except (OSError, ValueError):
            return None
        given.add(place)
        return found

    return record
