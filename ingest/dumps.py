"""Cleaning page dumps: the article in a page that was saved as plain text.

A dump holds menus, tickers, the article, teasers, comments and contact lines. Cleaning weighs every
line, keeps the contiguous stretch of greatest weight (maximum-sum segment), drops the lines in it
that are no part of the article, and finds the headline by the rare words it shares with the body.
Nothing is rewritten: every line that comes out stood in the file.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING

from ingest.background import common_zipf
from ingest.items import RemovedLine
from ingest.text import clean_controls, is_prose, normalize, words

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CleanedDump", "clean_dump"]

# What a line weighs, in units of a short paragraph; random search over eval/seeds_like gave the
# region, then rounded. Halving or doubling one moves F1 by .007 at most; `_PROSE_PER_CHAR` by .020.
_PROSE, _PROSE_PER_CHAR, _PROSE_MOST = 1.0, 0.01, 12.0
_CAPTION_CHARS = 600  # what is longer is a paragraph, ended or cut off
_UNENDED_SHARE = 0.15  # of that, for prose that does not end like a sentence: captions, headlines
_SHORT, _IN_LIST = -0.5, -1.5  # a short line alone is a sub-heading, several are a list of links
_LIST_MOST = -4.5  # a long list of links inside an article must not part it
_RULE_WEIGHTS = {
    "comments": -100.0,
    "end": -9.0,
    "about-outlet": -3.0,
    "contact": -5.0,
    "teaser": -2.0,
    "donation": -1.0,
    "interface": -1.0,
    "promotion": -1.0,
    "count": -1.0,
    "date": -4.0,
    "byline": -1.0,
    "credit": -0.5,
    "social": -0.3,
}
_TITLE_REACH = 3  # lines into the body where the headline may still stand
_TITLE_CHARS = range(8, 200)
_STANDFIRST_CHARS = 100
_HEADLINE_CHARS, _HEADLINE_WORDS = 55, 9
_ENDED = re.compile(r"[.!?…։。！？:;,][\"'”’»)\]*\d]*$")
_FULL_STOP = re.compile(r"[.!?…։。！？][\"'”’»)\]]*$")

_CONTACT = re.compile(
    r"\b(?:BTC|ETH|BCH|USDT|PayPal|IBAN)\b\s*:?|0x[0-9a-f]{30,}|\b[13][1-9A-HJ-NP-Za-km-z]{25,34}\b"
    r"|patreon\.com/|^\W*(?:©|\(c\)\s|copyright\b)|all rights? reserved|все права защищены"
    r"|tüm hakları saklıdır|bütün hüquqlar qorunur|alle rechte vorbehalten|tous droits réservés"
    r"|^(?:[\w.+-]+@[\w-]+\.[\w.]+|\+\d[\d\s().-]{6,}|(?:https?://|www\.)\S+)$"
    r"|^(?:address|phone|tel|e-?mail|fax|адрес|телефон|почта|ünvan|adres|telefon)\s*\.?:.{0,60}$",
    re.IGNORECASE,
)
_PROMOTION = re.compile(
    r"\b(?:sign(?:ing)? up|newsletters?|subscrib\w+|ad[- ]?blocker|affiliate|click(?:ing)? here"
    r"|cookies?|privacy (?:policy|notice)|terms of (?:use|service)|unsubscribe|our journalism"
    r"|registering|your (?:inbox|email|account|browser)|javascript|follow us|get the app"
    r"|подпи(?:шитесь|сывайтесь)|telegram-канал\w*|мы в telegram|abone ol\w*|abunə ol\w*"
    r"|bizi izləyin|bülten\w*|çerez\w*|datenschutz\w*|abonnieren|abonnez|suscríb\w+|assine"
    r"|iscriviti)\b",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"(?:getty images|ap photo|photo(?:graph)? by|photo:|foto:|photo credit|image credit|/ap\)"
    r"|\breuters file|\bafp/|/afp\b|/getty|/reuters|\bshutterstock\b|istock|\bimage:|picture:"
    r"|screenshot:|фото:|\bunsplash\b|/ ?dpa|courtesy of|via (?:getty|ap)\b|\bhandout\b)",
    re.IGNORECASE,
)
_SOCIAL = re.compile(
    r"pic\.twitter\.com|\(@\w+\)|^@\w+|view this post on|a post shared by", re.IGNORECASE
)
_BYLINE = re.compile(
    r"^(?:by|von|par|por|автор|yazar|müəllif)\W+\w.{0,80}$"
    r"|^.{0,40}(?:min(?:ute)?s? read|hours? ago|days? ago|часов назад)$",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"^(.{3,40}?)\s*[:|]\s")
_TRIM = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_DONATION = re.compile(
    r"^(?:support|donate to|поддержите|поддержать|dəstək ol|destek ol)\b.{0,30}$", re.IGNORECASE
)
_TESTS = (  # rule, the longest line it may take, pattern
    ("contact", 10_000, _CONTACT),
    ("donation", 60, _DONATION),
    ("byline", 90, _BYLINE),
    ("social", 400, _SOCIAL),
    ("credit", 400, _CREDIT),
    ("promotion", 300, _PROMOTION),
)
_MONTHS = {
    stem: month
    for month, stems in enumerate(
        (
            "jan янв yanv oca ene січ",
            "feb февр фев fév şub лют",
            "mar мар mär mart березн",
            "apr апр aprel avr abr nisan квіт",
            "may май мая mai mayıs maj трав",
            "jun июн iyun juin haziran червн",
            "jul июл iyul juil temmuz липн",
            "aug авг avq août ago ağustos серпн",
            "sep сент sent eyl верес",
            "oct окт okt ekim жовт",
            "nov ноя noy kasım листоп",
            "dec дек dek dez déc dic aralık груд",
        ),
        start=1,
    )
    for stem in stems.split()
}
_ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_WORDED_DATE = re.compile(
    r"\b(?P<m1>[^\W\d_]{3,10})\.? (?P<d1>\d{1,2})(?:st|nd|rd|th)?,? (?P<y1>\d{4})\b"
    r"|\b(?P<d2>\d{1,2})(?:st|nd|rd|th|\.)? (?P<m2>[^\W\d_]{3,10})\.?,? (?P<y2>\d{4})\b"
)
_MAX_DATE_CHARS = 70
_DATE_REACH = 12  # lines from the headline
_MENU_CHARS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedDump:
    """A dump cleaned; `text` and `removed` together hold every line that was not empty."""

    title: str | None
    text: str
    removed: tuple[RemovedLine, ...]
    published: datetime | None = None  #: aware UTC; None: the dump states no date


@dataclass(slots=True)
class _Line:
    number: int
    text: str
    rule: str | None
    is_prose: bool
    weight: float = 0.0

    def drop(self, rule: str) -> None:
        self.rule = self.rule or rule


def clean_dump(text: str) -> CleanedDump:
    """Part the article in a dump from the page around it."""
    lines = _read_lines(text)
    _mark_about_outlet(lines)
    _weigh(lines)
    start, end = _heaviest_stretch(lines)
    _mark_repeats(lines[start:end])
    _mark_teasers(lines[start:end])
    _mark_headlines(lines[start:end])
    at = _find_title(lines, start, end)
    title = None if at is None else lines[at].text
    if at is not None:
        start = _skip_to_body(lines, start, end, at)
    for line in lines:
        if line.text == title:
            line.rule = "title"
    kept = [line.text for line in lines[start:end] if line.rule is None]
    _mark_outside(lines, start, end, frozenset(kept))
    return CleanedDump(
        title=title,
        text="\n".join(kept),
        removed=tuple(
            RemovedLine(number=line.number, text=line.text, rule=line.rule)
            for line in lines
            if line.rule is not None
        ),
        published=_stated_date(lines, start if at is None else at),
    )


def _mark_outside(lines: Sequence[_Line], start: int, end: int, kept: frozenset[str]) -> None:
    """Name why each line before and after the body went."""
    section = "before"
    for at, line in enumerate(lines):
        if start <= at < end:
            section = "after"
            continue
        if line.rule == "comments":
            section = "comment"
        elif line.rule == "end" and section == "after":
            section = "related"
        elif line.text in kept:
            line.drop("repeat")
        elif line.is_prose or section in {"comment", "related"}:
            line.drop(section)
        else:
            line.drop("menu" if len(line.text) < _MENU_CHARS else "headline")


def _read_lines(text: str) -> list[_Line]:
    lines = []
    for number, raw in enumerate(clean_controls(text).split("\n"), start=1):
        if line := raw.strip():
            rule = _rule_of(line)
            lines.append(_Line(number, line, rule, rule is None and is_prose(line)))
    return lines


@cache
def _markers() -> dict[str, str]:
    table = files("ingest").joinpath("data/dump_markers.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {normalize(phrase): rule for rule, phrase in rows}


def _rule_of(line: str) -> str | None:
    """The rule that takes a line out wherever it stands, if any."""
    folded = normalize(line)
    if len(line) < _MAX_DATE_CHARS and _date_in(folded):
        return "date"
    bare = _TRIM.sub("", folded)
    if not bare:
        return "count"
    if rule := _markers().get(bare):
        return rule
    labelled = _LABELLED.match(folded)
    if labelled and len(line) < 2 * _TITLE_CHARS.stop:
        rule = _markers().get(_TRIM.sub("", labelled[1]))
        if rule is not None:
            return "interface" if rule == "interface" else "teaser"
    return next(
        (rule for rule, most, test in _TESTS if len(line) <= most and test.search(line)), None
    )


def _mark_about_outlet(lines: Sequence[_Line]) -> None:
    """What an outlet says of itself: the paragraphs between a marker line and its address."""
    for at, line in enumerate(lines):
        near = lines[at : at + 6]
        if line.rule != "contact" or sum(one.rule == "contact" for one in near) < 2:  # noqa: PLR2004
            continue
        start = at
        while start and lines[start - 1].is_prose and at - start < 4:  # noqa: PLR2004
            start -= 1
        if 0 < start < at and lines[start - 1].rule in {"interface", "end", "count"}:
            for about in lines[start:at]:
                about.rule, about.is_prose = "about-outlet", False
        return


def _weigh(lines: Sequence[_Line]) -> None:
    seen: set[str] = set()
    for prose, group in groupby(lines, key=lambda line: line.is_prose):
        run = list(group)
        if prose:
            for line in run:
                line.weight = 0.0 if line.text in seen else _prose_weight(line.text)
                seen.add(line.text)
            continue
        left = _LIST_MOST
        plain = _IN_LIST if len(run) > 1 else _SHORT
        for line in run:
            line.weight = _RULE_WEIGHTS[line.rule] if line.rule else plain
            if line.rule not in {"end", "comments"}:
                line.weight = max(line.weight, left)
                left -= line.weight


def _prose_weight(text: str) -> float:
    weight = _PROSE + min(len(text) * _PROSE_PER_CHAR, _PROSE_MOST)
    is_ended = len(text) > _CAPTION_CHARS or _ENDED.search(text)
    return weight if is_ended else weight * _UNENDED_SHARE


def _heaviest_stretch(lines: Sequence[_Line]) -> tuple[int, int]:
    """Bounds of the contiguous lines of greatest weight (Kadane's scan); the first of equals."""
    best, bounds = 0.0, (0, 0)
    total, start = 0.0, 0
    for at, line in enumerate(lines):
        if total <= 0:
            total, start = 0.0, at
        total += line.weight
        if total > best:
            best, bounds = total, (start, at + 1)
    return bounds


def _mark_repeats(body: Sequence[_Line]) -> None:
    """Keep each line once: the first copy that ends in a full stop, else the first."""
    copies: dict[str, list[_Line]] = {}
    for line in body:
        if line.rule is None:
            copies.setdefault(normalize(line.text).strip(" .…"), []).append(line)
    for same in copies.values():
        kept = next((line for line in same if _FULL_STOP.search(line.text)), same[0])
        for line in same:
            if line is not kept:
                line.rule = "repeat"


def _mark_teasers(body: Sequence[_Line]) -> None:
    """The short lines around a pointer such as `Read also` are headlines of other articles."""
    for prose, group in groupby(body, key=lambda line: line.is_prose):
        run = list(group)
        if not prose and any(line.rule == "teaser" for line in run):
            for line in run:
                line.drop("teaser")


def _find_title(lines: Sequence[_Line], start: int, end: int) -> int | None:
    """Index of the line that shares most rare words with the body; the last of equal lines."""
    body = [line for line in lines[start:end] if line.rule is None]
    prose = next((at for at in range(start, end) if lines[at].is_prose), start)
    found = Counter(word for line in body if line.is_prose for word in set(words(line.text)))
    whole = "\n".join(normalize(line.text) for line in body if line.is_prose)
    copies = Counter(line.text for line in lines)
    best, best_score = None, 0.0
    for at in range(min(prose + _TITLE_REACH, end)):
        line = lines[at]
        if len(line.text) not in _TITLE_CHARS or line.rule not in {None, "teaser", "repeat"}:
            continue
        if at >= prose and (copies[line.text] == 1 or line.is_prose):
            continue  # inside the body, only a headline is said twice
        score = _title_score(line.text, found, len(body)) + 0.3 * min(copies[line.text] - 1, 2)
        score -= 0.03 * min(abs(prose - at), 60)
        if line.text.startswith("•") or normalize(line.text) in whole:
            score -= 1.0
        if score >= best_score and score > 0:
            best, best_score = at, score
    return best if best is not None else _line_above(lines, prose)


def _line_above(lines: Sequence[_Line], prose: int) -> int | None:
    """The short line right above the body: a headline in other words than the body's."""
    if not 0 < prose < len(lines):
        return None
    line = lines[prose - 1]
    is_headline = line.rule is None and len(line.text) in _TITLE_CHARS and " " in line.text
    return prose - 1 if is_headline and not line.text.startswith("•") else None


def _title_score(text: str, found: Counter[str], lines: int) -> float:
    """How much of what a line says the body says too, rare words counting more."""
    rarity = {word: max(0.0, 6.5 - common_zipf(word)) for word in sorted(set(words(text)))}
    total = sum(rarity.values())
    if not total:
        return 0.0
    shared = sum(
        rare * (0.5 + 0.5 * min(1.0, 3 * found[word] / max(lines, 1)))
        for word, rare in rarity.items()
        if found[word]
    )
    score = shared / total * math.sqrt(shared)
    return score * 0.5 if _FULL_STOP.search(text) and not text.endswith(("?", "!")) else score


def _skip_to_body(lines: Sequence[_Line], start: int, end: int, title: int) -> int:
    """Where the body starts once the headline is known: after its first copy and a standfirst."""
    first = next(at for at, line in enumerate(lines) if line.text == lines[title].text)
    if first < start or first > start + _TITLE_REACH:
        return start
    at = first
    while at < end and (lines[at].text == lines[title].text or not lines[at].is_prose):
        at += 1
    is_standfirst = at + 1 < end and len(lines[at].text) < _STANDFIRST_CHARS
    return at + 1 if is_standfirst and lines[at + 1].is_prose else at


def _mark_headlines(body: Sequence[_Line]) -> None:
    """A lone line between paragraphs, as long as a headline and not ended, leads elsewhere."""
    for before, line, after in zip(body, body[1:], body[2:], strict=False):
        if line.rule is None and not line.is_prose and before.is_prose and after.is_prose:
            is_long = len(line.text) >= _HEADLINE_CHARS and len(words(line.text)) >= _HEADLINE_WORDS
            if is_long and not _ENDED.search(line.text):
                line.rule = "teaser"


def _stated_date(lines: Sequence[_Line], near: int) -> datetime | None:
    """The date on the line nearest to the headline, a later line before an earlier one."""
    dated = [at for at, line in enumerate(lines) if line.rule == "date"]
    at = min(dated, key=lambda at: (abs(at - near), -at), default=None)
    if at is None or abs(at - near) > _DATE_REACH:
        return None
    return _date_in(normalize(lines[at].text))


def _date_in(folded: str) -> datetime | None:
    """The first whole date of a normalised line, as midnight UTC."""
    if found := _ISO_DATE.search(folded):
        year, month, day = (int(part) for part in found.groups())
    elif found := _WORDED_DATE.search(folded):
        year, day = int(found["y1"] or found["y2"]), int(found["d1"] or found["d2"])
        name = found["m1"] or found["m2"]
        month = next((number for stem, number in _MONTHS.items() if name.startswith(stem)), 0)
    else:
        return None
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
