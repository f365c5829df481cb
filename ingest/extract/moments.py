"""Times as pages write them: ISO 8601, RFC 5322, and as people say them in a dozen languages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

from ingest.text import normalize

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Moment", "aware", "moments_in"]

_NOON = 12
# Nominative, genitive and short forms in the languages of the product and its neighbours.
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner janvier enero январь января янв січня yanvar ocak",
            "february feb februar février febrero февраль февраля фев лютого fevral şubat",
            "march mar märz mars marzo март марта мар березня mart",
            "april apr avril abril апрель апреля апр квітня aprel nisan",
            "may mai mayo май мая травня may mayıs",
            "june jun juni juin junio июнь июня июн червня iyun haziran",
            "july jul juli juillet julio июль июля июл липня iyul temmuz",
            "august aug août agosto август августа авг серпня avqust ağustos",
            "september sep sept septembre septiembre сентябрь сентября сен вересня sentyabr eylül",
            "october oct oktober octobre octubre октябрь октября окт жовтня oktyabr ekim",
            "november nov novembre noviembre ноябрь ноября ноя листопада noyabr kasım",
            "december dec dezember décembre diciembre декабрь декабря дек грудня dekabr aralık",
        ),
        start=1,
    )
    for name in names.split()
}
# Offsets in hours; of names that two zones share, the one that news pages mean.
_ZONES = {
    "gmt": 0, "utc": 0, "мск": 3, "msk": 3, "eet": 2, "eest": 3, "cet": 1, "cest": 2, "bst": 1,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "et": -5, "jst": 9, "kst": 9, "aest": 10, "aedt": 11,
}  # fmt: skip
_CLOCK = (
    r"(?:\D{0,12}?\b(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)\b(?:[:.]\d\d\b)?"
    r"(?:\s?(?P<half>[ap])\.?m\b\.?)?"
    r"(?:\s?\(?(?P<zone>" + "|".join(_ZONES) + r")\b(?P<offset>[+-]\d{1,2}(?!\d))?)?)?"
)
_SPOKEN = (
    re.compile(
        r"\b(?P<day>\d{1,2})\.?\s+(?P<month>[^\W\d_]{3,12})\.?,?\s+(?P<year>\d{4})" + _CLOCK
    ),
    re.compile(r"\b(?P<month>[^\W\d_]{3,12})\.?\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})" + _CLOCK),
    re.compile(r"\b(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})\b" + _CLOCK),
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})\b" + _CLOCK),
)


class Moment(NamedTuple):
    """One reading of a claim."""

    at: datetime  #: aware; in UTC where no zone was stated
    has_clock: bool
    has_zone: bool


def moments_in(stated: str) -> Iterator[Moment]:
    """The time in a claim, if it can be read at all."""
    stated = stated.strip()
    moment = _iso(stated) or _rfc(stated)
    if moment:
        yield Moment(aware(moment), ":" in stated or "T" in stated, moment.tzinfo is not None)
    elif spoken := _spoken(stated):
        yield spoken


def _iso(stated: str) -> datetime | None:
    try:
        return datetime.fromisoformat(stated.replace("/", "-"))
    except ValueError:
        return None


def _rfc(stated: str) -> datetime | None:
    try:
        return parsedate_to_datetime(stated) if stated.count(":") > 1 else None
    except (ValueError, TypeError, IndexError):
        return None


def _spoken(stated: str) -> Moment | None:
    """A date as readers see it, in one of the languages of `_MONTHS`; day before month."""
    text = normalize(stated).replace("i̇", "i")
    for pattern in _SPOKEN:
        for found in pattern.finditer(text):
            name = found["month"]
            month = int(name) if name.isdigit() else _MONTHS.get(name, 0)
            try:
                day = datetime(int(found["year"]), month, int(found["day"]), tzinfo=_zone(found))
            except ValueError:
                continue
            has_clock = found["hour"] is not None
            at = day.replace(hour=_hour(found), minute=int(found["minute"])) if has_clock else day
            return Moment(at, has_clock, found["zone"] is not None)
    return None


def _hour(found: re.Match[str]) -> int:
    hour = int(found["hour"])
    if not found["half"] or hour > _NOON:
        return hour
    return hour % _NOON + (_NOON if found["half"] == "p" else 0)


def _zone(found: re.Match[str]) -> timezone:
    hours = _ZONES.get(found["zone"] or "", 0) + int(found["offset"] or 0)
    return timezone(timedelta(hours=hours)) if hours else UTC


def aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
