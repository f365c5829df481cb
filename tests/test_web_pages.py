"""The pages of stories, outlets, sources, runs, seeds, completeness, copying; and the feeds out."""

from __future__ import annotations

import html
import json
import re
import warnings
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from ingest.web.descriptions import SHOWN
from ingest.web.feeding import FED
from ingest.web.pages import PAGES
from ingest.web.pages.seeds import compared
from ingest.web.queries import QUERIES
from tests.filled import SCRIPT, add_article, add_copy, add_page, fill, insert

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.corpus import Corpus

pytest.importorskip("datasette", reason="the web extra is not installed")
from datasette.app import Datasette

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import feedparser

BASE = "/any~2Ename"
T5 = "2025-07-09T08:00:00Z"
HOSTILE = '"><img src=x onerror=alert(1)>.test'
OURS = (
    "story/1", "outlet/first.test", "source/1", "source/2", "run/1", "seed/1", "seeds",
    "completeness", "matrix",
)  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """A corpus of a handful of rows, some of them as a hostile web would have them."""
    corpus = fill(tmp_path_factory.mktemp("web") / "any.name.db")
    with corpus.transaction():
        insert(corpus, "outlets", id=HOSTILE, name=SCRIPT, first_seen=T5, last_seen=T5,
               homepage="javascript:alert('home')")  # fmt: skip
        add_page(corpus, 20, outlet=HOSTILE, outcome="article", article=20, title=SCRIPT)
        add_article(corpus, 20, title=SCRIPT, outlet=HOSTILE, published=T5, story=1,
                    url="javascript:alert('address')", why=SCRIPT)  # fmt: skip
        add_page(corpus, 21, outlet="first.test", outcome="copy", article=20)
        add_copy(corpus, 21, article=20, outlet="first.test", published=T5, page=21,
                 url="javascript:alert('copy')", title=SCRIPT)  # fmt: skip
        corpus._run("UPDATE stories SET title = ?, terms = ? WHERE id = 1", (SCRIPT, SCRIPT))
        corpus._run("UPDATE sources SET title = ?, because = ? WHERE id = 1", (SCRIPT, SCRIPT))
        corpus._run("UPDATE runs SET message = ? WHERE id = 1", (SCRIPT,))
        corpus._run("UPDATE seeds SET title = ?, raw = ? WHERE id = 1", (SCRIPT, f"{SCRIPT}\nx"))
    yield corpus
    corpus.close()


@pytest.fixture(scope="module")
def web(filled: Corpus, runner: asyncio.Runner) -> Iterator[Web]:
    datasette = Datasette([str(filled.path)])
    yield Web(datasette, runner)
    datasette.executor.shutdown()
    for database in datasette.databases.values():
        database.close()


class Web:
    """One Datasette over the corpus, for all that is asked of it."""

    def __init__(self, datasette: Any, runner: asyncio.Runner) -> None:
        self._datasette, self._runner = datasette, runner

    def get(self, address: str, **headers: str) -> Any:
        """The answer to an address within the corpus."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._runner.run(self._datasette.client.get(f"{BASE}{address}", headers=sent))

    def page(self, name: str) -> str:
        """One of our pages, with its blanks as one."""
        answer = self.get(f"/-/{name}")
        assert answer.status_code == 200, answer.text
        return " ".join(answer.text.split())


def test_no_page_lets_markup_or_scripts_of_the_web_through(web: Web) -> None:
    hostile = "outlet/~22~3E~3Cimg~20src~3Dx~20onerror~3Dalert~281~29~3E~2Etest"
    for name in (*OURS, hostile):
        told = web.page(name)

        assert SCRIPT not in told
        assert "<img src=x" not in told
        assert not re.search(r"""href=["']?\s*javascript:""", told, re.IGNORECASE)


def test_every_link_to_the_corpus_leads_somewhere(web: Web) -> None:
    links = {
        html.unescape(one).removeprefix(BASE)
        for name in OURS
        for one in re.findall(rf'href="({re.escape(BASE)}[^"]*)"', web.page(name))
    }

    assert len(links) > 30
    for link in sorted(links):
        assert web.get(link).status_code == 200, link


def test_what_has_no_title_can_be_seen_and_followed(tmp_path: Path, runner: asyncio.Runner) -> None:
    corpus = fill(tmp_path / "any.name.db")
    with corpus.transaction():
        corpus._run("UPDATE articles SET title = ''")
        corpus._run("UPDATE stories SET title = ' '")
    corpus.close()
    datasette = Datasette([str(corpus.path)])
    try:
        web = Web(datasette, runner)
        told = {name: web.page(name) for name in (*OURS, "article/1")}
        told |= {address: web.get(address).text for address in ("", "/articles", "/copies")}
        fed = feedparser.parse(web.get("/-/feed/latest.atom").content)
    finally:
        datasette.executor.shutdown()
        for database in datasette.databases.values():
            database.close()

    assert {name: re.findall(r"<a [^>]*>\s*</a>", page) for name, page in told.items()} == {
        name: [] for name in told
    }
    assert "without a title" in told["story/1"]
    assert {entry.title for entry in fed.entries} == {"without a title"}


@pytest.mark.parametrize(
    "name",
    ["story/99", "story/x", "story/9999999999999999999999", "story", "outlet/none.test", "outlet",
     "source/0", "run/-1", "seed/~C2~B2", "run/1.5"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(web: Web, name: str) -> None:
    answer = web.get(f"/-/{name}")

    assert answer.status_code == 404


def test_a_story_is_told_in_order_with_its_copies_folded(web: Web) -> None:
    told = web.page("story/1")

    assert told.index("Editor detained") < told.index("alert(&#39;headline&#39;)", 4000)
    assert "<details><summary>1 copy</summary>" in told
    assert "1 article, 0 copies" in told  # of a day, in the picture
    assert told.count("<svg") >= 1


def test_an_outlet_shows_its_work_and_who_copies_it(web: Web) -> None:
    told = web.page("outlet/first.test")

    assert "The First" in told
    assert "Share of its own work</dt><dd>0.50<" in told
    assert "original=first.test&amp;outlet=third.test" in told
    assert "Mon 08:00 UTC: 0" in told
    assert "Tue 08:00 UTC: 1" in told  # 1 July 2025


def test_a_source_says_how_it_is(web: Web) -> None:
    assert "failing, 4 times in a row" in web.page("source/2")
    assert "HTTP 503" in web.page("source/2")
    assert "outcome=off-topic" in web.page("source/1")


def test_a_run_leads_to_what_came_of_it(web: Web) -> None:
    told = web.page("run/1")

    assert "fetches?run=1&amp;outcome=article" in told
    assert "9.5" in told


def test_a_seed_shows_what_was_removed_and_by_which_rule() -> None:
    raw = "\n".join(
        ["Home", "Subscribe", "Editor detained in Baku", "",
         *(f"The {n}th sentence tells at some length what the police of Baku did on that day, and "
           "what the ministry of the interior in Moscow said of it afterwards." for n in range(6)),
         "Share on Facebook", "Comments (3)"]
    )  # fmt: skip
    from ingest.dumps import clean_dump

    cleaned = clean_dump(raw)
    lines, note = compared(raw, cleaned.title, cleaned.text)
    told = {text: (mark, rule) for mark, rule, text in lines}

    assert "the rules clean" in note
    assert told["Comments (3)"][0] == "-"
    assert told["Comments (3)"][1]
    assert told["Editor detained in Baku"] == ("=", "headline")
    assert [mark for mark, _, text in lines if text.startswith("The ")] == [""] * 6
    by_hand, said = compared(raw, None, "The 0th sentence tells.")
    assert "by hand" in said
    assert all(mark == "-" for mark, _, _ in by_hand)


def test_the_matrix_is_of_an_outlet_a_story_or_some_days(web: Web) -> None:
    everything = web.page("matrix")
    of_story = web.page("matrix?story=1&outlet=third.test")
    of_days = web.page("matrix?since=2025-07-02&until=2025-07-02")

    assert "seed: seed1.txt" in everything
    assert f'<a href="{BASE}/-/seed/1">seed: &lt;script&gt;' in everything
    assert "third.test carries 1 text of first.test" in of_story
    assert "seed: seed1.txt" not in of_story
    assert "seed: seed1.txt" not in of_days
    assert "published__gte=2025-07-02" in of_days
    assert "Nobody copied anybody" in web.page("matrix?since=2030-01-01")


def test_completeness_counts_by_week(web: Web) -> None:
    told = web.page("completeness")

    assert "2025-W27" in told
    assert "Texts found" in told


def test_keys_of_tables_lead_to_our_pages(web: Web) -> None:
    articles, latest = web.get("/articles"), web.get("/latest")

    assert 'href="/any~2Ename/-/outlet/first~2Etest"' in articles.text
    assert 'href="/any~2Ename/-/story/1"' in articles.text
    assert 'href="/any~2Ename/-/run/1"' in articles.text
    assert 'href="/any~2Ename/-/outlet/first~2Etest"' in latest.text


@pytest.mark.parametrize(
    ("feed", "entries"),
    [("latest", 3), ("search", 2), ("new_since_yesterday", 0), ("what_changed", 1), ("story", 2),
     ("outlet", 1)],
)  # fmt: skip
def test_lists_of_articles_are_feeds(web: Web, feed: str, entries: int) -> None:
    asked = "words=detained&story=1&outlet=first.test"
    atom, listed = (web.get(f"/-/feed/{feed}.{kind}?{asked}") for kind in ("atom", "json"))

    read = feedparser.parse(atom.content)
    assert not read.bozo
    assert len(read.entries) == entries
    assert atom.headers["content-type"].startswith("application/atom+xml")
    assert [one["id"] for one in json.loads(listed.content)["items"]] == [
        e.id for e in read.entries
    ]
    assert not any("javascript:" in entry.link for entry in read.entries)


@pytest.mark.parametrize("query", FED)
def test_every_query_of_articles_has_a_feed(web: Web, query: str) -> None:
    read = feedparser.parse(web.get(f"/-/feed/{query}.atom?words=detained").content)

    assert (read.bozo, read.version) == (False, "atom10")


def test_queries_of_articles_lead_to_their_feeds(web: Web) -> None:
    shown = web.get("/search?words=detained+editor").text
    feeds = [f"/any~2Ename/-/feed/search.{kind}?words=detained+editor" for kind in ("atom", "json")]

    for feed, kind in zip(feeds, ("atom+xml", "feed+json"), strict=True):
        assert re.search(
            f'<link rel="alternate" type="application/{re.escape(kind)}" title="[^"]+" '
            f'href="{re.escape(feed)}">', shown)  # fmt: skip
        assert f'<a href="{feed}">' in shown
    assert web.get("/new_since_yesterday").text.count("new_since_yesterday.atom") == 2
    for other in ("/refusals", "?sql=select+1", "/articles"):
        assert "/-/feed/" not in web.get(other).text


def test_an_entry_was_updated_when_its_text_was(web: Web) -> None:
    atom = web.get("/-/feed/outlet.atom?outlet=first.test")
    (entry,) = feedparser.parse(atom.content).entries

    assert (entry.updated, entry.published) == ("2025-07-03T08:00:00Z", "2025-07-01T08:00:00Z")
    assert entry.id.startswith("urn:uuid:")


def test_a_reader_that_asks_again_is_told_that_nothing_changed(web: Web) -> None:
    first = web.get("/-/feed/latest.atom")
    again = web.get("/-/feed/latest.atom", if_none_match=first.headers["etag"])

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("feed", ["refusals.atom", "none.atom", "refusals.json"])
def test_what_lists_no_articles_is_no_feed(web: Web, feed: str) -> None:
    answer = web.get(f"/-/feed/{feed}")

    assert answer.status_code == 404


def test_every_facet_has_an_index(filled: Corpus) -> None:
    tables = named(filled, "table")
    indexed = {
        (row["name"], row["column"])
        for row in filled._rows(
            'SELECT t.name, i.name AS "column" FROM sqlite_schema t, pragma_index_list(t.name) l, '
            "pragma_index_info(l.name) i WHERE t.type = 'table' AND i.seqno = 0 "
            "AND NOT l.partial"
        )
    }

    wanted = {(name, facet) for name in SHOWN.keys() & tables for facet in SHOWN[name].facets}
    assert wanted - indexed == set()


def named(corpus: Corpus, kind: str) -> set[str]:
    rows = corpus._rows("SELECT name FROM sqlite_schema WHERE type = ?", (kind,))
    return {row["name"] for row in rows}


def plan(corpus: Corpus, sql: str, **values: str) -> str:
    rows = corpus._rows(f"EXPLAIN QUERY PLAN {sql}", values)
    return "\n".join(row["detail"] for row in rows)


def test_no_view_asks_a_question_for_each_row(filled: Corpus) -> None:
    views = named(filled, "view")
    asking = {view for view in views if "CORRELATED" in plan(filled, f"SELECT * FROM {view}")}

    # Its rows are few, and each question is one look at an index; without it `show` of one article
    # would read the copies of all.
    assert asking == {"passages"}
    assert len(views) > 10


def test_who_told_a_story_and_not_another_is_counted_in_indexes(filled: Corpus) -> None:
    sql = next(query.sql for query in QUERIES if query.name == "silent_outlets")
    read = re.findall(
        "(?:SCAN|SEARCH) (?:articles|copies|[ac]) .*", plan(filled, sql, story="1", but_not="2")
    )

    assert len(read) == 10
    assert [one for one in read if "COVERING INDEX" not in one] == []


def test_outlets_that_told_a_story_and_not_another(filled: Corpus) -> None:
    sql = next(query.sql for query in QUERIES if query.name == "silent_outlets")
    told = filled._rows(
        "SELECT outlet FROM articles WHERE story = 1 UNION ALL SELECT c.outlet FROM copies c "
        "JOIN articles a ON a.id = c.article WHERE a.story = 1"
    )
    texts = Counter(row["outlet"] for row in told)
    rows = filled._rows(sql, {"story": "1", "but_not": "99"})

    assert {row["outlet"]: row["texts_of_the_first"] for row in rows} == texts
    assert len(texts) > 1
    assert filled._rows(sql, {"story": "1", "but_not": "1"}) == []


def test_the_queries_of_the_research_are_there() -> None:
    names = {query.name for query in QUERIES}

    assert names >= {
        "new_since_yesterday", "search", "one_story_in_order", "copying_by_outlet", "what_changed",
        "headlines_changed", "first_to_report", "first_in_each_story", "original_work",
        "silent_outlets", "days_without_coverage", "sources_now", "run_history", "refusals",
        "why_address", "seeds_matched",
    }  # fmt: skip
    assert PAGES.keys() >= {name.partition("/")[0] for name in OURS}


def test_the_language_of_an_outlet_is_that_of_most_of_its_articles(tmp_path: Path) -> None:
    corpus = fill(tmp_path / "corpus.db")
    with corpus.transaction():
        for number, language in ((8, "az"), (9, "az"), (10, None)):
            add_page(corpus, number, outlet="first.test", outcome="article", article=number)
            add_article(corpus, number, title="t", outlet="first.test", language=language)
        assert language_of(corpus) == "az"
        corpus._run("UPDATE articles SET language = 'en' WHERE id = 8")
        assert language_of(corpus) == "en"
        corpus._run("UPDATE pages SET article = NULL WHERE id IN (8, 9, 10)")
        corpus._run("DELETE FROM articles WHERE id IN (8, 9, 10)")
    assert language_of(corpus) == "en"
    corpus.close()


def language_of(corpus: Corpus) -> Any:
    return corpus._value("SELECT language FROM outlets WHERE id = 'first.test'")


def test_a_copy_names_the_outlet_of_what_it_carries(tmp_path: Path) -> None:
    corpus = fill(tmp_path / "corpus.db")
    told = "SELECT id, original FROM copies ORDER BY id"

    assert [row["original"] for row in corpus._rows(told)] == ["first.test", None]
    with corpus.transaction():
        corpus._run("UPDATE articles SET outlet = 'second.test' WHERE id = 1")
    assert [row["original"] for row in corpus._rows(told)] == ["second.test", None]
    corpus.close()


def test_what_was_captured_follows_pages_texts_and_routes(tmp_path: Path) -> None:
    corpus = fill(tmp_path / "corpus.db")

    def captured() -> Any:
        row = corpus._row("SELECT week, routes FROM captures WHERE page = 1")
        return (row["week"], row["routes"]) if row else None

    assert captured() == ("2025-W27", "")
    with corpus.transaction():
        insert(corpus, "routes", page=1, route="links", found=T5)
        insert(corpus, "routes", page=1, route="feeds", found=T5)
        assert captured() == ("2025-W27", "feeds+links")
        corpus._run("UPDATE texts SET published = ? WHERE page = 1", (T5,))
        corpus._run("DELETE FROM routes WHERE page = 1 AND route = 'links'")
        assert captured() == ("2025-W28", "feeds")
        corpus._run("UPDATE pages SET outcome = 'off-topic' WHERE id = 1")
        assert captured() is None
        corpus._run("UPDATE pages SET outcome = 'article' WHERE id = 1")
    assert captured() == ("2025-W28", "feeds")
    corpus.close()
