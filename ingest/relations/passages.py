"""The longest run of words that two texts have in common, and where it stands in both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ingest.items import Passage
from ingest.relations.shingles import SHINGLE_WORDS, tokens
from ingest.text import blanked

__all__ = ["shared_passage"]

_QUOTED_WORDS = 60
_MAX_PLACES = 16  # of one shingle in one text; a refrain would make the search quadratic
_LINE = re.compile("[^\n]+")
_WORD = re.compile(r"\w+(?:['’]\w+)*")  # as in ingest.text, of which `tokens` is made
# A character of a script without spaces, or a run of anything else but white space.
_CHUNK = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
    "|[^\\s\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+"
)


@dataclass(frozen=True, slots=True)
class _Told:
    """A text by its words."""

    text: str
    words: list[str]
    runs: list[tuple[str, ...]]  #: each five words in a row

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Characters from the start of one word to the end of another, with what adjoins them."""
        spans = _spans_of_words(self.text)
        if len(spans) != len(self.words) or any(
            tokens(self.text[slice(*spans[at])]) != [self.words[at]] for at in (first, last)
        ):
            return self._place(first)[0], self._place(last)[1]
        start, end = spans[first][0], spans[last][1]
        while start and not self.text[start - 1].isspace():
            start -= 1
        while end < len(self.text) and not self.text[end].isspace():
            end += 1
        return start, end

    def _place(self, number: int) -> tuple[int, int]:
        """Where what a word is a part of stands between spaces, in whatever script."""
        words = 0
        for line in _LINE.finditer(self.text):
            words += len(tokens(line.group()))
            if words > number:
                break
        for chunk in reversed(list(_CHUNK.finditer(self.text, *line.span()))):
            words -= len(tokens(chunk.group()))
            if words <= number:
                return chunk.span()
        raise AssertionError(number)


def shared_passage(text_a: str, text_b: str) -> Passage | None:
    """The longest run in both, the first of equals in `text_a`, quoted as it stands there.

    Returns:
        None: they have not five words in a row in common.
    """
    text_a, text_b = blanked(text_a), blanked(text_b)
    a, b = _tell(text_a), _tell(text_b)
    first_a, first_b, length = _longest_run(a, b)
    if not length:
        return None
    a_start, a_end = a.span(first_a, first_a + length - 1)
    b_start, b_end = b.span(first_b, first_b + length - 1)
    is_cut = length > _QUOTED_WORDS
    quoted_end = a.span(first_a, first_a + _QUOTED_WORDS - 1)[1] if is_cut else a_end
    return Passage(
        quote=text_a[a_start:quoted_end] + (" …" if is_cut else ""),
        words=length,
        a_start=a_start,
        a_end=a_end,
        b_start=b_start,
        b_end=b_end,
    )


@lru_cache(maxsize=16)  # one text in hand is quoted against several others
def _tell(text: str) -> _Told:
    found = tokens(text)
    runs = list(zip(*(found[skip:] for skip in range(SHINGLE_WORDS)), strict=False))
    return _Told(text, found, runs)


@lru_cache(maxsize=4)
def _spans_of_words(text: str) -> list[tuple[int, int]]:
    """Where each word stands, in texts whose words normalising neither parts nor joins."""
    return [word.span() for word in _WORD.finditer(text)]


def _longest_run(a: _Told, b: _Told) -> tuple[int, int, int]:
    """Return (start in a, start in b, words) of the longest common run; 0 words: none of five."""
    marks = bytes(map(set(b.runs).__contains__, a.runs))
    shingles = max(map(len, marks.split(b"\0")))
    if not shingles:
        return 0, 0, 0
    first = marks.find(b"\1" * shingles)
    length = shingles + SHINGLE_WORDS - 1
    # Each five of the run are in b, but only as a rule one after the other.
    spaced = _spaced(b.words)
    found = spaced.find(_spaced(a.words[first : first + length]))
    if found >= 0:
        return first, spaced.count(" ", 0, found), length
    return _longest_run_exactly(a, b)


def _longest_run_exactly(a: _Told, b: _Told) -> tuple[int, int, int]:
    places: dict[tuple[str, ...], list[int]] = {}
    for j, run in enumerate(b.runs):
        found = places.setdefault(run, [])
        if len(found) < _MAX_PLACES:
            found.append(j)
    first_a, first_b, shingles, ending = 0, 0, 0, dict[int, int]()
    for i, run in enumerate(a.runs):
        ending = {j: ending.get(j - 1, 0) + 1 for j in places.get(run, ())}
        # Of equally long ones the first in b.
        longest, last = max(((n, -j) for j, n in ending.items()), default=(0, 0))
        if longest > shingles:
            first_a, first_b, shingles = i - longest + 1, 1 - last - longest, longest
    return first_a, first_b, shingles + SHINGLE_WORDS - 1


def _spaced(found: list[str]) -> str:
    return f" {' '.join(found)} "
