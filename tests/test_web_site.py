"""The frame of our pages: whose question is answered and how; the front page and the article."""

from __future__ import annotations

import contextlib
import html
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.corpus.patience import in_time
from ingest.web.door import is_our_host
from ingest.web.prose import Reason, changed, paragraphs, read_reason
from ingest.web.site import read_in_time
from tests.filled import SCRIPT, add_article, add_page, fill

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.corpus import Corpus

pytest.importorskip("datasette", reason="the web extra is not installed")
from datasette.app import Datasette
from datasette.utils.sqlite import sqlite3

WHY = (
    "relevance 0.91 (cut 0.42): baku, sputnik; nearest seed: The raid; "
    "most of it in “the editor was detained…”"
)
TEXT = "In Baku the editor was detained on Monday.\n- Sputnik said <b>no</b>\n> nothing"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    corpus = fill(tmp_path_factory.mktemp("site") / "anyname.db")
    with corpus.transaction():
        add_page(corpus, 30, outlet="second.test", outcome="article", article=30, reason=WHY)
        add_article(corpus, 30, title="Told again", outlet="second.test", why=WHY, text=TEXT,
                    published="2025-07-04T12:00:00Z", story=1)  # fmt: skip
        corpus._run(
            "INSERT OR REPLACE INTO topic_state (key, value) VALUES ('topic', ?)",
            (json.dumps({"names": ["baku"], "weights": {"@baku": 2.0, "the": 0.1},
                         "spellings": {"@baku": "Baku"}}),),
        )  # fmt: skip
    yield corpus
    corpus.close()


class Web:
    """One Datasette, for all that is asked of it."""

    def __init__(self, path: Path, runner: asyncio.Runner, **options: Any) -> None:
        self.datasette, self._runner = Datasette([str(path)], **options), runner

    def get(self, address: str, **headers: str) -> Any:
        return self._runner.run(self.datasette.client.get(address, headers=headers))

    def post(self, address: str, **form: Any) -> Any:
        return self._runner.run(self.datasette.client.post(address, **form))

    def page(self, address: str) -> str:
        answer = self.get(address)
        assert answer.status_code == 200, answer.text
        return " ".join(html.unescape(answer.text).split())

    def close(self) -> None:
        self.datasette.executor.shutdown()
        for database in self.datasette.databases.values():
            database.close()


@pytest.fixture(scope="module")
def web(corpus: Corpus, runner: asyncio.Runner) -> Iterator[Web]:
    web = Web(corpus.path, runner)
    yield web
    web.close()


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.0.0.1:8001", "localhost:8001", "LOCALHOST.", "me.localhost", "[::1]:80",
     "[::1]", "192.168.0.9", None],
)  # fmt: skip
def test_names_of_this_machine_are_answered(host: str | None) -> None:
    assert is_our_host(host, ())


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "", "a b"]
)
def test_other_names_are_answered_only_if_listed(host: str) -> None:
    assert not is_our_host(host, ())
    assert is_our_host(host, ("*",))


def test_a_listed_name_is_answered_in_any_spelling() -> None:
    assert is_our_host("Corpus.Example.:443", ("corpus.example",))
    assert not is_our_host("sub.corpus.example", ("corpus.example",))


def test_a_question_for_another_host_is_refused(web: Web) -> None:
    for address in ("/", "/anyname/-/article/1", "/anyname/articles.json", "/-/seedbed/label"):
        answer = web.get(address, host="evil.example")

        assert answer.status_code == 421
        assert "Editor detained" not in answer.text


def test_hosts_of_the_configuration_are_answered(corpus: Corpus, runner: asyncio.Runner) -> None:
    listed = {"plugins": {"seedbed": {"hosts": ["corpus.example"]}}}
    web = Web(corpus.path, runner, metadata=listed)
    try:
        answers = [web.get("/", host=host) for host in ("corpus.example:8001", "evil.example")]
    finally:
        web.close()

    assert [answer.status_code for answer in answers] == [200, 421]


@pytest.mark.parametrize(
    "address", ["/", "/anyname", "/anyname/-/article/1", "/anyname/-/matrix", "/anyname/-/seeds"]
)
def test_our_pages_run_nothing_and_load_nothing_but_our_style(web: Web, address: str) -> None:
    headers = web.get(address).headers
    policy = headers["content-security-policy"].split("; ")

    assert "default-src 'none'" in policy
    assert "style-src 'self'" in policy
    assert not any(rule.startswith("script-src") for rule in policy)
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("address", ["/anyname?tables=1", "/anyname/articles", "/anyname.json"])
def test_pages_of_datasette_load_nothing_from_elsewhere(web: Web, address: str) -> None:
    policy = web.get(address).headers["content-security-policy"]

    assert "http" not in policy
    assert "*" not in policy
    assert "frame-ancestors 'none'" in policy


def test_style_sheet_is_found_where_pages_say_and_may_be_kept(web: Web) -> None:
    (address,) = re.findall(r'rel="stylesheet" href="([^"]+)"', web.get("/anyname").text)
    answer = web.get(address)

    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    assert web.get("/-/seedbed/seedbed-000000000000.css").text == answer.text


def test_pages_of_datasette_have_our_colours_and_only_those_of_a_corpus(web: Web) -> None:
    shown = [
        web.get(f"/anyname{path}").text for path in ("/articles", "/original_work", "?tables=1")
    ]
    (address,) = {one for text in shown for one in re.findall('href="(/-/seedbed/[^"]+)"', text)}

    assert "prefers-color-scheme: dark" in web.get(address).text
    assert address not in web.get("/-/plugins").text


def test_what_is_not_there_leads_back_to_what_is(web: Web) -> None:
    answer = web.get("/anyname/-/article/999")

    assert answer.status_code == 404
    assert "There is no article 999 in this corpus" in answer.text
    assert '<a href="/anyname">What this corpus is about</a>' in answer.text


def test_a_cell_of_a_query_with_nothing_in_it_is_empty(web: Web) -> None:
    cells = re.findall("<td[^>]*>(.*?)</td>", web.get("/anyname/sources_now").text, re.DOTALL)

    assert "" in cells
    assert not {"&nbsp;", "\xa0", "None"} & {*cells}


def test_front_page_tells_the_topic_the_figures_and_the_latest(web: Web) -> None:
    front = web.page("/anyname")

    assert '<h1 dir="auto">Baku' in front
    assert '<p class="file">anyname</p>' in front
    assert re.search("<title>Baku.* · anyname</title>", front)
    assert '<a class="name" href="/anyname/search?words=Baku">Baku</a>' in front
    assert "by day of publication" in front
    assert "<b>3</b> <span>articles</span>" in front
    assert "<b>1</b> <span>sources failing</span>" in front
    assert front.index("Told again") > front.index("<h2")
    assert "relevance 0.91 (cut 0.42): baku, sputnik" in front
    assert "<svg" in front
    assert 'href="/anyname/-/story/1"' in front


def test_article_without_a_date_is_among_the_latest_by_when_it_was_first_seen(
    tmp_path: Path, runner: asyncio.Runner
) -> None:
    with contextlib.closing(fill(tmp_path / "undated.db")) as corpus, corpus.transaction():
        corpus._run("UPDATE articles SET published = NULL")
    web = Web(tmp_path / "undated.db", runner)
    try:
        front = web.page("/")
    finally:
        web.close()

    assert "No article yet" not in front
    assert re.search(r'first seen <time datetime="20\d\d-', front)


def test_every_link_of_the_front_page_and_of_articles_leads_somewhere(web: Web) -> None:
    links = {
        html.unescape(one)
        for address in ("/anyname", "/anyname/-/article/1", "/anyname/-/article/2")
        for one in re.findall(r'href="(/[^"]*)"', web.get(address).text)
    }

    assert len(links) > 20
    for link in sorted(links):
        assert web.get(link).status_code == 200, link


def test_front_page_of_an_empty_corpus_says_what_is_not_there(
    tmp_path: Path, runner: asyncio.Runner
) -> None:
    from ingest.corpus import Corpus

    Corpus(tmp_path / "new.db").close()
    web = Web(tmp_path / "new.db", runner)
    try:
        front = web.page("/")
    finally:
        web.close()

    assert "No article yet" in front
    assert "No run has ended yet" in front


def test_a_slow_part_is_given_up_and_the_connection_goes_on() -> None:
    connection = sqlite3.connect(":memory:")
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    found = in_time(connection, 20, lambda asked: asked.execute(endless).fetchone(), "gave up")

    assert found == "gave up"
    assert connection.execute("SELECT 1").fetchone() == (1,)
    connection.close()


def test_front_page_of_another_version_shows_what_there_is(
    tmp_path: Path, runner: asyncio.Runner
) -> None:
    corpus = fill(tmp_path / "older.db")
    corpus._run("DROP VIEW timeline")
    web = Web(corpus.path, runner)
    try:
        front = web.page("/")
    finally:
        web.close()
        corpus.close()

    assert "another version of Seedbed wrote this corpus: the timeline." in front
    assert "Editor detained" in front


def test_a_page_that_takes_too_long_says_so(corpus: Corpus, runner: asyncio.Runner) -> None:
    web = Web(corpus.path, runner, settings={"sql_time_limit_ms": 1})
    try:
        with pytest.raises(Exception, match="takes too long") as raised:
            runner.run(read_in_time(web.datasette, "anyname", _endless))
    finally:
        web.close()

    assert raised.value.status == 503  # type: ignore[attr-defined]  # DatasetteError


def _endless(connection: Any) -> Any:
    return connection.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    ).fetchone()


def test_article_is_set_for_reading_with_what_it_was_kept_for(web: Web) -> None:
    shown = " ".join(web.get("/anyname/-/article/30").text.split())

    assert (
        '<p dir=auto>In <b>Baku</b> <mark class="passage">the editor was detained</mark>' in shown
    )
    assert "<li dir=auto><b>Sputnik</b> said &lt;b&gt;no&lt;/b&gt;</li>" in shown
    assert "<blockquote><p dir=auto>nothing</p></blockquote>" in shown


def test_article_shows_copies_changes_story_and_ledger(web: Web) -> None:
    shown = web.page("/anyname/-/article/1")

    assert "24.0 h later" in shown
    assert "Copies (1)" in shown
    assert "<del>questioned</del>" in shown
    assert "<ins>detained</ins>" in shown
    assert 'href="/anyname/-/story/1"' in shown
    assert 'href="/anyname/pages/1"' in shown
    assert 'href="/anyname/articles/1"' in shown
    assert 'href="/anyname/-/article/30"' in shown


def test_the_ledger_does_not_say_again_why_an_article_was_kept(web: Web) -> None:
    assert "<dd>article: a reason</dd>" in web.page("/anyname/-/article/1")
    assert "<dd>article</dd>" in web.page("/anyname/-/article/30")


def test_article_of_a_hostile_page_is_harmless(web: Web) -> None:
    shown = web.get("/anyname/-/article/2").text

    assert SCRIPT not in shown
    assert html.escape(SCRIPT) in shown.replace("&#39;", "&#x27;")
    assert not re.search(r"""href=["']?\s*javascript:""", shown, re.IGNORECASE)


@pytest.mark.parametrize("key", ["0", "99", "x", "1.5", "~C2~B2", "9" * 30, "1/2"])
def test_an_article_that_is_not_there_is_not_found(web: Web, key: str) -> None:
    assert web.get(f"/anyname/-/article/{key}").status_code == 404


def test_row_leads_to_the_page_that_tells_more_of_it(web: Web) -> None:
    assert '<a href="/anyname/-/article/1">' in web.page("/anyname/articles/1")
    assert '<a href="/anyname/-/outlet/first~2Etest">' in web.page("/anyname/outlets/first~2Etest")


def test_what_a_reader_says_on_the_page_is_kept(tmp_path: Path, runner: asyncio.Runner) -> None:
    corpus = fill(tmp_path / "anyname.db")
    web = Web(corpus.path, runner)
    try:
        page = web.get("/anyname/-/article/1")
        names = re.findall(r'name="(\w+)" value="([^"]*)"', page.text)
        form = {name: value for name, value in names if name != "verdict"}
        assert {"csrftoken", "back"} <= form.keys()
        answer = web.post(
            "/-/seedbed/label", data=form | {"verdict": "no"}, cookies=dict(page.cookies)
        )
        after = web.page("/anyname/-/article/1")
    finally:
        web.close()
        corpus.close()

    assert answer.headers["location"] == "/anyname/-/article/1"
    assert "A reader said <strong>no</strong>" in after


def test_a_corpus_that_is_served_for_reading_offers_no_buttons(
    corpus: Corpus, runner: asyncio.Runner
) -> None:
    corpus._run("PRAGMA wal_checkpoint")
    web = Web(corpus.path, runner, immutables=[str(corpus.path)])
    try:
        web.datasette.databases["anyname"].is_mutable = False
        shown = web.page("/anyname/-/article/1")
    finally:
        web.close()

    assert 'name="verdict"' not in shown


def test_who_may_not_see_the_corpus_sees_no_page(corpus: Corpus, runner: asyncio.Runner) -> None:
    closed = {"databases": {"anyname": {"tables": {"articles": {"allow": False}}}}}
    web = Web(corpus.path, runner, metadata=closed)
    try:
        answers = [web.get(f"/anyname{rest}") for rest in ("", "/-/article/1", "/-/story/1")]
    finally:
        web.close()

    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_a_file_that_becomes_a_corpus_is_recognised_without_a_restart(
    tmp_path: Path, runner: asyncio.Runner
) -> None:
    path = tmp_path / "late.db"
    sqlite3.connect(path).close()
    path.touch()
    web = Web(path, runner)
    try:
        before = web.get("/late").text
        fill(path).close()
        after = web.page("/late")
    finally:
        web.close()

    assert '<h1 dir="auto">late</h1>' in after
    assert "Editor detained" in after
    assert "tables and SQL" not in before


def test_a_prefix_of_the_address_is_kept_in_every_link(
    corpus: Corpus, runner: asyncio.Runner
) -> None:
    web = Web(corpus.path, runner, settings={"base_url": "/under/"})
    try:
        answer = web.get("/anyname")  # which Datasette's client asks below the prefix
    finally:
        web.close()

    links = re.findall(r'(?:href|action)="(/[^"]*)"', answer.text)
    assert '<p class="file">anyname</p>' in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]
    assert all(link.startswith("/under/") for link in links)


def test_the_reason_is_read_back_in_its_parts() -> None:
    assert read_reason(WHY) == Reason(
        figure="relevance 0.91 (cut 0.42)", terms=("baku", "sputnik"), seed="The raid",
        passage="the editor was detained",
    )  # fmt: skip
    assert read_reason("copy of a seed") == Reason(figure="copy of a seed")


@given(st.text(max_size=200), st.text(max_size=30), st.text(max_size=20))
def test_no_text_becomes_markup_of_its_own(text: str, passage: str, term: str) -> None:
    body = paragraphs(f"{text}<i>\n- {text}", Reason(figure="", terms=(term,), passage=passage))
    known = r"</?(?:p|b|ul|ol|li|blockquote|mark)(?: [^<>]*)?>"

    assert "<" not in re.sub(known, "", str(body))


@given(st.text(max_size=100), st.text(max_size=100))
def test_what_is_marked_as_come_stands_in_the_new_wording(before: str, after: str) -> None:
    marked = str(changed(before, after))

    assert "<" not in re.sub(r"</?(?:ins|del)>", "", marked)
    for came in re.findall(r"<ins>(.*?)</ins>", marked, re.DOTALL):
        assert html.unescape(came).split() == [
            word for word in html.unescape(came).split() if word in after
        ]
