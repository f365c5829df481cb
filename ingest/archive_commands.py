"""The command that reads the archive again."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from ingest.layout import count
from ingest.terminal import Place, as_json_option, print_json, print_lines, typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.corpus import Corpus
    from ingest.reextract import Change, Reextracted
    from ingest.workspace import Workspace

__all__ = ["COMMANDS"]

_SHOWN_CHARS = 60


def _day(_ctx: click.Context, option: click.Parameter, written: str | None) -> datetime | None:
    if written is None:
        return None
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise click.BadParameter(f"{written!r} is no date like 2025-07-01", param=option) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


@click.command()
@click.option(
    "--since", metavar="DATE", callback=_day, help="Only pages fetched on that day or later, UTC."
)
@click.option("--outlet", metavar="HOST", help="Only pages of this outlet.")
@click.option("--dry-run", "is_trial", is_flag=True, help="Say what would change; write nothing.")
@as_json_option
@click.pass_obj
def reextract(
    place: Place, *, since: datetime | None, outlet: str | None, is_trial: bool, as_json: bool
) -> None:
    """Read the archive again, correct its texts.

    No network. A text that changes is a correction, no revision by its outlet; what readers said
    of a page stands. Stopped, it goes on where it was when asked the same again.
    """
    from ingest import clock
    from ingest.reextract import reextract as read_again

    with _opened(place, is_trial=is_trial) as (workspace, corpus):
        told = read_again(
            workspace, corpus, now=clock.now(), since=since,
            outlet=_outlet(outlet) if outlet else None, is_trial=is_trial,
        )  # fmt: skip
    if as_json:
        return print_json(_row(told, is_trial=is_trial))
    return print_lines(_lines(told, is_trial=is_trial))


@contextlib.contextmanager
def _opened(place: Place, *, is_trial: bool) -> Iterator[tuple[Workspace, Corpus]]:
    """The workspace, and its corpus; there must be one already."""
    from ingest.workspace import Workspace

    workspace = Workspace.open(place.folder, os.environ)
    workspace.configure_log()
    with place.reading() as still:  # says what is wrong where there is no corpus, and makes none
        if is_trial:
            yield workspace, still
            return
    with contextlib.closing(workspace.corpus()) as corpus:
        yield workspace, corpus


def _outlet(host: str) -> str:
    """The outlet that a person names by host or address."""
    from ingest.urls import outlet_of

    said = typed(host)
    found = outlet_of(said if "://" in said else f"https://{said}")
    if not found:
        raise click.UsageError(f"no outlet is called {said}")
    return found


def _row(told: Reextracted, *, is_trial: bool) -> dict[str, Any]:
    from dataclasses import asdict

    return {"is_trial": is_trial, **asdict(told)}


def _lines(told: Reextracted, *, is_trial: bool) -> Iterator[str]:
    would = "would be" if is_trial else "were"
    yield f"{count(told.read, 'page')} read again, {told.same} the same"
    fields = ", ".join(f"{name.replace('_', ' ')} {told.fields[name]}" for name in told.fields)
    yield f"{told.corrected} {would} corrected" + (f": {fields}" if fields else "")
    if told.refused:
        yield f"{told.refused} {would} refused: no articles"
    if told.accepted:
        yield f"{told.accepted} refused before {would} judged: articles after all"
    if not is_trial and (told.came_in or told.went_out):
        yield f"{told.came_in} came in, {told.went_out} went out"
    if told.missing:
        yield f"{told.missing} not in the archive any more"
    if told.failed:
        yield f"{told.failed} could not be read and stay as they are"
    for one in told.unread:
        yield f"  {one.url}: {one.why}"
    for change in told.examples:
        yield f"  {change.url}"
        yield from (f"    {line}" for line in _change_lines(change))


def _change_lines(change: Change) -> Iterator[str]:
    if change.refused:
        yield change.refused
    if change.is_new:
        yield "an article after all"
    if "text" in change.fields:
        yield f"text: +{change.words_added} -{change.words_removed} words"
    for name in change.before:
        before, after = _cut(change.before[name]), _cut(change.after[name])
        yield f"{name.replace('_', ' ')}: {before or '(none)'} -> {after or '(none)'}"


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_CHARS else line[: _SHOWN_CHARS - 1].rstrip() + "…"


COMMANDS = (reextract,)
