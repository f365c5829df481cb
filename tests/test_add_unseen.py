"""What `seedbed add` was given and could not see stands in the ledger, as a person's."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ingest.cli import main
from ingest.corpus import Corpus
from tests.commands import restored_logging
from tests.search_web import Asked, Reply, every_crawl_meets, make_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.search_web import SearchWeb

__all__ = ["restored_logging"]

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FEED = b"""<rss version="2.0"><channel><title>The Herald</title>
<item><title>One</title><link>/1</link></item></channel></rss>"""


def answer(asked: Asked) -> Reply | None:
    if asked.path == "/robots.txt":
        return Reply(body=b"User-agent: *\nDisallow: /closed\n")
    return Reply(body=FEED) if asked.path == "/feed" else Reply(status=503)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[SearchWeb]:
    with every_crawl_meets(answer, monkeypatch) as started:
        yield started


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "w", "")


@pytest.mark.usefixtures("web")
def test_refused_address_is_kept_as_given_and_why_tells_of_it(
    workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code = main(["-w", str(workspace), "add", "http://a.test/closed", "http://a.test/feed"])
    said = capfd.readouterr().out
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        page = corpus.find_page("a.test/closed")
        assert page is not None
        routes, due = corpus.routes_of(page["id"]), corpus.find_page("a.test/feed")
        wrong = corpus.runs_that_do_not_add_up()

    assert code == 6
    assert "  kept as a page that you gave" in said
    assert (page["outcome"], page["found_by"], routes) == ("waiting", "urls", ["person"])
    assert "given by hand; when it was added: " in page["reason"]
    assert "robots.txt" in page["reason"]
    assert due is None, "what was seen is a source, no page"
    assert wrong == []
    assert main(["-w", str(workspace), "why", "http://a.test/closed"]) == 0


@pytest.mark.usefixtures("web")
def test_dry_run_and_what_is_no_address_keep_nothing(
    workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["-w", str(workspace), "add", "-n", "http://a.test/closed"]) == 4
    assert not (workspace / "corpus.db").exists()
    assert main(["-w", str(workspace), "add", "--json", "http://[bad.test/"]) != 0
    rows = [json.loads(line) for line in capfd.readouterr().out.splitlines() if line[0] == "{"]
    assert [row["kept"] for row in rows] == [False]


@pytest.mark.usefixtures("web")
def test_source_that_does_not_answer_is_no_page(
    workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        corpus.add_by_person(
            kind="feed", url="http://a.test/closed", outlet="a.test", every_minutes=60, now=NOW
        )
    assert main(["-w", str(workspace), "add", "http://a.test/closed"]) == 4
    assert "  known already" in capfd.readouterr().out
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        assert corpus.find_page("a.test/closed") is None


def test_address_without_a_scheme_is_asked_for_by_both(
    web: SearchWeb, workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["-w", str(workspace), "add", "--json", "a.test/feed"]) == 0
    (row,) = map(json.loads, capfd.readouterr().out.splitlines())
    assert (row["kind"], row["url"]) == ("feed", "http://a.test/feed")
    assert len(web.asked("/feed")) == 1


def test_what_nobody_answers_is_no_refusal(
    workspace: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEEDBED_LOG__LEVEL", "ERROR")
    monkeypatch.setenv("SEEDBED_CRAWL__PROXY", "http://127.0.0.1:9")
    assert main(["-w", str(workspace), "add", "a.test"]) == 4
    said = capfd.readouterr().out.splitlines()[0]
    assert said.startswith("a.test: no answer: ")
    assert said.endswith("(https:// and http:// were tried)")
