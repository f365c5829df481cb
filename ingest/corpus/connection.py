"""Opening a corpus, and turning what SQLite says into errors a caller can act on."""

from __future__ import annotations

import logging
import os
import re
from contextlib import closing
from typing import TYPE_CHECKING, Any

from pysqlite3 import dbapi2 as sqlite
from sqlite_utils import Database

from ingest.corpus.migrations import APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION
from ingest.corpus.processes import is_alive, is_here
from ingest.errors import (
    CorpusDamaged,
    CorpusError,
    CorpusLocked,
    CorpusReadOnly,
    CorpusTooNew,
    CorpusTooOld,
    DiskFull,
    NotACorpus,
    SqliteTooOld,
)
from ingest.holder import holder_of, puller_of

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "as_it_is",
    "check_identity",
    "connect",
    "guarded",
    "is_still",
    "migrate",
    "missing_parts",
]

_log = logging.getLogger(__name__)

# A crawl asks some 155 different statements; of 128, the usual, each ousted another in turn.
_STATEMENTS = 512
OLDEST_SQLITE = (3, 51, 3)  # sqlite.org/wal.html: the WAL-reset bug, 3.7.0 to 3.51.2
_UNMADE = (sqlite.SQLITE_READONLY, sqlite.SQLITE_CANTOPEN)  # what it could not make beside the file
_NO_SPACE = "no space left, nothing of this step was stored; make room and run again"
_UNWRITTEN = "the corpus cannot be written; it needs a file and a folder to write in, and room"
_UNOPENED = "the corpus cannot be opened or made; it needs a folder to write in, and room"
# FTS5 says so too of an index that the disk failed to read.
_DAMAGED = "the file is damaged or was misread; `seedbed check` tells, then restore a backup"
_DISK_FAILED = (
    "the disk failed, or a quota is used up, and nothing of this step was stored; see the log of "
    "the system, then `seedbed check`"
)
_CODES: dict[int, tuple[type[CorpusError], str]] = {
    sqlite.SQLITE_BUSY: (CorpusLocked, "another process holds the write lock"),
    sqlite.SQLITE_LOCKED: (CorpusLocked, "another connection holds the table"),
    sqlite.SQLITE_READONLY: (CorpusReadOnly, _UNWRITTEN),
    sqlite.SQLITE_CANTOPEN: (CorpusReadOnly, _UNOPENED),
    sqlite.SQLITE_PERM: (CorpusReadOnly, "the corpus may not be opened"),
    sqlite.SQLITE_FULL: (DiskFull, _NO_SPACE),
    sqlite.SQLITE_NOTADB: (NotACorpus, "no SQLite file"),
    sqlite.SQLITE_CORRUPT: (CorpusDamaged, _DAMAGED),
    sqlite.SQLITE_IOERR: (CorpusError, _DISK_FAILED),
}
# What SQLite says where a statement of ours finds another schema than it was written for.
_LACKS = re.compile(
    r"no such (?P<kind>table|column|index): (?:main\.)?(?P<name>\S+)"
    r"|table (?P<table>\S+) has no column named (?P<column>\S+)"
)
_UNFINISHED = "an unfinished version made it, restore a backup or start anew"


def guarded(path: Path) -> _Guard:
    """Raise SQLite's complaints about the file as ours; bugs in SQL pass through.

    Raises:
        CorpusError: or the subclass for what happened.
    """
    return _Guard(path)


class _Guard:
    """A class, for 165 statements a page are guarded: a generator takes three times as long."""

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Nothing is to be done."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Say it in our words."""
        if not isinstance(error, sqlite.DatabaseError):
            return
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _CODES:
            ours, message = _CODES[code]
            raise ours(f"{message} ({error})", path=self._path) from error
        if lacking := _lacking(str(error)):
            said = f"the corpus lacks {lacking}; {_UNFINISHED}"
            raise CorpusError(said, path=self._path) from error


def _lacking(said: str) -> str:
    """The table or column that SQLite did not find; empty: it says something else."""
    found = _LACKS.match(said)
    if found is None:
        return ""
    kind, name, table, column = found.group("kind", "name", "table", "column")
    return f"the {kind} {name}" if kind else f"the column {table}.{column}"


def connect(path: Path, *, readonly: bool = False, timeout_s: float = 30.0) -> Database:
    """A connection to the corpus at `path`, made and migrated if need be.

    A reader brings an older corpus up to date too, where it may: its questions are of this schema.
    One in a snapshot stays as it is, and one that somebody is at work in.

    Raises:
        CorpusError: or the subclass for what is wrong with the file or with this SQLite.
    """
    if sqlite.sqlite_version_info < OLDEST_SQLITE:
        raise SqliteTooOld(f"SQLite {sqlite.sqlite_version} can corrupt a corpus", path=path)
    if readonly and not path.exists():
        raise NotACorpus("no corpus here yet; `seedbed run --once` makes one", path=path)
    with guarded(path):
        if not readonly:
            return _connected(path, "mode=rwc", timeout_s, readonly=False)
        try:
            return _current(path, timeout_s)
        except sqlite.OperationalError as exc:
            if exc.sqlite_errorcode & 0xFF not in _UNMADE or not is_still(path):
                raise
        return _not_older(_connected(path, "mode=ro&immutable=1", timeout_s, readonly=True), path)


def as_it_is(path: Path, *, timeout_s: float = 30.0) -> Database:
    """A reader's connection to a corpus that is not brought up to date for it.

    Raises:
        CorpusError: or the subclass for what is wrong with the file.
    """
    with guarded(path):
        return _connected(path, "mode=ro", timeout_s, readonly=True)


def _current(path: Path, timeout_s: float) -> Database:
    """A reader's connection to a corpus of this schema."""
    db = _connected(path, "mode=ro", timeout_s, readonly=True)
    is_writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    if _pragma(db.conn, "user_version") < SCHEMA_VERSION and is_writable:
        db.conn.close()
        _connected(path, "mode=rw", timeout_s, readonly=False).conn.close()
        db = _connected(path, "mode=ro", timeout_s, readonly=True)
    return _not_older(db, path)


def _not_older(db: Database, path: Path) -> Database:
    version = _pragma(db.conn, "user_version")
    if version >= SCHEMA_VERSION:
        return db
    db.conn.close()
    raise CorpusTooOld(
        f"schema {version} is older than this Seedbed ({SCHEMA_VERSION}); read it once where it "
        "can be written",
        path=path,
    )


def _connected(path: Path, mode: str, timeout_s: float, *, readonly: bool) -> Database:
    if path.is_dir():  # SQLite calls it an error of the disk
        raise NotACorpus("a folder, and no SQLite file", path=path)
    raw = sqlite.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        timeout=timeout_s,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_STATEMENTS,
    )
    try:
        db = Database(raw)
        raw.execute(f"PRAGMA busy_timeout = {int(timeout_s * 1000)}")
        check_identity(raw, path, readonly=readonly)
        if not readonly:
            _announce(raw, path)
            raw.execute("PRAGMA journal_mode = WAL")
            raw.execute("PRAGMA synchronous = FULL")
            # KiB; with the 2 MB of SQLite the upper pages of a large index are read over and over.
            raw.execute("PRAGMA cache_size = -32768")
            migrate(db)
        raw.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        raw.close()
        raise
    return db


def _announce(raw: Any, path: Path) -> None:
    """Say that an older corpus is about to be brought up to date.

    Raises:
        CorpusTooOld: it lies in a snapshot, whose sums would not be right any more, or an older
            Seedbed is at work in it, which could not go on.
    """
    version = _pragma(raw, "user_version")
    if not 0 < version < SCHEMA_VERSION:
        return
    if path.parent.name == "data" and (path.parent.parent / "bagit.txt").exists():
        raise CorpusTooOld(
            f"schema {version} is older than this Seedbed ({SCHEMA_VERSION}), and a snapshot is "
            "never changed; copy the file out of it and read the copy",
            path=path,
        )
    if (pid := _at_work(raw, path)) is not None:
        raise CorpusTooOld(
            f"schema {version} is older than this Seedbed ({SCHEMA_VERSION}), and process {pid} is "
            "at work in it: end it first if it is of the older one, else try again in a minute",
            path=path,
        )
    _log.warning(
        "%s: schema %d becomes %d; a large corpus takes a minute or more, once",
        path.name, version, SCHEMA_VERSION,
    )  # fmt: skip


def _at_work(raw: Any, path: Path) -> int | None:
    """Another process that works in an older corpus: a daemon, a pull or a crawl; None: none."""
    for holder in (holder_of(path), puller_of(path)):
        if holder is not None and holder.pid not in (None, os.getpid()):
            return holder.pid
    open_runs = raw.execute("SELECT process FROM runs WHERE finished IS NULL AND process NOT NULL")
    # A run that a container of another name left open is nobody's.
    living = (one for (one,) in open_runs if is_here(one) and is_alive(one))
    return next((int(one.split(":")[1]) for one in living), None)


def is_still(path: Path) -> bool:
    """Whether nobody can write beside a corpus, and all there is to read stands in it.

    SQLite reads a WAL file through two more, `-wal` and `-shm`, which it cannot make in such a
    folder; where both are there it reads through them (sqlite.org/wal.html, section 5).

    Raises:
        CorpusReadOnly: changes wait in a `-wal` that cannot be read without its `-shm`.
    """
    if os.access(path.parent, os.W_OK) or not os.access(path, os.R_OK):
        return False
    waiting = path.with_name(f"{path.name}-wal")
    if not waiting.exists():
        return True
    if path.with_name(f"{path.name}-shm").exists():
        return False
    if waiting.stat().st_size:
        told = f"changes wait in {waiting.name}; copy both where you may write"
        raise CorpusReadOnly(f"the folder cannot be written, and {told}", path=path)
    return True


def migrate(db: Database) -> None:
    """Bring the schema to this version, in one transaction."""
    raw = db.conn
    if _pragma(raw, "user_version") == SCHEMA_VERSION:
        return
    raw.execute("BEGIN IMMEDIATE")
    try:
        MIGRATIONS.apply(db)
        raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        raw.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    except BaseException:
        raw.execute("ROLLBACK")
        raise
    raw.execute("COMMIT")


def missing_parts(raw: Any) -> list[str]:
    """What this schema has and a corpus has not, as `table events`, `column runs.id`."""
    with closing(sqlite.connect(":memory:", isolation_level=None)) as fresh:
        MIGRATIONS.apply(Database(fresh))
        wanted = _parts(fresh)
    there = _parts(raw)
    lacking = wanted.keys() - there.keys()
    columns = {
        f"column {part.partition(' ')[2]}.{column}"
        for part in wanted.keys() & there.keys()
        for column in wanted[part] - there[part]
    }
    return sorted(lacking) + sorted(columns)


def _parts(raw: Any) -> dict[str, set[str]]:
    """Tables with their columns, and views, indexes and triggers, by kind and name."""
    named = raw.execute("SELECT type, name FROM sqlite_schema").fetchall()
    return {f"{kind} {name}": _columns(raw, name) if kind == "table" else set()
            for kind, name in named}  # fmt: skip


def _columns(raw: Any, table: str) -> set[str]:
    return {name for (name,) in raw.execute("SELECT name FROM pragma_table_xinfo(?)", (table,))}


def check_identity(raw: Any, path: Path, *, readonly: bool) -> None:
    """Make sure that a file is a corpus of ours, of a schema that is known.

    Raises:
        CorpusError: it is not.
    """
    version = _pragma(raw, "user_version")
    tables = raw.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if readonly and not tables:
        raise NotACorpus("an empty file; `seedbed run --once` makes a corpus of it", path=path)
    if _pragma(raw, "application_id") != APPLICATION_ID and (tables or version):
        raise NotACorpus("a SQLite file, but no corpus of ours", path=path)
    if version > SCHEMA_VERSION:
        raise CorpusTooNew(
            f"schema {version} is newer than this Seedbed ({SCHEMA_VERSION}); upgrade it",
            path=path,
        )


def _pragma(raw: Any, name: str) -> int:
    return int(raw.execute(f"PRAGMA {name}").fetchone()[0])
