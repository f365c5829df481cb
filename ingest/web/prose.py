"""Texts set for reading: paragraphs, lists and quotes as HTML, with what matters marked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from ingest.revisions import Side, diff
from ingest.text import list_numbers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

__all__ = ["Reason", "changed", "paragraphs", "read_reason"]

_MARKED = re.compile(
    r"(?P<quote>> )?(?:(?P<item>- )|(?P<number>\d{1,3})\. )?(?P<said>.*)", re.DOTALL
)
_REASON = re.compile(
    r"(?P<figure>relevance [\d.]+ \([^)]*\)): (?P<terms>[^;]*)"
    r"(?:; nearest seed: (?P<seed>.*?))?(?:; most of it in “(?P<passage>.*)”)?",
    re.DOTALL,
)
_SHORTEST_TERM = 3
_CONTEXT_WORDS = 12  # of what did not change, on each side of a change


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """The sentence that says why an article was kept, in its parts."""

    figure: str  #: relevance and cut; the whole sentence where it has another form
    terms: tuple[str, ...] = ()
    seed: str = ""  #: title of the nearest
    passage: str = ""  #: of the article, that speaks most of the topic


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of a stored text, without its marks."""

    kind: str  #: element that it, and its like beside it, stand in: p, ul or ol
    said: str
    is_quote: bool
    number: int = 0  #: of an item of an ordered list


def read_reason(why: str) -> Reason:
    """The parts of `articles.why`."""
    found = _REASON.fullmatch(why.strip())
    if found is None:
        return Reason(figure=why)
    terms = tuple(term.strip() for term in found["terms"].split(",") if term.strip())
    return Reason(
        figure=found["figure"],
        terms=terms,
        seed=found["seed"] or "",
        passage=(found["passage"] or "").removesuffix("…").strip(),
    )


def paragraphs(text: str, reason: Reason) -> Markup:
    """A stored text as HTML, with the terms and the passage marked that it was kept for.

    Args:
        text: one paragraph a line; `- `, `1. ` and `> ` begin items and quotes.
        reason: why it was kept.
    """
    listed = list_numbers(text)
    lines = [_line(line, listed) for line in text.split("\n") if line.strip()]
    blocks = []
    for (is_quote, kind), same in groupby(lines, key=lambda line: (line.is_quote, line.kind)):
        block = _block(kind, list(same), reason)
        blocks.append(Markup("<blockquote>{}</blockquote>").format(block) if is_quote else block)
    return Markup("\n").join(blocks)


def _line(line: str, listed: Collection[int]) -> _Line:
    row = _MARKED.fullmatch(line)
    assert row is not None  # it matches anything
    is_quote, said, number = bool(row["quote"]), row["said"], row["number"]
    if row["item"]:
        return _Line(kind="ul", said=said, is_quote=is_quote)
    if number is None:
        return _Line(kind="p", said=said, is_quote=is_quote)
    if int(number) not in listed:  # a date, or the like
        return _Line(kind="p", said=f"{number}. {said}", is_quote=is_quote)
    return _Line(kind="ol", said=said, is_quote=is_quote, number=int(number))


def _block(kind: str, lines: Sequence[_Line], reason: Reason) -> Markup:
    told = [_highlighted(line.said, reason) for line in lines]
    if kind == "p":
        return Markup("\n").join(Markup("<p dir=auto>{}</p>").format(one) for one in told)
    items = Markup("").join(Markup("<li dir=auto>{}</li>").format(one) for one in told)
    if kind == "ul":
        return Markup("<ul>{}</ul>").format(items)
    return Markup('<ol start="{}">{}</ol>').format(lines[0].number, items)


def _highlighted(said: str, reason: Reason) -> Markup:
    """A paragraph with the passage and the terms marked, wherever they stand in it."""
    start = said.find(reason.passage) if reason.passage else -1
    if start < 0:
        return _with_terms(said, reason.terms)
    end = start + len(reason.passage)
    return Markup('{}<mark class="passage">{}</mark>{}').format(
        _with_terms(said[:start], reason.terms),
        _with_terms(said[start:end], reason.terms),
        _with_terms(said[end:], reason.terms),
    )


def _with_terms(said: str, terms: Iterable[str]) -> Markup:
    sought = sorted((term for term in terms if len(term) >= _SHORTEST_TERM), key=len, reverse=True)
    if not sought or not said:
        return escape(said)
    pattern = r"\b(?:" + "|".join(map(re.escape, sought)) + r")\b"
    told, last = Markup(), 0
    for found in re.finditer(pattern, said, re.IGNORECASE):
        told += escape(said[last : found.start()])
        told += Markup("<b>{}</b>").format(found.group())
        last = found.end()
    return told + escape(said[last:])


def changed(before: str, after: str) -> Markup:
    """Two wordings as one, what went and what came marked, long stretches without change cut."""
    pieces = diff(before, after)
    told = Markup()
    for place, piece in enumerate(pieces):
        if piece.side is Side.ADDED:
            told += Markup("<ins>{}</ins>").format(piece.text)
        elif piece.side is Side.REMOVED:
            told += Markup("<del>{}</del> ").format(piece.text)
        else:
            told += escape(_shortened(piece.text, first=place == 0, last=place == len(pieces) - 1))
    return told


def _shortened(text: str, *, first: bool, last: bool) -> str:
    """What did not change, without its middle, or without its outer end at the ends of a text."""
    said = re.findall(r"\S+\s*", text)
    most = _CONTEXT_WORDS if first or last else 2 * _CONTEXT_WORDS
    if len(said) <= most + 1:
        return text
    head = "" if first else "".join(said[:_CONTEXT_WORDS])
    tail = "" if last else "".join(said[-_CONTEXT_WORDS:])
    return f"{head}… {tail}"
