"""Sites that can be searched by feed are asked for the topic: one source a query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.discovery.autodiscovery import search_feed
from ingest.topic.asked import asked_queries
from ingest.topic.queries import queries_of
from ingest.urls import outlet_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ingest.corpus import Corpus
    from ingest.topic import Topic
    from ingest.topic.phrasing import Query
    from ingest.workspace import Workspace

__all__ = ["KIND", "enter_searches", "queries_for"]

KIND, _SITE = "search-feed", "wordpress"


def enter_searches(workspace: Workspace, corpus: Corpus, topic: Topic, *, now: datetime) -> None:
    """Enter the searches of the topic in force at every site that has them; former ones rest."""
    settings = workspace.settings
    sites = corpus.searchable_sites() if settings.feeds.wordpress else []
    queries: tuple[Query, ...] = ()
    if sites:  # making queries takes a while
        search = settings.search
        learned = queries_of(topic, workspace.seeds(), per_language=max(search.per_language, 1))
        queries = asked_queries(
            learned, added=search.queries, dropped=search.drop_queries, languages=search.languages
        )
    asked = {
        search_feed(root, " ".join(query.terms)): root
        for root, language in sites
        for query in queries_for(language, queries, most=settings.feeds.wordpress_queries)
    }
    with corpus.transaction():
        for url, root in asked.items():
            corpus.add_source(
                kind=KIND, url=url, outlet=outlet_of(root), found_by=_SITE,
                every_minutes=round(settings.search.every_minutes), now=now,
            )  # fmt: skip
        corpus.ask_only(KIND, asked, now=now)
        corpus.ask_only(_SITE, (), now=now)  # they are no sources, they only have some


def queries_for(language: str | None, queries: Sequence[Query], *, most: int) -> tuple[Query, ...]:
    """What to ask a site: in its language, else in the first one of the topic."""
    known = [query for query in queries if query.language == language]
    first = queries[0].language if queries else None
    return tuple((known or [query for query in queries if query.language == first])[:most])
