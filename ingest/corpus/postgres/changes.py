"""What was written into the database since a file took it over: noted by triggers, row by row.

They are made when the first file asks, so that who never pulls pays nothing. A note says which row,
and which transaction wrote it. Numbers in order of noting would not do: of two transactions the one
that noted first may commit last, and who read in between would take its number for done. Instead a
file keeps which transactions it saw, and asks for the notes of all others.
"""

from __future__ import annotations

import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, cast

from psycopg import errors

from ingest.corpus.postgres.columns import tables
from ingest.corpus.postgres.connection import connect, guarded, without_password
from ingest.corpus.postgres.schema import check_schema
from ingest.corpus.schema_alerts import ALERT_TABLES
from ingest.corpus.schema_index import INDEX_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ingest.corpus.postgres.columns import Table

__all__ = ["Changes", "Moment", "Taken", "oldest_of", "taken"]

_MAKERS = 0x50554C4C  # the advisory lock of those who begin to note
_ROWS_AT_ONCE = 1000
_NOW = "to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
_GLANCE_S = 0.02  # between two tries to have all tables
_HELD_UP_S = 5.0  # workers wait meanwhile, and give up after 30
#: What a file has of its own: the index of copies, which is made anew from the texts once a crawl
#: needs it (nearly all the rows there are, and no reader asks it), who was told of what, and which
#: days' stories are to be laid out: it never does while it is a copy.
_APART = frozenset({"fingerprints", *INDEX_TABLES, *ALERT_TABLES, "story_days"})
#: Who is fetching a page, which changes with each sign of life; what a trigger of the file writes.
_COLUMNS_APART = frozenset({("pages", "leased_until"), ("copies", "original")})

_TABLES = (
    """CREATE TABLE changes (tbl text NOT NULL, key jsonb NOT NULL,
    txid xid8 NOT NULL DEFAULT pg_current_xact_id())""",
    "CREATE INDEX changes_since ON changes (tbl, txid)",
    "CREATE INDEX changes_old ON changes (txid)",
    # Notes of transactions before this one are not all there any more.
    "CREATE TABLE changes_pruned (upto xid8 NOT NULL)",
    # The files that pull, and the first transaction that they may not have seen.
    """CREATE TABLE pulling_files (file text PRIMARY KEY, upto xid8 NOT NULL,
    at timestamptz NOT NULL)""",
)
# By what name the files know the database, once one has pulled from it; it outlasts the notes.
_STORE = "CREATE TABLE IF NOT EXISTS pulled_as (store text NOT NULL)"
_NOTE = """
CREATE FUNCTION note_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO changes (tbl, key) VALUES ('{table}', jsonb_build_array({new}));
  END IF;
  IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND ({new}) IS DISTINCT FROM ({old})) THEN
    INSERT INTO changes (tbl, key) VALUES ('{table}', jsonb_build_array({old}));
  END IF;
  RETURN NULL;
END $$
"""
_TRIGGER = """
CREATE TRIGGER note_{table} AFTER INSERT OR DELETE OR UPDATE OF {columns} ON "{table}"
FOR EACH ROW EXECUTE FUNCTION note_{table}()
"""
# Of (table, snapshot, snapshot): the rows that transactions wrote which that snapshot did not see.
_UNSEEN = (
    "(SELECT DISTINCT {keys} FROM changes WHERE tbl = %s "
    "AND txid >= pg_snapshot_xmin(%s::pg_snapshot) "
    "AND NOT pg_visible_in_snapshot(txid, %s::pg_snapshot)) AS c"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A table that a file takes over."""

    name: str
    columns: tuple[str, ...]  #: those of the key first
    key: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...]  #: what no two rows share, beside the key


@lru_cache(maxsize=1)
def taken() -> tuple[Taken, ...]:
    """The tables that a file takes over, a row before those that name it as far as that goes."""
    return tuple(_taken(table) for table in tables().values() if table.name not in _APART)


def _taken(table: Table) -> Taken:
    rest = [
        one
        for one in table.columns
        if one not in table.key and (table.name, one) not in _COLUMNS_APART
    ]
    return Taken(name=table.name, columns=(*table.key, *rest), key=table.key, unique=table.unique)


def oldest_of(snapshot: str) -> int:
    """The first transaction that a snapshot may not have seen."""
    return int(snapshot.partition(":")[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The database as it was at one moment."""

    raw: Any
    snapshot: str  #: which transactions it holds
    at: str  #: when, by its own clock, UTC, ISO 8601

    def count(self, table: Taken) -> int:
        """How many rows a table has."""
        return int(self.raw.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0])  # noqa: S608  # our own names

    def rows(self, table: Taken) -> Iterator[list[tuple[Any, ...]]]:
        """All rows of a table in order of its key, some at a time."""
        yield from self._read(
            f'SELECT {_names("t", table.columns)} FROM "{table.name}" t '  # noqa: S608  # our own names
            f"ORDER BY {_names('t', table.key)}"
        )

    def changed(
        self, table: Taken, since: str, columns: tuple[str, ...]
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Some columns of the rows that a snapshot did not see, behind their keys.

        A row that is gone has None in their place; `columns` must name one that never is None.
        """
        unseen = _UNSEEN.format(keys=_keys(table))
        given = [f"c.k{number}" for number in range(len(table.key))]
        same = " AND ".join(
            f't."{one}" = {said}' for one, said in zip(table.key, given, strict=True)
        )
        yield from self._read(
            f"SELECT {', '.join(given)}, {_names('t', columns)} FROM {unseen} "  # noqa: S608  # so too
            f'LEFT JOIN "{table.name}" t ON {same} ORDER BY {", ".join(given)}',
            (table.name, since, since),
        )

    def has_changed(self, since: str) -> bool:
        """Whether anything was noted that a snapshot did not see."""
        found = self.raw.execute(
            "SELECT EXISTS (SELECT FROM changes WHERE txid >= pg_snapshot_xmin(%s::pg_snapshot) "
            "AND NOT pg_visible_in_snapshot(txid, %s::pg_snapshot))",
            (since, since),
        )
        return bool(found.fetchone()[0])

    def stale_days(self) -> Mapping[str, int]:
        """As `Corpus.stale_days`."""
        return dict(self.raw.execute("SELECT day, token FROM story_days").fetchall())

    def last_numbers(self) -> Mapping[str, int]:
        """The last number that was given to a row, by table; those without any are left out."""
        found = {}
        for table in tables().values():
            if "AUTOINCREMENT" not in table.sql or table.name in _APART:
                continue
            last, is_given = self.raw.execute(
                f"SELECT last_value, is_called FROM {table.name}_id_seq"  # noqa: S608  # so too
            ).fetchone()
            if is_given:
                found[table.name] = last
        return found

    def _read(self, said: str, params: tuple[Any, ...] = ()) -> Iterator[list[tuple[Any, ...]]]:
        with self.raw.cursor("taken") as cursor:
            cursor.execute(said, params)
            while rows := cursor.fetchmany(_ROWS_AT_ONCE):
                yield rows


class Changes:
    """The database, as the one who pulls from it sees it."""

    def __init__(self, address: str, *, timeout_s: float) -> None:
        """Reach it.

        Raises:
            CorpusError: it cannot be reached, or is of another version.
            CorpusUnmade: nobody has worked on it yet.
        """
        self._patience_s = timeout_s
        where = self._where = cast("Path", PurePosixPath(without_password(address)))
        self._raw: Any = connect(address, where, timeout_s=timeout_s)
        try:
            check_schema(self._raw, where)
        except BaseException:
            self._raw.close()
            raise

    @property
    def shown(self) -> str:
        """Server and database, without user and password."""
        return str(self._where)

    def close(self) -> None:
        """End the connection."""
        self._raw.close()

    def store(self) -> str | None:
        """By what name the files know this database; None: no file ever pulled from it."""
        with guarded(self._where):
            if not self._has("pulled_as"):
                return None
            row = self._raw.execute("SELECT store FROM pulled_as").fetchone()
        return None if row is None else str(row[0])

    def covers(self, file: str, snapshot: str) -> bool:
        """Whether all is noted that this snapshot, up to which a file has all, did not see.

        Nothing is where the last other file that pulled said that it was its last.
        Not if the notes were pruned since; nor if the database is one restored from before it: it
        does not know then that the file came so far, and gives the same numbers once more.
        """
        with guarded(self._where):
            if not self._is_noting():
                return False
            row = self._raw.execute(
                "SELECT pg_snapshot_xmin(%(at)s::pg_snapshot) >= upto AND pg_snapshot_xmax("
                "%(at)s::pg_snapshot) <= pg_snapshot_xmax(pg_current_snapshot()) AND EXISTS ("
                "SELECT FROM pulling_files WHERE file = %(file)s "
                "AND upto >= pg_snapshot_xmin(%(at)s::pg_snapshot)) FROM changes_pruned",
                {"at": snapshot, "file": file},
            ).fetchone()
        return bool(row[0])

    def begin(self, file: str) -> str:
        """Keep all notes from now on, for a file that is about to take everything.

        Returns:
            By what name the files know this database.
        """
        with guarded(self._where):
            self._begin_to_note()
            self._raw.execute(
                "INSERT INTO pulling_files VALUES (%s, pg_snapshot_xmin(pg_current_snapshot()), "
                "now()) ON CONFLICT (file) DO UPDATE SET upto = excluded.upto, at = excluded.at",
                (file,),
            )
        store = self.store()
        assert store is not None
        return store

    @contextmanager
    def moment(self) -> Iterator[Moment]:
        """The database as it is now, whatever is written meanwhile."""
        with guarded(self._where):
            self._raw.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            try:
                row = self._raw.execute(f"SELECT pg_current_snapshot()::text, {_NOW}").fetchone()
                yield Moment(raw=self._raw, snapshot=row[0], at=row[1])
            finally:
                if not self._raw.closed:
                    self._raw.execute("ROLLBACK")

    def note_pulled(self, file: str, snapshot: str, *, keep_days: int) -> None:
        """Drop the notes that every file has seen; one silent for too long has to take all anew."""
        with guarded(self._where), self._raw.transaction():
            self._raw.execute(
                "INSERT INTO pulling_files VALUES (%s, pg_snapshot_xmin(%s::pg_snapshot), now()) "
                "ON CONFLICT (file) DO UPDATE SET upto = excluded.upto, at = excluded.at",
                (file, snapshot),
            )
            self._forget_silent(keep_days)
            self._raw.execute(
                "UPDATE changes_pruned SET upto = "
                "greatest(upto, (SELECT upto FROM pulling_files ORDER BY upto LIMIT 1))"
            )
            self._raw.execute("DELETE FROM changes WHERE txid < (SELECT upto FROM changes_pruned)")

    def note_alive(self, file: str) -> None:
        """A file pulled, and nothing was new: it is not silent. Written once a day at most."""
        with guarded(self._where), self._raw.transaction():
            self._raw.execute(
                "UPDATE pulling_files SET at = now() "
                "WHERE file = %s AND at < now() - interval '1 day'",
                (file,),
            )

    def forget(self, file: str, *, keep_days: int) -> None:
        """Note nothing more for a file, which pulls no more; nothing at all if it was the last.

        One that has been silent for `keep_days` counts for nothing: a file that was thrown away
        says no farewell.
        """
        with guarded(self._where), self._alone():
            self._raw.execute("DELETE FROM pulling_files WHERE file = %s", (file,))
            self._forget_silent(keep_days)
            if self._raw.execute("SELECT EXISTS (SELECT FROM pulling_files)").fetchone()[0]:
                return
            self._lock_all()
            for table in taken():
                self._raw.execute(f'DROP TRIGGER note_{table.name} ON "{table.name}"')
                self._raw.execute(f"DROP FUNCTION note_{table.name}()")
            self._raw.execute("DROP TABLE changes, changes_pruned, pulling_files")

    def _lock_all(self) -> None:
        """Have all tables at once, or none and try again.

        Leases and questions take no `written`: one that has a table may wait for another that we
        have, in whatever order we take them.
        """
        names = ", ".join(f'"{table.name}"' for table in taken())
        until = time.monotonic() + min(self._patience_s, _HELD_UP_S)
        while True:
            try:
                with self._raw.transaction():
                    self._raw.execute(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE NOWAIT")
            except errors.LockNotAvailable:
                if time.monotonic() > until:
                    raise
                time.sleep(_GLANCE_S)
            else:
                return

    def _forget_silent(self, keep_days: int) -> None:
        self._raw.execute(
            "DELETE FROM pulling_files WHERE at < now() - make_interval(days => %s)", (keep_days,)
        )

    def _begin_to_note(self) -> None:
        if self._is_noting():
            return
        with self._alone():
            if self._is_noting():
                return
            for statement in _TABLES:
                self._raw.execute(statement)
            for table in taken():
                self._raw.execute(_note(table))
                columns = _names("", table.columns)
                self._raw.execute(_TRIGGER.format(table=table.name, columns=columns))
            self._raw.execute("INSERT INTO changes_pruned VALUES ('0')")
            self._raw.execute(_STORE)
            self._raw.execute(
                "INSERT INTO pulled_as SELECT %s WHERE NOT EXISTS (SELECT FROM pulled_as)",
                (str(uuid.uuid4()),),
            )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While no other writes: a trigger must see all of a transaction, or nothing.

        Whoever stores takes `written` first, so nobody holds one of the tables and waits for us;
        leases, which do not, touch `pages` alone.
        """
        with self._raw.transaction():
            self._raw.execute("SELECT pg_advisory_xact_lock(%s)", (_MAKERS,))
            self._raw.execute("LOCK TABLE written IN SHARE ROW EXCLUSIVE MODE")
            yield

    def _is_noting(self) -> bool:
        return self._has("changes")

    def _has(self, table: str) -> bool:
        asked = "SELECT to_regclass(%s) IS NOT NULL"
        return bool(self._raw.execute(asked, (table,)).fetchone()[0])


def _note(table: Taken) -> str:
    return _NOTE.format(
        table=table.name, new=_names("NEW", table.key), old=_names("OLD", table.key)
    )


def _names(of: str, columns: tuple[str, ...]) -> str:
    before = f"{of}." if of else ""
    return ", ".join(f'{before}"{one}"' for one in columns)


def _keys(table: Taken) -> str:
    """The parts of a noted key, each as its column is."""
    columns = tables()[table.name].columns
    return ", ".join(
        f"(key ->> {number})::{columns[name].type} AS k{number}"
        for number, name in enumerate(table.key)
    )
