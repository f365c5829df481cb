"""The article put together: its text, and what the page says of it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from ingest.extract.agencies import agencies_in
from ingest.extract.claims import Source
from ingest.extract.languages import find_language
from ingest.extract.particulars import own_standfirst
from ingest.items import Article
from ingest.text import clean_controls
from ingest.urls import own_address

if TYPE_CHECKING:
    from ingest.extract.links import Link
    from ingest.extract.metadata import Metadata
    from ingest.extract.page import Extraction, ParsedPage

__all__ = ["make_article"]

_TITLE_CHARS = 120  # of a title made from the first line
_OWN_EXTRACTOR = "extractor"  # provenance of what an extractor for the site says
_FROM_EXTRACTOR = ("title", "author", "published")


def _legible(text: str) -> str:
    """`text` in NFC, without the characters that no reader sees."""
    return clean_controls(unicodedata.normalize("NFC", text))


def make_article(
    page: ParsedPage,
    metadata: Metadata,
    extraction: Extraction,
    text: str,
    links: tuple[Link, ...],
) -> Article:
    """The article, the extractor's word before the page's general metadata."""
    standfirst = own_standfirst(metadata.standfirsts, text)
    title = extraction.title or metadata.title or text.partition("\n")[0][:_TITLE_CHARS]
    author = extraction.author or ", ".join(metadata.authors)
    credited = agencies_in(text)
    provenance: dict[str, str] = dict(metadata.provenance)
    if standfirst:
        provenance["standfirst"] = standfirst.source
    if credited and not metadata.agencies:
        provenance["agency"] = Source.TEXT
    if not metadata.title:
        provenance["title"] = Source.TEXT
    provenance |= {n: _OWN_EXTRACTOR for n in _FROM_EXTRACTOR if getattr(extraction, n)}
    return Article(
        url=own_address(page.url, metadata.claimed) or page.url,
        title=_legible(title),
        standfirst=_legible(standfirst.value) if standfirst else None,
        text=_legible(text),
        published=extraction.published or metadata.published,
        published_confidence=None if extraction.published else metadata.published_confidence,
        modified=metadata.modified,
        author=_legible(author) or None,
        agency=", ".join(dict.fromkeys((*metadata.agencies, *credited))) or None,
        language=find_language(text, metadata.language),
        section=_legible(metadata.section or "") or None,
        outlet_name=_legible(metadata.outlet_name or "") or None,
        picture=_legible(metadata.picture or "") or None,
        is_paywalled=metadata.is_paywalled,
        provenance=tuple(sorted((name, str(source)) for name, source in provenance.items())),
        extractor=extraction.extractor,
        links=links,
    )
