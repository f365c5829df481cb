"""The Datasette plugin: a corpus of ours explains itself, other databases are left alone.

Datasette finds it by the entry point, so `datasette corpus.db` is enough. A file is a corpus when
its `PRAGMA application_id` says so, whatever its name. What the user's own metadata says of a
corpus wins over ours.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from pluggy import HookimplMarker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from jinja2 import Environment
    from markupsafe import Markup

_hookimpl = HookimplMarker("datasette")  # what datasette.hookimpl is, but typed
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What one corpus says of itself."""

    metadata: dict[str, Any]
    tables: frozenset[str]  #: without the views
    target_of: Mapping[str, str]  #: table that a column of this name points to, in any table


#: By the Datasette that serves a corpus and the name it has there.
_corpora: WeakKeyDictionary[Any, dict[str, _Told]] = WeakKeyDictionary()


# Optional: Datasette 1.0 drops this hook and the next, and must still load the plugin.
@_hookimpl(optionalhook=True)
def get_metadata(datasette: Any) -> dict[str, Any]:
    corpora = _corpora.get(datasette)
    if not corpora:
        return {}
    metadata: dict[str, Any] = {
        "databases": {name: _copied(told.metadata) for name, told in corpora.items()}
    }
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
def prepare_connection(conn: Any) -> None:
    """Let the saved queries of completeness and of sources reckon as the commands do."""
    conn.create_function("completeness_of", 1, _completeness_of, deterministic=True)
    conn.create_function("is_quiet", 2, _is_quiet, deterministic=True)


def _is_quiet(last_ok: str | None, arrivals: str) -> bool:
    """Whether a source last heard then, that brought something then, should have spoken since."""
    from ingest.corpus.base import parse_iso
    from ingest.silence import Heard, is_silent

    heard = parse_iso(last_ok)
    if heard is None:
        return False
    times = tuple(at for one in json.loads(arrivals) if (at := parse_iso(one)) is not None)
    return is_silent(Heard(source=0, url="", outlet=None, last_ok=heard, arrivals=times))


def _completeness_of(histories: str) -> str:
    """Routes with a plus between, and how many texts; as JSON, there and back."""
    from ingest.coverage import completeness_row

    counted = ((filter(None, routes.split("+")), texts) for routes, texts in json.loads(histories))
    return json.dumps(completeness_row(counted))


@_hookimpl
def render_cell(
    datasette: Any, database: str, table: str | None, column: str, value: Any
) -> Markup | None:
    """Link the keys in views and queries, as Datasette itself does in tables."""
    told = _corpora.get(datasette, {}).get(database)
    if told is None or table in told.tables or not isinstance(value, (int, str)):
        return None
    target = told.target_of.get(column)
    if target is None or value == "":
        return None
    from datasette.utils import tilde_encode
    from markupsafe import Markup

    address = datasette.urls.row(database, target, tilde_encode(str(value)))
    return Markup('<a href="{}">{}</a>').format(str(address), value)


@_hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Any]]]]:
    from ingest.web.label import PATH

    return [(f"^{PATH}$", _label)]


async def _label(datasette: Any, request: Any) -> Any:
    from ingest.web.label import set_label

    return await set_label(datasette, request, _corpora.get(datasette, {}).keys())


@_hookimpl
def extra_template_vars(
    datasette: Any, request: Any, database: str | None, table: str | None, view_name: str
) -> Callable[[], Awaitable[dict[str, Any]]] | None:
    """The label of a row, for the buttons below it."""
    if view_name != "row" or not table or database not in _corpora.get(datasette, {}):
        return None

    async def look_up() -> dict[str, Any]:
        from ingest.web.label import label_of_row

        return {"seedbed_label": await label_of_row(datasette, request, database, table)}

    return look_up


@_hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Any) -> None:
    """Offer our page of a row; one of the user's own templates wins over it."""
    from jinja2 import ChoiceLoader, FileSystemLoader

    templates = Path(__file__).with_name("templates")
    own = Path(datasette.template_dir or templates, "row.html")
    if env.loader and (datasette.template_dir is None or not own.exists()):
        env.loader = ChoiceLoader([FileSystemLoader(templates), env.loader])


@_hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """Let no table that is downloaded hold a formula."""
    from ingest.web.spreadsheet import defusing

    return lambda app: defusing(app, lambda: _corpora.get(datasette, {}).keys())


@_hookimpl
def startup(datasette: Any) -> Callable[[], Awaitable[None]]:
    async def look() -> None:
        _corpora[datasette] = {
            name: await _ask(database)
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


async def _ask(database: Any) -> _Told:
    from ingest.corpus.migrations import MACHINE_TABLES
    from ingest.web.descriptions import metadata_of
    from ingest.web.schema import read_schema

    schema = await read_schema(database)
    return _Told(
        metadata=metadata_of(schema, machine_tables=MACHINE_TABLES),
        tables=frozenset(table.name for table in schema if not table.is_view),
        target_of={
            column.name: column.target
            for table in schema
            for column in table.columns
            if column.target
        },
    )


def _copied(part: Any) -> Any:
    """Datasette writes into the metadata it is given, and the user's into that."""
    if isinstance(part, dict):
        return {key: _copied(value) for key, value in part.items()}
    return list(part) if isinstance(part, list) else part
