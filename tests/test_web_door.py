"""Who is answered, what of a corpus may be denied, and what is left alone beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from ingest.corpus.browsing_feeds import ARTICLE_LISTS
from ingest.web import plugin
from ingest.web.feeding import FED, _found, tables_of
from ingest.web.pages import PAGES
from ingest.web.queries import QUERIES
from ingest.web.views import Asked, Links
from tests.filled import fill
from tests.rows import NOW

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.corpus import Corpus

pytest.importorskip("datasette", reason="the web extra is not installed")
from datasette.utils import StartupError, escape_fts
from datasette.utils.sqlite import sqlite3

from tests.test_web_site import Web

_INNER = ("_", "articles_fts_")  # what SQLite and its index keep for themselves
#: Views whose rows a page shows though it asks for them by their tables: who is denied the view is
#: to see none of them.
_ASKED_IN_OTHER_WORDS = {"article": {"passages"}}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    corpus = fill(tmp_path_factory.mktemp("door") / "anyname.db")
    yield corpus
    corpus.close()


@pytest.fixture(scope="module")
def web(corpus: Corpus, runner: asyncio.Runner) -> Iterator[Web]:
    web = Web(corpus.path, runner)
    yield web
    web.close()


def test_one_host_may_be_named_without_a_list(corpus: Corpus, runner: asyncio.Runner) -> None:
    web = Web(corpus.path, runner, metadata={"plugins": {"seedbed": {"hosts": "corpus.example"}}})
    try:
        answers = [web.get("/", host=host) for host in ("corpus.example", "evil.example", "c")]
    finally:
        web.close()

    assert [answer.status_code for answer in answers] == [200, 421, 421]


@pytest.mark.parametrize("hosts", ["*.example.org", ["a.example", "*.example.org"], {"a": 1}, [1]])
def test_hosts_that_are_no_names_are_refused_at_the_start(
    corpus: Corpus, runner: asyncio.Runner, hosts: Any
) -> None:
    web = Web(corpus.path, runner, metadata={"plugins": {"seedbed": {"hosts": hosts}}})
    try:
        with pytest.raises(StartupError, match="seedbed: hosts"):
            runner.run(web.datasette.invoke_startup())
    finally:
        web.close()


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A database of somebody else's."""
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE t AS SELECT '=1+1' AS a")
    connection.commit()
    connection.close()
    return tmp_path / "other.db"


def test_where_no_corpus_is_served_nothing_is_asked_or_added(
    other: Path, runner: asyncio.Runner
) -> None:
    web = Web(other, runner)
    try:
        page = web.get("/other/t", host="data.example.org")
        table = web.get("/other/t.csv", host="data.example.org")
    finally:
        web.close()

    assert (page.status_code, table.text) == (200, "rowid,a\r\n1,=1+1\r\n")
    assert "content-security-policy" not in page.headers


def test_pages_of_a_database_beside_a_corpus_are_left_alone(
    corpus: Corpus, other: Path, runner: asyncio.Runner
) -> None:
    web = Web(corpus.path, runner, immutables=[str(other)])
    try:
        for address in ("/other", "/other/t", "/other.json", "/o~74her/t"):
            assert "content-security-policy" not in web.get(address).headers, address
        for address in ("/?files=1", "/anyname/articles", "/_memory", "/-/plugins", "/oth%65r/t"):
            assert "content-security-policy" in web.get(address).headers, address
        assert web.get("/other/t.csv").text == "rowid,a\r\n1,=1+1\r\n"
        asked = web.get("/other.csv?sql=select+a+from+t").text
        refused = web.get("/other/t", host="data.example.org").status_code
    finally:
        web.close()

    assert asked == "a\r\n'=1+1\r\n"
    assert refused == 421


def test_a_file_that_cannot_be_asked_is_guarded_like_a_corpus(
    other: Path, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cannot_tell(*_: Any) -> None:
        return None

    monkeypatch.setattr(plugin, "_is_corpus", cannot_tell)
    web = Web(other, runner)
    try:
        assert web.get("/other/t", host="evil.example").status_code == 421
    finally:
        web.close()


def test_a_table_that_is_denied_closes_the_pages_and_feeds_made_of_it_and_no_other(
    corpus: Corpus, runner: asyncio.Runner
) -> None:
    denied: dict[str, Any] = {}
    web = Web(corpus.path, runner, metadata={"databases": {"anyname": {"tables": denied}}})
    made_of = {"/-/source/1": PAGES["source"].reads, "/-/run/1": PAGES["run"].reads,
               "/-/feed/what_changed.atom": tables_of("what_changed"),
               "/-/feed/story.json?story=1": tables_of("story")}  # fmt: skip
    try:
        for name in {table for page in PAGES.values() for table in page.reads}:
            denied[name] = {"allow": False}
            told = {one: web.get(f"/anyname{one}").status_code for one in made_of}
            del denied[name]

            assert told == {one: 403 if name in made_of[one] else 200 for one in made_of}, name
    finally:
        web.close()


def test_pages_and_feeds_read_no_table_that_is_not_asked_for(corpus: Corpus) -> None:
    read: set[str | None] = set()

    def note(action: int, table: str | None, *more: str | None) -> int:
        if action == sqlite3.SQLITE_READ:
            read.update((table, more[-1]))
        return int(sqlite3.SQLITE_OK)

    def told() -> set[str]:
        found = {name for name in read & known if name and not name.startswith(_INNER)}
        read.clear()
        return found

    connection = sqlite3.connect(corpus.path)
    connection.row_factory = sqlite3.Row
    plugin.prepare_connection(connection)
    connection.create_function("escape_fts", 1, escape_fts)
    known = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    connection.set_authorizer(note)
    for name, page in PAGES.items():
        for asked in ({}, {"story": "1"}, {"since": "2025-01-01"}):
            for key in ("1", "first.test"):
                page.read(connection, Asked(links=Links(base="/x"), now=NOW, key=key,
                                            arguments=asked))  # fmt: skip
        assert told() | _ASKED_IN_OTHER_WORDS.get(name, set()) == {*page.reads}, name
    lists = {**{q.name: q.sql for q in QUERIES if q.name in FED}, **ARTICLE_LISTS}
    for name, sql in lists.items():
        for value in ("1", "detained"):
            values = dict.fromkeys(re.findall(r":([a-z_]+)", sql), value)
            _found(connection, name, sql, values)
        assert told() <= {*tables_of(name)}, name
    connection.close()


@pytest.mark.parametrize(
    ("feed", "home", "title"),
    [("story.json?story=1", "story/1", "The raid"), ("story.json?story=99", "story/99", "Story 99"),
     ("outlet.json?outlet=first.test", "outlet/first~2Etest", "The First")],
)  # fmt: skip
def test_feed_of_a_story_or_an_outlet_is_called_as_it_is_and_leads_to_its_page(
    web: Web, feed: str, home: str, title: str
) -> None:
    told = web.get(f"/anyname/-/feed/{feed}").json()

    assert told["home_page_url"].endswith(f"/anyname/-/{home}")
    assert told["title"] == title
