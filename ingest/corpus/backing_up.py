"""A corpus copied whole, and put back whole, by SQLite's own backup (sqlite.org/backup.html).

The copy is of one moment, though others write meanwhile; what is put back comes in one transaction,
so a kill in the middle leaves the corpus as it was and whoever reads it sees the one or the other.
"""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeVar

from pysqlite3 import dbapi2 as sqlite

from ingest.corpus.connection import check_identity, guarded
from ingest.errors import CorpusDamaged, CorpusError, CorpusLocked, CorpusTooNew, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    IsStopped = Callable[[], bool]

__all__ = ["copy_corpus", "look_through", "put_back", "schema_of"]

_PAGES = 4096  # copied between two looks at the clock
_OPCODES = 200_000  # of SQLite's virtual machine, likewise; some milliseconds
_PATIENCE_S = 30.0

T = TypeVar("T")


def copy_corpus(
    path: Path,
    target: Path,
    *,
    is_stopped: IsStopped = lambda: False,
    is_any_schema: bool = False,
) -> dict[str, int]:
    """Copy a corpus into a new file, one that needs no second file beside it.

    Args:
        is_any_schema: one of a newer Seedbed, too.

    Returns:
        The rows of each table at the moment of the copy.

    Raises:
        CorpusError: one of them cannot be read or written.
        Stopped: it was told to; what there is of the new file is of no use.
    """
    with guarded(path), closing(_opened(path, "ro")) as raw:
        _check(raw, path, is_any_schema=is_any_schema)
        raw.execute("BEGIN")  # what is counted and what is copied is of one moment
        _interruptible(raw, is_stopped)
        rows = _asked(lambda: _rows_by_table(raw))
        _interruptible(raw, None)
        with guarded(target), closing(_opened(target, "rwc")) as copy:
            copy.execute("PRAGMA synchronous = OFF")  # the caller makes it durable, as a whole
            _copy_pages(raw, copy, target, is_stopped)
            copy.execute("PRAGMA journal_mode = DELETE")
    return rows


def look_through(path: Path, *, is_stopped: IsStopped = lambda: False) -> dict[str, int]:
    """Read a copy from end to end; the rows of each table.

    Raises:
        CorpusError: it is no corpus, or it is damaged.
        Stopped: it was told to.
    """
    # A fresh connection: on one that lives long the check calls sound full-text indexes damaged.
    with guarded(path), closing(_opened(path, "ro")) as raw:
        check_identity(raw, path, readonly=True)
        _interruptible(raw, is_stopped)
        said = _asked(lambda: [str(row[0]) for row in raw.execute("PRAGMA integrity_check(3)")])
        if said != ["ok"]:
            raise CorpusDamaged(f"damaged ({'; '.join(said)[:300]})", path=path)
        return _asked(lambda: _rows_by_table(raw))


def schema_of(path: Path) -> int:
    """The number of the schema of a corpus.

    Raises:
        CorpusError: it is none.
    """
    with guarded(path), closing(_opened(path, "ro")) as raw:
        _check(raw, path, is_any_schema=True)
        return int(raw.execute("PRAGMA user_version").fetchone()[0])


def put_back(backup: Path, path: Path) -> None:
    """Make a corpus what a copy of it is, in one transaction.

    Raises:
        CorpusError: one of them cannot be read or written.
        CorpusLocked: somebody else writes all the time.
    """
    with guarded(backup), closing(_opened(backup, "ro")) as raw:
        check_identity(raw, backup, readonly=True)
        with guarded(path), closing(_opened(path, "rw")) as corpus:
            corpus.execute("PRAGMA synchronous = FULL")
            _copy_pages(raw, corpus, path, lambda: False)
            corpus.execute("PRAGMA journal_mode = WAL")
            corpus.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _copy_pages(raw: Any, copy: Any, target: Path, is_stopped: IsStopped) -> None:
    try:
        raw.backup(copy, pages=_PAGES, progress=_watch(target, is_stopped))
    except sqlite.OperationalError as exc:
        if hasattr(exc, "sqlite_errorcode"):
            raise
        # SQLite says what went wrong there, such as a full disk, in words alone.
        raise CorpusError(f"not written: {exc}", path=target) from exc


def _opened(path: Path, mode: str) -> Any:
    return sqlite.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=_PATIENCE_S,
        isolation_level=None,
        check_same_thread=False,
    )


def _check(raw: Any, path: Path, *, is_any_schema: bool) -> None:
    try:
        check_identity(raw, path, readonly=True)
    except CorpusTooNew:
        if not is_any_schema:
            raise


def _rows_by_table(raw: Any) -> dict[str, int]:
    tables = raw.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite^_%' "
        "ESCAPE '^' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
    ).fetchall()
    return {
        name: int(raw.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608  # names of the schema
        for (name,) in tables
    }


def _interruptible(raw: Any, is_stopped: IsStopped | None) -> None:
    raw.set_progress_handler(is_stopped, _OPCODES)


def _asked(question: Callable[[], T]) -> T:
    """What a question gives that may be interrupted."""
    try:
        return question()
    except sqlite.OperationalError as exc:
        if getattr(exc, "sqlite_errorcode", 0) & 0xFF == sqlite.SQLITE_INTERRUPT:
            raise Stopped("told to stop") from exc
        raise


def _watch(path: Path, is_stopped: IsStopped) -> Callable[[int, int, int], None]:
    """Ends a copy that is told to stop, or that another writer keeps waiting."""
    began, last = time.monotonic(), -1

    def watch(_status: int, remaining: int, _total: int) -> None:
        nonlocal began, last
        if is_stopped():
            raise Stopped("told to stop")
        if remaining != last:
            began, last = time.monotonic(), remaining
        elif time.monotonic() - began > _PATIENCE_S:
            raise CorpusLocked("another process holds the write lock", path=path)

    return watch
