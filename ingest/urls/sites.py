"""Sites and platforms that serve one page under addresses of several shapes.

Each is told by its registered domain, and by what of its addresses names the page: mostly a
number, beside which a headline comes and goes. A rule never drops what it does not know.
"""

from __future__ import annotations

import re

__all__ = ["site_key"]

_RFERL = (  # Radio Free Europe, Voice of America
    "amerikaninsesi.org",
    "azadliq.org",
    "azathabar.com",
    "azatutyun.am",
    "currenttime.tv",
    "ekhokavkaza.com",
    "golosameriki.com",
    "idelreal.org",
    "kavkazr.com",
    "krymr.com",
    "ozodlik.org",
    "radiofarda.com",
    "radiotavisupleba.ge",
    "rferl.org",
    "severreal.org",
    "svoboda.org",
    "voanews.com",
)

_RULES: dict[str, tuple[tuple[re.Pattern[str], str], ...]] = {
    domain: tuple((re.compile(shape), key) for shape, key in rules)
    for domain, rules in {
        "apnews.com": (
            (
                (
                    r"^apnews\.com/(?:article/)?(?:[^/?]*-)?"
                    r"((?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,32})(?=$|\?)"
                ),
                r"apnews.com/article/\1",
            ),
        ),
        "bbc.com": ((r"^(.*?[^/.])\.(?:amp|lite)(?=$|\?)", r"\1"),),
        "cnn.com": ((r"^cnn\.com/cnn/(?=\d{4}/)", "cnn.com/"),),
        "dailymail.co.uk": (
            (
                r"^dailymail\.co\.uk/(?:[^?]*/)?article-(\d+)(?:/[^?]*)?",
                r"dailymail.co.uk/article-\1",
            ),
        ),
        "mol.im": ((r"^mol\.im/a/(\d+)$", r"dailymail.co.uk/article-\1"),),
        "dw.com": ((r"^dw\.com/(\w+(?:-\w+)?)/[^/?]+/((?:a|av|live|g|t)-\d+)", r"dw.com/\1/\2"),),
        "ft.com": ((r"^(?:on|next|app)\.ft\.com/content/", "ft.com/content/"),),
        "google.com": (
            (
                r"^news\.google\.com/(?:rss/)?(?:articles|read)/([\w-]+)(?:\?.*)?$",
                r"news.google.com/articles/\1",
            ),
        ),
        "interfax.ru": ((r"^interfax\.ru/(?:[\w-]+/)?(\d{6,})(?=$|\?)", r"interfax.ru/\1"),),
        "kommersant.ru": ((r"^kommersant\.ru/(?:doc/)?(\d{5,})(?=$|\?)", r"kommersant.ru/doc/\1"),),
        "livejournal.com": (
            (
                r"^(?:m\.)?livejournal\.com/(?:read/user|users)/([\w-]+)/(\d+)(?:\.html)?",
                r"\1.livejournal.com/\2.html",
            ),
            (r"^users\.livejournal\.com/([\w-]+)/(\d+)\.html", r"\1.livejournal.com/\2.html"),
        ),
        "medium.com": (
            (
                r"^(?:[\w-]+\.)?medium\.com/(?:[^?]*[/-])?([0-9a-f]{10,12})(?=$|\?)",
                r"medium.com/p/\1",
            ),
        ),
        "msn.com": ((r"^msn\.com/([a-z]{2}-[a-z]{2})/[^?]*/((?:ar|vi|ss)-\w+)", r"msn.com/\1/\2"),),
        "rbc.ru": ((r"^rbc\.ru/rbcnews/(?=[\w-]+/\d\d/\d\d/\d{4}/)", "rbc.ru/"),),
        "redd.it": ((r"^redd\.it/((?=\w*\d)\w{5,8})$", r"reddit.com/comments/\1"),),
        "reddit.com": (
            (
                r"^(?:(?:old|new|np|i)\.)?reddit\.com/(?:r/\w+/)?comments/(\w+)(?:/[\w%-]*)?(?=$|\?)",
                r"reddit.com/comments/\1",
            ),
        ),
        "reuters.com": ((r"^((?:\w+\.)?reuters\.com/article)/(?:[^?]*[-/])?(id\w{8,})", r"\1/\2"),),
        "spiegel.de": ((r"^(spiegel\.de/[^?]*-a-[\w-]+?)-amp(?=$|\?)", r"\1.html"),),
        "substack.com": (
            (r"^open\.substack\.com/pub/([\w-]+)/p/", r"\1.substack.com/p/"),
            (r"(\.substack\.com/p/[^/?]+)/comments(?=$|\?)", r"\1"),
        ),
        "t.me": ((r"^t\.me/(?:s/)?(\w+)/(\d+)(?:\?.*)?$", r"t.me/\1/\2"),),
        "wikipedia.org": (
            (r"^([\w-]+\.wikipedia\.org)/w\?title=([^&]+)$", r"\1/wiki/\2"),
            (r"^([\w-]+\.wikipedia\.org)/w\?(.*&)title=", r"\1/w?\2title="),
        ),
        "vedomosti.ru": ((r"^vedomosti\.ru/[0-9a-f]{4,12}/(?=[a-z_]+/)", "vedomosti.ru/"),),
        "x.com": (
            (
                r"^x\.com/(?:i/web|i|[A-Za-z0-9_]{1,20})/status(?:es)?/(\d+)(?:/.*|\?.*)?$",
                r"x.com/i/status/\1",
            ),
        ),
        "yahoo.com": (
            (
                r"^(?:news\.yahoo\.com|yahoo\.com/(?:amphtml/)?news)/(?=[^?]*-\d{6,}\.html)",
                "yahoo.com/news/",
            ),
        ),
        "youtu.be": ((r"^youtu\.be/([\w-]{11})(?:\?.*)?$", r"youtube.com/watch?v=\1"),),
        "youtube.com": (
            (
                r"^youtube\.com/(?:embed|shorts|live|v|e)/([\w-]{11})(?:\?.*)?$",
                r"youtube.com/watch?v=\1",
            ),
            (
                r"^youtube\.com/watch\?(?:.*&)?v=([\w-]{11})(?:&.*)?$",
                r"youtube.com/watch?v=\1",
            ),
        ),
        **dict.fromkeys(
            _RFERL,
            (
                (
                    r"^((?:[\w-]+\.)*[\w-]+\.\w+)/(?:a/)?(?:[^/?]+/)?(\d{7,9})\.html(?=$|\?)",
                    r"\1/a/\2.html",
                ),
            ),
        ),
    }.items()
}
#: A day and a long number name the page; the headline between them comes and goes
#: (RIA, Sputnik, InoSMI and others of their house).
_DAY_AND_NUMBER = re.compile(
    r"^([^/?]+/(?:[a-z]{2,3}/)?(?:19|20)\d{6})/[^/?]+-(\d{8,}\.html)(?=$|\?)"
)
_LOWER_CHANNEL = re.compile(r"^t\.me/\w+")


def site_key(key: str, domain: str) -> str:
    """A key in the one shape that its site's own rule gives it."""
    key = _DAY_AND_NUMBER.sub(r"\1/\2", key)
    for shape, replacement in _RULES.get(domain, ()):
        key = shape.sub(replacement, key, count=1)
    if domain == "t.me":
        key = _LOWER_CHANNEL.sub(lambda match: match[0].lower(), key)
    return key
