"""Pages of every kind in the designs of the demo web."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from benchmarks.kinds import wordings
from ingest.demo.furniture import Furniture, Line, furnish
from ingest.demo.outlets import OUTLETS, Outlet
from ingest.demo.postings import Posting, make_postings
from ingest.demo.templates import article_page, light_page, list_page, message_page
from ingest.demo.texts import load_texts, seed_texts
from ingest.text import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Case", "bare", "made_cases"]

_ARTICLES = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A page, and what it is."""

    name: str
    kind: str  #: value of a `Kind` or a `Reason`
    body: bytes = field(repr=False)
    url: str
    status: int = 200


def bare(head: str, body: str, language: str = "en") -> bytes:
    """A page without furniture."""
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">{head}</head>'
        f"<body>{body}</body></html>\n"
    ).encode()


def made_cases() -> list[Case]:
    """All of them, always the same."""
    postings = [one for one in make_postings(load_texts(), seed_texts(), poll=1) if not one.is_gone]
    cases = [*_articles(postings), *_gates(), *_foreign()]
    for outlet in OUTLETS.values():
        own = [one for one in postings if one.outlet is outlet]
        cases += _Site(outlet=outlet, postings=postings, own=own).cases()
    return cases


def _articles(postings: list[Posting]) -> Iterator[Case]:
    step = max(1, len(postings) // _ARTICLES)
    for posting in postings[::step]:
        body = article_page(posting, furnish(posting.url, posting.outlet, postings, ()), "")
        yield Case(name=f"article {posting.url}", kind="article", body=body, url=posting.url)
    for posting in postings[:: 2 * step]:
        mark = "&" if "?" in posting.url else "?"
        url = f"{posting.url}{mark}print=1"
        yield Case(name=f"print {url}", kind="article", body=light_page(posting), url=url)


def _gates() -> Iterator[Case]:
    for vendor, status, head, shown in wordings.CHALLENGES:
        yield Case(
            name=f"challenge {vendor}", kind="challenge", body=bare(head, shown),
            url=f"https://news.test/2025/{vendor}-story", status=status,
        )  # fmt: skip
    for number, (status, title, message) in enumerate(wordings.ERRORS):
        body = bare(f"<title>{title}</title>", f"<h1>{title}</h1><p>{message}</p>")
        url = f"https://news.test/2025/story-{number}"
        yield Case(name=f"error {number}", kind="http-error", body=body, url=url, status=status)
    for language, walls in wordings.CONSENTS.items():
        for number, (heading, text, buttons) in enumerate(walls):
            pressed = "".join(f"<button>{label}</button>" for label in buttons)
            yield Case(
                name=f"consent {language} {number}", kind="consent",
                body=bare(f"<title>{heading}</title>", f"<div class='cmp'><h1>{heading}</h1>"
                          f"<p>{text}</p>{pressed}</div>", language),
                url=f"https://news.test/{language}/2025/story",
            )  # fmt: skip


def _foreign() -> Iterator[Case]:
    """What the demo web has no outlet for."""
    for language in ("de", "fr"):
        for number, (title, heading, text) in enumerate(wordings.MISSING[language]):
            body = bare(f"<title>{title}</title>", f"<h1>{heading}</h1><p>{text}</p>", language)
            url = f"https://news.test/{language}/{number}.html"
            yield Case(name=f"missing {url}", kind="soft-404", body=body, url=url)
        for heading, segment in wordings.STATICS[language]:
            text = "".join(f"<p>{outlet.about}</p>" for outlet in OUTLETS.values())
            body = bare(f"<title>{heading}</title>", f"<h1>{heading}</h1>{text}", language)
            url = f"https://news.test/{segment}"
            yield Case(name=f"static {url}", kind="static-page", body=body, url=url)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """What one outlet has besides its articles."""

    outlet: Outlet
    postings: list[Posting] = field(repr=False)
    own: list[Posting] = field(repr=False)

    def cases(self) -> Iterator[Case]:
        yield from self._lists()
        yield from self._searches()
        yield from self._statics()
        yield from self._missing()
        yield from self._stubs()
        yield from self._lives()
        yield from self._media()
        yield from self._comments()

    def _case(self, kind: str, path: str, title: str, main: str, head: str = "") -> Case:
        url = self.outlet.url(path)
        body = message_page(self.outlet, title, main, self._around(url), head)
        return Case(name=f"{kind} {url}", kind=kind, body=body, url=url)

    def _around(self, url: str) -> Furniture:
        return furnish(url, self.outlet, self.postings, ())

    def _lines(self) -> list[Line]:
        return [Line(p.title, p.url, sentences(p.paragraphs[0])[0]) for p in self.own]

    def _lists(self) -> Iterator[Case]:
        lines = self._lines()
        named = {"/": self.outlet.name, "/tag/baku/": "Baku", "/politics": "Politics"}
        for number, (path, title) in enumerate(named.items()):
            url, shown = self.outlet.url(path), lines[number * 3 :]
            body = list_page(self.outlet, title, shown, self._around(url))
            yield Case(name=f"list {url}", kind="list", body=body, url=url)

    def _searches(self) -> Iterator[Case]:
        title, path, nothing = wordings.SEARCHES[self.outlet.language]
        url = self.outlet.url(path)
        body = list_page(self.outlet, title, self._lines()[:8], self._around(url))
        yield Case(name=f"search {url}", kind="search-results", body=body, url=url)
        empty = f"<h1>{title}</h1><form><input name='q'></form><p>{nothing}</p>"
        yield self._case("search-results", f"{path}-x", title, empty)

    def _statics(self) -> Iterator[Case]:
        about = f"<p>{self.outlet.about}</p>" * 2
        for heading, segment in wordings.STATICS[self.outlet.language]:
            main = f"<h1>{heading}</h1>{about}<p>news@{self.outlet.host}</p>"
            yield self._case("static-page", f"/{segment}", heading, main)

    def _missing(self) -> Iterator[Case]:
        for number, (title, heading, text) in enumerate(wordings.MISSING[self.outlet.language]):
            main = f"<h1>{heading}</h1><p>{text}</p>"
            yield self._case("soft-404", f"/news/gone-{number}.html", title, main)

    def _stubs(self) -> Iterator[Case]:
        for number, wish in enumerate(wordings.WALLS[self.outlet.language]):
            posting = self.own[number]
            lead = sentences(posting.paragraphs[0])[0]
            stated = {"@type": "NewsArticle", "headline": posting.title, "datePublished":
                      posting.published.isoformat(), "isAccessibleForFree": False}  # fmt: skip
            is_stated = number % 2 == 0
            script = f'<script type="application/ld+json">{json.dumps(stated)}</script>'
            main = (
                f"<article><h1>{escape(posting.title)}</h1><p>{escape(lead)}</p>"
                f'<div class="{"offer" if is_stated else "paywall"}"><h2>{wish}</h2></div>'
                "</article>"
            )
            head = script if is_stated else ""
            yield self._case("stub", f"/stub-{number}", posting.title, main, head)

    def _lives(self) -> Iterator[Case]:
        posting = max(self.own, key=lambda one: len(" ".join(one.paragraphs)))
        title = wordings.LIVES[self.outlet.language].format(posting.title)
        posts = "".join(
            f'<div class="post"><time datetime="2025-07-01T{19 - number:02d}:05">'
            f"{19 - number:02d}:05</time><p>{escape(part)}</p></div>"
            for number, part in enumerate((*posting.paragraphs, *posting.paragraphs)[:8])
        )
        main = f"<article><h1>{escape(title)}</h1>{posts}</article>"
        yield self._case("live", "/news/one-day", title, main)

    def _media(self) -> Iterator[Case]:
        gallery, video, watch = wordings.GALLERIES[self.outlet.language]
        posting = self.own[0]
        shown = [sentences(part)[0] for one in self.own for part in one.paragraphs][:12]
        slides = "".join(
            f"<figure><img src='{number}.jpg'><figcaption>{escape(caption)}</figcaption></figure>"
            for number, caption in enumerate(shown)
        )
        title = f"{gallery}: {posting.title}"
        yield self._case("media", "/photo/4711", title, f"<h1>{escape(title)}</h1>{slides}")
        title = f"{video}: {posting.title}"
        main = f"<h1>{escape(title)}</h1><video src='a.mp4'></video><p>{watch}</p>"
        yield self._case("media", "/video/4712", title, main)

    def _comments(self) -> Iterator[Case]:
        name, remarks = wordings.REMARKS[self.outlet.language]
        posting = self.own[0]
        title = name.format(posting.title)
        rows = "".join(
            f'<div class="comment"><b>gull_{number}</b><p>{text}</p></div>'
            for number, text in enumerate(remarks * 3)
        )
        lead = escape(sentences(posting.paragraphs[0])[0])
        main = f'<h1>{escape(title)}</h1><p>{lead}</p><div class="comments-list">{rows}</div>'
        yield self._case("comments", "/news/one/comments/", title, main)
