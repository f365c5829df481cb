"""The files that a backup is made of: their names, how they come to be, what a manifest tells.

A backup is `NAME.db`, beside it `NAME.db.json` (the manifest) and, if wished for, a folder
`NAME.db.archive` with the raw pages. Each is written under another name, made durable, and renamed:
what carries its name is whole.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, count
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from ingest.durable import make_durable
from ingest.errors import CorpusError, CorpusLocked, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = [
    "ArchiveFile",
    "Backup",
    "alone_in",
    "archive_of",
    "backup_name",
    "backups_in",
    "is_backup_due",
    "link_or_copy",
    "made_at",
    "never",
    "not_taken",
    "partial_of",
    "prune_backups",
    "publish",
    "read_manifest",
    "remove_partial",
    "remove_stale",
    "sha256_of",
    "stale_partial",
    "stamp_of",
    "withdraw_manifest",
    "wrapped",
    "write_manifest",
]

_PARTIAL = ".seedbed-partial"  # what is being written; never read, and removed by the next one
_STAMP = "%Y%m%dT%H%M%SZ"
_STAMPED = re.compile(r"-(?P<stamp>[0-9]{8}T[0-9]{6}Z)\.db")
_CHUNK = 1 << 20


def never() -> bool:
    """Nobody tells us to stop."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveFile:
    """A WARC file as it was at the moment of a backup; it may have grown since."""

    file: str
    bytes: int
    sha256: str  #: of these bytes
    changed_ns: int  #: time of its last change, by which the next backup knows it again


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What a manifest tells."""

    path: Path
    made: str  #: UTC, ISO 8601
    version: str  #: of Seedbed
    schema: int
    bytes: int
    sha256: str
    rows: dict[str, int]  #: by table
    archive: tuple[ArchiveFile, ...] = ()
    has_archive: bool = False  #: whether the raw pages lie beside it


def backup_name(corpus: Path, now: datetime) -> str:
    """The name of a backup of a corpus, by which the next one knows how old it is."""
    return f"{corpus.stem}-{stamp_of(now)}.db"


def stamp_of(now: datetime) -> str:
    """A moment as it stands in names of files."""
    return now.astimezone(UTC).strftime(_STAMP)


def archive_of(backup: Path) -> Path:
    """The folder with the raw pages of a backup."""
    return backup.with_name(f"{backup.name}.archive")


def manifest_of(backup: Path) -> Path:
    return backup.with_name(f"{backup.name}.json")


def partial_of(path: Path) -> Path:
    """Where something is written before it has its name."""
    return path.with_name(f".{path.name}{_PARTIAL}")


@contextmanager
def wrapped(path: Path) -> Iterator[None]:
    """What the file system refuses, as an error of ours."""
    try:
        yield
    except OSError as exc:
        raise CorpusError(f"not written: {exc.strerror or exc}", path=path) from exc


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Be the only one who makes backups in a folder; the kernel's lock ends with the process."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as exc:
        raise CorpusLocked("another backup is being made in this folder", path=folder) from exc
    finally:
        os.close(descriptor)


def remove_partial(folder: Path, *, of: str = "") -> list[Path]:
    """Remove what a backup or restore left half written; the caller is alone there.

    Args:
        of: how the names of the files begin that were to come; empty: any.
    """
    found = [one for one in sorted(folder.glob(f".*{_PARTIAL}*")) if one.name[1:].startswith(of)]
    for path in found:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return found


def stale_partial(folder: Path) -> list[Path]:
    """What a killed backup left half written; nothing while one is being made."""
    if not any(folder.glob(f".*{_PARTIAL}*")):
        return []
    try:
        with alone_in(folder):
            return sorted(folder.glob(f".*{_PARTIAL}*"))
    except (CorpusLocked, OSError):
        return []


def remove_stale(folder: Path) -> list[Path]:
    """Remove what a killed backup left half written, unless one is being made."""
    with wrapped(folder), alone_in(folder):
        return remove_partial(folder)


def publish(partial: Path, path: Path) -> None:
    """Make a file, or the files of a folder, durable, then give it its name."""
    make_durable(partial)
    partial.replace(path)
    make_durable(path.parent)


def sha256_of(path: Path, size: int, is_stopped: Callable[[], bool] = never) -> str:
    """The hash of the first `size` bytes.

    Raises:
        Stopped: it was told to.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while size > 0 and (block := file.read(min(_CHUNK, size))):
            if is_stopped():
                raise Stopped("told to stop")
            digest.update(block)
            size -= len(block)
    return digest.hexdigest()


def write_manifest(made: Backup) -> None:
    """Say beside a backup what it holds."""
    told = asdict(made) | {"path": made.path.name}
    partial = partial_of(manifest_of(made.path))
    # In ASCII: the name of a file may be no UTF-8.
    partial.write_text(json.dumps(told, indent=1) + "\n", encoding="ascii")
    publish(partial, manifest_of(made.path))


def withdraw_manifest(backup: Path) -> None:
    """Let nothing be said of a backup before another one takes its place."""
    manifest_of(backup).unlink(missing_ok=True)
    make_durable(backup.parent)


def not_taken(path: Path) -> Path:
    """The path, or the next one of its name where something is."""
    names = (path.with_name(f"{path.name}-{nth}") for nth in count(2))
    return next(one for one in chain([path], names) if not one.exists())


def link_or_copy(source: Path, target: Path, size: int) -> None:
    """Lay a file that only grows at a second place; where no link can be, its first bytes."""
    try:
        target.hardlink_to(source)
    except OSError:  # another file system, or one without links
        with source.open("rb") as read, target.open("xb") as written:
            left = size
            while left and (block := read.read(min(_CHUNK, left))):
                written.write(block)
                left -= len(block)
            written.flush()
            os.fsync(written.fileno())


def backups_in(folder: Path, corpus: Path) -> list[Path]:
    """The backups of a corpus in a folder that were named by `backup_name`, the oldest first."""
    if not folder.is_dir():
        return []
    return sorted(
        (path for path in folder.glob("*.db") if _moment_of(path.name, corpus)),
        key=lambda path: path.name,
    )


def _moment_of(name: str, corpus: Path) -> datetime | None:
    """The moment in the name of a backup; None: it is the name of something else."""
    if not name.startswith(corpus.stem):
        return None
    match = _STAMPED.fullmatch(name.removeprefix(corpus.stem))
    try:
        return datetime.strptime(match["stamp"], _STAMP).replace(tzinfo=UTC) if match else None
    except ValueError:  # the 99th of a month
        return None


def _until(now: datetime, folder: Path, corpus: Path) -> list[tuple[datetime, Path]]:
    """The backups that a right clock can have named, the oldest first."""
    found = ((_moment_of(path.name, corpus), path) for path in backups_in(folder, corpus))
    return [(moment, path) for moment, path in found if moment and moment <= now]


def made_at(folder: Path, corpus: Path, *, now: datetime) -> datetime | None:
    """When the latest backup in a folder was made, by its name; None: there is none.

    Args:
        now: names of a later moment tell nothing: the clock was wrong.
    """
    made = _until(now, folder, corpus)
    return made[-1][0] if made else None


def is_backup_due(folder: Path, corpus: Path, *, every_hours: float, now: datetime) -> bool:
    """Whether the latest backup is that old; what stands in the folder tells, and no plan.

    One from the future, of a clock that was wrong, keeps nobody waiting.
    """
    made = made_at(folder, corpus, now=now)
    return made is None or now - made >= timedelta(hours=every_hours)


def prune_backups(folder: Path, corpus: Path, *, keep: int, now: datetime) -> list[Path]:
    """Remove the oldest backups in a folder, with manifest and raw pages; those removed.

    Args:
        keep: so many stay; one named by a later moment than now stays too, and does not count.
    """
    removed = [path for _, path in _until(now, folder, corpus)[:-keep]]
    with wrapped(folder):
        for path in removed:
            path.unlink(missing_ok=True)
        # By what is left, so that a kill in the middle leaves nothing that nobody removes.
        for beside in (*folder.glob("*.db.json"), *folder.glob("*.db.archive")):
            backup = beside.with_suffix("")  # without `.json` or `.archive`
            if _moment_of(backup.name, corpus) and not backup.exists():
                shutil.rmtree(beside) if beside.is_dir() else beside.unlink()
    return removed


def read_manifest(backup: Path) -> Backup | None:
    """What stands beside a backup; None: nothing does.

    Raises:
        CorpusError: it cannot be read, or names files outside of the archive.
    """
    path = manifest_of(backup)
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        files = tuple(ArchiveFile(**one) for one in told["archive"])
        for one in files:
            _check_plain(one.file)
        return Backup(**told | {"path": backup, "archive": files})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as exc:
        raise CorpusError(f"the manifest cannot be read ({exc})", path=path) from exc


def _check_plain(name: str) -> None:
    """A manifest may come from anywhere: it must not lead a restore out of the archive."""
    if name in {"", ".."} or "\0" in name or PurePath(name).name != name:
        raise ValueError(f"{name!r} is no plain name of a file")
