"""What changed between two wordings of an article, and whether it matters."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, fields
from enum import StrEnum
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, NamedTuple

from ingest.items import Article, Kind
from ingest.stamps import is_clock, stamps_in
from ingest.text import blanked, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Change", "Piece", "Side", "changed_fields", "compare_wordings", "diff", "same_title"]

# Letters that form no words between spaces: each counts as one.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
# Marks above and below letters, and what no reader sees, belong to the word around them.
_INNER = "\u00ad\u0300-\u036f\u0483-\u0489\u200b-\u200f\u2060\ufeff"
_WORD = re.compile(
    rf"[{_UNSPACED}][{_INNER}]*"
    rf"|(?:(?![{_UNSPACED}])\w)[{_INNER}]*(?:(?![{_UNSPACED}])[\w{_INNER}])*"
    rf"(?:['’](?:(?![{_UNSPACED}])[\w{_INNER}])+)*"
)
#: Bits of the table that aligns two runs of words, 50 MB; beyond, lines are aligned first.
_MOST_BITS = 400_000_000
#: What no person sees change; it is written without a word.
_UNSEEN = frozenset(
    {"extractor", "links", "line_kinds", "left_out", "provenance", "published_confidence"}
)
_FIELDS = tuple(one.name for one in fields(Article) if one.name not in _UNSEEN)
_HEAD_WORDS = 12  # by which an entry of a live blog is known again


class Side(StrEnum):
    """Where a run of words stands."""

    KEPT = "kept"  # in both wordings
    ADDED = "added"  # in the new one
    REMOVED = "removed"  # in the old one


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of words as it stands in its text, with what follows it up to the next word."""

    side: Side
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What differs between two wordings, as far as a reader cares.

    Words are compared without case, punctuation and Unicode form, and without what moves by itself:
    stamps of time, counters, rates (`ingest.stamps`). A letter of a script without spaces counts as
    a word.
    """

    title: bool = False  #: it differs
    standfirst: bool = False  #: its words differ
    words_added: int = 0  #: to the text
    words_removed: int = 0  #: from the text
    entries_added: int | None = None  #: to a live blog; None: it is none

    @property
    def text(self) -> bool:
        """Whether words of the text differ."""
        return bool(self.words_added or self.words_removed)

    @property
    def is_material(self) -> bool:
        """Whether it is a revision: another title, or other words in the text.

        A standfirst alone is none: pages make it of their text, or for search engines.
        """
        return self.title or self.text


def compare_wordings(before: Article, after: Article) -> Change:
    """What changed from one wording to the next."""
    added = removed = 0
    for step in _steps(before.text, after.text):
        added += len(step.added)
        removed += len(step.removed)
    is_live = Kind.LIVE in (before.kind, after.kind)
    return Change(
        title=not same_title(before.title, after.title),
        standfirst=words(before.standfirst or "") != words(after.standfirst or ""),
        words_added=added,
        words_removed=removed,
        entries_added=_entries_added(before.text, after.text) if is_live else None,
    )


def changed_fields(before: Article, after: Article) -> tuple[str, ...]:
    """What a person would see differ between two articles, letter for letter."""
    return tuple(name for name in _FIELDS if getattr(before, name) != getattr(after, name))


def same_title(before: str, after: str) -> bool:
    """Whether two titles read the same; spaces and Unicode forms aside."""
    return _as_read(before) == _as_read(after)


def _as_read(title: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", title).split())


def diff(before: str, after: str) -> tuple[Piece, ...]:
    """Two texts as runs of words that were kept, added or removed.

    What is kept and what is added make up the new text, letter for letter. Case, punctuation and
    what moves by itself are shown as they stand there.
    """
    pieces: list[Piece] = []
    shown = 0
    for step in _steps(before, after):
        start, end = step.place
        if start > shown:
            pieces.append(Piece(side=Side.KEPT, text=after[shown:start]))
        if step.removed:
            old = before[slice(*step.place_before)]
            pieces.append(Piece(side=Side.REMOVED, text=old))
        if step.added:
            pieces.append(Piece(side=Side.ADDED, text=after[start:end]))
        shown = end
    if shown < len(after):
        pieces.append(Piece(side=Side.KEPT, text=after[shown:]))
    return tuple(pieces)


# The words of a text


class _Word(NamedTuple):
    """A word that counts, with its place."""

    key: str  #: by which it is compared
    start: int
    end: int  #: where the next word begins


class _Step(NamedTuple):
    """One place where two texts differ."""

    removed: Sequence[_Word]
    added: Sequence[_Word]
    place_before: tuple[int, int]  #: [start, end) in the old text
    place: tuple[int, int]  #: [start, end) in the new text


def _words_of(text: str, offset: int) -> list[_Word]:
    """The words of a part of a text that count.

    Args:
        text: whole lines, without the marks of lists and quotes.
        offset: where they begin in their text.
    """
    found: list[tuple[str, int]] = []
    for line in text.split("\n"):
        hidden = stamps_in(line)
        for one in _WORD.finditer(line):
            start = one.start()
            if any(low <= start < high for low, high in hidden):
                continue
            if key := _key(one[0]):
                found.append((key, offset + start))
        offset += len(line) + 1
    ends = [*(start for _, start in found), offset - 1][1:]
    return [_Word(key, start, end) for (key, start), end in zip(found, ends, strict=True)]


def _key(word: str) -> str:
    return word.lower() if word.isascii() else " ".join(words(word))


# What differs


def _steps(before: str, after: str) -> Iterator[_Step]:
    """The places where two texts differ; shortest in all (Indel distance)."""
    if before == after:
        return
    head, tail = _common_lines(before, after)
    old = _words_of(blanked(before)[head : len(before) - tail], head)
    new = _words_of(blanked(after)[head : len(after) - tail], head)
    ends = len(before) - tail, len(after) - tail
    for i, j, k, m in _blocks(old, new):
        place_before = _place(old, i, j, ends[0])
        yield _Step(old[i:j], new[k:m], place_before, _place(new, k, m, ends[1]))


def _place(found: Sequence[_Word], first: int, end: int, text_end: int) -> tuple[int, int]:
    if first < end:
        return found[first].start, found[end - 1].end
    at = found[first].start if first < len(found) else text_end
    return at, at


def _common_lines(before: str, after: str) -> tuple[int, int]:
    """Characters of the whole lines that two texts share at the start, and at the end."""
    old, new = before.split("\n"), after.split("\n")
    most = min(len(old), len(new)) - 1
    head = sum(1 for _ in takewhile(lambda at: old[at] == new[at], range(most)))
    most -= head
    tail = sum(1 for _ in takewhile(lambda at: old[-1 - at] == new[-1 - at], range(most)))
    shared = old[:head], old[len(old) - tail :]
    return sum(len(line) + 1 for line in shared[0]), sum(len(line) + 1 for line in shared[1])


def _blocks(old: Sequence[_Word], new: Sequence[_Word]) -> list[tuple[int, int, int, int]]:
    """Runs [i, j) of the old words that became runs [k, m) of the new ones."""
    a, b = [word.key for word in old], [word.key for word in new]
    if len(a) * len(b) <= _MOST_BITS:
        return list(_opcodes(a, b))
    return list(_by_anchors(a, b))


def _opcodes(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    from rapidfuzz.distance import Indel

    block: tuple[int, int, int, int] | None = None
    for step in Indel.opcodes(a, b):
        if step.tag == "equal":
            if block:
                yield block
            block = None
            continue
        start = block or (step.src_start, step.src_start, step.dest_start, step.dest_start)
        block = (start[0], step.src_end, start[2], step.dest_end)
    if block:
        yield block


def _by_anchors(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """As `_opcodes`, of texts too long for one table: cut where a rare word stands once in each.

    The longest rising run of such words is kept (patience diff, Cohen 2003).
    """
    once_a, once_b = _once(a), _once(b)
    pairs = sorted((once_a[word], once_b[word]) for word in once_a.keys() & once_b.keys())
    cuts = [(0, 0), *_rising(pairs), (len(a), len(b))]
    for (i, k), (j, m) in pairwise(cuts):
        if (j - i) * (m - k) > _MOST_BITS:
            yield i, j, k, m
            continue
        for p, q, r, s in _opcodes(a[i:j], b[k:m]):
            yield i + p, i + q, k + r, k + s


def _once(found: Sequence[str]) -> dict[str, int]:
    counts = Counter(found)
    return {word: at for at, word in enumerate(found) if counts[word] == 1}


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs that rise in both places."""
    from bisect import bisect_left

    tops: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        at = bisect_left(tops, place)
        before.append(last[at - 1] if at else -1)
        tops[at : at + 1] = [place]
        last[at : at + 1] = [number]
    found: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    return found[::-1]


# Live blogs


def _entries_added(before: str, after: str) -> int:
    """Entries of a live blog that are new.

    An entry is what follows a line with a time; where no line has one, each run of new lines is.
    """
    if any(map(is_clock, after.split("\n"))):
        return sum((Counter(_entries(after)) - Counter(_entries(before))).values())
    return _runs_of_new_lines(before, after)


def _entries(text: str) -> Iterator[tuple[str, ...]]:
    """Each entry by the first words under its time; what stands above the first is none."""
    is_open = False
    for line in text.split("\n"):
        if is_clock(line):
            is_open = True
        elif is_open and (told := words(line)):
            yield tuple(told[:_HEAD_WORDS])
            is_open = False


def _runs_of_new_lines(before: str, after: str) -> int:
    known = {tuple(words(line)) for line in before.split("\n")}
    runs, was_new = 0, False
    for line in after.split("\n"):
        told = tuple(words(line))
        is_new = bool(told) and told not in known
        runs += is_new and not was_new
        was_new = is_new
    return runs
