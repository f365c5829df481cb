"""The commands that read a corpus; each prints text for people or, with `--json`, objects."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

import click

from ingest.layout import COLUMNS, count
from ingest.selecting import limited
from ingest.terminal import (
    Place,
    as_json_option,
    print_json,
    print_lines,
    screen_rows,
    typed,
)

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.items import SeedDocument, SeedSet

__all__ = ["COMMANDS"]


@click.command()
@as_json_option
@click.pass_obj
def status(place: Place, *, as_json: bool) -> None:
    """What there is, and what was done last."""
    told = _status(place)
    if as_json:
        print_json(told)
    else:
        from ingest import clock
        from ingest.show_status import status_lines

        print_lines(status_lines(told, now=clock.now(), rows=screen_rows()))


def _status(place: Place) -> dict[str, Any]:
    from dataclasses import asdict

    from ingest.standing import standing
    from scheduler.lock import holder_of

    settings = place.settings()
    holder = holder_of(settings.corpus_path)
    return standing(settings) | {"daemon": asdict(holder) if holder else None}


@click.command()
@as_json_option
@limited("Runs")
@click.pass_obj
def runs(place: Place, *, as_json: bool, limit: int) -> None:
    """The last runs and what came of them."""
    with place.reading() as corpus:
        rows = corpus.latest_runs(limit)
    if as_json:
        return print_json(*rows)
    from ingest.show import run_lines

    return print_lines(run_lines(rows))


@click.command()
@click.argument("name", required=False)
@as_json_option
@click.option("--raw", is_flag=True, help="Each line as given, marked where cleaning removed it.")
@click.option(
    "--write-clean",
    is_flag=True,
    help="Write the cleaned text of NAME beside it, to be corrected by hand.",
)
@click.option("--fetch", is_flag=True, help="First fetch the pages of addresses among the seeds.")
@click.pass_obj
def seeds(
    place: Place, *, name: str | None, as_json: bool, raw: bool, write_clean: bool, fetch: bool
) -> None:
    """The seed documents once cleaned, and their topic.

    NAME is the number or the file of one of them. A file NAME.clean.txt beside a seed, headline
    first, is taken as its cleaned text.
    """
    from ingest.seedset import guess_of_encoding
    from ingest.show_seeds import seed_lines, seed_rows, unread_lines
    from ingest.workspace import Workspace

    workspace = Workspace.open(place.folder, os.environ)
    workspace.configure_log()
    folder = workspace.settings.seeds_path
    if fetch:
        _fetch(workspace.folder, folder)
    seed_set = workspace.seeds()
    for line in unread_lines(folder):
        click.echo(line, err=True)
    if write_clean:
        if name is None:
            raise click.UsageError("--write-clean needs the NAME of one seed")
        return print_lines(_write_clean(folder, _named(seed_set, typed(name))))
    topic = None
    if name is None:
        from ingest.topic import learn_topic

        topic = learn_topic(seed_set)
    shown = seed_set.documents if name is None else (_named(seed_set, typed(name)),)
    found = ((seed.id, guess_of_encoding(folder, seed)) for seed in shown)
    guessed = {number: encoding for number, encoding in found if encoding}
    if as_json:
        return print_json(*seed_rows(shown, topic, guessed, with_removed=raw))
    columns = shutil.get_terminal_size((COLUMNS, 24)).columns if sys.stdout.isatty() else COLUMNS
    by_hand = frozenset(seed.id for seed in shown if _corrected(folder, seed).is_file())
    return print_lines(
        seed_lines(shown, topic, by_hand, guessed, raw_columns=columns if raw else None)
    )


def _fetch(workspace: Path, folder: Path) -> None:
    from ingest.crawl import fetch_seeds
    from ingest.seedset import addresses_of

    named = addresses_of(folder)  # a line that is no address is said before anything is asked
    if fetch_seeds(workspace):
        raise click.ClickException("the addresses among the seeds could not be fetched")
    missing = sum(not (folder / one.page).is_file() for one in named)
    if missing:  # the spider said which and why
        of_all = f"of {count(len(named), 'address', 'addresses')}"
        click.echo(f"{missing} {of_all} not fetched", err=True)


def _named(seeds: SeedSet, name: str) -> SeedDocument:
    """The one seed that a person means: by number, or by the beginning of its file's name."""
    found = [
        seed
        for seed in seeds.documents
        if str(seed.id) == name or seed.file == name or seed.file.startswith(name)
    ]
    exact = [seed for seed in found if name in {str(seed.id), seed.file}] or found
    if len(exact) != 1:
        known = ", ".join(f"{seed.id} {seed.file}" for seed in exact or seeds.documents)
        raise click.ClickException(
            f"{'no' if not exact else 'more than one'} seed is named {name}: {known}"
        )
    return exact[0]


def _corrected(folder: Path, seed: SeedDocument) -> Path:
    path = folder / seed.file
    return path.with_name(f"{path.stem}.clean.txt")


def _write_clean(folder: Path, seed: SeedDocument) -> list[str]:
    path = _corrected(folder, seed)
    headline = seed.title or "(no headline was found: write it here)"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(f"{headline}\n\n{seed.text}\n")
    except FileExistsError:
        raise click.ClickException(f"{path} is there already; it is left as it is") from None
    except OSError as exc:
        raise click.ClickException(f"cannot write {path}: {exc.strerror}") from exc
    return [f"wrote {path}", "its first line is the headline; from now on it is what the seed says"]


COMMANDS = (status, seeds, runs)
