"""What a page says its own address is, and when it is believed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from ingest.urls.hosts import clean, is_fetchable
from ingest.urls.keys import address_key
from ingest.urls.outlets import outlet_of
from ingest.urls.wrappers import unwrap

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["is_front", "own_address", "trusted_canonical"]

_ARTICLE_WORDS = 3  # hyphens and underscores between the words of an article's own name
_TELLING_CHARS = 4  # of a word or number that two names of one article may share
_SUFFIXES = frozenset({"html", "shtml", "aspx"})
_DAY = re.compile(r"(?:/(?:19|20)\d\d(?:/\d{1,2}){0,2}|/page/?\d{1,4})$")
_EDITION = re.compile(r"[a-z]{2,3}(?:[-_][a-z]{2,4})?", re.IGNORECASE)  # `/az`, `/en-gb`
_NUMBER = re.compile(r"\d{4,}|(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{8,}", re.IGNORECASE)
#: Parameters that name an article where a script serves it.
_NAMING = re.compile(
    r"(?:^|&)((?:id|p|post|article|articleid|story|storyid|story_id|news|newsid|news_id|nid|sid|aid"
    r"|item|itemid|element_id|newsid|content_id|contentid|doc|docid|v|t|tid|n|a)=[^&]*\d[^&]*)",
    re.IGNORECASE,
)


def own_address(page_url: str, claims: Sequence[str]) -> str | None:
    """The address that a page's claims name as its own; None: none is to be believed.

    Args:
        page_url: where it was read, absolute.
        claims: absolute, the most trusted kind first (rel=canonical, og:url, JSON-LD). The first
            that can be trusted is taken; not so if it names another article altogether, while all
            others agree, two of them, or one with the address of the page itself.
    """
    trusted = [found for claim in claims if (found := trusted_canonical(page_url, claim))]
    if not trusted:
        return None
    page_key = address_key(page_url)
    first, *others = map(address_key, trusted)
    agreed = set(others)
    is_outvoted = len(agreed) == 1 and (len(others) > 1 or agreed == {page_key})
    if is_outvoted and first != page_key and not _name_alike(first, others[0]):
        return trusted[1]
    return trusted[0]


def _name_alike(key: str, other: str) -> bool:
    """Whether the names of two addresses share a number or a longer word."""
    names = (re.split(r"[\W_]+", one.rpartition("/")[2].lower()) for one in (key, other))
    one, two = ({part for part in name if len(part) >= _TELLING_CHARS} for name in names)
    return key == other or not one.isdisjoint(two - _SUFFIXES)


def trusted_canonical(page_url: str, claimed: str) -> str | None:
    """The address a page names as its own, made absolute; None: it is not to be believed.

    A claim is believed inside the outlet (of the page itself, if it came through a cache), and not
    if it names the home page, a section, a day or a list, or drops the number by which a script
    was asked for the page: templates often claim one address for a whole site.
    """
    try:
        url = urljoin(page_url, clean(claimed))
        url = url if "#!" in url else url.partition("#")[0]
    except ValueError:
        return None
    if not is_fetchable(url):
        return None
    page_key, key = address_key(page_url), address_key(url)
    if key == page_key:
        return url
    if _outlet_within(url) != _outlet_within(page_url):
        return None
    if is_front(key, page_key) or _drops_number(key, page_key):
        return None
    return url


def is_front(key: str, page_key: str = "") -> bool:
    """Whether a key is that of a home page, a list, or a section that the page lies under.

    Args:
        key: from `address_key`.
        page_key: of the page that names it; empty: it is looked at alone.
    """
    place, _, query = key.partition("?")
    path = place.partition("/")[2]
    if not path:
        return not _NAMING.search(query) and "_escaped_fragment_" not in query
    name = path.rpartition("/")[2]
    if _DAY.search(f"/{path}") or _EDITION.fullmatch(path):
        return True
    if re.search(r"[-_]\w+[-_]\w", name) or any(sign.isdigit() for sign in name):
        return False
    if query and _NAMING.search(query):
        return False
    return page_key.startswith(f"{place}/") or _has_own_name(page_key)


def _has_own_name(key: str) -> bool:
    """Whether a path ends in a name or number as only an article has."""
    name = key.partition("?")[0].rpartition("/")[2]
    words = name.count("-") + name.count("_")
    return words >= _ARTICLE_WORDS or _NUMBER.search(name) is not None


def _drops_number(key: str, page_key: str) -> bool:
    """Whether a script asked with a number is claimed to be the script asked with none."""
    place, _, query = key.partition("?")
    page_place, _, page_query = page_key.partition("?")
    if place != page_place or _has_own_name(place):
        return False
    return {*_NAMING.findall(page_query)} != {*_NAMING.findall(query)}


def _outlet_within(url: str) -> str:
    return outlet_of(unwrap(clean(url)))
