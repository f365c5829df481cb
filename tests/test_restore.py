"""Restoring: what a backup holds comes back, and what was there is kept or not touched."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from ingest import backup
from ingest.cli import main
from ingest.corpus import Corpus
from ingest.errors import CorpusDamaged, CorpusError
from scheduler.lock import only_daemon
from tests.commands import empty, restored_logging, workspace
from tests.test_backup import NOW, TITLE, keep_raw, made, plain_title, put, rename, seen_in, titles

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["empty", "plain_title", "restored_logging", "workspace"]  # fixtures


def test_restore_brings_the_corpus_back_and_keeps_the_other(
    workspace: Path, tmp_path: Path
) -> None:
    made(workspace, tmp_path / "one.db")
    rename(workspace, "written since")
    with closing(Corpus(workspace / "corpus.db", readonly=True)) as reader:
        told = put(workspace, tmp_path / "one.db")
        assert reader.latest_articles(1)[0]["title"] == TITLE

    assert titles(workspace / "corpus.db") == [TITLE]
    assert told.aside is not None
    assert titles(told.aside) == ["written since"]


def test_two_restores_of_one_second_keep_both_that_were_there(
    workspace: Path, tmp_path: Path
) -> None:
    made(workspace, tmp_path / "one.db")
    rename(workspace, "written since")
    asides = [put(workspace, tmp_path / "one.db").aside for _ in range(2)]

    assert [titles(one) for one in asides if one] == [["written since"], [TITLE]]


def test_restore_where_no_corpus_is_leaves_no_foreign_log(workspace: Path, tmp_path: Path) -> None:
    made(workspace, tmp_path / "one.db")
    (workspace / "corpus.db").unlink()
    (workspace / "corpus.db-wal").write_bytes(b"of another corpus")
    put(workspace, tmp_path / "one.db")

    assert titles(workspace / "corpus.db") == [TITLE]


@pytest.mark.parametrize("damage", [b"no corpus at all", b"SQLite format 3\0" + b"x" * 5000])
def test_restore_over_a_damaged_corpus(workspace: Path, tmp_path: Path, damage: bytes) -> None:
    made(workspace, tmp_path / "one.db")
    for path in workspace.glob("corpus.db*"):
        path.unlink()
    (workspace / "corpus.db").write_bytes(damage)
    told = put(workspace, tmp_path / "one.db")

    assert titles(workspace / "corpus.db") == [TITLE]
    assert told.aside is not None
    assert told.aside.read_bytes() == damage


@pytest.mark.parametrize("step", ["copy_corpus", "publish"])
def test_restore_that_fails_leaves_the_damaged_corpus_where_it_was(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    made(workspace, tmp_path / "one.db")
    for path in workspace.glob("corpus.db*"):
        path.unlink()
    before = {"corpus.db": b"no corpus at all", "corpus.db-wal": b"its log"}
    for name, body in before.items():
        (workspace / name).write_bytes(body)
    plain = getattr(backup, step)

    def full(source: Path, target: Path, **more: Any) -> Any:
        if target.name == "corpus.db" or source == tmp_path / "one.db":
            raise OSError(28, "No space left on device")
        return plain(source, target, **more)

    monkeypatch.setattr(backup, step, full)
    with pytest.raises(CorpusError, match="No space left"):
        put(workspace, tmp_path / "one.db")

    assert {name: (workspace / name).read_bytes() for name in before} == before
    assert not list(workspace.glob("*before-restore*"))


def test_restore_over_a_corpus_of_a_newer_version(workspace: Path, tmp_path: Path) -> None:
    made(workspace, tmp_path / "one.db")
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        corpus._run("PRAGMA user_version = 999")
    put(workspace, tmp_path / "one.db")

    assert titles(workspace / "corpus.db") == [TITLE]


def test_damaged_backup_is_refused_before_anything_is_touched(
    workspace: Path, tmp_path: Path
) -> None:
    made(workspace, tmp_path / "one.db")
    body = bytearray((tmp_path / "one.db").read_bytes())
    body[20_000:90_000] = b"\xff" * 70_000
    (tmp_path / "one.db").write_bytes(body)
    before = seen_in(workspace)

    with pytest.raises(CorpusDamaged):
        put(workspace, tmp_path / "one.db")
    assert seen_in(workspace) - before <= {"corpus.db-shm", "corpus.db-wal"}
    assert titles(workspace / "corpus.db") == [TITLE]


def test_backup_that_is_not_the_one_of_its_manifest_is_refused(
    workspace: Path, tmp_path: Path
) -> None:
    made(workspace, tmp_path / "one.db")
    with closing(Corpus(tmp_path / "one.db")) as corpus:
        corpus._run("UPDATE articles SET title = 'forged'")

    with pytest.raises(CorpusError, match="manifest"):
        put(workspace, tmp_path / "one.db")


@pytest.mark.parametrize("name", ["../escaped.warc.gz", "/escaped.warc.gz", "a/b", "..", "", "\0"])
def test_manifest_that_leads_out_of_the_archive_is_refused(
    workspace: Path, tmp_path: Path, name: str
) -> None:
    keep_raw(workspace)
    made(workspace, tmp_path / "one.db", with_archive=True)
    manifest = tmp_path / "one.db.json"
    told = json.loads(manifest.read_text())
    told["archive"][0]["file"] = name
    manifest.write_text(json.dumps(told))

    with pytest.raises(CorpusError, match="plain name"):
        put(workspace, tmp_path / "one.db", with_archive=True)


def test_raw_pages_come_back_when_asked_and_are_named_when_not(
    workspace: Path, tmp_path: Path
) -> None:
    raw = keep_raw(workspace)
    made(workspace, tmp_path / "one.db", with_archive=True)
    raw.unlink()

    assert put(workspace, tmp_path / "one.db").missing == (raw.name,)
    assert put(workspace, tmp_path / "one.db", with_archive=True).put == (raw.name,)
    assert raw.read_bytes() == b"raw"


def test_restore_is_refused_while_a_daemon_or_a_crawl_is_at_work(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", "one.db"]) == 0
    with only_daemon(workspace / "corpus.db"):
        assert main(["restore", "one.db"]) == 5
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        run = corpus.start_run(spider="feeds", trigger="command", version="0", now=NOW)
    assert main(["restore", "one.db"]) == 1

    assert f"run {run} is at work" in capsys.readouterr().err


def test_restore_goes_on_when_a_run_of_a_container_that_is_gone_holds_nothing(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", "one.db"]) == 0
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        run = corpus.start_run(spider="feeds", trigger="command", version="0", now=NOW)
        corpus._run("UPDATE runs SET process = 'gone:7:42' WHERE id = ?", (run,))
        corpus._run("UPDATE pages SET run = ?, leased_until = '2999-01-01T00:00:00Z'", (run,))
    assert main(["restore", "one.db"]) == 1
    assert f"run {run} is at work" in capsys.readouterr().err

    with closing(Corpus(workspace / "corpus.db")) as corpus:
        corpus._run("UPDATE pages SET leased_until = '2020-01-01T00:00:00Z'")
    assert main(["restore", "one.db"]) == 0
