"""The command that reads stories: all of them, or one with its articles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ingest.selecting import limited
from ingest.terminal import Place, as_json_option, print_json, print_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.layout import Line

__all__ = ["COMMANDS"]


@click.command()
@click.argument("number", metavar="[N]", type=click.IntRange(min=1, max=2**63 - 1), required=False)
@as_json_option
@limited("Stories")
@click.pass_obj
def stories(place: Place, *, number: int | None, as_json: bool, limit: int) -> None:
    """Threads within the topic, the latest first; or one with N.

    Of one, the articles by date.
    """
    with place.reading() as corpus:
        if number is None:
            rows = corpus.latest_stories(limit)
            return print_json(*rows) if as_json else print_lines(_list_lines(rows))
        story = corpus.story(number)
        if story is None:
            raise click.ClickException(f"no story {number}; `seedbed stories` shows the numbers")
        articles = corpus.articles_of(number)
    if as_json:
        return print_json({**story, "told_by": articles})
    return print_lines(_story_lines(story, articles))


def _list_lines(rows: Sequence[Mapping[str, Any]]) -> Sequence[Line]:
    from ingest.layout import Column, Table, day, wrapped

    if not rows:
        return wrapped("no stories yet: a story is two articles or more that tell of one event")
    shown = [{**row, "last": day(row["last_published"])} for row in rows]
    columns = [
        Column(name="id", right=True),
        Column(name="last"),
        Column(name="title", least=24),
        Column(name="articles", right=True),
        Column(name="outlets", right=True),
    ]
    return [Table(rows=shown, columns=columns)]


def _story_lines(story: Mapping[str, Any], articles: Sequence[Mapping[str, Any]]) -> list[Line]:
    from ingest.layout import Column, Table, count, day, facts, wrapped

    first, last = day(story["first_published"]), day(story["last_published"])
    shown = [{**row, "published": day(row["published"])} for row in articles]
    told = f"{count(story['articles'], 'article')}, carried by {count(story['outlets'], 'outlet')}"
    return [
        *wrapped(story["title"]),
        "",
        *facts(
            [
                ("told", told),
                ("published", f"{first} to {last}" if first else ""),
                ("first", story["first_outlet"] or ""),
                ("words", story["terms"]),
            ]
        ),
        "",
        Table(
            rows=shown,
            columns=[
                Column(name="id", right=True),
                Column(name="published"),
                Column(name="title", least=24),
                Column(name="outlet", least=12),
                Column(name="language"),
                Column(name="copies", right=True),
            ],
        ),
    ]


COMMANDS = (stories,)
