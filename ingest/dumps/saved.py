"""Pages saved under the address they came from, by the Mark of the Web.

Browsers write the mark into pages they save; learn.microsoft.com, "Mark of the Web", describes it.
"""

from __future__ import annotations

import codecs
import hashlib
import re

from w3lib.url import safe_url_string

from ingest.urls import address_key, host_of, url_words

__all__ = ["marked_page", "page_address", "page_name"]

_MARK = re.compile(r"<!-- saved from url=\(\d{4}\)(\S+) -->\r?\n?")
_REACH = 2048  # characters from the top where browsers put the mark
_SLUG_CHARS = 80
_DIGEST_CHARS = 8
_ENCODINGS = {
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
    codecs.BOM_UTF8: "utf-8",
}


def marked_page(url: str, html: bytes) -> bytes:
    """A page with its address in its first line, in place of a mark it has there."""
    # A comment must not hold two dashes; %2D is a dash by RFC 3986, section 2.3.
    address = safe_url_string(url).replace("--", "%2D%2D")
    bom, encoding = _encoding_of(html)
    rest = html[len(bom) :]
    if old := _MARK.match(rest[: 2 * _REACH].decode(encoding, "replace")):
        rest = rest[len(old[0].encode(encoding)) :]
    mark = f"<!-- saved from url=({len(address):04}){address} -->\n"
    return bom + mark.encode(encoding) + rest


def page_address(html: bytes) -> str | None:
    """The address that a saved page says it came from; None: it does not say."""
    bom, encoding = _encoding_of(html)
    found = _MARK.search(html[len(bom) : len(bom) + 2 * _REACH].decode(encoding, "replace"))
    if found is None or not found[1].startswith(("http://", "https://")):
        return None  # browsers write about:internet where they know no address
    return found[1].replace("%2D%2D", "--")


def page_name(url: str) -> str:
    """The name of the file that keeps the page of an address: the same for all its spellings."""
    key = address_key(url)
    digest = hashlib.sha256(key.encode()).hexdigest()[:_DIGEST_CHARS]
    told = f"{host_of(f'https://{key}')} {url_words(f'https://{key}')}"
    words = re.sub(r"[^a-z0-9]+", "-", told.lower()).strip("-")
    return f"{words[:_SLUG_CHARS].strip('-')}-{digest}.html".lstrip("-")


def _encoding_of(html: bytes) -> tuple[bytes, str]:
    """The byte order mark of a page, and an encoding that its first line can be written in."""
    for bom, encoding in _ENCODINGS.items():
        if html.startswith(bom):
            return bom, encoding
    return b"", "latin-1"
