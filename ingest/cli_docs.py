"""The reference of the command line, written from the commands themselves.

    python -m ingest.cli_docs docs/commands.md

writes the file anew.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest.cli import seedbed

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["reference", "walk"]

_HEAD = """\
# Commands

Written by `python -m ingest.cli_docs docs/commands.md` from what every `--help` says.

`--json` prints one JSON object a line, whatever a terminal would show.
On a terminal tables take its width, and there are colours unless `NO_COLOR` is set.
Long texts go to a pager there: the one that `PAGER` names, else `less`.
Anywhere else all is plain text of 80 columns.
Progress goes to standard error.
`seedbed completion bash` (or zsh, fish) prints what lets a shell complete what you type.
"""
_COLUMNS = 80


def walk(
    command: click.Command = seedbed, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with its name, groups before what they hold, in order."""
    yield path, command
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from walk(command.commands[name], (*path, name))


def reference() -> str:
    """The whole file."""
    sections = [_HEAD.rstrip()]
    for path, command in walk():
        name = " ".join(("seedbed", *path))
        sections.append(f"## {name}\n\n```text\n{_help_of(name, path, command)}\n```")
    return "\n\n".join(sections) + "\n"


def _help_of(name: str, path: tuple[str, ...], command: click.Command) -> str:
    parent = _context(seedbed, "seedbed", None) if path else None
    context = _context(command, path[-1] if path else name, parent)
    return "\n".join(line.rstrip() for line in context.get_help().splitlines())


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    return click.Context(
        command, info_name=name, parent=parent, terminal_width=_COLUMNS, **command.context_settings
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(reference(), encoding="utf-8")
