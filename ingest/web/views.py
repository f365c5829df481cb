"""What a page of the web shows, as plain frozen values; one template draws all of them.

A page reads rows and makes a `View` of blocks; every figure may be a `Link` to the rows behind it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlencode

from markupsafe import Markup

from ingest.export.feeds import web_address

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

__all__ = [
    "Asked", "Block", "Cell", "Entry", "Link", "Links", "Table", "View", "count", "minute", "named",
    "share", "whole_number",
]  # fmt: skip

_UNTITLED = "without a title"
_MOST_DIGITS = 18  # of a number that SQLite holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Words that lead somewhere."""

    text: str
    href: str

    @property
    def is_number(self) -> bool:
        """Whether the words are a count, which stands right in its column."""
        return self.text.replace(",", "").isdigit()


Cell: TypeAlias = "str | int | float | Link | Markup | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under names; numbers stand right."""

    names: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a list in order of time, with what is folded away below it."""

    when: str  #: empty: not dated
    head: Cell
    told: tuple[Cell, ...] = ()
    folded_name: str = ""  #: what is folded, in words
    folded: tuple[tuple[Cell, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A section of a page; each part may be missing."""

    heading: str = ""
    note: str = ""
    picture: Markup = field(default_factory=Markup)
    table: Table | None = None
    entries: tuple[Entry, ...] = ()
    lines: tuple[tuple[str, str, str], ...] = ()  #: mark, rule, text: a seed beside its cleaning
    form: tuple[tuple[str, str, str], ...] = ()  #: name, label, value: of a form that asks again
    after: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A page."""

    title: str
    description: str = ""
    facts: tuple[tuple[str, Cell], ...] = ()
    blocks: tuple[Block, ...] = ()
    feeds: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Addresses of one corpus in one Datasette."""

    base: str  #: of the database, encoded, without a slash at the end

    def page(self, name: str, key: object = None, **arguments: object) -> str:
        """A page of ours."""
        path = f"{self.base}/-/{name}" + ("" if key is None else f"/{_tilded(str(key))}")
        return path + _asked(arguments)

    def article(self, number: int) -> str:
        return self.page("article", number)

    def feed(self, query: str, kind: str, **arguments: object) -> str:
        """A feed of a saved query or a list; its kind is atom or json."""
        return f"{self.base}/-/feed/{query}.{kind}" + _asked(arguments)

    def feeds(self, query: str, **arguments: object) -> tuple[Link, ...]:
        """The feeds of a saved query or a list."""
        return tuple(
            Link(text=f"{name} feed", href=self.feed(query, kind, **arguments))
            for name, kind in (("Atom", "atom"), ("JSON", "json"))
        )

    def rows(self, table: str, **filters: object) -> str:
        """The rows of a table that hold these values; `name__gte` and its like as Datasette has."""
        return f"{self.base}/{table}" + _asked(filters)

    def row(self, table: str, key: object) -> str:
        return f"{self.base}/{table}/{_tilded(str(key))}"

    def outlet(self, domain: str | None) -> Cell:
        """An outlet by its name, linked."""
        return Link(text=domain, href=self.page("outlet", domain)) if domain else None

    def out(self, url: str, text: str | None = None) -> Cell:
        """A page of the web; what is no web address is shown and leads nowhere."""
        href = web_address(url)
        return Link(text=text or url, href=href) if href else text or url

    def number(self, number: int, table: str, **filters: object) -> Cell:
        """A count that leads to what was counted; nothing leads nowhere."""
        return Link(text=count(number), href=self.rows(table, **filters)) if number else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a page is asked for."""

    links: Links
    now: datetime
    key: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """The key as a number; 0, which no row has: it is none, or more than SQLite holds."""
        return whole_number(self.key) or 0


def _asked(arguments: Mapping[str, object]) -> str:
    told = {name: str(value) for name, value in arguments.items() if value is not None}
    return f"?{urlencode(told)}" if told else ""


def _tilded(text: str) -> str:
    """As Datasette writes keys into addresses: letters, digits, - and _ as they are."""
    return "".join(
        chr(byte) if byte < 128 and (chr(byte).isalnum() or byte in b"-_") else f"~{byte:02X}"  # noqa: PLR2004
        for byte in text.encode(errors="replace")
    )


def whole_number(text: str) -> int | None:
    """The number that a text is, as a row has one; None: it is none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else None


def count(number: int) -> str:
    return f"{number:,}"


def named(title: str | None) -> str:
    """A title as a page names and links it; a blank one would be a link that nobody sees."""
    return title if title and title.strip() else _UNTITLED


def minute(at: str | None) -> str:
    """A time of the corpus, to the minute."""
    return at[:16].replace("T", " ") if at else ""


def share(part: float | None) -> Any:
    """A share as readers have it, 0..1 with two places; None: it cannot be told."""
    return None if part is None else f"{part:.2f}"
