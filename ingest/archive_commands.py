"""The command that reads the archive again."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from ingest.bulk_options import bulk_options, stopped
from ingest.layout import count
from ingest.terminal import Place, as_json_option, print_json, print_lines, typed

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from ingest.bulk.rereading import ShardedReadings
    from ingest.bulk_options import Hands
    from ingest.corpus import Corpus
    from ingest.reextract import Change, Reextracted
    from ingest.workspace import Workspace

__all__ = ["COMMANDS"]

_PARTIAL = 6
_SHOWN_CHARS = 60
_NAMED = 5  # outlets, where none is like the one asked for
_FEW = 500  # pages: what is worth no shards, unless a person asks for them


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
@bulk_options
@as_json_option
@click.pass_context
def reextract(
    ctx: click.Context, *, since: datetime | None, outlet: str | None, is_trial: bool,
    hands: Hands, as_json: bool,
) -> None:  # fmt: skip
    """Read the archive again, correct its texts.

    No network. A text that changes is a correction, no revision by its outlet; what readers said
    of a page stands. Stopped, it goes on where it was when asked the same again. Pages are read by
    a process for each processor, or by a cluster; one corrects them in their order. Exit code 6
    when a fault of ours left pages as they were; they are named.
    """
    from scheduler.signals import attended

    place: Place = ctx.obj
    domain = _outlet(outlet) if outlet else None

    def until(stop: threading.Event, _hurry: threading.Event) -> Reextracted:
        with _opened(place, domain, is_trial=is_trial) as (workspace, corpus):
            return _read_again(workspace, corpus, since, domain, hands, stop, is_trial=is_trial)

    told, signal = attended(until)
    if as_json:
        print_json(_row(told, is_trial=is_trial))
    else:
        print_lines(_lines(told, is_trial=is_trial))
    if signal is not None:
        stopped(ctx)
    ctx.exit(_PARTIAL if told.errors else 0)


def _read_again(
    workspace: Workspace, corpus: Corpus, since: datetime | None, outlet: str | None,
    hands: Hands, stop: threading.Event, *, is_trial: bool,
) -> Reextracted:  # fmt: skip
    from ingest import clock
    from ingest.reextract import reextract as read_again

    with contextlib.ExitStack() as held:
        readings = None
        if hands.is_said or corpus.count_archived(0, since=since, outlet=outlet) > _FEW:
            readings = held.enter_context(_sharded(workspace, corpus, hands, stop, is_trial))
        return read_again(
            workspace, corpus, now=clock.now(), since=since, outlet=outlet, is_trial=is_trial,
            is_stopped=stop.is_set, readings=readings,
        )  # fmt: skip


@contextlib.contextmanager
def _sharded(
    workspace: Workspace,
    corpus: Corpus,
    hands: Hands,
    stop: threading.Event,
    is_trial: bool,  # noqa: FBT001
) -> Iterator[ShardedReadings]:
    """The pages read into shards, which stay if it is stopped."""
    from ingest.bulk.rereading import ShardedReadings
    from ingest.bulk.shards import sweep
    from ingest.bulk.telling import Teller

    teller = Teller()
    path = workspace.settings.corpus_path
    with hands.folder(path, "reextract", is_trial=is_trial) as folder, hands.crew() as crew:
        yield ShardedReadings(
            workspace=workspace, corpus=corpus, folder=folder, crew=crew, teller=teller,
            is_stopped=stop.is_set, is_trial=is_trial,
        )  # fmt: skip
        teller.end()
        if not stop.is_set():
            sweep(folder, is_all=True)


@contextlib.contextmanager
def _opened(
    place: Place, outlet: str | None, *, is_trial: bool
) -> Iterator[tuple[Workspace, Corpus]]:
    """The workspace, and its corpus; there must be one already, with pages of the outlet."""
    from ingest.workspace import Workspace

    workspace = Workspace.open(place.folder, os.environ)
    workspace.configure_log()
    with place.reading() as still:  # says what is wrong where there is no corpus, and makes none
        if outlet is not None:
            _check_outlet(still, outlet)
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


def _check_outlet(corpus: Corpus, outlet: str) -> None:
    """Make sure that there is anything of an outlet to be read.

    Raises:
        UsageError: there is not; names those that are like it, or some that there are.
    """
    from ingest.mistakes import did_you_mean

    known = corpus.archived_outlets()
    if outlet in known:
        return
    hint = did_you_mean(outlet, known)
    if known and not hint:
        more = _more(len(known) - _NAMED)
        hint = f"; there are {', '.join([*known[:_NAMED], *more])}"
    raise click.UsageError(f"the archive has no page of {outlet}{hint}")


def _row(told: Reextracted, *, is_trial: bool) -> dict[str, Any]:
    from dataclasses import asdict

    return {"is_trial": is_trial, **asdict(told)}


def _lines(told: Reextracted, *, is_trial: bool) -> Iterator[str]:
    yield from _count_lines(told, is_trial=is_trial)
    for one in told.unread:
        yield f"  {one.url}: {one.why}"
    unread = told.failed + told.misplaced + told.errors
    yield from (f"  {line}" for line in _more(unread - len(told.unread)))
    if told.examples:
        yield "what would change:" if is_trial else "what changed:"
    for change in told.examples:
        yield f"  {change.url}"
        yield from (f"    {line}" for line in _change_lines(change))
    yield from (f"  {line}" for line in _more(told.changed - len(told.examples)))


def _count_lines(told: Reextracted, *, is_trial: bool) -> Iterator[str]:
    would = "would be" if is_trial else "were"
    yield f"{count(told.read, 'page')} read again, {told.same} the same"
    fields = ", ".join(f"{name.replace('_', ' ')} {told.fields[name]}" for name in told.fields)
    yield f"{told.corrected} {would} corrected" + (f": {fields}" if fields else "")
    if told.refused:
        yield f"{told.refused} {would} refused: no articles"
    if told.renamed:
        yield f"{told.renamed} {would} refused for another reason"
    if told.labelled:
        yield f"{told.labelled} kept for a reader's label: no articles"
    if told.accepted:
        yield f"{told.accepted} refused before {would} judged: articles after all"
    if not is_trial and (told.came_in or told.went_out):
        yield f"{told.came_in} came in, {told.went_out} went out"
    if told.missing:
        misplaced = f", which has other pages for {told.misplaced} of them"
        yield f"{told.missing} not in the archive any more" + misplaced * bool(told.misplaced)
    if told.failed:
        yield f"{told.failed} could not be read and stay as they are"
    if told.errors:
        yield f"{told.errors} stay as they are for a fault of ours; the log has it"


def _more(number: int) -> list[str]:
    """The end of a list that is cut short."""
    return [f"and {number} more"] if number > 0 else []


def _change_lines(change: Change) -> Iterator[str]:
    for name in change.before:
        before, after = _cut(change.before[name]), _cut(change.after[name])
        words = f"+{change.words_added} -{change.words_removed} words, " if name == "text" else ""
        yield f"{name.replace('_', ' ')}: {words}{before or '(none)'} -> {after or '(none)'}"


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_CHARS else line[: _SHOWN_CHARS - 1].rstrip() + "…"


COMMANDS = (reextract,)
