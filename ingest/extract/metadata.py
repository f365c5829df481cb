"""What a page says of its article, each field with the place that says it.

Precedence, unless a field's own module says otherwise: JSON-LD, Open Graph, other <meta>,
microdata, elements of the page, text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from ingest.extract.authors import find_authors
from ingest.extract.claims import Claim, Source, first_claim
from ingest.extract.dates import find_dates
from ingest.extract.languages import find_language, language_code
from ingest.extract.links import FEED_TYPES
from ingest.extract.page import squeeze, text_of
from ingest.extract.particulars import (
    find_paywall,
    find_picture,
    find_section,
    find_standfirsts,
)
from ingest.extract.schema import article_node, names_of, string_of, types_of
from ingest.extract.titles import find_title

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ingest.extract.page import ParsedPage

__all__ = ["Metadata", "find_language", "read_metadata"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What the page states; None or empty: it states nothing."""

    title: str
    standfirsts: tuple[Claim[str], ...]  #: most trusted first; which is no cut, the text decides
    published: datetime | None  #: aware, in the zone the page states
    published_confidence: float | None  #: see `Dates.confidence`
    modified: datetime | None  #: aware, in the zone the page states
    authors: tuple[str, ...]  #: people; some other body only when no person signed
    agencies: tuple[str, ...]  #: that signed, by the names of `ingest.extract.agencies`
    outlet_name: str | None
    language: str | None  #: ISO 639-1 as declared, not checked against the text
    section: str | None
    canonical: str | None  #: absolute; a claim, not to be trusted
    claimed: tuple[str, ...]  #: every claim of its own address, absolute, most trusted first
    picture: str | None  #: absolute http(s) address
    is_paywalled: bool | None
    provenance: tuple[tuple[str, Source], ...]  #: (field, source) of what is stated, by field


def read_metadata(page: ParsedPage, now: datetime) -> Metadata:
    """All of it, from JSON-LD, Open Graph, microdata, HTML and the address."""
    outlets = tuple(_outlet_names(page)) or tuple(_signs(page))
    names = tuple(claim.value for claim in outlets)
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    known = (*names, host, host.rpartition(".")[0])
    dates = find_dates(page, now)
    signature = find_authors(page, known)
    title = find_title(page, known)
    addresses = tuple(_claimed_addresses(page))
    stated: dict[str, Claim[object] | None] = {
        "title": title,
        "published": dates.published,
        "modified": dates.modified,
        "outlet_name": first_claim(outlets),
        "language": first_claim(_declared_languages(page)),
        "section": find_section(page, known),
        "canonical": first_claim(addresses),
        "picture": find_picture(page),
        "is_paywalled": find_paywall(page),
    }
    value = {name: claim.value if claim else None for name, claim in stated.items()}
    sources = {name: claim.source for name, claim in stated.items() if claim}
    if signature.source and signature.names:
        sources["author"] = signature.source
    if signature.agency_source:
        sources["agency"] = signature.agency_source
    return Metadata(
        **(value | {"title": value["title"] or ""}),  # type: ignore[arg-type]  # each by its name
        standfirsts=find_standfirsts(page, title.value if title else ""),
        published_confidence=dates.confidence,
        authors=signature.names,
        agencies=signature.agencies,
        claimed=tuple(claim.value for claim in addresses),
        provenance=tuple(sorted(sources.items())),
    )


def _outlet_names(page: ParsedPage) -> Iterator[Claim[str]]:
    """What the outlet calls itself, most trusted first."""
    for name in page.meta("og:site_name"):
        yield Claim(value=name, source=Source.OPEN_GRAPH)
    for name, _ in names_of(page, article_node(page).get("publisher")):
        if name:
            yield Claim(value=name, source=Source.SCHEMA)
    for node in page.nodes:
        name = string_of(node.get("name"))
        if name and {"NewsMediaOrganization", "WebSite"} & set(types_of(node)):
            yield Claim(value=name, source=Source.SCHEMA)
    for name in page.meta("application-name"):
        yield Claim(value=name, source=Source.META)


def _signs(page: ParsedPage) -> Iterator[Claim[str]]:
    """The end of <title>, where a feed or the link to the home page bears the same name."""
    title = squeeze(next((tag.text for tag in page.tree.iter("title")), None))
    feeds = [link.get("title") for link in page.tree.iter("link") if link.get("type") in FEED_TYPES]
    homes = {"/", _absolute(page.url, "/")}
    links = [text_of(a) for a in page.tree.iter("a") if a.get("href") in homes]
    for name in map(squeeze, feeds + links):
        if name and title.endswith(name) and title != name:
            yield Claim(value=name, source=Source.HTML)


def _claimed_addresses(page: ParsedPage) -> Iterator[Claim[str]]:
    stated = [
        (link.get("href"), Source.HTML)
        for link in page.tree.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href")
    ]
    stated += [(content, Source.OPEN_GRAPH) for content in page.meta("og:url")]
    node = article_node(page)
    entity = node.get("mainEntityOfPage")
    entity = (entity.get("@id") or entity.get("url")) if isinstance(entity, dict) else entity
    stated += [(string_of(node.get("url") or entity), Source.SCHEMA)]
    for claimed, source in stated:
        if claimed and (address := _absolute(page.url, claimed)):
            yield Claim(value=address, source=source)


def _absolute(base: str, claimed: str) -> str | None:
    try:
        return str(urljoin(base, claimed.strip()))
    except ValueError:  # "http://[": an address no browser could follow either
        return None


def _declared_languages(page: ParsedPage) -> Iterator[Claim[str]]:
    tree = page.tree
    stated = [
        (tree.get("lang"), Source.HTML),
        (tree.get("{http://www.w3.org/XML/1998/namespace}lang"), Source.HTML),
        (string_of(article_node(page).get("inLanguage")), Source.SCHEMA),
    ]
    stated += [(content, Source.OPEN_GRAPH) for content in page.meta("og:locale")]
    stated += [(content, Source.META) for content in page.meta("language")]
    for claimed, source in stated:
        if code := language_code(claimed):
            yield Claim(value=code, source=source)
