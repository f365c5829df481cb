"""The commands that make and judge a workspace: init, seeds and check."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ingest.cli import main
from ingest.config import options
from ingest.corpus import Corpus
from tests.commands import empty, restored_logging, rows, workspace

# The fixtures used here, which pytest finds by their names.
__all__ = ["empty", "restored_logging", "workspace"]

ROOT = Path(__file__).parents[1]


def test_init_makes_a_workspace_that_scrapy_and_seedbed_accept(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seeds = sorted((ROOT / "seeds").glob("*.txt"))
    assert main(["init", "story", *map(str, seeds)]) == 0

    said = capsys.readouterr().out
    story = empty / "story"
    assert sorted(path.name for path in story.iterdir()) == [
        "corpus.db", "scrapy.cfg", "seedbed.toml", "seeds",
    ]  # fmt: skip
    assert [path.read_bytes() for path in sorted((story / "seeds").iterdir())] == [
        path.read_bytes() for path in seeds
    ]
    assert "Azerbaijan’s Leader Challenges Putin" in said or "Azerbaijan's Leader" in said
    assert main(["-w", "story", "status"]) == 0
    assert "story: 0 articles" in capsys.readouterr().out


def test_init_again_leaves_what_is_there(empty: Path) -> None:
    (empty / "one.md").write_text("A text about the story. " * 30)
    assert main(["init", "story", "one.md"]) == 0
    (empty / "story" / "seedbed.toml").write_text("name = 'mine'")

    assert main(["init", "story", "one.md"]) == 0
    assert (empty / "story" / "seedbed.toml").read_text() == "name = 'mine'"


def test_init_states_every_setting_with_its_default(empty: Path) -> None:
    main(["init", "story"])
    stated = (empty / "story" / "seedbed.toml").read_text()

    assert all(f"# {o.path[-1]} = {o.default}".rstrip() in stated for o in options())
    uncommented = "\n".join(
        line.removeprefix("# ") if " = " in line and not line.endswith("=") else line
        for line in stated.splitlines()
        if not line.endswith(" =")
    )
    (empty / "story" / "seedbed.toml").write_text(uncommented)
    assert main(["-w", "story", "status"]) == 0


@pytest.mark.parametrize("name", ["empty.txt", "image.png", "other/one.txt", "folder"])
def test_init_refuses_a_seed_it_cannot_use_and_writes_nothing(
    empty: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (empty / "one.txt").write_text("A text about the story.")
    (empty / "empty.txt").write_text("\n")
    (empty / "image.png").write_bytes(b"\x89PNG")
    (empty / "folder").mkdir()
    (empty / "other").mkdir()
    (empty / "other" / "one.txt").write_text("Another text of the same name.")

    assert main(["init", "story", "one.txt", name]) == 3
    assert Path(name).name in capsys.readouterr().err
    assert not (empty / "story").exists()


def test_init_names_every_seed_that_it_cannot_use(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (empty / "one.txt").write_text("A text about the story. " * 30)
    (empty / "empty.txt").write_text("\n")
    (empty / "image.png").write_bytes(b"\x89PNG")
    (empty / "a.txt").write_bytes(b"\xff\x00\xfe\x00\x01" * 9)
    (empty / "b.urls").write_text("Baku\n")

    assert main(["init", "story", "one.txt", "empty.txt", "image.png"]) == 3
    assert capsys.readouterr().err.splitlines() == [
        "seedbed: an empty seed document: empty.txt",
        "seedbed: a seed document ends in .txt, .md, .html or .urls: image.png",
    ]
    assert main(["init", "story", "one.txt", "a.txt", "b.urls"]) == 3
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert "a.txt" in said[0]
    assert "no web address in line 1 of b.urls" in said[1]
    assert not (empty / "story").exists()


def test_seeds_shows_titles_words_noise_language_and_the_topic(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = rows(capsys, "-w", str(ROOT), "seeds")

    *documents, topic = found
    assert [document["id"] for document in documents] == [1, 2, 3, 4, 5]
    assert all(document["title"] and document["words"] > 100 for document in documents)
    assert {document["language"] for document in documents} == {"en"}
    assert all(0 < document["noise_share"] < 1 for document in documents)
    assert topic["names"]
    assert topic["terms"]


def test_seeds_shows_on_demand_what_cleaning_removed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-w", str(ROOT), "seeds"]) == 0
    brief = capsys.readouterr().out
    assert main(["-w", str(ROOT), "seeds", "--raw"]) == 0
    full = capsys.readouterr().out

    assert all(len(line) <= 80 for line in full.splitlines() if "://" not in line)
    assert len(full.splitlines()) > 5 * len(brief.splitlines())


def test_check_finds_what_stands_in_the_way(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check"]) == 1
    said = capsys.readouterr().out
    assert "BAD   seeds" in said
    assert "https://b.test/sitemap.xml failed 3 times: timed out" in said

    (workspace / "seeds" / "one.txt").write_text("A story of Baku and Moscow. " * 40)
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        corpus._run("UPDATE runs SET fetched = 9, started = '2999-01-01T00:00:00Z' WHERE id = 1")
        corpus._run("DELETE FROM runs WHERE id = 2")
    assert main(["check"]) == 1
    said = capsys.readouterr().out
    assert "the outcomes of run 1 do not add up" in said
    assert "started in the future" in said


def test_check_of_a_sound_workspace_ends_with_0(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "seeds" / "one.txt").write_text("A story of Baku and Moscow. " * 40)

    assert main(["check"]) == 0
    assert "BAD" not in capsys.readouterr().out


def test_check_sees_that_the_archive_has_no_place(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "seeds" / "one.txt").write_text("A story of Baku and Moscow. " * 40)
    (workspace / "archive").write_text("a file")

    assert main(["check"]) == 1
    assert "BAD   archive: no folder" in capsys.readouterr().out


def test_init_with_a_seed_that_cannot_be_read_leaves_none_behind(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (empty / "latin1.txt").write_bytes("Məqalə".encode("utf-16") + b"\xff\x00\xfe")
    assert main(["init", "story", "latin1.txt"]) == 3
    assert f"seed document {Path('latin1.txt')} is no text" in capsys.readouterr().err

    assert not (empty / "story" / "seeds" / "latin1.txt").exists()


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("l.urls", "https://a.test/1\nBaku\n", "no web address in line 2 of given/l.urls: Baku"),
        ("b.clean.txt", "By hand.", "no seed document b.txt, .md or .html for given/b.clean.txt"),
    ],
)
def test_init_names_the_file_as_it_was_given(
    empty: Path, name: str, body: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (empty / "given").mkdir()
    (empty / "given" / "a.txt").write_text("A story of Baku and Moscow. " * 40)
    (empty / "given" / name).write_text(body)

    assert main(["init", "story", "given"]) == 3
    assert capsys.readouterr().err.startswith(f"seedbed: {said}")


def test_init_says_what_it_left_and_counts_one_address(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (empty / "given").mkdir()
    (empty / "given" / "a.urls").write_text("https://a.test/1\n")
    (empty / "given" / "b.pdf").write_bytes(b"%PDF-1.7")

    assert main(["init", "story", "given"]) == 0
    told = capsys.readouterr()
    assert "seedbed seeds --fetch, for 1 address in seeds/" in told.out
    assert "put documents" not in told.out
    assert "not read: b.pdf" in told.err


def test_check_names_what_is_not_read_and_what_is_not_fetched(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "seeds" / "one.txt").write_text("A story of Baku and Moscow. " * 40)
    (workspace / "seeds" / "two.docx").write_bytes(b"PK")
    (workspace / "seeds" / "l.urls").write_text("https://a.test/1\n")

    assert main(["check"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "look seeds: not read: two.docx; a seed ends in .txt" in said
    assert "look seeds: 1 address not fetched: run `seedbed seeds --fetch`" in said


def test_check_goes_on_where_the_seeds_cannot_be_read(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "seedbed.toml").write_text(f'[paths]\nseeds = "{"n" * 300}"\n')

    assert main(["check"]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "BAD seeds: cannot read " in shown
    assert " corpus: sound" in shown.partition("BAD seeds")[2]


def test_check_names_the_backup_of_a_corpus_that_is_none_any_more(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup"]) == 0
    (made,) = (workspace / "backups").glob("*.db")
    (workspace / "corpus.db").write_text("not a database, for sure\n" * 100)
    capsys.readouterr()

    assert main(["check"]) == 1
    shown = "".join(capsys.readouterr().out.split())
    assert f"`seedbedrestore{made}`bringsthelatestbackupback" in shown
    assert main(["restore", str(made)]) == 0
    capsys.readouterr()
    main(["check"])
    assert "latest backup" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ('"feds", "links"', "none is called feds; did you mean feeds?"),
        ('"seeds"', "none is called seeds"),
        ('"zzz"', "none is called zzz; there are bing, feeds, frontier"),
    ],
)
def test_a_daemon_does_not_begin_with_a_spider_that_is_not_there(
    workspace: Path, named: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "seeds" / "one.txt").write_text("A story of Baku and Moscow. " * 40)
    (workspace / "seedbed.toml").write_text(f"[schedule]\nspiders = [{named}]\n")

    assert main(["run", "--once"]) == 3
    assert main(["check"]) == 1
    shown = capsys.readouterr()
    assert "seedbed.toml:2: [schedule] spiders = " in shown.err
    assert said in shown.err
    assert said in " ".join(shown.out.split())


def test_status_counts_the_documents_that_are_read(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("one.txt", "two.docx", "one.clean.txt", "l.urls"):
        (workspace / "seeds" / name).write_text("https://a.test/1\n")

    assert main(["status"]) == 0
    assert "1 document in seeds" in capsys.readouterr().out


def test_what_a_person_may_want_to_know_is_said_whole_before_settings_are_read(
    empty: Path,
) -> None:
    (seed, *_) = sorted((ROOT / "seeds").glob("*.txt"))
    for name in ("a.txt", "b.txt"):
        (empty / name).write_bytes(seed.read_bytes())

    done = subprocess.run(
        [sys.executable, "-m", "ingest", "init", "story", "a.txt", "b.txt"],
        cwd=empty, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert "WARNING seed left out file=b.txt same_text_as=a.txt" in done.stderr
