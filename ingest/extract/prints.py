"""Which pages of a host print the same article: under another address, again, or with changes."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from ingest.extract.lines import PROSE, TOPICAL, key_in, kind_in, letters_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ingest.extract.lines import PageLines

__all__ = ["TOPICAL_SHARE", "articles_of"]

#: Of the pages that print a line, the share on which it names what the headline names, from which
#: on the line belongs to the articles however often it is said: such is the background paragraph
#: of a long story. 0..1.
TOPICAL_SHARE = 0.2
#: Share of the shorter page's prose that two prints of one article have in common.
_SAME_PROSE, _SAME_PROSE_AND_HEADLINE = 0.4, 0.15
_MOST_PRINTS = 20  # of one article on one host; what more pages share tells nothing of them


def articles_of(pages: Sequence[PageLines]) -> list[int]:
    """For each page a number, the same for all prints of one article.

    A headline alone makes no print of another page: some sites have one for all they write.
    """
    leaders = list(range(len(pages)))

    def leader(at: int) -> int:
        while leaders[at] != at:
            leaders[at] = at = leaders[leaders[at]]
        return at

    homes: dict[str, int] = {}
    for at, page in enumerate(pages):
        leaders[leader(at)] = leader(homes.setdefault(page.address, at))
    for one, other in _same_prose(pages):
        leaders[leader(one)] = leader(other)
    return [leader(at) for at in range(len(pages))]


class _Line(NamedTuple):
    """Prose, with the pages that print it."""

    pages: list[int]
    letters: int
    topical: list[int]  # of these


def _same_prose(pages: Sequence[PageLines]) -> Iterator[tuple[int, int]]:
    """Pairs of pages that print much of the same prose, that of the site left aside."""
    own, shared = Counter[int](), Counter[tuple[int, int]]()
    for line in _prose_of(pages).values():
        if not _may_be_of_articles(line, len(pages)):
            continue
        for at in line.pages:
            own[at] += line.letters
        if len(line.pages) <= _MOST_PRINTS:
            for pair in combinations(line.pages, 2):
                shared[pair] += line.letters
    for (one, other), common in shared.items():
        is_same = pages[one].headline and pages[one].headline == pages[other].headline
        least = _SAME_PROSE_AND_HEADLINE if is_same else _SAME_PROSE
        if common >= least * min(own[one], own[other]):
            yield one, other


def _prose_of(pages: Sequence[PageLines]) -> Mapping[int, _Line]:
    found: dict[int, _Line] = {}
    for at, page in enumerate(pages):
        for packed in page.packed:
            if (kind := kind_in(packed)) in (PROSE, TOPICAL):
                line = found.setdefault(key_in(packed), _Line([], letters_in(packed), []))
                line.pages.append(at)
                if kind == TOPICAL:
                    line.topical.append(at)
    return found


def _may_be_of_articles(line: _Line, pages: int) -> bool:
    """Whether prose tells what article a page prints.

    What stands on more than half of the pages is the site's, or of one article printed all over;
    the latter names what the headlines name.
    """
    is_common = len(line.pages) > max(2, pages / 2)
    return not is_common or len(line.topical) >= TOPICAL_SHARE * len(line.pages)
