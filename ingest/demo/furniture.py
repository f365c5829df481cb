"""What a page of the demo web carries besides its article: the diseases of the real seeds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ingest.demo.phrases import COMMENTS, HEADLINES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ingest.demo.outlets import Outlet
    from ingest.demo.postings import Posting

__all__ = ["Furniture", "Line", "furnish"]

_TICKER_LINES = 50
_T = TypeVar("_T")


class Line(NamedTuple):
    """A headline, with its address when it is a link."""

    text: str
    url: str | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Furniture:
    """The surroundings of one page."""

    ticker: tuple[Line, ...]
    related: tuple[Line, ...]
    also: tuple[Line, ...]
    comments: tuple[tuple[str, str], ...]
    tags: tuple[Line, ...]


def furnish(
    key: str, outlet: Outlet, postings: Sequence[Posting], tags: tuple[Line, ...]
) -> Furniture:
    """Surroundings for the page named `key`, drawn from what the web holds at the first poll.

    The draw depends on `key` and the titles alone, so a page stays the same byte for byte while
    the web around it grows.
    """
    here = [p for p in postings if p.outlet is outlet and p.url != key]
    stories = [_line(p) for p in here if p.topic == "story"]
    others = [_line(p) for p in here if p.topic != "story"]
    abroad = [
        _line(p)
        for p in postings
        if p.outlet is not outlet and p.language == outlet.language and p.topic == "story"
    ]
    linked = [*_draw(stories, f"{key} story", 8), *_draw(others, f"{key} other", 8)]
    wanted = _TICKER_LINES - len(linked)
    plain = [Line(text) for text in _draw(HEADLINES[outlet.language], f"{key} plain", wanted)]
    comments = COMMENTS[outlet.language] if outlet.has_comments else ()
    return Furniture(
        ticker=tuple(_draw([*linked, *plain], f"{key} ticker", _TICKER_LINES)),
        related=(*_draw([*stories, *others], f"{key} related", 5), *_draw(abroad, key, 1)),
        also=tuple(_draw(stories, f"{key} also", 2)),
        comments=tuple(_draw(comments, f"{key} comments", 5)),
        tags=tags,
    )


def _line(posting: Posting) -> Line:
    return Line(posting.title, posting.url)


def _draw(items: Sequence[_T], key: str, count: int) -> list[_T]:
    """Up to `count` of `items`, the same in every process."""
    return sorted(items, key=_order(key))[:count]


def _order(key: str) -> Callable[[object], str]:
    return lambda item: hashlib.sha256(f"{key}\x00{item}".encode()).hexdigest()
