"""Our own pages on a corpus, in whatever Datasette serves it: `/CORPUS/-/NAME/KEY`.

A page is one module in `ingest/web/pages/`: `read(connection, asked)` takes the connection that
Datasette itself reads with and gives a frozen value, or None where there is nothing of that key; a
template, which extends `seedbed_base.html`, draws it. To add one write the module and name it in
`ingest/web/pages/__init__.py`. `read` runs in a thread of Datasette's and under its time limit; a
page that took too long says so, and the others go on. SQL stands in `ingest/corpus/`.

What a corpus is about is told at its own address, `/CORPUS`, and at `/` where no other file is
served (`ingest.web.door`); the list of tables that Datasette shows there is one click away.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from ingest.web.views import Asked, View

__all__ = ["PATH", "STYLE_PATH", "serve_page", "serve_style", "style_address"]

_STYLE_SHEETS = Path(__file__).with_name("static")
#: Of our own pages, and of Datasette's.
STYLE_PATH = r"^/-/seedbed/(?P<sheet>seedbed|tables)-[0-9a-f]{12}\.css$"


def _path() -> str:
    from ingest.web.pages import PAGES

    return rf"^/(?P<database>[^/]+)/-/(?P<name>{'|'.join(sorted(PAGES))})(?:/(?P<key>[^/]+))?/?$"


#: The addresses of our pages; none of Datasette's own is one of them.
PATH = _path()


async def serve_page(datasette: Any, request: Any, corpora: Collection[str]) -> Any:
    """One of our pages.

    Raises:
        NotFound: no such corpus.
        Forbidden: the visitor may not see the corpus.
    """
    from datasette.utils import tilde_decode
    from datasette.utils.asgi import Forbidden, NotFound, Response

    from ingest.clock import now
    from ingest.web.pages import PAGES
    from ingest.web.views import Asked, Link, Links

    told = request.url_vars
    database, name, key = tilde_decode(told["database"]), told["name"], told["key"] or ""
    if database not in corpora:
        raise NotFound(f"no corpus of this name: {database}")
    page = PAGES[name]
    if not await may_see(datasette, request.actor, database, page.reads):
        raise Forbidden("you may not see this corpus, or a table that this page is made of")
    asked = Asked(
        links=Links(base=str(datasette.urls.database(database))),
        now=now(),
        key=tilde_decode(key),
        arguments={one: request.args.get(one) for one in request.args},
    )
    view = await read_in_time(datasette, database, lambda connection: page.read(connection, asked))
    template, is_found = page.template, view is not None
    if view is None:
        template, view = "seedbed_view.html", _nothing(name, asked)
    context = {
        "view": view,
        "page": name,
        "database": database,
        "links": asked.links,
        "now": asked.now,
        "style": datasette.urls.path(style_address()),
        "label_action": datasette.urls.path("/-/seedbed/label"),
        "may_label": await _may_label(datasette, request.actor, database),
        "is_link": lambda one: isinstance(one, Link),
    }
    html = await datasette.render_template(template, context, request=request)
    return Response.html(html, status=200 if is_found else 404)


def _nothing(name: str, asked: Asked) -> View:
    """What is shown where there is nothing of the key that was asked for."""
    from ingest.web.views import Block, Link, View

    return View(
        title=f"There is no {name} {asked.key}".strip() + " in this corpus",
        description="It may have been one of another corpus, or a number that was never given.",
        blocks=(Block(after=(Link(text="What this corpus is about", href=asked.links.base),)),),
    )


async def _may_label(datasette: Any, actor: Mapping[str, Any] | None, database: str) -> bool:
    from ingest.web.label import may_label

    return bool(
        datasette.get_database(database).is_mutable
        and await may_label(datasette, actor, database, "articles")
    )


async def may_see(
    datasette: Any,
    actor: Mapping[str, Any] | None,
    database: str,
    tables: Collection[str],
) -> bool:
    """Whether a visitor may see the corpus and each of these tables and views."""
    if not hasattr(datasette, "permission_allowed"):  # Datasette 1.0
        from datasette.resources import TableResource

        for table in tables:
            resource = TableResource(database, table)
            if not await datasette.allowed(action="view-table", resource=resource, actor=actor):
                return False
        return True
    # What `check_visibility` would say, without asking anew for each table what holds for all.
    inherited, _ = await datasette.check_visibility(
        actor, permissions=[("view-database", database), "view-instance"]
    )
    for table in tables:
        told = await datasette.permission_allowed(
            actor, "view-table", (database, table), default=None
        )
        if not (inherited if told is None else told):
            return False
    return True


async def read_in_time(datasette: Any, database: str, read: Callable[[Any], Any]) -> Any:
    """What `read` says of a connection, within the time that Datasette gives a query.

    Raises:
        DatasetteError: it took longer.
    """
    from datasette.utils import sqlite_timelimit
    from datasette.utils.sqlite import sqlite3
    from datasette.views.base import DatasetteError

    limit_ms = datasette.setting("sql_time_limit_ms")

    def ask(connection: Any) -> Any:
        with sqlite_timelimit(connection, limit_ms):
            return read(connection)

    try:
        return await datasette.get_database(database).execute_fn(ask)
    except sqlite3.OperationalError as exc:
        if str(exc).startswith("no such "):
            raise DatasetteError(
                "this corpus was written by another version of Seedbed; "
                "`seedbed status` in its folder brings it up to date",
                title="Another version",
                status=503,
            ) from exc
        if "interrupted" not in str(exc):
            raise
        raise DatasetteError(
            "this page takes too long on a corpus of this size; its parts are in the tables",
            title="Too slow",
            status=503,
        ) from exc


@cache
def _style(sheet: str) -> bytes:
    return (_STYLE_SHEETS / f"{sheet}.css").read_bytes()


def style_address(sheet: str = "seedbed") -> str:
    """Of a style sheet; another one has another address, so browsers may keep it for ever."""
    return f"/-/seedbed/{sheet}-{hashlib.sha256(_style(sheet)).hexdigest()[:12]}.css"


async def serve_style(request: Any) -> Any:
    """A style sheet of ours."""
    from datasette.utils.asgi import Response

    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    style = _style(request.url_vars["sheet"]).decode()
    return Response(style, headers=kept, content_type="text/css; charset=utf-8")
