"""The corpus that many machines write: the same methods over PostgreSQL."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar, cast

from ingest.corpus.postgres.connection import Connection, connect, without_password
from ingest.corpus.postgres.index import SharedFingerprints
from ingest.corpus.postgres.schema import make_schema
from ingest.corpus.store import Corpus
from ingest.times import iso

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

__all__ = ["SharedCorpus"]


class SharedCorpus(SharedFingerprints, Corpus):
    """The corpus in the database at `address`, made if need be.

    One writer at a time, as with the file: what is judged was read under the same lock. Only
    leases are taken beside it, so that nobody waits for a judgement to know what to fetch next.
    """

    locking: ClassVar[str] = " FOR UPDATE SKIP LOCKED"
    #: Its leases run out long before, and nobody here can ask its host; no job takes so long.
    silent_for: ClassVar[timedelta] = timedelta(hours=7)

    def __init__(self, address: str, *, timeout_s: float = 30.0) -> None:
        """Open it.

        Raises:
            CorpusError: the server cannot be reached, or its tables are of another version.
        """
        self.address = address
        # What messages and the log call it; it is no file.
        self.path = cast("Path", PurePosixPath(without_password(address)))
        raw = connect(address, self.path, timeout_s=timeout_s)
        try:
            make_schema(raw, self.path)
        except BaseException:
            raw.close()
            raise
        self._raw = Connection(raw, self.path)

    def written_by_others(self) -> int:
        """Changes whenever another connection has written."""
        return int(self._raw.written_by_others())

    def optimize(self) -> None:
        """Nothing: autovacuum looks at the tables by itself."""

    @contextmanager
    def little_cached(self) -> Iterator[None]:
        """Nothing: the cache is the server's."""
        yield

    def fold_log(self) -> bool:
        """Nothing to fold: the server keeps its own log."""
        return True

    def renew(self, run: int, *, until: datetime) -> None:
        """Give a sign of life: what a run holds, it holds on.

        What another is writing at this moment is passed over until the next sign, so that this
        waits for nobody, and two cannot wait for each other.
        """
        with self._apart():
            self._run(
                "UPDATE pages SET leased_until = ? WHERE id IN (SELECT id FROM pages "
                "WHERE run = ? AND leased_until IS NOT NULL FOR UPDATE SKIP LOCKED)",
                (iso(until), run),
            )

    def claim(self, **asked: Any) -> Any:
        """As of a file, but what another is leasing at this moment is passed over."""
        with self._apart():
            return super().claim(**asked)

    @contextmanager
    def _apart(self) -> Iterator[None]:
        """A transaction beside the one that writes."""
        if self._raw.in_transaction:
            yield
            return
        self._raw.begin_apart()
        try:
            yield
            self._raw.execute("COMMIT")
        except BaseException:
            if self._raw.in_transaction:
                self._raw.execute("ROLLBACK")
            raise

    def take_turn(self, host: str, *, run: int, delay_s: float) -> float:
        """Enter a run as the one that asks a host next; seconds that it has to wait before."""
        return float(self._raw.take_turn(host, run=run, delay_s=delay_s))

    def forget_hosts(self, *, before: datetime) -> None:
        """As of a file; and the turns of hosts that nobody asked for a day."""
        super().forget_hosts(before=before)
        self._raw.sweep_turns()

    def _next_number(self, table: str) -> int:
        return int(self._raw.next_number(table))
