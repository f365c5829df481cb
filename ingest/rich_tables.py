"""Tables and progress as Rich draws them; imported only where there is a terminal.

Cells are `rich.text.Text` and no markup: a headline `[red]` is shown as it stands.
"""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table as RichTable
from rich.text import Text

from ingest.layout import painted, plain, unstyled, widths_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import JustifyMethod

    from ingest.layout import Table

__all__ = ["showing_progress", "table_lines"]


def table_lines(table: Table, *, columns: int, has_colours: bool) -> list[str]:
    """A table over so many columns of a terminal."""
    drawn = RichTable(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        header_style="bold",
    )
    widths = widths_of(table.rows, table.columns, total=columns)
    for column, width in zip(table.columns, widths, strict=True):
        justify: JustifyMethod = "right" if column.right else "left"
        heading = Text(column.heading or column.name)
        drawn.add_column(heading, justify=justify, width=width, no_wrap=True, overflow="ellipsis")
    for row in table.rows:
        drawn.add_row(*(_cell(row.get(column.name), has_colours) for column in table.columns))
    console = Console(
        file=io.StringIO(), width=sum(widths) + 2 * len(widths), force_terminal=True,
        highlight=False, markup=False,
        emoji=False, color_system="standard" if has_colours else None, no_color=not has_colours,
        legacy_windows=False,
    )  # fmt: skip
    with console.capture() as captured:
        console.print(drawn)
    return [line.rstrip() for line in captured.get().strip("\n").split("\n")]


def _cell(value: object, has_colours: bool) -> Text:  # noqa: FBT001  # read at its one call
    text = plain(value)
    return Text.from_ansi(painted(text)) if has_colours else Text(unstyled(text))


@contextlib.contextmanager
def showing_progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on standard error, told what is done, how much of it and of how much."""
    columns = TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn()
    console = Console(stderr=True)
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            task = tasks.get(what)
            if task is None:
                task = tasks[what] = progress.add_task(what, total=total)
            progress.update(task, completed=done, total=total)

        yield show
