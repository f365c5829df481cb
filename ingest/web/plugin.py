"""The Datasette plugin: a corpus of ours explains itself, other databases are left alone.

Datasette finds it by the entry point, so `datasette corpus.db` is enough. A file is a corpus when
its `PRAGMA application_id` says so, whatever its name. What the user's own metadata says of a
corpus wins over ours.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from pluggy import HookimplMarker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_hookimpl = HookimplMarker("datasette")  # what datasette.hookimpl is, but typed
_log = logging.getLogger(__name__)

#: What we say of each corpus, by the Datasette that serves it and the name it has there.
_corpora: WeakKeyDictionary[Any, dict[str, dict[str, Any]]] = WeakKeyDictionary()


# Optional: Datasette 1.0 drops this hook and the next, and must still load the plugin.
@_hookimpl(optionalhook=True)
def get_metadata(datasette: Any) -> dict[str, Any]:
    corpora = _corpora.get(datasette)
    if not corpora:
        return {}
    metadata: dict[str, Any] = {"databases": _copied(corpora)}
    if corpora.keys() == {name for name, db in datasette.databases.items() if db.path}:
        metadata["title"] = "Seedbed"
    return metadata


@_hookimpl(optionalhook=True)
def canned_queries(datasette: Any, database: str) -> dict[str, dict[str, Any]]:
    if database not in _corpora.get(datasette, {}):
        return {}
    from ingest.web.queries import QUERIES

    return {
        query.name: {
            "title": query.title,
            "description": query.description,
            "sql": query.sql.strip(),
            "hide_sql": True,
        }
        for query in QUERIES
    }


@_hookimpl
def startup(datasette: Any) -> Callable[[], Awaitable[None]]:
    async def look() -> None:
        _corpora[datasette] = {
            name: await _describe(database)
            for name, database in datasette.databases.items()
            if await _is_corpus(database)
        }

    return look


async def _is_corpus(database: Any) -> bool:
    from datasette.database import QueryInterrupted
    from datasette.utils.sqlite import sqlite3

    from ingest.corpus.migrations import APPLICATION_ID

    try:
        rows = (await database.execute("PRAGMA application_id")).rows
    except (sqlite3.DatabaseError, QueryInterrupted) as exc:
        # Datasette checks its files after the start-up hooks, and has the better message.
        _log.warning("unreadable database=%s error=%s", database.name, exc)
        return False
    return bool(rows[0][0] == APPLICATION_ID)


async def _describe(database: Any) -> dict[str, Any]:
    from ingest.corpus.migrations import MACHINE_TABLES
    from ingest.web.descriptions import metadata_of
    from ingest.web.schema import read_schema

    return metadata_of(await read_schema(database), machine_tables=MACHINE_TABLES)


def _copied(part: Any) -> Any:
    """Datasette writes into the metadata it is given, and the user's into that."""
    if isinstance(part, dict):
        return {key: _copied(value) for key, value in part.items()}
    return list(part) if isinstance(part, list) else part
