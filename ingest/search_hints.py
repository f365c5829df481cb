"""What a search that finds nothing was probably meant to be."""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING

from ingest.corpus.searching import full_text_query

if TYPE_CHECKING:
    from ingest.corpus import Corpus

__all__ = ["meant"]

_WORD = re.compile(r"\w+")
_LEAST_CHARS = 4  # of a shorter word too many are a letter away
_ALIKE = 0.8  # Ratcliff and Obershelp: one letter of six is another, or two change places


def meant(corpus: Corpus, words: str) -> str | None:
    """The words of a search, each that stands nowhere as the nearest one that does.

    None: all of them stand somewhere, or one is like no other, or it is no search of plain words.
    """
    if full_text_query(words) == words:
        return None
    asked = _WORD.findall(_folded(words))
    found = [word if corpus.has_word(word) else _nearest(corpus, word) for word in asked]
    return None if found == asked or None in found else " ".join(filter(None, found))


def _nearest(corpus: Corpus, word: str) -> str | None:
    if len(word) < _LEAST_CHARS:
        return None
    near = get_close_matches(word, corpus.words_near(word), n=1, cutoff=_ALIKE)
    return next(iter(near), None)


def _folded(words: str) -> str:
    """As the index writes words: in small letters, without marks."""
    parts = unicodedata.normalize("NFD", words.lower())
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))
