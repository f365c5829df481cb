"""Names across scripts: Азербайджан is the place Azerbaijan, Алиев and Aliyev have one key.

`join_places` makes one token of `South Korea` before `place_of` is asked what it names; `fold` keys
a name by its sound, and `name_keys` lists the keys of a word whose ending may hide a name.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from anyascii import anyascii

from ingest.background import zipf_of
from ingest.endings import class_of, follows, stems_of
from ingest.text import normalize, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "fold",
    "is_folded_ending",
    "join_places",
    "name_keys",
    "place_of",
    "place_stems",
    "place_zipf",
]

_LONGEST_ENDING = 12  # letters
_MIN_STEM = 4
_MIN_CAPITAL_STEM = 5  # ამან, `this one`, is no ამან(ი), Amman
# Endings strict enough to follow three letters, and names of peoples that short: rus, რუს, հայ.
_SHORT_STEMS = frozenset({"turkic", "georgian", "armenian"})


class _Place(NamedTuple):
    code: str  # `az` or `az.capital`
    endings: str  # kind of endings its forms take
    needs_capital: bool  # to tell `Polish` from `polish`


class _Phrase(NamedTuple):
    stems: tuple[str, ...]  # of its words
    place: _Place


def _forms() -> Iterator[tuple[str, _Place]]:
    for name in ("places.tsv", "places_extra.tsv"):
        for line in files("ingest").joinpath(f"data/{name}").read_text("utf-8").splitlines():
            if line.startswith("#"):
                continue
            code, kind, language, forms = line.split("\t")
            code = code.lower() + (".capital" if kind == "capital" else "")
            place = _Place(code, class_of(language), language == "en")
            yield from ((form, place) for form in forms.split("|"))


@cache
def _places() -> dict[str, _Place]:
    """Form of one word, or its stem, to the place."""
    table: dict[str, _Place] = {}
    stems: dict[str, _Place] = {}
    for form, place in _forms():
        if len(words(form)) > 1:
            continue
        # A country wins over its capital (Luxembourg), the first country over later ones.
        if form not in table or (table[form].code == place.code and not place.needs_capital):
            table[form] = place
        is_caseless_capital = place.endings == "georgian" and place.code.endswith(".capital")
        for stem in stems_of(form, place.endings):
            if len(stem) >= (_MIN_CAPITAL_STEM if is_caseless_capital else _MIN_STEM):
                stems.setdefault(stem, place)
    return stems | table


@cache
def _phrases() -> dict[str, tuple[_Phrase, ...]]:
    """First stem of a form of several words to the forms that begin with it, the longest first."""
    found: dict[str, list[_Phrase]] = {}
    for form, place in _forms():
        parts = words(form)
        if len(parts) > 1:
            phrase = _Phrase(tuple(_phrase_stem(part, place.endings) for part in parts), place)
            found.setdefault(phrase.stems[0], []).append(phrase)
    return {
        stem: tuple(sorted(phrases, key=lambda phrase: (-len(phrase.stems), phrase)))
        for stem, phrases in found.items()
    }


_BARREN = set[str]()  # tokens known to open no form of several words
_MOST_BARREN = 65_536

_ADJECTIVE_END = re.compile(r"(?:ая|яя|[ыио]й|[оыи]е|[ьыи])$")  # Russian and Ukrainian, nominative


@cache
def _phrase_starts() -> frozenset[str]:
    """The first two letters of these stems."""
    return frozenset(stem[:2] for stem in _phrases())


def _phrase_stem(word: str, endings: str) -> str:
    if len(word) < _MIN_STEM:
        return word
    if endings == "cyrillic" and (stem := _ADJECTIVE_END.sub("", word)) != word:
        return stem
    stems = stems_of(word, endings)
    return stems[0] if stems and endings != "armenian" else word


def join_places(written: Sequence[str]) -> Sequence[str]:
    """Tokens in order, the words of one place made one token: `South Korea`, `U S`."""
    found = set(written) - _BARREN
    opening = set(filter(_openings, found))
    if found:
        if len(_BARREN) >= _MOST_BARREN:
            _BARREN.clear()
        _BARREN.update(found - opening)
    if not opening:
        return written
    joined: list[str] = []
    done = 0
    for at in [at for at, token in enumerate(written) if token in opening]:
        phrases = _openings(written[at])
        sizes = (len(p.stems) for p in phrases if _is_phrase(p, written[at : at + len(p.stems)]))
        if at >= done and (size := next(sizes, 0)):
            joined += [*written[done:at], " ".join(written[at : at + size])]
            done = at + size
    return [*joined, *written[done:]]


@lru_cache(16384)
def _openings(token: str) -> tuple[_Phrase, ...]:
    """The forms of several words that may begin with a token, the longest first."""
    word = normalize(token)
    if _phrase_starts().isdisjoint((word[:1], word[:2])):
        return ()
    table = _phrases()
    phrases = [
        phrase
        for cut in range(max(1, len(word) - _LONGEST_ENDING), len(word) + 1)
        for phrase in table.get(word[:cut], ())
        if _is_form(token, phrase.stems[0], phrase.place.endings)
        and not (phrase.place.needs_capital and token.islower())
    ]
    return tuple(sorted(phrases, key=lambda phrase: (-len(phrase.stems), phrase)))


def _is_phrase(phrase: _Phrase, written: Sequence[str]) -> bool:
    if len(written) < len(phrase.stems):
        return False
    if phrase.place.needs_capital and written[-1].islower():
        return False
    forms = zip(written[1:], phrase.stems[1:], strict=True)  # the first one is checked already
    return all(_is_form(token, stem, phrase.place.endings) for token, stem in forms)


@lru_cache(65536)
def _is_form(token: str, stem: str, endings: str) -> bool:
    """Whether a token is a stem, with or without an ending after it or after an apostrophe."""
    word = normalize(token)
    if word == stem or word.partition("'")[0] == stem:
        return True
    takes_ending = len(stem) >= _MIN_STEM - 1 or endings in _SHORT_STEMS
    return takes_ending and word.startswith(stem) and follows(endings, word, len(stem))


def place_of(token: str, word: str) -> str | None:
    """`az` or `az.capital` for a token that names a country, its people or its capital, else None.

    Args:
        token: as written, or as `join_places` made it; capitals tell `Polish` from `polish`.
        word: the same, normalised.
    """
    if " " in token:
        parts = token.split(" ")
        named = (phrase for phrase in _openings(parts[0]) if len(phrase.stems) == len(parts))
        return next((phrase.place.code for phrase in named if _is_phrase(phrase, parts)), None)
    table = _places()
    if word in table:
        place = table[word]
        is_acronym = len(word) < _MIN_STEM and word.isalpha() and word.lower() != word.upper()
        if (place.needs_capital and token.islower()) or (
            is_acronym and not token.isupper() and place.endings not in _SHORT_STEMS
        ):
            return None
        return place.code
    for cut in range(len(word) - 1, max(2, len(word) - _LONGEST_ENDING - 1), -1):
        found = table.get(word[:cut])
        if found is None or (found.needs_capital and token.islower()):
            continue
        if (cut >= _MIN_STEM or found.endings in _SHORT_STEMS) and follows(
            found.endings, word, cut
        ):
            return found.code
    return None


def place_stems(country: str) -> tuple[str, ...]:
    """How words begin that name a country, its people or its capital, in any language."""
    codes = (country, f"{country}.capital")
    return tuple(form for form, place in _places().items() if place.code in codes)


_USUAL_PLACE_ZIPF = 4.0  # where no table has the place
_MOST_PLACE_ZIPF = 5.5  # `polish` is a common word as well; no country is more common


@cache
def place_zipf(country: str, languages: tuple[str, ...]) -> float:
    """Zipf value of the most used name of a country in these languages.

    Acronyms are left out: `us` counts as the pronoun in every table.
    """
    known = [
        zipf
        for form, place in _places().items()
        if place.code == country and len(form) >= _MIN_STEM and (zipf := zipf_of(form, languages))
    ]
    return min(max(known, default=_USUAL_PLACE_ZIPF), _MOST_PLACE_ZIPF)


# Where anyascii has it otherwise, or spells a sound by its letter.
_LETTERS = {
    "ə": "a", "ı": "i", "ğ": "g", "ş": "sh", "ç": "ch", "ö": "o", "ü": "u", "â": "a", "î": "i",
    "û": "u", "ж": "zh", "х": "kh", "э": "e", "ё": "e", "ъ": "", "ь": "", "і": "i", "ї": "yi",
    "є": "ye", "ჯ": "dzh", "ջ": "dzh",
}  # fmt: skip
_BY_HAND = str.maketrans(_LETTERS)
#: One after the other; what stands for itself alone is replaced in a tenth of a pattern's time.
_SOUNDS: tuple[tuple[re.Pattern[str] | str, str], ...] = (
    (re.compile(r"[^a-z]"), ""),
    (re.compile(r"shch|sch|sh"), "s"),
    (re.compile(r"tch|dzh|dj|zh|ch|ts|tz|^j"), "C"),
    (re.compile(r"kh|gh|ck|qu|[qgh]"), "k"),
    ("f", "p"),  # Georgian writes both ფ; of `ph` no h is left
    (re.compile(r"c(?=[eiy])"), "s"),
    ("c", "k"),
    ("x", "ks"),
    ("w", "v"),
    ("y", "i"),
    ("j", "i"),
    ("e", "a"),
    ("u", "o"),
    (re.compile(r"i+(?=[ao])|(?<=[ao])i+"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)
_AZERI = re.compile("[əıİğşç]")
_MIN_KEY = 4  # letters; shorter names sound like too many words


@lru_cache(65536)
def fold(word: str) -> str:
    """A key of how a name sounds, the same for its spellings in Latin, Cyrillic and other scripts.

    Vowels keep three classes, `k g h q x` are one sound, so are `p f`, doubled letters are single:
    enough for Yekaterinburg, Екатеринбург, Yekaterinburq and Եկատերինբուրգ to meet. Meant for
    names, not for words.
    """
    word = unicodedata.normalize("NFC", word.lower().replace("i̇", "i"))
    if _AZERI.search(word):
        word = word.replace("x", "kh")
    if _script(word) == "armenian":
        word = re.sub("^ո(?!ւ)", "vo", word).replace("ու", "u")
    key = anyascii(word.translate(_BY_HAND)).lower()
    for heard, sound in _SOUNDS:
        key = key.replace(heard, sound) if isinstance(heard, str) else heard.sub(sound, key)
    return key


def name_keys(token: str, word: str) -> tuple[str, ...]:
    """Keys under which a name may be known: of the word as it is, then without its ending.

    Args:
        token: as written; where a script has capitals, a word in small letters is no name.
        word: the same, normalised.
    """
    script = _script(word)
    if len(word) < _MIN_KEY or (token.islower() and script != "georgian"):
        return ()
    key = fold(word)
    shorter = _keys_of_stems(word, script) if script else _shortened(key)
    return tuple(key for key in (key, *shorter) if len(key) >= _MIN_KEY)


def _keys_of_stems(word: str, script: str) -> Iterator[str]:
    for cut in range(len(word) - 1, max(_MIN_KEY, len(word) - _LONGEST_ENDING) - 1, -1):
        if follows(script, word, cut):
            yield fold(word[:cut])
    if script == "armenian" and word.endswith("ու"):  # Շիխլինսկու, of Շիխլինսկի
        yield fold(word[:-2] + "ի")


def _shortened(key: str) -> Iterator[str]:
    for cut in range(len(key) - 1, max(_MIN_KEY, len(key) - _LONGEST_FOLDED_ENDING) - 1, -1):
        if is_folded_ending(key[cut:]):
            yield key[:cut]
    if (nominative := _ADJECTIVAL_CASE.sub("ski", key)) != key:
        yield nominative


def _script(word: str) -> str | None:
    """The kind of endings that only this script has, told by the first letter."""
    if "ა" <= word[:1] <= "ჿ":
        return "georgian"
    return "armenian" if "ա" <= word[:1] <= "և" else None


_ADJECTIVAL_CASE = re.compile("sk(?:oko|omo|im|om|o|a)$")  # Шихлинского, of Шихлинский
_LONGEST_FOLDED_ENDING = 6
_FOLDED_ENDINGS = frozenset({
    "a", "o", "i", "s", "om", "am", "im", "ok", "ak", "ik", "ov", "av", "on", "an", "in", "as",
    "os", "ni", "no", "na", "da", "do", "di", "ta", "la", "sa", "ko", "ka", "oko", "omo", "omi",
    "ami", "imi", "ska", "sko", "ski", "non", "nin", "dan", "don", "din", "tan", "lar", "skoi",
    "skom", "lari", "loro", "lara", "skoko", "skomo", "skoka", "larin",
})  # fmt: skip


def is_folded_ending(rest: str) -> bool:
    """Whether `rest`, folded, can follow a name as its ending in an inflected language."""
    return rest in _FOLDED_ENDINGS
