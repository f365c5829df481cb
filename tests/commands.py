"""A small corpus for the tests of the commands, and what they read from it."""

from __future__ import annotations

import json
import logging
import os
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from ingest.cli import main
from ingest.corpus import Corpus
from ingest.corpus.texts import pack
from ingest.urls import address_key
from tests.rows import article

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONG = "https://a.test/" + "-".join(["very"] * 30)
AT = "2026-01-02T03:04:05Z"

ROWS: dict[str, list[dict[str, Any]]] = {
    "outlets": [
        {"id": "a.test", "name": "A Daily", "first_seen": AT, "last_seen": AT},
        {"id": "b.test", "name": None, "first_seen": AT, "last_seen": AT},
    ],
    "seeds": [
        {
            "id": 1, "file": "one.txt", "title": "The rift", "words": 300, "noise_share": 0.4,
            "sha256": "0" * 64, "text": "The rift grows.", "raw": "The rift grows.",
        }
    ],
    "runs": [
        {
            "id": 1, "started": AT, "finished": AT, "spider": "feeds", "trigger": "command",
            "outcome": "finished", "polled": 2, "polls_failed": 1, "fetched": 4, "new_articles": 1,
            "copies": 2, "rejected": 1, "seconds": 12.3, "version": "0.1.0", "message": None,
        },
        {
            "id": 2, "started": AT, "spider": "frontier", "trigger": "schedule",
            "outcome": "died", "version": "0.1.0", "message": "its process\x1b[2J died",
        },
    ],
    "sources": [
        {
            "id": 1, "outlet": "a.test", "kind": "feed", "url": "https://a.test/feed",
            "found_by": "settings", "every_minutes": 30, "next_due": AT, "last_ok": AT,
            "items_seen": 4, "articles_kept": 3,
        },
        {
            "id": 2, "outlet": "b.test", "kind": "sitemap", "url": "https://b.test/sitemap.xml",
            "found_by": "settings", "every_minutes": 30, "next_due": AT, "failures": 3,
            "last_error": "timed out",
        },
    ],
    "pages": [
        {
            "id": 1, "key": "", "url": "https://www.a.test/news/one", "outlet": "a.test",
            "outcome": "article", "reason": "0.91 like seed 1: Baku, Aliyev", "http_status": 200,
            "found_by": "feeds", "source": 1, "title": "Baku answers", "relevance": 0.91,
            "article": 1, "first_seen": AT, "last_fetched": AT, "next_check": AT, "run": 1,
        },
        {
            "id": 2, "key": "", "url": "https://b.test/copied", "outlet": "b.test",
            "outcome": "copy", "reason": "near: https://a.test/news/one (similarity 0.93)",
            "found_by": "feeds", "source": 1, "article": 1, "first_seen": AT,
            "last_fetched": AT, "run": 1, "http_status": 200,
        },
        {
            "id": 3, "key": "", "url": "https://b.test/of-a-seed", "outlet": "b.test",
            "outcome": "copy", "reason": "exact: seed one.txt (similarity 1.00)",
            "found_by": "links", "first_seen": AT, "last_fetched": AT, "run": 1,
        },
        {
            "id": 4, "key": "", "url": LONG, "outlet": "a.test", "outcome": "rejected",
            "reason": "list: 41 links, 12 words of prose", "found_by": "feeds", "source": 1,
            "first_seen": AT, "last_fetched": AT, "attempts": 2, "run": 1,
        },
    ],
    "articles": [
        {
            "id": 1, "published": AT, "title": "Baku answers Moscow\x1b]0;owned\x07",
            "outlet": "a.test", "relevance": 0.91, "seed": 1,
            "why": "0.91 like seed 1: Baku, Aliyev",
            "lead": "Baku answered.", "words": 6, "author": "A. Author", "language": "en",
            "url": "https://a.test/news/one", "copies": 1, "first_seen": AT, "run": 1, "page": 1,
            "sha256": "1" * 64, "extractor": "trafilatura 2.3",
            "text": "Baku answered Moscow’s note.\n" + "A long line about Baku. " * 20 + "\x1b[2J",
        }
    ],
    "copies": [
        {
            "article": 1, "outlet": "b.test", "published": "2026-01-02T05:04:05Z",
            "title": "Baku answers", "url": "https://b.test/copied", "relation": "near",
            "similarity": 0.93, "passage": "Baku answered", "hours_later": 2.0, "first_seen": AT,
            "page": 2, "run": 1,
        },
        {
            "seed": 1, "outlet": "b.test", "title": "The rift", "url": "https://b.test/of-a-seed",
            "relation": "exact", "similarity": 1.0, "first_seen": AT, "page": 3, "run": 1,
        },
    ],
    "revisions": [
        {
            "article": 1, "page": 1, "seen": AT, "title": "Baku asks", "new_title": "Baku answers",
            "title_changed": 1, "words_added": 12, "words_removed": 3, "run": 1, "text": "Before.",
        }
    ],
    "fetches": [
        {
            "page": page, "run": 1, "at": AT, "outcome": outcome, "reason": "as it is",
            "http_status": 200, "bytes": 12345,
        }
        for page, outcome in ((1, "article"), (2, "copy"), (3, "copy"), (4, "rejected"))
    ],
    "texts": [
        {
            "page": 2, "canonical_key": address_key("https://b.test/its-own-name"),
            "url": "https://b.test/its-own-name", "relevance": 0.9, "is_related": 1,
            "sample_size": 1,
            "why": "", "run": 1,
            "first_seen": AT, "article_z": pack(article("https://b.test/its-own-name", "A text.")),
        }
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    logging.captureWarnings(capture=False)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a small corpus; the working folder."""
    (tmp_path / "seeds").mkdir()
    with closing(Corpus(tmp_path / "corpus.db")) as corpus, corpus.transaction():
        for table, rows in ROWS.items():
            for row in rows:
                filled = row | {"key": address_key(row["url"])} if "key" in row else row
                columns = ", ".join(f'"{name}"' for name in filled)
                marks = ", ".join(f":{name}" for name in filled)
                corpus._run(f"INSERT INTO {table} ({columns}) VALUES ({marks})", filled)
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SEEDBED_")]:
        monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is no workspace yet; the working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main([*arguments, "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]
