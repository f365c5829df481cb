"""What a word may end with: declension, loosely, by the kind of language."""

from __future__ import annotations

import re

__all__ = ["class_of", "follows", "is_ending", "stems_of"]

_CLASS = {
    "ru": "cyrillic",
    "uk": "cyrillic",
    "kk": "cyrillic",
    "az": "turkic",
    "tr": "turkic",
    "ka": "georgian",
    "hy": "armenian",
    "ar": "other",
    "fa": "other",
}
_ENDING = {
    "cyrillic": re.compile(
        r"(?:[аеёиоуыэюяьйіїє]|[оеёаяыиі][йю]|[оеыаяиіу][мхв]|[иіы][еяюїє]|[оаяы]я|[ое]го|[ое]му|ую|юю"
        r"|[аяыи]ми|[иі]ям[иы]?|[иі]ях|[иі][ее]?й|ц[ыуеі]|ц[ое]в|ц[ае]м)"
    ),
    "turkic": re.compile(
        r"(?:l[ıiuü])?(?:l[aeə]r)?(?:s[ıiuü]|[ıiuü])?"
        r"(?:n?[ıiuü]n|[yn]?[ıiuü]|[yn]?[aeə]|n?[dt][aeə]n?|y?l[aeə])?(?:k[ıi](?:l[aeə]r)?|d[ıiuü]r)?"
    ),
    # After the root: people or adjective, plural, case, postposition, particle.
    "georgian": re.compile(
        r"(?:ელ|ულ|ურ)?(?:ებ)?(?:ი|მა?|სა?|ისა?|ითა?|ადა?|დ|ა|ო)?"
        r"(?:ში|ზე|თან|ვით|თვის|კენ|გან|დან|მდე|დმი)?(?:აც|ც|ა|ვე)?"
    ),
    # After the root: people or adjective, plural, case, article or possessive.
    "armenian": re.compile(
        r"(?:ա?կան|յան|ա?ց[իու]|ա?ցու)?(?:ն?եր)?"
        r"(?:[յվ]?ի|յ?ու|վան|[յվ]?ում|[յվ]?ից|[յվ]?ով)?[նըսդ]?"
    ),
    "western": re.compile(r"(?:'?s|es|en?|n|er[ns]?|e[ms]|a|o|[ao]s|in|nen|innen)"),
    "other": re.compile(r".{1,4}"),
}
# What a form of the dictionary ends with and other forms drop or change: pattern, replacement.
_CITATION = {
    kind: tuple((re.compile(end + "$"), instead) for end, instead in ends)
    for kind, ends in {
        "cyrillic": ((r"(?:ія|[аяоейь])", ""),),
        "georgian": (("ი", ""), ("ა", ""), ("ია", ""), ("ეთი", "")),
        "armenian": (("ա", ""), ("իա", ""), ("ստան", ""), ("աստան", ""), ("ու", "վ")),
    }.items()
}


def class_of(language: str) -> str:
    """The kind of endings that a language has."""
    return _CLASS.get(language, "western")


def follows(kind: str, word: str, cut: int) -> bool:
    """Whether what follows the first `cut` letters of a word can be an ending of this kind."""
    return bool(_ENDING[kind].fullmatch(word, cut))


def is_ending(language: str, word: str, cut: int) -> bool:
    """Whether what follows the first `cut` letters of a word can be an ending in a language."""
    return follows(class_of(language), word, cut)


def stems_of(form: str, kind: str) -> list[str]:
    """What remains of a form of the dictionary in its other forms; []: all of it does."""
    cut = (pattern.sub(instead, form) for pattern, instead in _CITATION.get(kind, ()))
    return [stem for stem in cut if stem != form]
