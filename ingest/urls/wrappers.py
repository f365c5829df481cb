"""Archives, caches, translators and redirectors: the address inside theirs."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, unquote_plus

from ingest.urls.hosts import SCHEME, clean, host_of, split

if TYPE_CHECKING:
    from collections.abc import Callable
    from urllib.parse import SplitResult

__all__ = ["may_wrap", "unwrap"]

_MAX_WRAPPERS = 4  # a wrapper in a wrapper in a wrapper in a wrapper is a trap

_INNER_HOST = r"(?=[\w\-]+(?:\.[\w\-]+)+(?::\d+)?(?:[/?]|$))"
_GOOGLE = r"(?:[\w\-]+\.)*google\.(?:com?\.)?[a-z]{2,3}"
_YANDEX = r"(?:www\.)?(?:yandex\.[a-z]{2,3}|ya\.ru)"
_ONE_SLASH = re.compile(r"^(https?):/(?!/)", re.IGNORECASE)

#: A whole address within a path: no article's own, whatever host serves it.
_EMBEDDED = re.compile(
    r"^(?:/[\w.,*@\-]{1,64}){0,5}/(?=https?:/{1,2}[\w\-]+\.[\w\-])", re.IGNORECASE
)
#: (host, what stands before the inner host in the path).
_PREFIXES = tuple(
    (re.compile(host), re.compile(prefix, re.IGNORECASE))
    for host, prefix in (
        (r"(?:[\w\-]+\.)*archive\.org", rf"^/web/\d{{4,14}}\*?(?:[a-z]{{2}}_)?/{_INNER_HOST}"),
        (r"(?:[\w\-]+\.)*cdn\.ampproject\.org", rf"^/(?:[a-z]{{1,2}}/)?(?:s/)?{_INNER_HOST}"),
        (rf"{_GOOGLE}|(?:www\.)?bing\.com", rf"^/amp/(?:s/)?{_INNER_HOST}"),
        (_YANDEX, rf"^/turbo/{_INNER_HOST}"),
        (r"(?:[\w\-]+\.)+turbopages\.org", rf"^/(?:turbo/)?{_INNER_HOST}"),
    )
)
_TURBO = re.compile(r"^(https://[^/]+)/[hsn](?=/|$)")  # after the host: http or https
_TURBO_HOST = re.compile(rf"{_YANDEX}|(?:[\w\-]+\.)+turbopages\.org")

#: Hosts that only send on, or show what another host serves: what their path is, and the
#: parameters that hold the target.
_SENDERS = tuple(
    (re.compile(host), re.compile(path), names)
    for host, path, names in (
        (r"l\.(?:facebook|instagram|threads|messenger|wl)\.\w+", r"/(?:l\.php)?", ("u",)),
        (r"(?:[\w\-]+\.)?facebook\.com", r"/flx/warn/?", ("u",)),
        (r"out\.reddit\.com|exit\.sc|apple\.news\.link", r"/.*", ("url",)),
        (r"(?:[\w\-]+\.)*safelinks\.protection\.outlook\.com", r"/.*", ("url",)),
        (r"duckduckgo\.com", r"/l/?", ("uddg",)),
        (r"(?:www\.)?bing\.com", r"/news/apiclick\.aspx", ("url",)),
        (r"archive\.(?:is|ph|today|md|vn|li|fo)", r"/(?:submit/?)?", ("url",)),
        (r"(?:www\.)?webcitation\.org", r"/query", ("url",)),
        (r"(?:www\.)?printfriendly\.com", r"/print/?", ("url",)),
        (r"12ft\.io", r"/(?:proxy|api/proxy)", ("q", "url")),
        (rf"translate\.(?:{_GOOGLE}|yandex\.[a-z]{{2,3}})|{_GOOGLE}", r"/translate", ("u", "url")),
        (_GOOGLE, r"/imgres", ("imgrefurl",)),
        (_YANDEX, r"/turbo/?", ("text",)),
        (r"(?:t|telegram)\.me", r"/iv", ("url",)),
    )
)
#: Any host may send on from such a path.
_SENDING_PATH = re.compile(
    r"/(?:redirect(?:or|ion)?|redir|away|out(?:bound|going|link)?|exit|external|go(?:to)?|jump|leave"
    r"|click|l|link(?:filter|out)?|track|url|jsredir)(?:\.(?:php|aspx?|jsp|cgi|html?))?/?$",
    re.IGNORECASE,
)
_TARGETS: tuple[str, ...] = (
    *("url", "u", "to", "target", "q", "z", "goto", "link", "dest", "destination", "redirect"),
    *("redirect_url", "redirect_to", "uri", "href", "r"),
)
_BARE_SENDER = re.compile(r"href\.li|anonym\.to|anon\.to|nullrefer\.com|hiderefer\.com")
_CACHED = re.compile(rf"cache:(?:[\w\-]+:)?((?:https?://\S+)|{_INNER_HOST}\S+)")
_DEFENSE = re.compile(r"^/v3/__(https?:/{1,2}.+?)__;", re.IGNORECASE)
_DEFENSE_CODE = re.compile(r"-([0-9A-F]{2})")
_YAHOO = re.compile(r"/RU=([^/]+)", re.IGNORECASE)
_IN_BYTES = re.compile(rb"https?://[\x21-\x7e]+")
_COMMENT_MARK = re.compile(r":[\w-]+$")
_MIN_CODED = 8  # letters of base64


@lru_cache(256)  # the key of an address and its words ask one after the other
def unwrap(url: str) -> str:
    """The address inside archives, caches and redirectors; `url` itself if there is none.

    Raises:
        ValueError: the address cannot be taken apart.
    """
    for _ in range(_MAX_WRAPPERS):
        inner = _unwrap_once(url)
        if inner is None or not host_of(inner):
            return url
        url = inner
    return url


class _Rules(NamedTuple):
    """What may hold of the addresses of one host."""

    special: tuple[tuple[re.Pattern[str], Callable[[SplitResult], str | None]], ...]
    prefixes: tuple[re.Pattern[str], ...]
    senders: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]
    is_turbo: bool


@lru_cache(maxsize=1 << 13)  # hardly any host is named by these patterns, and links share hosts
def _rules_of(host: str) -> _Rules:
    return _Rules(
        tuple((path, take) for pattern, path, take in _SPECIAL if pattern.fullmatch(host)),
        tuple(prefix for pattern, prefix in _PREFIXES if pattern.fullmatch(host)),
        tuple((path, names) for pattern, path, names in _SENDERS if pattern.fullmatch(host)),
        bool(_TURBO_HOST.fullmatch(host)),
    )


def may_wrap(host: str, below: str) -> bool:
    """Whether there may be an address inside one; False: there is none for certain.

    Args:
        host: in lower-case ASCII.
        below: the path and the query.
    """
    rules = _rules_of(host)
    is_marked = rules.special or rules.prefixes or rules.senders
    return bool(is_marked) or "?" in below or "http" in below.lower()


def _unwrap_once(url: str) -> str | None:
    parts = split(url)
    rules = _rules_of((parts.hostname or "").rstrip("."))
    for path, take in rules.special:
        if path.match(parts.path):
            return take(parts)
    below = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if "http" in below.lower() and (match := _EMBEDDED.match(below)):
        return _absolute(below[match.end() :])
    for prefix in rules.prefixes:
        if match := prefix.match(below):
            inner = _absolute(below[match.end() :])
            return _TURBO.sub(r"\1", inner) if rules.is_turbo else inner
    if not parts.query:
        return None
    for path, names in rules.senders:
        if path.fullmatch(parts.path):
            return _target(parts.query, names)
    return _target(parts.query, _TARGETS) if _SENDING_PATH.search(parts.path) else None


def _absolute(rest: str) -> str:
    """A target that stood in a path, where one of the two slashes may have been folded."""
    rest = _ONE_SLASH.sub(r"\1://", rest)
    return rest if SCHEME.match(rest) else f"https://{rest}"


def _target(query: str, names: tuple[str, ...]) -> str | None:
    found = (clean(_parameter(query, name)) for name in names)
    return next((target for target in found if SCHEME.match(target)), None)


def _parameter(query: str, name: str) -> str:
    """The first value of a parameter; empty: it is not there."""
    pairs = (pair.partition("=") for pair in query.split("&"))
    return next((unquote_plus(value) for key, _, value in pairs if key == name), "")


def _translated(parts: SplitResult) -> str:
    """`the--daily-example-com.translate.goog` shows the-daily.example.com."""
    name = (parts.hostname or "").rstrip(".").removesuffix(".translate.goog")
    host = name.replace("--", "\0").replace("-", ".").replace("\0", "-")
    tail = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return f"https://{host}{tail}"


def _cached(parts: SplitResult) -> str | None:
    match = _CACHED.match(_parameter(parts.query, "q"))
    return _absolute(match[1]) if match else None


def _defended(parts: SplitResult) -> str | None:
    """Proofpoint's two ways to write a link of a mail."""
    if match := _DEFENSE.match(f"{parts.path}?{parts.query}"):
        return _absolute(match[1])
    coded = _parameter(parts.query, "u")
    written = _DEFENSE_CODE.sub(r"%\1", coded.replace("_", "/"))
    return unquote(written) if SCHEME.match(unquote(written)) else None


def _searched(parts: SplitResult) -> str | None:
    match = _YAHOO.search(parts.path)
    target = unquote(match[1]) if match else ""
    return target if SCHEME.match(target) else None


def _commented(parts: SplitResult) -> str | None:
    target = _target(parts.query, ("url",))
    return _COMMENT_MARK.sub("", target) if target else None


def _bare(parts: SplitResult) -> str | None:
    target = unquote(parts.query) if "://" not in parts.query else parts.query
    return target if SCHEME.match(target) else None


def _clicked(parts: SplitResult) -> str | None:
    """Bing writes the target in base64, after `a1`."""
    return _decoded(_parameter(parts.query, "u").removeprefix("a1"))


def _aggregated(parts: SplitResult) -> str | None:
    """Google News wrote the target into its own addresses until 2024; newer ones hold a number."""
    if parts.path.endswith("/url"):
        return _target(parts.query, ("url", "q"))
    return _decoded(parts.path.rpartition("/")[2])


def _decoded(code: str) -> str | None:
    if len(code) < _MIN_CODED or not code.isascii():
        return None
    try:
        raw = urlsafe_b64decode(code + "=" * (-len(code) % 4))
    except ValueError:
        return None
    match = _IN_BYTES.search(raw)
    return match[0].decode("ascii") if match else None


_SPECIAL: tuple[
    tuple[re.Pattern[str], re.Pattern[str], Callable[[SplitResult], str | None]], ...
] = (
    (re.compile(r"[\w\-]+\.translate\.goog"), re.compile(""), _translated),
    (re.compile(r"webcache\.googleusercontent\.com"), re.compile(""), _cached),
    (re.compile(r"urldefense(?:\.proofpoint)?\.com"), re.compile(""), _defended),
    (re.compile(r"r\.search\.yahoo\.com"), re.compile(""), _searched),
    (re.compile(r"disq\.us"), re.compile(""), _commented),
    (_BARE_SENDER, re.compile(""), _bare),
    (re.compile(r"(?:www\.)?bing\.com"), re.compile("/ck/a$"), _clicked),
    (
        re.compile(r"news\.google\.com"),
        re.compile("/(?:.*/)?(?:url$|articles/|read/)"),
        _aggregated,
    ),
)
