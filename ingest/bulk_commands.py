"""The command that takes WARC files in."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from ingest.bulk_options import bulk_options, stopped
from ingest.layout import count, wrapped
from ingest.terminal import Place, as_json_option, print_json, print_lines, typed

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ingest.bulk_options import Hands
    from ingest.workspace import Workspace

__all__ = ["COMMANDS"]

_FAILED, _PARTIAL = 1, 6
_HELD = ("articles", "copies")  # in the corpus, at the end


@click.command("import-warc")
@click.argument("named", metavar="FILE|FOLDER...", nargs=-1, required=True)
@bulk_options
@as_json_option
@click.pass_context
def import_warc(ctx: click.Context, *, named: tuple[str, ...], hands: Hands, as_json: bool) -> None:
    """Take in WARC files, those of CC-NEWS too.

    No network. The same as `seedbed crawl warc`, with a process for each processor or a cluster.
    Files are read in parallel, what they hold is judged in their order. Stopped, it goes on where
    it was; a file that was read is not read again. Exit code 2 when a file is not there, or is no
    WARC file.
    """
    from ingest.crawl import CrawlReport
    from ingest.show import report_lines
    from ingest.workspace import Workspace
    from scheduler.signals import attended

    place: Place = ctx.obj
    workspace = Workspace.open(place.folder, os.environ)
    _configure_log(workspace)
    files = _files(named)

    def until(stop: threading.Event, _hurry: threading.Event) -> dict[str, Any]:
        return _import(workspace, files, hands, stop)

    row, _signal = attended(until)
    held = row.pop("held", {})
    report = CrawlReport(
        spider=row["spider"], run=row["id"], outcome=row["outcome"], exit_code=0,
        counts={name: one for name, one in row.items() if isinstance(one, int) and name != "id"},
        seconds=row["seconds"], message=row["message"],
    )  # fmt: skip
    if as_json:
        shown = {name: one for name, one in row.items() if name != "process"}
        print_json(shown | {f"{name}_held": one for name, one in held.items()})
    else:
        print_lines([*report_lines(report), *(_held_lines(held) if held else ())])
    if row["outcome"] == "interrupted":
        stopped(ctx)
    ctx.exit(_FAILED if row["outcome"] != "finished" else _PARTIAL if row["message"] else 0)


def _configure_log(workspace: Workspace) -> None:
    """On a terminal stands how far it is, and no line for each page, unless the settings say so."""
    from ingest import log

    said = workspace.settings.log
    is_quiet = sys.stderr.isatty() and "level" not in said.model_fields_set
    log.configure("WARNING" if is_quiet else said.level, said.format)


def _files(named: Sequence[str]) -> Sequence[Path]:
    """The WARC files that are meant.

    Raises:
        UsageError: one is not there or is no WARC file, or a folder has none.
    """
    from pathlib import Path

    from ingest.archives.files import is_warc, warc_files
    from ingest.errors import ConfigError

    asked = [typed(one) for one in named]
    try:
        files = warc_files(asked)
        others = [one for one in files if not is_warc(one)]
    except ConfigError as exc:
        raise click.UsageError(str(exc)) from exc
    except OSError as exc:
        raise click.UsageError(f"{exc.filename} cannot be read: {exc.strerror}") from exc
    meant = {Path(one).expanduser() for one in asked}
    # Of a folder the others are taken in, and the run says what is wrong with this one.
    if wrong := others if len(others) == len(files) else [one for one in others if one in meant]:
        raise click.UsageError(f"no WARC file: {', '.join(map(str, wrong))}")
    return files


def _held_lines(held: Mapping[str, int]) -> list[str]:
    """What the corpus has now: an article may have become a copy of one that came later."""
    articles, copies = count(held["articles"], "article"), count(held["copies"], "copy", "copies")
    return wrapped(f"the corpus has {articles} and {copies} now", indent="  ", first="")


def _import(
    workspace: Workspace, files: Sequence[Path], hands: Hands, stop: threading.Event
) -> dict[str, Any]:
    from ingest.bulk.runs import import_warcs
    from ingest.bulk.shards import sweep
    from ingest.bulk.telling import Teller

    path = workspace.settings.corpus_path
    teller = Teller(is_bytes=True)
    with (
        closing(workspace.corpus()) as corpus,
        hands.folder(path, "import-warc") as folder,
        hands.crew() as crew,
    ):
        row = import_warcs(
            workspace, corpus, files, trigger="command", folder=folder, crew=crew, teller=teller,
            is_stopped=stop.is_set,
        )  # fmt: skip
        teller.end()
        if row["outcome"] == "finished":
            sweep(folder, is_all=True)
        if row["outcome"] == "failed":  # the corpus may not even be read
            return row
        told = corpus.summary()
        return row | {"held": {name: told[name] for name in _HELD}}


COMMANDS = (import_warc,)
