"""Times as feeds and sitemaps write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from ingest.extract.moments import moments_in

__all__ = ["read_time"]

_MAX_CHARS = 100
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?")
_EPOCH_MS_DIGITS = 13
_CLOCK_24 = re.compile(r"(?<=[T ])24(?=:00)")
# Names that `email.utils` does not know, in hours; of those that several zones share, the one that
# the press of Europe and the Caucasus means.
_ZONES = {
    "msk": 3, "msd": 4, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3, "wet": 0,
    "west": 1, "bst": 1, "trt": 3, "azt": 4, "azst": 5, "get": 4, "amt": 4, "irst": 3.5, "ist": 5.5,
    "jst": 9, "kst": 9, "hkt": 8, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "z": 0, "ут": 0,
    "мск": 3,
}  # fmt: skip
_NAMED_ZONE = re.compile(r"\s*\(?\b(" + "|".join(_ZONES) + r")\)?\s*$", re.IGNORECASE)
_SPACED_ZONE = re.compile(r"\s+(?=[+-]\d\d:?\d\d$)")
_OFFSET = re.compile(r":\d\d\s*([+-])(\d\d):?(\d\d)$")
_HALF_DAY = re.compile(
    r"(\d{4}-\d\d?-\d\d?)[T ](\d{1,2}):(\d\d)(?::(\d\d))?\s*([ap])\.?m\.?", re.IGNORECASE
)
_ENGLISH_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(.*)", re.DOTALL)
_MONTHS = 12


def read_time(stated: object) -> datetime | None:
    """A time in UTC; one without a zone is taken to be in UTC. None: it cannot be read.

    ISO 8601 and RFC 822 in the spellings that occur, seconds since 1970, and dates as people write
    them in the languages of `ingest.extract.moments`.
    """
    if isinstance(stated, int | float) and not isinstance(stated, bool):
        stated = str(int(stated)) if abs(stated) < 1e15 else ""  # noqa: PLR2004  # a year of seven digits
    if not isinstance(stated, str) or not 0 < len(stated) <= _MAX_CHARS:
        return None
    text = " ".join(stated.split())
    try:
        at = _epoch(text) or _half_day(text) or _written(text)
        if at is None:
            return None
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError, OSError):
        return None
    return at if (at.year, at.month, at.day) != (1970, 1, 1) else None  # zero is no time


def _epoch(text: str) -> datetime | None:
    if not _EPOCH.fullmatch(text):
        return None
    whole = text.partition(".")[0]
    seconds = int(whole) / (1000 if len(whole) == _EPOCH_MS_DIGITS else 1)
    return datetime.fromtimestamp(seconds, UTC)


def _half_day(text: str) -> datetime | None:
    """`2024-05-08 08:53:11 AM`."""
    found = _HALF_DAY.match(text)
    if not found:
        return None
    year, month, day = map(int, found[1].split("-"))
    hour = int(found[2]) % 12 + (12 if found[5].lower() == "p" else 0)
    return datetime(year, month, day, hour, int(found[3]), int(found[4] or 0), tzinfo=UTC)


def _written(text: str) -> datetime | None:
    zone = _NAMED_ZONE.search(text)
    bare = text[: zone.start()] if zone and zone.start() and ":" in text else text
    is_next_day = bool(_CLOCK_24.search(bare))
    at = _read(_CLOCK_24.sub("00", bare))
    if at is None:
        return None
    if bare is not text and zone and at.tzinfo in (None, UTC):
        at = at.replace(tzinfo=UTC) - timedelta(hours=_ZONES[zone[1].lower()])
    return at + timedelta(days=1) if is_next_day else at


def _read(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(_SPACED_ZONE.sub("", text))
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        pass
    if slashed := _ENGLISH_SLASHES.fullmatch(text):
        first, second = int(slashed[1]), int(slashed[2])
        # Day before month, as most of the world writes it, unless that is no month.
        day, month = (second, first) if second > _MONTHS else (first, second)
        text = f"{slashed[3]}-{month:02}-{day:02}{slashed[4]}"
    moment = next(iter(moments_in(text)), None)
    if moment is None or moment.has_zone or not (offset := _OFFSET.search(text)):
        return moment.at if moment else None
    east = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
    return moment.at - (east if offset[1] == "+" else -east)
