"""What Datasette 1.0 is told of a corpus: it asks no plugin for metadata and saved queries.

Written against 1.0a41, whose interfaces still change; `make alpha` tries the newest one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["is_next", "tell"]

_IN_WORDS = frozenset({"description", "columns"})  # what is kept beside the configuration


def is_next(datasette: Any) -> bool:
    """Whether it is a Datasette that is told, and does not ask."""
    return hasattr(datasette, "add_query")


async def tell(datasette: Any, database: str, metadata: Mapping[str, Any]) -> None:
    """Give it our queries, descriptions and settings of tables; the user's own win.

    Args:
        datasette: that serves the corpus.
        database: its name there.
        metadata: as `ingest.web.descriptions.metadata_of` gives it.
    """
    await _tell_queries(datasette, database)
    if not (await datasette.get_database_metadata(database)).get("description"):
        await datasette.set_database_metadata(database, "description", metadata["description"])
    configured = datasette.config.setdefault("databases", {}).setdefault(database, {})
    tables = configured.setdefault("tables", {})
    for name, told in metadata["tables"].items():
        ours = {key: value for key, value in told.items() if key not in _IN_WORDS}
        tables[name] = ours | tables.get(name, {})
        known = await datasette.get_resource_metadata(database, name)
        if "description" in told and not known.get("description"):
            await datasette.set_resource_metadata(
                database, name, "description", told["description"]
            )


async def _tell_queries(datasette: Any, database: str) -> None:
    from ingest.web.queries import QUERIES

    for query in QUERIES:
        known = await datasette.get_query(database, query.name)
        if known is None or known.source == "plugin":  # else it is the user's
            await datasette.add_query(
                database,
                query.name,
                query.sql.strip(),
                title=query.title,
                description=query.description,
                hide_sql=True,
            )
