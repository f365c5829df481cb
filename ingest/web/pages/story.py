"""A story: who reported it first, its articles in order, their copies folded.

Most stories are of some dozen articles; a corpus about one thing may have one of most it holds.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ingest.corpus import browsing_stories as asks
from ingest.corpus.patience import in_time
from ingest.web.pictures import timeline
from ingest.web.views import Block, Entry, Link, Table, View, count, minute, named, share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ingest.web.views import Asked, Cell, Links

_LIMIT_MS = 80  # of a part that counts all copies; the others take some 70 together


def read(connection: Any, asked: Asked) -> View | None:
    number = asked.number
    story = asks.one_story(connection, number)
    if story is None:
        return None
    links = asked.links
    articles = asks.story_articles(connection, number)
    copies = asks.story_copies(connection, [one["id"] for one in articles])
    days = _in_time(connection, partial(asks.story_days, number=number))
    outlets = _in_time(connection, partial(asks.story_outlets, number=number))
    return View(
        title=named(story["title"]),
        description=f"A story within the topic. {story['terms']}".strip(),
        facts=_facts(story, links),
        blocks=(
            Block(
                picture=timeline(days or (), has_legend=True),
                note="" if days is not None else _left_out("its days"),
            ),
            Block(
                heading="In order of publication",
                entries=tuple(_entry(one, copies.get(one["id"], []), links) for one in articles),
                note=_cut(len(articles), story["articles"]),
            ),
            Block(
                heading="Who carried it, and since when",
                note="" if outlets is not None else _left_out("the outlets"),
                table=None if outlets is None else _outlets(outlets, links, number),
            ),
        ),
        feeds=links.feeds("story", story=number),
    )


def _in_time(connection: Any, ask: Callable[[Any], Any]) -> Any:
    """What is asked; None: it takes too long."""
    return in_time(connection, _LIMIT_MS, ask, None)


def _left_out(part: str) -> str:
    return f"Left out, because a story of this size takes too long to count: {part}."


def _facts(story: dict[str, Any], links: Links) -> tuple[tuple[str, Cell], ...]:
    return (
        ("Reported first by", links.outlet(story["first_outlet"]) or "nobody knows: no dates"),
        ("Articles", links.number(story["articles"], "articles", story=story["id"])),
        ("Outlets", count(story["outlets"])),
        ("First", minute(story["first_published"])),
        ("Last", minute(story["last_published"])),
        ("Who copied whom", Link(text="in it", href=links.page("matrix", story=story["id"]))),
    )


def _cut(shown: int, articles: int) -> str:
    return f"The first {shown:,} of {articles:,}." if asks.MOST_ARTICLES <= shown < articles else ""


def _entry(article: dict[str, Any], copies: list[dict[str, Any]], links: Links) -> Entry:
    gone = f"gone since {minute(article['gone_since'])}" if article["gone_since"] else None
    return Entry(
        when=minute(article["published"]),
        head=Link(text=named(article["title"]), href=links.article(article["id"])),
        told=tuple(
            one
            for one in (links.outlet(article["outlet"]), article["language"], article["why"], gone)
            if one
        ),
        folded_name=f"{count(article['copies'])} {'copy' if article['copies'] == 1 else 'copies'}"
        if copies
        else "",
        folded=tuple(
            (
                minute(copy["published"]) or "no date",
                links.outlet(copy["outlet"]),
                f"{copy['relation']} {share(copy['similarity'])}",
                links.out(copy["url"], "page"),
            )
            for copy in copies
        )
        + _more(article, len(copies), links),
    )


def _more(article: dict[str, Any], shown: int, links: Links) -> tuple[tuple[Cell, ...], ...]:
    """Where the copies are that are not shown."""
    left = article["copies"] - shown
    if left <= 0:
        return ()
    href = links.rows("copies", article=article["id"])
    return ((Link(text=f"and {count(left)} more", href=href),),)


def _outlets(rows: Iterable[dict[str, Any]], links: Links, story: int) -> Table:
    return Table(
        names=("outlet", "since", "articles", "copies"),
        rows=tuple(
            (
                links.outlet(row["outlet"]),
                minute(row["first"]) or "no date",
                links.number(row["articles"], "articles", story=story, outlet=row["outlet"]),
                Link(
                    text=count(row["copies"]),
                    href=links.page("matrix", story=story, outlet=row["outlet"]),
                )
                if row["copies"]
                else 0,
            )
            for row in rows
        ),
    )
