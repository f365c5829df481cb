"""An address taken apart, and its host in one form."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from tld import get_fld

__all__ = [
    "INVISIBLE", "SCHEME", "ascii_host", "clean", "domain_of", "host_of", "is_fetchable",
    "key_host", "platform_of", "split",
]  # fmt: skip

_MAX_URL_CHARS = 2048  # what browsers and caches agree on

INVISIBLE = re.compile("[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060\ufeff]+")
SCHEME = re.compile(r"https?://|//", re.IGNORECASE)
_ANY_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*:(?!\d)", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._\-]*[a-z0-9_\-])?")
_MEDIA_SUFFIX = re.compile(
    r"\.(?:7z|aac|apk|avi|avif|bmp|bz2|css|csv|dmg|docx?|eot|epub|exe|flac|flv|gif|gz|heic|ico|iso"
    r"|jpe?g|js|m3u8|m4[av]|mkv|mov|mp[34]|mpe?g|msi|ods|odt|og[agv]|otf|pdf|png|pptx?|rar|rtf|svg"
    r"|swf|tar|tiff?|ttf|wav|web[mp]|wm[av]|woff2?|xlsx?|zip)$",
    re.IGNORECASE,
)

# Labels before an outlet's own name that mark an edition of the same pages.
_EDITION_LABEL = re.compile(r"www?\d{0,2}|ww\d|m|mobile|mobi|amp|touch|wap|lite|edition")
# Domains under which one newsroom or platform serves the same paths.
_TWIN_DOMAINS = {
    "bbc.co.uk": "bbc.com",
    "guardian.co.uk": "theguardian.com",
    "huffingtonpost.com": "huffpost.com",
    "telegram.dog": "t.me",
    "telegram.me": "t.me",
    "twitter.com": "x.com",
    "youtube-nocookie.com": "youtube.com",
}
# Blogger serves one blog under the domain of each reader's country.
_BLOGSPOT = re.compile(r"(?:www\.)?([\w-]+)\.blogspot\.(?:com?\.)?[a-z]{2,3}")
# Platforms whose every subdomain is a site of its own, and that the list of suffixes does not name.
_HOSTING = frozenset(
    {"beehiiv.com", "canalblog.com", "dreamwidth.org", "ghost.io", "hatenablog.com"}
    | {"hatenadiary.jp", "jimdofree.com", "livejournal.com", "medium.com", "narod.ru"}
    | {"over-blog.com", "squarespace.com", "substack.com", "tilda.ws", "tumblr.com"}
    | {"typepad.com", "ucoz.com", "ucoz.net", "ucoz.ru", "webnode.com", "weebly.com"}
    | {"wixsite.com", "wordpress.com", "write.as"}
)
_OF_PLATFORM = frozenset({"m", "www"})  # subdomains that are no one's site


def clean(url: str) -> str:
    """An address without what cannot be seen, `&amp;` and backslashes."""
    return INVISIBLE.sub("", url).replace("&amp;", "&").replace("\\", "/")


def split(url: str) -> SplitResult:
    """Take a web address apart; one without a scheme is taken to start with its host.

    Raises:
        ValueError: it is no web address.
    """
    if SCHEME.match(url):
        return urlsplit(url)
    if _ANY_SCHEME.match(url):
        raise ValueError(url)
    return urlsplit(f"//{url}")


def host_of(url: str) -> str:
    """The host, lower-case ASCII, without port; empty: it names none."""
    try:
        return ascii_host(split(clean(url)).hostname or "")
    except ValueError:
        return ""


def is_fetchable(url: str) -> bool:
    """Whether a page can be asked for there: http or https, a host, no password, no media file."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and ascii_host(parts.hostname or "") != "" and parts.port != 0
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and named
        and "@" not in parts.netloc
        and len(url) <= _MAX_URL_CHARS
        and not INVISIBLE.search(url)
        and not _MEDIA_SUFFIX.search(parts.path)
    )


@lru_cache(maxsize=1 << 13)
def ascii_host(host: str) -> str:
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
def key_host(host: str) -> str:
    """The host without labels that mark an edition, never shorter than the site's own.

    Raises:
        ValueError: it looks like an IPv6 address and is none.
    """
    host = ascii_host(host)
    domain = _site_of(host)
    labels = host.removesuffix(domain).split(".")
    kept = [label for label in labels if label and not _EDITION_LABEL.fullmatch(label)]
    return ".".join([*kept, domain_of(host)])


@lru_cache(maxsize=1 << 13)
def domain_of(host: str) -> str:
    """The registered domain of a host, or its own name on a platform; twins under one name."""
    if match := _BLOGSPOT.fullmatch(host):
        return f"{match[1]}.blogspot.com"
    domain = _site_of(host)
    return _TWIN_DOMAINS.get(domain, domain)


@lru_cache(maxsize=1 << 13)
def platform_of(host: str) -> str:
    """The registered domain of a host as `ascii_host` gives it, whoever publishes under it."""
    domain = _registrable(host)
    return _TWIN_DOMAINS.get(domain, domain)


def _site_of(host: str) -> str:
    """The registered domain; on a platform, with the label that names the site."""
    if _BLOGSPOT.fullmatch(host):
        return host.removeprefix("www.")
    domain = _registrable(host)
    if domain not in _HOSTING or host == domain:
        return domain
    label = host.removesuffix(f".{domain}").rpartition(".")[2]
    return domain if label in _OF_PLATFORM else f"{label}.{domain}"


def _registrable(host: str) -> str:
    """The part of a host that was registered; of an IP address or a lone name, all of it."""
    if host.startswith("[") or host.replace(".", "").isdigit():
        return host
    # From the bundled list; `tld` goes to the network only when told to update it.
    domain = get_fld(f"http://{host}", fail_silently=True, search_private=True)
    return domain or ".".join(host.split(".")[-2:])
