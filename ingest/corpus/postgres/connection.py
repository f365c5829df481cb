"""A connection to PostgreSQL that takes our statements as SQLite does, and errs in our words."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, LiteralString, TypeAlias

import psycopg
from psycopg import errors, pq, sql
from psycopg.adapt import Dumper, Loader
from psycopg.types.numeric import FloatDumper

from ingest.corpus.postgres.dialect import translate
from ingest.corpus.postgres.turns import sweep_turns, take_turn
from ingest.errors import (
    CorpusDamaged,
    CorpusError,
    CorpusLocked,
    CorpusReadOnly,
    CorpusRefused,
    DiskFull,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from psycopg.abc import AdaptContext, Buffer

__all__ = ["Connection", "connect", "guarded", "without_password"]

_Params: TypeAlias = "Sequence[Any] | Mapping[str, Any]"

#: One row that every writing transaction changes first: while one has it, others wait, as SQLite
#: lets one write at a time; and its number tells who wrote in between.
_BEGIN = "BEGIN; UPDATE written SET times = times + 1 RETURNING times"
_WRITTEN = "SELECT times FROM written"
_NO_SPACE = "no space left on the server, nothing of this step was stored; make room and run again"
_KINDS: tuple[tuple[type[psycopg.Error], type[CorpusError], str], ...] = (
    (errors.LockNotAvailable, CorpusLocked, "another process holds the write lock"),
    (errors.DeadlockDetected, CorpusLocked, "another process holds what this one waits for"),
    (errors.DiskFull, DiskFull, _NO_SPACE),
    (errors.ReadOnlySqlTransaction, CorpusReadOnly, "the database cannot be written"),
    (errors.InsufficientPrivilege, CorpusReadOnly, "this user may not do that"),
    (errors.DataCorrupted, CorpusDamaged, "the database is damaged; restore a backup"),
    (errors.IndexCorrupted, CorpusDamaged, "an index is damaged; REINDEX mends it"),
)
_UNREACHED = "the server cannot be reached, or went away; nothing of this step was stored"
# A refusal at the door has no SQLSTATE in libpq: its words are all there is.
_REFUSALS = (
    "password authentication failed", "no password supplied", "does not exist",
    "no pg_hba.conf entry", "permission denied for database",
)  # fmt: skip
#: NUL and halves of pairs, as they stand in a text and in JSON.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_NO_TEXT_ESCAPED = re.compile(r"\\u(?:0000|d[89a-f])", re.IGNORECASE)
_FAILED = "a statement had failed, and nothing of it was stored"
_UNSURE = "the server went away while it stored this step; it is there whole, or not at all"
# Mistakes of ours, which pass through as they do from SQLite.
_BUGS = (
    psycopg.ProgrammingError, psycopg.IntegrityError, psycopg.DataError, psycopg.NotSupportedError,
)  # fmt: skip


@contextlib.contextmanager
def guarded(where: Path) -> Iterator[None]:
    """Raise what PostgreSQL says of itself as ours; bugs in SQL pass through.

    Raises:
        CorpusError: or the subclass for what happened.
    """
    try:
        yield
    except psycopg.Error as exc:
        for kind, ours, message in _KINDS:
            if isinstance(exc, kind):
                raise ours(f"{message} ({_first_line(exc)})", path=where) from exc
        if isinstance(exc, _BUGS):
            raise
        raise CorpusError(f"{_UNREACHED} ({_first_line(exc)})", path=where) from exc


def _first_line(exc: psycopg.Error) -> str:
    return str(exc).partition("\n")[0]


def without_password(address: str) -> str:
    """What can be shown of a connection string: server, port and database."""
    parts = psycopg.conninfo.conninfo_to_dict(address)
    host = parts.get("host") or "localhost"
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"{host}{port}/{parts.get('dbname') or ''}"


class _Real(FloatDumper):
    """A float as a float: a bare 0.5 would be a decimal to PostgreSQL."""

    def quote(self, obj: Any) -> Buffer:
        said = bytes(super().quote(obj))
        return said if b"::" in said else said + b"::float8"


class _Name(Dumper):
    """A member of an enumeration as its value, not as its name."""

    oid = 0

    def dump(self, obj: Any) -> Buffer | None:
        return str(obj.value).encode()


class _Truth(Dumper):
    """True is 1: SQLite has no other."""

    def dump(self, obj: Any) -> Buffer | None:
        return b"1" if obj else b"0"

    def quote(self, obj: Any) -> Buffer:
        return b"1" if obj else b"0"


class _Number(Loader):
    """A decimal as SQLite would give it: sums of integers whole, the rest as floats."""

    def load(self, data: Buffer) -> int | float:
        said = bytes(data)
        return float(said) if b"." in said or b"e" in said or b"N" in said else int(said)


class _Said(Loader):
    """JSON as the text that it is."""

    def load(self, data: Buffer) -> str:
        return bytes(data).decode()


class Cursor:
    """An answer, with what our code asks of one."""

    def __init__(self, found: psycopg.ClientCursor[tuple[Any, ...]], of: Connection) -> None:
        self._found = found
        self._of = of
        self.rowcount = found.rowcount
        self.description = found.description

    @property
    def lastrowid(self) -> int:
        """The number that the last inserted row got."""
        row = self._of.execute("SELECT last_insert_rowid()").fetchone()
        assert row is not None
        return int(row[0])

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row; None: there is none."""
        return self._found.fetchone()

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The rest of the rows."""
        return self._found.fetchall()

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self._found)


class Connection:
    """What `Base` speaks to; each statement is translated once."""

    def __init__(self, raw: psycopg.Connection[Any], where: Path) -> None:
        self._raw = raw
        self._where = where
        self._seen = -1  # the number of `written` when we last looked
        self._foreign = 0  # how often it had changed without us

    @property
    def in_transaction(self) -> bool:
        """Whether one is open, be it that it failed."""
        status = self._raw.info.transaction_status
        return status in (pq.TransactionStatus.INTRANS, pq.TransactionStatus.INERROR)

    def execute(self, said: str, params: _Params = ()) -> Cursor:
        """Ask, or write."""
        with guarded(self._where):
            if said == "BEGIN IMMEDIATE":
                return self._begin()
            if said in ("COMMIT", "ROLLBACK"):
                return self._end(said)
            cursor = psycopg.ClientCursor(self._raw)
            ours = translate(said)
            named = _named(params) if ours.positional else params
            given = _without_controls(named) if "json_each" in said else named
            cursor.execute(ours.sql, given)
            return Cursor(cursor, self)

    def executemany(self, said: str, rows: Sequence[_Params]) -> None:
        """Write many rows."""
        for row in rows:
            self.execute(said, row)

    def written_by_others(self) -> int:
        """Changes whenever another connection has written."""
        if not self.in_transaction:
            with guarded(self._where):
                row = self._raw.execute(_WRITTEN).fetchone()
            assert row is not None
            self._note(row[0], ours=0)
        return self._foreign

    def next_number(self, table: str) -> int:
        """The number that comes after the last that a row of a table was given."""
        with guarded(self._where):
            row = self._raw.execute(
                sql.SQL("SELECT last_value + is_called::int FROM {}").format(
                    sql.Identifier(f"{table}_id_seq")
                )
            ).fetchone()
        assert row is not None
        return int(row[0])

    def begin_apart(self) -> None:
        """Begin a transaction that keeps nobody from writing."""
        with guarded(self._where):
            self._raw.execute("BEGIN")

    def take_turn(self, host: str, *, run: int, delay_s: float) -> float:
        """As `postgres.turns` has it; never within a transaction."""
        assert not self.in_transaction
        with guarded(self._where):
            return take_turn(self._raw, host, run=run, delay_s=delay_s)

    def sweep_turns(self) -> None:
        """As `postgres.turns` has it."""
        with guarded(self._where):
            sweep_turns(self._raw)

    def close(self) -> None:
        """End it."""
        self._raw.close()

    def _begin(self) -> Cursor:
        cursor = psycopg.ClientCursor(self._raw)
        try:
            cursor.execute(_BEGIN)
            cursor.nextset()
            row = cursor.fetchone()
        except psycopg.Error:
            if self.in_transaction:
                self._raw.execute("ROLLBACK")
            raise
        assert row is not None
        self._note(row[0], ours=1)
        return Cursor(cursor, self)

    def _end(self, said: LiteralString) -> Cursor:
        """End a transaction; one in which a statement failed would commit nothing, and say so not.

        Raises:
            CorpusError: such a one was to be committed.
        """
        has_failed = self._raw.info.transaction_status == pq.TransactionStatus.INERROR
        cursor = psycopg.ClientCursor(self._raw)
        if said == "ROLLBACK" or has_failed:
            self._seen = -1  # our number is another's now
            cursor.execute("ROLLBACK")
        else:
            try:
                cursor.execute(said)
            except psycopg.OperationalError as exc:
                if not self._raw.closed:
                    raise
                raise CorpusError(f"{_UNSURE} ({_first_line(exc)})", path=self._where) from exc
        if said == "COMMIT" and has_failed:
            raise CorpusError(_FAILED, path=self._where)
        return Cursor(cursor, self)

    def _note(self, times: int, *, ours: int) -> None:
        if times != self._seen + ours:
            self._foreign += 1
        self._seen = times


def _without_controls(params: _Params) -> _Params:
    """JSON without what is no text here; SQLite finds nothing that equals such a value."""
    if not isinstance(params, Mapping):
        return params
    return {name: _plain_json(value) for name, value in params.items()}


def _plain_json(value: Any) -> Any:
    """What is no list or object stays as it is: a text that names an escape is no JSON."""
    if not isinstance(value, str) or _NO_TEXT_ESCAPED.search(value) is None:
        return value
    try:
        said = json.loads(value)
    except ValueError:
        return value
    return json.dumps(_plain(said)) if isinstance(said, list | dict) else value


def _plain(said: Any) -> Any:
    if isinstance(said, str):
        return _NO_TEXT.sub("\ufffd", said)
    if isinstance(said, list):
        return [_plain(one) for one in said]
    if isinstance(said, dict):
        return {_plain(name): _plain(one) for name, one in said.items()}
    return said


def _named(params: _Params) -> dict[str, Any]:
    return {f"p{number}": value for number, value in enumerate(params, start=1)}


def connect(address: str, where: Path, *, timeout_s: float) -> psycopg.Connection[Any]:
    """A connection that waits so long for what another holds.

    Raises:
        CorpusRefused: the server refused the user, the password or the name of the database.
        CorpusError: the server cannot be reached.
    """
    with guarded(where):
        try:
            raw = psycopg.connect(
                address, autocommit=True, connect_timeout=max(2, int(timeout_s)),
                cursor_factory=psycopg.ClientCursor,
            )  # fmt: skip
        except psycopg.OperationalError as exc:
            said = " ".join(str(exc).split())
            # A socket that "does not exist" is a server that is not there: its own word counts.
            is_refused = "FATAL" in said and any(one in said for one in _REFUSALS)
            lacks_password = exc.pgconn is not None and bool(exc.pgconn.needs_password)
            if is_refused or lacks_password:
                refused = f"the server refused {without_password(address)}: {said}"
                raise CorpusRefused(refused, path=where) from exc
            raise
        for name, value in (
            ("lock_timeout", f"{int(timeout_s * 1000)}ms"),
            ("synchronous_commit", "on"),
            ("client_min_messages", "warning"),
            ("timezone", "UTC"),
            # A machine that vanishes in the middle of a write must not keep the others from theirs.
            ("idle_in_transaction_session_timeout", "300s"),
            ("tcp_keepalives_idle", "30"),
            ("tcp_keepalives_interval", "10"),
            ("tcp_keepalives_count", "3"),
        ):
            raw.execute("SELECT set_config(%s, %s, false)", (name, value))
    _adapt(raw)
    return raw


def _adapt(context: AdaptContext) -> None:
    found = context.adapters
    assert found is not None
    found.register_dumper(float, _Real)
    found.register_dumper(bool, _Truth)
    found.register_dumper(Enum, _Name)
    found.register_loader("numeric", _Number)
    found.register_loader("json", _Said)
    found.register_loader("jsonb", _Said)
