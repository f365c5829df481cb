"""What `status` counts, and what `why` says of the address of a source."""

from __future__ import annotations

import os
import socket
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ingest import clock
from ingest.cli import main
from ingest.corpus import Corpus
from ingest.items import SeedDocument, SeedSet
from ingest.topic import learn_topic
from tests.commands import AT, empty, restored_logging, rows, workspace
from tests.filled import insert

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["empty", "restored_logging", "workspace"]  # fixtures


def change(folder: Path, statement: str, *values: Any) -> None:
    with closing(Corpus(folder / "corpus.db")) as corpus:
        corpus._run(statement, values)


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(list(arguments)) == code
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.usefixtures("workspace")
def test_an_outlet_that_only_copies_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert "1 article and 2 copies from 2 outlets" in said(capsys, "status")


def test_copies_that_stand_in_articles_are_told_from_pages_that_are_copies(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(workspace, "UPDATE copies SET page = 1 WHERE page = 3")

    assert "1 article and 2 copies (1 of them within articles) from" in said(capsys, "status")


def test_seeds_are_counted_as_they_were_read(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "seeds" / "one.txt").write_text("The rift grows.")
    assert "seeds 1 document in seeds corpus" in said(capsys, "status")

    (workspace / "seeds" / "two.txt").write_text("The rift grows.")
    assert "seeds 1 document in seeds; 1 file more repeats another" in said(capsys, "status")


def test_only_sources_that_are_polled_can_fail_and_the_others_are_told_apart(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "sources 2, 1 failing last run" in said(capsys, "status")

    change(workspace, "UPDATE sources SET state = 'proposed' WHERE failures > 0")
    assert "sources 2 (1 proposed) last run" in said(capsys, "status")

    change(workspace, "UPDATE sources SET state = 'resting' WHERE failures = 0")
    assert "sources 2 (1 proposed, 1 resting) last run" in said(capsys, "status")


def open_run(folder: Path, process: str) -> None:
    with closing(Corpus(folder / "corpus.db")) as corpus:
        insert(
            corpus, "runs", id=9, started=AT, spider="links", trigger="schedule",
            outcome="running", process=process, version="0.1.0",
        )  # fmt: skip
        insert(
            corpus, "fetches", page=1, run=9, at=AT, outcome="article", reason="new",
            http_status=200, bytes=9,
        )  # fmt: skip


def test_a_run_whose_process_was_killed_died_and_its_fetches_count(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_run(workspace, f"{socket.gethostname()}:{os.getpid()}:1")

    assert "9 links died 2026-01-02 03:04 UTC: 1 new article (its process died)" in said(
        capsys, "status"
    )
    assert rows(capsys, "runs")[0]["fetched"] == 1


def test_a_run_that_lives_says_what_it_brought_so_far(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_run(workspace, "another-host:1:1")

    assert "9 links running since 2026-01-02 03:04 UTC: 1 new article so far" in said(
        capsys, "status"
    )


def test_an_article_is_shown_by_its_address_too(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_number = said(capsys, "show", "1")

    assert said(capsys, "show", "a.test/news/one") == by_number
    assert main(["show", "https://b.test/copied"]) == 0
    told = capsys.readouterr()
    assert told.err == "https://b.test/copied carries article 1:\n"
    assert " ".join(told.out.split()) == by_number
    assert (workspace / "corpus.db").exists()


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(
    ("which", "code", "complaint"),
    [
        ("0", 2, "0 is no number of an article"),
        ("9" * 30, 2, "is no number of an article"),
        ("abc", 2, "a number, or an address"),
        ("https://a.test/nowhere", 1, "no article is known there; seedbed why https://a.test"),
        ("b.test/of-a-seed", 1, "no article is known there"),
    ],
)
def test_what_is_no_article_is_not_shown(
    which: str, code: int, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", which]) == code
    assert complaint in capsys.readouterr().err


def test_the_address_of_a_source_says_so_first(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(
        workspace, "UPDATE sources SET kind = 'site', url = 'http://a.test/news/one' WHERE id = 1"
    )
    told = said(capsys, "why", "https://www.a.test/news/one")

    assert "a.test/news/one a source: home page, polled every 30 minutes article: 0.91" in told


@pytest.mark.usefixtures("workspace")
def test_a_source_that_is_no_page_is_told_with_its_trouble(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = said(capsys, "why", "b.test/sitemap.xml", code=1)

    assert "a source: sitemap, polled every 30 minutes; failed 3 times: timed out" in told


def test_the_topic_is_told_by_its_strongest_names(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = SeedDocument(
        id=1, title="Baku summons envoy", file="one.txt", sha256="0" * 64, raw="", language="en",
        published=None,
        text="Baku summoned the envoy of Moscow. Ilham Aliyev spoke of Moscow and of Karabakh.",
    )  # fmt: skip
    topic = learn_topic(SeedSet(documents=(document,), digest="x"))
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        corpus.set_state("topic", topic.to_json())
    [told] = rows(capsys, "status")

    assert topic.names
    assert told["topic"] == {"version": topic.version, "names": list(topic.names[:8])}
    assert f"topic {', '.join(topic.names[:8])} seeds" in said(capsys, "status")


def test_what_was_found_is_drawn_day_by_day(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    today, before = (f"{clock.now() - timedelta(days=ago):%Y-%m-%d}T00:00:01Z" for ago in (0, 3))
    change(workspace, "UPDATE articles SET first_seen = ?", today)
    change(workspace, "UPDATE copies SET first_seen = ?", before)
    [told] = rows(capsys, "status")

    assert [one["found"] for one in told["found_by_day"]] == [0] * 26 + [2, 0, 0, 1]
    assert f"found {'·' * 26}█··▄ 3 in 30 days, 1 today" in said(capsys, "status")


def test_what_needs_attention_is_told_with_what_to_do(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        insert(
            corpus, "topic_steps", at=at, kind="drift", version="x", texts=9, near_no_seed=0.62,
            gained="", lost="", pages="[]", undone=at,
        )  # fmt: skip
    [told] = rows(capsys, "status")

    assert [(one["about"], one["do"]) for one in told["attention"]] == [
        ("run", "seedbed runs"),
        ("sources", "seedbed sources --failing"),
        ("topic", "seedbed topic --history"),
    ]
    assert "drift stopped, 0.62 of the articles are near no seed" in said(capsys, "status")
    change(workspace, "UPDATE topic_steps SET undone = NULL")
    change(workspace, "DELETE FROM runs WHERE id = 2")
    change(workspace, "UPDATE sources SET failures = 0")

    assert rows(capsys, "status")[0]["attention"] == []
