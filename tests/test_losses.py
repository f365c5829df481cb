"""What an error of ours costs is a failure, and what a corpus lacks is said in a line."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ingest.archive import Archive
from ingest.checkup import checkup
from ingest.corpus import Corpus
from ingest.corpus.searching import SearchSyntaxError
from ingest.demo.resource import Resource
from ingest.demo.server import serve
from ingest.errors import CorpusError
from ingest.extensions import _BENCHES, Bench, RunRecorder
from ingest.intake import Intake
from ingest.log import get
from tests import preloaded
from tests.demo_web import environment
from tests.filled import fill
from tests.rows import NOW
from tests.taught import opened
from tests.test_exit_codes import RESOURCES, run_once
from tests.test_middlewares import make_workspace

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

TALKS = "The talks between Azerbaijan and Russia went on in Baku, said the minister. "
ARTICLE = f"<html><article><h1>Talks in Baku</h1>{f'<p>{TALKS * 3}</p>' * 3}</article></html>"


def lacking(folder: Path, statement: str) -> Path:
    path = folder / "corpus.db"
    with closing(Corpus(path)) as corpus:
        corpus._run(statement)
    return path


def test_a_round_that_can_store_nothing_fails_without_a_traceback(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", [])
    lacking(folder, "DROP TABLE events")
    web = {**RESOURCES, ("a.test", "/talks"): Resource(body=ARTICLE.encode())}
    with serve(web) as server:
        done = run_once(folder, ["http://a.test/feed"], environment(server))

    assert done.returncode == 1, done.stderr
    assert "the corpus lacks the table events; an unfinished version made it" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_that_cannot_claim_its_pages_has_failed(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", [])
    lacking(folder, "DROP INDEX pages_waiting_found")
    lacking(folder, "DROP INDEX pages_waiting")
    web = {**RESOURCES, ("a.test", "/talks"): Resource(body=ARTICLE.encode())}
    with serve(web) as server:
        done = run_once(folder, ["http://a.test/feed"], environment(server))

    assert done.returncode == 1, done.stderr
    assert "the corpus lacks the index pages_waiting_found" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_crawl_that_cannot_read_its_sources_fails_without_a_traceback(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", [])
    lacking(folder, "DROP TABLE sources")
    done = preloaded.scrapy("crawl", "feeds", cwd=folder, env=os.environ)

    assert done.returncode == 1, done.stderr
    assert "the corpus lacks the table sources" in done.stderr
    assert "Traceback" not in done.stderr


class Crawler:
    stats = None


def closed_run(folder: Path, *, lost: int, judged: int) -> dict[str, Any]:
    with opened(folder) as (workspace, corpus):
        run = corpus.start_run(spider="feeds", trigger="command", version="0", now=NOW)
        bench = Bench(
            workspace=workspace, corpus=corpus, run=run, log=get("test"), judged=judged,
            intake=Intake(corpus, workspace.learn(corpus), workspace.settings, run),
            archive=Archive(workspace.settings.archive_path, run=run, spider="feeds"),
        )  # fmt: skip
        for number in range(lost):
            bench.lose(ValueError(f"bad {number}"))
        crawler: Any = Crawler()
        _BENCHES[crawler] = bench
        RunRecorder(crawler).close_run(None, "finished")  # type: ignore[arg-type]
    with closing(Corpus(folder / "corpus.db")) as corpus:
        row = corpus.run(run)
    assert row is not None
    return row


def test_a_run_that_lost_every_page_failed(tmp_path: Path) -> None:
    row = closed_run(tmp_path, lost=2, judged=0)

    assert row["outcome"] == "failed"
    assert row["message"].startswith("2 of 2 lost to an error of this program")
    assert row["message"].endswith("ValueError: bad 0")


def test_a_run_that_lost_some_pages_finished_and_says_so(tmp_path: Path) -> None:
    row = closed_run(tmp_path, lost=1, judged=3)

    assert row["outcome"] == "finished"
    assert row["message"].startswith("1 of 4 lost")


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("DROP TABLE events", "table events"),
        ("DROP VIEW timeline", "view timeline"),
        ("ALTER TABLE stories DROP COLUMN terms", "column stories.terms"),
    ],
)
def test_check_names_what_the_schema_has_and_the_corpus_has_not(
    tmp_path: Path, statement: str, named: str
) -> None:
    folder = make_workspace(tmp_path / "w", [])
    with closing(Corpus(folder / "corpus.db")) as corpus:
        assert corpus.missing_parts() == []
        if "COLUMN" in statement:
            corpus._run("DROP VIEW story_summary")  # it would be in the way
    lacking(folder, statement)
    found = [one for one in checkup(folder, {}, now=NOW) if one.subject == "corpus"]
    bad = [one.said for one in found if one.state == "bad"]

    assert len(bad) == 1
    assert bad[0].startswith("lacks ")
    assert named in bad[0]


def test_an_index_that_is_missing_stands_in_nobodys_way(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", [])
    lacking(folder, "DROP INDEX sources_due")
    found = [one for one in checkup(folder, {}, now=NOW) if one.subject == "corpus"]

    assert [(one.state, one.said.partition(":")[0]) for one in found] == [
        ("look", "lacks index sources_due"),
        ("ok", "sound"),
    ]


def test_archive_files_that_are_gone_are_told(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", [])
    (folder / "archive").mkdir()
    (folder / "archive" / "1.warc.gz").touch()
    with closing(fill(folder / "corpus.db")) as corpus:
        for page, name in ((1, "1.warc.gz"), (2, "2.warc.gz"), (3, "2.warc.gz")):
            corpus._run("UPDATE pages SET warc = ?, warc_offset = 0 WHERE id = ?", (name, page))
    (found,) = [one for one in checkup(folder, {}, now=NOW) if one.subject == "archive"]

    assert found.state == "look"
    assert found.said.startswith(f"1 of 2 files that pages lie in not in {folder / 'archive'}, 2.")


def test_a_corpus_of_two_names_is_told(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", [])
    Corpus(folder / "corpus.db").close()
    (folder / "second.db").hardlink_to(folder / "corpus.db")
    said = [one.said for one in checkup(folder, {}, now=NOW) if one.state == "look"]

    assert "has 2 names (hard links): who writes by two of them damages it" in said


def test_a_column_that_is_missing_is_named(tmp_path: Path) -> None:
    lacking(tmp_path, "ALTER TABLE runs DROP COLUMN requests")
    with (
        closing(Corpus(tmp_path / "corpus.db")) as corpus,
        pytest.raises(CorpusError, match=r"lacks the column requests; an unfinished version"),
    ):
        corpus._run("UPDATE runs SET requests = 1")


def test_a_search_in_a_column_that_no_article_has_is_a_mistake_of_the_search(
    tmp_path: Path,
) -> None:
    with (
        closing(Corpus(tmp_path / "corpus.db")) as corpus,
        pytest.raises(SearchSyntaxError, match="stands title or text, and not author"),
    ):
        corpus.search('author: "aliyev"', limit=3)
