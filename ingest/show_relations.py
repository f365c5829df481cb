"""How texts stand to each other, in words and lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.layout import plain, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["claim_lines", "likeness", "shared_lines", "translation_lines", "turned"]

_MOST = 10  # of a list in a terminal; all of it stands in --json
_ALL = 0.995  # rounds to 100 %
_MUCH = 0.95  # of the longer text: below, what it has beside is worth a word
_NO_MEASURE = {
    "exact": "word for word",
    "same-url": "one page at two addresses",
    "template": "like words around other figures",
}


def likeness(copy: Mapping[str, Any], origin: str) -> str:
    """The relation of a copy, and how much of which text stands in the other.

    Args:
        copy: with `relation`, `similarity`, and `share` and `other_share` or None.
        origin: what it carries, e.g. `article 1`.
    """
    relation = str(copy["relation"])
    if relation in _NO_MEASURE:
        return f"{relation}: {_NO_MEASURE[relation]}"
    own, other = copy["share"], copy["other_share"]
    if relation == "contains":
        return f"{relation}: {_part(copy['similarity'], f'of {origin}')} stands in it"
    if own is None or other is None:
        said = f"{_part(copy['similarity'], 'of the shorter')} stands in the longer text"
        return f"{relation}: {said}"
    if own < _ALL <= other:
        return f"{relation}: all of {origin} stands in it, {own:.0%} of its text".replace("%", " %")
    beside = f", {other:.0%} of that text".replace("%", " %") if other < _MUCH <= own else ""
    return f"{relation}: {_part(own, 'of it')} stands in {origin}{beside}"


def _part(share: float, whole: str) -> str:
    return f"all {whole}" if share >= _ALL else f"{share * 100:.0f} % {whole}"


def shared_lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a text shares words with, each with its quote; none: no lines."""
    lines: list[str] = []
    for row in rows[:_MOST]:
        said = f"{_SAID[row['relation']]} {_named(row)}"
        shares = _part(row["share"], "of this text"), _part(row["other_share"], "of that")
        lines += wrapped(f"{said}; in common: {', '.join(shares)}", indent="    ", first="  ")
        lines += _place(row)
        if row["passage"]:
            lines += wrapped(f"“{plain(row['passage'])}”", indent="    ")
    return ["", "shares words with", *lines, *_more(rows)] if rows else []


_SAID = {
    "excerpt": "stands within",
    "contains": "holds the text of",
    "overlap": "has a passage in common with",
    "template": "is filled in like",
}


def translation_lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a text may be a translation of, or the other of it, and why; none: no lines."""
    lines: list[str] = []
    for row in rows[:_MOST]:
        lines += wrapped(f"{row['score']:.2f} {_named(row)}", indent="    ", first="  ")
        lines += [*_place(row), *wrapped(row["evidence"], indent="    ")]
    return ["", "may be a translation of", *lines, *_more(rows)] if rows else []


def turned(hints: Iterable[Mapping[str, Any]], page: int) -> list[dict[str, Any]]:
    """Hints about a page, as rows of the other text; as `Corpus.hints_of` gives them."""
    names = "title", "outlet", "article", "url"
    return [
        {"score": hint["score"], "evidence": hint["evidence"]}
        | (
            {name: hint[f"other_{name}"] for name in names} | {"seed": hint["seed"]}
            if hint["page"] == page
            else {name: hint[name] for name in names} | {"seed": None}
        )
        for hint in hints
    ]


def _named(row: Mapping[str, Any]) -> str:
    number = f"seed {row['seed']}" if row["seed"] else f"article {row['article']}"
    known = f"{number}, " if row["seed"] or row["article"] else ""
    outlet = f", {plain(row['outlet'])}" if row["outlet"] else ""
    return f"{known}“{plain(row['title'])}”{outlet}"


def _place(row: Mapping[str, Any]) -> list[str]:
    return [f"    {plain(row['url'])}"] if row["url"] else []


def _more(rows: Sequence[object]) -> Iterable[str]:
    return [f"  and {len(rows) - _MOST} more"] if len(rows) > _MOST else []


def claim_lines(page: Mapping[str, Any]) -> list[str]:
    """What is to be said of an address that is not the one asked for, or not the one claimed."""
    lines: list[str] = []
    if page["asked"] is not None:
        lines += wrapped(f"asked for {page['asked']}, which is known as {page['url']}")
    if (claim := page["claim"]) is not None:
        number = claim["pages"]
        others = "1 page with another text does" if number == 1 else f"{number} pages with other"
        others += " texts do" * (number != 1)
        lines += wrapped(f"names {claim['url']} as its own address; not believed: {others}")
    return lines
