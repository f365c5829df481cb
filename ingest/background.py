"""How common words are in general: the background that a topic stands out against.

The tables come from wordfreq (see `data/LICENSE.md`); `benchmarks/build_background.py` made them.
"""

from __future__ import annotations

import math
import zlib
from functools import cache
from importlib.resources import files

__all__ = ["LANGUAGES", "common_zipf", "guess_language", "idf_of_zipf", "zipf_of", "zipf_table"]

#: Languages that have a table, ISO 639-1, the deepest table first.
LANGUAGES = ("en", "ru", "tr", "uk", "de", "fr", "es", "it", "pt", "pl", "ar", "fa")

_ARTICLE_WORDS = 400  # length of the article whose chance to hold a word makes its idf
_UNKNOWN_ZIPF = 1.5  # below every table
_EVERYDAY = 2000  # most used words of a language: about three in four words of its running text
_LEAST_EVERYDAY_SHARE = 0.25  # whole Turkish texts .29 and more; Azerbaijani, no table, .19


@cache
def zipf_table(language: str) -> dict[str, int]:
    """Normalised word to ten times its Zipf value (log10 of uses in 10^9 words); {}: no table."""
    if language not in LANGUAGES:
        return {}
    packed = files("ingest").joinpath(f"data/background.{language}.z").read_bytes()
    table: dict[str, int] = {}
    for line in zlib.decompress(packed).decode().split("\n"):
        value, *words = line.split(" ")
        table.update(dict.fromkeys(words, int(value)))
    return table


def zipf_of(word: str, languages: tuple[str, ...]) -> float | None:
    """Zipf value of a normalised word where these languages use it most; None: none has it."""
    best = max((zipf_table(language).get(word, 0) for language in languages), default=0)
    return best / 10 if best else None


def common_zipf(word: str) -> float:
    """Zipf value of a normalised word in the language that uses it most; 1.5 for unknown words."""
    return zipf_of(word, LANGUAGES) or _UNKNOWN_ZIPF


@cache
def idf_of_zipf(zipf: float) -> float:
    """How surprising a word of this Zipf value is in an article, in nats; 0 to about 11."""
    chance = -math.expm1(-_ARTICLE_WORDS * 10 ** (zipf - 9))
    return -math.log(chance)


@cache
def _everyday(language: str) -> frozenset[str]:
    return frozenset(list(zipf_table(language))[:_EVERYDAY])


def guess_language(words: list[str]) -> str | None:
    """The language whose everyday words make up most of these normalised words.

    None: it has no table, or there is too little of it. Meant for whole documents.
    """
    if not words:
        return None
    shares = {
        language: sum(word in _everyday(language) for word in words) / len(words)
        for language in LANGUAGES
    }
    best = max(LANGUAGES, key=shares.__getitem__)
    return best if shares[best] >= _LEAST_EVERYDAY_SHARE else None
