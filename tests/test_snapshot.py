from __future__ import annotations

import hashlib
import json
import re
import sqlite3  # noqa: TID251  # as other programs see the file
import zipfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import bag
from ingest.cli import main
from ingest.config import load_settings
from ingest.corpus import Corpus, connection
from ingest.corpus.migrations import MACHINE_TABLES, SCHEMA_VERSION
from ingest.errors import CorpusError, CorpusTooOld
from ingest.methods import Figures, methods_text
from ingest.snapshot import Snapshot, figures_of, make_snapshot, verify_snapshot
from tests.filled import fill, insert
from tests.rows import NOW

TOPIC = {"version": "1", "names": ["aliyev"], "weights": {"aliyev": 1.0}, "spellings": {}}
SECRETS = ("hunter2", "s3cr3t-key", "mailto-me", "t0ken-in-url", "me@example.test", "host-of-mine")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mystory")
    (folder / "seedbed.toml").write_text(
        '[crawl]\ncontact = "me@example.test"\nproxy = "http://hunter2.test:1"\n'
        '[search]\nmediacloud_key = "s3cr3t-key"\n'
        '[notify]\nall = ["ntfy://mailto-me"]\n'
        '[sources]\nfeeds = ["https://first.test/feed?api_key=t0ken-in-url&x=1"]\n'
    )
    (folder / "seeds/deep").mkdir(parents=True)
    (folder / "seeds/one.txt").write_text("A seed.")
    (folder / "seeds/deep/two % ä.txt").write_text("Another.")
    (folder / "seeds/.git").mkdir()
    (folder / "seeds/.git/config").write_text("url = https://hunter2@git.test/seeds")
    (folder / "archive").mkdir()
    (folder / "archive/run-000001-feeds.warc.gz").write_bytes(b"pages")
    with closing(fill(folder / "corpus.db")) as corpus:
        corpus._run("UPDATE runs SET process = 'host-of-mine:1:2'")
        corpus._run("UPDATE labels SET \"by\" = 'mailto-me'")
        corpus.set_state("own_web", "mailto-me")
        corpus.set_state("topic", json.dumps(TOPIC))
        insert(corpus, "robots", **_robots(corpus))
        for number, key in ((1, "t0ken-in-url"), (2, "t0ken-in-url2")):
            address = f"https://one.test/feed?x=1&token={key}"
            corpus._run(
                "UPDATE sources SET kind = 'feed', url = :url, last_error = 'GET ' || :url "
                "WHERE id = :id",
                {"url": address, "id": number},
            )
    return folder


def _robots(corpus: Corpus) -> dict[str, Any]:
    """A row of a machine table, whatever columns it has."""
    columns = corpus._rows("SELECT name, type FROM pragma_table_info('robots')")
    return {
        one["name"]: 1 if one["type"] in ("INTEGER", "REAL") else "mailto-me" for one in columns
    }


def make(folder: Path, target: Path, **more: Any) -> Snapshot:
    return make_snapshot(
        load_settings(folder, {}), target, now=NOW, version="1.2", title="Baku & Moscow", **more
    )


@pytest.fixture(scope="module")
def made(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return make(folder, tmp_path_factory.mktemp("out") / "snap", with_archive=True)


def test_a_snapshot_holds_all_that_tells_how_it_came_to_be(made: Snapshot) -> None:
    names = {one.relative_to(made.path).as_posix() for one in made.path.rglob("*") if one.is_file()}
    assert names == {
        "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt",
        "CITATION.cff", "data/corpus.db", "data/counts.json", "data/settings.json",
        "data/versions.json", "data/methods.txt", "data/seeds/one.txt",
        "data/seeds/deep/two % ä.txt", "data/archive/run-000001-feeds.warc.gz",
    }  # fmt: skip
    assert made.files == len(names)
    assert verify_snapshot(made.path) == []
    cited = yaml.safe_load((made.path / "CITATION.cff").read_text())
    assert (cited["title"], cited["type"]) == ("Baku & Moscow", "dataset")
    assert json.loads((made.path / "data/versions.json").read_text())["scrapy"]


def test_its_manifest_is_what_sha256sum_reads(made: Snapshot) -> None:
    for line in (made.path / "manifest-sha256.txt").read_text().splitlines():
        digest, name = line.split("  ")
        body = (made.path / name.replace("%25", "%")).read_bytes()
        assert hashlib.sha256(body).hexdigest() == digest


def test_its_corpus_is_one_still_and_says_the_same(folder: Path, made: Snapshot) -> None:
    with (
        closing(Corpus(folder / "corpus.db", readonly=True)) as before,
        closing(Corpus(made.path / "data/corpus.db", readonly=True)) as frozen,
    ):
        for name in ("articles", "copies", "revisions", "stories", "pages", "passages", "captures"):
            asked = f"SELECT * FROM {name}"
            assert frozen._rows(asked) == before._rows(asked), name
        assert figures_of(frozen, version="1") == figures_of(before, version="1")
        assert frozen.leading_names(most=9) == before.leading_names(most=9) == ("aliyev",)
        assert frozen.state("own_web") is None
        assert frozen.missing_parts() == []
        assert frozen.damage() == []
        assert list(frozen.stream_articles()) == list(before.stream_articles())


def test_nothing_of_the_machine_and_no_secret_is_in_it(made: Snapshot) -> None:
    for path in made.path.rglob("*"):
        if path.is_file():
            body = path.read_bytes()
            assert [one for one in SECRETS if one.encode() in body] == [], path
            assert str(Path.home()).encode() not in body or path.suffix == ".db"
    with closing(sqlite3.connect(made.path / "data/corpus.db")) as raw:
        held = {
            name: raw.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in MACHINE_TABLES
            if name != "_sqlite_migrations"
        }
    assert {name for name, rows in held.items() if rows} <= {
        "texts",
        "edges",
        "translations",
        "captured",  # views are made of them
        "topic_state",  # of which readers see the topic, and that alone is kept
    }
    assert not set(made.rows) & set(MACHINE_TABLES)
    settings = json.loads((made.path / "data/settings.json").read_text())
    assert settings["sources"]["feeds"] == ["https://first.test/feed?api_key=…&x=1"]
    assert "workspace" not in settings


def test_equal_corpora_give_equal_snapshots(folder: Path, tmp_path: Path) -> None:
    one, other = (make(folder, tmp_path / name / "s.zip") for name in ("a", "b"))
    assert one.path.read_bytes() == other.path.read_bytes()
    assert verify_snapshot(one.path) == []
    later = make_snapshot(
        load_settings(folder, {}), tmp_path / "c.zip", now=NOW + timedelta(days=1), version="1.2",
        title="Baku & Moscow",
    )  # fmt: skip
    assert later.path.read_bytes() != one.path.read_bytes()
    assert [one.name for one in tmp_path.rglob(".*")] == []


def test_every_difference_is_named(folder: Path, tmp_path: Path) -> None:
    root = make(folder, tmp_path / "snap").path
    (root / "data/seeds/one.txt").write_text("Another seed.")
    (root / "data/methods.txt").unlink()
    (root / "data/new.txt").touch()
    (root / "CITATION.cff").write_text("")
    with (root / "manifest-sha256.txt").open("a") as manifest:
        manifest.write(f"{'0' * 64}  ../../etc/passwd\n")
    assert verify_snapshot(root) == [
        "../../etc/passwd: outside of the snapshot",
        "CITATION.cff: changed",
        "data/methods.txt: missing",
        "data/seeds/one.txt: changed",
        "manifest-sha256.txt: changed",
        "data/new.txt: not in the manifest",
    ]


def test_two_sources_that_differ_by_their_key_stay_two(made: Snapshot) -> None:
    with closing(Corpus(made.path / "data/corpus.db", readonly=True)) as frozen:
        urls = [row["url"] for row in frozen._rows("SELECT url FROM sources ORDER BY id LIMIT 2")]
    assert urls == ["https://one.test/feed?x=1&token=…", "https://one.test/feed?x=1&token=…#2"]


def test_a_later_seedbed_leaves_an_older_snapshot_as_it_is(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    there = make(folder, tmp_path / "snap").path
    frozen = there / "data/corpus.db"
    monkeypatch.setattr(connection, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    for is_reader in (True, False):
        with pytest.raises(CorpusTooOld, match="a snapshot is never changed; copy"):
            Corpus(frozen, readonly=is_reader)
    assert verify_snapshot(there) == []
    copied = tmp_path / "corpus.db"
    copied.write_bytes(frozen.read_bytes())
    assert caplog.messages == []
    Corpus(copied, readonly=True).close()
    (told,) = caplog.messages
    assert told.startswith(f"corpus.db: schema {SCHEMA_VERSION} becomes ")


def test_what_cannot_be_read_ends_no_check(folder: Path, tmp_path: Path) -> None:
    root = make(folder, tmp_path / "snap").path
    (root / "data/methods.txt").unlink()
    (root / "data/methods.txt").symlink_to("nowhere")
    (root / "data/more").symlink_to("/")
    (root / "data/counts.json").unlink()
    assert verify_snapshot(root) == [
        "data/counts.json: missing",
        "data/methods.txt: cannot be read (No such file or directory)",
        "data/more: not in the manifest",
    ]


def test_a_damaged_zip_file_names_what_is_damaged(folder: Path, tmp_path: Path) -> None:
    whole = make(folder, tmp_path / "snap.zip").path.read_bytes()
    with zipfile.ZipFile(tmp_path / "snap.zip") as packed:
        corpus = packed.getinfo("snap/data/corpus.db")
    start = corpus.header_offset + 200
    for place in range(start, start + corpus.compress_size // 2, corpus.compress_size // 9):
        damaged = tmp_path / "damaged.zip"
        damaged.write_bytes(whole[:place] + bytes(b ^ 0xFF for b in whole[place : place + 9])
                            + whole[place + 9 :])  # fmt: skip
        (found,) = verify_snapshot(damaged)
        assert re.match(r"data/corpus\.db: (changed|cannot be read \()", found)


def test_what_is_no_snapshot_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"no zip")
    with pytest.raises(CorpusError, match=r"a\.zip"):
        verify_snapshot(tmp_path / "a.zip")
    assert verify_snapshot(tmp_path) == ["no snapshot: bagit.txt or manifest-sha256.txt is missing"]


def test_a_snapshot_is_never_written_over(folder: Path, made: Snapshot) -> None:
    before = (made.path / "manifest-sha256.txt").read_bytes()
    with pytest.raises(CorpusError, match="there already"):
        make(folder, made.path)
    assert (made.path / "manifest-sha256.txt").read_bytes() == before


def test_what_a_killed_one_left_is_taken_over(folder: Path, tmp_path: Path) -> None:
    left = tmp_path / ".s.seedbed-export"
    (left / "data/archive").mkdir(parents=True)
    (left / "data/archive/run-000009-feeds.warc.gz").write_bytes(b"half")
    (left / "data/link").symlink_to(folder)
    (tmp_path / ".s.zip.seedbed-export").write_bytes(b"half")
    for name in ("s", "s.zip"):
        assert verify_snapshot(make(folder, tmp_path / name).path) == []
    assert sorted(one.name for one in tmp_path.iterdir()) == ["s", "s.zip"]
    assert not (tmp_path / "s/data/archive").exists()
    assert (folder / "corpus.db").exists()


def test_a_failure_leaves_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ingest.snapshot.seal", fail)
    for name in ("s", "s.zip"):
        with pytest.raises(CorpusError, match="No space left"):
            make(folder, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_the_commands_make_one_and_check_it(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = str(tmp_path / "s.zip")
    asked = ["-w", str(folder), "snapshot", target, "--author", "Ann Lee", "--json"]
    assert main(asked) == 0
    assert json.loads(capsys.readouterr().out)["rows"]["articles"] > 0
    assert main(["verify", target, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"is_sound": True, "differences": []}
    with zipfile.ZipFile(target, "a") as packed:
        packed.writestr("s/data/more.txt", "x")
        assert yaml.safe_load(packed.read("s/CITATION.cff"))["authors"] == [{"name": "Ann Lee"}]
    assert main(["verify", target]) == 1
    assert capsys.readouterr().out == "data/more.txt: not in the manifest\n"
    assert main(asked) == 1


def test_methods_tell_the_figures_of_the_corpus(folder: Path, made: Snapshot) -> None:
    with closing(Corpus(folder / "corpus.db", readonly=True)) as corpus:
        told = corpus.summary()
        outcomes = {row["outcome"]: row["n"] for row in corpus.figures()["pages"]}
    assert sum(outcomes.values()) == told["addresses"]
    for outcome, count in outcomes.items():
        assert f"{outcome} {count}" in made.methods
    assert f"It holds {told['articles']} articles of {told['outlets']} outlets" in made.methods


def test_methods_of_nothing_say_so() -> None:
    text = methods_text(
        Figures(
            version="1", seeds=0, sources=0, outlets=0, addresses=0, outcomes={}, articles=0,
            copies=0, revisions=0, runs=0, first_run=None, last_found=None, first_published=None,
            last_published=None, cut=None, languages={},
            completeness={"estimated": None, "lacks": "no texts"},
        )
    )  # fmt: skip
    assert "no article yet" in text
    assert "none yet" in text
    assert not re.search("None|nan", text)


@settings(deadline=None)
@given(st.text(st.characters(blacklist_characters="/\0", blacklist_categories=["Cs"]), min_size=1))
def test_any_name_survives_a_manifest(name: str) -> None:
    written = bag._escaped(name)
    assert bag._unescaped(written) == name
    assert not set(written) & {"\n", "\r"}


def test_datasette_shows_it_as_it_shows_a_corpus(made: Snapshot) -> None:
    pytest.importorskip("datasette", reason="the web extra is not installed")
    from tests.test_web import ask

    shown = ("/corpus", "/corpus/-/article/1", "/corpus/-/completeness", "/corpus/articles")
    answers = ask(made.path / "data/corpus.db", urls=shown)
    assert [one.status_code for one in answers] == [200] * len(shown)
    assert "Articles" in answers[0].text
