"""The demo web, crawled in every way there is: one corpus comes out."""

from __future__ import annotations

from contextlib import closing
from shutil import copytree
from typing import TYPE_CHECKING

import pytest

from ingest.archive import read_record
from ingest.corpus import Corpus
from ingest.demo.run import FLOOR, ScoredDemo
from ingest.demo.server import DemoServer
from ingest.demo.web import DemoWeb, build_web
from tests.demo_reading import check_examples, check_lives
from tests.demo_web import (
    ask,
    crawl_backwards,
    crawl_by_command,
    crawl_by_daemon,
    crawl_by_scrapy,
    differences,
    everything,
    fresh,
)
from tests.web_figures import check_figures

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator
    from pathlib import Path

# One crawl of the whole web is dear: the daemon's is made once and read by many tests.
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def web() -> DemoWeb:
    return build_web()


@pytest.fixture(scope="module")
def crawled(web: DemoWeb, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = fresh(tmp_path_factory.mktemp("demo") / "daemon", web)
    with DemoServer(web) as server:
        crawl_by_daemon(folder, server)
    return folder


@pytest.fixture
def server(web: DemoWeb) -> Iterator[DemoServer]:
    with DemoServer(web) as started:
        yield started


# In another order of spiders the same is kept. Only the lines of unrelated addresses may differ:
# how deep a link lies, and so whether it is looked at, depends on where one came from.
KEPT_TABLES = ("articles", "copies", "revisions", "links", "edges", "seeds", "stories")


@pytest.mark.parametrize(
    ("crawl", "tables"),
    [(crawl_by_scrapy, None), (crawl_by_command, None), (crawl_backwards, KEPT_TABLES)],
)
def test_every_way_of_crawling_gives_the_same_corpus(
    crawl: Callable[[Path, DemoServer], None],
    tables: tuple[str, ...] | None,
    web: DemoWeb,
    crawled: Path,
    server: DemoServer,
    tmp_path: Path,
) -> None:
    folder = fresh(tmp_path / "workspace", web)
    crawl(folder, server)
    expected, got = everything(crawled), everything(folder)

    for table in tables or expected:
        assert differences(got[table], expected[table]) == [], table
        assert len(got[table]) == len(expected[table]), table
    assert len(expected["articles"]) > 30


def test_demo_web_ends_as_its_gold_says(web: DemoWeb, crawled: Path) -> None:
    with closing(Corpus(crawled / "corpus.db", readonly=True)) as corpus:
        scored = ScoredDemo.of(corpus, web.gold)

    assert scored.outcomes.share >= FLOOR, scored.outcomes.wrong


def test_counts_of_every_run_add_up(crawled: Path) -> None:
    unequal = ask(
        crawled,
        "SELECT id FROM runs WHERE fetched <> new_articles + copies + revisions + unchanged + "
        "off_topic + rejected + robots + gone + errors OR fetched <> "
        "(SELECT count(*) FROM fetches WHERE run = runs.id) OR outcome <> 'finished'",
    )
    standing = ask(
        crawled,
        "SELECT (SELECT count(*) FROM pages) AS pages, (SELECT sum(pages) FROM ledger) AS counted, "
        "(SELECT count(*) FROM articles) AS articles, "
        "(SELECT count(*) FROM pages WHERE outcome = 'article') AS article_pages, "
        "(SELECT count(*) FROM pages WHERE outcome IN ('waiting') OR leased_until) AS open",
    )[0]

    assert unequal == []
    assert standing["pages"] == standing["counted"]
    assert standing["articles"] == standing["article_pages"]
    assert standing["open"] == 0


def test_every_page_that_was_read_lies_in_the_archive(crawled: Path) -> None:
    rows = ask(
        crawled,
        "SELECT f.warc, f.warc_offset, f.bytes, p.url FROM fetches f "
        "JOIN pages p ON p.id = f.page WHERE f.outcome IN ('article', 'copy', 'off-topic')",
    )
    for row in rows:
        record = read_record(crawled / "archive" / row["warc"], row["warc_offset"])
        assert len(record.body) == row["bytes"], row["url"]

    assert len(rows) > 100


def test_second_poll_of_an_unchanged_web_asks_only_whether_it_changed(
    crawled: Path, server: DemoServer, tmp_path: Path
) -> None:
    folder = copytree(crawled, tmp_path / "workspace")
    before = everything(folder)
    crawl_by_daemon(folder, server, hours_ahead=0.75)  # sources are due, articles are not yet
    # A list that was read as a page is a source that is looked at again later than others.
    hubs = "SELECT source FROM hubs WHERE source IS NOT NULL"
    found = ask(folder, f"SELECT url FROM sources WHERE id NOT IN ({hubs})")
    sources = {row["url"] for row in found}
    retried = {row["url"] for row in ask(folder, "SELECT url FROM pages WHERE outcome = 'failed'")}
    known = sources | retried
    pages = [one.url for one in server.log if one.url not in known and "robots.txt" not in one.url]
    able = {  # one outlet of the demo sends no validators; there the body is compared
        row["url"]
        for row in ask(
            folder, "SELECT url FROM sources WHERE coalesce(etag, last_modified) IS NOT NULL"
        )
    }
    polled = [one for one in server.log if one.url in able and "robots.txt" not in one.url]

    assert pages == []
    assert len(polled) > len(able) // 2
    assert all(one.was_conditional and one.status == 304 for one in polled), polled
    assert everything(folder) == before


def test_changed_article_is_a_revision_and_a_vanished_one_is_kept(
    crawled: Path, server: DemoServer, tmp_path: Path
) -> None:
    folder = copytree(crawled, tmp_path / "workspace")
    server.switch(build_web(poll=2))
    crawl_by_daemon(folder, server, hours_ahead=6)
    (revision,) = ask(folder, "SELECT * FROM changes")
    (gone,) = ask(folder, "SELECT url, text FROM articles WHERE gone_since IS NOT NULL")

    assert "frontline-tbilisi.test" in revision["url"]
    assert revision["title_changed"] == 1
    assert revision["words_added"] > 20
    assert "nevskiy-obzor.test" in gone["url"]
    assert len(gone["text"]) > 500
    assert ask(folder, "SELECT sum(new_articles) AS n FROM runs WHERE id > 3") == [{"n": 2}]


def test_the_examples_of_every_help_run(crawled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_examples(crawled, capsys) > 20


def test_the_life_of_an_address_is_what_the_corpus_holds(
    crawled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = check_lives(crawled, capsys)

    assert asked >= {"article", "copy", "skipped", "off-topic", "rejected", "robots"}


def test_figures_of_the_web_are_those_of_the_rows_they_lead_to(
    crawled: Path, runner: asyncio.Runner
) -> None:
    pytest.importorskip("datasette", reason="the web extra is not installed")
    checked = check_figures(crawled / "corpus.db", runner)

    assert all(checked.values())
    assert sum(checked.values()) > 100
