"""A small catalogue of outlets by country and language; pure but for the file in the package."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from ingest.errors import ConfigError
from ingest.text import normalize
from ingest.urls import address_key, is_fetchable, outlet_of

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FILE_NAME", "Outlet", "built_in", "merged", "named", "read_catalogue"]

#: In a workspace: lines that add to the built-in ones or replace them.
FILE_NAME = "outlets.tsv"
_COLUMNS = 6
_NONE = "-"
_CODE = re.compile("[a-z]{2}")
_ALL = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One line of the catalogue."""

    home: str  #: address of its front page
    names: tuple[str, ...]  #: the usual one first
    country: str  #: ISO 3166 in small letters
    languages: tuple[str, ...]  #: ISO 639-1, the main one first
    covers: tuple[str, ...] = ()  #: further countries it reports on; `*`: all
    feeds: tuple[str, ...] = ()

    @property
    def outlet(self) -> str:
        """Its registrable domain."""
        return outlet_of(self.home)


@cache
def built_in() -> tuple[Outlet, ...]:
    """The outlets that the package comes with."""
    text = files("ingest").joinpath("data/outlets.tsv").read_text("utf-8")
    return read_catalogue(text, file=FILE_NAME)


def read_catalogue(text: str, *, file: str) -> tuple[Outlet, ...]:
    """The outlets of a catalogue, in its order.

    Args:
        text: tab-separated: home, names, country, languages, countries covered, feeds.
        file: how to name it in a message.

    Raises:
        ConfigError: lines cannot be read; every one is named.
    """
    found: list[Outlet] = []
    problems: list[str] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            found.append(_outlet(line))
        except ValueError as exc:
            problems.append(f"{file}: line {number}: {exc}")
    if problems:
        raise ConfigError(problems)
    return tuple(found)


def _outlet(line: str) -> Outlet:
    cells = [cell.strip() for cell in line.split("\t")]
    if not 4 <= len(cells) <= _COLUMNS:  # noqa: PLR2004  # home, names, country and languages
        raise ValueError("expected home, names, country, languages, and, if you like, countries "
                         "it covers and feeds, with tabs between")  # fmt: skip
    home, names, country, languages, covers, feeds = [*cells, _NONE, _NONE][:_COLUMNS]
    return Outlet(
        home=_address(home),
        names=tuple(filter(None, (name.strip() for name in names.split("|")))),
        country=_code(country),
        languages=tuple(map(_code, _listed(languages))),
        covers=tuple(one if one == _ALL else _code(one) for one in _listed(covers)),
        feeds=tuple(map(_address, feeds.split() if feeds != _NONE else ())),
    )


def _listed(cell: str) -> list[str]:
    return [] if cell in {"", _NONE} else [one.strip() for one in cell.split(",")]


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise ValueError(f"{text!r}: expected a code of two small letters")
    return text


def _address(text: str) -> str:
    if not is_fetchable(text):
        raise ValueError(f"{text!r}: expected a web address")
    return text


def merged(base: Iterable[Outlet], more: Iterable[Outlet]) -> tuple[Outlet, ...]:
    """One catalogue of two; of one front page the line of `more`, which stands first."""
    lines: dict[str, Outlet] = {}
    own = {address_key(one.home): one for one in more}
    for key, one in (*own.items(), *((address_key(one.home), one) for one in base)):
        lines.setdefault(key, one)
    return tuple(lines.values())


def named(catalogue: Iterable[Outlet]) -> dict[str, Outlet]:
    """The outlets by each of their names, normalised; of one name the first."""
    found: dict[str, Outlet] = {}
    for one in catalogue:
        for name in one.names:
            found.setdefault(normalize(name), one)
    return found
