"""Feeds out: `/CORPUS/-/feed/QUERY.atom` and `.json`, with the arguments of the query.

Any saved query that names articles, and three lists that are none: `latest`, `story` (`?story=7`)
and `outlet` (`?outlet=bbc.co.uk`). The same articles give the same bytes, so a reader that asks
again with the ETag it was given is told that nothing changed.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ingest.corpus.browsing_feeds import (
    ARTICLE_LISTS,
    articles_of_question,
    corpus_mark,
    feed_articles,
)
from ingest.corpus.browsing_outlets import one_outlet
from ingest.corpus.browsing_stories import one_story
from ingest.export.atom import atom
from ingest.export.feeds import Feed, FeedEntry, identifier
from ingest.export.json_feed import json_feed
from ingest.times import parse_iso
from ingest.web.pages import PAGES
from ingest.web.queries import QUERIES
from ingest.web.views import Link, Links, named, whole_number

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

__all__ = ["FED", "FEED_PATH", "feeds_of_query", "serve_feed", "tables_of"]

#: The saved queries that name articles, and what each reads; a test asks SQLite, and compares.
FED: Mapping[str, tuple[str, ...]] = {
    "new_since_yesterday": (),
    "search": ("articles_fts",),
    "what_changed": ("pages",),
    "headlines_changed": ("pages",),
    "one_story_in_order": ("copies",),
    "first_in_each_story": ("stories",),
    "gone_moved_back": ("events", "pages"),
    "first_to_report": ("copies",),
    "likely_translations": ("pages", "seeds", "texts", "translation_hints", "translations"),
}
_READ_BY_ALL = ("articles", "outlets", "revisions")  # for the entries
_READ_BY_LISTS = {"story": ("stories",)}  # for its title

FEED_PATH = r"^/(?P<database>[^/]+)/-/feed/(?P<query>\w+)\.(?P<kind>atom|json)$"
_TYPES = {"atom": "application/atom+xml; charset=utf-8",
          "json": "application/feed+json; charset=utf-8"}  # fmt: skip
_WRITERS = {"atom": atom, "json": json_feed}
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when an empty feed changed


async def serve_feed(datasette: Any, request: Any, corpora: Collection[str]) -> Any:
    """The answer to a request for a feed; 304 where nothing changed."""
    from datasette.utils import tilde_decode
    from datasette.utils.asgi import Forbidden, NotFound, Response

    from ingest.web.site import may_see, read_in_time

    database = tilde_decode(request.url_vars["database"])
    if database not in corpora:
        raise NotFound(f"no corpus of this name: {database}")
    name, kind = request.url_vars["query"], request.url_vars["kind"]
    if not await may_see(datasette, request.actor, database, tables_of(name)):
        raise Forbidden("you may not see this corpus, or a table that this feed is made of")
    sql = ARTICLE_LISTS.get(name) or next((q.sql for q in QUERIES if q.name == name), None)
    if sql is None or name not in (*ARTICLE_LISTS, *FED):
        raise NotFound(f"no such list of articles: {name}")
    if name in FED and not await _is_ours(datasette, request.actor, database, name):
        raise Forbidden("you may not see this query, or another has its name")
    arguments = _arguments(sql, request)
    found = await read_in_time(
        datasette, database, lambda connection: _found(connection, name, sql, arguments)
    )
    told = _feed(datasette, request, database, arguments, *found)
    body = "".join(_WRITERS[kind](*told)).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": etag, "cache-control": "no-cache", "x-content-type-options": "nosniff"}
    asked = [one.strip().removeprefix("W/") for one in
             request.headers.get("if-none-match", "").split(",")]  # fmt: skip
    if etag in asked or "*" in asked:
        return Response(b"", status=304, headers=headers)
    return Response(body, headers=headers, content_type=_TYPES[kind])


def tables_of(feed: str) -> tuple[str, ...]:
    """The tables and views that a feed of this name is made of."""
    return (*_READ_BY_ALL, *FED.get(feed, ()), *_READ_BY_LISTS.get(feed, ()))


def _arguments(sql: str, request: Any) -> dict[str, str]:
    wanted = set(re.findall(r"(?<![\w:]):([a-z_]+)", sql))
    return {one: request.args.get(one) or "" for one in sorted(wanted)}


async def _is_ours(
    datasette: Any, actor: Mapping[str, Any] | None, database: str, name: str
) -> bool:
    """Whether a saved query of this name is the one we brought, and the visitor may see it."""
    if not hasattr(datasette, "permission_allowed"):  # Datasette 1.0 asks no plugin for queries
        return True
    told = await datasette.get_canned_query(database, name, actor)
    if told is None or told["sql"] != next(q.sql.strip() for q in QUERIES if q.name == name):
        return False
    visible, _ = await datasette.check_visibility(
        actor,
        permissions=[
            ("view-query", (database, name)),
            ("view-database", database),
            "view-instance",
        ],
    )
    return bool(visible)


async def feeds_of_query(datasette: Any, request: Any, database: str) -> tuple[Link, ...]:
    """The feeds of the saved query that is asked for, with its arguments; none: it has none."""
    name = (request.url_vars if request else {}).get("table", "")
    query = next((one for one in QUERIES if one.name == name and name in FED), None)
    if query is None or not await _is_ours(datasette, request.actor, database, name):
        return ()
    asked = {key: value for key, value in _arguments(query.sql, request).items() if value}
    return Links(base=str(datasette.urls.database(database))).feeds(name, **asked)


def _found(
    connection: Any, name: str, sql: str, arguments: Mapping[str, str]
) -> tuple[str, str, list[dict[str, Any]]]:
    numbers = articles_of_question(connection, sql, arguments)
    title = _title(connection, name, ", ".join(value for value in arguments.values() if value))
    return corpus_mark(connection), title, feed_articles(connection, numbers)


def _title(connection: Any, name: str, told: str) -> str:
    """A list of one story or outlet is called as that is, where there is one."""
    if name == "story" and (number := whole_number(told)) is not None:
        story = one_story(connection, number)
        return named(story["title"]) if story else f"Story {told}"
    if name == "outlet":
        outlet = one_outlet(connection, told)
        return (outlet and outlet["name"]) or told or "Articles"
    title = next((query.title for query in QUERIES if query.name == name), "Latest articles")
    return f"{title} {told}".strip()


def _feed(
    datasette: Any,
    request: Any,
    database: str,
    arguments: Mapping[str, str],
    mark: str,
    title: str,
    rows: list[dict[str, Any]],
) -> tuple[Feed, list[FeedEntry]]:
    name = request.url_vars["query"]
    links = Links(base=str(datasette.urls.database(database)))
    # A list of one story or one outlet has a page of ours, any other its rows.
    home = links.rows(name, **arguments)
    if name in PAGES:
        home = links.page(name, arguments[name])
    kind = request.url_vars["kind"]
    entries = [
        FeedEntry(
            id=_uri(mark, "article", str(row["id"])),
            url=_address(row, lambda path: str(datasette.absolute_url(request, path)), links),
            title=named(row["title"]),
            summary=f"{row['lead']}\n{row['why']}".strip(),
            updated=parse_iso(row["updated"]) or _NEVER,
            published=parse_iso(row["published"]),
            author=row["author"],
            source=row["name"] or row["outlet"],
            language=row["language"],
        )
        for row in rows
    ]
    feed = Feed(
        id=_uri(mark, "feed", name, *arguments.values()),
        title=title,
        updated=max((entry.updated for entry in entries), default=_NEVER),
        address=str(datasette.absolute_url(request, links.feed(name, kind, **arguments))),
        home=str(datasette.absolute_url(request, home)),
    )
    return feed, entries


def _address(row: Mapping[str, Any], absolute: Callable[[str], str], links: Links) -> str:
    out = links.out(row["url"])
    return out.href if isinstance(out, Link) else absolute(links.article(row["id"]))


def _uri(*parts: str) -> str:
    """An address that these parts alone decide."""
    return identifier("\n".join(("seedbed", *parts)))
