"""Who signed the article: people first, an agency or the outlet only when nobody else did."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from lxml import etree
from trafilatura.metadata import extract_author

from ingest.extract.page import is_apart, is_longer, squeeze, text_of
from ingest.extract.schema import article_node, names_of
from ingest.text import normalize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ingest.extract.page import ParsedPage

__all__ = ["find_authors"]

_META = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "byl",
    "citation_author",
    "dc.creator",
)
_MONTHS = (
    "january|february|march|april|may \\d+|june|july|august|september|october|november|december"
)
_LEAD = re.compile(
    r"^(?:view all posts by|about the author|authors?|(?:\w+\s+)?by|von|par|por|авторы?|müəllif|"
    r"yazan|yazar|текст|фото и текст|text)(?=\W)\s*[:\-–—]?\s*",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"^(?:by|von|par|por|автор|müəllif|yazan)\b\s*:?\s+\S", re.IGNORECASE)
_SPLIT = re.compile(
    r"\s*[;,|/•·]\s*|\s+(?:and|und|et|with|və|ve|и|та|&)\s+",
    re.IGNORECASE,
)
_REST = re.compile(  # what follows a name on its line
    r"\s+(?:for|in|on|at|from|für|aus|contributing|senior|staff|former|founder|tech|link copied|"
    rf"published|updated|last updated|reviewed|follow|as told|view|{_MONTHS})\b.*"
    r"|\s*[(\[@<].*|\s+[-–—]\s.*|\s+\d.*",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"\d{2}|[{}=_<>@]|\b(?:admin(?:istrator)?|correspondent|reporter|writer|updated?|published|"
    r"subscribe|follow|folgen|author|guest|unknown|none|null|undefined|view|posts?|officer|chief|"
    r"head of|director|professor|founder|consultant|specialist|manager|analyst|educators?|expert|"
    r"journalism|read|minutes?|share|comments?|january|february|august)\b",
    re.IGNORECASE,
)
_NO_PERSON = re.compile(
    r"\b(?:editors?|editorial|staff|team|desk|newsroom|redaktion|redaksiya|редакция|news|press|"
    r"media|agency|online|reuters|afp|dpa|apa|tass|тасс|интерфакс|риа|anadolu|azertac|azərtac|"
    r"report\.az|turan|interfax|bloomberg)\b",
    re.IGNORECASE,
)
_NAMES = (
    "[contains(@class, 'author-name') or contains(@class, 'author__name') or"
    " contains(@class, 'authorName') or contains(@class, 'byline-name') or"
    " contains(@class, 'byline__name')]"
)
_HOLDERS = "[self::a or self::span or self::div or self::p or self::address or self::h4]"
_ROLES = (
    "contains(@class, 'byline') or contains(@class, 'Byline') or contains(@class, 'author') or"
    " contains(@class, 'contributor') or contains(@href, '/author/') or"
    " contains(@href, '/authors/')"
)
_MARKED = tuple(
    etree.XPath(query)
    for query in (
        "//a[contains(concat(' ', @rel, ' '), ' author ')]",
        "//*[@itemprop='author']//*[@itemprop='name'] | //*[@itemprop='author'][not(*)]",
        f"//*{_NAMES}",
        f"//*{_HOLDERS}[{_ROLES}]",
    )
)
_FULL_NAME = re.compile(r"[^\W\d_a-zа-я][^\W\d_]+(?:[ -][^\W\d_a-zа-я][^\W\d_]+){1,2}")
_MAX_WORDS, _MAX_CHARS, _MAX_AUTHORS = 5, 50, 12
_MAX_LINE_CHARS = 120  # of an element that may be a byline
_MAX_MARKS = 8
_NAME_WORDS = 2  # "Jr" and "PhD" after a comma are nobody: a second name has two words


def find_authors(page: ParsedPage) -> tuple[str, ...]:
    """Names as printed, in order; the first source that names people decides."""
    others: tuple[str, ...] = ()
    for source in (_schema, _meta, _marked, _signed, _undersigned, _searched):
        names = _unique(name for text in source(page) for name in _names(text))
        people = tuple(name for name in names if not _NO_PERSON.search(name))
        if people:
            return people[:_MAX_AUTHORS]
        others = others or names
    return others[:1]


def _schema(page: ParsedPage) -> Iterator[str]:
    """JSON-LD: people, and organisations when it names no people."""
    node = article_node(page)
    stated = [*names_of(page, node.get("author")), *names_of(page, node.get("creator"))]
    people = [name for name, kind in stated if kind in {"", "Person"}]
    return iter(people or [name for name, _ in stated])


def _meta(page: ParsedPage) -> Iterator[str]:
    return next(
        (iter(found) for name in _META if any(map(_has_name, found := list(page.meta(name))))),
        iter(()),
    )


def _has_name(text: str) -> bool:
    return any(True for _ in _names(text))


def _marked(page: ParsedPage) -> Iterator[str]:
    """rel=author, then microdata, then elements named after their role; beside the headline."""
    for query in _MARKED:
        beside = (tag for tag in query(page.tree) if not is_apart(tag))
        texts = (squeeze(tag.get("content")) or text_of(tag) for tag in islice(beside, _MAX_MARKS))
        found = [text for text in texts if len(text) <= _MAX_LINE_CHARS and _has_name(text)]
        if found:
            return iter(found if query is not _MARKED[-1] else found[:1])
    return iter(())


def _signed(page: ParsedPage) -> Iterator[str]:
    """The first short line that begins with "By"."""
    for tag in page.tree.iter("p", "span", "div", "em", "strong", "h4", "h5", "address"):
        line = "" if is_longer(tag, _MAX_LINE_CHARS // 2) else text_of(tag)
        if _SIGNED.match(line) and _has_name(line) and not is_apart(tag):
            return iter((line,))
    return iter(())


def _undersigned(page: ParsedPage) -> Iterator[str]:
    """A name alone, in italics or to the right, after a text: the custom of the Russian press."""
    for tag in page.tree.iter("i", "em", "b", "strong", "div", "p"):
        name = squeeze(tag.text)
        is_set_off = tag.tag in {"i", "em"} or "right" in f"{tag.get('align')}{tag.get('style')}"
        above = tag.getparent()
        if not is_set_off or above is None or not _FULL_NAME.fullmatch(name) or is_apart(tag):
            continue
        if not is_longer(above, _MAX_CHARS) and text_of(above) == name:
            return iter((name,))
    return iter(())


def _searched(page: ParsedPage) -> Iterator[str]:
    return iter((extract_author(page.tree) or "").split("; "))


def _names(text: str) -> Iterator[str]:
    """The names in one author string; nothing of an address."""
    if "://" in text or text.startswith("www."):
        return
    parts = _SPLIT.split(_LEAD.sub("", squeeze(text)))
    for part in parts:
        name = _REST.sub("", _LEAD.sub("", part)).strip(" .,:-–—'\"*")
        words = name.split()
        if not words or len(words) > _MAX_WORDS or len(name) > _MAX_CHARS:
            continue
        if _NO_NAME.search(name) or not name[0].isalpha():
            continue
        if len(parts) == 1 or len(words) >= _NAME_WORDS or len(parts[0].split()) < _NAME_WORDS:
            yield name


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(normalize(name), name)
    return tuple(first.values())
