"""Who signed the article: people first, an agency or the outlet only when nobody else did."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from lxml import etree

from ingest.extract.agencies import agency_of
from ingest.extract.claims import Source
from ingest.extract.headline import is_credit, texts_under_headline
from ingest.extract.page import is_apart, is_longer, solid, squeeze, text_of
from ingest.extract.schema import article_node, names_of
from ingest.extract.signatures import (
    BY_ALONE,
    NO_NAME,
    NO_PERSON,
    SIGNED,
    has_name,
    is_capitalised,
    is_first_and_last,
    names_in,
)
from ingest.text import normalize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.html import HtmlElement

    from ingest.extract.page import ParsedPage

__all__ = ["Signature", "find_authors"]

_META = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "byl",
    "citation_author",
    "dc.creator",
)
_NAME_CLASS = re.compile(r"author-name|author__name|authorName|byline-name|byline__name")
_ROLE_CLASS = re.compile(r"byline|Byline|author|contributor")
_OWN_ASIDE = re.compile(  # an <aside> that tells who wrote this, and not who else writes
    r"by-?line|(?:^|\s)authors?(?:$|\s)|(?:article|post|story|entry)[-_]*author\b"
    r"|author[-_]*(?:info|name|box|bio|card)\b",
    re.IGNORECASE,
)
_ROLE_ADDRESS = re.compile(r"/authors?/")
_NAMED_AUTHOR = etree.XPath(
    "//*[@itemprop='author']//*[@itemprop='name'] | //*[@itemprop='author'][not(*)]"
)
_FULL_NAME = re.compile(r"[^\W\d_a-zа-я][^\W\d_]+(?:[ -][^\W\d_a-zа-я][^\W\d_]+){1,2}")
_STAFF = re.compile(
    r"\b(?:staff|team|desk|editors?|newsroom|redaktion|reporters?)\b", re.IGNORECASE
)
_PICTURED = re.compile(  # `Photo by Ann Lee/AP` says nothing of who wrote
    r"\W*(?:(?:file|cover|lead|ap) )?"
    r"(?:photo(?:graph)?s?|pictures?|images?|fotos?|fotoğraf|şəkil|фото)"
    r"\s*(?:by\b|courtesy\b|credits?\b|von\b|[:/(©])",
    re.IGNORECASE,
)
_MAX_CHARS, _MAX_AUTHORS = 50, 12
_JOINT = re.compile(r"(?:,|&|and|und|et|y|и|və|ve|, and)(?:\s|$)", re.IGNORECASE)
_MAX_LINE_CHARS = 120  # of an element that may be a byline
_MAX_MARKS = 8
_PROSE_CHARS = 120
_MAX_PIECES = 25  # of text under the headline: the byline stands there or nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who signed; all empty: nobody did."""

    names: tuple[str, ...] = ()  #: people; some other body only when no person signed
    agencies: tuple[str, ...] = ()  #: names as in `ingest.extract.agencies`
    source: Source | None = None  #: that gave the names
    agency_source: Source | None = None  #: that gave the first agency


def find_authors(page: ParsedPage, outlet_names: tuple[str, ...] = ()) -> Signature:
    """Names as printed, in order; the first source that names people decides.

    A line under the headline may add people to those that the page names out of sight.
    """
    outlets = {solid(normalize(name)) for name in outlet_names if name}
    signed: tuple[tuple[str, ...], Source | None] = ((), None)
    agencies: dict[str, Source] = {}
    for read, source in _SOURCES:
        if signed[0] and source is Source.TEXT:
            break  # what that finds is a guess, and the page has said who signed
        names = _unique(
            _less_outlet(name, outlet_names)
            for text in read(page)
            if not _PICTURED.match(text)
            for name in _signed_by(text, outlets)
        )
        for name in filter(None, map(agency_of, names)):
            agencies.setdefault(name, source)
        names = tuple(name for name in names if not agency_of(name))
        people = tuple(name for name in names if _is_person(name, outlets))
        if people:
            more = () if read is _byline else _people_under_headline(page, outlets)
            added = {*map(normalize, more)} - {*map(normalize, people)}
            if len(more) == len(people) + len(added) and all(map(is_first_and_last, added)):
                people = more
            signed = (people[:_MAX_AUTHORS], source)
            break
        if names and not signed[0]:
            signed = (names[:1], source)
    return Signature(
        names=signed[0],
        agencies=tuple(agencies),
        source=signed[1],
        agency_source=next(iter(agencies.values()), None),
    )


def _people_under_headline(page: ParsedPage, outlets: set[str]) -> tuple[str, ...]:
    names = _unique(name for text in _byline(page) for name in names_in(text))
    return tuple(name for name in names if _is_person(name, outlets) and not agency_of(name))


def _signed_by(text: str, outlets: set[str]) -> Iterator[str]:
    """The names in one claim; what follows an outlet's name is its place, or its staff."""
    names = list(names_in(text))
    if names and _is_outlet(names[0], outlets):
        whole = squeeze(text)
        is_staffed = whole.startswith(names[0]) and _STAFF.search(whole)
        return iter([whole if is_staffed and len(whole) <= _MAX_CHARS else names[0]])
    return iter(names)


def _is_outlet(name: str, outlets: set[str]) -> bool:
    key = solid(normalize(name))
    return key in outlets or f"the{key}" in outlets


def _is_person(name: str, outlets: set[str]) -> bool:
    return not (NO_PERSON.search(name) or _is_outlet(name, outlets))


def _less_outlet(name: str, outlet_names: tuple[str, ...]) -> str:
    """`Ann Lee` of `Ann Lee Herald`, on a page of the Herald."""
    for outlet in outlet_names:
        if outlet and name.endswith(f" {outlet}"):
            return name.removesuffix(outlet).strip(" -–—|,")
    return name


def _schema(page: ParsedPage) -> Iterator[str]:
    """JSON-LD: people, and organisations when it names no people."""
    node = article_node(page)
    stated = [*names_of(page, node.get("author")), *names_of(page, node.get("creator"))]
    people = [name for name, kind in stated if kind in {"", "Person"}]
    return iter(people or [name for name, _ in stated])


def _meta(page: ParsedPage) -> Iterator[str]:
    return next(
        (iter(found) for name in _META if any(map(has_name, found := list(page.meta(name))))),
        iter(()),
    )


def _marked(page: ParsedPage) -> Iterator[str]:
    """rel=author, then microdata, then elements named after their role; beside the headline."""
    for marks in _MARKS:
        beside = (tag for tag in marks(page) if not is_apart(tag, unless=_OWN_ASIDE))
        texts = (squeeze(tag.get("content")) or _spaced(tag) for tag in islice(beside, _MAX_MARKS))
        found = [text for text in texts if len(text) <= _MAX_LINE_CHARS and has_name(text)]
        if found:
            return iter(found if marks is not _by_role else found[:1])
    return iter(())


def _by_rel(page: ParsedPage) -> Iterable[HtmlElement]:
    return (tag for tag in page.tree.iter("a") if " author " in f" {tag.get('rel')} ")


def _by_property(page: ParsedPage) -> Iterable[HtmlElement]:
    found: list[HtmlElement] = _NAMED_AUTHOR(page.tree) if "author" in page.properties else []
    return found


# An XPath that looks into every class takes 1 ms a page; these take a quarter of it, or less.
def _by_name(page: ParsedPage) -> Iterable[HtmlElement]:
    return (tag for tag in page.letters if _NAME_CLASS.search(tag.get("class") or ""))


def _by_role(page: ParsedPage) -> Iterable[HtmlElement]:
    return (
        tag
        for tag in page.tree.iter("a", "span", "div", "p", "address", "h4", "aside")
        if _ROLE_CLASS.search(tag.get("class") or "") or _ROLE_ADDRESS.search(tag.get("href") or "")
    )


_MARKS = (_by_rel, _by_property, _by_name, _by_role)


def _byline(page: ParsedPage) -> Iterator[str]:
    """What stands after "By" under the headline, within one line or after it.

    The last one before the text: one above it credits the picture whose caption it follows.
    """
    shown = _before_prose(list(islice(texts_under_headline(page), _MAX_PIECES)))
    found: list[str] = []
    for at, piece in enumerate(shown):
        is_alone = BY_ALONE.fullmatch(piece)
        if is_alone or SIGNED.match(piece):
            listed = _listed(shown[at + 1 :] if is_alone else shown[at:])
            found = [text for text in listed if any(map(is_capitalised, names_in(text)))] or found
    return iter(found)


def _before_prose(pieces: list[str]) -> list[str]:
    """The pieces above the second long one: the first may be a standfirst or a caption."""
    long = [number for number, piece in enumerate(pieces) if len(piece) > _PROSE_CHARS]
    return pieces[: long[1]] if len(long) > 1 else pieces


def _listed(pieces: list[str]) -> Iterator[str]:
    """The name that comes first, and those that a comma or an "and" joins to it."""
    is_joined = True
    for piece in pieces:
        joint = _JOINT.match(piece)
        rest = piece[joint.end() :] if joint else piece
        is_title = joint and (NO_PERSON.search(rest) or NO_NAME.search(rest))
        if not (joint or is_joined) or is_title or len(piece) > _MAX_LINE_CHARS:
            return
        yield from filter(None, [rest])
        is_joined = not rest or rest.endswith((",", "&"))


def _signed(page: ParsedPage) -> Iterator[str]:
    """The first short line that begins with "By"."""
    most = _MAX_LINE_CHARS // 2
    for tag in page.tree.iter("p", "span", "div", "em", "strong", "h4", "h5", "address"):
        if page.letters[tag] > most or is_longer(tag, most):
            continue
        line = _spaced(tag)
        is_signed = SIGNED.match(line) and any(map(is_capitalised, names_in(line)))
        if is_signed and not is_apart(tag, unless=_OWN_ASIDE) and not is_credit(tag):
            return iter((line,))
    return iter(())


def _spaced(tag: HtmlElement) -> str:
    """Text of an element, its parts kept apart: a name and a date may touch without a space."""
    return squeeze(" ".join(tag.itertext()))


def _undersigned(page: ParsedPage) -> Iterator[str]:
    """A name alone, in italics or to the right, after a text: the custom of the Russian press."""
    for tag in page.tree.iter("i", "em", "b", "strong", "div", "p"):
        if tag.tag not in {"i", "em"} and "right" not in f"{tag.get('align')}{tag.get('style')}":
            continue
        name, above = squeeze(tag.text), tag.getparent()
        if above is None or not _FULL_NAME.fullmatch(name) or is_apart(tag):
            continue
        if not is_longer(above, _MAX_CHARS) and text_of(above) == name:
            return iter((name,))
    return iter(())


_SOURCES = (
    (_schema, Source.SCHEMA),
    (_meta, Source.META),
    (_marked, Source.HTML),
    (_byline, Source.HTML),
    (_signed, Source.HTML),
    (_undersigned, Source.TEXT),
)


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(normalize(name), name)
    return tuple(first.values())
