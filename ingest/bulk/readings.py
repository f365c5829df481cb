"""What was read from a page as a row of JSON, and back."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ingest.extract import PageRead
from ingest.extract.lines import PageLines
from ingest.extract.surroundings import Place
from ingest.items import Article, Block, Kind, Reason, Rejection, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["read_of", "row_of"]

_ARTICLE = tuple(one.name for one in fields(Article))
_TIMES = ("published", "modified")
_PAIRS = ("provenance", "links", "left_out")


def row_of(read: PageRead) -> dict[str, Any]:
    """A reading as JSON has it; tuples become lists."""
    row: dict[str, Any] = {
        "canonical": read.canonical,
        "links": read.links,
        "places": {url: [place.block, place.said] for url, place in read.places.items()},
        "feeds": read.feeds,
        "alternates": read.alternates,
    }
    if read.article is not None:
        article = {name: getattr(read.article, name) for name in _ARTICLE}
        for name in _TIMES:
            article[name] = article[name].isoformat() if article[name] else None
        row["article"] = article
    if (refused := read.rejection) is not None:
        row["rejection"] = [refused.stage, refused.reason, refused.detail]
    if (lines := read.lines) is not None:
        row["lines"] = [lines.address, lines.headline, lines.packed]
    return row


def read_of(row: Mapping[str, Any]) -> PageRead:
    """The reading that `row_of` wrote."""
    address, headline, packed = row.get("lines") or (None, 0, ())
    return PageRead(
        article=_article(row["article"]) if "article" in row else None,
        rejection=_rejection(*row["rejection"]) if "rejection" in row else None,
        canonical=row["canonical"],
        links=_pairs(row["links"]),
        places={url: Place(Block(block), said) for url, (block, said) in row["places"].items()},
        feeds=tuple(row["feeds"]),
        alternates=tuple(row["alternates"]),
        lines=PageLines(address=address, headline=headline, packed=tuple(packed))
        if address is not None
        else None,
    )


def _rejection(stage: str, reason: str, detail: str) -> Rejection:
    return Rejection(stage=Stage(stage), reason=Reason(reason), detail=detail)


def _article(row: Mapping[str, Any]) -> Article:
    said = dict(row)
    for name in _TIMES:
        said[name] = datetime.fromisoformat(said[name]) if said[name] else None
    for name in _PAIRS:
        said[name] = _pairs(said[name])
    return Article(**said | {"kind": Kind(said["kind"])})


def _pairs(rows: list[list[Any]]) -> tuple[Any, ...]:
    return tuple((one, other) for one, other in rows)
