"""What site memory takes out: recurring boilerplate removed and good text lost, by pages seen.

    python -m benchmarks.site_memory

Three kinds of hosts, for the evaluation pages hold two pages of a site at most:

- `demo`: the outlets of the demo web, with its prints, wire copy and light editions;
- `grafted`: real pages that each lent their frame to the articles of twenty others, so the frame
  is real and the host is not: what stands around a graft is the same on every page of its host.
  Three of the twenty are prints of one article under other headlines, and five carry a background
  paragraph in common;
- `outlets`: the texts of ten outlets as others extracted them, hundreds a host; nobody marked
  them, so what is told is the share removed, and `--show` prints every line of it to be read.

`extracted` is the text as our extractor reads it, `page` every block of the page: what the memory
could take out if the extractor kept everything.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import json
import lzma
import random
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from lxml import etree, html

from benchmarks.extraction.saved import FOLDER, digest_of, read_pages
from ingest.demo.postings import make_postings
from ingest.demo.texts import load_texts, seed_texts
from ingest.demo.web import build_web
from ingest.extract import read_page
from ingest.extract.lines import line_key, lines_of
from ingest.extract.page import parse, solid
from ingest.extract.recurring import learn, leave_out, memory_of
from ingest.extract.segments import cut
from ingest.items import Article
from ingest.urls import address_key, host_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from benchmarks.extraction.saved import SavedPage
    from ingest.extract.lines import PageLines

SEEN = (5, 10, 20)
MAX_LOST = 0.002
#: Of the recurring boilerplate of whole pages, by pages seen; what is reached less a little.
LEAST_REMOVED = {5: 0.75, 10: 0.92, 20: 0.95}
NOW = datetime(2026, 1, 1, tzinfo=UTC)
_HOSTS = 40  # grafted
_DRAWS = 8  # of pages from each host
_RECURRING = 3  # articles
_LONG_LETTERS = 40
_PRINTS, _TOLD_AGAIN = 3, 5
_LEAST_PARAGRAPHS, _LEAST_COVERED = 6, 0.9
# What in a frame still tells of the article that was in it.
_NAMES_ARTICLE = "//script[contains(@type, 'ld+json')] | //link[@rel='canonical'] | //meta"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A page of a host as one reading has it."""

    article: Article = field(repr=False)
    lines: PageLines = field(repr=False)
    origin: str  #: names the article; prints of one share it
    gold: str = field(repr=False)  #: letters and digits of what is good
    paragraphs: frozenset[str] = field(repr=False)  #: the same, by paragraph


class Told(NamedTuple):
    """Letters, summed over draws."""

    good: int = 0
    lost: int = 0
    recurring: int = 0  #: of lines that are not good and stand in three articles or more
    removed: int = 0  #: of these

    def __add__(self, other: tuple[int, ...]) -> Told:  # type: ignore[override]  # sums, not joins
        return Told(*(one + two for one, two in zip(self, other, strict=True)))


def measure(pages: Sequence[Read]) -> Told:
    """What the memory of these pages does to their own texts."""
    memory = memory_of(learn([page.lines for page in pages]))
    homes: dict[str, set[str]] = defaultdict(set)
    for page in pages:
        for line in page.article.text.split("\n"):
            homes[solid(line)].add(page.origin)
    told: Counter[str] = Counter()
    for page in pages:
        out = Counter(solid(line) for _, line in leave_out(page.article, memory).left_out)
        for key in map(solid, page.article.text.split("\n")):
            is_out = out[key] > 0
            out[key] -= is_out
            if _is_good(key, page):
                told["good"] += len(key)
                told["lost"] += len(key) * is_out
            elif len(homes[key]) >= _RECURRING:
                told["recurring"] += len(key)
                told["removed"] += len(key) * is_out
    return Told(told["good"], told["lost"], told["recurring"], told["removed"])


def _is_good(key: str, page: Read) -> bool:
    """Whether a line is one of the article, or a part of one long enough to be no accident."""
    return key in page.paragraphs or (len(key) >= _LONG_LETTERS and key in page.gold)


def readings(body: bytes, url: str, origin: str, gold: str) -> dict[str, Read]:
    """The page as extracted and as a whole; empty: it was refused."""
    read, page = read_page(body, url, None, "text/html", now=NOW), parse(body, url, None)
    if read.article is None or read.lines is None or page is None:
        return {}
    blocks = cut(page)
    whole = replace(read.article, text="\n".join(block.text for block in blocks))
    lines, kinds = lines_of(whole, blocks, read.lines.address)
    extracted = Read(
        article=read.article, lines=read.lines, origin=origin, gold=solid(gold),
        paragraphs=frozenset(map(solid, gold.split("\n"))),
    )  # fmt: skip
    page_read = replace(extracted, article=replace(whole, line_kinds=kinds), lines=lines)
    return {"extracted": extracted, "page": page_read}


def demo_hosts() -> Iterator[list[dict[str, Read]]]:
    """The outlets of the demo web, a list of pages each."""
    resources = build_web().resources
    hosts = defaultdict(list)
    for posting in make_postings(load_texts(), seed_texts(), poll=1):
        parts = urlsplit(posting.url)
        if (resource := resources.get((parts.netloc, parts.path))) is not None:
            gold = "\n".join(posting.paragraphs)
            found = readings(resource.body, posting.url, posting.paragraphs[0], gold)
            hosts[host_of(posting.url)].append(found)
    yield from (list(filter(None, pages)) for _, pages in sorted(hosts.items()))


def grafted_hosts(pages: Sequence[SavedPage]) -> Iterator[list[dict[str, Read]]]:
    """Frames of real pages around the articles of others."""
    rng = random.Random(4)
    frames = filter(None, map(Frame.of, rng.sample(pages, len(pages))))
    hosts = (list(filter(None, _grafts(frame, _others(pages, frame, rng)))) for frame in frames)
    yield from itertools.islice(filter(_is_host, hosts), _HOSTS)


def _others(pages: Sequence[SavedPage], frame: Frame, rng: random.Random) -> list[SavedPage]:
    bodies = [page for page in pages if page.text.count("\n") >= _LEAST_PARAGRAPHS]
    return rng.sample([page for page in bodies if page.site != frame.site], max(SEEN))


def _is_host(pages: Sequence[dict[str, Read]]) -> bool:
    """Whether the grafts took; not so where each is still headed as the article that was there."""
    titles = {one["extracted"].article.title for one in pages}
    return len(pages) >= min(SEEN) and len(titles) > len(pages) / 2


def _grafts(frame: Frame, chosen: Sequence[SavedPage]) -> Iterator[dict[str, Read]]:
    background = max(chosen[0].text.split("\n")[1:], key=len)
    for number, page in enumerate(chosen):
        title, paragraphs, origin = page.title or page.id, page.text.split("\n"), page.id
        if number < _PRINTS:  # of the first article, each with most of its paragraphs
            origin, title = chosen[0].id, f"{title} {number}"
            paragraphs = chosen[0].text.split("\n")
            del paragraphs[number + 3 :: 4]
        elif number < _PRINTS + _TOLD_AGAIN:
            paragraphs.insert(3, background)
        url = f"https://{frame.site}/{page.id}"
        yield readings(frame.around(title, paragraphs), url, origin, "\n".join(paragraphs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A page without its article."""

    site: str
    title: str
    tree: html.HtmlElement = field(repr=False)
    places: tuple[str, ...] = field(repr=False)  #: paths of the elements its paragraphs stand in

    @classmethod
    def of(cls, page: SavedPage) -> Frame | None:
        """The frame of a page; None: its article cannot be told from what is around it."""
        url = page.url or f"https://{page.site}/"
        parsed = parse(page.html, url, None)
        gold = {solid(line) for line in page.text.split("\n")} - {""}
        if parsed is None or not page.title or len(gold) < _LEAST_PARAGRAPHS:
            return None
        homes = _homes_of(parsed.tree, gold)
        covered = len({solid("".join(home.itertext())) for home in homes}) / len(gold)
        if covered < _LEAST_COVERED:
            return None
        root = parsed.tree.getroottree()
        places = tuple(root.getpath(home) for home in homes)
        return cls(site=page.site, title=page.title, tree=parsed.tree, places=places)

    def around(self, title: str, paragraphs: Sequence[str]) -> bytes:
        """The page with another article in it."""
        tree = copy.deepcopy(self.tree)
        root = tree.getroottree()
        homes = [root.xpath(place)[0] for place in self.places]
        for home, text in zip(homes, paragraphs, strict=False):
            tail = home.tail
            home.clear(keep_tail=True)
            home.text, home.tail = text, tail
        for home in homes[len(paragraphs) :]:
            home.getparent().remove(home)
        last = homes[min(len(homes), len(paragraphs)) - 1]
        for text in reversed(paragraphs[len(homes) :]):
            more = etree.Element("p")
            more.text = text
            last.addnext(more)
        for tag in tree.xpath(_NAMES_ARTICLE):
            tag.getparent().remove(tag)
        source: str = html.tostring(tree, encoding="unicode")
        return source.replace(self.title, title).encode()


def _homes_of(tree: html.HtmlElement, gold: set[str]) -> list[html.HtmlElement]:
    """The innermost elements that hold one paragraph of the article each, in order."""
    found = [tag for tag in tree.iter("*") if solid("".join(tag.itertext())) in gold]
    outer = {above for tag in found for above in tag.iterancestors()}
    return [tag for tag in found if tag not in outer]


def outlets() -> dict[str, list[Read]]:
    """By host, texts that others extracted; empty: they are not here."""
    path = FOLDER.parent / "relevance" / "data" / "web.jsonl.xz"
    hosts: dict[str, list[Read]] = defaultdict(list)
    if path.exists():
        with lzma.open(path, "rt", encoding="utf-8") as rows:
            for row in map(json.loads, rows):
                hosts[host_of(row["url"])].append(_plain(row["url"], row["title"], row["text"]))
    return {host: pages for host, pages in sorted(hosts.items()) if len(pages) >= 50}


def _plain(url: str, title: str, text: str) -> Read:
    text = "\n".join(line.strip() for line in text.split("\n") if solid(line))
    body = "".join(f"<p>{_escaped(line)}</p>" for line in text.split("\n"))
    page = parse(f"<html><body>{body}</body></html>".encode(), url, "utf-8")
    article = Article(url=url, title=title, text=text)
    lines, kinds = lines_of(article, cut(page) if page else (), address_key(url))
    article = replace(article, line_kinds=kinds)
    return Read(article=article, lines=lines, origin=url, gold="", paragraphs=frozenset())


def _escaped(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;")


def draws(pages: Sequence[Read], number: int) -> Iterator[list[Read]]:
    """Some pages of a host, several times; none where it has too few."""
    rng = random.Random(number)
    if len(pages) == number:
        yield list(pages)
    elif len(pages) > number:
        for _ in range(_DRAWS):
            yield rng.sample(pages, number)


def table(hosts: Iterable[Sequence[dict[str, Read]]], name: str) -> Iterator[tuple[str, bool]]:
    """A row for each reading and number of pages, and whether it is as good as it must be."""
    known = list(hosts)
    for reading in ("extracted", "page"):
        for number in SEEN:
            some = [[one[reading] for one in pages] for pages in known if len(pages) >= number]
            told = sum((measure(one) for pages in some for one in draws(pages, number)), Told())
            lost, removed = told.lost / (told.good or 1), told.removed / (told.recurring or 1)
            share = told.recurring / (told.recurring + told.good or 1)
            cells = [name, reading, str(number), str(len(some)), f"{share:.2%}", f"{removed:.1%}"]
            is_clean = reading == "extracted" or removed >= LEAST_REMOVED[number]
            yield f"| {' | '.join([*cells, f'{lost:.3%}'])} |", lost <= MAX_LOST and is_clean


def outlet_table(*, shows: bool) -> Iterator[str]:
    """How much goes from texts nobody marked, by pages seen, and what is not known of all."""
    known = outlets()
    whole = {host: {one.key for one in learn([p.lines for p in known[host]])} for host in known}
    for number in (*SEEN, 0):
        letters = removed = doubtful = 0
        lines: Counter[tuple[str, str]] = Counter()
        for host, pages in known.items():
            for drawn in draws(pages, number) if number else [pages]:
                found = learn([page.lines for page in drawn])
                doubted = {one.key for one in found} - whole[host]
                for page in drawn:
                    letters += len(solid(page.article.text))
                    out = [line for _, line in leave_out(page.article, memory_of(found)).left_out]
                    removed += sum(len(solid(line)) for line in out)
                    lines.update((host, line) for line in out)
                    names = [line for line in out if line_key(line) in doubted]
                    doubtful += sum(len(solid(line)) for line in names)
        seen = str(number or "all")
        yield f"| outlets | as stored | {seen} | {len(known)} | {removed / letters:.3%} removed |"
        yield f"| | of it on no list of the whole host | {seen} | | {doubtful / letters:.4%} |"
        if shows:
            yield from (f"    {count:5} {host}: {line}" for (host, line), count in lines.items())


def main() -> int:
    """Print the table; 1: more good text was lost, or less removed, than may be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.site_memory", description=__doc__)
    parser.add_argument("--show", action="store_true", help="every line taken out of the outlets")
    shows = parser.parse_args().show
    print("| hosts | text | pages seen | hosts | boilerplate in it | removed | good text lost |")
    print("|---|---|---|---|---|---|---|")
    kinds = {"demo": demo_hosts()}
    if FOLDER.exists():
        pages = read_pages()
        print(f"evaluation pages: {digest_of(pages)}", file=sys.stderr)
        kinds["grafted"] = grafted_hosts(pages)
    else:
        print("no evaluation pages here: the demo web alone", file=sys.stderr)
    is_good = True
    for name, hosts in kinds.items():
        for row, is_as_good in table(hosts, name):
            print(row, flush=True)
            is_good &= is_as_good
    if FOLDER.exists():
        print(*outlet_table(shows=shows), sep="\n")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
