"""Names across scripts: Азербайджан is the place Azerbaijan, Алиев and Aliyev have one key."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

from anyascii import anyascii

from ingest.background import zipf_of

__all__ = ["fold", "is_ending", "is_folded_ending", "place_of", "place_zipf"]

_CLASS = {
    "ru": "cyrillic",
    "uk": "cyrillic",
    "kk": "cyrillic",
    "az": "turkic",
    "tr": "turkic",
} | dict.fromkeys(("ka", "hy", "ar", "fa"), "other")
_ENDING = {
    "cyrillic": re.compile(
        r"(?:[аеёиоуыэюяьйіїє]|[оеёаяыиі][йю]|[оеыаяиіу][мхв]|[иіы][еяюїє]|[оаяы]я|[ое]го|[ое]му|ую|юю"
        r"|[аяыи]ми|[иі]ям[иы]?|[иі]ях|[иі][ее]?й|ц[ыуеі]|ц[ое]в|ц[ае]м)"
    ),
    "turkic": re.compile(
        r"(?:l[ıiuü])?(?:l[aeə]r)?(?:s[ıiuü]|[ıiuü])?"
        r"(?:n?[ıiuü]n|[yn]?[ıiuü]|[yn]?[aeə]|n?[dt][aeə]n?|y?l[aeə])?(?:k[ıi](?:l[aeə]r)?|d[ıiuü]r)?"
    ),
    "western": re.compile(r"(?:'?s|es|en?|n|er[ns]?|e[ms]|a|o|[ao]s|in|nen|innen)"),
    "other": re.compile(r".{1,4}"),
}
_LONGEST_ENDING = 8
_MIN_STEM = 4
_CYRILLIC_VOWEL_END = re.compile(r"(?:ія|[аяоейь])$")


@cache
def _places() -> dict[str, tuple[str, str, bool]]:
    """Form or stem to (place, class of its endings, whether it needs a capital letter)."""
    table: dict[str, tuple[str, str, bool]] = {}
    for name in ("places.tsv", "places_extra.tsv"):
        text = files("ingest").joinpath(f"data/{name}").read_text("utf-8")
        for line in text.splitlines():
            if line.startswith("#"):
                continue
            code, kind, language, forms = line.split("\t")
            place = code.lower() + (".capital" if kind == "capital" else "")
            endings = _CLASS.get(language, "western")
            for form in forms.split("|"):
                entry = (place, endings, language == "en")
                if " " in form:
                    continue
                # A country wins over its capital (Luxembourg), the first country over later ones.
                if form not in table or (table[form][0] == place and language != "en"):
                    table[form] = entry
                if endings == "cyrillic" and len(form) > _MIN_STEM:
                    table.setdefault(_CYRILLIC_VOWEL_END.sub("", form), entry)
    return table


def place_of(token: str, word: str) -> str | None:
    """`az` or `az.capital` for a token that names a country, its people or its capital, else None.

    Args:
        token: as written; capital letters tell `Polish` from `polish`.
        word: the same, normalised.
    """
    table = _places()
    if word in table:
        place, _, needs_capital = table[word]
        short = len(word) < _MIN_STEM and word.isalpha() and word.lower() != word.upper()
        if (needs_capital and token.islower()) or (
            short and not token.isupper() and table[word][1] != "turkic"
        ):
            return None
        return place
    for cut in range(len(word) - 1, max(2, len(word) - _LONGEST_ENDING - 1), -1):
        entry = table.get(word[:cut])
        if entry is None:
            continue
        place, endings, needs_capital = entry
        if needs_capital and token.islower():
            continue
        if (cut >= _MIN_STEM or endings == "turkic") and _ENDING[endings].fullmatch(word, cut):
            return place
    return None


_USUAL_PLACE_ZIPF = 4.0  # where no table has the place
_MOST_PLACE_ZIPF = 5.5  # `us` and `polish` are common words as well; no country is more common


@cache
def place_zipf(country: str, languages: tuple[str, ...]) -> float:
    """Zipf value of the most used name of a country in these languages."""
    known = [
        zipf
        for form, (place, _, _) in _places().items()
        if place == country and (zipf := zipf_of(form, languages))
    ]
    return min(max(known, default=_USUAL_PLACE_ZIPF), _MOST_PLACE_ZIPF)


# Where anyascii has it otherwise, or spells a sound by its letter.
_LETTERS = {
    "ə": "a", "ı": "i", "ğ": "g", "ş": "sh", "ç": "ch", "ö": "o", "ü": "u", "â": "a", "î": "i",
    "û": "u", "ж": "zh", "х": "kh", "э": "e", "ё": "e", "ъ": "", "ь": "", "і": "i", "ї": "yi",
    "є": "ye",
}  # fmt: skip
_BY_HAND = str.maketrans(_LETTERS)
_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"[^a-z]", ""),
        (r"shch|sch|sh", "s"),
        (r"tch|dzh|dj|zh|ch|ts|tz|^j", "C"),
        (r"kh|gh|ck|qu|[qgh]", "k"),
        (r"ph", "f"),
        (r"th", "t"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"x", "ks"),
        (r"w", "v"),
        (r"[yj]", "i"),
        (r"e", "a"),
        (r"u", "o"),
        (r"i+(?=[ao])|(?<=[ao])i+", ""),
        (r"(.)\1+", r"\1"),
    )
]
_AZERI = re.compile("[əıİğşç]")
_FOLDED_ENDINGS = frozenset(
    [
        "a",
        "o",
        "i",
        "om",
        "am",
        "im",
        "ok",
        "ak",
        "ik",
        "ov",
        "av",
        "on",
        "an",
        "in",
        "oko",
        "omo",
        "omi",
        "ami",
        "imi",
        "ska",
        "sko",
        "ski",
        "skoi",
        "skoko",
        "skom",
        "skomo",
        "skom",
        "skoka",
        "non",
        "nin",
        "ni",
        "no",
        "na",
        "da",
        "dan",
        "do",
        "don",
        "di",
        "din",
        "ta",
        "tan",
        "la",
        "lar",
        "lari",
        "larin",
        "loro",
        "s",
        "as",
        "an",
        "os",
        "lara",
        "sa",
        "ko",
        "ka",
        "do",
    ]
)


@lru_cache(65536)
def fold(word: str) -> str:
    """A key of how a name sounds, the same for its spellings in Latin, Cyrillic and other scripts.

    Vowels keep three classes, `k g h q x` are one sound, doubled letters are single: enough for
    Yekaterinburg, Екатеринбург and Yekaterinburq to meet. Meant for names, not for words.
    """
    word = unicodedata.normalize("NFC", word.lower().replace("i̇", "i"))
    if _AZERI.search(word):
        word = word.replace("x", "kh")
    key = anyascii(word.translate(_BY_HAND)).lower()
    for pattern, sound in _SOUNDS:
        key = pattern.sub(sound, key)
    return key


def is_ending(language: str, word: str, cut: int) -> bool:
    """Whether what follows the first `cut` letters of a word can be an ending in a language."""
    return bool(_ENDING[_CLASS.get(language, "western")].fullmatch(word, cut))


def is_folded_ending(rest: str) -> bool:
    """Whether `rest`, folded, can follow a name as its ending in an inflected language."""
    return rest in _FOLDED_ENDINGS
