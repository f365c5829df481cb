"""Addresses that lead a crawler in circles: pure, by the address and what else its host showed.

What an address says by itself is refused whatever came before: so that does not depend on the order
of finding. A host's facets, days and sessions are told by how many of a kind it showed; there the
first few found are fetched, whichever these are. Only links meet these rules: what a feed, a
sitemap or a person names is no trap.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Seen", "find_trap"]

_MOST_PAGES = 10  # of a list, a search, an archive: what is behind was news long ago
_MOST_SEGMENTS = 12
_MOST_CHARS = 600
_MOST_REPEATS = 3  # of a segment; twice is common: /news/world/news
_MOST_FACETS = 5  # parameters that name the page; an article has up to three
_FACETS_OF_A_PATH = 24  # combinations of two and more parameters that a path was seen with
_DAYS_OF_A_HOST = 31  # archives of a day, a week or a month that a host was seen with
_SESSIONS = 2  # tokens that were seen with what is the same but for them
_SHOWN_CHARS = 40
_NESTED = 2  # addresses within an address within the address

_PAGE_PATH = re.compile(
    r"/(?:page|pages|p|seite|pagina|sayfa|sehife|stranica)[/-]?(\d{1,9})(?=/|$)", re.IGNORECASE
)
_PAGE_NAMES = frozenset(
    {"page", "paged", "pg", "p", "pageno", "pagenum", "pagenumber", "pagen_1", "offset", "start"}
    | {"from_row", "seite", "pagina", "sayfa", "sehife", "stranica", "cursor_page"}
)
_STEPS = frozenset({"offset", "start", "from_row"})  # count entries, not pages
_ENTRIES_A_PAGE = 10
_CALENDAR = re.compile(
    r"/(?:calendar|kalender|calendario|calendrier|kalendar|teqvim|takvim|events?|veranstaltungen"
    r"|day|month|week)s?/(?:[\w-]+/)*\d{4}(?:[/-]\d{1,2}){0,2}/?$",
    re.IGNORECASE,
)
_CALENDAR_NAMES = re.compile(
    r"(?:cal_?|calendar_?|event_?|tribe-bar-)?(?:date|day|month|year|week|m|ical|eventdate)",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"(?:/[a-z-]{2,20}){0,2}/(?:19|20)\d\d[/-](?:0?[1-9]|1[0-2])(?:[/-](?:0?[1-9]|[12]\d|3[01]))?/?"
)
_DATED = re.compile(r"\d{4}(?:[-/.]?\d{1,2}){0,2}|\d{1,2}")
_TOKEN = re.compile(
    r"(?=[^a-z]*[a-z])(?=\D*\d)[0-9a-z]{16,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    re.IGNORECASE,
)
_TOKEN_LEAST = 10  # digits of a number that is no page of a list
_SESSION_NAME = re.compile(
    r"(?:\w*sess(?:ion)?(?:_?id|key)?|sid|phpsessid|jsessionid|aspsessionid\w*|token"
    r"|visit(?:or)?_?id)",
    re.IGNORECASE,
)
_SESSION_PATH = re.compile(
    r";(?:jsessionid|sid|phpsessid)=|/\([a-z]\([\w-]{16,}\)\)/", re.IGNORECASE
)
_IDS = re.compile(
    r"(?:\w*_)?(?:id|uuid|guid|article|story|news|item|doc|post|key|hash|n|a|s)", re.IGNORECASE
)
_VARIANT = re.compile(
    r"/(?:print(?:er|able|view|version)?(?:-friendly)?|sharer?|send(?:-?to-?(?:a-?)?friend)?"
    r"|e-?mail(?:-?(?:this|article|to-a-friend|friend))?|tell-?a-?friend|recommend|reply|respond"
    r"|quote|report(?:-comment|-abuse)?|trackback|comment-reply|versao-impressao|drucken"
    r"|druckversion|imprimir|imprimer|paylas|yazdir)(?:/\d+)?/?$",
    re.IGNORECASE,
)
_NAMING = re.compile(r"\d{3}|(?:-[^/-]+){3}")  # a path that names an article itself
_ACTION_NAMES = frozenset({"action", "do", "task", "op", "mode", "cmd", "view", "format", "tmpl"})
_ACTIONS = re.compile(
    r"(?:print(?:able|view|page)?|share|reply|respond|quote|e?mail|send(?:page|mail)?|forward|recommend"
    r"|report|trackback|edit|history|diff|login|logout|register|subscribe|vote|rate|like|add_?to_?cart"
    r"|download|pdf|ical)",
    re.IGNORECASE,
)
_RETURNING = re.compile(
    r"(?:return|redirect|next|continue|goto|back|dest(?:ination)?|target|forward|referr?er|from|ru|url)"
    r"(?:_?(?:to|url|uri|path))?",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Seen:
    """What a host showed so far, as far as it tells traps."""

    facets: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    days: set[str] = field(default_factory=set)
    sessions: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    spots: set[str] = field(default_factory=set)  #: where tokens proved to be sessions

    @classmethod
    def of(cls, keys: Iterable[str]) -> Seen:
        """What these canonical addresses show."""
        seen = cls()
        for key in keys:
            seen.note(key)
        return seen

    def note(self, key: str) -> None:
        """Add one canonical address that was let through."""
        path, query = _parts(key)
        if len(query) > 1:
            self.facets[path].add(_facet(query))
        if _is_day(path, query):
            self.days.add(key)
        for spot, bare, token in _tokens(path, query):
            self.sessions[bare].add(token)
            if len(self.sessions[bare]) >= _SESSIONS:
                self.spots.add(spot)


def find_trap(url: str, key: str, seen: Seen) -> str | None:
    """Why an address is rather a trap than a page, in a few words; None: nothing speaks for it.

    Args:
        url: as the link has it.
        key: its canonical form.
        seen: of its host.
    """
    path, query = _parts(key)
    return _by_itself(url, path, query) or _by_its_host(key, path, query, seen)


def _by_itself(url: str, path: str, query: list[tuple[str, str]]) -> str | None:
    segments = [part for part in path.lower().split("/") if part]
    told = (
        _grown(url, segments),
        _repeated(segments),
        _behind(path, query),
        _in_session(url, query),
        _on_a_calendar(path, query),
        _dressed(path, segments, query),
        "leads back to itself" if _nesting(query) >= _NESTED else None,
        f"{len(query)} parameters" if len(query) > _MOST_FACETS else None,
    )
    return next(filter(None, told), None)


def _grown(url: str, segments: list[str]) -> str | None:
    if len(url) <= _MOST_CHARS and len(segments) <= _MOST_SEGMENTS:
        return None
    return f"an address that grows: {len(segments)} segments, {len(url)} characters"


def _behind(path: str, query: list[tuple[str, str]]) -> str | None:
    page = _page_number(path, query)
    return f"page {page} of a list" if page > _MOST_PAGES else None


def _in_session(url: str, query: list[tuple[str, str]]) -> str | None:
    is_named = any(_SESSION_NAME.fullmatch(n) and _TOKEN.fullmatch(value) for n, value in query)
    return "an address made for one session" if is_named or _SESSION_PATH.search(url) else None


def _on_a_calendar(path: str, query: list[tuple[str, str]]) -> str | None:
    is_day = query and all(
        _CALENDAR_NAMES.fullmatch(name) and _DATED.fullmatch(value) for name, value in query
    )
    if not is_day and not _CALENDAR.search(path):
        return None
    return f"a calendar: {path[-_SHOWN_CHARS:]}"


def _dressed(path: str, segments: list[str], query: list[tuple[str, str]]) -> str | None:
    """A page printed, shared or answered, beside the page itself."""
    acts = [value for name, value in query if name.lower() in _ACTION_NAMES]
    if (len(segments) > 1 and _VARIANT.search(path)) or any(map(_ACTIONS.fullmatch, acts)):
        return f"another dress of a page, or a form: {path[-_SHOWN_CHARS:]}"
    return None


def _by_its_host(key: str, path: str, query: list[tuple[str, str]], seen: Seen) -> str | None:
    if len(query) > 1:
        combined = seen.facets.get(path, set())
        if len(combined) >= _FACETS_OF_A_PATH and _facet(query) not in combined:
            return f"one more of {len(combined)} selections of {path[-_SHOWN_CHARS:]}"
    if _is_day(path, query) and len(seen.days) >= _DAYS_OF_A_HOST and key not in seen.days:
        return f"one more of {len(seen.days)} days of an archive"
    for spot, bare, token in _tokens(path, query):
        before = seen.sessions.get(bare, set())
        least = 1 if spot in seen.spots else _SESSIONS
        if len(before - {token}) >= least and token not in before:
            return f"the same but for what looks like a session: {token[:12]}…"
    return None


def _parts(key: str) -> tuple[str, list[tuple[str, str]]]:
    rest = key.partition("/")[2]
    path, _, query = f"/{rest}".partition("?")
    return unquote(path), parse_qsl(query, keep_blank_values=True)


def _repeated(segments: list[str]) -> str | None:
    """A segment that comes too often, or a pair that comes twice running."""
    word, often = max(Counter(segments).items(), key=lambda one: (one[1], one[0]), default=("", 0))
    if often >= _MOST_REPEATS and not word.isdecimal():
        return f"repeats itself: {often} times {word[:_SHOWN_CHARS]}"
    for start in range(len(segments) - 3):
        if segments[start : start + 2] == segments[start + 2 : start + 4]:
            return f"repeats itself: {'/'.join(segments[start : start + 4])[:_SHOWN_CHARS]}"
    return None


def _page_number(path: str, query: list[tuple[str, str]]) -> int:
    named = [int(number) for number in _PAGE_PATH.findall(path)]
    for name, value in query:
        if name.lower() in _PAGE_NAMES and value.isdecimal() and len(value) < _TOKEN_LEAST:
            number = int(value)
            named.append(number // _ENTRIES_A_PAGE if name.lower() in _STEPS else number)
    # `?p=4711` is how WordPress numbers its articles
    is_article = any(name.lower() == "p" and value.isdecimal() for name, value in query)
    return 0 if is_article and len(query) == 1 else max(named, default=0)


def _is_day(path: str, query: list[tuple[str, str]]) -> bool:
    return not query and bool(_DAY.fullmatch(path.lower()))


def _facet(query: list[tuple[str, str]]) -> str:
    return "&".join(sorted(f"{name}={value}" for name, value in query))


def _tokens(path: str, query: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """(where it stands, the address without it, what looks like a token), for each.

    Only where enough else names the page: the last segment of a path is how an article is numbered,
    and so is a parameter called `id`.
    """
    segments = path.split("/")
    found = []
    for at, segment in enumerate(segments[:-1]):
        if _TOKEN.fullmatch(segment) and segments[-1]:
            before, rest = "/".join(segments[:at]), "/".join(segments[at + 1 :])
            found.append((before, f"{before}/*/{rest}?{_facet(query)}", segment))
    for name, value in query:
        others = [pair for pair in query if pair[0] != name]
        is_named = bool(others) or _NAMING.search(path) is not None
        if is_named and _TOKEN.fullmatch(value) and not _IDS.fullmatch(name):
            found.append((f"?{name}", f"{path}?{name}=*&{_facet(others)}", value))
    return found


def _nesting(query: list[tuple[str, str]]) -> int:
    """How many addresses stand one within the other in what the query returns to."""
    deepest = 0
    for name, value in query:
        if _RETURNING.fullmatch(name) and re.match(r"/|https?:", value):
            try:
                inner = parse_qsl(urlsplit(value).query, keep_blank_values=True)
            except ValueError:
                inner = []
            deepest = max(deepest, 1 + _nesting(inner))
    return deepest
