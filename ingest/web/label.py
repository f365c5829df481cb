"""A reader's yes or no on a page of the corpus, given in Datasette.

Only the label is written; the topic learns from it, and an address that is wanted and was not
fetched is called for, at the next run or `seedbed relearn`, or by a daemon at its next look.
Who may: everybody who may see the table, unless `plugins: seedbed: label` of Datasette's own
configuration holds an allow block that says otherwise. A label cannot be set from another site:
Datasette's token is not asked of a request without cookies, so the origin is looked at as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ingest.web.site import may_see
from ingest.web.views import whole_number

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["label_of_row", "may_label", "set_label"]

PATH = "/-/seedbed/label"
_VERDICTS = frozenset({"yes", "no", "none"})  # none: what was said is taken back


async def label_of_row(
    datasette: Any, request: Any, database: str, table: str
) -> dict[str, Any] | None:
    """What the page of a row shows of its label; None: rows of that table have none."""
    row = request.url_vars.get("pks", "")
    from ingest.corpus.saying import is_copy, said_of

    page = await _page(datasette, database, table, row)
    if page is None or not await may_see(datasette, request.actor, database, ("labels",)):
        return None
    opened = datasette.get_database(database)
    said: dict[str, Any] = await opened.execute_fn(lambda connection: said_of(connection, page))
    may = await may_label(datasette, request.actor, database, table)
    return said | {
        "action": datasette.urls.path(PATH),
        "database": database,
        "table": table,
        "row": row,
        "is_open": opened.is_mutable and may and not await opened.execute_fn(is_copy),
    }


async def set_label(datasette: Any, request: Any, corpora: Collection[str]) -> Any:
    """Write what the form says and go back to the row."""
    from datasette.utils.asgi import Forbidden, Response

    if request.method != "POST":
        return Response.text("labels are set with the buttons of a row", status=405)
    if not _is_same_origin(request.headers):
        raise Forbidden("labels cannot be set from another site")
    form = await request.post_vars()
    database, table, row = (form.get(name, "") for name in ("database", "table", "row"))
    if database not in corpora or form.get("verdict") not in _VERDICTS:
        return Response.text("no such corpus, or neither yes, no nor none", status=400)
    if not await may_label(datasette, request.actor, database, table):
        raise Forbidden("you may not label the pages of this corpus")
    page = await _page(datasette, database, table, row)
    if page is None:
        return Response.text("no such row of articles or pages", status=404)
    if refused := await _write(datasette, database, page, form["verdict"], request.actor):
        return refused
    if form.get("back") == "article" and table == "articles":
        return Response.redirect(f"{datasette.urls.database(database)}/-/article/{row}")
    return Response.redirect(datasette.urls.row(database, table, row))


async def _page(datasette: Any, database: str, table: str, row: str) -> int | None:
    from ingest.corpus.saying import is_labelled_table, page_of_row

    number = whole_number(row)
    if not is_labelled_table(table) or number is None:
        return None
    page: int | None = await datasette.get_database(database).execute_fn(
        lambda connection: page_of_row(connection, table, number)
    )
    return page


async def _write(
    datasette: Any, database: str, page: int, verdict: str, actor: Mapping[str, Any] | None
) -> Any | None:
    """Write one label; the response that says why not, if it could not be."""
    from datasette.utils.asgi import Response
    from datasette.utils.sqlite import sqlite3

    from ingest.clock import now
    from ingest.corpus.base import iso
    from ingest.corpus.connection import OLDEST_SQLITE
    from ingest.corpus.runs import COPY_SAID
    from ingest.corpus.saying import is_copy, say, take_back

    opened = datasette.get_database(database)
    if not opened.is_mutable:
        return Response.text("this corpus is served for reading alone", status=403)
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        return Response.text("this SQLite may damage a corpus that a run writes", status=503)
    if await opened.execute_fn(is_copy):
        return Response.text(f"this corpus is {COPY_SAID}", status=409)
    by = str((actor or {}).get("id") or "datasette")

    def write(connection: Any) -> None:
        with connection:
            if verdict == "none":
                take_back(connection, page)
            else:
                say(connection, page, is_yes=verdict == "yes", by=by, at=iso(now()))

    try:
        await opened.execute_write_fn(write)
    except sqlite3.OperationalError as exc:
        return Response.text(f"the corpus cannot be written now: {exc}", status=503)
    return None


async def may_label(
    datasette: Any, actor: Mapping[str, Any] | None, database: str, table: str
) -> bool:
    from datasette.utils import actor_matches_allow

    allow = (datasette.plugin_config("seedbed", database=database) or {}).get("label", True)
    if not actor_matches_allow(actor, allow):
        return False
    if not await may_see(datasette, actor, database, (table,)):
        return False
    if not hasattr(datasette, "permission_allowed"):  # Datasette 1.0
        return True
    return bool(await datasette.permission_allowed(actor, "seedbed-label", database, default=True))


def _is_same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a form was sent from a page of this server; browsers say where each is sent from."""
    site = headers.get("sec-fetch-site")
    if site is not None:  # no page can set it; behind a proxy it alone knows what the reader sees
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
