"""The lines of a dump and what can be measured of one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ingest.dumps.rules import Rule, rule_of
from ingest.text import clean_controls, normalize, words

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Line", "is_short", "read_lines", "terms", "tickers", "units"]

# Scripts that part no words; two characters together stand for a word in them.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]{2,}"
)
# A character of these says as much as two or three letters.
_IDEOGRAPH = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_SYLLABLE = re.compile("[\u1200-\u137f\u3040-\u30ff\uac00-\ud7af]")
_STOP = re.compile(r"[.!?…։。！？।॥؟۔።။།][\"'”’»“)\]』」\d]*$")
_UNSTOPPED = re.compile("[\u0e00-\u0eff][\"'”’»)]*$")  # Thai and Lao sentences end in nothing
_UNSTOPPED_UNITS = 100
_BULLETS = frozenset("•*-–—·▪►»›|#+")
_PROSE_UNITS, _SHORT_PROSE_UNITS = 100, 40
_SHORT_UNITS = 100
# What an outlet says of itself: a few paragraphs between a mark and its addresses.
_OUTLET_MARKS = frozenset([Rule.INTERFACE, Rule.END, Rule.SYMBOLS])
_OUTLET_LINES, _ADDRESS_LINES, _LEAST_ADDRESSES = 4, 6, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line that is not empty."""

    number: int  #: 1-based, in the file
    text: str  #: stripped
    key: str  #: normalised, without end marks: lines of one key are copies
    rule: Rule | None  #: what it says of itself
    units: int  #: length in letters; an ideograph counts for three
    has_stop: bool  #: whether it ends like a sentence
    is_item: bool  #: whether a bullet stands before it, or on the line above
    terms: tuple[str, ...]  #: its distinct words, normalised, in order

    @property
    def is_prose(self) -> bool:
        """Whether it reads like running text and not like a headline, menu or caption."""
        least = _SHORT_PROSE_UNITS if self.has_stop else _PROSE_UNITS
        return self.rule is None and self.units >= least


def read_lines(text: str) -> list[Line]:
    """The lines of a dump that are not empty."""
    lines = []
    above = ""
    for number, line in enumerate(clean_controls(text).split("\n"), start=1):
        if stripped := line.strip():
            is_item = stripped[0] in _BULLETS or (len(above) == 1 and above in _BULLETS)
            lines.append(_measure(number, stripped, is_item=is_item))
            above = stripped
    return _mark_outlet(lines)


def units(text: str) -> int:
    """Length of a text in letters, alike in every script."""
    return len(text) + 2 * len(_IDEOGRAPH.findall(text)) + len(_SYLLABLE.findall(text))


def terms(text: str) -> list[str]:
    """The words of a text, normalised; pairs of characters where a script parts no words."""
    found = []
    for word in words(text):
        if _UNSPACED.search(word):
            found += [word[at : at + 2] for at in range(len(word) - 1)]
        else:
            found.append(word)
    return found


def is_short(line: Line) -> bool:
    """Whether a line could be a headline or a label: not long, and ended by nothing."""
    return line.units < _SHORT_UNITS and not line.has_stop


def tickers(lines: Sequence[Line]) -> frozenset[int]:
    """Lines of a ticker: short ones, each with a line before it that holds a mark and no word."""
    behind = [at for at in range(1, len(lines)) if lines[at - 1].rule is Rule.SYMBOLS]
    short = frozenset(at for at in behind if is_short(lines[at]))
    return frozenset(
        at
        for at in behind
        if (at - 2 in short and at + 2 in short)
        or (at in short and (at - 2 in short or at + 2 in short))
    )


def _measure(number: int, text: str, *, is_item: bool) -> Line:
    length = units(text)
    is_stopped = bool(_STOP.search(text))
    if not is_stopped and length >= _UNSTOPPED_UNITS:
        is_stopped = bool(_UNSTOPPED.search(text))
    return Line(
        number=number,
        text=text,
        key=normalize(text).strip(" .…"),
        rule=rule_of(text),
        units=length,
        has_stop=is_stopped,
        is_item=is_item,
        terms=tuple(dict.fromkeys(terms(text))),
    )


def _mark_outlet(lines: list[Line]) -> list[Line]:
    """Name the paragraphs that stand above the first addresses and below a mark."""
    for at, line in enumerate(lines):
        near = lines[at : at + _ADDRESS_LINES]
        addresses = sum(one.rule is Rule.CONTACT for one in near)
        if line.rule is not Rule.CONTACT or addresses < _LEAST_ADDRESSES:
            continue
        start = at
        while start and lines[start - 1].is_prose and at - start < _OUTLET_LINES:
            start -= 1
        if 0 < start < at and lines[start - 1].rule in _OUTLET_MARKS:
            about = [replace(one, rule=Rule.OUTLET) for one in lines[start:at]]
            return [*lines[:start], *about, *lines[at:]]
        break
    return lines
