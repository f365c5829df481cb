"""The demo news web: ten outlets, some 180 article pages, and the right end of each.

`build_web(poll=2)` is the same web some days later: one article has changed, one is gone, two are
new. Nothing here reads the clock or a random number, so every build is the same byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from ingest.demo import routes
from ingest.demo.furniture import Furniture, Line, furnish
from ingest.demo.gold import Gold
from ingest.demo.outlets import OUTLETS, Outlet
from ingest.demo.postings import Posting, make_postings
from ingest.demo.resource import Resource, http_date, strong_etag
from ingest.demo.templates import article_page, light_page, list_page, message_page
from ingest.demo.texts import load_texts, seed_texts
from ingest.demo.traps import DEAD_URLS, Trap, calendar_main, calendar_months, make_traps
from ingest.items import Outcome, Relation
from ingest.text import sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ingest.demo.resource import Address
    from ingest.demo.routes import Entry

__all__ = ["DemoSource", "DemoWeb", "build_web"]

_POLLS = (1, 2)
_WEB_BORN = datetime(2025, 10, 11, 6, 0, tzinfo=UTC)  # of pages that carry no date of their own
_RSS_WINDOW = 20
_XML_TYPE = "application/xml"
_RSS_TYPE = "application/rss+xml; charset=utf-8"
_LIST = frozenset({Outcome.REJECTED, Outcome.SKIPPED})
_TAGS = {"azerbaijan": "Azerbaijan", "russia": "Russia"}
_SEARCH_PATH = "/?s=azerbaijan+russia"
_TOPIC_PATH = "/topics/azerbaijan-russia-crisis/"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSource:
    """Where a crawl of the demo begins."""

    spider: str  #: feeds, sitemaps or links
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoWeb:
    """A whole web, ready to be served."""

    resources: dict[Address, Resource] = field(repr=False)
    gold: dict[str, Gold] = field(repr=False)  #: by the address that the page names as its own
    sources: tuple[DemoSource, ...]
    article_pages: int  #: pages made of an article, variants not counted
    outside: frozenset[str]  #: prefixes and addresses that pages link to and nobody answers


SOURCES = (
    DemoSource(spider="feeds", url=OUTLETS["caspian-herald"].url("/feed/")),
    DemoSource(spider="feeds", url=OUTLETS["frontline-tbilisi"].url("/atom.xml")),
    DemoSource(spider="feeds", url=OUTLETS["ural-vestnik"].url("/rss.xml")),
    DemoSource(spider="feeds", url=OUTLETS["baku-xeber"].url("/rss/")),
    DemoSource(spider="feeds", url=OUTLETS["meridian-wire"].url("/feed.json")),
    DemoSource(spider="feeds", url=OUTLETS["arena"].url("/rss.xml")),
    DemoSource(spider="sitemaps", url=OUTLETS["caspian-herald"].url("/sitemap_index.xml")),
    DemoSource(spider="sitemaps", url=OUTLETS["bosfor-postasi"].url("/news-sitemap.xml")),
    DemoSource(spider="sitemaps", url=OUTLETS["nevskiy-obzor"].url("/sitemap_index.xml")),
    DemoSource(spider="links", url=OUTLETS["east-review"].url()),
    DemoSource(spider="links", url=OUTLETS["frontline-tbilisi"].url()),
)


def build_web(poll: int = 1) -> DemoWeb:
    """The web as it stands at `poll`, 1 or 2.

    Raises:
        ValueError: another poll than these.
    """
    if poll not in _POLLS:
        raise ValueError(f"the demo web has polls 1 and 2, not {poll}")
    texts, seeds = load_texts(), seed_texts()
    builder = _Builder(
        postings=make_postings(texts, seeds, poll=poll),
        first=make_postings(texts, seeds, poll=1),
    )
    return builder.build()


@dataclass(slots=True, kw_only=True)
class _Builder:
    """Collects the resources and the gold of one web."""

    postings: tuple[Posting, ...]
    first: tuple[Posting, ...]  #: what stood at the first poll; furniture is drawn from it
    resources: dict[Address, Resource] = field(default_factory=dict)
    gold: dict[str, Gold] = field(default_factory=dict)

    def build(self) -> DemoWeb:
        traps = make_traps()
        for posting in self.postings:
            self._add_article(posting)
        for trap in traps:
            self._add_trap(trap)
        for outlet in OUTLETS.values():
            self._add_lists(outlet, [trap for trap in traps if trap.outlet is outlet])
        self._add_calendar(OUTLETS["east-review"])
        self._add_routes(traps)
        return DemoWeb(
            resources=self.resources,
            gold=self.gold,
            sources=SOURCES,
            article_pages=len(self.postings),
            outside=DEAD_URLS | {"http://plaza.test/share"},
        )

    def _add_article(self, posting: Posting) -> None:
        self.gold[posting.url] = posting.gold
        names = [posting.url, *(url for url in (posting.tracked_url, posting.alias_url) if url)]
        if posting.is_gone:
            gone = Resource(status=410, body=b"<!doctype html><title>410</title><p>Gone</p>\n")
            for url in (*names, posting.light_url):
                if url:
                    self._put(url, gone)
            return
        moved = posting.modified or posting.published
        furniture = self._furnish(posting.url, posting.outlet)
        body = article_page(posting, furniture, _feed_link(posting.outlet))
        page = _seal(posting.outlet, body, moved)
        for url in names:
            self._put(url, page)
        if posting.light_url:
            self._put(posting.light_url, _seal(posting.outlet, light_page(posting), moved))
        if posting.short_url:
            self._put(posting.short_url, Resource(status=301, location=posting.url))
        if posting.alias_url:
            is_story = posting.topic == "story"
            self.gold[posting.alias_url] = Gold(
                outcomes=frozenset({Outcome.COPY}) if is_story else posting.gold.outcomes,
                note="same page in a second section, canonical link to the first",
                of=posting.url,
                relation=Relation.SAME_URL,
            )

    def _add_trap(self, trap: Trap) -> None:
        self.gold[trap.url] = trap.gold
        if trap.main is not None:
            furniture = self._furnish(trap.url, trap.outlet)
            body = message_page(trap.outlet, trap.title, trap.main, furniture)
            self._put(trap.url, _seal(trap.outlet, body, trap.published))
        elif trap.bare is not None:
            self._put(trap.url, trap.bare)

    def _add_lists(self, outlet: Outlet, traps: Sequence[Trap]) -> None:
        here = [posting for posting in self.postings if posting.outlet is outlet]
        alive = [posting for posting in here if not posting.is_gone]
        lines = [_line(posting) for posting in alive]
        sections = sorted({posting.section for posting in here})
        links = [Line(name.title(), outlet.url(f"/section/{name}/")) for name in sections]
        extra = [Line(trap.title, trap.url) for trap in traps]
        extra += [Line(p.title, p.alias_url) for p in alive if p.alias_url]
        every = [*lines, *extra, *self._special(outlet), *links]
        self._add_list(outlet, "/", outlet.name, every, _moved(here))
        for name in sections:
            title, inside = (
                f"{name.title()} - {outlet.name}",
                [p for p in here if p.section == name],
            )
            chosen = [_line(posting) for posting in inside if not posting.is_gone]
            self._add_list(outlet, f"/section/{name}/", title, chosen, _moved(inside))
        if outlet.id == "caspian-herald":
            self._add_topic_lists(outlet, [p for p in here if p.topic == "story"])

    def _special(self, outlet: Outlet) -> list[Line]:
        """Links on a home page that lead to lists, out of the house or into a trap."""
        if outlet.id == "caspian-herald":
            return [
                Line("Azerbaijan and Russia: all our coverage", outlet.url(_TOPIC_PATH)),
                Line("Search: azerbaijan russia", outlet.url(_SEARCH_PATH)),
            ]
        if outlet.id == "east-review":
            partner = [_line(p) for p in self.postings if p.outlet.id == "cardiff-courier"]
            last = calendar_months()[-1]
            return [*partner, Line("Calendar of events", outlet.url(f"/calendar/?month={last}"))]
        return []

    def _add_topic_lists(self, outlet: Outlet, stories: Sequence[Posting]) -> None:
        titles = {
            _TOPIC_PATH: "Azerbaijan and Russia: all our coverage",
            _SEARCH_PATH: "Search results for: azerbaijan russia",
            **{f"/tag/{slug}/": f"Tag: {name}" for slug, name in _TAGS.items()},
        }
        lines = [_line(posting) for posting in stories if not posting.is_gone]
        for path, title in titles.items():
            self._add_list(outlet, path, title, lines, _moved(stories))

    def _add_list(
        self, outlet: Outlet, path: str, title: str, lines: Sequence[Line], moved: datetime
    ) -> None:
        url = outlet.url(path)
        furniture = self._furnish(url, outlet)
        body = list_page(outlet, title, lines, furniture, _feed_link(outlet))
        self._put(url, _seal(outlet, body, moved))
        self.gold[url] = Gold(outcomes=_LIST, note=f"list page: {title}", is_required=False)

    def _add_calendar(self, outlet: Outlet) -> None:
        for month in calendar_months():
            url = outlet.url(f"/calendar/?month={month}")
            furniture = self._furnish(url, outlet)
            body = message_page(outlet, f"Events in {month}", calendar_main(month), furniture)
            self._put(url, _seal(outlet, body, _WEB_BORN))
            self.gold[url] = Gold(outcomes=_LIST, note="calendar without end", is_required=False)

    def _add_routes(self, traps: Iterable[Trap]) -> None:
        entries: dict[str, list[Entry]] = {outlet: [] for outlet in OUTLETS}
        for posting in self.postings:
            entries[posting.outlet.id].append(_entry(posting))
        for trap in traps:
            if trap.path != "/login":
                entries[trap.outlet.id].append(trap.entry)
        for outlet in OUTLETS.values():
            found = sorted(entries[outlet.id], key=lambda e: (e.published, e.url), reverse=True)
            for file in _route_files(outlet, found):
                sealed = _seal(outlet, file.body, file.moved, file.content_type)
                self._put(outlet.url(file.path), sealed)
            forbidden = ["/private/"] if outlet.id == "caspian-herald" else []
            maps = [s.url for s in SOURCES if s.spider == "sitemaps" and outlet.host in s.url]
            body = routes.robots(forbidden, maps)
            self._put(outlet.url("/robots.txt"), _seal(outlet, body, _WEB_BORN, "text/plain"))

    def _furnish(self, key: str, outlet: Outlet) -> Furniture:
        tags: tuple[Line, ...] = ()
        if outlet.id == "caspian-herald":
            tags = tuple(Line(name, outlet.url(f"/tag/{slug}/")) for slug, name in _TAGS.items())
        return furnish(key, outlet, self.first, tags)

    def _put(self, url: str, resource: Resource) -> None:
        host, slash, path = url.removeprefix("http://").partition("/")
        if (host, slash + path) in self.resources:
            raise ValueError(f"two pages at one address: {url}")
        self.resources[host, slash + path] = resource


def _seal(
    outlet: Outlet, body: bytes, moved: datetime, content_type: str | None = None
) -> Resource:
    """`body` with the validators and the content type that the outlet's server gives."""
    etag = strong_etag(body) if outlet.has_etag else None
    return Resource(
        body=body,
        content_type=content_type or f"text/html; charset={outlet.encoding}",
        etag=f"W/{etag}" if etag and outlet.id == "arena" else etag,
        last_modified=http_date(moved) if outlet.has_last_modified else None,
    )


def _moved(listed: Iterable[Posting]) -> datetime:
    """When a list of these last changed."""
    return max(_WEB_BORN, *(posting.modified or posting.published for posting in listed))


def _line(posting: Posting) -> Line:
    return Line(posting.title, posting.url, sentences(posting.paragraphs[0])[0])


def _entry(posting: Posting) -> Entry:
    return routes.Entry(
        url=posting.listed_url,
        title=posting.title,
        published=posting.published,
        summary=posting.paragraphs[0],
        paragraphs=posting.paragraphs,
        author=posting.author,
        modified=posting.modified,
    )


class _RouteFile(NamedTuple):
    path: str
    body: bytes
    content_type: str
    moved: datetime


def _route_files(outlet: Outlet, entries: list[Entry]) -> Iterator[_RouteFile]:
    """The feeds and sitemaps of an outlet; each outlet has its own ways, one has none."""
    moved = max(entry.moved for entry in entries)
    match outlet.id:
        case "caspian-herald":
            feed = routes.rss(outlet, entries[:_RSS_WINDOW], is_full=True)
            yield _RouteFile("/feed/", feed, _RSS_TYPE, moved)
            plain = [replace(entry, url=entry.url.partition("?")[0]) for entry in entries]
            yield _RouteFile("/post-sitemap.xml", routes.sitemap(plain), _XML_TYPE, moved)
            index = routes.sitemap_index([(outlet.url("/post-sitemap.xml"), moved)])
            yield _RouteFile("/sitemap_index.xml", index, _XML_TYPE, moved)
        case "frontline-tbilisi":
            feed = routes.atom(outlet, "/atom.xml", entries)
            yield _RouteFile("/atom.xml", feed, "application/atom+xml; charset=utf-8", moved)
        case "baku-xeber":
            yield _RouteFile("/rss/", routes.rss(outlet, entries, is_full=False), "text/xml", moved)
        case "ural-vestnik" | "arena":
            feed = routes.rss(outlet, entries, is_full=False)
            yield _RouteFile("/rss.xml", feed, _RSS_TYPE, moved)
        case "meridian-wire":
            feed = routes.json_feed(outlet, "/feed.json", entries)
            yield _RouteFile("/feed.json", feed, "application/feed+json", moved)
        case "bosfor-postasi":
            body = routes.news_sitemap(outlet, entries)
            yield _RouteFile("/news-sitemap.xml", body, _XML_TYPE, moved)
        case "nevskiy-obzor":
            yield from _zipped_years(outlet, entries)


def _zipped_years(outlet: Outlet, entries: list[Entry]) -> Iterator[_RouteFile]:
    parts = []
    for year in sorted({entry.published.year for entry in entries}):
        chosen = [entry for entry in entries if entry.published.year == year]
        moved = max(entry.moved for entry in chosen)
        path = f"/sitemap-{year}.xml.gz"
        body = routes.zipped(routes.sitemap(chosen))
        yield _RouteFile(path, body, "application/gzip", moved)
        parts.append((outlet.url(path), moved))
    last = max(moved for _, moved in parts)
    yield _RouteFile("/sitemap_index.xml", routes.sitemap_index(parts), _XML_TYPE, last)


_FEED_LINKS = {
    "caspian-herald": ("/feed/", "application/rss+xml"),
    "frontline-tbilisi": ("/atom.xml", "application/atom+xml"),
    "ural-vestnik": ("/rss.xml", "application/rss+xml"),
    "baku-xeber": ("/rss/", "application/rss+xml"),
    "meridian-wire": ("/feed.json", "application/feed+json"),
    "arena": ("/rss.xml", "application/rss+xml"),
}


def _feed_link(outlet: Outlet) -> str:
    """The head line by which a page names the outlet's feed."""
    if outlet.id not in _FEED_LINKS:
        return ""
    path, kind = _FEED_LINKS[outlet.id]
    return f'<link rel="alternate" type="{kind}" title="{outlet.name}" href="{outlet.url(path)}">\n'
