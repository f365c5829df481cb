"""Cleaning page dumps: the article in a page that was saved as plain text.

A dump holds menus, tickers, the article, teasers, comments and contact lines. Three small linear
scorers look at every line: how it looks, where it stands, and whether the text goes on after what
stands between two paragraphs; the stretch they like best is the article, and what they dislike
inside it goes. A fourth finds the headline. Nothing is rewritten: every line that comes out stood
in the file, and every line that goes has the name of a rule (`Rule`, docs/seeds.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ingest.dumps.body import Stretch, find_body
from ingest.dumps.dates import date_in
from ingest.dumps.lines import read_lines
from ingest.dumps.looks import Sight
from ingest.dumps.rules import Rule
from ingest.dumps.titles import find_title
from ingest.items import RemovedLine
from ingest.text import normalize

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ingest.dumps.lines import Line

__all__ = ["NEVER_BODY", "CleanedDump", "Rule", "clean_dump"]

#: Lines that say this of themselves are no part of a body wherever they stand.
NEVER_BODY = frozenset(
    [
        Rule.COMMENT, Rule.END, Rule.TEASER, Rule.INTERFACE, Rule.CONTACT, Rule.DATE, Rule.BYLINE,
        Rule.SYMBOLS, Rule.OUTLET,
    ]
)  # fmt: skip
_DATE_REACH = 12  # lines from the headline
_MENU_CHARS = 30
_FULL_STOP = re.compile(r"[.!?…։。！？।۔][\"'”’»)\]]*$")
# A lone line this long between paragraphs, ended by no mark, is the headline of another article
# and no sub-heading; a sentence this short right under the headline is a standfirst. Neither moves
# F1 on eval/seeds_like; both are in the seeds of this project.
_TEASER_UNITS, _TEASER_WORDS = 60, 8
_ENDED = re.compile(r"[.!?…։。！？:;,][\"'”’»)\]*\d]*$")
# Unended lines right below a bare `Read also` are the headlines it points to.
_MARK_UNITS, _POINTED_UNITS = 25, 140
_STANDFIRST_UNITS, _STANDFIRST_REACH = 100, 6
_HEADING_UNITS = 250
_REMARK_UNITS = 100  # a longer line that speaks of newsletters may be a paragraph about them


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedDump:
    """A dump cleaned; `text` and `removed` together hold every line that was not empty."""

    title: str | None
    text: str
    removed: tuple[RemovedLine, ...]
    published: datetime | None = None  #: aware UTC; None: the dump states no date
    is_alone: bool = False  #: whether no page stood around the article


@lru_cache(maxsize=64)  # a crawl reads its seeds twice: whether there are any, then to learn
def clean_dump(text: str) -> CleanedDump:
    """Part the article in a dump from the page around it."""
    lines = read_lines(text)
    stretch = find_body(lines)
    inside = [
        at
        for at in range(stretch.start, stretch.end)
        if stretch.keeps(at) and not _is_apart(lines[at], stretch)
    ]
    title = _heading(lines, inside) if stretch.is_alone else None
    if title is None:
        title = find_title(Sight.of(lines), stretch.chances, inside)
    if stretch.is_alone and title is not None:
        inside = [at for at in inside if at > title]
    rules = _why_removed(lines, stretch, inside, title)
    return CleanedDump(
        title=None if title is None else lines[title].text,
        text="\n".join(line.text for line, rule in zip(lines, rules, strict=True) if rule is None),
        removed=tuple(
            RemovedLine(number=line.number, text=line.text, rule=rule.value)
            for line, rule in zip(lines, rules, strict=True)
            if rule is not None
        ),
        published=_stated_date(lines, stretch.start if title is None else title),
        is_alone=stretch.is_alone,
    )


def _why_removed(
    lines: Sequence[Line], stretch: Stretch, inside: Sequence[int], title: int | None
) -> list[Rule | None]:
    """For each line the rule that takes it out; None: it is of the body."""
    heading = None if title is None else lines[title].key
    repeated = _repeated(lines, inside)
    body = [at for at in inside if at not in repeated and lines[at].key != heading]
    named: dict[int, Rule] = {}
    if not stretch.is_alone:
        named |= _teasers(lines, body) | _pointed_at(lines, body)
    if not stretch.is_alone or sum(line.key == heading for line in lines) > 1:
        named |= _standfirst(lines, body, title)
    kept = {at for at in body if at not in named}
    told = {lines[at].key for at in kept}
    rules: list[Rule | None] = []
    section = Rule.BEFORE
    for at, line in enumerate(lines):
        section = _section(section, line, is_inside=stretch.start <= at < stretch.end)
        if at in kept:
            rules.append(None)
        elif line.key == heading:
            rules.append(Rule.TITLE)
        elif at in named or line.rule is not None:
            rules.append(named.get(at, line.rule))
        else:
            rules.append(Rule.REPEAT if line.key in told else _by_place(line, section))
    return rules


def _standfirst(lines: Sequence[Line], body: Sequence[int], title: int | None) -> dict[int, Rule]:
    """The sentence under the headline, where a longer paragraph follows it."""
    if title is None or len(body) < 2 or not title < body[0] <= title + _STANDFIRST_REACH:  # noqa: PLR2004
        return {}
    first, second = lines[body[0]], lines[body[1]]
    is_short = first.units < min(_STANDFIRST_UNITS, second.units) and second.is_prose
    is_next = not any(line.is_prose for line in lines[title + 1 : body[0]])
    return {body[0]: Rule.STANDFIRST} if is_short and is_next else {}


def _teasers(lines: Sequence[Line], body: Sequence[int]) -> dict[int, Rule]:
    """Headlines of other articles between two paragraphs."""
    return {
        at: Rule.TEASER
        for above, at, below in zip(body, body[1:], body[2:], strict=False)
        if lines[above].is_prose and lines[below].is_prose and _is_long_headline(lines[at])
    }


def _pointed_at(lines: Sequence[Line], body: Sequence[int]) -> dict[int, Rule]:
    """Headlines of other articles below a mark that points to them, where the body goes on."""
    found: dict[int, Rule] = {}
    last = max((at for at in body if lines[at].is_prose), default=0)
    for at in body:
        above, line = lines[at - 1], lines[at]
        is_mark = at > 0 and above.rule is Rule.TEASER and above.units <= _MARK_UNITS
        is_headline = not line.has_stop and line.units <= _POINTED_UNITS
        if is_headline and at < last and (is_mark or at - 1 in found):
            found[at] = Rule.TEASER
    return found


def _is_long_headline(line: Line) -> bool:
    is_long = line.units >= _TEASER_UNITS and len(line.terms) >= _TEASER_WORDS
    return is_long and not line.is_prose and not _ENDED.search(line.text)


def _is_apart(line: Line, stretch: Stretch) -> bool:
    """Whether a line goes for what it says of itself; of a page the scorers judge the rest."""
    if line.rule is None or line.rule in NEVER_BODY:
        return line.rule is not None
    return stretch.is_alone and line.units < _REMARK_UNITS


def _heading(lines: Sequence[Line], inside: Sequence[int]) -> int | None:
    """The first line of an article that stands alone, if it is no sentence."""
    at = next(iter(inside), None)
    is_heading = at is not None and not lines[at].is_prose and lines[at].units <= _HEADING_UNITS
    return at if is_heading and len(inside) > 1 else None


def _section(section: Rule, line: Line, *, is_inside: bool) -> Rule:
    """The part of the page that a line stands in."""
    if is_inside:
        return Rule.ASIDE
    if section is Rule.ASIDE:
        section = Rule.AFTER
    if line.rule is Rule.COMMENT:
        return Rule.COMMENT
    return Rule.RELATED if line.rule is Rule.END and section is Rule.AFTER else section


def _by_place(line: Line, section: Rule) -> Rule:
    if section in {Rule.ASIDE, Rule.COMMENT, Rule.RELATED} or line.is_prose:
        return section
    return Rule.MENU if len(line.text) < _MENU_CHARS else Rule.HEADLINE


def _repeated(lines: Sequence[Line], inside: Sequence[int]) -> set[int]:
    """Of lines said more than once all but the first that ends in a full stop, else the first."""
    copies: dict[str, list[int]] = {}
    for at in inside:
        copies.setdefault(lines[at].key, []).append(at)
    repeated = set[int]()
    for same in copies.values():
        kept = next((at for at in same if _FULL_STOP.search(lines[at].text)), same[0])
        repeated.update(at for at in same if at != kept)
    return repeated


def _stated_date(lines: Sequence[Line], near: int) -> datetime | None:
    """The date on the line nearest to the headline, a later line before an earlier one."""
    dated = [at for at, line in enumerate(lines) if line.rule is Rule.DATE]
    at = min(dated, key=lambda at: (abs(at - near), -at), default=None)
    if at is None or abs(at - near) > _DATE_REACH:
        return None
    return date_in(normalize(lines[at].text))
