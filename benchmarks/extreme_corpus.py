"""What no page must stand still at: a story of most articles, an article that everybody carries.

`add_extremes(path)` adds both to a corpus of `build_corpus`, in proportion to it: on 100,000
articles a story of 65,000, and an article of 10,000 copies, 1,000 changes, 20,000 fetches and
50 passages that others share with it.
"""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pysqlite3 import dbapi2 as sqlite  # noqa: TID251  # rows without a crawl

from ingest.corpus.base import iso
from ingest.corpus.texts import pack
from ingest.items import Article

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["GIANT_ARTICLE", "GIANT_STORY", "add_extremes"]

GIANT_ARTICLE = 2
GIANT_STORY = 1_000_000_000
_OF_STORY = 0.65  # of all articles
_COPIES, _CHANGES, _FETCHES, _SHARED = 10, 100, 5, 2000  # one for so many articles
_BEGAN = datetime(2026, 1, 1, 6, tzinfo=UTC)
# Copies that some counts leave out: second addresses, an outlet's own, those without a date.
_ODD = """
UPDATE copies SET outlet = original, relation = 'same-url' WHERE id % 25 = 0 AND original > '';
UPDATE copies SET outlet = original, relation = 'near' WHERE id % 25 = 1 AND original > '';
UPDATE copies SET published = NULL WHERE id % 37 = 0;
"""
_TEXT = "\n".join(" ".join(f"word{n}" for n in range(at, at + 60)) for at in range(0, 600, 60))


def add_extremes(path: Path) -> None:
    """Add them; the same rows at each call."""
    with closing(sqlite.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        ((articles,),) = connection.execute("SELECT count(*) FROM articles")
        ((pages,),) = connection.execute("SELECT max(id) FROM pages")
        outlets = [row[0] for row in connection.execute("SELECT id FROM outlets ORDER BY id")]
        connection.execute("DELETE FROM edges WHERE a = ?", (GIANT_ARTICLE,))
        for table, rows in (
            ("stories", _story(int(articles * _OF_STORY), outlets)),
            ("pages", _pages(articles // _COPIES, pages, outlets)),
            ("copies", _copies(articles // _COPIES, pages, outlets)),
            ("revisions", _changes(articles // _CHANGES)),
            ("fetches", _fetches(articles // _FETCHES)),
            ("edges", _edges(articles // _SHARED)),
        ):
            for row in rows:
                _write(connection, table, row)
        connection.execute(
            "UPDATE articles SET story = ? WHERE id <= ?",
            (GIANT_STORY, int(articles * _OF_STORY)),
        )
        connection.execute(
            "UPDATE stories SET articles = (SELECT count(*) FROM articles WHERE story = stories.id)"
        )
        connection.executescript(_ODD)
        connection.execute(
            "UPDATE runs SET fetched = (SELECT count(*) FROM fetches WHERE run = runs.id), "
            "revisions = (SELECT count(*) FROM revisions WHERE run = runs.id)"
        )
        text = Article(url="https://test/2", title="Carried", text=_TEXT, extractor="rows 1")
        connection.execute(
            "UPDATE texts SET article_z = ? WHERE page = ?", (pack(text), GIANT_ARTICLE)
        )
        connection.execute(
            "UPDATE articles SET copies = copies + ? WHERE id = ?",
            (articles // _COPIES, GIANT_ARTICLE),
        )
        connection.execute("ANALYZE")


def _write(connection: Any, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join(f":{name}" for name in row)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", row)


def _story(articles: int, outlets: list[str]) -> Iterator[dict[str, Any]]:
    yield {
        "id": GIANT_STORY, "title": "The story that all others belong to", "terms": "bala, kevov",
        "articles": articles, "outlets": len(outlets), "first_published": "2024-07-01T06:00:00Z",
        "last_published": "2026-06-30T06:00:00Z", "first_outlet": outlets[0],
    }  # fmt: skip


def _pages(count: int, after: int, outlets: list[str]) -> Iterator[dict[str, Any]]:
    for number in range(count):
        outlet, at = outlets[number % len(outlets)], iso(_BEGAN + timedelta(minutes=number))
        yield {
            "id": after + 1 + number, "key": f"{outlet}/carried/{number}", "outcome": "copy",
            "url": f"https://{outlet}/carried/{number}", "outlet": outlet, "found_by": "feeds",
            "reason": "carries another",
            "article": GIANT_ARTICLE, "title": "Carried", "first_seen": at, "last_fetched": at,
            "run": 1,
        }  # fmt: skip


def _copies(count: int, after: int, outlets: list[str]) -> Iterator[dict[str, Any]]:
    for number in range(count):
        outlet, at = outlets[number % len(outlets)], iso(_BEGAN + timedelta(minutes=number))
        yield {
            "article": GIANT_ARTICLE, "outlet": outlet, "published": at, "title": "Carried",
            "url": f"https://{outlet}/carried/{number}", "relation": "near", "similarity": 0.9,
            "passage": "word1 word2 word3", "passage_words": 3, "hours_later": number / 60,
            "first_seen": at, "page": after + 1 + number, "run": 1,
        }  # fmt: skip


def _changes(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield {
            "article": GIANT_ARTICLE, "page": GIANT_ARTICLE, "title": f"Wording {number}",
            "seen": iso(_BEGAN + timedelta(hours=number)), "new_title": f"Wording {number + 1}",
            "title_changed": 1, "words_added": 9, "words_removed": 9, "run": 1,
            "text": _TEXT.replace("word7", f"other{number}"),
        }  # fmt: skip


def _fetches(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield {
            "page": GIANT_ARTICLE, "run": 1, "at": iso(_BEGAN + timedelta(minutes=number)),
            "outcome": "unchanged", "reason": "as before", "http_status": 304, "bytes": 0,
        }  # fmt: skip


def _edges(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield {
            "a": GIANT_ARTICLE, "b": GIANT_ARTICLE + 1 + number, "a_in_b": 0.2, "b_in_a": 0.7,
            "jaccard": 0.18, "shared": 40, "is_exact": 0, "from_top": 0, "run": 31,
            "is_template": 0, "relation": "excerpt", "passage": "word1 word2 word3",
            "passage_words": 31, "a_start": 0, "a_end": 23, "b_start": 0, "b_end": 23,
        }  # fmt: skip
