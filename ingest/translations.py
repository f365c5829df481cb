"""Whether two articles in different languages say the same: a hint with its grounds, no verdict.

Shingles see nothing of a translation. What does is what pages say themselves (`hreflang`, a mark
such as "translated from" beside a link) and what they show (the same lead picture). Names and
figures in common only weigh such a ground: alone they told 301 pairs of articles apart with an
area of .83 under the curve, too little, so without a ground they must be nearly all the same, in
texts of the same days.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from ingest.names import join_places, name_keys, place_of
from ingest.text import normalize, paragraphs, sentences, tokens
from ingest.urls import address_key, is_front, picture_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from ingest.items import Article

__all__ = ["Clues", "Hint", "Names", "Wording", "clues_of", "is_translation", "read_names"]

#: A hint weaker than this is none.
LEAST = 0.45
# How far each ground is trusted before names and figures are looked at, 0..1.
_BOTH_WAYS, _ONE_WAY, _MARKED, _PICTURED = 0.90, 0.80, 0.85, 0.55
#: Share of names and figures from which they count without any ground, if there are enough.
_NEARLY_ALL, _MANY_NAMES, _MANY_FIGURES = 0.70, 8, 3
_UNGROUNDED = 0.50
_FEW_DAYS = timedelta(days=3)
_PICTURE_DAYS = timedelta(days=30)  # later, it comes from the archive of an agency
_NAME_WEIGHT, _FIGURE_WEIGHT = 0.6, 0.4
_MIN_NAMES, _MIN_FIGURES = 4, 2  # of the text that has fewer
_MARK_LINE_CHARS = 300  # a longer line speaks of translations

_MARK = re.compile(
    r"translat(?:ed|ion|or)|перев[её]л|перевод|переведен|переклад|t[əe]rc[üu]m[əe]|çeviri|çevir(?:en|di)"
    r"|թարգման|თარგმ|tradui|traduction|traducid|traducción|tradott|traduzione|übersetz|tłumacz"
    r"|ترجم|תרגו|翻译|翻譯|翻訳",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\d{1,3}(?:[\u00a0\u202f ]\d{3})+(?!\d)|\d+(?:[.,]\d+)*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NOT_DIGIT = re.compile(r"\D")
#: Languages that write no names, or more than names, with a capital.
_NO_CAPITALS = frozenset({"am", "ar", "de", "fa", "he", "hi", "ja", "ka", "ko", "th", "ur", "zh"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """What a page says of other pages, by their keys."""

    alternates: frozenset[str] = frozenset()  #: its other editions, as its own head names them
    sources: frozenset[str] = frozenset()  #: linked where it says that it is a translation
    picture: str | None = None  #: key of its lead picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names and figures of a text."""

    names: tuple[frozenset[str], ...]  #: each by its keys in any script, endings on and off
    are_marked: bool  #: the script marks names, so that what is listed are names
    figures: frozenset[str]  #: digits of the numbers but years


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One article, as far as it matters here."""

    key: str  #: of its address, or `seed:N`
    keys: frozenset[str] = frozenset()  #: under which other pages may name it
    language: str | None
    published: datetime | None
    clues: Clues = field(default=Clues())
    said: Names = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """That one article may be a translation of another, either way or of a third."""

    score: float  #: 0..1
    evidence: str  #: in words a person can check


def clues_of(article: Article, key: str, alternates: Iterable[str]) -> Clues:
    """What a page says of others.

    Args:
        article: as read from it.
        key: of its address.
        alternates: addresses that its head names as its editions in other languages.
    """
    own = {key, address_key(article.url)}
    others = {address_key(url) for url in alternates}
    return Clues(
        alternates=frozenset(one for one in others - own if not is_front(one, key)),
        sources=frozenset({address_key(url) for url in _marked_links(article)} - own),
        picture=(picture_key(article.picture) if article.picture else None) or None,
    )


def _marked_links(article: Article) -> Iterator[str]:
    """Links that stand in a short line that says it is a translation."""
    lines = article.text.split("\n") if article.links else []
    short = [line for line in lines if len(line) <= _MARK_LINE_CHARS]
    for url, anchor in article.links:
        if anchor and any(_MARK.search(one) for one in (anchor, *_with(anchor, short))):
            yield url


def _with(anchor: str, lines: Iterable[str]) -> list[str]:
    return [line for line in lines if anchor in line]


def read_names(text: str, language: str | None) -> Names:
    """The names and figures of a text, of names those inside sentences."""
    names: dict[frozenset[str], None] = {}
    for line in paragraphs(text):
        for sentence in sentences(line):
            for at, token in enumerate(join_places(tokens(sentence))):
                if keys := _keys_of(token, is_first=at == 0):
                    names[keys] = None
    figures = {_NOT_DIGIT.sub("", one) for one in _FIGURE.findall(text) if not _YEAR.fullmatch(one)}
    return Names(
        names=tuple(names),
        are_marked=language not in _NO_CAPITALS,
        figures=frozenset(figure for figure in figures if len(figure) > 1),
    )


@lru_cache(16384)
def _keys_of(token: str, *, is_first: bool) -> frozenset[str]:
    word = normalize(token)
    if place := place_of(token, word):
        return frozenset({f"@{place}"})
    return frozenset() if is_first else frozenset(name_keys(token, word))


def is_translation(a: Wording, b: Wording) -> Hint | None:
    """What speaks for two articles being one in two languages; None: too little.

    The order of the two plays no part.
    """
    if b.key < a.key:
        a, b = b, a
    if not a.language or not b.language or a.language == b.language:
        return None
    if a.keys & b.keys:
        return None
    grounds = tuple(_grounds(a, b))
    support, told, is_strong = _support(a.said, b.said)
    if not grounds:
        if not is_strong or not _are_within(a, b, _FEW_DAYS, if_undated=False):
            return None
        grounds = ((_UNGROUNDED, "published within three days"),)
    doubt = 1.0
    for trust, _ in grounds:
        doubt *= 1.0 - trust
    score = 1.0 - doubt
    if support is not None:
        score = min(score * (0.6 + 0.5 * support), 0.98)
    if score < LEAST:
        return None
    evidence = "; ".join([said for _, said in grounds] + ([told] if told else []))
    return Hint(score=round(score, 2), evidence=evidence)


def _grounds(a: Wording, b: Wording) -> Iterator[tuple[float, str]]:
    """Each thing that speaks for it, with how far it is trusted."""
    a_names, b_names = bool(a.clues.alternates & b.keys), bool(b.clues.alternates & a.keys)
    if a_names and b_names:
        yield _BOTH_WAYS, "each page names the other as its edition (hreflang)"
    elif a_names or b_names:
        one, other = (a, b) if a_names else (b, a)
        said = f"the page in {one.language} names the one in {other.language} as its edition"
        yield _ONE_WAY, f"{said} (hreflang)"
    for one, other in ((a, b), (b, a)):
        if one.clues.sources & other.keys:
            yield (
                _MARKED,
                (
                    f"the page in {one.language} says it is a translation and links to the one in "
                    f"{other.language}"
                ),
            )
    picture = a.clues.picture
    if picture and picture == b.clues.picture and _are_within(a, b, _PICTURE_DAYS, if_undated=True):
        yield _PICTURED, "the same lead picture"


def _are_within(a: Wording, b: Wording, span: timedelta, *, if_undated: bool) -> bool:
    if a.published is None or b.published is None:
        return if_undated
    return abs(a.published - b.published) <= span


def _support(a: Names, b: Names) -> tuple[float | None, str, bool]:
    """Share of names and figures in common, 0..1 or None for too few; in words; is it enough."""
    shares: list[tuple[float, float]] = []
    told: list[str] = []
    names = _names_shared(a, b)
    if names is not None:
        share, common, total = names
        shares.append((_NAME_WEIGHT, share))
        told.append(f"{common} of {total} names")
    common_figures = len(a.figures & b.figures)
    if min(len(a.figures), len(b.figures)) >= _MIN_FIGURES:
        all_figures = len(a.figures | b.figures)
        shares.append((_FIGURE_WEIGHT, 2 * common_figures / (len(a.figures) + len(b.figures))))
        told.append(f"{common_figures} of {all_figures} figures")
    if not shares:
        return None, "", False
    support = sum(weight * share for weight, share in shares) / sum(weight for weight, _ in shares)
    is_strong = (
        support >= _NEARLY_ALL
        and names is not None
        and names[1] >= _MANY_NAMES
        and common_figures >= _MANY_FIGURES
    )
    return support, f"{' and '.join(told)} in common", is_strong


def _names_shared(a: Names, b: Names) -> tuple[float, int, int] | None:
    """Share of the names that the other text has too, how many, of how many; by what marks them."""
    sides = [(one, other) for one, other in ((a, b), (b, a)) if one.are_marked]
    counted = [(_found(one, other), len(one.names)) for one, other in sides]
    if not counted or min(total for _, total in counted) < _MIN_NAMES:
        return None
    share = sum(found / total for found, total in counted) / len(counted)
    return share, *min(counted, key=lambda one: (one[1], one[0]))


def _found(one: Names, other: Names) -> int:
    known = frozenset[str]().union(*other.names)
    return sum(not keys.isdisjoint(known) for keys in one.names)
