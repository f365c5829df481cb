"""What commands over many pages share: who reads them, where the shards lie, how they stop."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from ingest.bulk.crew import Crew

__all__ = ["Hands", "bulk_options", "stopped"]

T = TypeVar("T")
_EXIT_INTERRUPTED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """Who reads the pages."""

    processes: int | None  #: None: as many as there are processors
    scheduler: str | None  #: address of a dask scheduler; None: processes of this machine
    shards: Path | None  #: folder; None: beside the corpus

    @property
    def is_said(self) -> bool:
        """Whether a person asked for any of it."""
        return self != Hands(processes=None, scheduler=None, shards=None)

    @contextlib.contextmanager
    def crew(self) -> Iterator[Callable[[], Crew]]:
        """Gives the crew, called together when it is first asked for."""
        opened: list[Crew] = []

        def crew() -> Crew:
            if not opened:
                opened.append(self._open())
            return opened[0]

        try:
            yield crew
        finally:
            for one in opened:
                one.close()

    def _open(self) -> Crew:
        if self.scheduler is not None:
            from ingest.bulk.dask_crew import DaskCrew

            return DaskCrew(self.scheduler)
        from ingest.bulk.crew import HomeCrew

        return HomeCrew(self.processes or len(os.sched_getaffinity(0)))

    @contextlib.contextmanager
    def folder(self, corpus: Path, kind: str, *, is_trial: bool = False) -> Iterator[Path]:
        """The folder of the shards, kept for oneself and swept.

        Args:
            corpus: beside which it lies unless a person said where.
            kind: of the work.
            is_trial: where nothing can be written, a folder for the time being does.
        """
        from ingest.bulk.shards import holding, sweep

        folder = self.shards or corpus.with_name(f"{corpus.name}-shards")
        with contextlib.ExitStack() as held:
            if is_trial and self.shards is None and not os.access(corpus.parent, os.W_OK):
                folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
            held.enter_context(holding(folder / kind))
            sweep(folder / kind)
            yield folder / kind


def bulk_options(command: Callable[..., T]) -> Callable[..., T]:
    """Give a command the options of `Hands`, as `hands`."""

    def with_hands(**told: Any) -> T:
        names = ("processes", "scheduler", "shards")
        return command(hands=Hands(**{name: told.pop(name) for name in names}), **told)

    options = (
        click.option(
            "--processes", type=click.IntRange(1, 256), metavar="N",
            help="How many read pages; else one for each processor.",
        ),
        click.option(
            "--scheduler", metavar="tcp://HOST:PORT",
            help="Have the workers of a dask cluster read them (extra `cluster`); they must see "
            "the workspace and the files under the same paths.",
        ),
        click.option(
            "--shards", type=click.Path(file_okay=False, path_type=Path, resolve_path=True),
            metavar="FOLDER", help="Where what was read waits to be taken in; else beside the "
            "corpus.",
        ),
    )  # fmt: skip
    with_hands.__name__, with_hands.__doc__ = command.__name__, command.__doc__
    told: Callable[..., T] = with_hands
    before = getattr(command, "__click_params__", [])
    with_hands.__click_params__ = list(before)  # type: ignore[attr-defined]  # click keeps them so
    for option in reversed(options):
        told = option(told)
    return told


def stopped(ctx: click.Context) -> None:
    """Say that the command was stopped and can be gone on with, and end as one that was."""
    click.echo("stopped; the same command goes on from here", err=True)
    ctx.exit(_EXIT_INTERRUPTED)
