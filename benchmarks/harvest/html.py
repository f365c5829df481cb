"""The pages of the web as a site would send them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING

from benchmarks.harvest.web import Area
from ingest.demo.resource import Address, Resource

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.harvest.web import Link, Page, Web

__all__ = ["Served", "render"]

_HEADED = {
    Area.RELATED: ("more", "Related stories"),
    Area.LATEST: ("latest-news", "Latest"),
    Area.POPULAR: ("col", "Most popular"),
    Area.ELSEWHERE: ("col", "Around the web"),
}


def render(page: Page) -> bytes:
    """A page with its links where they stand."""
    of = {area: [link for link in page.links if link.area is area] for area in Area}
    body = _article(page, of) if page.text is not None else _list(page, of)
    date = page.text["date"] if page.text is not None else None
    dated = f'<meta property="article:published_time" content="{escape(date)}">' if date else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(page.title)}</title>{dated}</head><body>"
        f"<header><nav>{_items(of[Area.MENU])}</nav></header>{body}"
        f"<footer>{_items(of[Area.FOOT])}</footer></body></html>"
    ).encode()


def _article(page: Page, of: Mapping[Area, list[Link]]) -> str:
    assert page.text is not None
    tags = "".join(
        f'<a rel="tag" href="{escape(one.url)}">{escape(one.anchor)}</a> ' for one in of[Area.TAGS]
    )
    beside = "".join(
        f'<aside class="{called}"><h3>{heading}</h3>{_items(of[area])}</aside>'
        for area, (called, heading) in _HEADED.items()
        if of[area]
    )
    return (
        f"<main><article><h1>{escape(page.title)}</h1>"
        f"{_paragraphs(page.text['text'], of[Area.TEXT])}</article><p>{tags}</p>{beside}</main>"
    )


def _paragraphs(text: str, links: Iterable[Link]) -> str:
    """The text, each link at the first place where its words stand."""
    told = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n") if line.strip())
    for link in links:
        words = escape(link.anchor)
        told = told.replace(words, f'<a href="{escape(link.url)}">{words}</a>', 1)
    return told


def _list(page: Page, of: Mapping[Area, list[Link]]) -> str:
    cards = "".join(map(_card, of[Area.LISTED]))
    return f"<main><h1>{escape(page.title)}</h1><div>{cards}</div>{_items(of[Area.PAGES])}</main>"


def _card(link: Link) -> str:
    teaser = f"<p>{escape(link.teaser)}</p>" if link.teaser else ""
    headline = f'<a href="{escape(link.url)}">{escape(link.anchor)}</a>'
    return f'<div class="card"><h3>{headline}</h3>{teaser}</div>'


def _items(links: Iterable[Link]) -> str:
    items = (f'<li><a href="{escape(one.url)}">{escape(one.anchor)}</a></li>' for one in links)
    return f"<ul>{''.join(items)}</ul>"


class Served(Mapping[Address, Resource]):
    """The web as the loopback server asks for it; a page is made when it is asked for."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._addresses = [_address(url) for url in web.pages]

    def __getitem__(self, address: Address) -> Resource:
        host, path = address
        if path == "/robots.txt":
            return Resource(body=b"User-agent: *\nAllow: /\n", content_type="text/plain")
        page = self._web.fetch(f"http://{host}{path}")
        if page is None:
            raise KeyError(address)
        return Resource(body=render(page))

    def __iter__(self) -> Iterator[Address]:
        return iter(self._addresses)

    def __len__(self) -> int:
        return len(self._addresses)


def _address(url: str) -> Address:
    host, _, path = url.partition("://")[2].partition("/")
    return host, f"/{path}"
