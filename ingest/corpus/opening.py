"""Which corpus a crawl fills: the file of its workspace, or the database of a cluster."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

from ingest.corpus.connection import as_it_is, guarded
from ingest.corpus.runs import COPY_SAID
from ingest.corpus.saying import is_copy
from ingest.corpus.store import Corpus
from ingest.errors import ConfigError, CorpusIsCopy, how_to_get

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ingest.config import Settings

__all__ = ["STORE_VARIABLE", "check_is_own", "is_shared", "open_corpus"]

#: Set to `cluster` for what a worker does, and for the crawls that it starts: whoever reads, and
#: the daemon, keep to the file, be a database named or not.
STORE_VARIABLE = "SEEDBED_STORE"


def is_shared(environ: Mapping[str, str] | None = None) -> bool:
    """Whether the corpus is the one of the cluster."""
    return (os.environ if environ is None else environ).get(STORE_VARIABLE) == "cluster"


def open_corpus(
    settings: Settings,
    *,
    readonly: bool = False,
    timeout_s: float = 30.0,
    environ: Mapping[str, str] | None = None,
) -> Corpus:
    """A connection to the corpus that is worked on; of a cluster, one may always write.

    Raises:
        ConfigError: the corpus of a cluster is asked for, and no database is named, or the extra
            `cluster` is not installed.
        CorpusError: it cannot be opened.
    """
    if not is_shared(environ):
        return Corpus(settings.corpus_path, readonly=readonly, timeout_s=timeout_s)
    if settings.cluster.database is None:
        raise ConfigError(["[cluster] database names no PostgreSQL"])
    try:
        from ingest.corpus.postgres.store import SharedCorpus
    except ModuleNotFoundError as exc:
        if exc.name not in ("psycopg", "sqlglot"):
            raise
        raise ConfigError([f"{exc.name} is not installed: {how_to_get('cluster')}"]) from exc
    return SharedCorpus(settings.cluster.database, timeout_s=timeout_s)


def check_is_own(path: Path) -> None:
    """Make sure that others than `pull` may write into a file, of whatever schema it is.

    Not as `Corpus.check_is_own` does: to open a corpus brings it up to date, which is to write.

    Raises:
        CorpusIsCopy: they may not.
        CorpusError: it cannot be told.
    """
    with guarded(path), closing(as_it_is(path).conn) as raw:
        if is_copy(raw):
            raise CorpusIsCopy(COPY_SAID, path=path)
