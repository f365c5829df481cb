"""What commands share: where they work, and how they print.

On a terminal tables take its width and words their colours (`NO_COLOR` turns these off); anywhere
else all is plain text of 80 columns. Whatever tells of progress goes to standard error.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingest.layout import COLUMNS, Table, painted, unstyled
from ingest.text import clean_controls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ingest.config import Settings
    from ingest.corpus import Corpus
    from ingest.layout import Line

__all__ = [
    "Place",
    "as_json_option",
    "has_colours",
    "print_json",
    "print_lines",
    "print_paged",
    "screen_rows",
    "typed",
    "with_scheme",
]

_ROWS = 24
#: `https:`, `mailto:`; in `a.test:8080/x` a port follows.
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
_PAGER = "less -FRX"  # -F: no pager where it fits; -R: colours, and no other command; -X: it stays


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a command works; settings are read when it asks for them, so `--help` never fails."""

    named: Path | None

    @property
    def folder(self) -> Path:
        from ingest.config import find_workspace

        return self.named.absolute() if self.named else find_workspace(Path.cwd(), os.environ)

    def settings(self) -> Settings:
        from ingest.config import load_settings

        return load_settings(self.folder, os.environ)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Corpus]:
        """The corpus, for reading alone."""
        from ingest.corpus import Corpus

        with contextlib.closing(Corpus(self.settings().corpus_path, readonly=True)) as corpus:
            yield corpus


as_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


def is_terminal() -> bool:
    """Whether a person is likely to read what is printed."""
    return sys.stdout is not None and sys.stdout.isatty()


def has_colours() -> bool:
    """Whether what is printed may have colours (no-color.org)."""
    is_refused = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return is_terminal() and not is_refused


def columns() -> int:
    """The width of the terminal; 80 where there is none."""
    return shutil.get_terminal_size((COLUMNS, _ROWS)).columns if is_terminal() else COLUMNS


def screen_rows() -> int:
    """The lines of the terminal; 24 where there is none."""
    return shutil.get_terminal_size((COLUMNS, _ROWS)).lines if is_terminal() else _ROWS


def print_lines(lines: Iterable[Line]) -> None:
    """Print lines; ends the command quietly when nobody reads them any more."""
    _print("\n".join(_texts(lines)))


def print_paged(lines: Iterable[Line]) -> None:
    """Print lines, in a pager where they are more than a terminal shows."""
    texts = list(_texts(lines))
    if not is_terminal() or len(texts) < screen_rows():
        return _print("\n".join(texts))
    with _pager_named():
        click.echo_via_pager("\n".join(texts) + "\n", color=None if has_colours() else False)
    return None


@contextlib.contextmanager
def _pager_named() -> Iterator[None]:
    """Name a pager to `click`, which takes the first word of PAGER, or none that shows colours."""
    named = os.environ.get("PAGER")
    if not named:
        os.environ["PAGER"] = _PAGER
    try:
        yield
    finally:
        if not named:
            os.environ.pop("PAGER", None)


def print_json(*rows: Mapping[str, Any]) -> None:
    """Print each row as one line of JSON."""
    from ingest.layout import json_line

    for row in rows:
        _print(json_line(row))


def _texts(lines: Iterable[Line]) -> Iterator[str]:
    shown = painted if has_colours() else unstyled
    for line in lines:
        if not isinstance(line, Table):
            yield shown(clean_controls(line))
        elif is_terminal():
            from ingest.rich_tables import table_lines

            yield from table_lines(line, columns=columns(), has_colours=has_colours())
        else:
            yield from map(shown, line.lines())


def _print(text: str) -> None:
    try:
        click.echo(text)
    except BrokenPipeError:  # `| head` has seen enough
        # Python would flush into the closed pipe once more when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(0) from None


def with_scheme(address: str) -> str:
    """An address as it was typed, `https` where it has no scheme."""
    return address if _SCHEME.match(address) else f"https://{address}"


def typed(text: str) -> str:
    """What was typed, without bytes that no text can hold."""
    return clean_controls(text).strip()
