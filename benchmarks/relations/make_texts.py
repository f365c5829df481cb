"""Made texts of any number, each from its number alone: articles, and cuts of earlier ones.

Words are drawn as often as words are (Zipf), so that texts share words but hardly ever five in a
row; what they share in earnest is known, because it was put there.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

__all__ = ["MadeText", "make_text"]

MEAN_WORDS = 497
CUT_SHARE = 0.08  # of the texts, those that are a cut of an earlier one
CHANGED_SHARE = 0.03  # of the words of a cut, those that are others
KEPT_SHARES = (0.4, 0.9)  # of the words of the original

_VOCABULARY = 30_000
_SENTENCE_WORDS = 17
_PARAGRAPH_SENTENCES = 3
_SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeText:
    """A text, and of which it is a cut."""

    number: int  #: from 1
    title: str
    text: str
    original: int | None  #: None: it is of its own


def make_text(number: int) -> MadeText:
    """The text of a number; always the same."""
    original = _original_of(number)
    words = _words_of(number) if original is None else _cut(number, original)
    title = " ".join(words[:9]).capitalize()
    return MadeText(number=number, title=title, text=_as_prose(words[9:]), original=original)


def _original_of(number: int) -> int | None:
    rng = random.Random(f"kind {number}")
    if number < 10 or rng.random() >= CUT_SHARE:
        return None
    while True:
        earlier = rng.randrange(1, number)
        if earlier < 10 or _original_of(earlier) is None:
            return earlier


def _words_of(number: int) -> list[str]:
    rng = random.Random(f"text {number}")
    length = max(120, round(rng.gauss(MEAN_WORDS, 150)))
    words, weights = _vocabulary()
    return rng.choices(words, cum_weights=weights, k=length)


def _cut(number: int, original: int) -> list[str]:
    rng = random.Random(f"cut {number}")
    whole = _words_of(original)
    kept = whole[: max(80, round(len(whole) * rng.uniform(*KEPT_SHARES)))]
    words, weights = _vocabulary()
    for place in rng.sample(range(len(kept)), round(len(kept) * CHANGED_SHARE)):
        (kept[place],) = rng.choices(words, cum_weights=weights)
    return kept


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[list[str], list[float]]:
    """Words and their running weights."""
    rng = random.Random("vocabulary")
    words: dict[str, None] = {}
    while len(words) < _VOCABULARY:
        words["".join(rng.choices(_SYLLABLES, k=rng.choice((1, 2, 2, 3, 3, 4))))] = None
    return list(words), list(accumulate(1 / (rank + 3) for rank in range(_VOCABULARY)))


def _as_prose(words: list[str]) -> str:
    sentences = [
        " ".join(words[at : at + _SENTENCE_WORDS]).capitalize() + "."
        for at in range(0, len(words), _SENTENCE_WORDS)
    ]
    return "\n".join(
        " ".join(sentences[at : at + _PARAGRAPH_SENTENCES])
        for at in range(0, len(sentences), _PARAGRAPH_SENTENCES)
    )
