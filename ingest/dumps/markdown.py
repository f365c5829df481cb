"""A Markdown document as a web page, and what its front matter says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from ingest.dumps.dates import date_in
from ingest.text import clean_controls, normalize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markdown_it.token import Token

__all__ = ["FrontMatter", "Markdown", "read_markdown"]

_FENCES = {"---": "---", "+++": "+++"}
_FIELD = re.compile(r"^([A-Za-z_-]+)\s*[:=]\s*(.*)$")
_WRAPPED_CHARS = 120  # editors wrap below
_STOPS = (".", "!", "?", "…", "։", "。", "۔", "।", ".”", ".»", '."')
_CELLS = frozenset(["td", "th"])
_TABLE = _CELLS | {"table", "thead", "tbody"}
_BAR = " | "
_TITLES = ("title", "headline")
_DATES = ("date", "published", "pubdate", "created")
_ADDRESSES = ("url", "source", "link", "canonical")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """The fields between the fences at the top, as written, by lower-case name."""

    fields: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str | None:
        """The headline it states."""
        return self._first(_TITLES)

    @property
    def url(self) -> str | None:
        """The address it states."""
        found = self._first(_ADDRESSES) or ""
        return found if found.startswith(("http://", "https://")) else None

    @property
    def published(self) -> str | None:
        """The date it states, ISO 8601, for a page to carry."""
        stated = date_in(normalize(self._first(_DATES) or ""))
        return None if stated is None else stated.date().isoformat()

    def _first(self, names: tuple[str, ...]) -> str | None:
        return next((self.fields[name] for name in names if self.fields.get(name)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Markdown:
    """A Markdown document rendered."""

    front: FrontMatter
    page: str  #: HTML


def read_markdown(text: str) -> Markdown:
    """Part the front matter off a document and render the rest."""
    from markdown_it import MarkdownIt

    front, body = _part(clean_controls(text))
    options = {"breaks": _has_a_paragraph_a_line(body)}
    renderer = MarkdownIt("commonmark", options).enable("table")
    tokens = _rows_as_paragraphs(renderer.parse(body))
    rendered = renderer.renderer.render(tokens, renderer.options, {})
    head = f"<title>{escape(front.title)}</title>" if front.title else ""
    if front.published:
        head += f'<meta property="article:published_time" content="{front.published}">'
    page = f'<!doctype html><meta charset="utf-8">{head}<body><article>{rendered}</article>'
    return Markdown(front=front, page=page)


def _rows_as_paragraphs(tokens: Iterable[Token]) -> list[Token]:
    """Each row of a table as a paragraph, with bars between the cells that say something."""
    kept: list[Token] = []
    for token in tokens:
        kind, _, side = token.type.rpartition("_")
        if kind == "tr":
            token.tag = "p"
            if kept and kept[-1].content == _BAR:
                kept.pop()
        elif kind in _CELLS and side == "close":
            if not kept[-1].content.strip():
                kept.pop()
                continue
            token.type, token.tag, token.content, token.nesting = "text", "", _BAR, 0
        elif kind in _TABLE:
            continue
        kept.append(token)
    return kept


def _has_a_paragraph_a_line(text: str) -> bool:
    """Whether line breaks inside blocks part paragraphs, and do not wrap them."""
    lines = [line.strip() for line in text.split("\n")]
    broken = [line for line, below in pairwise(lines) if line and below]
    whole = sum(len(line) > _WRAPPED_CHARS or line.endswith(_STOPS) for line in broken)
    return 2 * whole >= len(broken)


def _part(text: str) -> tuple[FrontMatter, str]:
    first, *rest = text.split("\n")
    fence = _FENCES.get(first.strip())
    closed = next((at for at, line in enumerate(rest) if line.strip() == fence), None)
    if fence is None or closed is None:
        return FrontMatter(), text
    found = (_FIELD.match(line) for line in rest[:closed])
    fields = {one[1].lower(): one[2].strip().strip("\"'") for one in found if one}
    return FrontMatter(fields=fields), "\n".join(rest[closed + 1 :])
