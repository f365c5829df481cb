"""Rebuild `ingest/data/background.z` and `places.tsv` from wordfreq and CLDR.

Needs `pip install wordfreq babel`; neither is needed to run Seedbed. Both outputs are the same,
byte for byte, from the same versions: wordfreq 3.1.1 and Babel 2.18.0 (CLDR 47).
"""

from __future__ import annotations

import re
from pathlib import Path

import wordfreq
from babel import Locale

from ingest.background import pack_words
from ingest.text import normalize

DATA = Path(__file__).parents[1] / "ingest" / "data"
COUNTRIES = Path(__file__).with_name("countries.tsv")

# Zipf scale (log10 of occurrences in a thousand million words) at which each list ends: deep for
# the languages that seeds come in most, shallow where only common words must be told from names.
LANGUAGES = {"en": 2.0, "ru": 3.0, "tr": 3.0} | dict.fromkeys(
    ["uk", "de", "fr", "es", "it", "pt", "pl", "ar", "fa"], 3.5
)
PLACE_LANGUAGES = ["en", "ru", "az", "tr", "uk", "de", "fr", "es", "it", "pt", "pl", "ka", "hy", "ar", "fa", "kk"]  # fmt: skip  # noqa: E501

# Country to the language that gives its people their adjective, where that language's name in CLDR
# is the adjective of this one country.
SPOKEN = {
    "AZ": "az", "RU": "ru", "AM": "hy", "GE": "ka", "TR": "tr", "UA": "uk", "DE": "de", "FR": "fr",
    "IT": "it", "ES": "es", "JP": "ja", "CN": "zh", "KR": "ko", "PL": "pl", "PT": "pt", "GR": "el",
    "IL": "he", "IR": "fa", "KZ": "kk", "UZ": "uz", "KG": "ky", "TJ": "tg", "TM": "tk", "BY": "be",
    "LT": "lt", "LV": "lv", "EE": "et", "FI": "fi", "SE": "sv", "NO": "nb", "DK": "da", "NL": "nl",
    "HU": "hu", "RO": "ro", "BG": "bg", "RS": "sr", "HR": "hr", "SK": "sk", "CZ": "cs", "SI": "sl",
    "MK": "mk", "AL": "sq", "BA": "bs", "MN": "mn", "VN": "vi", "TH": "th", "ID": "id", "IS": "is",
    "KH": "km", "LA": "lo", "NP": "ne",
}  # fmt: skip
ZONES = {
    "Ulaanbaatar": "Ulaanbaatar",
    "Kyiv": "Kiev",
    "Yaounde": "Douala",
    "Guatemala City": "Guatemala",
}
# Names that are rather a common word, `really?` in Georgian, or another place, in California.
UNSAFE = {("GH", "ka"): "განა", ("CR", "en"): "san jose"}


def build_background() -> None:
    tables: dict[str, dict[str, int]] = {}
    for language, floor in LANGUAGES.items():
        buckets: dict[int, list[str]] = {}
        for centibels, words in enumerate(wordfreq.get_frequency_list(language, "best")):
            zipf = 9 - centibels / 100
            kept = [w for w in words if zipf >= floor and not any(c.isdigit() for c in w)]
            buckets.setdefault(round(zipf * 10), []).extend(kept)
        tables[language] = {
            word: value
            for value in sorted(buckets, reverse=True)
            for word in sorted(buckets[value])
        }
        print(language, len(tables[language]), "words")
    packed = pack_words(tables)
    (DATA / "background.z").write_bytes(packed)
    print(len(packed), "bytes")


def _form(name: str) -> str:
    name = re.sub(r"\s*\(.*?\)|\s*\[.*?\]", "", name)
    # Persian joins words with a mark that parts our tokens, as a space would.
    return normalize(name.replace("\u200c", " ")).strip()


def _adjective(name: str, language: str) -> str:
    """The stem of a language's name: `Rusça` is Turkish for Russian, `Rus` the stem."""
    form = _form(name)
    if language == "tr":
        return re.sub(r"(?:ca|ce|ça|çe| dili)$", "", form)
    if language in {"ru", "uk"}:
        return re.sub(r"(?:ий|ая|ый|а)$", "", form)
    return form


def _capital_forms(locale: Locale, capital: str) -> str | None:
    zone = ZONES.get(capital, capital).replace(" ", "_")
    for key in sorted(locale.time_zones):
        if key.rpartition("/")[2] == zone and "city" in locale.time_zones[key]:
            return _form(str(locale.time_zones[key]["city"]))
    return None


def build_places() -> None:
    rows: list[tuple[str, str, str, str]] = []
    countries = [
        line.split("\t") for line in COUNTRIES.read_text("utf-8").splitlines() if line[0] != "#"
    ]
    for code, capital, english in countries:
        for language in PLACE_LANGUAGES:
            locale = Locale(language)
            forms = {_form(locale.territories[code])}
            if language == "en":
                forms |= {_form(word) for word in english.split("|")}
            if (tongue := SPOKEN.get(code)) and (name := locale.languages.get(tongue)):
                forms.add(_adjective(name, language))
            city = _form(capital) if language == "en" else _capital_forms(locale, capital)
            capitals = {city} if city else set()
            for kind, names in (("country", forms), ("capital", capitals)):
                if kept := sorted(names - {UNSAFE.get((code, language))}):
                    rows.append((code, kind, language, "|".join(kept)))
    text = "".join("\t".join(row) + "\n" for row in rows)
    (DATA / "places.tsv").write_text(text, "utf-8")
    print(len(rows), "rows of places", len(text.encode()), "bytes")


if __name__ == "__main__":
    build_background()
    build_places()
