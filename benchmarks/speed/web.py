"""A local web as heavy as the real one: pages of 30 to 130 kB on many hosts, all of the story.

The pages are those of the demo web in its six designs, with the menus, cards, styles and scripts
that pages of publishers carry besides.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from benchmarks.speed.texts import prose
from ingest.demo.furniture import Furniture, Line
from ingest.demo.gold import Gold
from ingest.demo.outlets import OUTLETS, Outlet
from ingest.demo.phrases import COMMENTS, HEADLINES
from ingest.demo.postings import Posting
from ingest.demo.templates import article_page
from ingest.items import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["HOSTS", "Served", "make_web", "outlet_of_host"]

HOSTS = 40  #: loopback addresses, from 127.0.1.1 on
_BYTES = (30_000, 120_000)
_LATEST = 120  # articles that the cards of a publisher name
_BORN = datetime(2026, 6, 1, 6, tzinfo=UTC)  # the last month of `benchmarks.big_corpus`
_DAYS = 30
_SECTIONS = ("politics", "world", "society", "opinion")
_STYLE = ".c%d-%s{display:flex;margin:0 %dpx;color:#%06x;padding:%dpx}\n"
_SCRIPT = 'window.__q=window.__q||[];__q.push({"id":%d,"slot":"s%s","w":%d,"key":"%x"});\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One page of the web."""

    host: str
    target: str  #: path and query
    body: bytes
    content_type: str

    @property
    def url(self) -> str:
        return f"http://{self.host}{self.target}"


def outlet_of_host(number: int, port: int) -> Outlet:
    """The publisher behind a host; designs take turns."""
    like = list(OUTLETS.values())[number % len(OUTLETS)]
    return replace(like, host=f"127.0.1.{number + 1}:{port}", variant=None, variant_host=None)


def make_web(*, pages: int, port: int, hosts: int = HOSTS) -> Iterator[Served]:
    """The pages, host after host in turn; the same bytes for the same numbers."""
    outlets = [outlet_of_host(number, port) for number in range(hosts)]
    taken: set[str] = set()
    for number in range(pages):
        posting = _posting(number, outlets[number % hosts], taken)
        taken.add(posting.url)
        page = article_page(posting, _furniture(number, posting), "")
        yield Served(
            host=posting.outlet.host,
            target=posting.path,
            body=_as_heavy(page, number, posting),
            content_type=f"text/html; charset={posting.outlet.encoding}",
        )


def _posting(number: int, outlet: Outlet, taken: set[str]) -> Posting:
    said, rng = prose(number), random.Random(f"posting {number}")
    published = _BORN + timedelta(minutes=rng.randrange(_DAYS * 24 * 60))
    slug = f"story-{number}"
    while True:
        posting = Posting(
            outlet=outlet, slug=slug, title=said.title, language=said.language,
            section=rng.choice(_SECTIONS), author=said.author, topic="story",
            paragraphs=said.paragraphs, published=published,
            gold=Gold(outcomes=frozenset({Outcome.ARTICLE}), note="article"),
        )  # fmt: skip
        if posting.url not in taken:
            return posting
        slug += "-again"  # outlets that number their pages have few numbers


def _furniture(number: int, posting: Posting) -> Furniture:
    rng, outlet = random.Random(f"furniture {number}"), posting.outlet
    lines = [
        Line(one, outlet.url(f"/tag/{at}/")) for at, one in enumerate(HEADLINES[outlet.language])
    ]
    return Furniture(
        ticker=tuple(rng.sample(lines, min(40, len(lines)))),
        related=tuple(rng.sample(lines, 5)),
        also=tuple(rng.sample(lines, 2)),
        comments=tuple(COMMENTS[outlet.language][:5]) if outlet.has_comments else (),
        tags=(),
    )


def _as_heavy(page: bytes, number: int, posting: Posting) -> bytes:
    """The page with all that a publisher's page carries, up to a weight of its own."""
    rng, outlet = random.Random(f"weight {number}"), posting.outlet
    wanted = rng.randint(*_BYTES)
    html = page.decode(outlet.encoding)
    menu, foot = _site_parts(outlet)
    cards = "".join(rng.sample(_cards(outlet), rng.randint(15, 60)))
    html = html.replace("</head>", f"<style>{_styles(outlet.host)}</style></head>", 1)
    start = html.index(">", html.index("<body")) + 1
    html = f"{html[:start]}{menu}{html[start:]}"
    end = html.rindex("</body>")
    short = max(0, wanted - len(html) - len(cards) - len(foot))
    scripts = f"<script>{_scripts(rng, short)}</script>"
    html = f'{html[:end]}<aside class="grid">{cards}</aside>{foot}{scripts}{html[end:]}'
    return html.encode(outlet.encoding, "xmlcharrefreplace")


@lru_cache(maxsize=HOSTS)
def _site_parts(outlet: Outlet) -> tuple[str, str]:
    rng = random.Random(f"site {outlet.id}")
    names = [" ".join(one.split()[:2]) for one in HEADLINES[outlet.language]]
    links = [
        f'<li class="i{at}"><a href="/section/{at}/" data-k="{rng.randrange(9999)}">{name}</a></li>'
        for at, name in enumerate(rng.choices(names, k=rng.randint(60, 140)))
    ]
    cut = len(links) * 2 // 3
    menu = f'<header class="top"><ul class="mega">{"".join(links[:cut])}</ul></header>'
    return menu, f'<footer class="bottom"><ul>{"".join(links[cut:])}</ul></footer>'


@lru_cache(maxsize=HOSTS)
def _cards(outlet: Outlet) -> tuple[str, ...]:
    """The latest of a publisher, as every page of its shows some of them."""
    rng = random.Random(f"cards {outlet.id}")
    return tuple(_card(rng.randrange(10**6), at, outlet) for at in range(_LATEST))


def _card(number: int, at: int, outlet: Outlet) -> str:
    names = HEADLINES[outlet.language]
    return (
        f'<div class="card t{number % 7}"><a href="/card/{number}/" rel="bookmark">'
        f'<img loading="lazy" src="/i/{number}-320.jpg" srcset="/i/{number}-640.jpg 2x" alt="">'
        f'<h4>{names[at % len(names)]}</h4></a><span class="meta">'
        f"<time>{number % 24:02}:{number % 60:02}</time><i>{number % 900}</i></span></div>"
    )


@lru_cache(maxsize=HOSTS)
def _styles(host: str) -> str:
    rng = random.Random(f"style {host.partition(':')[0]}")
    rules = (
        _STYLE % (rng.randrange(999), "abcdefgh"[at % 8], rng.randrange(40),
                  rng.randrange(1 << 24), rng.randrange(30))
        for at in range(rng.randint(60, 250))
    )  # fmt: skip
    return "".join(rules)


def _scripts(rng: random.Random, wanted: int) -> str:
    parts: list[str] = []
    size = 0
    while size < wanted:
        at = rng.randrange(10**7)
        parts.append(_SCRIPT % (at, at % 97, at % 1200, rng.getrandbits(64)))
        size += len(parts[-1])
    return "".join(parts)
