"""Feeds out: `/CORPUS/-/feed/QUERY.atom` and `.json`, with the arguments of the query.

Any saved query that names articles, and three lists that are none: `latest`, `story` (`?story=7`)
and `outlet` (`?outlet=bbc.co.uk`). The same articles give the same bytes, so a reader that asks
again with the ETag it was given is told that nothing changed.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from ingest.corpus.browsing_feeds import (
    ARTICLE_LISTS,
    articles_of_question,
    corpus_mark,
    feed_articles,
)
from ingest.syndication import Feed, FeedEntry, write_atom, write_json_feed
from ingest.web.queries import QUERIES
from ingest.web.views import Link, Links

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

__all__ = ["FED", "FEED_PATH", "serve_feed"]

#: The saved queries that name articles.
FED = (
    "new_since_yesterday", "search", "what_changed", "headlines_changed", "one_story_in_order",
    "first_in_each_story", "gone_moved_back", "first_to_report", "likely_translations",
)  # fmt: skip

FEED_PATH = r"^/(?P<database>[^/]+)/-/feed/(?P<query>\w+)\.(?P<kind>atom|json)$"
_TYPES = {"atom": "application/atom+xml; charset=utf-8",
          "json": "application/feed+json; charset=utf-8"}  # fmt: skip
_WRITERS = {"atom": write_atom, "json": write_json_feed}


async def serve_feed(datasette: Any, request: Any, corpora: Collection[str]) -> Any:
    """The answer to a request for a feed; 304 where nothing changed."""
    from datasette.utils import tilde_decode
    from datasette.utils.asgi import Forbidden, NotFound, Response

    from ingest.web.site import may_see, read_in_time

    database = tilde_decode(request.url_vars["database"])
    if database not in corpora:
        raise NotFound(f"no corpus of this name: {database}")
    if not await may_see(datasette, request.actor, database):
        raise Forbidden("you may not see this corpus")
    name, kind = request.url_vars["query"], request.url_vars["kind"]
    sql = ARTICLE_LISTS.get(name) or next((q.sql for q in QUERIES if q.name == name), None)
    if sql is None or name not in (*ARTICLE_LISTS, *FED):
        raise NotFound(f"no such list of articles: {name}")
    wanted = set(re.findall(r"(?<![\w:]):([a-z_]+)", sql))
    arguments = {one: request.args.get(one) or "" for one in sorted(wanted)}
    found = await read_in_time(
        datasette, database, lambda connection: _found(connection, sql, arguments)
    )
    feed = _feed(datasette, request, database, arguments, *found)
    body = _WRITERS[kind](feed)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": etag, "cache-control": "no-cache", "x-content-type-options": "nosniff"}
    asked = [one.strip().removeprefix("W/") for one in
             request.headers.get("if-none-match", "").split(",")]  # fmt: skip
    if etag in asked or "*" in asked:
        return Response(b"", status=304, headers=headers)
    return Response(body, headers=headers, content_type=_TYPES[kind])


def _found(
    connection: Any, sql: str, arguments: Mapping[str, str]
) -> tuple[str, list[dict[str, Any]]]:
    numbers = articles_of_question(connection, sql, arguments)
    return corpus_mark(connection), feed_articles(connection, numbers)


def _feed(
    datasette: Any,
    request: Any,
    database: str,
    arguments: Mapping[str, str],
    mark: str,
    rows: list[dict[str, Any]],
) -> Feed:
    name = request.url_vars["query"]
    links = Links(base=str(datasette.urls.database(database)))
    title = next((query.title for query in QUERIES if query.name == name), f"Articles: {name}")
    told = ", ".join(value for value in arguments.values() if value)
    home = links.rows(name, **arguments) if name not in ARTICLE_LISTS else links.rows("latest")
    kind = request.url_vars["kind"]
    return Feed(
        id=_uri(mark, "feed", name, *arguments.values()),
        title=f"{title} {told}".strip(),
        url=str(datasette.absolute_url(request, links.feed(name, kind, **arguments))),
        home=str(datasette.absolute_url(request, home)),
        entries=[
            FeedEntry(
                id=_uri(mark, "article", str(row["id"])),
                url=_address(row, lambda path: str(datasette.absolute_url(request, path)), links),
                title=row["title"],
                summary=f"{row['lead']}\n{row['why']}".strip(),
                updated=row["updated"],
                published=row["published"],
                author=row["author"],
                publisher=row["name"] or row["outlet"],
                language=row["language"],
            )
            for row in rows
        ],
    )


def _address(row: Mapping[str, Any], absolute: Callable[[str], str], links: Links) -> str:
    out = links.out(row["url"])
    return out.href if isinstance(out, Link) else absolute(links.article(row["id"]))


def _uri(*parts: str) -> str:
    """An address that these parts alone decide."""
    return uuid5(NAMESPACE_URL, "\n".join(("seedbed", *parts))).urn
