"""The identity of an address, and the words it is written in."""

from __future__ import annotations

import re
from posixpath import normpath
from urllib.parse import unquote

from ingest.urls.escapes import PATH_PLAIN, UNRESERVED, normalize_escapes
from ingest.urls.hosts import SCHEME, clean, key_host, platform_of, split
from ingest.urls.parameters import key_query
from ingest.urls.sites import site_key
from ingest.urls.wrappers import may_wrap, unwrap

__all__ = ["address_key", "url_words"]

_SESSION = re.compile(r";jsessionid=[^/;]*|/\([SsAaFfXx]\([\w-]{16,}\)\)(?=/)", re.IGNORECASE)
_INDEX_FILE = re.compile(
    r"/(?:index|default)\.(?:x?html?|shtml|p?html|php\d?|aspx?|jsp|cfm)(?=/|$)", re.IGNORECASE
)
_VARIANT_START = re.compile(r"^/(?:amp(?:html)?|print(?:able)?)(?=/.)", re.IGNORECASE)
_VARIANT_WITHIN = re.compile(r"(?<=[^/])/amp(?=/(?!1$).)", re.IGNORECASE)
_VARIANT_END = re.compile(
    r"(?<=[^/.])(?:/(?:amp(?:/1)?|print(?:able|view|version)?)(?:\.html?)?|/page/1|/comment-page-\d+"
    r"|\.amp|\.print$|[._\-]amp(?=\.html?$)|\.print(?=\.html?$)|_print(?=\.html?$))(\.html?)?$",
    re.IGNORECASE,
)
#: What each of these four needs to find anything.
_MAY_VARY = re.compile(r"index\.|default\.|amp|print|page[/-]", re.IGNORECASE)
# IIS takes small and capital letters for the same, in paths and in names of parameters.
_CASELESS = re.compile(r"\.(?:aspx?|ashx)(?=$|/)", re.IGNORECASE)
_ROUTE = re.compile(r"#!(?=.*[/=\d])(.+)|#(/.+)")
_ESCAPED_ROUTE = "_escaped_fragment_"

_PAGE_SUFFIX = re.compile(r"\.(?:s?html?|php\d?|aspx?|jsp|cfm|amp)(?=/|$)", re.IGNORECASE)
_PATH_WORD = re.compile(r"(?<![^\W_])[^\W\d_]{2,}(?:['’][^\W\d_]+)*(?![^\W_])")


def address_key(url: str) -> str:
    """The identity of an address: `host/path?query`, ASCII, without scheme or fragment.

    Two addresses with one key are one page: wrappers are taken off, then editions (`www.`, `m.`,
    `/amp`, `?print=1`), index files, trailing slashes, trackers and the order of parameters play
    no part. `address_key("https://" + key) == key`. What is no web address gives itself, quoted.
    """
    cleaned = clean(url)
    try:
        parts = split(unwrap(cleaned))
        host, port = key_host(parts.hostname or ""), parts.port
    except ValueError:
        return _opaque(cleaned)
    if not host:
        return _opaque(cleaned)
    place = host if port in {None, 80, 443} else f"{host}:{port}"
    domain = platform_of(host)
    path = _key_path(parts.path)
    query = _with_route(parts.query, parts.fragment, is_root=not path)
    if _CASELESS.search(path):
        path, query = path.lower(), _lower_names(query)
    query = key_query(query, domain) if query else ""
    key = f"{place}{path or '/'}?{query}" if query else f"{place}{path or '/'}"
    key = site_key(key, domain)
    if key.startswith(f"{place}/") and not may_wrap(host, key[len(place) :]):
        return key
    inner = unwrap(f"https://{key}")  # tidied, it may show a wrapper that was hidden
    return key if inner == f"https://{key}" else address_key(inner)


def url_words(url: str) -> str:
    """The readable words of the path, separated by spaces; numbers and ids left out."""
    try:
        path = unquote(split(unwrap(clean(url))).path)
    except ValueError:
        return ""
    return " ".join(_PATH_WORD.findall(_PAGE_SUFFIX.sub("", path)))


def _opaque(url: str) -> str:
    while match := SCHEME.match(url):
        url = url[match.end() :]
    return normalize_escapes(url, UNRESERVED)


def _key_path(path: str) -> str:
    """The path without escapes, dots, sessions, index files, variants and a trailing slash."""
    path = normalize_escapes(path, PATH_PLAIN)
    if ";" in path or "(" in path:
        path = _SESSION.sub("", path)
    if "//" in path or "/." in path:
        path = "/" + normpath(path).lstrip("/")
    if not _MAY_VARY.search(path):
        return path.rstrip("/")
    before = None
    while path != before:
        before = path
        path = _INDEX_FILE.sub("", path.rstrip("/"))
        path = _VARIANT_WITHIN.sub("", _VARIANT_START.sub("", path))
        path = _VARIANT_END.sub(r"\1", path)
    return path


def _with_route(query: str, fragment: str, *, is_root: bool) -> str:
    """The query, with a fragment by which a script finds the page, in the form crawlers ask for it.

    `#!` marks one anywhere; `#/` only where the path says nothing itself.
    """
    match = _ROUTE.fullmatch(f"#{fragment}") if fragment else None
    if match is None or (match[1] is None and not is_root):
        return query
    route = (match[1] or match[2]).replace("%", "%25").replace("&", "%26").replace("=", "%3D")
    return f"{query}&{_ESCAPED_ROUTE}={route}" if query else f"{_ESCAPED_ROUTE}={route}"


def _lower_names(query: str) -> str:
    pairs = (pair.partition("=") for pair in query.split("&"))
    return "&".join(f"{name.lower()}{sign}{value}" for name, sign, value in pairs)
