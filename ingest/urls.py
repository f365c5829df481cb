"""Address identity: one key for all the addresses under which a site serves one article.

courlan, which sifts links elsewhere, is not asked here: it drops any parameter whose name begins
like a tracker's (`gallery`, `eid`, `sourceid`), and a dropped parameter can merge two articles.
Here a parameter goes only when its whole name is known to track; unknown ones stay.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from posixpath import normpath
from urllib.parse import SplitResult, quote, unquote, unquote_plus, urljoin, urlsplit

from tld import get_fld

__all__ = [
    "address_key",
    "host_of",
    "is_fetchable",
    "outlet_of",
    "trusted_canonical",
    "unwrap",
    "url_words",
]

_MAX_URL_CHARS = 2048  # what browsers and caches agree on
_MAX_WRAPPERS = 4  # a wrapper in a wrapper in a wrapper in a wrapper is a trap

_INVISIBLE = re.compile("[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060\ufeff]+")
_SCHEME = re.compile(r"https?://|//", re.IGNORECASE)
_ANY_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*:(?!\d)", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._\-]*[a-z0-9_\-])?")

# Labels before an outlet's own name that mark an edition of the same pages.
_EDITION_LABEL = re.compile(r"www?\d{0,2}|ww\d|m|mobile|mobi|amp|touch|wap|edition")
# Domains under which one newsroom serves the same paths.
_TWIN_DOMAINS = {"bbc.co.uk": "bbc.com", "guardian.co.uk": "theguardian.com"}

_PERCENT = re.compile(r"%(?:([0-9A-Fa-f]{2})|)")
# Meant the same escaped or not: unreserved (RFC 3986, section 2.3), and sub-delimiters that
# delimit nothing in this place.
_UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_PATH_PLAIN = _UNRESERVED + "!$'()*,:@"
_QUERY_PLAIN = _PATH_PLAIN + "/?"
_DELIMITERS = "%/?&=+;"

_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_INDEX_FILE = re.compile(
    r"/(?:index|default)\.(?:html?|shtml|php\d?|aspx?|jsp|cfm)(?=/|$)", re.IGNORECASE
)
_VARIANT_START = re.compile(r"^/amp(?=/.)", re.IGNORECASE)
_VARIANT_END = re.compile(
    r"(?<=[^/.])(?:/(?:amp|print|printable)(?:\.html?)?|/page/1|\.amp|[._\-]amp(?=\.html?$))(\.html?)?$",
    re.IGNORECASE,
)

_TRACKER = re.compile(
    r"(?:utm|ga|gs|pk|mtm|matomo|piwik|itm|at|hsa|mkt|vero|oly|mc|guce|lmd|fb|wt|ns|int|trk|aff"
    r"|ito|soc|gaa|amp|_x_tr|_hs)[_.]\w*"
    r"|(?:fb|g|d|y|ys|tw|tt|ms|yc|gc|dc)clid|fbcid|gbraid|wbraid|gclsrc|igsh(?:id)?|s_?kwcid"
    r"|_ga|_gl|mkt_tok|ref_?src|ref_?url|referr?er|xtor|xtref|cmp(?:id)?|icid|ocid|ncid|intcmp"
    r"|intcid|itid|taid|smid|smtyp|srnd|sref|mbid|bxid|esrc|ftag|guccounter|reflink|sharetype"
    r"|leadsource|traffic_?source|campaign(?:_?id)?|medium|spm|tblci|dicbo|usqp|outputtype"
    r"|noredirect|nomobile|phpsessid|jsessionid|__twitter_impression|__tn__|wprov|ved|usg"
    r"|unlocked_article_code|replytocom|srsltid",
    re.IGNORECASE,
)
# Names that both trackers and articles' numbers go by: a number stays, a word goes.
_DOUBTFUL = frozenset(
    {"amp", "cid", "feature", "from", "mod", "origin", "partner", "print", "printable", "ref"}
    | {"rss", "share", "shared", "source", "src", "via"}
)
# These ask for the first page, or for another dress of the same page.
_NEUTRAL = frozenset(
    {("amp", "1"), ("print", "1"), ("printable", "1"), ("rss", "1"), ("share", "1")}
    | {("page", "1"), ("paged", "1"), ("page", "all"), ("pagewanted", "all"), ("showall", "1")}
    | {("single", "true"), ("singlepage", "true"), ("m", "0"), ("m", "1"), ("mobile", "1")}
    | {("mobile", "true"), ("view", "amp"), ("view", "print"), ("type", "amp"), ("layout", "amp")}
    | {("format", "amp"), ("format", "print"), ("output", "amp"), ("mode", "print")}
    | {("tmpl", "component"), ("in", "t"), ("s", "09")}
)

_ARCHIVE = re.compile(
    r"(?:^|\.)(?:archive\.(?:org|is|ph|today|md|vn|li|fo)|archive-it\.org|arquivo\.pt"
    r"|webarchive\.nationalarchives\.gov\.uk|webarchive\.org\.uk)$"
)
_INNER_HOST = r"(?=[\w\-]+(?:\.[\w\-]+)+(?::\d+)?(?:[/?]|$))"
_ARCHIVED = re.compile(
    rf"/(?=https?:/)|^/web/\d{{4,14}}(?:[a-z]{{2}}_)?/{_INNER_HOST}", re.IGNORECASE
)
_ONE_SLASH = re.compile(r"^(https?):/(?!/)", re.IGNORECASE)
_GOOGLE = re.compile(r"(?:www\.|news\.)?google\.(?:com?\.)?[a-z]{2,3}")
_GOOGLE_AMP = re.compile(rf"^/amp/(?:s/)?{_INNER_HOST}")
_AMP_CACHE = re.compile(rf"^/(?:[a-z]/)?(?:s/)?{_INNER_HOST}")
_CACHED = re.compile(r"cache:(?:[\w\-]+:)?(https?:\S+)")
# What only sends on: (host, start of the path) to the parameters that hold the target.
_REDIRECTORS = {
    "www.bing.com": ("/news/apiclick.aspx", ("url",)),
    "bing.com": ("/news/apiclick.aspx", ("url",)),
    "l.facebook.com": ("/l.php", ("u",)),
    "lm.facebook.com": ("/l.php", ("u",)),
    "www.facebook.com": ("/l.php", ("u",)),
    "l.instagram.com": ("/", ("u",)),
    "out.reddit.com": ("/", ("url",)),
    "duckduckgo.com": ("/l/", ("uddg",)),
    "www.youtube.com": ("/redirect", ("q",)),
    "www.linkedin.com": ("/redir/redirect", ("url",)),
    "vk.com": ("/away.php", ("to",)),
    "t.umblr.com": ("/redirect", ("z",)),
    "getpocket.com": ("/redirect", ("url",)),
}

_MEDIA_SUFFIX = re.compile(
    r"\.(?:7z|aac|apk|avi|avif|bmp|bz2|css|csv|dmg|docx?|eot|epub|exe|flac|flv|gif|gz|heic|ico|iso"
    r"|jpe?g|js|m3u8|m4[av]|mkv|mov|mp[34]|mpe?g|msi|ods|odt|og[agv]|otf|pdf|png|pptx?|rar|rtf|svg"
    r"|swf|tar|tiff?|ttf|wav|web[mp]|wm[av]|woff2?|xlsx?|zip)$",
    re.IGNORECASE,
)
_PAGE_SUFFIX = re.compile(r"\.(?:s?html?|php\d?|aspx?|jsp|cfm|amp)(?=/|$)", re.IGNORECASE)
_PATH_WORD = re.compile(r"(?<![^\W_])[^\W\d_]{2,}(?:['’][^\W\d_]+)*(?![^\W_])")
# The id that ends an AP address is the article; the words before it come and go.
_AP_PATH = re.compile(r"/(?:article/)?(?:[^/]*-)?((?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,32})")
_FRONT_WORDS = 2  # `/world/central-asia` is a section; an article's own name is longer


def address_key(url: str) -> str:
    """The identity of an address: `host/path?query`, ASCII, without scheme or fragment.

    Two addresses with one key are one page: wrappers are taken off, then editions (`www.`, `m.`,
    `/amp`, `?print=1`), index files, trailing slashes, trackers and the order of parameters play
    no part. `address_key("https://" + key) == key`. What is no web address gives itself, quoted.
    """
    cleaned = _clean(url)
    try:
        parts = _split(unwrap(cleaned))
        host, port = _key_host(parts.hostname or ""), parts.port
    except ValueError:
        return _opaque(cleaned)
    if not host:
        return _opaque(cleaned)
    path = _key_path(parts.path)
    if host == "apnews.com" and (match := _AP_PATH.fullmatch(path)):
        path = f"/article/{match[1]}"
    query = _key_query(parts.query) if parts.query else ""
    place = host if port in {None, 80, 443} else f"{host}:{port}"
    key = f"{place}{path or '/'}?{query}" if query else f"{place}{path or '/'}"
    inner = unwrap(f"https://{key}")  # tidied, it may show a wrapper that was hidden
    return key if inner == f"https://{key}" else address_key(inner)


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


def host_of(url: str) -> str:
    """The host, lower-case ASCII, without port; empty: it names none."""
    try:
        return _ascii_host(_split(_clean(url)).hostname or "")
    except ValueError:
        return ""


def outlet_of(url: str) -> str:
    """The registrable domain, which names the publisher; of an address without one, the host."""
    domain = _registrable(host_of(url))
    return _TWIN_DOMAINS.get(domain, domain)


def url_words(url: str) -> str:
    """The readable words of the path, separated by spaces; numbers and ids left out."""
    try:
        path = unquote(_split(unwrap(_clean(url))).path)
    except ValueError:
        return ""
    return " ".join(_PATH_WORD.findall(_PAGE_SUFFIX.sub("", path)))


def is_fetchable(url: str) -> bool:
    """Whether a page can be asked for there: http or https, a host, no password, no media file."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and _ascii_host(parts.hostname or "") != "" and parts.port != 0
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and named
        and "@" not in parts.netloc
        and len(url) <= _MAX_URL_CHARS
        and not _INVISIBLE.search(url)
        and not _MEDIA_SUFFIX.search(parts.path)
    )


def trusted_canonical(page_url: str, claimed: str) -> str | None:
    """The address a page names as its own, made absolute; None: it is not to be believed.

    A claim is believed inside the outlet (of the page itself, if it came through a cache), and not
    if it names the home page or a section above the page: templates often claim one address
    for a whole site.
    """
    try:
        url = urljoin(page_url, _clean(claimed)).partition("#")[0]
    except ValueError:
        return None
    if not is_fetchable(url):
        return None
    page_key, key = address_key(page_url), address_key(url)
    if key == page_key:
        return url
    if outlet_of(f"https://{key}") != outlet_of(f"https://{page_key}"):
        return None
    return None if _is_front(key, page_key) else url


def _is_front(key: str, page_key: str) -> bool:
    """Whether a key is a home page, or a section that the page lies under."""
    path = key.partition("/")[2]
    if not path:
        return True
    if not page_key.startswith(f"{key}/"):
        return False
    name = path.rpartition("/")[2]
    return name.count("-") < _FRONT_WORDS and not any(sign.isdigit() for sign in name)


def _clean(url: str) -> str:
    return _INVISIBLE.sub("", url).replace("&amp;", "&").replace("\\", "/")


def _split(url: str) -> SplitResult:
    """Take a web address apart; one without a scheme is taken to start with its host."""
    if _SCHEME.match(url):
        return urlsplit(url)
    if _ANY_SCHEME.match(url):
        raise ValueError(url)
    return urlsplit(f"//{url}")


def _opaque(url: str) -> str:
    while match := _SCHEME.match(url):
        url = url[match.end() :]
    return _normalize_escapes(url, _UNRESERVED)


def _unwrap_once(url: str) -> str | None:
    parts = _split(url)
    host = (parts.hostname or "").rstrip(".")
    if host in _REDIRECTORS and parts.path.startswith(_REDIRECTORS[host][0]):
        return _target(parts.query, _REDIRECTORS[host][1])
    if host == "webcache.googleusercontent.com":
        match = _CACHED.match(_parameter(parts.query, "q"))
        return match[1] if match else None
    if _GOOGLE.fullmatch(host) and parts.path == "/url":
        return _target(parts.query, ("q", "url"))
    prefix = _inner_prefix(host)
    below = f"{parts.path}?{parts.query}" if parts.query else parts.path
    match = prefix.search(below) if prefix else None
    return _absolute(below[match.end() :]) if match else None


def _inner_prefix(host: str) -> re.Pattern[str] | None:
    """What stands before the inner address in the path, on hosts that put one there."""
    if _ARCHIVE.search(host):
        return _ARCHIVED
    if host.endswith("cdn.ampproject.org"):
        return _AMP_CACHE
    return _GOOGLE_AMP if _GOOGLE.fullmatch(host) else None


def _absolute(rest: str) -> str:
    """A target that stood in a path, where one of the two slashes may have been folded."""
    rest = _ONE_SLASH.sub(r"\1://", rest)
    return rest if _SCHEME.match(rest) else f"https://{rest}"


def _target(query: str, names: tuple[str, ...]) -> str | None:
    found = (_clean(_parameter(query, name)) for name in names)
    return next((target for target in found if _SCHEME.match(target)), None)


def _parameter(query: str, name: str) -> str:
    """The first value of a parameter; empty: it is not there."""
    pairs = (pair.partition("=") for pair in query.split("&"))
    return next((unquote_plus(value) for key, _, value in pairs if key == name), "")


@lru_cache(maxsize=1 << 13)
def _ascii_host(host: str) -> str:
    """The host in lower-case ASCII; empty: it cannot be one."""
    host = host.rstrip(".").lower()
    if ":" in host:
        return f"[{ip_address(host.partition('%')[0])}]"
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    return host if _HOST.fullmatch(host) and ".." not in host else ""


@lru_cache(maxsize=1 << 13)
def _key_host(host: str) -> str:
    """The host without labels that mark an edition, never shorter than the outlet."""
    host = _ascii_host(host)
    domain = _registrable(host)
    labels = host.removesuffix(domain).split(".")
    kept = [label for label in labels if label and not _EDITION_LABEL.fullmatch(label)]
    return ".".join([*kept, _TWIN_DOMAINS.get(domain, domain)])


@lru_cache(maxsize=1 << 13)
def _registrable(host: str) -> str:
    """The part of a host that was registered; of an IP address or a lone name, all of it."""
    if host.startswith("[") or host.replace(".", "").isdigit():
        return host
    # From the bundled list; `tld` goes to the network only when told to update it.
    domain = get_fld(f"http://{host}", fail_silently=True, search_private=True)
    return domain or ".".join(host.split(".")[-2:])


def _key_path(path: str) -> str:
    """The path without escapes, dots, sessions, index files, variants and a trailing slash."""
    path = _normalize_escapes(path, _PATH_PLAIN)
    if ";" in path:
        path = _SESSION.sub("", path)
    if "//" in path or "/." in path:
        path = "/" + normpath(path).lstrip("/")
    before = None
    while path != before:
        before = path
        path = _INDEX_FILE.sub("", path.rstrip("/"))
        path = _VARIANT_END.sub(r"\1", _VARIANT_START.sub("", path))
    return path


def _key_query(query: str) -> str:
    kept = []
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if not name or _is_tracker(name.lower(), value.lower()):
            continue
        name = _normalize_escapes(name.replace("+", "%20"), _QUERY_PLAIN)
        value = _normalize_escapes(value.replace("+", "%20"), _QUERY_PLAIN)
        kept.append(f"{name}={value}" if value else name)
    return "&".join(sorted(kept))


def _is_tracker(name: str, value: str) -> bool:
    if (name, value) in _NEUTRAL or _TRACKER.fullmatch(name):
        return True
    return name in _DOUBTFUL and not value.isdecimal()


def _normalize_escapes(text: str, plain: str) -> str:
    """Escape what must be, unescape what need not be, and write escapes in capitals."""
    if "%" in text:
        text = _PERCENT.sub(lambda match: _normalize_escape(match[1], plain), text)
    return quote(text, safe=plain + _DELIMITERS)


def _normalize_escape(digits: str | None, plain: str) -> str:
    if digits is None:
        return "%25"
    sign = chr(int(digits, 16))
    return sign if sign in plain else f"%{digits.upper()}"
