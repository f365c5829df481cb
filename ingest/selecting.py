"""The options that say which articles are meant, and what a person may write for each."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ingest import clock
from ingest.completing import complete_languages, complete_outlets
from ingest.terminal import typed
from ingest.times import moment_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ingest.corpus import Corpus
    from ingest.corpus.selection import Selection

__all__ = ["limited", "selected", "with_dates", "with_filters"]

_AnyCommand = TypeVar("_AnyCommand", bound="Callable[..., Any]")

_AGO = re.compile(r"(\d{1,5})([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24}
_NAMED = 5  # values, where none is like the one asked for


def _moment(written: str, *, is_end: bool) -> datetime:
    """A time as people write it, aware; of a day its start, or its end.

    Raises:
        ValueError: it is none.
    """
    said = typed(written).lower()
    now = clock.now()
    if ago := _AGO.fullmatch(said):
        return now - timedelta(hours=int(ago[1]) * _HOURS[ago[2]])
    days = {"today": now.date(), "yesterday": now.date() - timedelta(days=1)}
    at = moment_of(days.get(said) or said.upper(), is_end=is_end)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _taken(_ctx: click.Context, option: click.Parameter, written: str | None) -> datetime | None:
    if written is None:
        return None
    try:
        return _moment(written, is_end=option.name == "until")
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{typed(written)!r} is no date like 2025-07-01, and no age like 12h, 7d or 2w",
            param=option,
        ) from None


_FILTERS = (
    click.option(
        "--since", metavar="DATE", callback=_taken,
        help="Published then or later: 2025-07-01, yesterday, 12h, 7d, 2w.",
    ),
    click.option("--until", metavar="DATE", callback=_taken, help="Published then or before."),
    click.option(
        "--outlet", "outlets", metavar="OUTLET", multiple=True, shell_complete=complete_outlets,
        help="Published by this outlet; may be repeated.",
    ),
    click.option(
        "--lang", "languages", metavar="CODE", multiple=True, shell_complete=complete_languages,
        help="In this language, as en; may be repeated.",
    ),
    click.option(
        "--story", "stories", metavar="N", multiple=True, type=click.IntRange(1, 2**63 - 1),
        help="Of this story; may be repeated.",
    ),
)  # fmt: skip


def with_filters(command: _AnyCommand) -> _AnyCommand:
    """Give a command the options; they reach it as what `selected` takes."""
    for option in reversed(_FILTERS):
        command = option(command)
    return command


def with_dates(command: _AnyCommand) -> _AnyCommand:
    """Give a command `since` and `until` alone."""
    for option in reversed(_FILTERS[:2]):
        command = option(command)
    return command


def limited(what: str = "Rows", *, default: int = 20) -> Callable[[_AnyCommand], _AnyCommand]:
    """The option that says how many."""
    return click.option(
        "-n",
        "--limit",
        type=click.IntRange(1, 1_000_000),
        default=default,
        show_default=True,
        help=f"{what} at most.",
    )


def selected(
    corpus: Corpus,
    *,
    since: datetime | None,
    until: datetime | None,
    outlets: Sequence[str],
    languages: Sequence[str],
    stories: Sequence[int],
) -> Selection:
    """The articles that a person means.

    Raises:
        UsageError: there is no such outlet, language or story; names what comes close.
    """
    from ingest.corpus.selection import Selection

    if missing := [story for story in stories if corpus.story(story) is None]:
        raise click.UsageError(f"no story {missing[0]}; `seedbed stories` shows the numbers")
    known = list(corpus.languages())
    return Selection(
        since=since,
        until=until,
        outlets=tuple(_outlet(corpus, one) for one in outlets),
        languages=tuple(_one_of(typed(one).lower(), known, "language") for one in languages),
        stories=tuple(stories),
    )


def _outlet(corpus: Corpus, written: str) -> str:
    """The outlet that is meant by domain, host, address or name."""
    from ingest.urls import outlet_of

    said = typed(written)
    named = corpus.outlets_named()
    if said in named:
        return said
    called = [outlet for outlet, name in named.items() if name and name.lower() == said.lower()]
    if len(called) == 1:
        return called[0]
    domain = outlet_of(said if "://" in said else f"https://{said}") if "." in said else ""
    return domain if domain in named else _one_of(said, list(named), "outlet")


def _one_of(said: str, known: Sequence[str], kind: str) -> str:
    from ingest.mistakes import did_you_mean

    if said in known:
        return said
    more = [f"and {len(known) - _NAMED:,} more"] if len(known) > _NAMED else []
    there = f"; there are {', '.join([*known[:_NAMED], *more])}" if known else ""
    raise click.UsageError(f"no article is of {kind} {said}{did_you_mean(said, known) or there}")
