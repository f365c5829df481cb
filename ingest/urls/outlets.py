"""Who publishes at an address: a registered domain, or one site on a platform many share."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ingest.urls.hosts import clean, domain_of, host_of, split

__all__ = ["home_of", "outlet_of"]

# On these platforms the first part of the path names who publishes.
_SHARED: dict[str, tuple[tuple[re.Pattern[str], str], ...]] = {
    domain: tuple((re.compile(shape, re.IGNORECASE), name) for shape, name in shapes)
    for domain, shapes in {
        "t.me": (
            (
                r"/(?:s/)?(?!(?:s|c|iv|share|joinchat|addstickers|proxy)(?:/|$))(\w{3,})(?:/|$)",
                r"t.me/\1",
            ),
        ),
        "medium.com": (
            (
                r"/(?!(?:p|m|tag|search|r|topic|me|about)(?:/|$))(@?[\w.-]+)(?:/|$)",
                r"medium.com/\1",
            ),
        ),
        "youtube.com": ((r"/(@[\w.%-]+|(?:c|user|channel)/[\w%-]+)", r"youtube.com/\1"),),
        "x.com": (
            (
                r"/(?!(?:i|home|search|hashtag|intent|share|explore|login)(?:/|$))(\w{1,20})(?:/|$)",
                r"x.com/\1",
            ),
        ),
        "facebook.com": (
            (
                (
                    r"/(groups/[\w.-]+)|/(?!(?:story|permalink|watch|photo|sharer|groups|events"
                    r"|login|video|reel|l|share|profile)(?:\.php|s)?(?:/|$))([\w.-]{4,})(?:/|$)"
                ),
                r"facebook.com/\1\2",
            ),
        ),
        "reddit.com": ((r"/((?:r|u|user)/[\w-]+)", r"reddit.com/\1"),),
        "vk.com": (
            (
                (
                    r"/(?!(?:away|feed|share|login|search|video|wall|photo|topic|doc)[\w.-]*(?:/|$))"
                    r"([a-z][\w.]{2,})(?:/|$)"
                ),
                r"vk.com/\1",
            ),
        ),
        "tiktok.com": ((r"/(@[\w.]+)", r"tiktok.com/\1"),),
        "threads.com": ((r"/(@[\w.]+)", r"threads.com/\1"),),
        "teletype.in": ((r"/(@[\w.-]+)", r"teletype.in/\1"),),
        "substack.com": (
            (r"/pub/([\w-]+)", r"\1.substack.com"),
            (r"/(@[\w-]+)", r"substack.com/\1"),
        ),
        "livejournal.com": ((r"/(?:users|read/user)/([\w-]+)", r"\1.livejournal.com"),),
        "sites.google.com": ((r"/((?:view|site)/[\w-]+)", r"sites.google.com/\1"),),
    }.items()
}
_PLATFORM_HOSTS = {"open.substack.com": "substack.com", "sites.google.com": "sites.google.com"}
_SHORT = {"mol.im": "dailymail.co.uk", "redd.it": "reddit.com", "youtu.be": "youtube.com"}


def outlet_of(url: str) -> str:
    """The publisher: the registrable domain, or on a shared platform the site of one author.

    `news.example.co.uk` gives `example.co.uk`, `baku.substack.com` itself, `t.me/s/baku/7` gives
    `t.me/baku`. Of an address without a registered domain, the host; of none, nothing.
    """
    host = host_of(url)
    domain = domain_of(host)
    domain = _SHORT.get(domain, domain)
    platform = _PLATFORM_HOSTS.get(host, domain)
    shapes = _SHARED.get(platform)
    if not shapes:
        return domain
    path = split(clean(url)).path
    for shape, name in shapes:
        if match := shape.match(path):
            return match.expand(name).lower()
    return platform


def home_of(url: str) -> str:
    """The front page of the outlet that publishes at an address, absolute.

    Raises:
        ValueError: it is no web address.
    """
    outlet = outlet_of(url)
    parts = urlsplit(url)
    if "/" in outlet:  # within a platform; `t.me/s/` is the form that holds posts
        return f"https://{outlet.replace('t.me/', 't.me/s/', 1)}"
    return f"{parts.scheme}://{parts.netloc}/"
