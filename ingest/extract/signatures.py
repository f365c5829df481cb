"""The names in a line that somebody signed with: `By Ann Lee and Bo Ek for the Herald`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.extract.agencies import agency_of
from ingest.extract.page import squeeze

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "BY_ALONE",
    "NO_NAME",
    "NO_PERSON",
    "SIGNED",
    "has_name",
    "is_capitalised",
    "is_first_and_last",
    "names_in",
]

_MONTHS = (
    "january|february|march|april|may \\d+|june|july|august|september|october|november|december"
)
_LEAD = re.compile(
    r"^(?:view all posts by|about the author|authors?|(?:\w+\s+)?by|von|par|por|авторы?|müəllif|"
    r"yazan|yazar|текст|фото и текст|text)(?=\W)\s*[:\-–—]?\s*",
    re.IGNORECASE,
)
SIGNED = re.compile(r"^(?:by|von|par|por|автор|müəllif|yazan)\b\s*:?\s+\S", re.IGNORECASE)
BY_ALONE = re.compile(
    r"(?:(?:written |posted |story )?by|von|par|por|авторы?|автор текста|müəllif|yazan|yazar|"
    r"autor(?:in)?(?:/autor)?|auteur|authors?)\s*:?",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"\s*[;,|/•·]\s*|\s+(?:and|und|et|with|və|ve|и|та|&)\s+",
    re.IGNORECASE,
)
_REST = re.compile(  # what follows a name on its line
    r"\s+(?:for|in|on|at|from|für|aus|contributing|senior|staff|former|founder|tech|link copied|"
    rf"published|updated|last updated|reviewed|follow|as told|view|{_MONTHS})\b.*"
    r"|\s*[(\[@<].*|\s+[-–—]\s.*|\s+\d.*",
    re.IGNORECASE,
)
# Jan and August are people too, but not beside a number.
_MONTH = r"(?:jan|feb|mar|apr|jun|jul|aug(?:ust)?|sept?|oct|nov|dec)"
_DAY = re.compile(rf"\b{_MONTH}\.?\s*\d.*", re.IGNORECASE)
NO_NAME = re.compile(
    r"\d{2}|[{}=_<>@]|\b(?:admin(?:istrator)?|correspondent|reporter|writer|updated?|published|"
    r"subscribe|follow|folgen|author|guest|unknown|none|null|undefined|view|posts?|officer|chief|"
    r"head of|director|professor|founder|consultant|specialist|manager|analyst|educators?|expert|"
    r"redakteur(?:in)?|volontär(?:in)?|reporterin|journalistin|journalism|read|minutes?|share|"
    r"veröffentlicht|aktualisiert|publié|publicado|mis à jour|comments?|january|february)\b"
    rf"|^{_MONTH}$|\d\W*{_MONTH}\b",
    re.IGNORECASE,
)
NO_PERSON = re.compile(
    r"\b(?:editors?|editorial|staff|team|desk|newsroom|redaktion|redaksiya|редакция|news|press|"
    r"media|agency|online|reuters|afp|dpa|tass|тасс|интерфакс|риа|azertac|azərtac|report\.az|"
    r"contributors?|content|interfax|bloomberg)\b",
    re.IGNORECASE,
)
_SYLLABLE = re.compile(r"[a-z]{1,2}")
_MAX_WORDS, _MAX_CHARS, _MAX_NAME_WORDS = 5, 50, 4
_PARTICLES = frozenset(
    ["al", "bin", "da", "das", "de", "den", "der", "di", "dos", "du", "el", "la", "le", "ten",
     "ter", "van", "vom", "von", "y"]
)  # fmt: skip
_NAME_WORDS = 2  # "Jr" and "PhD" after a comma are nobody: a second name has two words


def names_in(text: str) -> Iterator[str]:
    """The names in one author string; nothing of an address."""
    if "://" in text or text.startswith("www."):
        return
    parts = _SPLIT.split(_LEAD.sub("", squeeze(text)))
    for part in parts:
        undated = _DAY.sub("", _LEAD.sub("", part))
        name = _REST.sub("", undated).strip(" .,:-–—'\"*●•|")
        words = name.split()
        if not words or len(words) > _MAX_WORDS or len(name) > _MAX_CHARS:
            continue
        if NO_NAME.search(name) or not name[0].isalpha():
            continue
        if _SYLLABLE.fullmatch(name) or BY_ALONE.fullmatch(name):
            continue
        is_whole = len(parts) == 1 or len(parts[0].split()) < _NAME_WORDS
        if is_whole or len(words) >= _NAME_WORDS or agency_of(name):
            yield name


def has_name(text: str) -> bool:
    return any(True for _ in names_in(text))


def is_first_and_last(name: str) -> bool:
    return _NAME_WORDS <= len(name.split()) <= _MAX_NAME_WORDS and " of " not in name


def is_capitalised(name: str) -> bool:
    """Whether a name is written as one: each word with a capital, or in letters that have none."""
    words = [word for word in re.split(r"[ -]", name) if word.casefold() not in _PARTICLES]
    return bool(words) and not any(word[:1].islower() for word in words)
