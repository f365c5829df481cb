"""What else a page says of its article: standfirst, section, lead picture, paywall."""

from __future__ import annotations

import html
import re
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from ingest.extract.claims import Claim, Source, first_claim
from ingest.extract.headline import elements_under_headline
from ingest.extract.page import solid, squeeze, text_of
from ingest.extract.schema import article_node, properties, string_of, types_of
from ingest.text import normalize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.extract.page import ParsedPage

__all__ = ["find_paywall", "find_picture", "find_section", "find_standfirsts", "own_standfirst"]

_MIN_STANDFIRST_CHARS, _MAX_STANDFIRST_CHARS = 25, 600
_STANDFIRST = re.compile(
    r"standfirst|sub-?(?:headline|title|head)|(?:^|[_\s-])(?:deck?|lead|lede|intro|excerpt|summary|"
    r"spot)(?:$|[_\s-])|entry-summary",
    re.IGNORECASE,
)
_STANDFIRST_PROPERTIES = frozenset({"alternativeHeadline", "description"})
_STANDFIRST_PLACES = 25  # elements under the headline among which a standfirst stands
_CUT = re.compile(r"\s*(?:\[?(?:…|\.{3})\]?|\S*\s?(?:…|\.{3}))\s*$")
_MAX_SECTION_CHARS, _MAX_SECTION_WORDS = 60, 6
_NO_SECTION = re.compile(
    r"(?:home(?:\s?page)?|start(?:seite)?|front\s?page|главная|ana\s?səhifə|ana\s?sayfa|news?|article|"
    r"articles|blog|index|undefined|none|null|accueil|inicio|uncategori[sz]ed|архив|archive)"
)
_NO_PICTURE = re.compile(
    r"(?:^|[/_.-])(?:logo|placeholder|default|favicon|blank|spacer|no-?image|no-?photo|sprite|"
    r"share-?image|og-?image|opengraph|fallback|icon)s?(?=[/_.\d-]|$)",
    re.IGNORECASE,
)
_FREE, _BARRED = frozenset({"true", "free", "yes"}), frozenset({"false", "locked", "metered", "no"})
_WALL = "paywall"  # in class or id
_WALL_LETTERS = 20  # an empty box is for a script to fill, or not


def find_standfirsts(page: ParsedPage, title: str) -> tuple[Claim[str], ...]:
    """What the page says in a sentence or two; most trusted first, `title` and slogans apart."""
    refused = {solid(normalize(title))}
    refused |= {
        solid(normalize(string_of(node.get("description"))))
        for node in page.nodes
        if {"WebSite", "NewsMediaOrganization", "Organization"} & set(types_of(node))
    }
    return tuple(
        Claim(value=text, source=source)
        for stated, source in _standfirsts(page)
        if _MIN_STANDFIRST_CHARS <= len(text := _plain(stated)) <= _MAX_STANDFIRST_CHARS
        and solid(normalize(text)) not in refused
    )


def _standfirsts(page: ParsedPage) -> Iterator[tuple[str, Source]]:
    node = article_node(page)
    yield string_of(node.get("description")), Source.SCHEMA
    yield next(page.meta("og:description"), ""), Source.OPEN_GRAPH
    yield next(page.meta("description"), ""), Source.META
    for tag in islice(elements_under_headline(page), _STANDFIRST_PLACES):
        is_named = tag.get("itemprop") in _STANDFIRST_PROPERTIES or _STANDFIRST.search(
            tag.get("class") or ""
        )
        if is_named and page.letters.get(tag, 0) <= _MAX_STANDFIRST_CHARS:
            yield squeeze(tag.get("content")) or text_of(tag), Source.HTML


def _plain(text: str) -> str:
    """Without tags and entities: a description may be written in HTML."""
    return squeeze(re.sub(r"<[^>]{1,200}>", " ", html.unescape(text)))


def own_standfirst(claims: tuple[Claim[str], ...], text: str) -> Claim[str] | None:
    """The first claim that is whole and is no cut of the body; else the first that is no cut."""
    body = solid(text)
    own = [c for c in claims if (said := solid(_CUT.sub("", c.value))) and said not in body]
    return first_claim([c for c in own if not _CUT.search(c.value)] or own)


def find_section(page: ParsedPage, outlet_names: tuple[str, ...]) -> Claim[str] | None:
    """Where the outlet files it: the narrowest name it gives, as it writes it."""
    outlets = {normalize(name) for name in outlet_names}
    return first_claim(
        Claim(value=name, source=source)
        for stated, source in _sections(page)
        if _is_section(name := squeeze(html.unescape(stated)), outlets)
    )


def _sections(page: ParsedPage) -> Iterator[tuple[str, Source]]:
    stated = article_node(page).get("articleSection")
    for one in stated if isinstance(stated, list) else [stated]:
        yield string_of(one), Source.SCHEMA
    for content in page.meta("article:section", "og:article:section"):
        yield content, Source.OPEN_GRAPH
    for content in page.meta("parsely-section", "section", "articlesection", "category"):
        yield content, Source.META
    for tag in properties(page, "articleSection")[:2]:
        yield squeeze(tag.get("content")) or text_of(tag), Source.MICRODATA
    for node in page.nodes:
        if "BreadcrumbList" in types_of(node):
            yield from ((name, Source.SCHEMA) for name in reversed(_crumbs(node)[:-1]))


def _crumbs(node: dict[str, object]) -> list[str]:
    """The names on the way from the front page to this one, in that order."""
    items = node.get("itemListElement")
    named = []
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict):
            inner = item.get("item")
            name = item.get("name") or (inner.get("name") if isinstance(inner, dict) else None)
            named.append(string_of(name))
    return named


def _is_section(name: str, outlets: set[str]) -> bool:
    told = normalize(name)
    is_short = 0 < len(name) <= _MAX_SECTION_CHARS and len(name.split()) <= _MAX_SECTION_WORDS
    is_name = "://" not in name and any(map(str.isalpha, name))
    return is_short and is_name and told not in outlets and not _NO_SECTION.fullmatch(told)


def find_picture(page: ParsedPage) -> Claim[str] | None:
    """Absolute http(s) address of the lead picture, a logo apart."""
    return first_claim(
        Claim(value=address, source=source)
        for stated, source in _pictures(page)
        if (address := _web_address(page.url, stated)) and not _NO_PICTURE.search(_path(address))
    )


def _pictures(page: ParsedPage) -> Iterator[tuple[str, Source]]:
    for content in page.meta("og:image:secure_url", "og:image", "og:image:url"):
        yield content, Source.OPEN_GRAPH
    stated = article_node(page).get("image")
    for one in stated if isinstance(stated, list) else [stated]:
        address = (one.get("url") or one.get("contentUrl")) if isinstance(one, dict) else one
        yield string_of(address), Source.SCHEMA
    for content in page.meta("twitter:image", "twitter:image:src"):
        yield content, Source.OPEN_GRAPH
    for link in page.tree.xpath("//link[@rel='image_src']/@href"):
        yield str(link), Source.HTML


def _web_address(base: str, stated: str) -> str:
    if not stated:
        return ""
    try:
        address = str(urljoin(base, stated.strip()))
        parts = urlsplit(address)
    except ValueError:  # "http://[": an address no browser could follow either
        return ""
    is_plain = not re.search(r"[\s\x00-\x1f<>\"]", address)
    return address if parts.scheme in {"http", "https"} and parts.hostname and is_plain else ""


def _path(address: str) -> str:
    return urlsplit(address).path


def find_paywall(page: ParsedPage) -> Claim[bool] | None:
    """Whether a reader must pay, or leave an address, to read on; None: the page does not say."""
    for stated, source in _access(page):
        if (told := str(stated).strip().lower().rpartition("/")[2]) in _BARRED:
            return Claim(value=True, source=source)
        if told in _FREE:
            return Claim(value=False, source=source)
    is_walled = any(
        _WALL in f"{tag.get('class')} {tag.get('id')}"
        for tag, held in page.letters.items()
        if held > _WALL_LETTERS
    )
    return Claim(value=True, source=Source.HTML) if is_walled else None


def _access(page: ParsedPage) -> Iterator[tuple[object, Source]]:
    node = article_node(page)
    if "isAccessibleForFree" in node:
        yield node["isAccessibleForFree"], Source.SCHEMA
    parts = node.get("hasPart")
    for part in parts if isinstance(parts, list) else [parts]:
        if isinstance(part, dict) and "isAccessibleForFree" in part:
            yield part["isAccessibleForFree"], Source.SCHEMA
    for content in page.meta("article:content_tier"):
        yield content, Source.OPEN_GRAPH
    for tag in properties(page, "isAccessibleForFree")[:1]:
        yield tag.get("content") or text_of(tag), Source.MICRODATA
