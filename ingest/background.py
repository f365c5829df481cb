"""How common words are in general: the background that a topic stands out against.

The table comes from wordfreq (see `data/LICENSE.md`); `benchmarks/build_background.py` made it.
It stays packed in memory, 5 MB of bytes in order: as dicts of strings it took 46.
"""

from __future__ import annotations

import math
import zlib
from bisect import bisect_right
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

__all__ = [
    "LANGUAGES", "common_zipf", "guess_language", "idf_of_zipf", "pack_words", "zipf_of",
    "zipf_table",
]  # fmt: skip

#: Languages that have a table, ISO 639-1, the deepest table first.
LANGUAGES = ("en", "ru", "tr", "uk", "de", "fr", "es", "it", "pt", "pl", "ar", "fa")

_ARTICLE_WORDS = 400  # length of the article whose chance to hold a word makes its idf
_UNKNOWN_ZIPF = 1.5  # below every table
_EVERYDAY = 2000  # most used words of a language: about three in four words of its running text
_LEAST_EVERYDAY_SHARE = 0.25  # whole Turkish texts .29 and more; Azerbaijani, no table, .19
# A line is a word, a tab, and for each language that has it a letter (the first is `a`, a capital
# where it is an everyday word there) and a character that many above the space as the value.
_LETTERS = {language: chr(ord("a") + at) for at, language in enumerate(LANGUAGES)}
_LANGUAGE_OF = {form: name for name, a in _LETTERS.items() for form in (a, a.upper())}
_ZERO = ord(" ")
_BLOCK_BYTES = 512  # between two words that the bisection looks at


class _Table(NamedTuple):
    """All lines, in the order of their words, and where to look for one."""

    lines: bytes  # UTF-8; each begins after a line feed, the last ends with one
    starts: list[int]  # of the line feeds before the first lines of blocks
    firsts: list[bytes]  # the words of those lines


@cache
def _table() -> _Table:
    packed = files("ingest").joinpath("data/background.z").read_bytes()
    lines = zlib.decompress(packed)
    places = range(0, len(lines) - 1, _BLOCK_BYTES)
    starts = sorted({lines.find(b"\n", place, len(lines) - 1) for place in places} - {-1})
    firsts = [lines[start + 1 : lines.index(b"\t", start)] for start in starts]
    return _Table(lines, [*starts, len(lines) - 1], firsts)


@lru_cache(64)  # a word in hand is asked for several times
def _values_of(word: str) -> str:
    """The languages of a word and its values there, as the file has them; empty: none has it."""
    lines, starts, firsts = _table()
    sought = word.encode("utf-8", "surrogatepass")
    block = bisect_right(firsts, sought)
    if not block:
        return ""
    needle = b"\n%b\t" % sought
    found = lines.find(needle, starts[block - 1], starts[block])
    if found < 0:
        return ""
    begin = found + len(needle)
    return lines[begin : lines.index(b"\n", begin)].decode("ascii")


def pack_words(tables: dict[str, dict[str, int]]) -> bytes:
    """What `data/background.z` holds, of a `zipf_table` for each language, commonest word first."""
    values: dict[str, str] = {}
    for language, table in tables.items():
        letter = _LETTERS[language]
        for rank, (word, value) in enumerate(table.items()):
            named = letter.upper() if rank < _EVERYDAY else letter
            values[word] = f"{values.get(word, '')}{named}{chr(_ZERO + value)}"
    lines = "".join(f"{word}\t{values[word]}\n" for word in sorted(values))
    return zlib.compress(f"\n{lines}".encode(), 9)


def zipf_table(language: str) -> dict[str, int]:
    """Normalised word to ten times its Zipf value (log10 of uses in 10^9 words); {}: no table.

    The commonest word comes first. It is made anew from all words: for lists, not for look-ups.
    """
    letter = _LETTERS.get(language)
    if letter is None:
        return {}
    found: list[tuple[int, str]] = []
    for line in _table().lines.decode().split("\n")[1:-1]:
        word, _, values = line.partition("\t")
        at = values[::2].lower().find(letter)
        if at >= 0:
            found.append((_ZERO - ord(values[2 * at + 1]), word))
    return {word: -value for value, word in sorted(found)}


@lru_cache(64)
def zipf_of(word: str, languages: tuple[str, ...]) -> float | None:
    """Zipf value of a normalised word where these languages use it most; None: none has it."""
    values = _values_of(word)
    best = _ZERO
    for at in range(0, len(values), 2):
        if _LANGUAGE_OF[values[at]] in languages:
            best = max(best, ord(values[at + 1]))
    return (best - _ZERO) / 10 if best > _ZERO else None


def common_zipf(word: str) -> float:
    """Zipf value of a normalised word in the language that uses it most; 1.5 for unknown words."""
    values = _values_of(word)
    return (ord(max(values[1::2])) - _ZERO) / 10 if values else _UNKNOWN_ZIPF


@cache
def idf_of_zipf(zipf: float) -> float:
    """How surprising a word of this Zipf value is in an article, in nats; 0 to about 11."""
    chance = -math.expm1(-_ARTICLE_WORDS * 10 ** (zipf - 9))
    return -math.log(chance)


def guess_language(words: list[str]) -> str | None:
    """The language whose everyday words make up most of these normalised words.

    None: it has no table, or there is too little of it. Meant for whole documents.
    """
    if not words:
        return None
    everyday = "".join(_values_of(word)[::2] for word in words)
    shares = {
        language: everyday.count(letter.upper()) / len(words)
        for language, letter in _LETTERS.items()
    }
    best = max(LANGUAGES, key=shares.__getitem__)
    return best if shares[best] >= _LEAST_EVERYDAY_SHARE else None
