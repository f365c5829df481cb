"""Dates as dumps print them: ISO, or a day, the name of a month and a year in many languages."""

from __future__ import annotations

import re
from datetime import UTC, datetime

__all__ = ["date_in"]

_STEMS = (
    "jan янв yanv oca ene січ იანვ հունվ",
    "feb февр фев fév şub лют თებ փետր",
    "mar мар mär mart березн მარტ մարտ",
    "apr апр aprel avr abr nisan квіт აპრ ապր",
    "may май мая mai mayıs maj трав მაის մայ",
    "jun июн iyun juin haziran червн ივნ հունիս",
    "jul июл iyul juil temmuz липн ივლ հուլ",
    "aug авг avq août ago ağustos серпн აგვ օգոս",
    "sep сент sent eyl верес სექ սեպ",
    "oct окт okt ekim жовт ოქტ հոկ",
    "nov ноя noy kasım листоп ნოე նոյ",
    "dec дек dek dez déc dic aralık груд დეკ դեկ",
)
_MONTHS = {stem: month for month, stems in enumerate(_STEMS, start=1) for stem in stems.split()}
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b|(\d{4})年(\d{1,2})月(\d{1,2})日")
_NUMERIC = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b")
_WORDED = re.compile(
    r"\b(?P<m1>[^\W\d_]{3,10})\.? (?P<d1>\d{1,2})(?:st|nd|rd|th)?,? (?P<y1>\d{4})\b"
    r"|\b(?P<d2>\d{1,2})(?:st|nd|rd|th|\.)? (?:de )?"
    r"(?P<m2>[^\W\d_]{3,10})\.?,? (?:de )?(?P<y2>\d{4})\b"
)


def date_in(folded: str) -> datetime | None:
    """The first whole date of a normalised line, as midnight UTC."""
    if found := _ISO.search(folded):
        year, month, day = (int(part) for part in found.groups() if part)
    elif found := _NUMERIC.search(folded):
        day, month, year = (int(part) for part in found.groups())
    elif found := _WORDED.search(folded):
        year, day = int(found["y1"] or found["y2"]), int(found["d1"] or found["d2"])
        name = found["m1"] or found["m2"]
        month = next((number for stem, number in _MONTHS.items() if name.startswith(stem)), 0)
    else:
        return None
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
