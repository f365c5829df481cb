"""A query, and how each kind of search service wants it written."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Query", "as_gdelt", "as_media_cloud", "as_plain", "as_quoted"]

# Languages that hardly bend their nouns: there an exact word is found in any sentence.
_UNBENDING = frozenset({"en", "fr", "es", "it", "pt"})
_GDELT_LANGUAGES = {
    "ar": "arabic", "az": "azerbaijani", "de": "german", "en": "english", "es": "spanish",
    "fa": "persian", "fr": "french", "hy": "armenian", "it": "italian", "ka": "georgian",
    "kk": "kazakh", "pl": "polish", "pt": "portuguese", "ru": "russian", "tr": "turkish",
    "uk": "ukrainian",
}  # fmt: skip
_GDELT_SHORTEST = 3  # characters of a term; shorter ones are refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Terms that must all occur, in one language."""

    language: str | None  #: ISO 639-1; None: seeds in a language that we cannot name
    terms: tuple[str, ...]  #: two or three; a term may be of two words
    seeds: int  #: seed documents that hold all of them, in whatever language
    english: tuple[str, ...] | None = None  #: the same in English; None: not all can be written


def as_plain(query: Query) -> str:
    """`Azerbaijan "South Caucasus"`: for engines that find word forms; phrases stay together."""
    return " ".join(_phrase(term) for term in query.terms)


def as_quoted(query: Query) -> str:
    """`"Azerbaijan" "South Caucasus"`: for Bing and Google News, against their near misses.

    Plain in languages that bend their nouns, where an exact word would miss most sentences.
    """
    if query.language not in _UNBENDING:
        return as_plain(query)
    return " ".join(f'"{term}"' for term in query.terms)


def as_gdelt(query: Query) -> str | None:
    """For GDELT, which searches an English translation of all it has; None: no English terms.

    An English query asks for every language, any other for the texts of its own language.
    """
    if query.english is None or min(map(len, query.english)) < _GDELT_SHORTEST:
        return None
    asked = " ".join(f'"{term.lower()}"' for term in query.english)
    language = _GDELT_LANGUAGES.get(query.language or "")
    return asked if language in {None, "english"} else f"{asked} sourcelang:{language}"


def as_media_cloud(query: Query) -> str:
    """For Media Cloud and whatever else reads the query strings of Elasticsearch."""
    asked = " AND ".join(f'"{term}"' for term in query.terms)
    return f"{asked} AND language:{query.language}" if query.language else asked


def _phrase(term: str) -> str:
    return f'"{term}"' if " " in term else term
