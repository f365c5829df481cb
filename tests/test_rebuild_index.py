"""The index made anew out of the texts, and looked through."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from ingest.cli import main
from ingest.corpus import Corpus
from ingest.corpus.migrations import SCHEMA_VERSION
from ingest.index_check import check_index
from ingest.rebuild_index import begin_rebuild, complete_index, is_index_current
from ingest.rejudge import before_run, rejudge
from ingest.relations import VERSION, fingerprint
from tests.rows import NOW
from tests.taught import all_prints, crawl, make_workspace, snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.workspace import Workspace

PRINTS = all_prints()[::2]
_EDGES = "SELECT * FROM edges ORDER BY a, b"


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crawled")
    workspace = make_workspace(folder)
    with closing(workspace.corpus()) as corpus:
        crawl(workspace, corpus, PRINTS)
    return folder


@pytest.fixture
def folder(made_once: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made_once, tmp_path / "own")


def opened(folder: Path) -> Workspace:
    from ingest.workspace import Workspace

    return Workspace.open(folder, {})


def everything(folder: Path) -> list[Any]:
    with closing(Corpus(folder / "corpus.db")) as corpus:
        return [*snapshot(corpus), corpus._rows(_EDGES)]


def spoil(folder: Path, *statements: str) -> None:
    with closing(Corpus(folder / "corpus.db")) as corpus, corpus.transaction():
        for statement in statements:
            corpus._run(statement)


def ask(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, Any]:
    capsys.readouterr()
    code = main(["-w", str(folder), "rebuild-index", "--json", *options])
    return code, json.loads(capsys.readouterr().out)


def test_what_a_crawl_left_is_what_the_texts_give(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything(folder)
    code, told = ask(folder, capsys, "--check")

    assert code == 0, told["examples"]
    assert told["is_sound"]
    assert told["texts"] > 20
    assert told["edges"] >= 5
    assert everything(folder) == before


def test_made_anew_it_is_as_it_was(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = everything(folder)
    spoil(folder, "DELETE FROM edges", "DELETE FROM fingerprints_fresh",
          "DELETE FROM fingerprints_seed", "UPDATE texts SET sample_size = 1")  # fmt: skip
    code, told = ask(folder, capsys)

    assert code == 0
    assert told["edges"] == len(before[-1])
    assert (told["came_in"], told["went_out"]) == (0, 0)
    assert everything(folder) == before
    assert ask(folder, capsys, "--check")[0] == 0


def test_families_follow_the_edges_made_anew(folder: Path) -> None:
    before = everything(folder)
    spoil(folder, "DELETE FROM edges", "DELETE FROM copies", "DELETE FROM links",
          "UPDATE articles SET copies = 0")  # fmt: skip
    main(["-w", str(folder), "rebuild-index"])
    after = everything(folder)

    assert after[1] == before[1]
    assert after[0] == before[0]


@pytest.mark.parametrize(
    ("damage", "counted"),
    [
        ("DELETE FROM fingerprints_fresh WHERE document = (SELECT max(page) FROM texts)",
         "unindexed"),
        (("UPDATE fingerprints_fresh SET hashes = json_remove(hashes, '$[0]') "
         "WHERE document = (SELECT max(page) FROM texts)"), "unindexed"),
        ("DELETE FROM fingerprints_seed WHERE document = -1", "unindexed"),
        ("INSERT INTO fingerprints_fresh VALUES (99999, '[1,2,3]')", "strays"),
        (("UPDATE fingerprints_fresh SET hashes = json_insert(hashes, '$[#]', 5) "
         "WHERE document = (SELECT max(page) FROM texts)"), "strays"),
        ("DELETE FROM edges WHERE (a, b) IN (SELECT a, b FROM edges LIMIT 1)", "missing_edges"),
        ("UPDATE edges SET shared = shared + 1 WHERE (a, b) IN (SELECT a, b FROM edges LIMIT 1)",
         "wrong_edges"),
    ],
)  # fmt: skip
def test_each_kind_of_damage_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], damage: str, counted: str
) -> None:
    spoil(folder, damage)
    code, told = ask(folder, capsys, "--check")

    assert code == 1
    assert told[counted] >= 1, told
    assert told["examples"]


def test_a_person_is_told_in_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(folder, "DELETE FROM fingerprints_fresh")
    code = main(["-w", str(folder), "rebuild-index", "--check"])
    said = capsys.readouterr().out

    assert code == 1
    assert "texts that are not indexed, or in part" in said
    assert "run `seedbed rebuild-index`" in said


def test_an_index_of_another_version_is_made_anew_before_the_first_page(folder: Path) -> None:
    before = everything(folder)
    spoil(folder, "UPDATE topic_state SET value = '0' WHERE key = 'fingerprint_version'",
          "UPDATE fingerprints_fresh SET hashes = '[1,2,3]'")  # fmt: skip
    workspace = opened(folder)
    with closing(workspace.corpus(readonly=True)) as reader:
        assert not is_index_current(reader)
        assert not check_index(reader, []).is_current
    with closing(workspace.corpus()) as corpus:
        before_run(workspace, corpus, now=NOW)

        assert is_index_current(corpus)
        assert corpus.state("fingerprint_version") == str(VERSION)
    assert everything(folder) == before


def test_an_index_of_another_version_comes_with_another_schema() -> None:
    # Who is at work is kept from a corpus by its schema alone: raise both, then write both here.
    assert (VERSION, SCHEMA_VERSION) == (2, 11)


def test_a_reader_only_says_that_it_is_of_another_version(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(folder, "DELETE FROM topic_state WHERE key = 'fingerprint_version'")
    main(["-w", str(folder), "check"])

    assert "the next run makes it anew" in " ".join(capsys.readouterr().out.split())
    with closing(Corpus(folder / "corpus.db", readonly=True)) as corpus:
        assert corpus.state("fingerprint_version") is None

    assert main(["-w", str(folder), "rebuild-index", "--check"]) == 1
    said = capsys.readouterr().out
    assert said.count("the next run makes it anew") == 1
    assert "run `seedbed rebuild-index`" not in said


def test_stopped_after_every_transaction_it_goes_on(folder: Path) -> None:
    before = everything(folder)
    workspace = opened(folder)
    with closing(workspace.corpus()) as corpus:
        seeds = workspace.learn(corpus).seed_titles
        begin_rebuild(corpus, seeds)
        begin_rebuild(corpus, seeds)  # asked again, it is under way
        stops = 0
        while not complete_index(corpus, seeds, is_stopped=lambda: True):
            stops += 1
        rejudge(workspace, corpus, now=NOW, is_stopped=lambda: True)
        rejudge(workspace, corpus, now=NOW)

    assert stops >= 1
    assert everything(folder) == before


def test_a_text_that_comes_in_meanwhile_is_indexed_once(folder: Path) -> None:
    before = everything(folder)
    workspace = opened(folder)
    with closing(workspace.corpus()) as corpus, closing(workspace.corpus()) as crawling:
        seeds = workspace.learn(corpus).seed_titles
        last = corpus._value("SELECT max(page) FROM texts")
        begin_rebuild(corpus, seeds)
        stored = corpus.text_of(last)
        assert stored is not None
        with crawling.transaction():
            crawling.add(last, fingerprint(stored.text).selected)
        assert complete_index(corpus, seeds)
        rejudge(workspace, corpus, now=NOW)

    assert everything(folder) == before


def test_killed_at_any_moment_nothing_is_lost(folder: Path) -> None:
    before = everything(folder)
    command = [sys.executable, "-m", "ingest", "-w", str(folder), "rebuild-index"]
    rng, killed = random.Random(3), 0
    for _ in range(4):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until_begun(folder, process)
        time.sleep(rng.uniform(0.0, 0.1))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
    with closing(Corpus(folder / "corpus.db")) as corpus:
        assert corpus.damage() == []
    workspace = opened(folder)
    with closing(workspace.corpus()) as corpus:
        before_run(workspace, corpus, now=NOW)

    assert killed >= 2
    assert everything(folder) == before


def wait_until_begun(folder: Path, process: subprocess.Popen[bytes]) -> None:
    with closing(Corpus(folder / "corpus.db", readonly=True)) as corpus:
        before = corpus.written_by_others()
        while corpus.written_by_others() == before and process.poll() is None:
            time.sleep(0.005)


def test_a_new_corpus_has_an_index_of_this_version(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    with closing(workspace.corpus()) as corpus:
        before_run(workspace, corpus, now=NOW)

        assert is_index_current(corpus)
        assert check_index(corpus, corpus.seed_numbers().values()).is_sound


def test_where_there_is_no_corpus_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_workspace(tmp_path)

    assert main(["-w", str(tmp_path), "rebuild-index"]) == 1
    assert "no corpus here yet" in capsys.readouterr().err
    assert not (tmp_path / "corpus.db").exists()
