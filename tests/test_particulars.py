from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pysqlite3.dbapi2 as sqlite  # noqa: TID251  # an older program made the file
import pytest
from sqlite_utils import Database  # noqa: TID251  # as above

from ingest.corpus.families import particulars_of
from ingest.corpus.migrations import APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION
from ingest.corpus.schema_particulars import PARTICULARS
from ingest.corpus.store import Corpus
from ingest.corpus.texts import pack, unpack
from ingest.items import Article, Kind
from ingest.web.schema import comments_of_table
from tests.rows import article

if TYPE_CHECKING:
    from pathlib import Path

BAKU = timezone(timedelta(hours=4))
WHOLE = article(
    "https://herald.test/a",
    "The pier will stand.",
    standfirst="Mending begins in May.",
    published=datetime(2025, 3, 1, 10, tzinfo=BAKU),
    published_confidence=0.99,
    modified=datetime(2025, 3, 2, 10, tzinfo=BAKU),
    author="Ann Lee, Bo Ek",
    agency="Reuters",
    section="Harbour",
    picture="https://herald.test/pier.jpg",
    is_paywalled=False,
    kind=Kind.LIVE,
    provenance=(("author", "json-ld"), ("title", "html")),
    links=(("https://herald.test/b", "before"),),
)


@pytest.mark.parametrize("one", [WHOLE, article("https://herald.test/b", "So it will.")])
def test_an_article_comes_back_as_it_was_stored(one: Article) -> None:
    stated = one.published.astimezone(UTC).isoformat() if one.published else None

    assert unpack({"url": one.url, "published": stated, "article_z": pack(one)}) == one


def test_columns_say_what_the_article_says() -> None:
    row = particulars_of(WHOLE)

    assert row.keys() == {column.split()[0] for column, _ in PARTICULARS}
    assert row["modified"] == "2025-03-02T06:00:00Z"
    assert json.loads(row["provenance"]) == {"author": "json-ld", "title": "html"}


def test_an_older_corpus_keeps_its_articles_and_its_comments(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    older = sqlite.connect(path, isolation_level=None)
    MIGRATIONS.apply(Database(older), stop_before="m004_particulars")
    older.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    older.execute("PRAGMA user_version = 3")
    before = older.execute("SELECT sql FROM sqlite_schema WHERE name = 'articles'").fetchone()[0]
    older.execute(
        "INSERT INTO articles (id, title, outlet, relevance, why, lead, words, url, first_seen, "
        "run, page, sha256, extractor, text) VALUES (7, 'The pier', 'herald.test', 0.9, 'it is', "
        "'', 4, 'https://herald.test/a', '2025-03-01T10:00:00Z', 1, 1, '', 'test 1', 'It stands.')"
    )
    older.close()
    corpus = Corpus(path)
    after = corpus._value("SELECT sql FROM sqlite_schema WHERE name = 'articles'")
    row = corpus._row("SELECT * FROM articles WHERE id = 7")

    assert row is not None
    assert (row["text"], row["kind"], row["agency"]) == ("It stands.", "article", None)
    assert corpus._value("PRAGMA integrity_check") == "ok"
    assert corpus._value("PRAGMA user_version") == SCHEMA_VERSION
    meanings = {column.split()[0]: meaning for column, meaning in PARTICULARS}
    assert comments_of_table(after) == comments_of_table(before) | meanings
    assert list(row) == list(comments_of_table(after))
    corpus.close()
    assert corpus.path == path
