"""The command that makes the index of copies anew, or checks it."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

import click

from ingest.layout import count
from ingest.terminal import Place, as_json_option, print_json, print_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.corpus import Corpus
    from ingest.index_check import IndexCheck
    from ingest.rebuild_index import Progress
    from ingest.rejudge import Rejudged

__all__ = ["COMMANDS"]


@click.command("rebuild-index")
@click.option("--check", "is_check", is_flag=True, help="Say what differs; write nothing.")
@as_json_option
@click.pass_context
def rebuild_index(ctx: click.Context, *, is_check: bool, as_json: bool) -> None:
    """Make the index of copies anew from the texts.

    No network. Fingerprints and what texts share are computed again, then the families are
    settled by it. Stopped, it goes on where it was; a run does so too, before its first page.
    With --check, exit code 1 when the index is not what the texts give.
    """
    (_check if is_check else _rebuild)(ctx, as_json=as_json)


def _rebuild(ctx: click.Context, *, as_json: bool) -> None:
    from ingest import clock
    from ingest.rebuild_index import begin_rebuild
    from ingest.rejudge import rejudge, thread_again
    from ingest.workspace import Workspace

    place: Place = ctx.obj
    with place.reading():  # says what is wrong where there is no corpus, and makes none
        pass
    workspace = Workspace.open(place.folder, os.environ)
    workspace.configure_log()
    with contextlib.closing(workspace.corpus()) as corpus, _shown() as shown:
        begin_rebuild(corpus, workspace.learn(corpus).seed_titles)
        knowledge, told = rejudge(workspace, corpus, now=clock.now(), on_progress=shown)
        thread_again(corpus, knowledge)
        row = _row(corpus, told)
    if as_json:
        return print_json(row)
    return print_lines(_lines(row))


def _row(corpus: Corpus, told: Rejudged) -> dict[str, int]:
    return {
        "texts": corpus.count_texts(),
        "edges": corpus.count_edges(),
        "came_in": len(told.came_in),
        "went_out": len(told.went_out),
    }


def _lines(row: dict[str, int]) -> Iterator[str]:
    shared = count(row["edges"], "pair")
    yield f"{count(row['texts'], 'text')} indexed anew, {shared} of documents share words"
    if row["came_in"] or row["went_out"]:
        yield f"{row['came_in']} came in, {row['went_out']} went out"


def _check(ctx: click.Context, *, as_json: bool) -> None:
    from dataclasses import asdict

    from ingest.index_check import check_index
    from ingest.workspace import Workspace

    place: Place = ctx.obj
    with place.reading() as corpus, _shown() as shown:
        files = {one.file for one in Workspace.open(place.folder, os.environ).seeds().documents}
        seeds = [number for file, number in corpus.seed_numbers().items() if file in files]
        told = check_index(corpus, seeds, on_progress=shown)
    if as_json:
        print_json({"is_sound": told.is_sound, **asdict(told)})
    else:
        print_lines(_check_lines(told))
    if not told.is_sound:
        ctx.exit(1)


def _check_lines(told: IndexCheck) -> Iterator[str]:
    yield f"{count(told.texts, 'text')} and {count(told.edges, 'pair')} looked at"
    counted = {
        "texts that are not indexed, or in part": told.unindexed,
        "indexed documents without that text": told.strays,
        "pairs that share words unsaid": told.missing_edges,
        "pairs that share something else": told.wrong_edges,
    }
    yield from (f"  {number} {said}" for said, number in counted.items() if number)
    yield from (f"    {said}" for said in told.examples)
    if told.is_sound:
        yield "the index is what the texts give"
    elif told.is_current:
        yield "run `seedbed rebuild-index`"
    else:  # what differs is no damage
        yield "the index is of another version, or half made: the next run makes it anew"


def _shown() -> contextlib.AbstractContextManager[Progress]:
    """How far it is, as a bar on a terminal; nothing where there is none."""
    if sys.stderr is None or not sys.stderr.isatty():
        from ingest.rebuild_index import quiet

        return contextlib.nullcontext(quiet)
    from ingest.rich_tables import showing_progress

    return showing_progress()


COMMANDS = (rebuild_index,)
