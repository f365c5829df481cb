"""The pages of a corpus, a module each: `read(connection, asked)` gives what a template draws.

`read` gives None where there is nothing of that key. Most pages are a `View`, which one template
draws; one that needs another shape brings a template of its own. `ingest.web.site` serves them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.web.pages import (
    article,
    completeness,
    front,
    matrix,
    outlet,
    run,
    seeds,
    source,
    story,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ingest.web.views import Asked

__all__ = ["PAGES", "PAGE_OF_TABLE", "Page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page, by the function that reads it and the template that draws what it gives."""

    read: Callable[[Any, Asked], Any]
    #: The tables and views that it reads, and what these are made of: who is denied one of them
    #: sees no such page. A test asks SQLite what a page reads, and compares. So are views whose
    #: rows it shows though it asks for them by their tables.
    reads: tuple[str, ...]
    template: str = "seedbed_view.html"


PAGES: Mapping[str, Page] = {
    "front": Page(
        read=front.read,
        reads=("articles", "capture_counts", "captured", "copies", "outlets", "revisions",
               "routes", "runs", "seeds", "sources", "stories", "timeline", "topic_state"),
        template="seedbed_front.html",
    ),
    "article": Page(
        read=article.read,
        reads=("articles", "copies", "edges", "events", "fetches", "labels", "outlets", "pages",
               "passages", "revisions", "seeds", "sources", "stories", "texts"),
        template="seedbed_article.html",
    ),
    "story": Page(read=story.read, reads=("articles", "copies", "stories")),
    "outlet": Page(
        read=outlet.read, reads=("articles", "copies", "outlets", "pages", "seeds", "sources")
    ),
    "source": Page(read=source.read, reads=("pages", "sources")),
    "run": Page(read=run.read, reads=("articles", "fetches", "pages", "runs")),
    "seed": Page(read=seeds.read_one, reads=("articles", "copies", "seeds")),
    "seeds": Page(read=seeds.read, reads=("articles", "copies", "seeds")),
    "completeness": Page(
        read=completeness.read,
        reads=("articles", "capture_counts", "captured", "copies", "routes"),
    ),
    "matrix": Page(read=matrix.read, reads=("articles", "copies", "seeds", "who_copied_whom")),
}  # fmt: skip

#: The page that tells more of a row of a table than the table does.
PAGE_OF_TABLE: Mapping[str, str] = {
    "articles": "article",
    "stories": "story",
    "outlets": "outlet",
    "sources": "source",
    "runs": "run",
    "seeds": "seed",
}
