"""A yes or no in Datasette: what the page of a row offers, and what a click writes."""

from __future__ import annotations

import asyncio
import importlib.util
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest.rejudge import rejudge
from ingest.web import label
from tests.filled import fill
from tests.rows import NOW, gated
from tests.taught import TEXTS, crawl, opened, page_of, print_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ingest.corpus import Corpus

pytest.importorskip("datasette", reason="the extra `web` is not installed")
from datasette.app import Datasette
from datasette.utils.sqlite import sqlite3

LABEL = "/-/seedbed/label"
BUTTON = 'name="verdict"'
TOKEN = re.compile(r'name="csrftoken" value="([^"]*)"')


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Corpus]:
    corpus = fill(tmp_path / "anyname.db")
    yield corpus
    corpus.close()


def serving(corpus: Corpus, asked: Callable[[Any], Any], **options: Any) -> Any:
    """What `asked` answers, given a Datasette that serves the corpus."""

    async def ask() -> Any:
        datasette = Datasette(options.pop("files", [str(corpus.path)]), **options)
        try:
            return await asked(datasette)
        finally:
            datasette.executor.shutdown()
            for database in datasette.databases.values():
                database.close()

    return asyncio.run(ask())


def click(
    corpus: Corpus, verdict: str, row: str = "/anyname/articles/1", **more: Any
) -> tuple[Any, Any]:
    """Open the page of a row and press a button there; the answer, and the page afterwards."""
    _, database, table, number = row.split("/")

    async def asked(datasette: Any) -> tuple[Any, Any]:
        page = await datasette.client.get(row)
        token = TOKEN.search(page.text)
        form = {
            "csrftoken": token.group(1) if token else "",
            "database": database, "table": table, "row": number, "verdict": verdict,
        } | more.get("form", {})  # fmt: skip
        answer = await datasette.client.post(
            LABEL, data=form, cookies=dict(page.cookies), headers=more.get("headers", {})
        )
        return answer, await datasette.client.get(row)

    answer, after = serving(corpus, asked, **more.get("options", {}))
    return answer, after


def labels(corpus: Corpus) -> list[tuple[int, str, str]]:
    rows = corpus._rows("SELECT page, verdict, by FROM labels ORDER BY page")
    return [(row["page"], row["verdict"], row["by"]) for row in rows]


@pytest.fixture
def unlabelled(filled: Corpus) -> Corpus:
    filled._run("DELETE FROM labels")
    return filled


def test_a_click_writes_the_label_and_comes_back(unlabelled: Corpus) -> None:
    answer, after = click(unlabelled, "yes")

    assert (answer.status_code, answer.headers["location"]) == (302, "/anyname/articles/1")
    assert labels(unlabelled) == [(1, "yes", "datasette")]
    assert "<strong>yes</strong> by datasette" in after.text
    assert "seedbed relearn" in after.text


def test_a_second_click_replaces_the_first_and_a_third_takes_it_back(unlabelled: Corpus) -> None:
    click(unlabelled, "yes")
    click(unlabelled, "no")
    assert labels(unlabelled) == [(1, "no", "datasette")]

    _, after = click(unlabelled, "none")

    assert labels(unlabelled) == []
    assert "Nobody has said yet" in after.text


def test_a_page_of_the_ledger_can_be_labelled_as_well(unlabelled: Corpus) -> None:
    click(unlabelled, "no", row="/anyname/pages/2")

    assert labels(unlabelled) == [(2, "no", "datasette")]


def test_rows_of_other_tables_offer_nothing(filled: Corpus) -> None:
    page = serving(filled, lambda datasette: datasette.client.get("/anyname/seeds/1"))

    assert page.status_code == 200
    assert LABEL not in page.text


@pytest.mark.skipif(
    importlib.util.find_spec("datasette.csrf") is not None,
    reason="Datasette 1.0 looks at the origin, and asks for no token",
)
def test_a_form_without_token_is_refused(unlabelled: Corpus) -> None:
    answer, _ = click(unlabelled, "yes", form={"csrftoken": "guessed"})

    assert answer.status_code == 403
    assert labels(unlabelled) == []


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://elsewhere.test"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}],
)
def test_a_form_of_another_site_is_refused_even_without_cookies(
    unlabelled: Corpus, headers: dict[str, str]
) -> None:
    form = {"database": "anyname", "table": "articles", "row": "1", "verdict": "yes"}
    answer = serving(
        unlabelled, lambda datasette: datasette.client.post(LABEL, data=form, headers=headers)
    )

    assert answer.status_code == 403
    assert labels(unlabelled) == []


def test_buttons_work_behind_a_proxy_that_calls_us_by_another_name(unlabelled: Corpus) -> None:
    headers = {"sec-fetch-site": "same-origin", "origin": "https://news.example"}
    answer, _ = click(unlabelled, "yes", headers=headers)

    assert answer.status_code == 302
    assert labels(unlabelled) == [(1, "yes", "datasette")]


def test_who_may_not_see_the_labels_is_shown_none(filled: Corpus) -> None:
    closed = {"databases": {"anyname": {"tables": {"labels": {"allow": False}}}}}
    _, page = click(filled, "yes", options={"metadata": closed})

    assert page.status_code == 200
    assert "Is it about the topic?" not in page.text


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"verdict": "maybe"}, 400),
        ({"database": "other"}, 400),
        ({"table": "labels"}, 404),
        ({"table": "sqlite_master"}, 404),
        ({"row": "999"}, 404),
        ({"row": "1 OR 1"}, 404),
        ({"row": ""}, 404),
    ],
)
def test_what_is_no_row_of_the_corpus_is_refused(
    unlabelled: Corpus, form: dict[str, str], status: int
) -> None:
    answer, _ = click(unlabelled, "yes", form=form)

    assert answer.status_code == status
    assert labels(unlabelled) == []


def test_reading_the_address_changes_nothing(filled: Corpus) -> None:
    answer = serving(filled, lambda datasette: datasette.client.get(LABEL))

    assert answer.status_code == 405


def test_a_corpus_served_immutable_shows_labels_and_no_buttons(filled: Corpus) -> None:
    filled._run("PRAGMA wal_checkpoint(TRUNCATE)")
    options = {"files": [], "immutables": [str(filled.path)]}
    answer, page = click(filled, "yes", options=options)

    assert answer.status_code == 403
    assert "Is it about the topic?" in page.text
    assert BUTTON not in page.text


def test_a_copy_of_a_cluster_shows_no_buttons_and_takes_no_label(unlabelled: Corpus) -> None:
    unlabelled.set_state("pulled", "{}")
    answer, page = click(unlabelled, "yes")

    assert answer.status_code == 409
    assert "after `seedbed pull --last`" in answer.text
    assert BUTTON not in page.text
    assert labels(unlabelled) == []


def test_the_front_page_says_of_what_it_is_a_copy(unlabelled: Corpus) -> None:
    def front() -> str:
        return str(serving(unlabelled, lambda datasette: datasette.client.get("/anyname/")).text)

    assert "seedbed pull" not in front()
    unlabelled.set_state("pulled", '{"database": "here:1/<b>", "as_of": "2026-01-02T03:04:05Z"}')

    assert "A copy of here:1/&lt;b&gt;, where workers crawl; as of 2026-01-02 03:04 UTC." in front()


def test_an_allow_block_closes_the_buttons(unlabelled: Corpus) -> None:
    closed = {"plugins": {"seedbed": {"label": {"id": "root"}}}}
    answer, page = click(unlabelled, "yes", options={"metadata": closed})

    assert answer.status_code == 403
    assert BUTTON not in page.text
    assert labels(unlabelled) == []


def test_who_may_not_see_the_corpus_cannot_label_it(unlabelled: Corpus) -> None:
    closed = {"databases": {"anyname": {"allow": {"id": "root"}}}}
    answer, _ = click(unlabelled, "yes", options={"metadata": closed})

    assert answer.status_code == 403
    assert labels(unlabelled) == []


def test_a_locked_corpus_says_so(unlabelled: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    # Datasette waits five seconds, as Python's module does where nothing else is said.
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, timeout=0.2))
    with unlabelled.transaction():
        answer, _ = click(unlabelled, "yes")

    assert answer.status_code == 503
    assert "locked" in answer.text


def test_the_users_own_row_page_wins(filled: Corpus, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "row.html").write_text("my own page")
    page = serving(
        filled,
        lambda datasette: datasette.client.get("/anyname/articles/1"),
        template_dir=str(tmp_path / "templates"),
    )

    assert page.text == "my own page"


def test_a_yes_on_an_address_never_fetched_has_it_fetched_and_can_be_taken_back(
    tmp_path: Path,
) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, [print_of(TEXTS[0])])
        corpus.offer([gated("http://a.test/unread")], run=1, now=NOW)
        page = page_of(corpus, "http://a.test/unread")
        corpus._run("UPDATE pages SET outcome = 'skipped', reason = 'as it was' WHERE id = ?",
                    (page,))  # fmt: skip
        said = []
        for verdict in ("yes", "none"):
            click(corpus, verdict, row=f"/corpus/pages/{page}")
            rejudge(workspace, corpus, now=NOW)
            row = corpus.page_for_label(page)
            assert row is not None
            said.append((row["outcome"], row["reason"]))

    assert said == [("waiting", "datasette said yes"), ("skipped", "as it was")]


def test_a_click_notes_which_wording_was_seen(unlabelled: Corpus) -> None:
    click(unlabelled, "yes")

    ((page, is_yes, moment),) = unlabelled.labelled()
    assert (page, is_yes, moment.split()[1]) == (1, True, "1")


def test_sql_stands_in_the_corpus_alone() -> None:
    source = Path(label.__file__).read_text(encoding="utf-8")

    assert not re.search(r"\b(SELECT|INSERT|DELETE|UPDATE)\b", source)
