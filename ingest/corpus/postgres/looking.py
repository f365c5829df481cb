"""A look at a database that makes nothing there."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, cast

from ingest.corpus.migrations import SCHEMA_VERSION
from ingest.corpus.postgres.connection import connect, guarded, without_password
from ingest.corpus.postgres.schema import version_of

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Seen", "look_at"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a server says of itself, and what it holds."""

    where: str  #: host, port and name of the database
    server: str  #: version of PostgreSQL
    schema: int | None  #: of the corpus; None: no worker was there yet

    @property
    def is_ours(self) -> bool:
        """Whether this Seedbed can work on it."""
        return self.schema in (None, SCHEMA_VERSION)


def look_at(address: str, *, timeout_s: float = 5.0) -> Seen:
    """Reach a database, and read its versions.

    Raises:
        CorpusError: it cannot be reached, or refuses.
    """
    where = without_password(address)
    path = cast("Path", PurePosixPath(where))
    with closing(connect(address, path, timeout_s=timeout_s)) as raw, guarded(path):
        found = raw.execute("SELECT current_setting('server_version')").fetchone()
        assert found is not None
        return Seen(where=where, server=str(found[0]).split()[0], schema=version_of(raw))
