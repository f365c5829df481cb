"""The command that keeps the corpus of a cluster in one file."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import TYPE_CHECKING, Any

import click

from ingest.errors import CorpusError
from ingest.layout import count
from ingest.terminal import Place, as_json_option, print_json, print_lines, typed

if TYPE_CHECKING:
    from ingest.config import Settings
    from ingest.pulling import Progress, Pulled

__all__ = ["COMMANDS"]

_TOLD = (("articles", "article"), ("copies", "copy"), ("pages", "page"))


@click.command()
@click.option(
    "--every", "every_s", metavar="SECONDS", type=click.FloatRange(0.1, 86_400),
    help="Go on, with so long between two pulls, until Ctrl-C.",
)  # fmt: skip
@click.option("--last", "is_last", is_flag=True, help="Leave the cluster: crawl on in the file.")
@as_json_option
@click.pass_obj
def pull(place: Place, *, every_s: float | None, is_last: bool, as_json: bool) -> None:
    """Bring the file up to date with PostgreSQL.

    What workers stored in PostgreSQL becomes the corpus of this workspace. The first pull
    takes all there is, later ones what changed. The file is a copy: nothing else may write into it.
    Refused beside another pull into the file (exit code 5).
    """
    from ingest.pulling import pull as pull_once
    from scheduler.lock import only_pull

    if every_s is not None and is_last:
        raise click.UsageError("--last is the last pull, so there is no --every")
    settings = place.settings()
    with only_pull(settings.corpus_path):
        with _shown() as shown:
            _print_pulled(pull_once(settings, is_last=is_last, on_progress=shown), as_json=as_json)
        trouble = ""
        while every_s is not None:
            time.sleep(every_s)
            trouble = _again(settings, trouble, as_json=as_json)


def _again(settings: Settings, trouble: str, *, as_json: bool) -> str:
    """Pull; a database that is gone is said once, and asked again at the next look."""
    from ingest.pulling import pull as pull_once

    try:
        told = pull_once(settings)
    except CorpusError as exc:
        if (said := str(exc)) != trouble:
            click.echo(f"seedbed: {typed(said)}; waiting", err=True)
        return said
    if told.rows:
        _print_pulled(told, as_json=as_json)
    return ""


def _print_pulled(told: Pulled, *, as_json: bool) -> None:
    if as_json:
        print_json(_row(told))
    else:
        print_lines(_lines(told))


def _row(told: Pulled) -> dict[str, Any]:
    return {
        "new": dict(told.new),
        "changed": dict(told.changed),
        "deleted": dict(told.deleted),
        "anew": told.why_anew or None,
        "left": told.is_last,
    }


def _lines(told: Pulled) -> list[str]:
    if told.why_anew:
        first = f"all was taken: {told.why_anew}"
    else:
        first = count(told.rows, "row") if told.rows else "nothing new"
    lines = [first]
    for what in ("new", "changed", "deleted"):
        by_table = getattr(told, what)
        if said := [
            _counted(by_table[table], thing) for table, thing in _TOLD if table in by_table
        ]:
            lines.append(f"  {what}: {', '.join(said)}")
    if told.is_last:
        lines.append("left the cluster: crawls may write here")
    return lines


def _counted(number: int, thing: str) -> str:
    return count(number, thing, "copies" if thing == "copy" else None)


def _shown() -> contextlib.AbstractContextManager[Progress]:
    """How far it is, as a bar on a terminal; nothing where there is none."""
    if sys.stderr is None or not sys.stderr.isatty():
        from ingest.pulling import quiet

        return contextlib.nullcontext(quiet)
    from ingest.rich_tables import showing_progress

    return showing_progress()


COMMANDS = (pull,)
