"""What identifies a text: hashes of every run of five words, and a sample of them to look up by.

A page is fingerprinted over its prose lines only, so menus and captions count for nothing, and is
indexed by a winnowed sample. A seed dump has no lines one can trust, so it is fingerprinted whole
and indexed by every shingle. All hashes are xxHash (stable over processes, machines and versions).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from xxhash import xxh3_64_intdigest, xxh3_128_hexdigest

from ingest.text import prose_lines, unmarked, words

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["VERSION", "Fingerprint", "fingerprint", "tokens"]

#: Stored beside an index; an index of another version is rebuilt, not trusted. Raise it only with
#: the schema, which keeps who writes by an older one from the corpus.
VERSION = 2

SHINGLE_WORDS = 5
#: Shingles a window: any shared run of 16 + 5 - 1 = 20 words is certain to be found
#: (Schleimer, Wilkerson, Aiken 2003, section 3).
WINDOW = 16
#: Expected share of the shingles that winnowing keeps (same, section 3.2).
DENSITY = 2 / (WINDOW + 1)

_HASH_BITS = 47
_DROPPED_BITS = 64 - _HASH_BITS
# Four bytes as an SQLite integer. The lowest bits: winnowing prefers what is small by the highest.
_KEY_BITS = 32
_KEY_MASK, _LEAST_KEY = (1 << _KEY_BITS) - 1, -(1 << (_KEY_BITS - 1))
# With less prose than a certain match needs, or in a text that is a list, every line counts.
_MIN_PROSE_WORDS = WINDOW + SHINGLE_WORDS - 1
_MIN_PROSE_SHARE = 0.25

# Scripts written without spaces: Thai, Lao, Burmese, Khmer, kana, Han.
_UNSPACED_CLASS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
    "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# What normalises to one of them too: squared words, half-width kana.
_UNSPACED = re.compile(f"[{_UNSPACED_CLASS}\u3200-\u33ff\uff65-\uff9f]")
_UNSPACED_OR_WORD = re.compile(f"[{_UNSPACED_CLASS}]|[^{_UNSPACED_CLASS}]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """The identity of one text."""

    sequence: tuple[int, ...] = field(repr=False)  #: 47-bit hashes of all runs of five, in order
    shingles: frozenset[int] = field(repr=False)  #: the same, once each
    #: What the index holds: of winnowed shingles 32 bits each, -2^31 to 2^31 - 1. Strangers meet
    #: in one now and then (of a million articles each in .7), and are told apart by `shingles`.
    selected: frozenset[int] = field(repr=False)
    exact: str  #: hex hash of the normalised prose
    words: int  #: words (characters, in scripts without spaces) fingerprinted
    numerals: frozenset[str] = field(repr=False)  #: words that start with a digit
    is_seed: bool = False  #: dense: every shingle is selected
    has_top: bool = True  #: False: a live blog, which grows where other texts begin

    @property
    def sample_size(self) -> float:
        """How many of its hashes a winnowed text that holds all of this one would select."""
        return len(self.selected) * (DENSITY if self.is_seed else 1.0)


def tokens(text: str) -> list[str]:
    """The normalised words of `text`; single characters where the script writes no spaces."""
    found = words(text)
    if not _UNSPACED.search(text):
        return found
    return [part for word in found for part in _UNSPACED_OR_WORD.findall(word)]


def fingerprint(text: str, *, is_seed: bool = False, has_top: bool = True) -> Fingerprint:
    """The identity of `text`: of its prose if it is a page, of all of it if it is a seed."""
    found = tokens(unmarked(text)) if is_seed else _prose_tokens(text)
    encoded = [token.encode() for token in found]
    sequence = tuple(_hash_shingles(encoded))
    shingles = frozenset(sequence)
    return Fingerprint(
        sequence=sequence,
        shingles=shingles,
        selected=frozenset(map(_key_of, shingles if is_seed else _winnow(sequence))),
        exact=xxh3_128_hexdigest(b" ".join(encoded)),
        words=len(found),
        numerals=frozenset(token for token in found if token[0].isdigit()),
        is_seed=is_seed,
        has_top=has_top,
    )


def _prose_tokens(text: str) -> list[str]:
    prose = "\n".join(prose_lines(text))
    if len(prose) < _MIN_PROSE_SHARE * len(text):
        return tokens(unmarked(text))
    found = tokens(prose)
    return found if len(found) >= _MIN_PROSE_WORDS else tokens(unmarked(text))


def _hash_shingles(encoded: list[bytes]) -> list[int]:
    """Hash each run of five words, joined by single spaces, in order; a shorter text is one run."""
    if not encoded:
        return []
    joined = b" ".join(encoded)
    starts = [0, *accumulate(len(word) + 1 for word in encoded)]
    ends = starts[SHINGLE_WORDS:] or starts[-1:]
    return [
        xxh3_64_intdigest(joined[start : end - 1]) >> _DROPPED_BITS
        for start, end in zip(starts, ends, strict=False)
    ]


def _key_of(shingle: int) -> int:
    return (shingle & _KEY_MASK) + _LEAST_KEY


def _winnow(sequence: Sequence[int]) -> set[int]:
    """The smallest hash of each window; of a text shorter than a window, its smallest.

    One holds until a smaller one enters the window or it leaves, so most windows are not looked at.
    """
    if len(sequence) < WINDOW:
        return {min(sequence)} if sequence else set()
    place = _place_smallest(sequence, 0)
    found, entering = {sequence[place]}, WINDOW
    while entering < len(sequence):
        least, leaving = sequence[place], min(place + WINDOW, len(sequence))
        for at in range(entering, leaving):
            if sequence[at] <= least:
                place, entering = at, at + 1
                break
        else:
            if leaving == len(sequence):
                break
            place, entering = _place_smallest(sequence, place + 1), leaving + 1
        found.add(sequence[place])
    return found


def _place_smallest(sequence: Sequence[int], start: int) -> int:
    """Where the smallest of one window stands, of equal ones the last."""
    window = sequence[start : start + WINDOW]
    return start + WINDOW - 1 - window[::-1].index(min(window))
