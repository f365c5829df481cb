"""One line of a GKG file: 27 fields between tabs, neither head nor quotes (GKG codebook 2.1)."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ingest.gdelt.languages import language_of_code
from ingest.text import clean_controls

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["COLUMNS", "Place", "Row", "read_row", "tidy_title"]

COLUMNS = (
    "GKGRECORDID", "DATE", "SourceCollectionIdentifier", "SourceCommonName",
    "DocumentIdentifier", "Counts", "V2Counts", "Themes", "V2Themes", "Locations", "V2Locations",
    "Persons", "V2Persons", "Organizations", "V2Organizations", "Tone", "Dates", "GCAM",
    "SharingImage", "RelatedImages", "SocialImageEmbeds", "SocialVideoEmbeds", "Quotations",
    "AllNames", "Amounts", "TranslationInfo", "Extras",
)  # fmt: skip
_AT = {name: place for place, name in enumerate(COLUMNS)}
_NAMING = ("V2Persons", "V2Organizations", "AllNames")
_WEB = "1"  # a source collection; the others cite no address
_MOST_NAMES = 300  # of a field; real ones have 10 to 100
_TITLE_CHARS = 500
_PUBLISHED_SKEW = timedelta(minutes=15)  # of clocks; GDELT cannot have seen it before it was there
# A title may hold a bare `<`; unrolled, so that no run of opening tags takes long.
_EXTRA = re.compile(
    r"<PAGE_(TITLE|PRECISEPUBTIMESTAMP|ALTURL_MOBILE|ALTURL_AMP)>"
    r"([^<]*(?:<(?!/?PAGE_)[^<]*)*)</PAGE_\1>"
)
_SOURCE_LANGUAGE = re.compile(r"\bsrclc:([A-Za-z]{2,3})\b")
_BEFORE, _AFTER = re.compile(r"\s+([,.;:!?%)\]}»”’…])"), re.compile(r"([(\[{«“])\s+")
_CONTRACTED = re.compile(r"\s+(['’](?:s|t|d|m|re|ve|ll)\b)")
_STAMP_CHARS, _OFFSET_DIGITS, _LOCATION_PARTS = 14, 9, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place that an article names."""

    name: str  #: in English, `Baku, Baki, Azerbaijan`
    country: str  #: FIPS 10-4; empty: none
    offset: int  #: characters from the start of the article


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What GDELT says of one article."""

    url: str
    seen: datetime  #: aware UTC, when GDELT saw it
    names: tuple[tuple[int, str], ...] = field(repr=False)  #: persons, bodies, others; by offset
    places: tuple[Place, ...] = field(repr=False)
    title: str | None  #: as the page has it, in its own language; None: not stated
    published: datetime | None  #: aware UTC, as the page states it; None: it does not
    language: str | None  #: ISO 639-1; None: one not known here
    aliases: tuple[str, ...]  #: its addresses for phones and AMP


def read_row(line: bytes) -> Row | None:
    """Read a line; None: it is of no web page.

    Raises:
        ValueError: it has not 27 fields, or no time.
    """
    cells = line.rstrip(b"\r").split(b"\t")
    if len(cells) != len(COLUMNS):
        raise ValueError(f"{len(cells)} fields in place of {len(COLUMNS)}")

    def cell(name: str) -> str:
        return cells[_AT[name]].decode("utf-8", "replace")

    seen = _time(cell("DATE"))
    if seen is None:
        raise ValueError("no time of its own")
    url = cell("DocumentIdentifier").strip()
    if cell("SourceCollectionIdentifier") != _WEB or not url:
        return None
    extras = {key: html.unescape(value).strip() for key, value in _EXTRA.findall(cell("Extras"))}
    return Row(
        url=clean_controls(url),
        seen=seen,
        names=tuple(sorted({name for key in _NAMING for name in _names(cell(key))})),
        places=tuple(_places(cell("V2Locations") or cell("Locations"))),
        title=tidy_title(extras.get("TITLE", "")) or None,
        published=_published(extras.get("PRECISEPUBTIMESTAMP", ""), seen),
        language=_language(cell("TranslationInfo")),
        aliases=tuple(
            clean_controls(extras[key])
            for key in ("ALTURL_MOBILE", "ALTURL_AMP")
            if extras.get(key)
        ),
    )


def tidy_title(title: str) -> str:
    """A title without the blanks that GDELT puts around its punctuation."""
    plain = " ".join(clean_controls(title).split())
    plain = _CONTRACTED.sub(r"\1", _AFTER.sub(r"\1", _BEFORE.sub(r"\1", plain)))
    return plain[:_TITLE_CHARS]


def _names(cell: str) -> Iterator[tuple[int, str]]:
    """`Ilham Aliyev,123` as its offset and the name."""
    for entry in cell.split(";", _MOST_NAMES)[:_MOST_NAMES]:
        name, _, offset = entry.rpartition(",")
        if name and (at := _number(offset)) is not None:
            yield at, clean_controls(name)


def _places(cell: str) -> Iterator[Place]:
    """`4#Baku, Baki, Azerbaijan#AJ#AJ09#…#offset`, of each place the first time it is named."""
    known = set[str]()
    for entry in cell.split(";", _MOST_NAMES)[:_MOST_NAMES]:
        parts = entry.split("#")
        if len(parts) < _LOCATION_PARTS or parts[1] in known:
            continue
        known.add(parts[1])
        at = _number(parts[-1])
        yield Place(name=clean_controls(parts[1]), country=parts[2], offset=0 if at is None else at)


def _number(digits: str) -> int | None:
    is_number = len(digits) <= _OFFSET_DIGITS and digits.isascii() and digits.isdigit()
    return int(digits) if is_number else None


def _time(stamp: str) -> datetime | None:
    if len(stamp) != _STAMP_CHARS or not (stamp.isascii() and stamp.isdigit()):
        return None
    try:
        return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _published(stamp: str, seen: datetime) -> datetime | None:
    at = _time(stamp)
    return at if at is not None and at - seen <= _PUBLISHED_SKEW else None


def _language(translation: str) -> str | None:
    """Of an article as it was written; nothing said means that nothing was translated."""
    if not translation.strip():
        return "en"
    found = _SOURCE_LANGUAGE.search(translation)
    return language_of_code(found[1]) if found else None
