"""Kills that fall inside a migration or a backup: whole or absent, done or not at all.

Each is measured once undisturbed, from the moment it can be seen from outside; the kills fall
within so long after that moment.
"""

# ruff: noqa: SLF001 - it asks the corpus what no part of the program does

from __future__ import annotations

import fcntl
import shutil
import struct
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pysqlite3 import dbapi2 as sqlite  # noqa: TID251  # looks at a file that no Corpus opened yet
from sqlite_utils import Database  # noqa: TID251

from benchmarks.soak.checks import complaints
from benchmarks.soak.daemon import LEDGER, start
from benchmarks.soak.ledger import acknowledged
from ingest.backup import read_backup
from ingest.backup_files import backups_in, stale_partial
from ingest.corpus import Corpus
from ingest.corpus.migrations import APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION
from ingest.errors import CorpusError

if TYPE_CHECKING:
    import random
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ingest.demo.server import DemoServer

__all__ = ["Ends", "Windows", "kill_backups", "kill_migrations", "older_corpus", "schema_of"]

_OLD = 4  # the schema of the older corpus
_WRITER = 120  # byte of the -shm file that SQLite's writer locks (sqlite.org/walformat.html, 2.1)
_FLOCK = "hhqqi"  # struct flock of fcntl(2), on 64 bits
_WAIT_S = 0.002
_LOOK_S, _LOOKS = 0.0005, 6  # together longer than opening a corpus holds a lock
_PATIENCE_S = 60.0
_LATE = 1.1  # so many times its duration, and a kill may come too late

_ROWS = """
INSERT INTO outlets (id, first_seen, last_seen) VALUES ('a.test', '2025', '2025');
INSERT INTO runs (id, started, spider, "trigger", outcome, version)
VALUES (1, '2025', 'feeds', 'command', 'finished', '1');
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {pages})
INSERT INTO pages (id, key, url, outlet, outcome, reason, found_by, first_seen)
SELECT i, 'a.test/' || i, 'http://a.test/' || i, 'a.test', 'article', 'so', 'feeds', '2025' FROM n;
INSERT INTO articles (id, title, outlet, relevance, why, lead, words, url, first_seen, run, page,
  sha256, extractor, text)
SELECT id, 'Title ' || id, 'a.test', 1, 'so', 'Lead.', 3, url, '2025', 1, id, id, 'old',
  'The text of ' || id FROM pages;
INSERT INTO fetches (page, run, at, outcome, reason, bytes)
SELECT id, 1, '2025-07-01T12:00:00Z', 'article', 'so', 9 FROM pages;
"""


@dataclass(slots=True, kw_only=True)
class Windows:
    """What came of kills in one kind of window."""

    inside: int = 0  #: the work was not done when the kill came
    late: int = 0  #: it was
    duration_s: float = 0.0  #: undisturbed
    complaints: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """What a corpus may be after its migration was killed: nothing else."""

    before: list[object] = field(repr=False)
    after: tuple[int, list[tuple[str, ...]]] = field(repr=False)  #: the schema, as it should be

    def reached_by(self, path: Path) -> str | None:
        """Which of them a corpus is, "before" or "after"; None: half done.

        Asked without a `Corpus`, which would do the rest.
        """
        if schema_of(path) == self.after:
            return "after"
        return "before" if _told_of(path) == self.before else None


def older_corpus(path: Path, *, pages: int) -> Path:
    """A filled corpus as an earlier Seedbed left it."""
    with closing(sqlite.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
        pending = MIGRATIONS.pending(Database(raw))
        MIGRATIONS.apply(Database(raw), stop_before=pending[_OLD].name)
        raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        raw.execute(f"PRAGMA user_version = {_OLD}")
        raw.executescript(_ROWS.format(pages=pages))
    return path


def kill_migrations(
    folder: Path, server: DemoServer, rng: random.Random, *, kills: int, pages: int = 20_000
) -> Windows:
    """Kill the daemon while it brings an older corpus up to date.

    Args:
        folder: a workspace without a corpus.
    """
    told = Windows()
    source = older_corpus(folder / "older.db", pages=pages)
    done = folder / "done.db"
    shutil.copyfile(source, done)
    Corpus(done).close()
    ends = Ends(before=_told_of(source), after=schema_of(done))
    corpus, work = (
        folder / "corpus.db",
        _Work(
            begun=lambda: _is_long_written(folder / "corpus.db"),
            done=lambda: not _is_written(folder / "corpus.db"),
        ),
    )
    for number in range(kills + 1):
        _remove_corpus(corpus)
        shutil.copyfile(source, corpus)
        if not number:
            told.duration_s = _duration(folder, server, work)
            continue
        _kill_within(folder, server, work, told.duration_s * _share(rng, number, kills))
        if not (whole := ends.reached_by(corpus)):
            version, parts = schema_of(corpus)
            told.complaints.append(f"half done: version {version} with {len(parts)} parts")
        told.inside += whole == "before"
        told.late += whole == "after"
        Corpus(corpus).close()  # it is done now
        told.complaints += _half_done(corpus, pages)
    return told


def _share(rng: random.Random, number: int, kills: int) -> float:
    """Of the duration, before a kill falls: anywhere, and each in a part of its own."""
    return (number - 1 + rng.random()) / kills * _LATE


def kill_backups(folder: Path, server: DemoServer, rng: random.Random, *, kills: int) -> Windows:
    """Kill the daemon while it makes a backup.

    Args:
        folder: a workspace whose corpus is complete.
    """
    told = Windows()
    corpus, backups = folder / "corpus.db", folder / "backups"
    work = _Work(
        begun=lambda: any(backups.glob(".*.seedbed-partial*")),  # `stale_partial` takes a lock
        done=lambda: any(backups.glob("*.db.json")),
        environ={"SEEDBED_BACKUP__EVERY_HOURS": "1"},
    )
    for number in range(kills + 1):
        shutil.rmtree(backups, ignore_errors=True)
        if not number:
            told.duration_s = _duration(folder, server, work)
            continue
        _kill_within(folder, server, work, told.duration_s * _share(rng, number, kills))
        made = backups_in(backups, corpus)
        told.inside += not made
        told.late += bool(made)
        told.complaints += _not_whole(made)
        told.complaints += complaints(corpus, acknowledged(folder / LEDGER))
    for whole in backups.glob("corpus-*"):  # so that one is due, over what the last kill left
        whole.unlink()
    _finished(folder, server, work)
    if stale_partial(backups) or not backups_in(backups, corpus):
        told.complaints.append("the next backup did not put right what a kill left")
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """Something the daemon does, seen from outside."""

    begun: Callable[[], bool]
    done: Callable[[], bool]
    environ: dict[str, str] = field(default_factory=dict)


def _duration(folder: Path, server: DemoServer, work: _Work) -> float:
    """How long it takes undisturbed, in seconds."""
    daemon = start(folder, server, **work.environ)
    try:
        _await(work.begun, daemon)
        began_s = time.monotonic()
        _await(work.done, daemon)
        return time.monotonic() - began_s
    finally:
        daemon.kill()
        daemon.wait()


def _finished(folder: Path, server: DemoServer, work: _Work) -> None:
    """Until it is done, and the daemon has drained."""
    daemon = start(folder, server, **work.environ)
    try:
        _await(work.done, daemon)
        daemon.terminate()
        daemon.wait(_PATIENCE_S)
    finally:
        daemon.kill()
        daemon.wait()


def _kill_within(folder: Path, server: DemoServer, work: _Work, wait_s: float) -> None:
    daemon = start(folder, server, **work.environ)
    try:
        _await(work.begun, daemon)
        time.sleep(wait_s)
    finally:
        daemon.kill()
        daemon.wait()


def _await(what: Callable[[], bool], daemon: subprocess.Popen[bytes]) -> None:
    until_s = time.monotonic() + _PATIENCE_S
    while not what():
        if daemon.poll() is not None or time.monotonic() > until_s:
            raise RuntimeError(f"the daemon did not get there (exit code {daemon.poll()})")
        time.sleep(_WAIT_S)


def _is_written(corpus: Path) -> bool:
    """Whether somebody holds SQLite's write lock; asked without SQLite, which would wait for it."""
    asked = struct.pack(_FLOCK, fcntl.F_WRLCK, 0, _WRITER, 1, 0)
    with suppress(FileNotFoundError), corpus.with_name(f"{corpus.name}-shm").open("r+b") as shared:
        told = struct.unpack(_FLOCK, fcntl.fcntl(shared, fcntl.F_GETLK, asked))
        return bool(told[0] != fcntl.F_UNLCK)
    return False


def _is_long_written(corpus: Path) -> bool:
    """Whether it is the migration: the first connection locks the log too, but not for long."""
    for _ in range(_LOOKS):
        if not _is_written(corpus):
            return False
        time.sleep(_LOOK_S)
    return True


def _remove_corpus(corpus: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        corpus.with_name(f"{corpus.name}{ending}").unlink(missing_ok=True)


def schema_of(path: Path) -> tuple[int, list[tuple[str, ...]]]:
    """The version of a corpus, its migrations, and all its tables, indexes, views and triggers."""
    with closing(sqlite.connect(path)) as raw:
        (version,) = raw.execute("PRAGMA user_version").fetchone()
        parts = raw.execute(
            "SELECT type, name, sql FROM sqlite_schema "
            "UNION ALL SELECT 'migration', name, '' FROM _sqlite_migrations ORDER BY 1, 2"
        ).fetchall()
        return version, parts


def _told_of(path: Path) -> list[object]:
    """The schema and all pages and articles of a corpus, whatever its version."""
    with closing(sqlite.connect(path)) as raw:
        return [
            schema_of(path),
            raw.execute("SELECT * FROM pages ORDER BY id").fetchall(),
            raw.execute("SELECT * FROM articles ORDER BY id").fetchall(),
        ]


def _half_done(path: Path, pages: int) -> Iterator[str]:
    """What is wrong with a corpus that should be of this version now, with every row."""
    yield from complaints(path, {(1, page) for page in range(1, pages + 1)})
    with closing(Corpus(path, readonly=True)) as corpus:
        yield from (f"migrated, it lacks {part}" for part in corpus.missing_parts())
        kept = corpus._value("SELECT count(*) FROM articles WHERE text = 'The text of ' || id")
        if kept != pages:
            yield f"migrated, it holds {kept} articles of {pages}"
        if (version := corpus._value("PRAGMA user_version")) != SCHEMA_VERSION:
            yield f"it is of version {version}"


def _not_whole(made: list[Path]) -> Iterator[str]:
    for backup in made:
        try:
            read_backup(backup)
        except CorpusError as exc:
            yield f"{backup.name} is no whole backup: {exc}"
