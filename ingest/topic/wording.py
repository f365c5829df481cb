"""How a country, a capital, a news word or a person's name is written in a given language.

Only what is known: names of places and news words come from the tables, a person's name in another
alphabet is accepted when that language's word list has it. Else there is no answer.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from functools import cache
from importlib.resources import files

from ingest.background import zipf_of, zipf_table
from ingest.names import fold

__all__ = ["LANGUAGES", "languages_of", "place_name", "respelt", "word_for"]

_CONCEPT_LANGUAGES = ("ru", "az", "tr")  # the first columns of stems in concepts.tsv
# What makes a noun of a stem, in this order; "" is the stem as it stands. `ой`, `цей` and the like
# tell a feminine noun, whose bare stem is a genitive.
_NOUN_ENDINGS = {
    "ru": ("ие", "ия", "", "о", "ь", "ка", "ние", "ение", "ание", "а", "я", "е"),
    "tr": ("", "ma", "me", "ı", "i", "u", "ü", "a", "e"),
}
_FEMININE = ("ой", "ей")
_STEMS_ARE_WORDS = frozenset({"az"})  # where no list of words can tell
_MOST_WORD_ZIPF = 5.05  # a more common noun, `event` or `president`, finds everything
_SOFT = tuple("цжшчщ")  # after these a feminine noun takes the second
_NAME_LETTERS = 4  # a shorter name is respelt by chance
_MOST_NAME_ZIPF = 5.2  # putin and trump are below; what is more common is another word
_DEEPEST = 4000  # spellings tried for one name
_CYRILLIC = {
    "shch": "щ", "sch": "щ ш", "zh": "ж", "kh": "х", "ts": "ц", "ch": "ч", "sh": "ш",
    "ye": "е", "yo": "ё е", "yu": "ю", "ya": "я", "ia": "ия я", "iy": "ий", "yi": "ы",
    "a": "а", "b": "б", "c": "к ц", "d": "д", "e": "е э", "f": "ф", "g": "г", "h": "х г",
    "i": "и й", "j": "дж й ж", "k": "к", "l": "л ль", "m": "м", "n": "н нь", "o": "о", "p": "п",
    "q": "к", "r": "р", "s": "с", "t": "т", "u": "у", "v": "в", "w": "в", "x": "кс",
    "y": "й и ы ый", "z": "з", "'": "ь",
    "ə": "а", "ı": "ы", "ğ": "г", "ş": "ш", "ç": "ч дж", "ö": "о", "ü": "ю у",
}  # fmt: skip
_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e ye", "ё": "yo e", "ж": "zh j",
    "з": "z", "и": "i", "й": "y i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p",
    "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh h", "ц": "ts c", "ч": "ch",
    "ш": "sh", "щ": "shch", "ъ": "", "ы": "y i", "ь": "", "э": "e", "ю": "yu iu u", "я": "ya ia a",
    "ий": "y iy i", "кс": "x", "дж": "j", "і": "i", "ї": "yi i", "є": "ye ie", "ґ": "g",
}  # fmt: skip
_CYRILLIC_LANGUAGES = frozenset({"ru", "uk"})
_LATIN_LANGUAGES = frozenset({"en", "tr", "de", "fr", "es", "it", "pt", "pl"})


@cache
def _place_names() -> tuple[tuple[str, ...], dict[str, list[str]]]:
    """The languages of the columns, and the cells by country code in small letters."""
    table = files("ingest").joinpath("data/place_names.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines()]
    head = next(row for row in rows if row[0] == "# code")
    cells = {row[0].lower(): row[1:] for row in rows if not row[0].startswith("#")}
    return tuple(head[2:]), cells


def place_name(feature: str, language: str) -> str | None:
    """The country `@az`, or its capital `@az.capital`, in a language, as a newspaper prints it."""
    country, _, kind = feature.removeprefix("@").partition(".")
    languages, cells = _place_names()
    if country not in cells or language not in languages:
        return None
    name, _, capital = cells[country][1 + languages.index(language)].partition("|")
    found = capital if kind else name
    return found if found not in {"", "-"} else None


def languages_of(feature: str) -> tuple[str, ...]:
    """The official languages of a country that its name is known in."""
    _, cells = _place_names()
    spoken = cells.get(feature.removeprefix("@"), ["-"])[0]
    return () if spoken == "-" else tuple(spoken.split(","))


@cache
def _concepts() -> dict[str, dict[str, str]]:
    """Concept to its stems by language."""
    table = files("ingest").joinpath("data/concepts.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return {
        row[0]: dict(zip(_CONCEPT_LANGUAGES, row[2:], strict=False)) | {"en": row[1]}
        for row in rows
    }


def word_for(concept: str, language: str) -> str | None:
    """A noun for a concept of `ingest.concepts` in a language; None: the tables have none."""
    stems = _concepts().get(concept, {}).get(language, "-").split("|")
    stems = [stem for stem in stems if stem not in {"", "-"}]
    if language in _STEMS_ARE_WORDS:
        return next(iter(stems), None)
    found = next((noun for stem in stems if (noun := _noun(stem, language))), None)
    return found if found and (zipf_of(found, (language,)) or 0.0) <= _MOST_WORD_ZIPF else None


def _noun(stem: str, language: str) -> str | None:
    endings = _NOUN_ENDINGS.get(language, ("",))
    if language == "ru" and zipf_of(stem + _FEMININE[stem.endswith(_SOFT)], (language,)):
        endings = ("а", "ь", "я")
    nouns = (stem + ending for ending in endings)
    return next((noun for noun in nouns if zipf_of(noun, (language,))), None)


@cache
def _sorted_words(language: str) -> list[str]:
    return sorted(zipf_table(language))


def respelt(name: str, language: str) -> str | None:
    """A person's or a town's name as a language with another alphabet writes it; None: unknown.

    Every spelling that the letters allow is looked up in that language's word list.
    """
    letters = unicodedata.normalize("NFC", name.lower())
    if len(letters) < _NAME_LETTERS or " " in name:
        return None
    is_cyrillic = any("CYRILLIC" in unicodedata.name(letter, "") for letter in letters)
    if is_cyrillic == (language in _CYRILLIC_LANGUAGES):
        return name if zipf_of(letters, (language,)) else None
    if language not in (_LATIN_LANGUAGES if is_cyrillic else _CYRILLIC_LANGUAGES):
        return None
    found = [
        (value, word)
        for word in _spellings(letters, _LATIN if is_cyrillic else _CYRILLIC, language)
        if fold(word) == fold(letters)
        and (value := zipf_of(word, (language,)) or 0.0) <= _MOST_NAME_ZIPF
    ]
    return max(found)[1].title() if found else None


def _spellings(letters: str, letter_table: dict[str, str], language: str) -> list[str]:
    """The words of a language that letter by letter may stand for `letters`."""
    words = _sorted_words(language)
    longest = max(map(len, letter_table))
    found: list[str] = []
    waiting = [("", 0)]
    for _ in range(_DEEPEST):
        if not waiting:
            break
        written, at = waiting.pop()
        place = bisect_left(words, written)
        if place == len(words) or not words[place].startswith(written):
            continue
        if at == len(letters):
            if words[place] == written:
                found.append(written)
            continue
        for size in range(1, min(longest, len(letters) - at) + 1):
            options = letter_table.get(letters[at : at + size])
            if options is not None:
                waiting += [(written + to, at + size) for to in options.split(" ")]
    return found


LANGUAGES = _place_names()[0]
