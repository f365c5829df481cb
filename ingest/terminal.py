"""What commands share: where they work, and how they print."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ingest.config import Settings
    from ingest.corpus import Corpus

__all__ = ["Place", "as_json_option", "print_json", "print_lines", "typed"]


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


def print_lines(lines: Iterable[str]) -> None:
    """Print lines; ends the command quietly when nobody reads them any more."""
    _print("\n".join(lines))


def print_json(*rows: Mapping[str, Any]) -> None:
    """Print each row as one line of JSON."""
    from ingest.layout import json_line

    for row in rows:
        _print(json_line(row))


def _print(text: str) -> None:
    try:
        click.echo(text)
    except BrokenPipeError:  # `| head` has seen enough
        # Python would flush into the closed pipe once more when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(0) from None


def typed(text: str) -> str:
    """What was typed, without bytes that no text can hold."""
    from ingest.text import clean_controls

    return clean_controls(text).strip()
