"""Pages of real publishers, whole and turned into what they are not; none is part of the project.

The body of a saved page is found by its text and taken out; what the site puts in place of a body
is put there, and what the head says of an article is taken back as the site would. So the chrome,
which is what deceives a rule, is real.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from lxml import html

from benchmarks.kinds import wordings
from benchmarks.kinds.made import Case
from ingest.extract.page import parse, solid, text_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

__all__ = ["FOLDER", "mutated_cases", "real_cases"]

FOLDER = Path(__file__).parents[2].parent / "shared" / "eval" / "extraction"
_EVERY = 3  # of the pages is mutated, each in one way
_LINE_CHARS = 60  # a line of a text this long is its own
_BODY_SHARE = 0.6  # of the lines of a text stand in its body
_LEAD_WORDS = 45
_LISTED = 15
_Row = dict[str, Any]


def real_cases() -> list[Case]:
    """The saved pages as they are: every one an article."""
    return [
        Case(name=f"{row['set']} {row['id'][:8]}", kind="article", body=_body(row), url=_url(row))
        for row in _rows()
    ]


def mutated_cases(first: int = 0) -> list[Case]:
    """Saved pages whose body was replaced, every third one from `first`.

    The rules were tuned on those from 0 and 1; those from 2 were judged once they stood.
    """
    rows = _rows()
    headlines = [row["title"] for row in rows if row.get("title")]
    ways = (_stub, _list, _missing, _search, _static, _comments, _print)
    cases: list[Case] = []
    for number, row in enumerate(rows[first::_EVERY]):
        page = _Opened.of(row)
        if page is None:
            continue
        offset = number * 7 % max(len(headlines) - _LISTED, 1)
        found = ways[number % len(ways)](page, headlines[offset : offset + _LISTED])
        if found is not None:
            cases.append(found)
    return cases


def _rows() -> list[_Row]:
    with gzip.open(FOLDER / "pages.jsonl.gz", "rt", encoding="utf-8") as lines:
        return sorted(map(json.loads, lines), key=lambda row: str(row["id"]))


def _body(row: _Row) -> bytes:
    with gzip.open(FOLDER / "html" / f"{row['id']}.html.gz") as page:
        return page.read()


def _url(row: _Row) -> str:
    return row.get("url") or "http://unknown.invalid/"


class _Opened:
    """A saved page whose body is known."""

    def __init__(self, row: _Row, tree: HtmlElement, holder: HtmlElement) -> None:
        self.row, self.tree, self.holder = row, tree, holder
        self.url = _url(row)
        self.title = row.get("title") or text_of(next(tree.iter("title"), holder))[:80]
        self.paragraphs = [line for line in row["text"].split("\n") if len(line) > _LINE_CHARS]
        self.heading = ""
        language = (tree.get("lang") or "en")[:2].lower()
        self.language = language if language in wordings.WALLS else "en"

    @classmethod
    def of(cls, row: _Row) -> _Opened | None:
        """The page, or None where its text is not found in one place."""
        page = parse(_body(row), _url(row), None)
        lines = {solid(line) for line in row["text"].split("\n") if len(line) > _LINE_CHARS}
        if page is None or not lines:
            return None
        counts: defaultdict[HtmlElement, int] = defaultdict(int)
        for tag in page.tree.iter("p", "div", "td", "li"):
            if solid(text_of(tag)) in lines:
                for above in tag.iterancestors():
                    counts[above] += 1
        enough = [tag for tag, count in counts.items() if count >= _BODY_SHARE * len(lines)]
        holders = [tag for tag in enough if tag.tag not in {"html", "body"}]
        if not holders:
            return None
        return cls(row, page.tree, min(holders, key=lambda tag: len(text_of(tag))))

    def path(self, segment: str) -> str:
        return urljoin(self.url, f"/{segment}")

    def with_body(self, inner: str) -> None:
        """Put something in place of the text, wherever parts of it stand."""
        own = {solid(line) for line in self.paragraphs}
        for tag in [tag for tag in self.tree.iter("p", "li", "div") if solid(text_of(tag)) in own]:
            if tag is not self.holder and self.holder not in tag.iterdescendants():
                tag.drop_tree()
        for child in list(self.holder):
            self.holder.remove(child)
        self.holder.text = None
        self.holder.extend(html.fragments_fromstring(f"<div>{inner}</div>"))

    def retitled(self, title: str, heading: str) -> None:
        """Take back what head and heading say of an article."""
        for tag in self.tree.iter("title"):
            tag.text = f"{title} | {urlsplit(self.url).hostname}"
        for tag in list(self.tree.iter("script", "meta")):
            kind = tag.get("type") or tag.get("property") or tag.get("name") or ""
            if "ld+json" in kind or kind.startswith(("og:", "article:", "twitter:", "description")):
                tag.getparent().remove(tag)
        for tag in list(self.tree.iter("h1")):
            tag.drop_tree()
        self.heading = f"<h1>{escape(heading)}</h1>"

    def case(self, kind: str, url: str) -> Case:
        body = html.tostring(self.tree, encoding="utf-8", doctype="<!doctype html>")
        return Case(name=f"{kind} {self.row['id'][:8]} {url}", kind=kind, body=body, url=url)


def _stub(page: _Opened, _headlines: list[str]) -> Case | None:
    lead = next((p for p in page.paragraphs if len(p.split()) <= 2 * _LEAD_WORDS), None)
    if lead is None:
        return None
    wish = wordings.WALLS[page.language][0]
    page.with_body(f"<p>{escape(lead)}</p><div class='paywall'><p>{wish}</p></div>")
    return page.case("stub", page.url)


def _teasers(headlines: list[str]) -> str:
    return "".join(
        f"<div class='item'><h3><a href='/2025/{number}/a'>{escape(title)}</a></h3></div>"
        for number, title in enumerate(headlines)
    )


def _list(page: _Opened, headlines: list[str]) -> Case:
    page.retitled("World", "World")
    page.with_body(f"{page.heading}{_teasers(headlines)}")
    return page.case("list", page.path("category/world"))


def _missing(page: _Opened, _headlines: list[str]) -> Case:
    texts = wordings.MISSING[page.language]
    title, heading, text = texts[len(page.title) % len(texts)]
    page.retitled(title, heading)
    page.with_body(f"{page.heading}<p>{text}</p>")
    return page.case("soft-404", page.url)


def _search(page: _Opened, headlines: list[str]) -> Case:
    title, path, nothing = wordings.SEARCHES.get(page.language, wordings.SEARCHES["en"])
    page.retitled(title, title)
    has_found = len(page.title) % 2 == 0
    page.with_body(page.heading + (_teasers(headlines) if has_found else f"<p>{nothing}</p>"))
    return page.case("search-results", page.path(path.lstrip("/")))


def _static(page: _Opened, _headlines: list[str]) -> Case:
    texts = wordings.STATICS[page.language]
    heading, segment = texts[len(page.title) % len(texts)]
    page.retitled(heading, heading)
    shown = "".join(f"<p>{escape(line)}</p>" for line in page.paragraphs[:6])
    page.with_body(f"{page.heading}{shown}")
    return page.case("static-page", page.path(segment))


def _comments(page: _Opened, _headlines: list[str]) -> Case:
    name, remarks = wordings.REMARKS.get(page.language, wordings.REMARKS["en"])
    title = name.format(page.title)
    page.retitled(title, title)
    rows = "".join(f"<li class='comment'><p>{text}</p></li>" for text in remarks * 4)
    page.with_body(f"{page.heading}<ol class='comments'>{rows}</ol>")
    return page.case("comments", f"{page.url.rstrip('/')}/comments/")


def _print(page: _Opened, _headlines: list[str]) -> Case:
    """The article without its site: what a print view is."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in page.row["text"].split("\n") if line)
    title = escape(page.title)
    body = (
        f"<html><head><meta charset='utf-8'><title>{title}</title><link rel='canonical' "
        f"href='{escape(page.url)}'></head><body onload='window.print()'><h2>{title}</h2>{lines}"
        f"<p>{escape(page.url)}</p></body></html>"
    )
    mark = "&" if "?" in page.url else "?"
    url = f"{page.url}{mark}print=1"
    return Case(name=f"print {url}", kind="article", body=body.encode(), url=url)
