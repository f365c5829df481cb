"""The command that makes this machine one of several that fill a corpus together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ingest.terminal import Place, as_json_option, print_json, print_lines

if TYPE_CHECKING:
    from ingest.config import Settings
    from ingest.crawl import CrawlReport

__all__ = ["COMMANDS"]


@click.command()
@click.option("--once", is_flag=True, help="Stop when nothing is due and no worker at work.")
@click.option("--teach", is_flag=True, help="Let all workers learn from the seeds here.")
@click.option("--status", is_flag=True, help="Show what all workers are doing, and stop.")
@as_json_option
@click.pass_context
def worker(ctx: click.Context, *, once: bool, teach: bool, status: bool, as_json: bool) -> None:
    """Crawl for a corpus in PostgreSQL, beside others.

    Each outlet is one worker's at a time. [cluster] names the database; the workspace, with seeds
    and settings, is a copy of the other workers'.
    """
    import os

    from ingest.show import report_lines
    from ingest.workspace import Workspace

    place: Place = ctx.obj
    if status and (once or teach):
        raise click.UsageError("--status does nothing but show")
    _check(place.settings())
    from scheduler.cluster import work
    from scheduler.cluster_status import status_of

    if status:
        told = status_of(place.settings())
        if as_json:
            print_json(told)
        else:
            print_lines(_status_lines(told))
        return
    workspace = Workspace.open(place.folder, os.environ)
    workspace.configure_log()

    def tell(report: CrawlReport) -> None:
        from dataclasses import asdict

        if as_json:
            print_json(asdict(report))
        else:
            print_lines(report_lines(report))

    ctx.exit(work(workspace.folder, is_once=once, is_to_teach=teach, on_report=tell))


def _check(settings: Settings) -> None:
    """Make sure that there is a database, and a way to it."""
    from importlib.util import find_spec

    from ingest.errors import ConfigError, how_to_get

    if missing := [one for one in ("procrastinate", "psycopg") if find_spec(one) is None]:
        raise ConfigError([f"{' and '.join(missing)} not installed: {how_to_get('cluster')}"])
    if settings.cluster.database is None:
        said = "no database: name one as [cluster] database, or in SEEDBED_CLUSTER__DATABASE"
        raise ConfigError([said])


def _status_lines(told: dict[str, Any]) -> list[str]:
    from ingest.layout import count

    at_work, silent = told["at_work"], told["silent"]
    rests = f"; {told['resting']} rest after a failure" if told["resting"] else ""
    workers = count(sum(not one["is_silent"] for one in told["workers"]), "worker")
    jobs = count(len(at_work) + len(silent), "job")
    return [
        f"{workers}, {jobs} at work, {told['waiting']} waiting{rests}",
        *(line for one in told["workers"] for line in _worker_lines(one)),
        *(f"  {name}: its worker is silent, another will do it" for name in silent),
    ]


def _worker_lines(one: dict[str, Any]) -> list[str]:
    who = "a worker" if one["machine"] is None else f"{one['machine']}, process {one['pid']}"
    sign = f"last sign of life {one['seen_s_ago']:.0f} s ago"
    if one["is_silent"]:
        return [f"  {who}: silent, {sign}"]
    idle = "" if one["doing"] else ", idle"
    jobs = [f"    {job['job']}, since {job['since'] or '?'}" for job in one["doing"]]
    return [f"  {who}{idle}: {sign}", *jobs]


COMMANDS = (worker,)
