"""What a shell may complete: values that only the corpus or the program knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ingest.errors import IngestError
from ingest.terminal import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from click.shell_completion import CompletionItem

    from ingest.corpus import Corpus

__all__ = ["COMMANDS", "complete_languages", "complete_outlets", "complete_spiders"]

SHELLS = ("bash", "zsh", "fish")


def complete_outlets(
    ctx: click.Context, _option: click.Parameter, begun: str
) -> list[CompletionItem]:
    """The outlets of the corpus."""
    return _items(_of_corpus(ctx, lambda corpus: list(corpus.outlets_named())), begun)


def complete_languages(
    ctx: click.Context, _option: click.Parameter, begun: str
) -> list[CompletionItem]:
    """The languages of the articles."""
    return _items(_of_corpus(ctx, lambda corpus: list(corpus.languages())), begun)


def complete_spiders(
    _ctx: click.Context, _option: click.Parameter, begun: str
) -> list[CompletionItem]:
    """The kinds of sources."""
    from ingest.spider_names import known_spiders

    return _items(known_spiders(), begun)


def _items(known: Iterable[str], begun: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(one) for one in sorted(known) if one.startswith(begun)]


def _of_corpus(ctx: click.Context, ask: Callable[[Corpus], list[str]]) -> list[str]:
    """What the corpus answers; nothing where there is none, for a shell has no use of an error."""
    place = Place(named=ctx.find_root().params.get("workspace"))
    try:
        with place.reading() as corpus:
            return ask(corpus)
    except IngestError:
        return []


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Let a shell complete what you type."""
    from click.shell_completion import get_completion_class

    root = click.get_current_context().find_root()
    made = get_completion_class(shell)
    assert made is not None, shell
    source = made(root.command, {}, "seedbed", "_SEEDBED_COMPLETE")
    click.echo(source.source_template % source.source_vars())


COMMANDS = (completion,)
