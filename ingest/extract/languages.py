"""The language of a text: the detector's answer among those that the letters allow."""

from __future__ import annotations

import re
from collections import Counter

from ingest.extract.detector import detector

__all__ = ["find_language", "language_code"]

_ISO_639_2 = {
    "eng": "en", "rus": "ru", "aze": "az", "tur": "tr", "deu": "de", "ger": "de", "fra": "fr",
    "fre": "fr", "spa": "es", "ukr": "uk", "por": "pt", "ita": "it", "nob": "no", "nno": "no",
    "nb": "no", "nn": "no", "iw": "he", "in": "id",
}  # fmt: skip
# Groups whose short texts the detector mixes up: there the page's own word stands.
_NEIGHBOURS = tuple(
    frozenset(group.split())
    for group in (
        "az tr tk",
        "ru uk be bg mk sr",
        "no da sv",
        "id ms",
        "hr sr bs sl",
        "cs sk",
        "es pt gl ca",
        "ar fa ur ps ug",
    )
)
_SCRIPT_OF_RUN = re.compile(
    "(?P<latin>[A-Za-z\u00aa-\u024f\u0259\u1e00-\u1eff]+)|(?P<cyrillic>[\u0400-\u052f]+)"
    "|(?P<arabic>[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]+)|(?P<hebrew>[\u0590-\u05ff]+)"
    "|(?P<greek>[\u0370-\u03ff]+)|(?P<armenian>[\u0531-\u058f]+)|(?P<georgian>[\u10a0-\u10ff]+)"
    "|(?P<devanagari>[\u0900-\u097f]+)|(?P<thai>[\u0e00-\u0e7f]+)|(?P<kana>[\u3040-\u30ff]+)"
    "|(?P<han>[\u3400-\u9fff]+)|(?P<hangul>[\uac00-\ud7af]+)"
)
# What is written in a script; what is in no list is written in Latin letters, or in letters of
# its own that only the detector knows.
_WRITTEN_IN = {
    "cyrillic": "ru uk be bg mk sr kk ky mn tg tt ba cv ce az uz tk",
    "arabic": "ar fa ur ps ug ku ckb sd az",
    "hebrew": "he yi",
    "greek": "el",
    "armenian": "hy",
    "georgian": "ka ab",
    "devanagari": "hi mr ne",
    "thai": "th",
    "kana": "ja",
    "han": "zh ja",
    "hangul": "ko",
}
_LANGUAGES = {script: tuple(codes.split()) for script, codes in _WRITTEN_IN.items()}
_IN_LATIN_TOO = frozenset({"sr", "az", "uz", "kk", "tk", "ku", "tt"})
_NOT_LATIN = frozenset(code for codes in _LANGUAGES.values() for code in codes) - _IN_LATIN_TOO
_MIN_DETECT_CHARS = 80
_DETECT_CHARS = 1000  # 600 to 4000 give one answer on each of 621 pages
_SURE = 0.99  # posterior of the detector above which it overrules the page
_KANA_SHARE = 0.05  # of kana and han: no Chinese text has it, no Japanese one lacks it


def language_code(claim: str | None) -> str | None:
    """`en` of `en-GB`, `en_US`, `eng`; None for what is no language code."""
    code = re.split(r"[-_]", (claim or "").strip().lower())[0]
    code = _ISO_639_2.get(code, code)
    return code if re.fullmatch(r"[a-z]{2}", code) else None


def find_language(text: str, declared: str | None) -> str | None:
    """ISO 639-1 of most of `text`: the declared one unless the text plainly speaks another.

    Only languages that are written in the text's main script are asked for: a page in Russian is
    never taken for Portuguese because of the names and links on it.
    """
    sample = _sample(text)
    script = _main_script(sample) if len(text) >= _MIN_DETECT_CHARS else None
    if script is None:
        return declared
    if declared and not _is_written_in(declared, script):
        declared = None
    if script != "latin" and len(_LANGUAGES[script]) == 1:
        return _LANGUAGES[script][0]
    detected, confidence = _detect(sample, script)
    if declared is None:
        return detected
    are_neighbours = any({declared, detected} <= group for group in _NEIGHBOURS)
    return detected if confidence >= _SURE and not are_neighbours else declared


def _sample(text: str) -> str:
    """The beginning, and as much from the middle and the end: quotations come in one stretch."""
    if len(text) <= _DETECT_CHARS:
        return text
    quarter, middle = _DETECT_CHARS // 4, len(text) // 2
    return f"{text[: 2 * quarter]} {text[middle : middle + quarter]} {text[-quarter:]}"


def _main_script(text: str) -> str | None:
    letters: Counter[str] = Counter()
    for run in _SCRIPT_OF_RUN.finditer(text):
        letters[str(run.lastgroup)] += run.end() - run.start()
    if letters["kana"] > _KANA_SHARE * (letters["kana"] + letters["han"]):
        letters["kana"] += letters.pop("han", 0)
    return max(letters, key=lambda script: (letters[script], script)) if letters else None


def _is_written_in(language: str, script: str) -> bool:
    return language not in _NOT_LATIN if script == "latin" else language in _LANGUAGES[script]


def _detect(text: str, script: str) -> tuple[str, float]:
    """The likeliest language of a script, and its posterior among those of the script."""
    ranked = [(_ISO_639_2.get(code, code), chance) for code, chance in detector().rank(text)]
    plausible = [(code, chance) for code, chance in ranked if _is_written_in(code, script)]
    best, chance = plausible[0]
    total = sum(chance for _, chance in plausible)
    return best, float(chance / total) if total else 0.0
