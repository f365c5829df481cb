"""A corpus as large as one gets, filled without a crawl: `build_corpus(path, articles=100_000)`.

Rows alone are written, in the proportions of a story that many outlets carry: three copies an
article, some outlets far busier than others, two years of days, of which the first weeks are busy.
"""

from __future__ import annotations

import random
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pysqlite3 import dbapi2 as sqlite  # noqa: TID251  # rows without a crawl

from ingest.corpus import Corpus
from ingest.corpus.base import iso
from ingest.corpus.texts import pack
from ingest.items import Article

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["COPIES_PER_ARTICLE", "build_corpus"]

COPIES_PER_ARTICLE = 3
_OUTLETS, _PARTNERS, _DAYS, _SEEDS = 400, 12, 730, 5
_ARTICLES_PER_STORY, _PAGES_PER_RUN, _WORDS = 40, 200, 300
_BEGAN = datetime(2024, 7, 1, 6, tzinfo=UTC)
_LANGUAGES = ("en", "ru", "az", "tr", "ka")
_RELATIONS = (*("exact", "near") * 7, *("contains", "contained-in") * 2, "same-url")
_OUTCOMES = ("off-topic", "off-topic", "rejected", "skipped", "gone", "failed", "robots", "waiting")
_ROUTES = ("feeds", "sitemaps", "links", "search", "gdelt")
_BATCH = 5_000
_CACHE_KB = 1_000_000


def build_corpus(path: Path, *, articles: int) -> None:
    """Fill a corpus; the same rows at each call. What stands there under their numbers stays."""
    Corpus(path).close()
    with closing(sqlite.connect(path)) as connection:
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        connection.execute("PRAGMA journal_mode = DELETE")  # out of the log, or it cannot be off
        connection.execute("PRAGMA journal_mode = OFF")  # a build that is killed starts anew
        connection.execute("PRAGMA synchronous = OFF")
        for table, rows in _Rows(articles).tables():
            _insert(connection, table, rows)
        connection.execute("ANALYZE")
        connection.execute("PRAGMA journal_mode = WAL")


def _insert(connection: Any, table: str, rows: Iterator[dict[str, Any]]) -> None:
    with connection:
        batch = []
        for row in rows:
            batch.append(row)
            if len(batch) == _BATCH:
                _write(connection, table, batch)
                batch = []
        if batch:
            _write(connection, table, batch)


def _write(connection: Any, table: str, rows: Sequence[dict[str, Any]]) -> None:
    names = ", ".join(f'"{name}"' for name in rows[0])
    marks = ", ".join(f":{name}" for name in rows[0])
    connection.executemany(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", rows)


class _Rows:
    """The rows of each table; pages are numbered articles first, then copies, then the others."""

    def __init__(self, articles: int) -> None:
        self.articles, self.copies = articles, articles * COPIES_PER_ARTICLE
        self.others = articles * 4
        self.outlets = max(3, min(_OUTLETS, articles // 2))
        self.stories = max(1, articles // _ARTICLES_PER_STORY)
        self.runs = max(1, (articles + self.copies + self.others) // _PAGES_PER_RUN)
        self.sources = self.outlets * 2
        ends = ("a", "eku", "ir", "ov", "um", "yev", "zan", "gat", "mir", "tan")
        middles = ("al", "ev", "in", "or")
        self._words = [f"{a}{b}{c}" for a in "bkstr" for b in middles for c in ends]

    def tables(self) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
        """Tables in an order that leaves no key without its row but those that may wait."""
        yield "outlets", self._outlets()
        yield "seeds", self._seeds()
        yield "runs", self._runs()
        yield "sources", self._sources()
        yield "stories", self._stories()
        yield "pages", self._pages()
        yield "articles", self._articles()
        yield "copies", self._copies()
        yield "revisions", self._revisions()
        yield "events", self._events()
        yield "edges", self._edges()
        yield "texts", self._texts()
        yield "routes", self._routes()
        yield "fetches", self._fetches()
        yield "links", self._links()

    def _of(self, kind: str, number: int) -> random.Random:
        return random.Random(f"{kind} {number}")

    def _outlet(self, rng: random.Random) -> str:
        return f"outlet{self._drawn(rng)}.test"

    def _drawn(self, rng: random.Random) -> int:
        # The busiest has some 9 % of all, as outlets of a wide crawl have.
        return int(self.outlets * rng.random() ** 2.5)

    def _outlet_of(self, page: int) -> str:
        """Outlet of a page; few outlets copy from any one, and some of them much more."""
        rng = self._of("outlet", page)
        if not self.articles < page <= self.articles + self.copies:
            return self._outlet(rng)
        original = self._drawn(self._of("outlet", (page - 1) % self.articles + 1))
        partner = int(_PARTNERS * rng.random() ** 2)
        return f"outlet{(original * 7 + partner * partner * 3 + 1) % self.outlets}.test"

    def _at(self, rng: random.Random) -> datetime:
        day = int(_DAYS * rng.random() ** 1.6)
        return _BEGAN + timedelta(days=day, minutes=int(rng.triangular(0, 1439, 600)))

    def _outlets(self) -> Iterator[dict[str, Any]]:
        for number in range(self.outlets):
            yield {
                "id": f"outlet{number}.test", "name": f"Outlet {number}", "first_seen": iso(_BEGAN),
                "last_seen": iso(_BEGAN + timedelta(days=_DAYS)),
            }  # fmt: skip

    def _seeds(self) -> Iterator[dict[str, Any]]:
        for number in range(1, _SEEDS + 1):
            text = self._text(self._of("seed", number))
            yield {
                "id": number, "file": f"{number}.txt", "title": f"Seed {number}", "language": "en",
                "words": _WORDS, "noise_share": 0.2, "sha256": f"{number:064x}", "text": text,
                "raw": text,
            }  # fmt: skip

    def _runs(self) -> Iterator[dict[str, Any]]:
        for number in range(1, self.runs + 1):
            at = _BEGAN + timedelta(days=_DAYS) * number / self.runs
            yield {
                "id": number, "started": iso(at), "finished": iso(at + timedelta(minutes=4)),
                "spider": ("feeds", "frontier", "links")[number % 3], "trigger": "schedule",
                "outcome": "finished", "fetched": _PAGES_PER_RUN, "new_articles": _PAGES_PER_RUN,
                "seconds": 240.0, "version": "0.1",
            }  # fmt: skip

    def _sources(self) -> Iterator[dict[str, Any]]:
        for number in range(1, self.sources + 1):
            outlet = f"outlet{(number - 1) // 2}.test"
            yield {
                "id": number, "outlet": outlet, "kind": ("feed", "sitemap")[number % 2],
                "url": f"https://{outlet}/source{number}", "found_by": "settings",
                "every_minutes": 30, "next_due": iso(_BEGAN + timedelta(days=_DAYS)),
                "last_ok": iso(_BEGAN + timedelta(days=_DAYS - number % 7)),
                "failures": int(number % 31 == 0), "items_seen": 100, "articles_kept": 10,
            }  # fmt: skip

    def _stories(self) -> Iterator[dict[str, Any]]:
        for number in range(1, self.stories + 1):
            at = self._at(self._of("story", number))
            yield {
                "id": number, "title": f"Story {number}", "terms": "bala, kevov",
                "articles": _ARTICLES_PER_STORY, "outlets": 20, "first_published": iso(at),
                "last_published": iso(at + timedelta(days=9)), "first_outlet": "outlet0.test",
                "first_article": None,
            }  # fmt: skip

    def _pages(self) -> Iterator[dict[str, Any]]:
        for number in range(1, self.articles + self.copies + self.others + 1):
            kept = number <= self.articles + self.copies
            rng = self._of("page", number)
            is_article = number <= self.articles
            article = number if is_article else (number - 1) % self.articles + 1
            outcome = rng.choice(_OUTCOMES)
            at = iso(self._at(rng) + timedelta(hours=3))
            outlet = self._outlet_of(number)
            waits = not kept and outcome == "waiting"
            yield {
                "id": number, "key": f"{outlet}/{number}", "url": f"https://{outlet}/{number}",
                "outlet": outlet, "outcome": ("article" if is_article else "copy") if kept
                else outcome, "reason": f"{outcome}: relevance 0.21, below the cut 0.35",
                "found_by": rng.choice(("feeds", "sitemaps", "links", "gdelt")),
                "source": rng.randrange(self.sources) + 1 if rng.random() < 0.6 else None,
                "relevance": round(rng.random(), 3), "article": article if kept else None,
                "title": f"Headline {number}", "first_seen": at,
                "last_fetched": None if waits else at, "next_check": at if waits else None,
                "run": rng.randrange(self.runs) + 1,
            }  # fmt: skip

    def _articles(self) -> Iterator[dict[str, Any]]:
        for number in range(1, self.articles + 1):
            rng, outlet = self._of("article", number), self._outlet(self._of("outlet", number))
            at = self._at(rng)
            text = self._text(rng)
            yield {
                "id": number, "published": iso(at) if rng.random() < 0.97 else None,
                "title": f"Headline {number}", "outlet": outlet,
                "story": rng.randrange(self.stories) + 1 if rng.random() < 0.7 else None,
                "relevance": round(rng.random(), 3), "seed": rng.randrange(_SEEDS) + 1,
                "why": "relevance 0.80 (cut 0.35): sputnik, baku", "lead": text[:300],
                "words": _WORDS, "language": rng.choice(_LANGUAGES),
                "url": f"https://{outlet}/{number}", "copies": COPIES_PER_ARTICLE,
                "first_seen": iso(at + timedelta(hours=3)), "run": rng.randrange(self.runs) + 1,
                "page": number, "sha256": f"{number:064x}", "extractor": "rows 1", "text": text,
            }  # fmt: skip

    def _text(self, rng: random.Random) -> str:
        words = rng.choices(self._words, k=_WORDS)
        return "\n".join(" ".join(words[at : at + 60]) for at in range(0, _WORDS, 60))

    def _copies(self) -> Iterator[dict[str, Any]]:
        for number in range(1, self.copies + 1):
            page = self.articles + number
            rng = self._of("copy", number)
            article = (page - 1) % self.articles + 1
            of_seed = rng.random() < 0.01
            hours = round(rng.expovariate(1 / 9), 1)
            yield {
                "id": number, "article": None if of_seed else article,
                "seed": rng.randrange(_SEEDS) + 1 if of_seed else None,
                "outlet": self._outlet_of(page),
                "published": iso(self._at(self._of("article", article)) + timedelta(hours=hours)),
                "title": f"Headline {article}", "url": f"https://copy.test/{page}",
                "relation": rng.choice(_RELATIONS), "similarity": round(0.5 + rng.random() / 2, 3),
                "passage": "bala kevov sinir torum rorzan", "passage_words": 31,
                "hours_later": hours, "first_seen": iso(self._at(rng)), "page": page,
                "run": rng.randrange(self.runs) + 1,
            }  # fmt: skip

    def _revisions(self) -> Iterator[dict[str, Any]]:
        for number in range(1, self.articles // 5 + 1):
            rng = self._of("revision", number)
            article = rng.randrange(self.articles) + 1
            yield {
                "id": number, "article": article, "page": article, "seen": iso(self._at(rng)),
                "title": f"Was {article}", "new_title": f"Headline {article}",
                "title_changed": int(rng.random() < 0.2), "words_added": 5, "words_removed": 3,
                "run": rng.randrange(self.runs) + 1, "text": self._text(rng),
            }  # fmt: skip

    def _events(self) -> Iterator[dict[str, Any]]:
        for number in range(1, self.articles // 10 + 1):
            rng = self._of("event", number)
            article = rng.randrange(self.articles) + 1
            yield {
                "id": number, "article": article, "page": article, "at": iso(self._at(rng)),
                "kind": rng.choice(("lead", "gone", "moved-home", "back")), "detail": "http 410",
                "run": rng.randrange(self.runs) + 1,
            }  # fmt: skip

    def _edges(self) -> Iterator[dict[str, Any]]:
        for number in range(1, self.articles // 4):
            rng = self._of("edge", number)
            yield {
                "a": number, "b": number + 1 + rng.randrange(self.articles - number),
                "a_in_b": 0.2, "b_in_a": 0.7, "jaccard": 0.18, "shared": 40, "is_exact": 0,
                "from_top": 0, "run": 31, "is_template": 0,
                "relation": rng.choice(("excerpt", "overlap", "template", "near")),
                "passage": "bala kevov sinir torum rorzan", "passage_words": 31, "a_start": 0,
                "a_end": 23, "b_start": 0, "b_end": 23,
            }  # fmt: skip

    def _texts(self) -> Iterator[dict[str, Any]]:
        # One for all: what it says is asked for by no question that is timed, what it weighs is.
        said = self._text(self._of("packed", 1))
        packed = pack(Article(url="", title="Headline", text=said, extractor="made"))
        for page in range(1, self.articles + self.copies + 1):
            yield {
                "page": page, "canonical_key": f"test/{page}", "url": f"https://test/{page}",
                "published": iso(self._at(self._of("text", page))), "relevance": 0.8,
                "is_related": 1, "sample_size": 1, "why": "a reason", "run": 1,
                "first_seen": iso(_BEGAN), "article_z": packed,
            }  # fmt: skip

    def _routes(self) -> Iterator[dict[str, Any]]:
        for page in range(1, self.articles + self.copies + self.others + 1):
            rng = self._of("route", page)
            for route in sorted(rng.sample(_ROUTES, rng.choice((1, 1, 1, 2, 3)))):
                yield {"page": page, "route": route, "found": iso(_BEGAN)}

    def _fetches(self) -> Iterator[dict[str, Any]]:
        for page in range(1, self.articles + self.copies + self.others + 1):
            rng = self._of("fetch", page)
            outcome = "article" if page <= self.articles else "copy"
            kept = page <= self.articles + self.copies
            yield {
                "page": page, "run": rng.randrange(self.runs) + 1, "at": iso(_BEGAN),
                "outcome": outcome if kept else rng.choice(_OUTCOMES), "reason": "a reason",
                "http_status": 200, "bytes": 50_000,
            }  # fmt: skip

    def _links(self) -> Iterator[dict[str, Any]]:
        for article in range(1, self.articles + 1):
            rng = self._of("link", article)
            for number in range(3):
                outlet = self._outlet(rng)
                yield {
                    "article": article, "url": f"https://{outlet}/to{number}", "anchor": "here",
                    "target_outlet": outlet,
                }  # fmt: skip
