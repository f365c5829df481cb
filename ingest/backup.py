"""Backups: a corpus of one moment, verified, with a manifest that names the raw pages too.

WARC files only grow, so a hard link keeps the bytes that a manifest vouches for.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.backup_files import (
    ArchiveFile,
    Backup,
    alone_in,
    archive_of,
    backups_in,
    link_or_copy,
    never,
    not_taken,
    partial_of,
    publish,
    read_manifest,
    remove_partial,
    sha256_of,
    stamp_of,
    withdraw_manifest,
    wrapped,
    write_manifest,
)
from ingest.corpus.backing_up import copy_corpus, look_through, put_back, schema_of
from ingest.corpus.base import iso
from ingest.durable import make_durable
from ingest.errors import CorpusDamaged, CorpusError, CorpusTooNew, NotACorpus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path

__all__ = ["Restored", "make_backup", "read_backup", "restore_backup"]

_BESIDE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came of a restore."""

    rows: dict[str, int]  #: by table
    aside: Path | None  #: where the old corpus lies; None: there was none
    put: tuple[str, ...]  #: WARC files brought back
    missing: tuple[str, ...]  #: WARC files that the backup names and nobody has as they were


def make_backup(
    corpus: Path,
    archive: Path,
    target: Path,
    *,
    now: datetime,
    version: str,
    with_archive: bool = False,
    is_stopped: Callable[[], bool] = never,
) -> Backup:
    """Copy a corpus to `target`, read the copy from end to end, and only then give it its name.

    Args:
        with_archive: lay the raw pages beside it.
        is_stopped: asked all the time.

    Raises:
        CorpusError: the corpus cannot be read, the copy cannot be written or is damaged.
        CorpusLocked: another backup into this folder is being made.
        Stopped: it was told to.
    """
    if not corpus.exists():
        raise NotACorpus("no corpus here yet; `seedbed run --once` makes one", path=corpus)
    with wrapped(target), alone_in(target.parent):
        remove_partial(target.parent)
        try:
            return _make(
                corpus, archive, target, now=now, version=version, with_archive=with_archive,
                is_stopped=is_stopped,
            )  # fmt: skip
        except BaseException:  # such as a full disk, of which it would hold the rest
            remove_partial(target.parent, of=target.name)
            raise


def _make(
    corpus: Path,
    archive: Path,
    target: Path,
    *,
    now: datetime,
    version: str,
    with_archive: bool,
    is_stopped: Callable[[], bool],
) -> Backup:
    partial = partial_of(target)
    rows = copy_corpus(corpus, partial, is_stopped=is_stopped)
    if (found := look_through(partial, is_stopped=is_stopped)) != rows:
        raise CorpusError(f"the copy holds other rows: {found} for {rows}", path=target)
    files = _archive_files(archive, _known(target.parent, corpus), is_stopped)
    made = Backup(
        path=target, made=iso(now), version=version,
        schema=schema_of(partial), bytes=partial.stat().st_size,
        sha256=sha256_of(partial, partial.stat().st_size, is_stopped), rows=rows, archive=files,
        has_archive=with_archive,
    )  # fmt: skip
    if with_archive:
        _copy_archive(archive, files, archive_of(target))
    withdraw_manifest(target)  # else a kill leaves it beside a backup that it does not name
    publish(partial, target)
    write_manifest(made)
    return made


def _archive_files(
    folder: Path, known: dict[str, ArchiveFile], is_stopped: Callable[[], bool]
) -> tuple[ArchiveFile, ...]:
    """Every WARC file with its size and hash; one that did not change is not read again."""
    files: list[ArchiveFile] = []
    for path in sorted(folder.glob("*.warc.gz")):
        found = path.stat()
        before = known.get(path.name)
        if before and (before.bytes, before.changed_ns) == (found.st_size, found.st_mtime_ns):
            files.append(before)
            continue
        files.append(
            ArchiveFile(
                file=path.name,
                bytes=found.st_size,
                changed_ns=found.st_mtime_ns,
                sha256=sha256_of(path, found.st_size, is_stopped),
            )
        )  # fmt: skip
    return tuple(files)


def _known(folder: Path, corpus: Path) -> dict[str, ArchiveFile]:
    """What the latest manifest of a folder says of the raw pages."""
    for backup in reversed(backups_in(folder, corpus)):
        with suppress(CorpusError):  # one that cannot be read: they are read anew
            if (told := read_manifest(backup)) is not None:
                return {one.file: one for one in told.archive}
    return {}


def _copy_archive(source: Path, files: Iterable[ArchiveFile], target: Path) -> None:
    partial = partial_of(target)
    partial.mkdir()
    for one in files:
        link_or_copy(source / one.file, partial / one.file, one.bytes)
    if target.exists():
        shutil.rmtree(target)
    publish(partial, target)


def read_backup(path: Path) -> Backup:
    """A backup, looked through from end to end; one without a manifest speaks for itself.

    Raises:
        CorpusError: it is damaged, no corpus, or not what its manifest says.
    """
    if not path.is_file():
        raise CorpusError("no such backup", path=path)
    rows = look_through(path)
    told = read_manifest(path)
    size = path.stat().st_size
    found = sha256_of(path, size)
    if told is None:
        return Backup(
            path=path, made="", version="", schema=schema_of(path), bytes=size, sha256=found,
            rows=rows,
        )  # fmt: skip
    if found != told.sha256:
        raise CorpusError("the backup is not the file that its manifest names", path=path)
    return told


def restore_backup(
    backup: Path, corpus: Path, archive: Path, *, now: datetime, with_archive: bool = False
) -> Restored:
    """Make a corpus what a backup holds; the old one is kept aside.

    The backup comes in one transaction, so that who reads meanwhile sees the old or the new, and a
    kill leaves the old. A file that is no corpus any more is moved aside instead, once the new one
    lies beside it, whole and durable.

    Raises:
        CorpusError: the backup is not sound, or something cannot be written.
        CorpusLocked: somebody writes to the corpus.
    """
    told = read_backup(backup)
    with wrapped(corpus), alone_in(corpus.parent):
        remove_partial(corpus.parent)
        aside = _aside(corpus, now)
        try:
            if corpus.exists() and _is_copied(corpus, aside):
                put_back(backup, corpus)
                is_kept = True
            else:
                is_kept = _replace(backup, corpus, aside)
        except BaseException:  # such as a full disk
            remove_partial(corpus.parent, of=corpus.name)
            raise
        rows = look_through(corpus)
    put, missing = _restore_archive(told, archive, is_wanted=with_archive, now=now)
    return Restored(rows=rows, aside=aside if is_kept else None, put=put, missing=missing)


def _aside(path: Path, now: datetime) -> Path:
    """Where what was there before is kept; two restores may be of one second."""
    return not_taken(path.with_name(f"{path.name}.before-restore-{stamp_of(now)}"))


def _is_copied(corpus: Path, aside: Path) -> bool:
    partial = partial_of(aside)
    try:
        copy_corpus(corpus, partial, is_any_schema=True)
        with suppress(CorpusTooNew):  # what it holds we cannot tell, but copied it is
            look_through(partial)
    except (NotACorpus, CorpusDamaged):
        partial.unlink(missing_ok=True)
        return False
    publish(partial, aside)
    return True


def _replace(backup: Path, corpus: Path, aside: Path) -> bool:
    """Put a sound copy where no corpus is, or none that can be copied.

    Nothing is touched before the copy is whole, and what was there comes back when it cannot take
    its place.

    Returns:
        Whether something was there, and lies aside now.
    """
    partial = partial_of(corpus)
    copy_corpus(backup, partial)
    look_through(partial)
    make_durable(partial)
    moved: list[tuple[Path, Path]] = []
    try:
        # The corpus last: a log that is left behind would be read into the one that comes.
        for ending in (*_BESIDE, ""):
            old = corpus.with_name(f"{corpus.name}{ending}")
            if old.exists():
                kept = aside.with_name(f"{aside.name}{ending}")
                old.replace(kept)
                moved.append((kept, old))
        publish(partial, corpus)
    except BaseException:
        for kept, old in reversed(moved):
            kept.replace(old)
        raise
    return bool(moved)


def _holds(path: Path, one: ArchiveFile) -> bool:
    """Whether a file begins with the bytes that a manifest vouches for; it may have grown since."""
    with wrapped(path):
        return (
            path.is_file()
            and path.stat().st_size >= one.bytes
            and sha256_of(path, one.bytes) == one.sha256
        )


def _restore_archive(
    told: Backup, archive: Path, *, is_wanted: bool, now: datetime
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Bring back WARC files that are gone, cut short or others than they were.

    Returns:
        Those brought back, and those that are still missing.
    """
    put: list[str] = []
    missing: list[str] = []
    for one in told.archive:
        there, kept = archive / one.file, archive_of(told.path) / one.file
        if _holds(there, one):
            continue
        if not (is_wanted and _holds(kept, one)):
            missing.append(one.file)
            continue
        with wrapped(there):
            archive.mkdir(parents=True, exist_ok=True)
            partial = partial_of(there)
            link_or_copy(kept, partial, one.bytes)
            if there.exists():  # cut short, damaged, or of another corpus: for a person to look at
                there.replace(_aside(there, now))
            publish(partial, there)
        put.append(one.file)
    return tuple(put), tuple(missing)
