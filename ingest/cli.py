"""The command `seedbed`: the composition root, which may import everything, and does so late.

Readers print text for people, or with `--json` one JSON object a line. Times are UTC.

Exit codes: 0 done, 1 failure, 2 usage, 3 configuration, 4 no source reachable, 5 another daemon,
pull or command is at work, 6 partial, 130 interrupted.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest import (
    add_commands,
    alert_commands,
    archive_commands,
    article_commands,
    backup_commands,
    bulk_commands,
    cluster_commands,
    completeness_commands,
    completing,
    copy_gate,
    export_commands,
    index_commands,
    life_commands,
    log,
    pull_commands,
    readers,
    search_commands,
    source_commands,
    story_commands,
    teaching,
    topic_commands,
)
from ingest.completing import complete_spiders
from ingest.errors import IngestError, how_to_get
from ingest.examples import add_examples
from ingest.terminal import Place, as_json_option, print_json, print_lines, typed

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

    from ingest.crawl import CrawlReport

__all__ = ["main", "seedbed"]

EXIT_INTERRUPTED = 130
#: What a stream that cannot be written to says, and names no file.
_UNWRITABLE = frozenset([errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EPIPE])
_GIVEN = re.compile("'(.*)' is not one of")  # as click says it
_BELOW_ZERO = re.compile(r"-\d+")  # what a reader takes for a number, and click for an option
_CHILD_KNOWS = (2, 3, 5)  # usage, configuration, another daemon: said before a run was opened

_EPILOG = """\b
Exit codes: 0 done, 1 failure, 2 usage, 3 configuration,
4 no source reachable, 5 another daemon holds this corpus,
another pull this file or another command this folder of shards,
6 partial (a run, or over a quarter of the sources, failed),
130 interrupted."""


def _print_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001  # click calls it so
    if wanted and not ctx.resilient_parsing:
        from ingest.config import seedbed_version

        click.echo(f"seedbed {seedbed_version()}")
        ctx.exit()


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog=_EPILOG,
)
@click.option(
    "-w",
    "--workspace",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder to work in; else the nearest one upwards that is a workspace.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version.",
)
@click.pass_context
def seedbed(ctx: click.Context, workspace: Path | None) -> None:
    """Grow one SQLite file with everything written about the story of your seeds.

    Without a command: the status of this workspace.
    """
    ctx.obj = Place(named=workspace)
    if ctx.invoked_subcommand is None:
        ctx.invoke(readers.status)


@seedbed.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.argument("seeds", metavar="SEED…", nargs=-1, type=click.Path(exists=True, path_type=Path))
@as_json_option
@click.pass_obj
def init(_place: Place, *, folder: Path, seeds: tuple[Path, ...], as_json: bool) -> None:
    """Make a folder a workspace with its seed documents.

    Each SEED is a text, or a folder of texts; it is copied into the seeds/ of DIR. What is there
    already is left as it is.
    """
    from ingest.layout import count
    from ingest.new_workspace import make_workspace, read_seeds
    from ingest.seedset import addresses_of
    from ingest.show import workspace_lines
    from ingest.show_seeds import unread_lines

    settings = make_workspace(folder.absolute(), seeds)
    addresses = addresses_of(settings.seeds_path)
    is_readable = seeds and not addresses
    if as_json:
        read = read_seeds(settings).documents if is_readable else ()
        told = [{"id": one.id, "file": one.file, "words": one.words} for one in read]
        return print_json(
            {"workspace": str(settings.workspace), "seeds": told, "addresses": len(addresses)}
        )
    print_lines(workspace_lines(settings, read_seeds(settings) if is_readable else None))
    if addresses:
        awaiting = count(len(addresses), "address", "addresses")
        print_lines([f"  seedbed seeds --fetch, for {awaiting} in {settings.paths.seeds}/"])
    for seed in seeds:
        for line in unread_lines(seed):
            click.echo(line, err=True)
    return None


@seedbed.command()
@click.option("--once", is_flag=True, help="Do every job that is due, then stop.")
@click.option(
    "--quiet", "is_quiet", is_flag=True, help="With --once, for cron: say only what went wrong."
)
@as_json_option
@click.pass_context
def run(ctx: click.Context, *, once: bool, is_quiet: bool, as_json: bool) -> None:
    """Keep the corpus up to date: the daemon."""
    from ingest.show_seeds import unread_lines
    from ingest.workspace import Workspace
    from scheduler.daemon import run_once, serve

    if is_quiet:
        ctx.exit(_run_quietly(ctx.obj, once=once, as_json=as_json))
    workspace = Workspace.open(ctx.obj.folder, os.environ)
    workspace.configure_log()
    for line in unread_lines(workspace.settings.seeds_path):
        click.echo(line, err=True)
    if not once:
        ctx.exit(serve(workspace.folder, on_report=partial(_print_report, as_json=as_json)))
    reports: list[CrawlReport] = []

    def tell(report: CrawlReport) -> None:
        reports.append(report)
        _print_report(report, as_json=as_json)

    code = run_once(workspace.folder, on_report=tell)
    if not reports and code == 0:
        _say_what_is_next(ctx.obj)
    ctx.exit(code)


def _run_quietly(place: Place, *, once: bool, as_json: bool) -> int:
    """Do a round, and say something only where it went wrong: cron mails whatever is said."""
    from ingest.errors import DaemonRunning
    from ingest.workspace import Workspace
    from scheduler.daemon import run_once

    if not once:
        raise click.UsageError("--quiet goes with --once")
    environ = {"SEEDBED_LOG__LEVEL": "ERROR", **os.environ}  # the crawls log what they lost, too
    workspace = Workspace.open(place.folder, environ)
    workspace.configure_log()
    reports: list[CrawlReport] = []
    try:
        code = run_once(workspace.folder, environ=environ, on_report=reports.append)
    except DaemonRunning as exc:  # the round before is at work still
        return exc.exit_code
    for report in reports:
        is_well = report.went_well and not report.message and not report.counts.get("polls_failed")
        if code and not is_well:
            _print_report(report, as_json=as_json)
    return code


def _say_what_is_next(place: Place) -> None:
    from ingest import clock
    from ingest.corpus.base import iso
    from ingest.layout import minute

    with place.reading() as corpus:
        told = corpus.summary()
    named = [told[name] for name in ("next_poll", "next_check") if told[name]]
    times = [at for at in named if at > iso(clock.now())]  # what is past, no spider asks for
    after = f"; next {minute(min(times))} UTC" if times else ""
    click.echo(f"nothing is due{after}", err=True)


def _pairs(_ctx: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    if bad := [text for text in texts if "=" not in text]:
        raise click.BadParameter(f"{bad[0]!r} is not of the form NAME=VALUE", param=option)
    return dict(text.split("=", 1) for text in texts)


@seedbed.command()
@click.argument("spider", shell_complete=complete_spiders)
@click.option(
    "-a",
    "arguments",
    multiple=True,
    callback=_pairs,
    metavar="NAME=VALUE",
    help="Argument of the spider; may be repeated.",
)
@click.option(
    "-s",
    "overrides",
    multiple=True,
    callback=_pairs,
    metavar="NAME=VALUE",
    help="Scrapy setting; may be repeated.",
)
@as_json_option
@click.pass_context
def crawl(
    ctx: click.Context,
    *,
    spider: str,
    arguments: dict[str, str],
    overrides: dict[str, str],
    as_json: bool,
) -> None:
    """Run one source kind once, as `scrapy crawl` does."""
    from ingest.crawl import run_crawl
    from ingest.workspace import Workspace
    from scheduler.signals import attended

    _check_spider(spider)
    workspace = Workspace.open(ctx.obj.folder, os.environ)
    workspace.configure_log()
    if named := arguments.get("file"):
        arguments["file"] = _file_meant(named)

    def until(stop: threading.Event, hurry: threading.Event) -> CrawlReport:
        return run_crawl(
            workspace.folder,
            spider,
            corpus_path=workspace.settings.corpus_path,
            trigger="command",
            arguments=arguments,
            overrides=overrides,
            stop=stop,
            hurry=hurry,
        )

    report, _signal = attended(until)
    _print_report(report, as_json=as_json)
    ctx.exit(_crawl_exit_code(report))


def _file_meant(named: str) -> str:
    """A file named from where the caller stands, absolute: a crawl runs in the workspace.

    What is not there is left as it is: `-`, or a file named from the workspace.
    """
    path = Path(named)
    return str(path.absolute()) if path.is_file() else named


def _print_report(report: CrawlReport, *, as_json: bool) -> None:
    from dataclasses import asdict

    from ingest.show import report_lines

    if as_json:
        print_json(asdict(report))
    else:
        print_lines(report_lines(report))


def _check_spider(name: str) -> None:
    from ingest.mistakes import did_you_mean
    from ingest.spider_names import known_spiders

    known = known_spiders()
    if name not in known:
        hint = did_you_mean(name, known) or f"; there are {', '.join(known)}"
        raise click.UsageError(f"no spider {typed(name)}{hint}")


def _crawl_exit_code(report: CrawlReport) -> int:
    from scheduler.jobs import exit_code

    if report.outcome == "interrupted":
        return EXIT_INTERRUPTED
    if report.run is None and report.exit_code in _CHILD_KNOWS:
        return report.exit_code
    return exit_code([report])


@seedbed.command()
@click.option("--fix", "is_to_fix", is_flag=True, help="Put right what is safe to.")
@as_json_option
@click.pass_context
def check(ctx: click.Context, *, is_to_fix: bool, as_json: bool) -> None:
    """Look for what stands in the way of a good run.

    Asks nothing of the network. Exit code 1 when something does. With --fix the archive folder is
    made, dead runs are closed, an index of another version is made anew, and what a killed backup
    left half written is removed.
    """
    from dataclasses import asdict

    from ingest.checkup import checkup
    from ingest.show import finding_lines

    mended = []
    if is_to_fix:
        from ingest.mending import mend

        mended = list(mend(ctx.obj.folder, os.environ))
    findings = mended + list(checkup(ctx.obj.folder, os.environ, now=datetime.now(UTC)))
    if as_json:
        print_json(*map(asdict, findings))
    else:
        print_lines(finding_lines(findings))
    if any(finding.state == "bad" for finding in findings):
        ctx.exit(1)


@seedbed.command(context_settings={"ignore_unknown_options": True})
@click.option("-p", "--port", type=click.IntRange(0, 65535), default=8001, show_default=True)
@click.argument("datasette_options", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def web(place: Place, *, port: int, datasette_options: tuple[str, ...]) -> None:
    """Browse the corpus with Datasette on 127.0.0.1.

    Further options go to `datasette serve`, for example -o to open a browser.
    """
    import importlib.util

    if importlib.util.find_spec("datasette") is None:
        raise click.ClickException(f"Datasette is not installed: {how_to_get('web')}")
    from ingest.corpus.connection import is_still

    with place.reading() as corpus:  # names what is wrong with the file before a server starts
        path = corpus.path
        files = ["--immutable", str(path)] if is_still(path) else [str(path)]
    if "--get" not in datasette_options and not _is_free(port):
        raise click.ClickException(f"port {port} is taken; name another with --port")
    from datasette.cli import serve

    # Suggested facets and whole texts in a list cost seconds on a large corpus.
    settings = ["--setting", "suggest_facets", "off", "--setting", "truncate_cells_html", "300"]
    arguments = [*files, "--port", str(port), *settings, *datasette_options]
    serve.main(arguments, "seedbed web", standalone_mode=False)


def _is_free(port: int) -> bool:
    """Whether a server may listen there; 0 stands for any."""
    import socket

    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@seedbed.command()
@as_json_option
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Make the workspace in this folder and leave it there.",
)
@click.pass_context
def demo(ctx: click.Context, *, as_json: bool, keep: Path | None) -> None:
    """Crawl a bundled news web and show what came of it.

    Shows what was kept, what was recognised as a copy of what, what was rejected, and why. No
    network, no keys, under a minute.
    """
    from ingest.demo.run import run_demo

    ctx.exit(run_demo(as_json=as_json, keep=keep))


_ROOMS = (
    readers,
    search_commands,
    article_commands,
    life_commands,
    add_commands,
    source_commands,
    topic_commands,
    story_commands,
    teaching,
    archive_commands,
    bulk_commands,
    index_commands,
    backup_commands,
    export_commands,
    alert_commands,
    cluster_commands,
    pull_commands,
    completeness_commands,
    completing,
)
for _room in _ROOMS:
    for _command in _room.COMMANDS:
        seedbed.add_command(_command)
add_examples(seedbed)
copy_gate.guard(seedbed)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code. The one place that maps errors to codes."""
    try:
        code = _run(arguments)
        if sys.stdout is not None:  # none where it was closed from the start
            sys.stdout.flush()
    except OSError as exc:
        if exc.filename is not None or exc.errno not in _UNWRITABLE:
            raise
        # Python would flush what is left once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if exc.errno == errno.EPIPE:  # `| head` has seen enough
            return 0
        click.echo(f"seedbed: the output cannot be written: {exc.strerror}", err=True)
        return 1
    return code


def _with_hint(exc: click.ClickException) -> click.ClickException:
    """It with the value that was probably meant; of commands and options click says so itself."""
    from ingest.mistakes import did_you_mean

    if isinstance(exc, click.NoSuchOption) and _BELOW_ZERO.fullmatch(exc.option_name):
        said = f"there is no {exc.option_name}: numbers begin with 1"
        return click.UsageError(said, ctx=exc.ctx)
    if not isinstance(exc, click.BadParameter) or exc.param is None:
        return exc
    choice, given = exc.param.type, _GIVEN.match(exc.message)
    if not isinstance(choice, click.Choice) or given is None:
        return exc
    hint = did_you_mean(given[1], [str(one) for one in choice.choices])
    return click.BadParameter(f"{exc.message.rstrip('.')}{hint}", ctx=exc.ctx, param=exc.param)


def _run(arguments: Sequence[str] | None) -> int:
    log.configure_briefly()
    try:
        code = seedbed.main(arguments, "seedbed", standalone_mode=False)
    except click.ClickException as exc:
        _with_hint(exc).show()
        return exc.exit_code
    except click.exceptions.Abort:
        click.echo("seedbed: interrupted", err=True)
        return EXIT_INTERRUPTED
    except IngestError as exc:
        for line in typed(str(exc)).splitlines():
            click.echo(f"seedbed: {line}", err=True)
        return exc.exit_code
    return code if isinstance(code, int) else 0
