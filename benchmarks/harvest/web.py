"""A frozen web of real articles: their own hosts and addresses, with what a news site puts around.

Each host has a front page, sections and half of them tags, all in pages of twenty; an article has
a menu and a foot, the latest headlines of its hour, what was popular that week, related articles,
links in its text and now and then one to another outlet. Which links there are is decided by date,
by plain TF-IDF and by digests of the addresses, never by a story or a scorer.

How many follows 200 saved pages of the extraction set: half of them have 37 to 89 links to their
own host, 41 to 99 anchors of three words or less, and 5 to 20 of five words or more.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from benchmarks.harvest.neighbours import nearest
from benchmarks.real_web import http_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["Area", "Link", "Page", "Variant", "Web", "build_web", "without_session"]

_LEAST_ARTICLES = 100  # of a host that is part of the web
_A_PAGE = 20
_LATEST, _POPULAR, _RELATED, _CROSS = 8, 5, 4, 0.3
_MUTE_SHARE = 0.4
_SESSION_SHARE = 0.3  # of the hosts
_TAGGED = range(5, 61)  # articles of a host that a tag may have
_TAGS = 2
_NAMING_LETTERS = 5  # of a word of a headline that is likely to be a link in a text
_MUTE = ("Read more", "Full story", "Continue reading", "")
_SECTION = re.compile(r"[a-z][a-z-]{2,}")
_TAG_WORD = re.compile(r"\b[A-Z][a-z]{3,}\b")
_HEAD = ("Video", "Photos", "Opinion", "Weather", "Traffic", "Podcasts", "Newsletters", "Log in",
         "Subscribe", "Live TV", "Obituaries", "Crossword", "Horoscopes", "Comics", "Lottery",
         "Classifieds", "Real estate", "Jobs", "Cars", "Shop")  # fmt: skip
_FOOT = ("About us", "Contact", "Careers", "Advertise", "Privacy policy", "Terms of service",
         "Ad choices", "Corrections", "Site map", "Help", "Archives", "Mobile apps", "RSS",
         "Community guidelines", "Accessibility")  # fmt: skip
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip


class Area(StrEnum):
    """Where on its page a link stands."""

    MENU = "menu"
    FOOT = "foot"
    TAGS = "tags"
    TEXT = "text"
    RELATED = "related"
    LATEST = "latest"
    POPULAR = "popular"
    ELSEWHERE = "elsewhere"  # of another outlet
    LISTED = "listed"  # a card of a front page, section or tag
    PAGES = "pages"  # to the next page of a list


class Variant(StrEnum):
    """What the web does to a crawler."""

    PLAIN = "plain"
    MUTE = "mute"  # two anchors in five say nothing
    TRAPS = "traps"  # calendars and session ids on four hosts


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    url: str
    anchor: str
    area: Area
    teaser: str = ""  #: what the card says beside the anchor


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    url: str
    title: str
    links: tuple[Link, ...] = field(repr=False)
    text: Mapping[str, Any] | None = field(default=None, repr=False)  #: None: it is no article


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    pages: Mapping[str, Page] = field(repr=False)  #: by address; a trap's are made when asked for
    homes: tuple[str, ...]
    variant: Variant

    def fetch(self, url: str) -> Page | None:
        """The page at an address; None: there is none."""
        url = http_address(url)
        if self.variant is Variant.TRAPS:
            if (page := self.pages.get(without_session(url))) is not None:
                return _in_session(page, url)
            return self.pages.get(url) or _calendar(url)
        return self.pages.get(url)


def digest(*parts: str) -> float:
    """A share, 0..1, that looks random and is always the same."""
    return int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:6]) / 2**48


@dataclass(slots=True)
class _Site:
    host: str
    texts: list[Mapping[str, Any]]  #: the newest first
    urls: list[str]
    sections: dict[str, list[int]]
    tags: dict[str, list[int]]
    has_calendar: bool


def build_web(
    texts: Iterable[Mapping[str, Any]], variant: Variant, *, least: int = _LEAST_ARTICLES
) -> Web:
    """The web of all texts with an address of their own on a host that has `least` of them."""
    sites = _sites(texts, variant, least)
    everything = [(site, at) for site in sites for at in range(len(site.texts))]
    near = nearest([_words_of(site.texts[at]) for site, at in everything], count=60)
    pages: dict[str, Page] = {}
    for site in sites:
        for page in _hubs(site, variant):
            pages[page.url] = page
    for place, (site, at) in enumerate(everything):
        kin = [everything[other] for other in near[place]]
        pages.setdefault(site.urls[at], _article(site, at, kin, variant))
    return Web(pages=pages, homes=tuple(f"http://{site.host}/" for site in sites), variant=variant)


def _sites(texts: Iterable[Mapping[str, Any]], variant: Variant, least: int) -> list[_Site]:
    by_host: defaultdict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for text in texts:
        if text["url"]:
            url = http_address(text["url"])
            by_host[urlsplit(url).netloc].setdefault(url, text)
    large = sorted(host for host, held in by_host.items() if len(held) >= least)
    is_trap = variant is Variant.TRAPS
    return [
        _site(host, by_host[host], has_tags=place % 2 == 0, has_calendar=is_trap and place % 5 == 0)
        for place, host in enumerate(large)
    ]


def _site(
    host: str, held: Mapping[str, Mapping[str, Any]], *, has_tags: bool, has_calendar: bool
) -> _Site:
    urls = sorted(held, key=lambda url: (held[url]["date"], url), reverse=True)
    texts = [held[url] for url in urls]
    filed = [_section_of(url) for url in urls]
    sections: defaultdict[str, list[int]] = defaultdict(list)
    often = {name for name, n in Counter(filed).items() if n >= _TAGGED.start}
    for at, name in enumerate(filed):
        sections[name if name in often else "more"].append(at)
    tags = _tags(texts) if has_tags else {}
    return _Site(host, texts, urls, dict(sections), tags, has_calendar)


def _section_of(url: str) -> str:
    parts = (part for part in urlsplit(url).path.lower().split("/")[:-1])
    return next((part for part in parts if _SECTION.fullmatch(part) and part != "story"), "more")


def _tags(texts: Sequence[Mapping[str, Any]]) -> dict[str, list[int]]:
    """The rarest names of each headline that others share."""
    named = [sorted(set(_TAG_WORD.findall(text["title"]))) for text in texts]
    often = Counter(word for words in named for word in words)
    tags: defaultdict[str, list[int]] = defaultdict(list)
    for at, words in enumerate(named):
        able = [word for word in words if often[word] in _TAGGED]
        for word in sorted(able, key=lambda word: (often[word], word))[:_TAGS]:
            tags[word].append(at)
    return dict(tags)


def _words_of(text: Mapping[str, Any]) -> str:
    return f"{text['title']} {text['title']} {text['desc']} {text['text'][:1500]}"


# -- lists ---------------------------------------------------------------------------------------


def _hubs(site: _Site, variant: Variant) -> Iterator[Page]:
    root, menu = f"http://{site.host}", _menu(site)
    top = [place for places in site.sections.values() for place in places[:3]]
    shown = list(dict.fromkeys([*range(min(2 * _A_PAGE, len(site.urls))), *top]))
    yield _hub(site, f"{root}/", site.host, shown, menu, variant)
    for link in _static(root, (*_HEAD, *_FOOT), Area.MENU):
        yield _hub(site, link.url, link.anchor, (), menu, variant)
    lists = [("section", name, places) for name, places in site.sections.items()]
    lists += [("tag", name, places) for name, places in site.tags.items()]
    for kind, name, places in lists:
        for number in range(1, -(-len(places) // _A_PAGE) + 1):
            some = places[(number - 1) * _A_PAGE : number * _A_PAGE]
            url = _list_url(root, kind, name, number)
            after = _list_url(root, kind, name, number + 1)
            more = [Link(url=after, anchor="Next", area=Area.PAGES)]
            is_last = number * _A_PAGE >= len(places)
            yield _hub(site, url, name.title(), some, menu + more * (not is_last), variant)


def _list_url(root: str, kind: str, name: str, number: int) -> str:
    base = f"{root}/{kind}/{name.lower()}/"
    return base if number == 1 else f"{base}page/{number}/"


def _menu(site: _Site) -> list[Link]:
    root = f"http://{site.host}"
    largest = sorted(site.sections, key=lambda name: (-len(site.sections[name]), name))[:20]
    menu = [Link(url=f"{root}/", anchor="Home", area=Area.MENU)]
    menu += [
        Link(url=_list_url(root, "section", name, 1), anchor=name.replace("-", " ").title(),
             area=Area.MENU)
        for name in largest
    ]  # fmt: skip
    menu += _static(root, _HEAD, Area.MENU)
    if site.has_calendar:
        menu.append(Link(url=f"{root}/calendar/2017/01/", anchor="Calendar", area=Area.MENU))
    return menu


def _static(root: str, names: Iterable[str], area: Area) -> list[Link]:
    """Links to the pages that a site has beside its news."""
    return [
        Link(url=f"{root}/{name.lower().replace(' ', '-')}", anchor=name, area=area)
        for name in names
    ]


def _hub(site: _Site, url: str, title: str, places: Iterable[int], menu: list[Link],
         variant: Variant) -> Page:  # fmt: skip
    cards = [_to(site, place, Area.LISTED, url, variant) for place in places]
    foot = _static(f"http://{site.host}", _FOOT, Area.FOOT)
    return Page(url=url, title=title, links=(*menu, *cards, *foot))


def _to(site: _Site, place: int, area: Area, at: str, variant: Variant) -> Link:
    """A link to an article, with its real anchor where that is known."""
    text, url = site.texts[place], site.urls[place]
    anchor = text["anchor"] or text["title"]
    if variant is Variant.MUTE and digest("mute", at, url) < _MUTE_SHARE:
        anchor = _MUTE[int(digest("which", at, url) * len(_MUTE))]
    teaser = text["desc"][:200] if area is Area.LISTED and digest("card", url) < 0.5 else ""
    return Link(url=url, anchor=anchor, area=area, teaser=teaser)


# -- articles ------------------------------------------------------------------------------------


def _article(site: _Site, at: int, kin: Sequence[tuple[_Site, int]], variant: Variant) -> Page:
    url, text = site.urls[at], site.texts[at]
    own = [place for other, place in kin if other is site]
    older = [place for place in own if place > at]
    links = _menu(site)
    links += _tag_links(site, at)
    links += [_in_text(site, at, place) for place in older[:2] if digest("text", url) < 0.7]
    links += [_to(site, place, Area.RELATED, url, variant) for place in own[:_RELATED]]
    latest = range(at + 1, min(at + 1 + _LATEST, len(site.urls)))
    links += [_to(site, place, Area.LATEST, url, variant) for place in latest]
    links += [_to(site, place, Area.POPULAR, url, variant) for place in _popular(site, at)]
    if digest("cross", url) < _CROSS:
        away = [(other, place) for other, place in kin if other is not site]
        links += [_to(other, place, Area.ELSEWHERE, url, variant) for other, place in away[:1]]
    links += _static(f"http://{site.host}", _FOOT, Area.FOOT)
    return Page(url=url, title=text["title"], links=tuple(links), text=text)


def _tag_links(site: _Site, at: int) -> list[Link]:
    root = f"http://{site.host}"
    return [
        Link(url=_list_url(root, "tag", name, 1), anchor=name, area=Area.TAGS)
        for name, places in site.tags.items()
        if at in places
    ]


def _popular(site: _Site, at: int) -> list[int]:
    """The five of its week that a digest calls popular."""
    week = range(max(at - 40, 0), min(at + 41, len(site.urls)))
    return sorted(week, key=lambda place: digest("popular", site.urls[place]))[:_POPULAR]


def _in_text(site: _Site, at: int, place: int) -> Link:
    """A link in the text: four words of it, from the first that the linked headline has, too."""
    said = site.texts[at]["text"].replace("\n", " ").split()
    title = site.texts[place]["title"]
    named = {word.strip(".,").lower() for word in title.split() if len(word) >= _NAMING_LETTERS}
    start = next((i for i, word in enumerate(said) if word.strip(".,").lower() in named), 8)
    return Link(url=site.urls[place], anchor=" ".join(said[start : start + 4]), area=Area.TEXT)


# -- traps ---------------------------------------------------------------------------------------

_SESSION = re.compile(r"(?<=\.com|\.org)/s/[0-9a-f]{32}(?=/)")
_CALENDAR = re.compile(r"(http://[^/]+)/calendar/(\d{4})/(\d{2})/")


def without_session(url: str) -> str:
    """The address that a page has in every session."""
    return _SESSION.sub("", url)


def _calendar(url: str) -> Page | None:
    """A month without end: the next and the last, and every day of it."""
    if (match := _CALENDAR.fullmatch(url)) is None:
        return None
    root, year, month = match[1], int(match[2]), int(match[3])
    around = [divmod(12 * year + month - 1 + step, 12) for step in (-1, 1)]
    months = [(f"{root}/calendar/{y:04d}/{m + 1:02d}/", f"{_MONTHS[m]} {y}") for y, m in around]
    days = [(f"{root}/calendar/{year:04d}/{month:02d}/?day={d}", str(d)) for d in range(1, 29)]
    links = [Link(url=to, anchor=anchor, area=Area.PAGES) for to, anchor in months]
    links += [Link(url=to, anchor=anchor, area=Area.LISTED) for to, anchor in days]
    return Page(url=url, title=f"{_MONTHS[month - 1]} {year}", links=tuple(links))


def _in_session(page: Page, url: str) -> Page:
    """The page as it links its own site on: each view begins a session of its own."""
    root = "http://" + urlsplit(url).netloc
    if digest("sessions", root) >= _SESSION_SHARE:
        return page
    token = hashlib.sha256(url.encode()).hexdigest()[:32]
    links = tuple(
        Link(url=link.url.replace(f"{root}/", f"{root}/s/{token}/", 1), anchor=link.anchor,
             area=link.area, teaser=link.teaser)
        for link in page.links
    )  # fmt: skip
    return Page(url=url, title=page.title, links=links, text=page.text)
