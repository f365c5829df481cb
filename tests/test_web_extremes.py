"""Pages of what is very large or odd: what they leave out they say, and no figure is silent."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.corpus import browsing_feeds, browsing_outlets, browsing_stories, patience
from ingest.corpus.browsing_feeds import ARTICLE_LISTS, articles_of_question
from ingest.corpus.browsing_outlets import copying
from ingest.corpus.texts import pack
from ingest.silence import find_silences
from ingest.web.prose import Reason, paragraphs
from ingest.web.views import Asked, Links
from tests.filled import T1, T2, T3, add_article, add_copy, add_page, fill, insert
from tests.rows import NOW, article

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.corpus import Corpus

pytest.importorskip("datasette", reason="the web extra is not installed")
from datasette.app import Datasette
from datasette.cli import serve

from ingest.web.pages import article as article_page
from ingest.web.pages import matrix, story
from tests.test_web_site import Web

_COPIES = 30
_NO_REASON = Reason(figure="")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """An article that many carry, that changed and was fetched often, in a story of its own."""
    corpus = fill(tmp_path_factory.mktemp("extremes") / "anyname.db")
    with corpus.transaction():
        insert(corpus, "stories", id=2, title="Long", terms="", first_published=T1, articles=1,
               outlets=1)  # fmt: skip
        add_page(corpus, 50, outlet="first.test", outcome="article", article=50)
        add_article(corpus, 50, title="Carried", outlet="first.test", published=T1, story=2,
                    copies=_COPIES + 3)  # fmt: skip
        insert(corpus, "texts", page=50, canonical_key="test/50", url="https://test/50",
               published=T1, relevance=0.8, is_related=1, sample_size=1, why="a reason", run=1,
               first_seen=T1, article_z=pack(article("https://test/50", "The last.")))  # fmt: skip
        for number in range(_COPIES):
            carry(corpus, 100 + number, outlet="third.test", published=T2)
            insert(corpus, "revisions", article=50, page=50, seen=T3, title=f"Wording {number}",
                   new_title=f"Wording {number + 1}", title_changed=1, words_added=1, run=1,
                   words_removed=1, text=f"It was {number}.")  # fmt: skip
            insert(corpus, "events", article=50, page=50, kind="gone", at=T3, detail="", run=1)
            insert(corpus, "fetches", page=50, run=1, at=T3, outcome="unchanged", reason="same",
                   http_status=304, bytes=0)  # fmt: skip
            insert(corpus, "edges", a=50, b=100 + number, a_in_b=0.2, b_in_a=0.7, jaccard=0.2,
                   shared=40, is_exact=0, from_top=0, run=31, is_template=0, relation="near",
                   passage="x", passage_words=31, a_start=0, a_end=1, b_start=0,
                   b_end=1)  # fmt: skip
        carry(corpus, 200, outlet="first.test", published=T2, relation="same-url")
        carry(corpus, 201, outlet="first.test", published=T2, relation="near")
        carry(corpus, 202, outlet="second.test", published=None)
    yield corpus
    corpus.close()


def carry(corpus: Corpus, page: int, *, outlet: str, **more: Any) -> None:
    add_page(corpus, page, outlet=outlet, outcome="copy", article=50)
    add_copy(corpus, page, article=50, outlet=outlet, page=page,
             url=f"https://{outlet}/{page}", **more)  # fmt: skip


@pytest.fixture(scope="module")
def web(corpus: Corpus, runner: asyncio.Runner) -> Iterator[Web]:
    web = Web(corpus.path, runner)
    yield web
    web.close()


def test_article_shows_so_many_of_each_and_says_how_many_there_are(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("COPIES", "CHANGES", "EVENTS", "FETCHES"):
        monkeypatch.setattr(article_page, f"_MOST_{name}", 3)
    shown = web.page("/anyname/-/article/50")

    assert "Copies (33)" in shown
    assert 'The first 3; <a href="/anyname/copies?article=50">all 33</a>' in shown
    assert 'The last 3 changes; <a href="/anyname/revisions?article=50">all 30</a>' in shown
    assert 'The last 3 events; <a href="/anyname/events?article=50">all 30</a>' in shown
    assert "fetched 30 times" in shown
    assert 'The last 3; <a href="/anyname/fetches?page=50">all of them</a>' in shown
    assert re.findall("Wording <del>\\d+</del> <ins>(\\d+)</ins>", shown) == ["28", "29", "30"]


def test_article_says_that_what_it_shares_words_with_is_left_out(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Shares words with" in web.page("/anyname/-/article/1")
    monkeypatch.setattr(article_page, "_SHARED_LIMIT_MS", -1)
    monkeypatch.setattr(patience, "_STEPS", 1)

    assert "Left out, because it takes too long here: what it shares" in web.page(
        "/anyname/-/article/1"
    )


def test_wordings_are_compared_when_nothing_more_is_asked(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of a question runs on while wordings are compared."""
    asked: list[str] = []
    seen: list[int] = []

    def compared(*_: str) -> str:
        seen.append(len(asked))
        return ""

    monkeypatch.setattr(article_page, "changed", compared)
    corpus._raw.set_trace_callback(asked.append)
    article_page.read(corpus._raw, Asked(links=Links(base="/x"), now=NOW, key="50"))
    corpus._raw.set_trace_callback(None)

    assert set(seen) == {len(asked)}


def test_story_leaves_out_what_takes_too_long_and_shows_the_rest(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story, "_LIMIT_MS", -1)
    monkeypatch.setattr(patience, "_STEPS", 1)
    shown = web.page("/anyname/-/story/2")

    assert "too long to count: its days." in shown
    assert "too long to count: the outlets." in shown
    assert "Carried" in shown


def test_story_shows_the_first_articles_and_copies_and_leads_to_the_others(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsing_stories, "_MOST_COPIES", 2)
    shown = web.page("/anyname/-/story/2")

    assert len(re.findall('href="https://(?:first|third).test/[12]', shown)) == 2
    assert f'<a href="/anyname/copies?article=50">and {_COPIES + 1} more</a>' in shown
    monkeypatch.setattr(browsing_stories, "MOST_ARTICLES", 1)
    assert "The first 1 of" not in web.page("/anyname/-/story/2")


def test_story_of_more_articles_than_are_shown_says_so(
    corpus: Corpus, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    with corpus.transaction():
        corpus._run("UPDATE stories SET articles = 2 WHERE id = 2")
    monkeypatch.setattr(browsing_stories, "MOST_ARTICLES", 1)
    shown = web.page("/anyname/-/story/2")
    with corpus.transaction():
        corpus._run("UPDATE stories SET articles = 1 WHERE id = 2")

    assert "The first 1 of 2." in shown


def test_matrix_says_that_it_is_left_out(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "_STORY_LIMIT_MS", -1)
    monkeypatch.setattr(patience, "_STEPS", 1)

    assert "Left out, because so many copies" in web.page("/anyname/-/matrix?story=2")
    assert "Left out" not in web.page("/anyname/-/matrix?since=2025-07-01")


def test_matrix_of_a_story_leads_nowhere_and_of_an_outlet_itself_to_its_copies_alone(
    web: Web,
) -> None:
    of_story = web.page("/anyname/-/matrix?story=2")
    whole = web.page("/anyname/-/matrix")

    assert "/anyname/copies?" not in of_story
    assert "/anyname/copies?original=first.test&outlet=first.test&relation__not=same-url" in whole
    assert "/anyname/copies?original=first.test&outlet=third.test" in whole


def test_an_undated_copy_stands_where_it_was_found_and_its_figure_leads_nowhere(
    corpus: Corpus, web: Web
) -> None:
    shown = web.page("/anyname/-/matrix?since=2025-07-02&until=2025-07-02")
    day = datetime(2025, 7, 2, tzinfo=UTC)
    told = corpus.copying_in(day, day + timedelta(days=1), limit=99)

    pairs = {(row["original"], row["copying"]): row["copies"] for row in told}
    assert pairs == {
        ("first.test", "third.test"): _COPIES + 1, ("first.test", "first.test"): 1,
        ("first.test", "second.test"): 1,
    }  # fmt: skip
    for (original, copier), copies in pairs.items():
        assert f"{copier} carries {copies} text{'s' * (copies > 1)} of {original}" in shown
    assert "outlet=second.test" not in shown
    assert "published__gte=2025-07-02&published__lt=2025-07-03" in shown


@pytest.mark.parametrize("asked", ["2025-02-31", "9999-12-31", "x", "20250702", "0000-00-00"])
def test_what_is_no_day_is_no_filter(web: Web, asked: str) -> None:
    told = [web.page(f"/anyname/-/matrix?{name}={asked}") for name in ("since", "until")]

    assert told == [web.page("/anyname/-/matrix")] * 2


def test_the_copies_of_a_stretch_are_those_of_the_view(corpus: Corpus) -> None:
    def told(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        return [(row["original"], row["copying"], row["copies"]) for row in rows]

    assert told(copying(corpus._raw, since="0")) == told(copying(corpus._raw))
    hours = copying(corpus._raw, since="0", with_hours=True)
    assert {row["hours_later"] for row in hours} == {None, 24.0}


@pytest.mark.parametrize(
    ("since", "until"),
    [*combinations(["", "2025-07-02", "2025-07-02T12", "2025-07-03", "2999"], 2), ("2025-07", "")],
)
def test_a_stretch_is_all_less_what_lies_outside(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, since: str, until: str
) -> None:
    told = []
    for share in (-1.0, 1.0):
        monkeypatch.setattr(browsing_outlets, "_MOST_OF_ALL", share)
        told.append(copying(corpus._raw, since=since, until=until))

    assert told[0] == told[1]


def test_a_feed_ends_after_so_many_articles(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsing_feeds, "_MOST", 2)

    assert len(articles_of_question(corpus._raw, ARTICLE_LISTS["latest"], {})) == 2


@pytest.mark.parametrize(("found_by", "quiet"), [("settings", {1}), ("topic", set())])
def test_page_query_and_alarm_agree_on_what_is_quiet(
    tmp_path: Path, runner: asyncio.Runner, found_by: str, quiet: set[int]
) -> None:
    corpus = fill(tmp_path / "anyname.db")
    with corpus.transaction():
        corpus._run("UPDATE pages SET source = NULL")
        corpus._run("UPDATE sources SET last_ok = '2026-02-20T06:00:00Z', found_by = ? "
                    "WHERE id = 1", (found_by,))  # fmt: skip
        for day in range(1, 32):  # late in the evening: by the day of the calendar one day less
            add_page(corpus, 1000 + day, outlet="first.test", outcome="skipped", source=1,
                     first_seen=f"2026-01-{day:02}T22:00:00Z")  # fmt: skip
    web = Web(corpus.path, runner)
    try:
        said = {one for one in (1, 2) if "quiet though" in web.page(f"/anyname/-/source/{one}")}
        rows = web.get("/anyname/sources_now.json?_shape=array").json()
    finally:
        web.close()
    alarms = find_silences(corpus.heard_sources())
    corpus.close()

    assert said == quiet
    assert {row["source"] for row in rows if row["state"] == "quiet"} == quiet
    assert set(alarms) == quiet


def test_a_run_counts_what_it_found_and_leads_to_no_table_of_today(web: Web) -> None:
    shown = web.page("/anyname/-/run/1")

    assert "<dt>New articles</dt><dd>2</dd>" in shown
    assert "<dt>Copies</dt><dd>1</dd>" in shown


def test_failing_sources_of_the_front_page_are_those_that_are_asked(web: Web) -> None:
    assert 'href="/anyname/sources?state=active&failures__gt=0"' in web.page("/anyname")


def test_what_a_source_brought_is_counted_in_an_index(corpus: Corpus) -> None:
    plan = corpus._rows(
        "EXPLAIN QUERY PLAN SELECT outcome, count(*) FROM pages WHERE source = 1 GROUP BY outcome"
    )

    assert "USING COVERING INDEX pages_source" in plan[0]["detail"]


def test_one_more_article_of_the_commonest_language_counts_nothing_anew(tmp_path: Path) -> None:
    corpus = fill(tmp_path / "corpus.db")
    with corpus.transaction():
        corpus._run("UPDATE outlets SET language = 'en' WHERE id = 'first.test'")
        add_page(corpus, 60, outlet="first.test", outcome="article", article=60)
        before = corpus._value("SELECT total_changes()")
        add_article(corpus, 60, title="t", outlet="first.test", language="en", published=T1)
        same = corpus._value("SELECT total_changes()") - before
        add_page(corpus, 61, outlet="first.test", outcome="article", article=61)
        before = corpus._value("SELECT total_changes()")
        add_article(corpus, 61, title="t", outlet="first.test", language="az", published=T1)
        other = corpus._value("SELECT total_changes()") - before
    corpus.close()

    assert other == same + 1  # the row of the outlet


@pytest.mark.parametrize(
    ("text", "shown"),
    [("12. Mai war der Tag.", "<p dir=auto>12. Mai war der Tag.</p>"),
     ("1. One\n2. Two", '<ol start="1"><li dir=auto>One</li><li dir=auto>Two</li></ol>'),
     ("> 12. Mai", "<blockquote><p dir=auto>12. Mai</p></blockquote>"),
     ("2024. In that year", "<p dir=auto>2024. In that year</p>")],
)  # fmt: skip
def test_a_number_begins_an_item_where_its_neighbour_does(text: str, shown: str) -> None:
    assert paragraphs(text, _NO_REASON) == shown


@given(st.integers(min_value=1, max_value=5_000), st.sampled_from(["", "> ", "- "]))
def test_a_line_of_digits_is_no_item_however_long(digits: int, mark: str) -> None:
    shown = str(paragraphs(f"{mark}{'9' * digits}. x", _NO_REASON))

    assert re.sub("<[^>]*>", "", shown) == f"{'9' * digits}. x"


def test_search_takes_no_passage_of_a_text_that_says_a_word_a_thousand_times(
    tmp_path: Path, runner: asyncio.Runner
) -> None:
    corpus = fill(tmp_path / "anyname.db")
    with corpus.transaction():
        for number, words in ((60, 6000), (61, 20)):
            add_page(corpus, number, outlet="first.test", outcome="article", article=number)
            add_article(corpus, number, title="t", outlet="first.test", words=words,
                        text="quux " * words, lead="How it begins.")  # fmt: skip
    found = {row["id"]: row["snippet"] for row in corpus.search("quux", limit=9)}
    web = Web(corpus.path, runner)
    try:
        rows = web.get("/anyname/search.json?words=quux&_shape=array").json()
    finally:
        web.close()
    corpus.close()
    shown = {row["article"]: row["passage"] for row in rows}

    assert found[60] == shown[60] == "How it begins."
    assert "[quux]" in shown[61]
    assert "quux" in found[61]


@pytest.mark.parametrize(
    ("options", "shown"), [((), "false"), (("--setting", "suggest_facets", "on"), "true")]
)
def test_suggested_facets_are_off_but_for_who_asks_for_them(
    corpus: Corpus, options: tuple[str, ...], shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        serve.main([str(corpus.path), *options, "--get", "/-/settings.json"])

    assert f'"suggest_facets": {shown}' in capsys.readouterr().out


def test_suggested_facets_of_a_folder_with_settings_are_as_they_say(
    tmp_path: Path, runner: asyncio.Runner
) -> None:
    fill(tmp_path / "anyname.db").close()
    (tmp_path / "settings.json").write_text('{"suggest_facets": true}')
    datasette = Datasette([], config_dir=tmp_path)
    runner.run(datasette.invoke_startup())
    is_on = datasette.setting("suggest_facets")
    datasette.get_database("anyname").close()

    assert is_on


@pytest.mark.parametrize(("modified", "times"), [(T1, 0), (T2, 1)])
def test_a_change_at_the_time_of_publication_is_none(
    corpus: Corpus, web: Web, modified: str, times: int
) -> None:
    with corpus.transaction():
        corpus._run("UPDATE articles SET modified = ? WHERE id = 50", (modified,))
    shown = web.page("/anyname/-/article/50")

    assert shown.count("<dt>Changed</dt>") == times
