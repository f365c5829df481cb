from __future__ import annotations

import asyncio
import html
import re
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from ingest.corpus.base import iso
from ingest.corpus.migrations import MACHINE_TABLES
from ingest.web import plugin
from ingest.web.descriptions import SHOWN
from ingest.web.queries import QUERIES
from tests.filled import SCRIPT, add_article, add_page, fill, insert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ingest.corpus import Corpus

pytest.importorskip("datasette", reason="the web extra is not installed")
from datasette.app import Datasette
from datasette.plugins import pm
from datasette.utils.sqlite import sqlite3


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """A corpus that no test writes to."""
    corpus = fill(tmp_path_factory.mktemp("web") / "anyname.db")
    yield corpus
    corpus.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Corpus]:
    """A corpus for a test that writes."""
    corpus = fill(tmp_path / "anyname.db")
    yield corpus
    corpus.close()


class _Servers:
    """One Datasette for all that is asked of the same files: to start one takes 0.1 s."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._serving: dict[tuple[Path, ...], Any] = {}

    def ask(
        self, paths: tuple[Path, ...], urls: tuple[str, ...], between: Callable[[], None] | None
    ) -> list[Any]:
        if paths not in self._serving:
            self._serving[paths] = Datasette([str(path) for path in paths])
        datasette = self._serving[paths]

        async def asked() -> list[Any]:
            answers = [await datasette.client.get(url) for url in urls[:-1]]
            if between:
                between()
            return [*answers, await datasette.client.get(urls[-1])]

        return self._runner.run(asked())

    def close(self) -> None:
        for datasette in self._serving.values():
            datasette.executor.shutdown()
            for database in datasette.databases.values():
                database.close()


_serving: list[_Servers] = []  # so that `page` and `rows` are asked for in a line


@pytest.fixture(scope="module", autouse=True)
def _servers(runner: asyncio.Runner) -> Iterator[None]:
    _serving.append(_Servers(runner))
    yield
    _serving.pop().close()


def ask(*paths: Path, urls: tuple[str, ...], between: Callable[[], None] | None = None) -> Any:
    """The answers of one Datasette to each address; `between` runs before the last one.

    Other modules ask too; there each call has a Datasette of its own.
    """
    if not _serving:
        with asyncio.Runner() as runner, closing(_Servers(runner)) as servers:
            return servers.ask(paths, urls, between)
    return _serving[-1].ask(paths, urls, between)


def page(corpus: Corpus, address: str) -> str:
    (answer,) = ask(corpus.path, urls=(address,))
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def rows(corpus: Corpus, query: str, **arguments: str) -> list[dict[str, Any]]:
    asked = urlencode({"_shape": "array", **arguments})
    (answer,) = ask(corpus.path, urls=(f"/anyname/{query}.json?{asked}",))
    assert answer.status_code == 200, answer.text
    return list(answer.json())


def test_datasette_finds_the_plugin_by_its_entry_point() -> None:
    assert pm.get_plugin("seedbed") is plugin


def test_front_page_is_ours_where_one_corpus_is_served(filled: Corpus) -> None:
    front = page(filled, "/")

    assert '<a class="home" href="/anyname" aria-current="page">anyname</a>' in front
    assert 'href="/anyname?tables=1"' in front
    assert "<h1>Seedbed" in page(filled, "/?files=1")


def test_corpus_page_explains_itself_and_lists_every_query(filled: Corpus) -> None:
    shown = page(filled, "/anyname?tables=1")

    assert "Everything found about one story" in shown
    for query in QUERIES:
        assert f"/anyname/{query.name}" in shown
        assert html.escape(query.title, quote=False) in html.unescape(shown)


def test_machine_tables_are_hidden(filled: Corpus) -> None:
    shown = page(filled, "/anyname?tables=1")

    for name in (*MACHINE_TABLES, "articles_fts", "articles_fts_data", "sqlite_sequence"):
        assert f'href="/anyname/{name}"' not in shown
    assert 'href="/anyname/texts"' in page(filled, "/anyname?_show_hidden=1")


@pytest.mark.parametrize("name", SHOWN)
def test_every_table_and_view_opens_with_its_description(filled: Corpus, name: str) -> None:
    shown = html.unescape(page(filled, f"/anyname/{name}"))

    assert SHOWN[name].description in shown


@pytest.mark.parametrize("name", [name for name, shown in SHOWN.items() if shown.facets])
def test_facets_are_counted(filled: Corpus, name: str) -> None:
    (answer,) = ask(filled.path, urls=(f"/anyname/{name}.json",))

    assert set(answer.json()["facet_results"]) == set(SHOWN[name].facets)


def test_articles_come_latest_first_under_facets_that_name_outlets_and_seeds(
    filled: Corpus,
) -> None:
    (answer,) = ask(filled.path, urls=("/anyname/articles.json?_shape=objects&_labels=on",))
    said = answer.json()

    assert [row["id"] for row in said["rows"]] == [2, 1]
    facet = {one["value"]: one["label"] for one in said["facet_results"]["seed"]["results"]}
    assert facet == {1: "seed1.txt", 2: "seed2.txt"}
    assert said["rows"][0]["outlet"] == {"value": "second.test", "label": "second.test"}


def test_columns_of_a_page_say_what_they_mean(filled: Corpus) -> None:
    shown = html.unescape(page(filled, "/anyname/copies"))

    assert "share of the smaller text that stands in the other, 0..1" in shown


def test_articles_are_searched_without_regard_to_case_and_accents(filled: Corpus) -> None:
    (found, nothing) = ask(
        filled.path,
        urls=(
            "/anyname/articles.json?_search=S%C6%8FKI+konsert&_shape=objects",
            "/anyname/articles.json?_search=zebra&_shape=objects",
        ),
    )

    assert [row["id"] for row in found.json()["rows"]] == [2]
    assert nothing.json()["rows"] == []


@pytest.mark.parametrize("query", [query.name for query in QUERIES])
def test_every_query_answers_with_its_title_and_description(filled: Corpus, query: str) -> None:
    shown = page(filled, f"/anyname/{query}")

    told = next(one for one in QUERIES if one.name == query)
    assert told.title in html.unescape(shown)
    assert told.description in html.unescape(shown)


def test_no_query_hides_a_table_or_view() -> None:
    assert not {query.name for query in QUERIES} & {*SHOWN, *MACHINE_TABLES}


def test_new_since_yesterday_shows_only_what_is_new(own: Corpus) -> None:
    with own.transaction():
        add_page(own, 8, outlet="first.test", outcome="article")
        add_article(
            own, 3, title="Fresh", outlet="first.test", page=8, first_seen=iso(datetime.now(UTC))
        )

    assert [row["article"] for row in rows(own, "new_since_yesterday")] == [3]


def test_search_query_shows_the_passage_and_bears_any_input(filled: Corpus) -> None:
    (hit,) = rows(filled, "search", words="detained sputnik")

    assert hit["article"] == 1
    assert "[detained]" in hit["passage"]
    for words in ("", '"', "AND NOT", "*", "title:x", "'--", "(", "-", '""'):
        rows(filled, "search", words=words)


def test_copying_by_outlet_names_outlets_and_seeds(filled: Corpus) -> None:
    pairs = {(row["original"], row["copying"]): row for row in rows(filled, "copying_by_outlet")}

    assert pairs.keys() == {("first.test", "third.test"), ("seed: seed1.txt", "second.test")}
    assert pairs["first.test", "third.test"]["average_hours_later"] == 24.0
    assert len(rows(filled, "copying_by_outlet", outlet="third.test")) == 1


def test_second_address_within_an_outlet_is_no_copying(own: Corpus) -> None:
    with own.transaction():
        for number, outlet in ((8, "first.test"), (9, "third.test")):
            insert(
                own, "copies", id=number, article=1, outlet=outlet, title="t", page=number - 5,
                url="https://u.test", relation="same-url", similarity=1, first_seen="2025", run=1,
            )  # fmt: skip
    pairs = {(row["original"], row["copying"]): row for row in rows(own, "copying_by_outlet")}

    assert ("first.test", "first.test") not in pairs
    assert pairs["first.test", "third.test"]["copies"] == 2


def test_gone_addresses_quotes_and_translations_are_told(filled: Corpus) -> None:
    (gone,) = rows(filled, "gone_moved_back")
    (quote,) = rows(filled, "who_quotes_whom", outlet="second.test")
    (pair,) = rows(filled, "likely_translations")

    assert (gone["kind"], gone["title"], gone["detail"]) == ("gone", "Editor detained", "http 410")
    assert (quote["quoting_outlet"], quote["quoted_outlet"]) == ("first.test", "second.test")
    assert quote["passage"] == "the editor was detained"
    assert rows(filled, "who_quotes_whom", outlet="third.test") == []
    assert (pair["outlet"], pair["other_outlet"]) == ("first.test", "second.test")


def test_what_changed_shows_both_headlines(filled: Corpus) -> None:
    (change,) = rows(filled, "what_changed")

    assert (change["title_before"], change["title_after"]) == (
        "Editor questioned",
        "Editor detained",
    )
    assert change["url"] == "https://first.test/1"


def test_first_to_report_orders_a_family_by_date(own: Corpus) -> None:
    with own.transaction():
        insert(
            own, "copies", article=1, outlet="second.test", title="t", url="https://u.test",
            relation="near", similarity=0.9, first_seen="2025-07-02T00:00:00Z", page=4, run=1,
        )  # fmt: skip
        own._run("UPDATE articles SET copies = 2 WHERE id = 1")
    by_article, by_seed = rows(own, "first_to_report")

    assert (by_article["article"], by_article["first_outlet"]) == (1, "first.test")
    assert by_article["then_carried_by"] == "third.test +24.0 h, second.test (no date)"
    assert (by_seed["seed"], by_seed["first_outlet"]) == (1, "second.test")
    assert by_seed["then_carried_by"] is None


def test_refusals_are_counted_and_show_the_nearest_miss(filled: Corpus) -> None:
    told = {(row["outcome"], row["reason"]): row for row in rows(filled, "refusals")}

    assert told.keys() == {("off-topic", None), ("rejected", "list")}
    assert told["off-topic", None]["pages"] == 2
    assert told["off-topic", None]["url"] == "https://third.test/6"


@pytest.mark.parametrize("asked", ["http://third.test/3/", "THIRD.test/3", "ird.test/3"])
def test_why_address_finds_an_address_by_any_part_of_it(filled: Corpus, asked: str) -> None:
    (line,) = rows(filled, "why_address", url=asked)

    assert (line["outcome"], line["article"]) == ("copy", 1)
    assert line["named_by"] == "https://first.test/feed"


def test_why_address_takes_per_cent_signs_as_they_are(filled: Corpus) -> None:
    (line,) = rows(filled, "why_address", url="tags/%")

    assert line["url"] == "https://third.test/tags/%3Cb%3E"
    assert rows(filled, "why_address", url="a%b") == []
    assert rows(filled, "why_address", url="") == []


def test_seeds_matched_counts_articles_and_copies(filled: Corpus) -> None:
    told = {row["seed"]: row for row in rows(filled, "seeds_matched")}

    assert (told[1]["articles"], told[1]["copies"], told[1]["copied_by_outlets"]) == (1, 1, 1)
    assert (told[2]["articles"], told[2]["copies"]) == (1, 0)


def test_sources_now_puts_what_fails_first(filled: Corpus) -> None:
    states = [(row["source"], row["state"]) for row in rows(filled, "sources_now")]

    assert states == [(2, "failing"), (1, "active")]


@pytest.mark.parametrize(
    ("found_by", "state"), [("settings", "quiet"), ("topic", "active"), ("lists", "active")]
)
def test_sources_now_calls_a_source_quiet_and_never_a_query_or_a_list(
    own: Corpus, found_by: str, state: str
) -> None:
    with own.transaction():
        own._run("UPDATE pages SET source = NULL")
        own._run(
            "UPDATE sources SET last_ok = '2026-03-01T00:00:00Z', found_by = ? WHERE id = 1",
            (found_by,),
        )
        for day in range(1, 32):  # something new on each day of January, and nothing since
            add_page(
                own, 1000 + day, outlet="first.test", outcome="skipped", source=1,
                first_seen=f"2026-01-{day:02}T08:00:00Z",
            )  # fmt: skip
    told = {row["source"]: row["state"] for row in rows(own, "sources_now")}

    assert told == {1: state, 2: "failing"}


def test_run_history_counts_every_fetch(filled: Corpus) -> None:
    (run,) = rows(filled, "run_history")

    assert (run["fetched"], run["uncounted"]) == (3, 0)


def test_days_without_coverage_are_joined_into_stretches(filled: Corpus) -> None:
    until_today, between = rows(filled, "days_without_coverage")

    assert (between["first_day"], between["last_day"], between["days"]) == (
        "2025-07-04",
        "2025-07-07",
        4,
    )
    assert until_today["first_day"] == "2025-07-09"


def test_keys_lead_on_from_queries_and_views(filled: Corpus) -> None:
    asked = page(filled, "/anyname/copying_by_outlet?outlet=first.test")
    found = page(filled, "/anyname/search?words=detained")
    latest = page(filled, "/anyname/latest")

    assert 'href="/anyname/outlets/first' not in asked  # `original` may also be a seed document
    assert '<a href="/anyname/-/article/1">1</a>' in found
    assert '<a href="/anyname/-/outlet/first~2Etest">first.test</a>' in latest
    (target,) = ask(filled.path, urls=("/anyname/-/outlet/first~2Etest",))
    assert target.status_code == 200


def test_what_stands_in_a_key_is_escaped(filled: Corpus) -> None:
    shown = page(filled, "/anyname?" + urlencode({"sql": f"select '{SCRIPT[:8]}x\">' AS outlet"}))

    assert '<a href="/anyname/-/outlet/~3Cscript~3Ex~22~3E">&lt;script&gt;x&#34;&gt;</a>' in shown
    assert "<script>x" not in shown


def test_what_came_from_the_web_is_escaped(filled: Corpus) -> None:
    for address in ("articles", "articles/2", "latest", "search?words=konsert", "why_not"):
        shown = page(filled, f"/anyname/{address}")

        assert SCRIPT not in shown
        assert "<b>konsert" not in shown
        assert 'href="javascript:' not in shown
    assert html.escape(SCRIPT) in page(filled, "/anyname/articles/2").replace("&#39;", "&#x27;")


def test_no_page_asks_another_host(filled: Corpus) -> None:
    for address in ("/", "/anyname", "/anyname/articles", "/anyname/articles/1"):
        shown = page(filled, address)

        asked = re.findall(r"""<(?:link|script|img|iframe|form)[^>]+(?:https?:)?//[^"'>]*""", shown)
        assert [one for one in asked if "http://localhost/" not in one] == []


def test_foreign_database_is_left_alone(filled: Corpus, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.db"
    other = sqlite3.connect(foreign)
    other.execute("CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT, texts TEXT)")
    other.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY)")
    other.commit()
    other.close()
    front, database, table, query, ours = ask(
        filled.path,
        foreign,
        urls=("/", "/foreign", "/foreign/articles", "/foreign/search", "/anyname?tables=1"),
    )

    assert "<h1>Datasette" in front.text
    assert "Queries</h2>" not in database.text
    assert 'href="/foreign/texts"' in database.text
    assert SHOWN["articles"].description not in html.unescape(table.text)
    assert query.status_code == 404
    assert "Queries</h2>" in ours.text


def test_unreadable_file_is_left_to_datasette_to_complain_of(tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database at all " * 100)

    async def described() -> Any:
        datasette = Datasette([str(broken)], settings={"num_sql_threads": 0})
        await datasette.invoke_startup()  # where an exception would stop the server
        datasette.get_database("broken").close()
        return plugin.get_metadata(datasette)

    assert asyncio.run(described()) == {}


def test_what_the_daemon_writes_is_seen_at_once(own: Corpus) -> None:
    def daemon() -> None:
        with own.transaction():
            add_page(own, 8, outlet="first.test", outcome="article")
            add_article(own, 3, title="Fresh from the daemon", outlet="first.test", page=8)

    before, after = ask(own.path, urls=("/anyname/articles", "/anyname/articles"), between=daemon)

    assert "Fresh from the daemon" not in before.text
    assert "Fresh from the daemon" in after.text


def test_reader_is_not_stopped_by_an_open_write(own: Corpus) -> None:
    with own.transaction():
        add_page(own, 8, outlet="first.test", outcome="article")
        shown = page(own, "/anyname/pages")

    assert "https://first.test/1" in shown
    assert "https://first.test/8" not in shown


def test_metadata_of_the_user_wins_over_ours(filled: Corpus) -> None:
    mine = {"databases": {"anyname": {"tables": {"articles": {"description": "My own words"}}}}}

    async def shown() -> Any:
        datasette = Datasette([str(filled.path)], metadata=mine, settings={"num_sql_threads": 0})
        await datasette.invoke_startup()
        try:
            told = datasette.metadata(database="anyname", table="articles", key="description")
            facets = datasette.metadata(database="anyname", table="articles", key="facets")
            return told, facets
        finally:
            datasette.get_database("anyname").close()

    assert asyncio.run(shown()) == ("My own words", ["outlet", "language", "seed"])
    assert SHOWN["articles"].description in html.unescape(page(filled, "/anyname/articles"))


@pytest.mark.parametrize(
    ("mine", "found", "is_fed"),
    [({"search": "SELECT 2 AS mine"}, [{"mine": 2}], 403),
     ({"search": {"sql": "SELECT 2 AS mine", "allow": True}}, [{"mine": 2}], 403),
     ({"search": {"allow": False}}, None, 403), ({"other": "SELECT 1"}, [], 200)],
)  # fmt: skip
def test_saved_queries_of_the_user_win_and_close_ours(
    filled: Corpus, mine: dict[str, Any], found: list[Any] | None, is_fed: int
) -> None:
    async def told() -> list[Any]:
        datasette = Datasette(
            [str(filled.path)], metadata={"databases": {"anyname": {"queries": mine}}}
        )
        try:
            return [
                await datasette.client.get(f"/anyname/{one}")
                for one in ("search.json?_shape=array", "-/feed/search.atom", "search")
            ]
        finally:
            datasette.executor.shutdown()
            datasette.get_database("anyname").close()

    query, feed, shown = asyncio.run(told())

    assert (query.json() if query.status_code == 200 else None) == found
    assert feed.status_code == is_fed
    assert ("/-/feed/" in shown.text) == (is_fed == 200)
