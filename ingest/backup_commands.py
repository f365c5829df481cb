"""The commands that copy a corpus to a safe place, and bring it back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingest.layout import count, plain
from ingest.terminal import Place, as_json_option, print_json, print_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.backup import Restored
    from ingest.backup_files import Backup

__all__ = ["COMMANDS"]

_with_archive = click.option(
    "--archive/--no-archive",
    "with_archive",
    default=None,
    help="The raw pages too, as hard links where possible.",
)


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@_with_archive
@as_json_option
@click.pass_obj
def backup(place: Place, *, file: Path | None, with_archive: bool | None, as_json: bool) -> None:
    """Copy the corpus to a safe place.

    The copy is of this moment, though a run may write, and is read from end to end. Without FILE:
    into the folder of [backup], named by the time. Beside it stands a manifest, FILE.json, with
    size and SHA-256 of every file of raw pages.
    """
    from ingest import clock
    from ingest.backup import make_backup
    from ingest.backup_files import backup_name
    from ingest.config import seedbed_version

    settings = place.settings()
    now = clock.now()
    target = file or settings.backup_path / backup_name(settings.corpus_path, now)
    _check_target(target, settings.corpus_path)
    made = make_backup(
        settings.corpus_path,
        settings.archive_path,
        target.absolute(),
        now=now,
        version=seedbed_version(),
        with_archive=settings.backup.archive if with_archive is None else with_archive,
    )
    if as_json:
        return print_json(_backup_row(made))
    return print_lines(_backup_lines(made))


def _check_target(target: Path, corpus: Path) -> None:
    """Only what is a corpus already may be replaced by a backup, and never the corpus itself."""
    from ingest.corpus.backing_up import schema_of
    from ingest.errors import CorpusError

    if not target.exists():
        return
    if corpus.exists() and target.samefile(corpus):
        raise click.UsageError("that is the corpus itself; name another file")
    no_backup = f"{target} is there already, and is no backup"
    if not target.is_file():  # SQLite reads a device as an empty file, and waits for a pipe
        raise click.UsageError(no_backup)
    try:
        schema_of(target)
    except CorpusError as exc:
        raise click.UsageError(no_backup) from exc


def _backup_row(made: Backup) -> dict[str, Any]:
    return {
        "file": str(made.path),
        "made": made.made,
        "bytes": made.bytes,
        "sha256": made.sha256,
        "schema": made.schema,
        "rows": made.rows,
        "archive_files": len(made.archive),
        "archive_bytes": sum(one.bytes for one in made.archive),
        "has_archive": made.has_archive,
    }


def _backup_lines(made: Backup) -> Iterator[str]:
    yield f"{plain(made.path)}: {_held(made.rows)}, {made.bytes / 1e6:.1f} MB, read back and sound"
    size = sum(one.bytes for one in made.archive) / 1e6
    files = count(len(made.archive), "file")
    where = "beside it" if made.has_archive else "named in its manifest, not copied"
    yield f"raw pages: {files}, {size:.1f} MB, {where}"


def _held(rows: dict[str, int]) -> str:
    addresses = count(rows["pages"], "address", "addresses")
    return f"{count(rows['articles'], 'article')}, {addresses}"


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--archive", "with_archive", is_flag=True, help="Raw pages that are gone, too.")
@as_json_option
@click.pass_obj
def restore(place: Place, *, file: Path, with_archive: bool, as_json: bool) -> None:
    """Make the corpus what a backup holds.

    FILE is read from end to end before anything is touched; the old corpus stays beside the new
    one. Refused while a daemon (exit code 5) or a crawl is at work.
    """
    from ingest import clock
    from ingest.backup import restore_backup
    from scheduler.lock import only_daemon

    settings = place.settings()
    corpus = settings.corpus_path
    if corpus.exists() and file.samefile(corpus):
        raise click.UsageError("that is the corpus itself")
    with only_daemon(corpus, "restore"):
        _refuse_crawls(corpus)
        told = restore_backup(
            file.absolute(),
            corpus,
            settings.archive_path,
            now=clock.now(),
            with_archive=with_archive,
        )
    if as_json:
        print_json(_restored_row(told))
    else:
        print_lines(_restored_lines(told))


def _refuse_crawls(corpus: Path) -> None:
    """A crawl that somebody started by hand holds no lock, but it has a run that lives."""
    from contextlib import closing

    from ingest import clock
    from ingest.corpus import Corpus
    from ingest.errors import CorpusError, CorpusLocked

    if not corpus.exists():
        return
    try:
        with closing(Corpus(corpus, readonly=True)) as opened:
            running = opened.runs_at_work(now=clock.now())
    except CorpusError:  # damaged, or of another version: that is what a restore is for
        return
    if running:
        raise CorpusLocked(f"run {running[0]} is at work", path=corpus)


def _restored_row(told: Restored) -> dict[str, Any]:
    return {
        "rows": told.rows,
        "aside": str(told.aside) if told.aside else None,
        "put": list(told.put),
        "missing": list(told.missing),
    }


def _restored_lines(told: Restored) -> Iterator[str]:
    yield f"restored: {_held(told.rows)}"
    if told.aside:
        yield f"the old corpus: {plain(told.aside)}"
    if told.put:
        yield f"raw pages: {count(len(told.put), 'file')} brought back"
    if told.missing:
        missing = count(len(told.missing), "file")
        yield f"raw pages: {missing} missing, {plain(told.missing[0])} for one"


COMMANDS = (backup, restore)
