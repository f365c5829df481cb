"""What a site repeats: lines that stand on many of its pages belong to the site, not to articles.

A page is written down as the hashes of its lines (`lines_of`), the pages of one host are compared
(`learn`), and what is the site's own is taken out of a text in a way that can be undone
(`leave_out`). What is learned depends on the set of pages alone, never on their order.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ingest.extract.lines import (
    APART,
    FURNITURE,
    PROSE,
    SHORT,
    UNKNOWN,
    group_of,
    is_in_text,
    key_in,
    keys_of,
    kind_in,
    more_like_prose,
    stable_hash,
)
from ingest.extract.page import solid
from ingest.extract.prints import TOPICAL_SHARE, articles_of
from ingest.text import unmarked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ingest.extract.lines import PageLines
    from ingest.items import Article

__all__ = [
    "NOTHING_KNOWN",
    "Recurring",
    "SiteMemory",
    "learn",
    "leave_out",
    "mark_of",
    "memory_of",
    "text_as_extracted",
]

#: Pages (of different articles) and share of the host's pages from which on a line is the site's.
_LEAST_PAGES = {FURNITURE: 3, APART: 4, SHORT: 4, PROSE: 5}
_LEAST_SHARE = {FURNITURE: 0.0, APART: 0.4, SHORT: 0.25, PROSE: 0.6}
#: On so many it is the site's whatever the share: in 6,000 articles of ten large outlets every one
#: of the 82 lines left out was of the site (benchmarks/site_memory.py).
_MANY_PAGES = 8
_LEAST_LEFT = 80  # letters; what would leave less is for the quality rules to judge


class Recurring(NamedTuple):
    """A line that is the site's own."""

    key: int  #: hash of the line
    kind: str  #: how it stands where it recurs
    pages: int  #: of different articles
    share: float  #: of the host's pages, 0..1

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Recurring:
        """The line of a row of `blocks`."""
        return cls(key=row["key"], kind=row["kind"], pages=row["pages"], share=row["share"])


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteMemory:
    """What is known of one host."""

    version: str  #: changes whenever any line comes or goes; empty: nothing is known
    left_out: frozenset[tuple[int, str]] = field(default=frozenset(), repr=False)
    #: key and kind of the lines that are the site's own


NOTHING_KNOWN = SiteMemory(version="")


# What the pages of a host have in common


@dataclass(slots=True)
class _Print:
    """An article as its pages print it: how each line stands, and which are in a text."""

    kinds: dict[int, str] = field(default_factory=dict)
    in_text: set[int] = field(default_factory=set)

    def add(self, page: PageLines) -> None:
        for line in page.packed:
            key, kind = key_in(line), kind_in(line)
            if is_in_text(line):
                self.in_text.add(key)
            if key not in self.kinds or more_like_prose(kind, self.kinds[key]):
                self.kinds[key] = kind


def learn(pages: Sequence[PageLines]) -> tuple[Recurring, ...]:
    """The lines of a host that are its own, by key; a function of the set of its pages.

    Pages of one article count once: what a site prints twice under two addresses, or again with
    changes, is not thereby a habit of the site. Lines that are in no text are left aside.
    """
    prints: dict[int, _Print] = {}
    for page, article in zip(pages, articles_of(pages), strict=True):
        prints.setdefault(article, _Print()).add(page)
    counts, topical = Counter[tuple[int, str]](), Counter[int]()
    for one in prints.values():
        for key, kind in one.kinds.items():
            counts[key, group_of(kind)] += 1
            topical[key] += group_of(kind) != kind
    in_text = set[int]().union(*(one.in_text for one in prints.values()))
    return tuple(
        sorted(
            Recurring(key=key, kind=kind, pages=count, share=count / len(prints))
            for (key, kind), count in counts.items()
            if key in in_text and _is_habit(kind, count, len(prints), topical[key])
        )
    )


def _is_habit(kind: str, pages: int, of: int, topical: int) -> bool:
    """Whether a line that recurs so often is the site's and not the articles' own."""
    if kind in (SHORT, PROSE) and topical >= TOPICAL_SHARE * pages:
        return False
    is_frequent = pages >= _LEAST_SHARE[kind] * of or pages >= _MANY_PAGES
    return is_frequent and pages >= _LEAST_PAGES[kind]


def memory_of(found: Iterable[Recurring]) -> SiteMemory:
    """The memory that these lines make."""
    lines = sorted(found)
    if not lines:
        return NOTHING_KNOWN
    said = "\n".join(f"{line.key:x}{line.kind}" for line in lines)
    return SiteMemory(
        version=f"{stable_hash(said):012x}",
        left_out=frozenset((line.key, line.kind) for line in lines),
    )


def mark_of(page: PageLines, memory: SiteMemory) -> str:
    """Names the lines that are left out of a page's text; empty: none is."""
    found = [
        key
        for line in page.packed
        if is_in_text(line) and ((key := key_in(line)), group_of(kind_in(line))) in memory.left_out
    ]
    return f"{stable_hash(','.join(map(str, found))):012x}" if found else ""


# What that does to a text


def text_as_extracted(article: Article) -> str:
    """The text with what was left out in its place again."""
    lines = article.text.split("\n") if article.text else []
    for at, line in article.left_out:
        lines.insert(at, line)
    return "\n".join(lines)


def leave_out(article: Article, memory: SiteMemory) -> Article:
    """The article without the lines that are the site's own; those left out before come back.

    Idempotent, and undone by `NOTHING_KNOWN`.
    """
    text = text_as_extracted(article)
    lines = text.split("\n")
    kinds = article.line_kinds
    if len(kinds) != len(lines):  # read before lines had kinds: nothing is known of them
        return article
    own = {
        at
        for at, (line, bare, kind) in enumerate(
            zip(lines, unmarked(text).split("\n"), kinds, strict=True)
        )
        if kind != UNKNOWN
        and any((key, group_of(kind)) in memory.left_out for key in keys_of(line, bare))
    }
    kept = [line for at, line in enumerate(lines) if at not in own]
    if sum(len(solid(line)) for line in kept) < _LEAST_LEFT:
        own, kept = set(), lines
    return replace(
        article,
        text="\n".join(kept),
        left_out=tuple((at, lines[at]) for at in sorted(own)),
    )
