"""Make `ingest/data/place_names.tsv`: `python -m benchmarks.build_place_names`.

Needs `pip install babel`, which running Seedbed does not. The output is the same, byte for byte,
from the same version: Babel 2.18.0 (CLDR 47). Names that no newspaper would print are replaced
by hand below.
"""

from __future__ import annotations

import re
from pathlib import Path

from babel import Locale
from babel.languages import get_official_languages

TARGET = Path(__file__).parents[1] / "ingest" / "data" / "place_names.tsv"
COUNTRIES = Path(__file__).with_name("countries.tsv")
LANGUAGES = ["en", "ru", "az", "tr", "uk", "de", "fr", "es", "it", "pt", "pl", "ka", "hy", "ar", "fa", "kk"]  # fmt: skip  # noqa: E501
ZONES = {"Kyiv": "Kiev"}  # capital to the last part of its time zone, where they differ
HEADER = """\
# Names of countries and capitals as newspapers print them, from CLDR by way of Babel.
# ISO 3166 code, its official languages that have a column here, then for each language below \
`country` or `country|capital`; -: none known.
# {}
"""
# General knowledge, by hand: short forms in use, where CLDR has the full one.
SHORT = {
    "US": {"en": "United States", "ru": "США", "az": "ABŞ", "tr": "ABD", "uk": "США", "de": "USA",
           "ka": "აშშ", "hy": "ԱՄՆ", "kk": "АҚШ"},
    "GB": {"en": "Britain", "az": "Britaniya", "tr": "İngiltere", "de": "Großbritannien",
           "fr": "Grande-Bretagne", "es": "Reino Unido", "ru": "Великобритания"},
    "AE": {"en": "UAE", "az": "BƏƏ", "tr": "BAE"},
    "TR": {"en": "Turkey"},
    "CZ": {"ru": "Чехия", "en": "Czech Republic"},
    "KR": {"ru": "Южная Корея"},
    "KP": {"ru": "КНДР"},
    "MM": {"en": "Myanmar"},
}  # fmt: skip
# Capitals that CLDR spells otherwise than the press does.
PRESS = {("AM", "az"): "İrəvan", ("AM", "ru"): "Ереван", ("TR", "en"): "Ankara"}


def _plain(name: str) -> str:
    return re.sub(r"\s*\(.*?\)|\s*\[.*?\]", "", name).replace("’", "'").strip()


def _zones() -> dict[str, str]:
    """Last part of each time zone's name to the name."""
    known = {str(zone) for language in ("en", "ru") for zone in Locale(language).time_zones}
    return {zone.rpartition("/")[2].replace("_", " "): zone for zone in sorted(known)}


def _rows() -> list[str]:
    locales = {language: Locale(language) for language in LANGUAGES}
    zones = _zones()
    rows = []
    for line in COUNTRIES.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        code, capital, _ = (line + "\t\t").split("\t")[:3]
        spoken = get_official_languages(code, regional=False, de_facto=True)
        ours = [language for language in spoken if language in LANGUAGES]
        cells = [code, ",".join(ours) or "-"]
        for language, locale in locales.items():
            name = SHORT.get(code, {}).get(language) or _plain(locale.territories.get(code, ""))
            zone = zones.get(ZONES.get(capital, capital), "")
            city = capital if language == "en" else _city(locale, zone)
            city = PRESS.get((code, language), city)
            cells.append("|".join(part for part in (name, city if name else "") if part) or "-")
        rows.append("\t".join(cells))
    return rows


def _city(locale: Locale, zone: str) -> str:
    return _plain(str(locale.time_zones.get(zone, {}).get("city", "")))


def main() -> None:
    text = HEADER.format("\t".join(["code", "languages", *LANGUAGES])) + "\n".join(_rows()) + "\n"
    TARGET.write_text(text, "utf-8")
    print(len(text.encode()), "bytes")


if __name__ == "__main__":
    main()
