"""A made-up web of feeds and sitemaps of very different rhythm, without sockets.

Everything follows from one seed and the time that is asked for, so that two runs see the same web.
"""

from __future__ import annotations

import hashlib
import json
import random
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cached_property
from urllib.parse import urlsplit

__all__ = ["START", "Answer", "Outlet", "Web", "outlets"]

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
_BEFORE = timedelta(days=10)  # of articles that are there when the crawl begins
_DAY = timedelta(days=1)
_ACTORS = ("Azerbaijan and Russia", "Presidents of Azerbaijan and Russia", "Baku and Moscow")
_PLACES = ("Baku", "Moscow")
_DEEDS = ("resume talks in", "sign a note in", "dispute flights to", "discuss prisoners in")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answers."""

    status: int = 200
    body: bytes = field(default=b"", repr=False)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Outlet:
    """A publisher with one list of articles, told by one or more feeds and sitemaps."""

    host: str
    per_day: float  #: articles on a weekday
    zone: int = 4  #: hours ahead of UTC in which it lives
    night: float = 0.15  #: its pace between 22 and 6 o'clock, against that of the day, 0..1
    weekend: float = 0.5  #: its pace on Saturday and Sunday
    lists: tuple[str, ...] = ("/feed.xml",)  #: `.xml`, `.atom`, `.json` feeds, `map` sitemaps
    window: int = 30  #: articles that a list names
    validators: str = "both"  #: both, etag, weak, date, none, liar
    max_age_s: int | None = None
    ttl: int | None = None
    skip_hours: tuple[int, ...] = ()
    trouble: str = ""  #: busy, down, gone, silent, moved, page
    delay_s: float | None = None  #: Crawl-delay
    churns: bool = False  #: gives its items new ids and another order at each request


def outlets() -> tuple[Outlet, ...]:
    """Of the press of one story: agencies, dailies, small ones, and some that make trouble."""
    night = (20, 21, 22, 23, 0, 1)
    return (
        Outlet(host="wire.test", per_day=180, night=0.6, weekend=0.8, window=40, max_age_s=300),
        Outlet(host="portal.test", per_day=140, window=25, validators="none", churns=True),
        Outlet(
            host="daily.test",
            per_day=110,
            lists=("/feed.xml", "/news-map.xml"),
            window=30,
            validators="etag",
            ttl=15,
        ),
        Outlet(host="review.test", per_day=80, lists=("/all.atom",), zone=3, validators="date"),
        Outlet(host="agency.test", per_day=80, zone=3, ttl=60, skip_hours=night, delay_s=10),
        Outlet(host="maps.test", per_day=70, lists=("/news-map.xml",), window=200, zone=1),
        Outlet(host="city.test", per_day=55, lists=("/feed.json",), validators="weak"),
        Outlet(host="calm.test", per_day=45, validators="liar"),
        Outlet(host="busy.test", per_day=40, trouble="busy", zone=2),
        Outlet(host="region.test", per_day=35, zone=5, max_age_s=3600),
        Outlet(
            host="post.test", per_day=30, lists=("/posts-map.xml",), window=100, validators="date"
        ),
        Outlet(host="left.test", per_day=24, zone=1, window=15),
        Outlet(host="down.test", per_day=20, trouble="down"),
        Outlet(host="moved.test", per_day=15, trouble="moved"),
        Outlet(host="right.test", per_day=12, lists=("/all.atom", "/map.xml"), zone=0),
        Outlet(host="page.test", per_day=10, trouble="page"),
        Outlet(host="office.test", per_day=5, night=0.0, weekend=0.0, ttl=1440),
        Outlet(host="weekly.test", per_day=3, lists=("/all.atom",), validators="none"),
        Outlet(host="think.test", per_day=1, window=10),
        Outlet(host="blog.test", per_day=0.4, window=10, validators="date"),
        Outlet(host="gone.test", per_day=8, trouble="gone"),
        Outlet(host="silent.test", per_day=6, trouble="silent"),
        Outlet(host="archive.test", per_day=0, lists=("/map-2019.xml",), window=500),
    )


@dataclass(kw_only=True)
class Web:
    """The outlets, and what was asked of them."""

    outlets: tuple[Outlet, ...]
    seed: int
    days: int
    asked: Counter[str] = field(default_factory=Counter)  #: by sort
    _hits: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    @cached_property
    def by_host(self) -> dict[str, Outlet]:
        """The outlets, by host."""
        return {one.host: one for one in self.outlets}

    @cached_property
    def published(self) -> dict[str, list[datetime]]:
        """When each outlet published, by host; oldest first."""
        return {one.host: self._times(one) for one in self.outlets}

    def article_times(self) -> dict[str, datetime]:
        """When each article of the watched days was published, by address."""
        return {
            f"https://{host}/story/{number}": at
            for host, times in self.published.items()
            for number, at in enumerate(times)
            if at >= START
        }

    def sources(self) -> list[tuple[str, str]]:
        """Kind and address of each list."""
        return [
            ("sitemap" if "map" in path else "feed", f"https://{one.host}{path}")
            for one in self.outlets
            for path in one.lists
        ]

    def answer(self, url: str, headers: dict[str, str], now: datetime) -> Answer:
        """What a request gets.

        Raises:
            TimeoutError: nothing.
        """
        parts = urlsplit(url)
        outlet = self.by_host[parts.hostname or ""]
        if (refused := self._trouble(outlet, parts.path, now)) is not None:
            self.asked["refused"] += 1
            return refused
        if parts.path == "/robots.txt":
            self.asked["robots"] += 1
            delay = f"Crawl-delay: {outlet.delay_s}\n" if outlet.delay_s else ""
            body = f"User-agent: *\n{delay}Disallow: /search\n".encode()
            return Answer(body=body, headers={"Content-Type": "text/plain"})
        if parts.path.startswith("/story/"):
            self.asked["article"] += 1
            return Answer(
                body=b"<html><p>A story.</p></html>", headers={"Content-Type": "text/html"}
            )
        self.asked["list"] += 1
        return self._listed(outlet, parts.path.removeprefix("/new"), headers, now)

    def _times(self, outlet: Outlet) -> list[datetime]:
        """A Poisson process whose pace follows the hours and days of the outlet, with bursts."""
        dice = random.Random(f"{self.seed} {outlet.host}")
        if not outlet.per_day:
            return [START - timedelta(days=2000 - number) for number in range(outlet.window)]
        bursts = {dice.randrange(self.days), dice.randrange(self.days)}
        most = 3 * outlet.per_day * _peak(outlet)
        at = START - _BEFORE
        found: list[datetime] = []
        while True:
            at += dice.expovariate(most) * _DAY
            if at >= START + self.days * _DAY:
                return found
            burst = 2.0 if (at - START).days in bursts else 1.0
            if dice.random() * 3 < _pace(outlet, at) / _peak(outlet) * burst:
                found.append(at)

    def _trouble(self, outlet: Outlet, path: str, now: datetime) -> Answer | None:
        day = (now - START) / _DAY
        match outlet.trouble:
            case "silent" if day >= 2:
                self.asked["refused"] += 1
                raise TimeoutError("no answer")
            case "gone" if day >= 3 and path != "/robots.txt":
                return Answer(status=410)
            case "down" if 4 <= day < 4.5 or 7 <= day < 7.2:
                return Answer(status=503)
            case "moved" if path == "/feed.xml":
                return Answer(
                    status=301, headers={"Location": f"https://{outlet.host}/new/feed.xml"}
                )
            case "page" if 5 <= day < 7 and path == "/feed.xml":
                return Answer(body=b"<html><title>Sorry</title></html>")
            case "busy":
                return self._busy(outlet, now)
        return None

    def _busy(self, outlet: Outlet, now: datetime) -> Answer | None:
        """More than 30 requests in half an hour are too many; it says so in seconds or by date."""
        hits = self._hits[outlet.host]
        hits[:] = [at for at in hits if now - at < timedelta(minutes=30)]
        if len(hits) < 30:
            hits.append(now)
            return None
        by_date = format_datetime(now + timedelta(minutes=20), usegmt=True)
        return Answer(status=429, headers={"Retry-After": by_date if now.hour % 2 else "1200"})

    def _listed(self, outlet: Outlet, path: str, headers: dict[str, str], now: datetime) -> Answer:
        times = self.published[outlet.host]
        last = bisect_right(times, now)
        numbers = list(range(max(0, last - outlet.window), last))[::-1]
        changed = times[last - 1] if last else START
        stated = _validators(outlet, f"{outlet.host} {last}", changed)
        if outlet.max_age_s is not None:
            stated["Cache-Control"] = f"max-age={outlet.max_age_s}"
        if _is_not_modified(outlet, headers, stated):
            return Answer(status=304, headers=stated)
        if outlet.churns:
            random.Random(now.isoformat()).shuffle(numbers)
        items = [(number, times[number]) for number in numbers]
        return Answer(body=_written(outlet, path, items, now), headers=stated)


def _pace(outlet: Outlet, at: datetime) -> float:
    local = at + timedelta(hours=outlet.zone)
    hour = outlet.night if local.hour >= 22 or local.hour < 6 else 1.0
    return hour * (outlet.weekend if local.weekday() >= 5 else 1.0)


def _peak(outlet: Outlet) -> float:
    """So that a weekday brings `per_day`."""
    return 24 / (16 + 8 * outlet.night)


def _validators(outlet: Outlet, version: str, changed: datetime) -> dict[str, str]:
    tag = f'"{hashlib.sha256(version.encode()).hexdigest()[:16]}"'
    date = format_datetime(changed, usegmt=True)
    match outlet.validators:
        case "both" | "liar":
            return {"ETag": tag, "Last-Modified": date}
        case "etag":
            return {"ETag": tag}
        case "weak":
            return {"ETag": f"W/{tag}"}
        case "date":
            return {"Last-Modified": date}
    return {}


def _is_not_modified(outlet: Outlet, headers: dict[str, str], stated: dict[str, str]) -> bool:
    asked = headers.get("If-None-Match"), headers.get("If-Modified-Since")
    if outlet.validators == "liar":
        return any(asked)
    has_tag = asked[0] is not None and asked[0] == stated.get("ETag")
    return has_tag or (
        asked[0] is None and asked[1] is not None and asked[1] == stated.get("Last-Modified")
    )


def _headline(host: str, number: int) -> str:
    dice = random.Random(f"{host} {number}")
    return f"{dice.choice(_ACTORS)} {dice.choice(_DEEDS)} {dice.choice(_PLACES)}, report {number}"


def _written(outlet: Outlet, path: str, items: list[tuple[int, datetime]], now: datetime) -> bytes:
    base = f"https://{outlet.host}/story/"
    salt = now.isoformat() if outlet.churns else ""
    if path.endswith(".json"):
        entries = [
            {
                "id": str(n),
                "url": f"{base}{n}",
                "title": _headline(outlet.host, n),
                "date_published": at.isoformat(),
            }
            for n, at in items
        ]
        return json.dumps(
            {"version": "https://jsonfeed.org/version/1.1", "title": outlet.host, "items": entries}
        ).encode()
    if "map" in path:
        return _sitemap(outlet, path, base, items)
    if path.endswith(".atom"):
        entries_xml = "".join(
            f"<entry><title>{_headline(outlet.host, n)}</title><id>{base}{n}</id>"
            f'<link href="{base}{n}"/><updated>{at.isoformat()}</updated>'
            f"<published>{at.isoformat()}</published></entry>"
            for n, at in items
        )
        head = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{outlet.host}</title>'
        return f"{head}{entries_xml}</feed>".encode()
    hints = f"<ttl>{outlet.ttl}</ttl>" if outlet.ttl else ""
    hours = "".join(f"<hour>{hour}</hour>" for hour in outlet.skip_hours)
    hints += f"<skipHours>{hours}</skipHours>" if hours else ""
    entries_xml = "".join(
        f"<item><title>{_headline(outlet.host, n)}</title><link>{base}{n}</link>"
        f'<guid isPermaLink="false">{n}{salt}</guid><pubDate>{format_datetime(at)}</pubDate></item>'
        for n, at in items
    )
    head = f'<rss version="2.0"><channel><title>{outlet.host}</title>{hints}'
    return f"{head}{entries_xml}</channel></rss>".encode()


def _sitemap(outlet: Outlet, path: str, base: str, items: list[tuple[int, datetime]]) -> bytes:
    is_news = "news" in path
    entries = ""
    for number, at in items:
        news = (
            f"<news:news><news:publication_date>{at.isoformat()}</news:publication_date>"
            f"<news:title>{_headline(outlet.host, number)}</news:title></news:news>"
        )
        entries += f"<url><loc>{base}{number}</loc>" + (
            f"{news}</url>" if is_news else f"<lastmod>{at.isoformat()}</lastmod></url>"
        )
    head = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
    )
    return f"{head}{entries}</urlset>".encode()
