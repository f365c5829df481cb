"""What a page says of its article: title, date, authors, outlet, language, own address."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from ingest.extract.authors import find_authors
from ingest.extract.dates import find_published
from ingest.extract.links import FEED_TYPES
from ingest.extract.page import squeeze, text_of
from ingest.extract.schema import article_node, names_of, string_of, types_of
from ingest.extract.titles import find_title

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ingest.extract.page import ParsedPage

__all__ = ["Metadata", "find_language", "read_metadata"]

_ISO_639_2 = {
    "eng": "en", "rus": "ru", "aze": "az", "tur": "tr", "deu": "de", "ger": "de", "fra": "fr",
    "fre": "fr", "spa": "es", "ukr": "uk", "por": "pt", "ita": "it", "nob": "no", "nno": "no",
    "nb": "no", "nn": "no", "iw": "he", "in": "id",
}  # fmt: skip
# Groups whose short texts the detector mixes up: there the page's own word stands.
_NEIGHBOURS = tuple(
    frozenset(group.split())
    for group in (
        "az tr tk",
        "ru uk be bg mk sr",
        "no da sv",
        "id ms",
        "hr sr bs sl",
        "cs sk",
        "es pt gl ca",
    )
)
_DETECT_CHARS = 4000  # the detector's answer does not change beyond
_MIN_DETECT_CHARS = 80
_SURE = 0.99  # posterior of the detector above which it overrules the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What the page states; None or empty: it states nothing."""

    title: str
    published: datetime | None  #: aware, in the zone the page states
    authors: tuple[str, ...]
    outlet_name: str | None
    language: str | None  #: ISO 639-1 as declared, not checked against the text
    canonical: str | None  #: absolute; a claim, not to be trusted


def read_metadata(page: ParsedPage, now: datetime) -> Metadata:
    """All of it, from JSON-LD, Open Graph, microdata, HTML and the address."""
    names = tuple(_outlet_names(page)) or tuple(_signs(page))
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    known = (*names, host, host.rpartition(".")[0])
    return Metadata(
        title=find_title(page, known),
        published=find_published(page, now),
        authors=find_authors(page),
        outlet_name=next(iter(names), None),
        language=_declared_language(page),
        canonical=_claimed_address(page),
    )


def _outlet_names(page: ParsedPage) -> Iterator[str]:
    """What the outlet calls itself, most trusted first."""
    yield from page.meta("og:site_name")
    yield from (name for name, _ in names_of(page, article_node(page).get("publisher")) if name)
    for node in page.nodes:
        if {"NewsMediaOrganization", "WebSite"} & set(types_of(node)) and string_of(
            node.get("name")
        ):
            yield string_of(node["name"])
    yield from page.meta("application-name")


def _signs(page: ParsedPage) -> Iterator[str]:
    """The end of <title>, where a feed or the link to the home page bears the same name."""
    title = squeeze(next((tag.text for tag in page.tree.iter("title")), None))
    feeds = [link.get("title") for link in page.tree.iter("link") if link.get("type") in FEED_TYPES]
    homes = {"/", _absolute(page.url, "/")}
    links = [text_of(a) for a in page.tree.iter("a") if a.get("href") in homes]
    for name in map(squeeze, feeds + links):
        if name and title.endswith(name) and title != name:
            yield name


def _claimed_address(page: ParsedPage) -> str | None:
    for link in page.tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            return _absolute(page.url, link.get("href"))
    claimed = next(page.meta("og:url"), None) or string_of(article_node(page).get("url"))
    return _absolute(page.url, claimed) if claimed else None


def _absolute(base: str, claimed: str) -> str | None:
    try:
        return str(urljoin(base, claimed.strip()))
    except ValueError:  # "http://[": an address no browser could follow either
        return None


def _declared_language(page: ParsedPage) -> str | None:
    claims = [page.tree.get("lang"), page.tree.get("{http://www.w3.org/XML/1998/namespace}lang")]
    claims += [string_of(article_node(page).get("inLanguage"))]
    claims += [*page.meta("og:locale"), *page.meta("language")]
    return next((code for claim in claims if (code := _language_code(claim))), None)


def _language_code(claim: str | None) -> str | None:
    """`en` of `en-GB`, `en_US`, `eng`; None for what is no language code."""
    code = re.split(r"[-_]", squeeze(claim).lower())[0]
    code = _ISO_639_2.get(code, code)
    return code if re.fullmatch(r"[a-z]{2}", code) else None


def find_language(text: str, declared: str | None) -> str | None:
    """ISO 639-1 of `text`: the declared one unless the text plainly speaks another."""
    if len(text) < _MIN_DETECT_CHARS:
        return declared
    detected: str
    detected, confidence = _identifier().classify(text[:_DETECT_CHARS])
    detected = _ISO_639_2.get(detected, detected)
    if declared is None:
        return detected
    are_neighbours = any({declared, detected} <= group for group in _NEIGHBOURS)
    return detected if confidence >= _SURE and not are_neighbours else declared


@functools.cache
def _identifier() -> LanguageIdentifier:
    """py3langid's model, loaded once a process (0.2 s)."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
