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
    template: str = "seedbed_view.html"


PAGES: Mapping[str, Page] = {
    "front": Page(read=front.read, template="seedbed_front.html"),
    "article": Page(read=article.read, template="seedbed_article.html"),
    "story": Page(read=story.read),
    "outlet": Page(read=outlet.read),
    "source": Page(read=source.read),
    "run": Page(read=run.read),
    "seed": Page(read=seeds.read_one),
    "seeds": Page(read=seeds.read),
    "completeness": Page(read=completeness.read),
    "matrix": Page(read=matrix.read),
}

#: The page that tells more of a row of a table than the table does.
PAGE_OF_TABLE: Mapping[str, str] = {
    "articles": "article",
    "stories": "story",
    "outlets": "outlet",
    "sources": "source",
    "runs": "run",
    "seeds": "seed",
}
