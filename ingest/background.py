"""How common words are in general: the background that a topic stands out against.

The tables come from wordfreq (see `data/LICENSE.md`); `benchmarks/build_background.py` made them.
"""

from __future__ import annotations

import math
import zlib
from functools import cache
from importlib.resources import files

__all__ = ["LANGUAGES", "common_words", "common_zipf", "idf", "zipf_table"]

#: Languages that have a table, ISO 639-1, in order of depth.
LANGUAGES = ("en", "ru", "tr", "uk", "de", "fr", "es", "it", "pt", "pl", "ar", "fa")

_ARTICLE_WORDS = 400  # length of the article whose chance to hold a word makes its idf
_UNKNOWN_ZIPF = 1.5  # below every table


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


@cache
def common_words(language: str, count: int = 2000) -> frozenset[str]:
    """The `count` most used words of a language; empty where there is no table."""
    return frozenset(list(zipf_table(language))[:count])


def common_zipf(word: str) -> float:
    """Zipf value of a normalised word in the language that uses it most."""
    return max(zipf_table(language).get(word, 0) for language in LANGUAGES) / 10 or _UNKNOWN_ZIPF


@cache
def _idf_of(decizipf: int) -> float:
    chance = -math.expm1(-_ARTICLE_WORDS * 10 ** (decizipf / 10 - 9))
    return -math.log(chance)


def idf(word: str, language: str | None) -> float:
    """How surprising a normalised word is in an article, in nats; 0 to about 11."""
    value = zipf_table(language).get(word) if language else round(common_zipf(word) * 10)
    return _idf_of(value if value is not None else round(_UNKNOWN_ZIPF * 10))
