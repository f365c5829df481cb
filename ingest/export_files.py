"""Exports on their way to the disk: whole or not at all.

What is written has another name until it is whole; a file is made durable before it is renamed.
Who writes it holds the kernel's lock on it: what a kill left is free, and the next one's.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ingest.archive import is_record_of, read_record
from ingest.backup_files import publish
from ingest.export.frame import ExportError
from ingest.warc_members import raw_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import Any, BinaryIO

    from ingest.export.frame import About, FileWriter, FolderWriter, Format
    from ingest.read_items import StoredArticle

__all__ = ["RawPages", "export_to", "new_file", "new_folder", "wrapped", "write_whole"]


#: Not that of a backup, which removes whatever others left half written beside it.
_PARTIAL = ".seedbed-export"


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
        with new_file(path.resolve()) as out:
            out.write(body)


def _write_file(
    write: FileWriter, articles: Iterable[StoredArticle], path: Path, about: About
) -> int:
    with wrapped(path):
        if path.exists() and not path.is_file():  # a pipe, a terminal: nothing to rename
            with path.open("wb") as out:
                return write(articles, out, about)
        with new_file(path.resolve()) as out:
            return write(articles, out, about)


def _write_folder(
    write: FolderWriter, articles: Iterable[StoredArticle], path: Path, about: About
) -> int:
    with wrapped(path):
        target = path.resolve()
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise ExportError(f"{path} is there already, and no empty folder")
        with new_folder(target) as partial:
            count = write(articles, partial, about)
            partial.replace(target)  # each made durable takes 9 ms: minutes for a large corpus
    return count


@contextmanager
def new_file(target: Path) -> Iterator[BinaryIO]:
    """A file that has its name when the block ends well, and is gone when it does not.

    Raises:
        ExportError: another one is being written under this name.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = _partial_of(target)
    with open(partial, "wb", opener=_untouched) as out:
        _lock(out.fileno(), partial)
        out.truncate(0)  # of one that was killed
        try:
            yield out
            out.flush()
            publish(partial, target)
        finally:
            if _has_name(out.fileno(), partial):
                partial.unlink()


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """An empty folder beside `target`, to be renamed in the block; else it is gone at its end.

    Raises:
        ExportError: another one is being written under this name.
    """
    partial = _partial_of(target)
    partial.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(partial, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _lock(descriptor, partial)
        for left in partial.iterdir():  # by one that was killed
            shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
        try:
            yield partial
        finally:
            if _has_name(descriptor, partial):
                shutil.rmtree(partial, ignore_errors=True)
    finally:
        os.close(descriptor)


def _partial_of(path: Path) -> Path:
    """Where something is written before it has its name."""
    return path.with_name(f".{path.name}{_PARTIAL}")


def _untouched(path: str, flags: int) -> int:
    """Open a file that may be another's without emptying it."""
    return os.open(path, flags & ~os.O_TRUNC, 0o666)


def _lock(descriptor: int, partial: Path) -> None:
    """Be the only one who writes it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_free = _has_name(descriptor, partial)
    except BlockingIOError:
        is_free = False
    if not is_free:  # or who had it has just given it another name
        raise ExportError("another one is being written under this name")


def _has_name(descriptor: int, path: Path) -> bool:
    """Whether a path leads to what is open here; it may be the next one's by now."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


@contextmanager
def wrapped(path: Path) -> Iterator[None]:
    """What the file system refuses, as an error of ours."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as exc:
        raise ExportError(f"{path} cannot be written: {exc.strerror or exc}") from exc


class RawPages:
    """Gives the record of an article's page; None: none is kept, or it cannot be had."""

    def __init__(self, archive: Path, place_of: Callable[[int], Mapping[str, Any] | None]) -> None:
        """Begin with nothing.

        Args:
            archive: the folder.
            place_of: tells where it has a page (`Corpus.archived`).
        """
        self._archive = archive
        self._place_of = place_of
        self.damaged = 0  #: records that are there and cannot be read
        self.misplaced = 0  #: pages in whose place the archive has another one

    def __call__(self, article: StoredArticle) -> bytes | None:
        row = self._place_of(article.page)
        if row is None:
            return None
        place = self._archive / row["warc"], row["warc_offset"]
        try:
            if not is_record_of(read_record(*place), row):
                self.misplaced += 1
                return None
            return raw_record(*place)
        except FileNotFoundError:  # thrown away, or not restored
            return None
        except (OSError, ValueError):
            self.damaged += 1
            return None
