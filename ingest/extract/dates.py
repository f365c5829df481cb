"""When the article was published, as the page states it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import TYPE_CHECKING

from htmldate import find_date
from lxml import etree

from ingest.extract.page import is_apart, is_longer, text_of
from ingest.extract.schema import article_node, string_of
from ingest.text import normalize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from ingest.extract.page import ParsedPage

__all__ = ["find_published"]

_META = (
    "article:published_time",
    "og:article:published_time",
    "article:published",
    "datepublished",
    "publication_date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "date",
)
_EARLIEST = datetime(1850, 1, 1, tzinfo=UTC)  # newspapers put their archives on line
_CLOCK_SKEW = timedelta(days=1)  # a server's clock or zone may be ahead; a press embargo is not
_MAX_MARKS = 40  # date-like elements looked at; a page of more is a list
_MAX_MARK_CHARS = 120
_SERIES = 3  # marks of one class: the dates of a list, not of the article
_DATE_CLASS = re.compile(r"date|time|publish|posted|byline|meta\b|tarih|tarix|дата", re.IGNORECASE)
_NEAR_HEADLINE = etree.XPath(
    "(//h1)[1]/preceding::*[position() <= 4][not(self::script)]"
    " | (//h1)[1]/following::*[position() <= 12][not(ancestor-or-self::figure)]"
)
_CHANGED = re.compile(r"modified|updated", re.IGNORECASE)
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
_CLOCK = r"(?:\D{0,12}?\b(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)\b)?"
_SPOKEN = (
    re.compile(
        r"\b(?P<day>\d{1,2})\.?\s+(?P<month>[^\W\d_]{3,12})\.?,?\s+(?P<year>\d{4})" + _CLOCK
    ),
    re.compile(r"\b(?P<month>[^\W\d_]{3,12})\.?\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})" + _CLOCK),
    re.compile(r"\b(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})\b" + _CLOCK),
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})\b" + _CLOCK),
)


def find_published(page: ParsedPage, now: datetime) -> datetime | None:
    """The publication time in the zone the page states (UTC where it states none).

    Structured claims first, then dates shown beside the headline, then htmldate's search, which
    knows the day only: midnight. A claim without a time of day takes it from a later claim of the
    same day. Dates before 1850, on the Unix epoch, or more than a day after `now` are refused.
    """
    first: datetime | None = None
    for claim, has_clock in _claims(page):
        if not _is_possible(claim, now) or (first and claim.date() != first.date()):
            continue
        if has_clock:
            return claim
        first = first or claim
    return first or _searched(page, now)


def _is_possible(claim: datetime, now: datetime) -> bool:
    return _EARLIEST <= claim <= now + _CLOCK_SKEW and claim.timestamp() != 0


def _claims(page: ParsedPage) -> Iterator[tuple[datetime, bool]]:
    """(time, whether a time of day was stated), most trusted first."""
    node = article_node(page)
    for key in ("datePublished", "dateCreated", "uploadDate"):
        yield from _read(string_of(node.get(key)))
    for content in page.meta(*_META):
        yield from _read(content)
    for tag in page.tree.xpath("//*[@itemprop='datePublished' or @pubdate]"):
        for stated in (tag.get("datetime"), tag.get("content"), text_of(tag)):
            yield from _read(stated or "")
    marks = list(islice(filter(_is_beside_headline, _date_marks(page.tree)), _MAX_MARKS))
    times_used = Counter((tag.tag, tag.get("class")) for tag in marks)
    for tag in marks:
        if times_used[tag.tag, tag.get("class")] < _SERIES:
            yield from _read(tag.get("datetime") or "")
            yield from _read(text_of(tag)[:_MAX_MARK_CHARS])
    for tag in _NEAR_HEADLINE(page.tree):
        if _is_beside_headline(tag) and not is_longer(tag, _MAX_MARK_CHARS):
            yield from _read(text_of(tag))


def _date_marks(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Short elements that are dates or called so."""
    for tag in tree.iter("time", "span", "div", "p", "small", "em", "font"):
        names = f"{tag.get('class')} {tag.get('id')}"
        is_dated = (tag.tag == "time" or _DATE_CLASS.search(names)) and not _CHANGED.search(names)
        if is_dated and not is_longer(tag, _MAX_MARK_CHARS):
            yield tag


def _is_beside_headline(tag: HtmlElement) -> bool:
    """Whether a mark may speak of this article: in no box, no list, no link to another."""
    return not is_apart(tag) and not any(above.tag in {"li", "a"} for above in tag.iterancestors())


def _read(stated: str) -> Iterator[tuple[datetime, bool]]:
    """The time in a claim, if it can be read at all."""
    stated = stated.strip()
    moment = _iso(stated) or _rfc(stated)
    if moment:
        yield _aware(moment), ":" in stated or "T" in stated
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


def _spoken(stated: str) -> tuple[datetime, bool] | None:
    """A date as readers see it, in one of the languages of `_MONTHS`; day before month."""
    text = normalize(stated).replace("i̇", "i")
    for pattern in _SPOKEN:
        for found in pattern.finditer(text):
            name = found["month"]
            month = int(name) if name.isdigit() else _MONTHS.get(name, 0)
            clock = (int(found["hour"] or 0), int(found["minute"] or 0))
            try:
                day = datetime(int(found["year"]), month, int(found["day"]), *clock, tzinfo=UTC)
            except ValueError:
                continue
            return day, found["hour"] is not None
    return None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _searched(page: ParsedPage, now: datetime) -> datetime | None:
    """The answer of htmldate, at midnight UTC."""
    found = find_date(
        page.copy_tree(),
        url=page.url,
        original_date=True,
        max_date=(now + _CLOCK_SKEW).strftime("%Y-%m-%d"),
    )
    # the first of January is what it makes of a bare year, most often a copyright line's
    return _aware(datetime.fromisoformat(found)) if found and not found.endswith("-01-01") else None
