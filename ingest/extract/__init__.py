"""A fetched page in, an article or a named rejection out.

`read_page` parses the page once and asks the extractors in turn. An extractor is one module of
this package with `PRIORITY: int` (higher is asked first) and
`extract(page: ParsedPage) -> Extraction | None` (None: not mine, or nothing found). One with a
mistake in it is left out and named in the log: it must not cost the pages of all other sites.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from ingest import log
from ingest.extract.article import make_article
from ingest.extract.imprint import imprinted
from ingest.extract.lines import lines_of
from ingest.extract.links import find_alternates, find_feeds, find_placed_links
from ingest.extract.marks import marked
from ingest.extract.metadata import read_metadata
from ingest.extract.page import Extraction, ParsedPage, parse
from ingest.extract.segments import cut
from ingest.extract.signals import read_signals
from ingest.extract.teasers import find_teasers, without_teasers
from ingest.extract.tidy import drop_marks, tidy, without_furniture
from ingest.items import Article, Kind, Reason, Rejection, Stage
from ingest.quality import assess, shown_before_wall
from ingest.urls import address_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from types import ModuleType

    from ingest.extract.lines import PageLines
    from ingest.extract.links import Link
    from ingest.extract.surroundings import Place

__all__ = [
    "Extraction", "Extractor", "PageRead", "ParsedPage", "extractors", "read_page",
    "unusable_extractors",
]  # fmt: skip

_log = log.get(__name__)
_raised: set[str] = set()  # extractors already named in the log by this process
_GENERAL = "generic"  # nothing can be read without it
_MISSPELT = 0.85  # likeness to PRIORITY; no module that is no extractor has a name so like it
_MAX_BODY_BYTES = 8 * 1024 * 1024
# 621 news pages have up to 5,145; trafilatura takes 2 s for 20,000 and minutes for 200,000.
_MAX_ELEMENTS = 30_000
#: Nobody writes an article of a novel's length, and the event loop judges what is read.
_MAX_TEXT_CHARS = 150_000
_DETAIL_CHARS = 200
_STANDFIRST = "standfirst"  # of a stub whose text no extractor found
_HTML_TYPES = ("text/html", "application/xhtml+xml", "application/xml", "text/xml")
_HTML_SCAN_BYTES = 4096
_HTML_TAGS = (
    b"<html",
    b"<!doctype html",
    b"<head",
    b"<body",
    b"<title",
    b"<article",
    b"<p",
    b"<div",
)
_XML_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf|\s|<\?[^>]*>|<!--.*?-->)*<(?P<name>rss|feed|rdf:rdf|urlset|sitemapindex|opml|svg)\b",
    re.DOTALL,
)


class Extractor(NamedTuple):
    """One module of the cascade."""

    priority: int
    name: str
    extract: Callable[[ParsedPage], Extraction | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """What was read from one page: exactly one of article and rejection, and where it leads."""

    article: Article | None
    rejection: Rejection | None
    canonical: str | None = None  #: the address the page claims, absolute; not yet trusted
    links: tuple[Link, ...] = field(default=(), repr=False)  #: unique, those in the text first
    places: dict[str, Place] = field(default_factory=dict, repr=False)  #: of the links, by address
    feeds: tuple[str, ...] = ()  #: RSS, Atom and JSON feeds the page announces
    alternates: tuple[str, ...] = ()  #: addresses it names as its editions in other languages
    lines: PageLines | None = field(default=None, repr=False)
    #: of the whole page, for the memory of its site; None: it holds no article


@functools.cache
def extractors() -> tuple[Extractor, ...]:
    """The cascade, highest priority first, then by name; less what cannot be used."""
    found, faults = _find_extractors()
    for fault in faults:
        _log.warning("extractor left out", why=fault)
    return tuple(sorted(found, key=lambda extractor: (-extractor.priority, extractor.name)))


def unusable_extractors() -> list[str]:
    """Each file that is or seems to be an extractor and is not asked, and why."""
    return _find_extractors()[1]


def _find_extractors() -> tuple[list[Extractor], list[str]]:
    found, faults = [], []
    for name in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        try:
            module = importlib.import_module(f"{__name__}.{name}")
        except Exception as exc:
            if name == _GENERAL:
                raise
            faults.append(f"{name}.py: {_said(exc)}")
            continue
        if fault := _fault_of(module):
            faults.append(f"{name}.py: {fault}")
        elif hasattr(module, "PRIORITY"):
            found.append(Extractor(module.PRIORITY, name, module.extract))
    return found, faults


def _fault_of(module: ModuleType) -> str | None:
    """Why a module that looks like an extractor is none; None: it is one, or does not look so."""
    priority, extract = getattr(module, "PRIORITY", None), getattr(module, "extract", None)
    if priority is not None:
        if not isinstance(priority, int | float):
            return f"PRIORITY is no number: {priority!r}"
        return None if callable(extract) else "has PRIORITY, but no extract(page)"
    like = {name.upper(): name for name in vars(module)}
    if near := get_close_matches("PRIORITY", like, 1, _MISSPELT):
        return f"has {like[near[0]]}, but no PRIORITY"
    is_own = getattr(extract, "__module__", None) == module.__name__
    return "has extract(page), but no PRIORITY" if is_own else None


def read_page(
    body: bytes,
    url: str,
    encoding: str | None,
    content_type: str | None,
    *,
    now: datetime,
    status: int = 200,
) -> PageRead:
    """Read one page; pure, deterministic, and safe to call in another process.

    Args:
        body: the response after content decoding.
        url: the final address, after redirects.
        encoding: the charset HTTP declares; None: it declares none.
        content_type: as sent.
        now: aware; dates more than a day later are refused.
        status: of the response.
    """
    if refusal := _refuse_unread(body, content_type):
        return PageRead(article=None, rejection=refusal)
    page = parse(body, url, encoding)
    if page is None:
        return PageRead(article=None, rejection=_refuse(Reason.NO_TEXT, "no element in it"))
    if (count := len(page.letters)) > _MAX_ELEMENTS:
        return PageRead(article=None, rejection=_refuse(Reason.TOO_LARGE, f"{count} elements"))
    try:
        return _read_parsed(page, now, status)
    except Exception as exc:  # noqa: BLE001  # one page must not stop a crawl; the ledger counts it
        return PageRead(article=None, rejection=_refuse(Reason.CRASHED, _said(exc)))


def _said(exc: Exception) -> str:
    return f"{type(exc).__name__}: {exc}"[:_DETAIL_CHARS]


def _refuse_unread(body: bytes, content_type: str | None) -> Rejection | None:
    """The refusal that needs no parsing."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    if kind and kind not in _HTML_TYPES:
        return _refuse(Reason.NOT_HTML, kind)
    if len(body) > _MAX_BODY_BYTES:
        return _refuse(Reason.TOO_LARGE, f"{len(body)} bytes")
    if not body.strip():
        return _refuse(Reason.NO_TEXT, "empty body")
    start = body[:_HTML_SCAN_BYTES].replace(b"\0", b"").lower()  # UTF-16 has a NUL in each letter
    if root := _XML_ROOT.match(start):
        return _refuse(Reason.NOT_HTML, f"<{root['name'].decode()}>")
    if not any(tag in start for tag in _HTML_TAGS):
        return _refuse(Reason.NOT_HTML, f"no HTML tag in the first {_HTML_SCAN_BYTES} bytes")
    return None


def _refuse(reason: Reason, detail: str) -> Rejection:
    return Rejection(stage=Stage.EXTRACT, reason=reason, detail=detail)


def _ask(page: ParsedPage) -> tuple[str, Extraction | None]:
    """What the first extractor reads that reads anything, and its name.

    Where one raised and no other reads the page, the page is what is wrong, or all is.
    """
    failure: Exception | None = None
    for one in extractors():
        try:
            if found := _checked(one.extract(page)):
                return one.name, found
        except MemoryError:
            raise  # the reader is to end
        except Exception as exc:  # noqa: BLE001  # the mistake of one file; it is named
            failure = exc
            if one.name not in _raised:
                _raised.add(one.name)
                _log.warning("extractor raised", extractor=one.name, why=_said(exc), url=page.url)
    if failure is not None:
        raise failure
    return "", None


def _checked(found: object) -> Extraction | None:
    """An extraction; whoever writes an extractor may give anything."""
    if found is None:
        return None
    if not isinstance(found, Extraction) or not isinstance(found.text, str):
        msg = f"extract(page) gave no Extraction with a text: {found!r}"
        raise TypeError(msg)
    return found


def _read_parsed(page: ParsedPage, now: datetime, status: int) -> PageRead:
    metadata = read_metadata(page, now)
    by, extraction = _ask(page)
    if extraction is not None and len(extraction.text) > _MAX_TEXT_CHARS:
        size = f"{len(extraction.text)} characters of text"
        return PageRead(article=None, rejection=_refuse(Reason.TOO_LARGE, size))
    told = tidy(extraction.text) if extraction else ""
    raw = drop_marks(told)
    teasers = find_teasers(page, raw)
    own = without_teasers(raw, teasers)
    text = without_furniture(own, metadata.title, metadata.authors)
    body_links, links, places = find_placed_links(page, text)
    article = (
        make_article(page, metadata, extraction, text, body_links) if extraction and text else None
    )
    signals = read_signals(page, teasers, raw)
    found = assess(article, signals, status)
    if found is Kind.STUB:
        shown = shown_before_wall(text, signals, teasers.linked | teasers.carded)
        standfirst = Extraction(text=shown, extractor=_STANDFIRST)
        article = make_article(page, metadata, extraction or standfirst, shown, body_links)
    refusal = found if isinstance(found, Rejection) else None
    lines = None
    if article is not None and isinstance(found, Kind):
        lines, kinds = lines_of(article, cut(page), address_key(article.url))
        extractor = imprinted(by, article.extractor)
        text = marked(article.text, cut(page), told)
        article = replace(article, text=text, kind=found, line_kinds=kinds, extractor=extractor)
    return PageRead(
        article=article if lines else None,
        rejection=refusal,
        canonical=metadata.canonical,
        links=links,
        places=places,
        feeds=find_feeds(page),
        alternates=find_alternates(page),
        lines=lines,
    )
