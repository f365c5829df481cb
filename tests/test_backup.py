"""Backups: of one moment, read back, and put back without a moment of neither."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3  # noqa: TID251  # another program's database
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ingest import backup, backup_files
from ingest.backup import make_backup, read_backup, restore_backup
from ingest.backup_files import (
    archive_of,
    backup_name,
    backups_in,
    is_backup_due,
    made_at,
    prune_backups,
)
from ingest.cli import main
from ingest.corpus import Corpus
from ingest.errors import CorpusError, CorpusLocked, NotACorpus, Stopped
from tests.commands import empty, restored_logging, workspace
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["empty", "restored_logging", "workspace"]  # fixtures

TITLE = "Baku answers Moscow"
NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def made(folder: Path, target: Path, **more: Any) -> backup_files.Backup:
    return make_backup(
        folder / "corpus.db", folder / "archive", target, **{"now": NOW, "version": "0", **more}
    )


def put(folder: Path, file: Path, **more: Any) -> backup.Restored:
    return restore_backup(file, folder / "corpus.db", folder / "archive", now=NOW, **more)


@pytest.fixture(autouse=True)
def plain_title(workspace: Path) -> None:
    rename(workspace, TITLE)


def titles(path: Path) -> list[str]:
    with closing(Corpus(path, readonly=True)) as corpus:
        return [row["title"] for row in corpus._rows("SELECT title FROM articles ORDER BY id")]


def rename(folder: Path, title: str) -> None:
    with closing(Corpus(folder / "corpus.db")) as corpus:
        corpus._run("UPDATE articles SET title = ?", (title,))


def keep_raw(folder: Path, name: str = "run-000001-feeds.warc.gz", body: bytes = b"raw") -> Path:
    (folder / "archive").mkdir(exist_ok=True)
    (folder / "archive" / name).write_bytes(body)
    return folder / "archive" / name


def seen_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# Making one


def test_backup_is_one_file_that_holds_what_the_log_held(workspace: Path, tmp_path: Path) -> None:
    with closing(Corpus(workspace / "corpus.db")) as holding:
        holding._run("UPDATE articles SET title = 'still in the log'")
        told = made(workspace, tmp_path / "safe" / "one.db")

    assert titles(tmp_path / "safe" / "one.db") == ["still in the log"]
    assert told.rows["articles"] == 1
    assert {"one.db", "one.db.json"} <= seen_in(tmp_path / "safe")
    assert read_backup(tmp_path / "safe" / "one.db") == told


def test_manifest_names_the_raw_pages_and_copies_them_when_asked(
    workspace: Path, tmp_path: Path
) -> None:
    raw = keep_raw(workspace)

    told = made(workspace, tmp_path / "one.db")
    assert [(one.file, one.bytes) for one in told.archive] == [(raw.name, 3)]
    assert not archive_of(tmp_path / "one.db").exists()

    made(workspace, tmp_path / "two.db", with_archive=True)
    kept = archive_of(tmp_path / "two.db") / raw.name
    assert kept.samefile(raw)


def test_raw_pages_are_copied_where_no_link_can_be(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    raw = keep_raw(workspace)
    monkeypatch.setattr(type(tmp_path), "hardlink_to", refused)
    made(workspace, tmp_path / "one.db", with_archive=True)

    kept = archive_of(tmp_path / "one.db") / raw.name
    assert kept.read_bytes() == b"raw"
    assert not kept.samefile(raw)


def test_raw_pages_that_did_not_change_are_not_read_again(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = keep_raw(workspace)
    folder = workspace / "backups"
    read: list[str] = []
    plain = backup_files.sha256_of

    def counted(path: Path, *more: Any) -> str:
        read.append(path.name)
        return plain(path, *more)

    monkeypatch.setattr(backup, "sha256_of", counted)
    for hours in range(3):
        when = NOW + timedelta(hours=hours)
        if hours == 2:
            keep_raw(workspace, body=b"raw and more")
        made(workspace, folder / backup_name(workspace / "corpus.db", when), now=when)

    assert read.count(raw.name) == 2


def test_backup_of_a_corpus_that_is_written_is_of_one_moment(
    workspace: Path, tmp_path: Path
) -> None:
    began, done = threading.Event(), threading.Event()

    def write() -> None:
        with closing(Corpus(workspace / "corpus.db")) as corpus:
            number = 0
            while not done.is_set():
                with corpus.transaction():
                    corpus._run("UPDATE outlets SET name = ?", (str(number),))
                number += 1
                began.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert began.wait(PATIENCE_S)
    try:
        for number in range(5):
            made(workspace, tmp_path / f"{number}.db")
    finally:
        done.set()
        writer.join()

    for number in range(5):
        with closing(Corpus(tmp_path / f"{number}.db")) as corpus:
            names = {row["name"] for row in corpus._rows("SELECT name FROM outlets")}
        assert len(names) == 1


def test_backup_stops_when_told_and_leaves_nothing_that_looks_like_one(
    workspace: Path, tmp_path: Path
) -> None:
    asked: list[int] = []
    fill(workspace)

    def at_the_third_look() -> bool:
        asked.append(1)
        return len(asked) > 2

    with pytest.raises(Stopped):
        made(workspace, tmp_path / "safe" / "one.db", is_stopped=at_the_third_look)

    assert all(name.startswith(".") for name in seen_in(tmp_path / "safe"))
    made(workspace, tmp_path / "safe" / "one.db")
    assert seen_in(tmp_path / "safe") == {"one.db", "one.db.json"}


def test_two_backups_into_one_folder_do_not_meet(workspace: Path, tmp_path: Path) -> None:
    with backup_files.alone_in(tmp_path), pytest.raises(CorpusLocked, match="another backup"):
        made(workspace, tmp_path / "one.db")


@contextmanager
def full_disk(*, at_bytes: int) -> Iterator[None]:
    """No file may grow beyond so much."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (at_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_said_and_a_failed_backup_holds_nothing_of_it(
    workspace: Path, tmp_path: Path
) -> None:
    with full_disk(at_bytes=100_000), pytest.raises(CorpusError, match="not written"):
        made(workspace, tmp_path / "safe" / "one.db")
    made(workspace, tmp_path / "one.db")
    before = seen_in(workspace) | {"corpus.db-shm", "corpus.db-wal"}
    with full_disk(at_bytes=100_000), pytest.raises(CorpusError, match="not written"):
        put(workspace, tmp_path / "one.db")

    assert seen_in(tmp_path / "safe") == set()
    assert seen_in(workspace) <= before
    assert titles(workspace / "corpus.db") == [TITLE]


def test_backup_of_nothing_is_none(tmp_path: Path) -> None:
    with pytest.raises(NotACorpus):
        made(tmp_path / "nothing", tmp_path / "one.db")


# When, and how many


def test_backup_is_due_by_the_age_of_the_latest(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.db"
    assert is_backup_due(tmp_path, corpus, every_hours=24, now=NOW)
    (tmp_path / backup_name(corpus, NOW)).touch()

    for hours, expected in ((23, False), (24, True), (-1, True)):
        now = NOW + timedelta(hours=hours)
        assert is_backup_due(tmp_path, corpus, every_hours=24, now=now) is expected


def test_oldest_backups_go_with_all_that_belongs_to_them(workspace: Path) -> None:
    folder, corpus = workspace / "backups", workspace / "corpus.db"
    keep_raw(workspace)
    for hours in range(4):
        when = NOW + timedelta(hours=hours)
        made(workspace, folder / backup_name(corpus, when), now=when, with_archive=True)
    for stranger in ("other-20200101T000000Z.db", "corpus-notes.db", "corpus.db"):
        (folder / stranger).touch()
    half_gone = folder / "corpus-20200101T000000Z.db.json"  # its backup went, then came a kill
    half_gone.touch()

    assert len(prune_backups(folder, corpus, keep=2, now=NOW + timedelta(days=1))) == 2
    assert [path.name for path in backups_in(folder, corpus)] == [
        "corpus-20260304T070607Z.db", "corpus-20260304T080607Z.db",
    ]  # fmt: skip
    assert not half_gone.exists()
    assert len(list(folder.glob("*.json"))) == len(list(folder.glob("*.archive"))) == 2
    assert (folder / "other-20200101T000000Z.db").exists()


def test_backup_from_the_future_neither_hurries_nor_displaces_the_others(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.db"
    history = [tmp_path / backup_name(corpus, NOW - timedelta(days=days)) for days in (2, 1, 0)]
    future = tmp_path / backup_name(corpus, NOW + timedelta(days=400))
    for path in (*history, future):
        path.touch()
    soon = NOW + timedelta(hours=1)

    assert not is_backup_due(tmp_path, corpus, every_hours=24, now=soon)
    assert made_at(tmp_path, corpus, now=soon) == NOW
    assert prune_backups(tmp_path, corpus, keep=2, now=soon) == history[:1]
    assert backups_in(tmp_path, corpus) == [*history[1:], future]


@pytest.mark.parametrize(
    "name", ["corpus-20200101T000000Z.db.precious.db", "corpus-20269999T999999Z.db"]
)
def test_file_that_is_only_named_like_a_backup_is_left_alone(tmp_path: Path, name: str) -> None:
    corpus = tmp_path / "corpus.db"
    strangers = {name, f"{name}.json", f"{name[:-3]}-gone.db.json"}
    for stranger in strangers:
        (tmp_path / stranger).touch()
    latest = tmp_path / backup_name(corpus, NOW)
    latest.touch()

    assert backups_in(tmp_path, corpus) == [latest]
    assert prune_backups(tmp_path, corpus, keep=1, now=NOW) == []
    assert seen_in(tmp_path) >= strangers


def test_a_backup_whose_manifest_could_not_be_written_speaks_for_itself(
    workspace: Path, tmp_path: Path
) -> None:
    made(workspace, tmp_path / "one.db")
    rename(workspace, "written since")
    with pytest.raises(TypeError):  # as a kill before the manifest is written
        made(workspace, tmp_path / "one.db", version=object())

    assert read_backup(tmp_path / "one.db").rows["articles"] == 1
    assert titles(tmp_path / "one.db") == ["written since"]


def test_a_backup_may_have_any_name(workspace: Path, tmp_path: Path) -> None:
    target = tmp_path / os.fsdecode(b"caf\xe9.db")
    made(workspace, target)

    assert read_backup(target).path == target


# The commands


def test_commands_make_and_restore(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep_raw(workspace)
    assert main(["backup", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"]["articles"], told["archive_files"], told["has_archive"]) == (1, 1, False)
    rename(workspace, "written since")

    assert main(["restore", told["file"]]) == 0
    assert "restored: 1 article, " in capsys.readouterr().out
    assert titles(workspace / "corpus.db") == [TITLE]
    assert main(["backup", told["file"]]) == 0  # a backup may be replaced by a newer one


def test_backup_replaces_neither_the_corpus_nor_what_is_none(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "notes.txt").write_text("mine")

    assert main(["backup", "corpus.db"]) == 2
    assert main(["backup", "notes.txt"]) == 2
    assert main(["restore", "corpus.db"]) == 2
    assert "the corpus itself" in capsys.readouterr().err
    assert (workspace / "notes.txt").read_text() == "mine"


def test_backup_replaces_no_database_of_somebody_else(workspace: Path) -> None:
    with closing(sqlite3.connect(workspace / "theirs.db")) as theirs:
        theirs.execute("CREATE TABLE mine (word TEXT)")
    before = (workspace / "theirs.db").read_bytes()

    assert main(["backup", "theirs.db"]) == 2
    assert (workspace / "theirs.db").read_bytes() == before


def test_backup_replaces_no_pipe_and_waits_for_none(workspace: Path) -> None:
    os.mkfifo(workspace / "pipe")

    assert main(["backup", "pipe"]) == 2
    assert (workspace / "pipe").is_fifo()


def test_backup_replaces_no_empty_file(workspace: Path) -> None:
    (workspace / "empty").touch()

    assert main(["backup", "empty"]) == 2
    assert not (workspace / "empty").stat().st_size


# Kills

STEP = """
import sys, time
from pathlib import Path
from ingest.cli import main
Path(sys.argv[1]).write_text("")
sys.exit(main(sys.argv[2:]))
"""


def kill_after(folder: Path, seconds: float, *arguments: str) -> bool:
    """Whether the command was killed before its end."""
    mark = folder.parent / "began"
    mark.unlink(missing_ok=True)
    command = subprocess.Popen(
        [sys.executable, "-c", STEP, str(mark), *arguments],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while not mark.exists() and command.poll() is None:
        time.sleep(0.005)
    time.sleep(seconds)
    os.kill(command.pid, signal.SIGKILL)
    return command.wait() == -signal.SIGKILL


def fill(folder: Path) -> None:
    """Some megabytes, so that a copy takes a while."""
    with closing(Corpus(folder / "corpus.db")) as corpus, corpus.transaction():
        for number in range(3000):
            corpus.set_state(f"ballast {number}", "x" * 4000)


@pytest.mark.parametrize("work", ["backup", "restore"])
def test_kill_in_the_middle_leaves_the_corpus_whole(
    workspace: Path, tmp_path: Path, work: str
) -> None:
    fill(workspace)
    assert main(["backup", str(tmp_path / "safe.db")]) == 0
    rename(workspace, "written since")
    arguments = [work, str(tmp_path / ("new.db" if work == "backup" else "safe.db"))]
    killed = [kill_after(workspace, 0.15 + 0.07 * step, *arguments) for step in range(10)]

    assert any(killed)
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        assert corpus.damage() == []
    assert titles(workspace / "corpus.db") in (["written since"], [TITLE])
    if (tmp_path / "new.db").exists():
        assert titles(tmp_path / "new.db") == ["written since"]
    assert main(["restore", str(tmp_path / "safe.db")]) == 0
    assert titles(workspace / "corpus.db") == [TITLE]
    assert not list(workspace.glob(".*partial*"))
