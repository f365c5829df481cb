"""The commands that find articles: by their words, and as they come."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from ingest.errors import CorpusError
from ingest.selecting import limited, selected, with_filters
from ingest.terminal import Place, as_json_option, print_json, print_lines, print_paged, typed

if TYPE_CHECKING:
    from ingest.corpus.searching import SearchOrder
    from ingest.tailing import Tail

__all__ = ["COMMANDS"]


@click.command()
@click.argument("words", nargs=-1, required=True)
@as_json_option
@limited("Articles")
@with_filters
@click.option(
    "--order",
    type=click.Choice(["match", "relevance", "date"]),
    default="match",
    show_default=True,
    help="Best match first, or closest to the topic, or newest.",
)
@click.pass_obj
def search(
    place: Place,
    /,
    *,
    words: tuple[str, ...],
    as_json: bool,
    limit: int,
    order: SearchOrder,
    **filters: Any,
) -> None:
    """Articles that hold all the words, the best first.

    SQLite's full-text language works too: '"a phrase"', 'putin*', 'baku NOT grand'.
    """
    from ingest.corpus.searching import SearchSyntaxError
    from ingest.search_hints import meant
    from ingest.show_search import search_lines, without_marks

    said = typed(" ".join(words))
    with place.reading() as corpus:
        only = selected(corpus, **filters)
        try:
            rows = corpus.search(said, limit=limit, only=only, order=order)
        except SearchSyntaxError as exc:
            raise click.UsageError(
                f"the search cannot be read: {exc}; put plain words, or a phrase in double quotes"
            ) from exc
        hint = meant(corpus, said) if not rows and not as_json else None
    if as_json:
        return print_json(*({**row, "snippet": without_marks(row["snippet"])} for row in rows))
    return print_paged(search_lines(rows, hint=hint))


@click.command()
@as_json_option
@click.option(
    "-n", "--last", type=click.IntRange(0, 1000), default=10, show_default=True,
    help="How many of those that are there already.",
)  # fmt: skip
@click.option(
    "--every", "every_s", metavar="SECONDS", type=click.FloatRange(0.1, 3600), default=2.0,
    show_default=True, help="How long to wait between two looks.",
)  # fmt: skip
@with_filters
@click.pass_obj
def tail(place: Place, /, *, as_json: bool, last: int, every_s: float, **filters: Any) -> None:
    """Articles as they come, until Ctrl-C.

    The corpus is only read, and may be replaced meanwhile by `seedbed restore`.
    """
    from ingest.tailing import Tail

    with place.reading() as corpus:  # says what is wrong where there is none
        only = selected(corpus, **filters)
        path = corpus.path
    follower = Tail(path=path, only=only)
    _print_came(follower.begin(last), as_json=as_json)
    trouble = ""
    while True:
        time.sleep(every_s)
        trouble = _look(follower, trouble, as_json=as_json)


def _look(follower: Tail, trouble: str, *, as_json: bool) -> str:
    """Print what came; what is wrong with the corpus, said once and not at every look."""
    try:
        rows, is_another = follower.look()
    except (CorpusError, OSError) as exc:
        if (said := str(exc)) != trouble:
            click.echo(f"seedbed: {typed(said)}; waiting", err=True)
        return said
    if is_another:
        click.echo(f"seedbed: the corpus is another one; on from {follower.number}", err=True)
    _print_came(rows, as_json=as_json)
    return ""


def _print_came(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    from ingest.show_search import came_lines

    for row in rows:
        if as_json:
            print_json(row)
        else:
            print_lines(came_lines(row))


COMMANDS = (search, tail)
