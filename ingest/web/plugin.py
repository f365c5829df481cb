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
    from collections.abc import Awaitable, Callable, Collection, Mapping

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

    theirs = datasette.metadata("queries", database=database, fallback=False) or {}
    ours = {
        query.name: {
            "title": query.title,
            "description": query.description,
            "sql": query.sql.strip(),
            "hide_sql": True,
        }
        for query in QUERIES
    }
    # Datasette lets ours replace the user's. Who says no SQL speaks of ours: who may see it, say.
    return {
        name: {**query, **theirs.get(name, {})}
        for name, query in ours.items()
        if name not in theirs or (isinstance(theirs[name], dict) and "sql" not in theirs[name])
    }


@_hookimpl
def prepare_connection(conn: Any) -> None:
    """Let the saved queries of completeness and of sources reckon as the commands do."""
    conn.create_function("completeness_of", 1, _completeness_of, deterministic=True)
    conn.create_function("is_quiet", 2, _is_quiet, deterministic=True)


def _is_quiet(last_ok: str | None, arrivals: str) -> bool:
    """As the page of a source says it; the times are JSON."""
    from ingest.web.pages.source import is_quiet

    return is_quiet(last_ok, json.loads(arrivals))


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
    if told is not None and value in (None, ""):
        from markupsafe import Markup

        return Markup()  # Datasette would put a blank, for which a phone has no room
    target = told.target_of.get(column) if told else None
    if told is None or target is None:
        return None
    from datasette.utils import tilde_encode
    from markupsafe import Markup

    from ingest.web.pages import PAGE_OF_TABLE

    # In a table Datasette has looked up what a key stands for, and links it to a row.
    key, label = (value["value"], value["label"]) if isinstance(value, dict) else (value, value)
    page = PAGE_OF_TABLE.get(target)
    if not isinstance(key, (int, str)) or key == "" or (table in told.tables and page is None):
        return None
    label = label if str(label or "").strip() else key  # a blank title: a link that nobody sees
    address = datasette.urls.row(database, target, tilde_encode(str(key)))
    if page is not None:
        address = f"{datasette.urls.database(database)}/-/{page}/{tilde_encode(str(key))}"
    return Markup('<a href="{}">{}</a>').format(str(address), label)


@_hookimpl
def extra_css_urls(datasette: Any, database: str | None) -> list[str]:
    """Let Datasette's own pages of a corpus look like ours, in the dark too."""
    if database not in _corpora.get(datasette, {}):
        return []
    from ingest.web.site import style_address

    return [datasette.urls.path(style_address("tables"))]


@_hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Any]]]]:
    from ingest.web.feeding import FEED_PATH
    from ingest.web.label import PATH
    from ingest.web.site import PATH as PAGES_PATH
    from ingest.web.site import STYLE_PATH, serve_style

    return [
        (f"^{PATH}$", _label),
        (FEED_PATH, _feed),
        (STYLE_PATH, serve_style),
        (PAGES_PATH, _page),
    ]


async def _page(datasette: Any, request: Any) -> Any:
    from ingest.web.site import serve_page

    return await serve_page(datasette, request, _corpora.get(datasette, {}).keys())


async def _feed(datasette: Any, request: Any) -> Any:
    from ingest.web.feeding import serve_feed

    return await serve_feed(datasette, request, _corpora.get(datasette, {}).keys())


async def _label(datasette: Any, request: Any) -> Any:
    from ingest.web.label import set_label

    return await set_label(datasette, request, _corpora.get(datasette, {}).keys())


@_hookimpl
def extra_template_vars(
    datasette: Any, request: Any, database: str | None, table: str | None, view_name: str
) -> Callable[[], Awaitable[dict[str, Any]]] | None:
    """Of a row the page of ours and its label, for the buttons below it; of a query its feeds."""
    if database not in _corpora.get(datasette, {}):
        return None
    if view_name != "row" or not table:
        return _feeds_of(datasette, request, database)

    async def look_up() -> dict[str, Any]:
        from ingest.web.label import label_of_row
        from ingest.web.pages import PAGE_OF_TABLE

        page, key = PAGE_OF_TABLE.get(table), request.url_vars.get("pks", "")
        return {
            "seedbed_page": page and f"{datasette.urls.database(database)}/-/{page}/{key}",
            "seedbed_page_name": page,
            "seedbed_label": await label_of_row(datasette, request, database, table),
        }

    return look_up


def _feeds_of(
    datasette: Any, request: Any, database: str
) -> Callable[[], Awaitable[dict[str, Any]]]:
    async def look_up() -> dict[str, Any]:
        from ingest.web.feeding import feeds_of_query

        return {"seedbed_feeds": await feeds_of_query(datasette, request, database)}

    return look_up


@_hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Any) -> None:
    """Offer our pages of a row and a query; the user's own templates win over them."""
    from jinja2 import ChoiceLoader, FileSystemLoader

    own = [datasette.template_dir] if datasette.template_dir else []
    templates = Path(__file__).with_name("templates")
    if env.loader:
        env.loader = ChoiceLoader([FileSystemLoader([*own, templates]), env.loader])


@_hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """Let no stranger ask, no answer do harm, and no table that is downloaded hold a formula."""
    from ingest.web.door import guarding, is_of_another
    from ingest.web.spreadsheet import defusing

    def corpora() -> Collection[str]:
        return _corpora.get(datasette, {}).keys()

    def is_open(scope: Any) -> bool:
        return not corpora() or is_of_another(scope, datasette, corpora(), rows_alone=True)

    async def look() -> Collection[str] | None:
        await datasette.invoke_startup()  # once; which files are corpora is known after it
        is_sure = await _look(datasette)
        return corpora() if corpora() or not is_sure else None

    return lambda app: guarding(defusing(app, is_open), datasette, look)


@_hookimpl
def startup(datasette: Any) -> Callable[[], Awaitable[None]]:
    async def look() -> None:
        from datasette.utils import StartupError

        from ingest.web.door import named_hosts

        _hush()
        try:
            named_hosts(datasette)
        except ValueError as exc:
            raise StartupError(str(exc)) from exc
        _corpora[datasette] = {}
        await _look(datasette, level=logging.WARNING)
        _suggest_nothing(datasette)

    return look


def _suggest_nothing(datasette: Any) -> None:
    """Where corpora alone are served, look for no further facets: we name those that serve.

    The look costs each table of a large corpus a second or more (benchmarks/reading.py), and no
    database can be left out of it alone. Who sets it by option or in `settings.json` is obeyed.
    """
    if "suggest_facets" in _set_by_the_user(datasette):
        return
    served = {name for name, database in datasette.databases.items() if database.path}
    if served and served <= _corpora[datasette].keys():
        datasette._settings["suggest_facets"] = False  # noqa: SLF001  # there is no other door


def _set_by_the_user(datasette: Any) -> set[str]:
    """The names of the settings that were given; Datasette itself keeps the values alone."""
    import click

    context = click.get_current_context(silent=True)  # of `datasette serve`
    # 1.0 calls it `settings.suggest_facets`.
    given = {
        name.rpartition(".")[2] for name, _ in (context and context.params.get("settings")) or ()
    }
    written = datasette.config_dir and datasette.config_dir / "settings.json"
    if written and written.exists():
        given.update(json.loads(written.read_text(encoding="utf-8")))
    return given


async def _look(datasette: Any, *, level: int = logging.DEBUG) -> bool:
    """Recognise the corpora among what is served; a file may become one at any time.

    Returns:
        Whether every file could be asked: what could not may be a corpus.
    """
    from datasette.database import QueryInterrupted

    from ingest.web.next_datasette import is_next, tell

    known, is_sure = _corpora[datasette], True
    for name, database in list(datasette.databases.items()):
        if name in known:
            continue
        is_corpus = await _is_corpus(database, level)
        is_sure = is_sure and is_corpus is not None
        if not is_corpus:
            continue
        try:
            told = await _ask(database)
            if is_next(datasette):
                await tell(datasette, name, told.metadata)
            known[name] = told
        except QueryInterrupted:  # a busy machine; the next question looks again
            _log.warning("slow to tell its schema database=%s", name)
            is_sure = False
    return is_sure


def _hush() -> None:
    """Let Datasette 0.65 print no page of locals for each address that is not there.

    It does so wherever rich is installed, and locals hold texts, cookies and tokens.
    """
    from datasette import handle_exception

    if hasattr(handle_exception, "rich"):
        handle_exception.rich = None


async def _is_corpus(database: Any, level: int) -> bool | None:
    from datasette.database import QueryInterrupted
    from datasette.utils.sqlite import sqlite3

    from ingest.corpus.migrations import APPLICATION_ID

    try:
        rows = (await database.execute("PRAGMA application_id")).rows
    except (sqlite3.DatabaseError, QueryInterrupted) as exc:
        # Datasette checks its files after the start-up hooks, and has the better message.
        _log.log(level, "unreadable database=%s error=%s", database.name, exc)
        return None
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
