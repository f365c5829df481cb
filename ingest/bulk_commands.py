"""The command that takes WARC files in."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from ingest.bulk_options import bulk_options, stopped
from ingest.terminal import Place, as_json_option, print_json, print_lines

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence
    from pathlib import Path

    from ingest.bulk_options import Hands
    from ingest.workspace import Workspace

__all__ = ["COMMANDS"]

_FAILED, _PARTIAL = 1, 6


@click.command("import-warc")
@click.argument("named", metavar="FILE|FOLDER...", nargs=-1, required=True)
@bulk_options
@as_json_option
@click.pass_context
def import_warc(ctx: click.Context, *, named: tuple[str, ...], hands: Hands, as_json: bool) -> None:
    """Take in WARC files, those of CC-NEWS too.

    No network. The same as `seedbed crawl warc`, with a process for each processor or a cluster.
    Files are read in parallel, what they hold is judged in their order. Stopped, it goes on where
    it was; a file that was read is not read again.
    """
    from ingest.archives.files import warc_files
    from ingest.crawl import CrawlReport
    from ingest.show import report_lines
    from ingest.workspace import Workspace
    from scheduler.signals import attended

    place: Place = ctx.obj
    workspace = Workspace.open(place.folder, os.environ)
    workspace.configure_log()
    files = warc_files(named)

    def until(stop: threading.Event, _hurry: threading.Event) -> dict[str, Any]:
        return _import(workspace, files, hands, stop)

    row, _signal = attended(until)
    report = CrawlReport(
        spider=row["spider"], run=row["id"], outcome=row["outcome"], exit_code=0,
        counts={name: one for name, one in row.items() if isinstance(one, int) and name != "id"},
        seconds=row["seconds"], message=row["message"],
    )  # fmt: skip
    if as_json:
        print_json({name: one for name, one in row.items() if name != "process"})
    else:
        print_lines(report_lines(report))
    if row["outcome"] == "interrupted":
        stopped(ctx)
    ctx.exit(_FAILED if row["outcome"] != "finished" else _PARTIAL if row["message"] else 0)


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
        return row


COMMANDS = (import_warc,)
