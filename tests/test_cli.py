from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from ingest.cli import main, seedbed
from ingest.config import options
from ingest.corpus import Corpus
from ingest.crawl import CrawlReport
from ingest.urls import address_key
from scheduler.lock import only_daemon

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
LONG = "https://a.test/" + "-".join(["very"] * 30)
AT = "2026-01-02T03:04:05Z"

ROWS: dict[str, list[dict[str, Any]]] = {
    "outlets": [
        {"id": "a.test", "name": "A Daily", "first_seen": AT, "last_seen": AT},
        {"id": "b.test", "name": None, "first_seen": AT, "last_seen": AT},
    ],
    "seeds": [
        {
            "id": 1, "file": "one.txt", "title": "The rift", "words": 300, "noise_share": 0.4,
            "sha256": "0" * 64, "text": "The rift grows.", "raw": "The rift grows.",
        }
    ],
    "runs": [
        {
            "id": 1, "started": AT, "finished": AT, "spider": "feeds", "trigger": "command",
            "outcome": "finished", "polled": 2, "polls_failed": 1, "fetched": 4, "new_articles": 1,
            "copies": 2, "rejected": 1, "seconds": 12.3, "version": "0.1.0", "message": None,
        },
        {
            "id": 2, "started": AT, "spider": "frontier", "trigger": "schedule",
            "outcome": "died", "version": "0.1.0", "message": "its process\x1b[2J died",
        },
    ],
    "sources": [
        {
            "id": 1, "outlet": "a.test", "kind": "feed", "url": "https://a.test/feed",
            "found_by": "settings", "every_minutes": 30, "next_due": AT, "last_ok": AT,
            "items_seen": 4, "articles_kept": 3,
        },
        {
            "id": 2, "outlet": "b.test", "kind": "sitemap", "url": "https://b.test/sitemap.xml",
            "found_by": "settings", "every_minutes": 30, "next_due": AT, "failures": 3,
            "last_error": "timed out",
        },
    ],
    "pages": [
        {
            "id": 1, "key": "", "url": "https://www.a.test/news/one", "outlet": "a.test",
            "outcome": "article", "reason": "0.91 like seed 1: Baku, Aliyev", "http_status": 200,
            "found_by": "feeds", "source": 1, "title": "Baku answers", "relevance": 0.91,
            "article": 1, "first_seen": AT, "last_fetched": AT, "next_check": AT, "run": 1,
        },
        {
            "id": 2, "key": "", "url": "https://b.test/copied", "outlet": "b.test",
            "outcome": "copy", "reason": "near: https://a.test/news/one (similarity 0.93)",
            "found_by": "feeds", "source": 1, "article": 1, "first_seen": AT,
            "last_fetched": AT, "run": 1, "http_status": 200,
        },
        {
            "id": 3, "key": "", "url": "https://b.test/of-a-seed", "outlet": "b.test",
            "outcome": "copy", "reason": "exact: seed one.txt (similarity 1.00)",
            "found_by": "links", "first_seen": AT, "last_fetched": AT, "run": 1,
        },
        {
            "id": 4, "key": "", "url": LONG, "outlet": "a.test", "outcome": "rejected",
            "reason": "list: 41 links, 12 words of prose", "found_by": "feeds", "source": 1,
            "first_seen": AT, "last_fetched": AT, "attempts": 2, "run": 1,
        },
    ],
    "articles": [
        {
            "id": 1, "published": AT, "title": "Baku answers Moscow\x1b]0;owned\x07",
            "outlet": "a.test", "relevance": 0.91, "seed": 1,
            "why": "0.91 like seed 1: Baku, Aliyev",
            "lead": "Baku answered.", "words": 6, "author": "A. Author", "language": "en",
            "url": "https://a.test/news/one", "copies": 1, "first_seen": AT, "run": 1, "page": 1,
            "sha256": "1" * 64, "extractor": "trafilatura 2.3",
            "text": "Baku answered Moscow’s note.\n" + "A long line about Baku. " * 20 + "\x1b[2J",
        }
    ],
    "copies": [
        {
            "article": 1, "outlet": "b.test", "published": "2026-01-02T05:04:05Z",
            "title": "Baku answers", "url": "https://b.test/copied", "relation": "near",
            "similarity": 0.93, "passage": "Baku answered", "hours_later": 2.0, "first_seen": AT,
            "page": 2, "run": 1,
        },
        {
            "seed": 1, "outlet": "b.test", "title": "The rift", "url": "https://b.test/of-a-seed",
            "relation": "exact", "similarity": 1.0, "first_seen": AT, "page": 3, "run": 1,
        },
    ],
    "revisions": [
        {
            "article": 1, "page": 1, "seen": AT, "title": "Baku asks", "new_title": "Baku answers",
            "title_changed": 1, "words_added": 12, "words_removed": 3, "run": 1, "text": "Before.",
        }
    ],
    "fetches": [
        {
            "page": page, "run": 1, "at": AT, "outcome": outcome, "reason": "as it is",
            "http_status": 200, "bytes": 12345,
        }
        for page, outcome in ((1, "article"), (2, "copy"), (3, "copy"), (4, "rejected"))
    ],
    "texts": [
        {
            "page": 2, "canonical_key": address_key("https://b.test/its-own-name"),
            "url": "https://b.test/its-own-name", "relevance": 0.9, "is_related": 1,
            "sample_size": 1,
            "why": "", "run": 1,
            "first_seen": AT, "article_z": b"",
        }
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    logging.captureWarnings(capture=False)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a small corpus; the working folder."""
    (tmp_path / "seeds").mkdir()
    with closing(Corpus(tmp_path / "corpus.db")) as corpus, corpus.transaction():
        for table, rows in ROWS.items():
            for row in rows:
                filled = row | {"key": address_key(row["url"])} if "key" in row else row
                columns = ", ".join(f'"{name}"' for name in filled)
                marks = ", ".join(f":{name}" for name in filled)
                corpus._run(f"INSERT INTO {table} ({columns}) VALUES ({marks})", filled)
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SEEDBED_")]:
        monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is no workspace yet; the working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_a_command_the_status_is_shown(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 0
    plain = capsys.readouterr().out
    assert main(["status"]) == 0

    assert plain == capsys.readouterr().out
    assert plain.startswith(f"{workspace.name}: 1 article and 2 copies from 1 outlet\n")
    assert "4 considered: 2 copies, 1 article, 1 rejected" in " ".join(plain.split())
    assert "2, 1 failing" in plain
    assert "2 frontier died 2026-01-02 03:04 UTC: nothing new (its process[2J died)" in (
        " ".join(plain.split())
    )


def test_status_without_a_corpus_says_what_to_do(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 0

    said = capsys.readouterr().out
    assert f"{empty.name}: no corpus yet" in said
    assert "seedbed run --once" in said
    assert not (empty / "corpus.db").exists()


READERS = [
    ["status"],
    ["sources"],
    ["runs"],
    ["search", "baku"],
    ["show", "1"],
    ["why", "https://a.test/news/one"],
    ["why", "https://b.test/copied"],
    ["why", "https://b.test/of-a-seed"],
    ["why", LONG],
    ["check"],
]


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("arguments", READERS, ids=" ".join)
def test_what_readers_print_fits_a_terminal_and_cannot_command_it(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main(arguments)

    lines = capsys.readouterr().out.split("\n")
    assert len(lines) > 2
    assert [line for line in lines if len(line) > 80 and "://" not in line] == []
    assert [c for line in lines for c in line if not c.isprintable()] == []


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("arguments", READERS, ids=" ".join)
def test_with_json_readers_print_one_object_a_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main([*arguments, "--json"])

    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert all(isinstance(json.loads(line), dict) for line in lines)
    assert all(line.isprintable() for line in lines)


def rows(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main([*arguments, "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.usefixtures("workspace")
def test_status_counts_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    [told] = rows(capsys, "status")

    assert told["summary"]["articles"] == 1
    assert told["outcomes"] == {"article": 1, "copy": 2, "rejected": 1}
    assert told["last_run"]["id"] == 2
    assert [article["id"] for article in told["latest"]] == [1]


@pytest.mark.usefixtures("workspace")
def test_sources_can_be_narrowed_to_the_failing(capsys: pytest.CaptureFixture[str]) -> None:
    assert [row["id"] for row in rows(capsys, "sources")] == [1, 2]
    assert [row["last_error"] for row in rows(capsys, "sources", "--failing")] == ["timed out"]


@pytest.mark.usefixtures("workspace")
def test_runs_come_newest_first_and_can_be_limited(capsys: pytest.CaptureFixture[str]) -> None:
    assert [row["id"] for row in rows(capsys, "runs")] == [2, 1]
    assert [row["id"] for row in rows(capsys, "runs", "-n", "1")] == [2]


@pytest.mark.usefixtures("workspace")
def test_the_counts_of_a_run_add_up_to_its_pages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs"]) == 0

    heading, died, finished, note = capsys.readouterr().out.splitlines()
    assert heading == (
        "id  started      spider    pages  new  cop  rev  same  off  rej  rob  gone  err"
    )
    pages, *counts = map(int, finished.split()[4:])
    assert (pages, sum(counts)) == (4, 4)
    assert died.split()[3] == "frontier"
    assert note == "run 2 died: its process[2J died"


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(
    "words",
    [
        ["baku"],
        ["BAKU", "moscow"],
        ["Moscow’s"],
        ["moscow's", "note"],
        ["baku-answered"],
        ["baku:"],
        ['"baku answered"'],
        ["answer*"],
        ["title:", "baku"],
        ["baku", "NOT", "paris"],
        ["baku", "+", "!"],
    ],
    ids=" ".join,
)
def test_search_takes_plain_words_and_the_full_text_language(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert [row["id"] for row in rows(capsys, "search", *words)] == [1]


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("words", [["paris"], ["baku", "paris"], ["!"], ["\udc80"]])
def test_search_that_finds_nothing_says_so(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", *words]) == 0
    assert capsys.readouterr().out == "nothing found\n"


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("words", ['"baku', "baku AND", "(baku", "baku ^", "NEAR(", "text: :"])
def test_search_that_cannot_be_read_is_a_usage_error(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", words]) == 2
    said = capsys.readouterr().err
    assert "the search cannot be read" in said
    assert "Traceback" not in said


@pytest.mark.usefixtures("workspace")
def test_a_snippet_holds_the_words_without_marks(capsys: pytest.CaptureFixture[str]) -> None:
    [found] = rows(capsys, "search", "note")

    assert "Moscow’s note" in found["snippet"]


@pytest.mark.usefixtures("workspace")
def test_show_tells_origin_reason_copies_and_changes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "1"]) == 0

    said = " ".join(capsys.readouterr().out.split())
    assert "outlet A Daily (a.test)" in said
    assert "kept 0.91 like seed 1: Baku, Aliyev" in said
    assert "by feeds, in run 1 named by https://a.test/feed" in said
    assert "1 copy 2026-01-02 05:04, b.test, near 0.93, +2.0 hours https://b.test/copied" in said
    assert "1 change 2026-01-02 03:04 UTC, +12 -3 words title was: Baku asks" in said
    assert said.endswith("A long line about Baku. [2J")


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(("number", "code"), [("7", 1), ("0", 2), ("x", 2), (str(2**63), 2)])
def test_show_of_what_is_no_article_fails(
    number: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", number]) == code
    assert capsys.readouterr().err


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(
    "spelling",
    [
        "https://www.a.test/news/one",
        "http://a.test/news/one/",
        "a.test/news/one",
        "https://a.test/news/one?utm_source=x#top",
        "https://m.a.test/news/one/amp",
        " https://a.test/news/one ",
    ],
)
def test_why_finds_an_address_in_any_spelling(
    spelling: str, capsys: pytest.CaptureFixture[str]
) -> None:
    [page] = rows(capsys, "why", spelling)

    assert (page["id"], page["outcome"], page["considered"]) == (1, "article", True)
    assert [fetch["outcome"] for fetch in page["fetches"]] == ["article"]


@pytest.mark.usefixtures("workspace")
def test_why_finds_a_page_by_the_address_it_names_as_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    [page] = rows(capsys, "why", "https://b.test/its-own-name")

    assert page["url"] == "https://b.test/copied"


@pytest.mark.usefixtures("workspace")
def test_why_tells_what_a_copy_is_a_copy_of(capsys: pytest.CaptureFixture[str]) -> None:
    main(["why", "https://b.test/copied"])
    of_article = " ".join(capsys.readouterr().out.split())
    main(["why", "https://b.test/of-a-seed"])
    of_seed = " ".join(capsys.readouterr().out.split())

    assert "near 0.93, +2.0 hours: article 1, “Baku answers Moscow" in of_article
    assert "in common: “Baku answered”" in of_article
    assert "exact 1.00: seed one.txt, “The rift”" in of_seed


@pytest.mark.usefixtures("workspace")
def test_why_of_a_rejected_page_tells_reason_finder_and_fetches(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["why", LONG]) == 0

    said = capsys.readouterr().out
    assert said.startswith(f"{LONG}\nrejected: list: 41 links, 12 words of prose\n")
    assert "2026-01-02 03:04 UTC by feeds" in said
    assert "2 failed in a row" in said
    assert "run 1, HTTP 200, 12,345 bytes" in said


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("url", ["https://a.test/other", "nonsense", "http://[::1", "\x1b[2J"])
def test_why_of_an_address_never_considered_says_so_and_exits_1(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["why", url]) == 1
    assert "never considered" in capsys.readouterr().out
    assert main(["why", url, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["considered"] is False


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["serch", "x"], "Did you mean 'search'?"),
        (["crawl", "feds"], "did you mean feeds?"),
        (["crawl", "zzz"], "there are feeds, frontier, links"),
        (["crawl", "feeds", "-a", "x"], "not of the form NAME=VALUE"),
        (["show"], "Missing argument 'ID'"),
        (["runs", "--jsn"], "--json"),
        (["-w", "missing", "status"], "does not exist"),
    ],
)
def test_a_slip_of_the_pen_is_a_usage_error_with_a_hint(
    arguments: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert hint in capsys.readouterr().err


@pytest.mark.parametrize("command", ["status", "runs", "run", "crawl feeds", "seeds", "check"])
def test_wrong_settings_are_told_in_full_and_nothing_is_started(
    workspace: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "seedbed.toml").write_text("[crawl]\ndelya_s = 1\ndelay_s = 'x'\n")
    code = main(command.split())

    said = "".join(capsys.readouterr())
    assert code == (1 if command == "check" else 3)
    assert "[crawl] delya_s: unknown; did you mean delay_s?" in said
    assert "[crawl] delay_s = 'x': expected a number" in said
    assert "Traceback" not in said


def test_without_seeds_a_crawl_ends_with_3(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["seeds"]) == 3
    assert str(workspace / "seeds") in capsys.readouterr().err


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize("command", ["runs", "sources", "search x", "show 1", "why http://a.test"])
def test_readers_without_a_corpus_fail_with_a_hint_and_make_none(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command.split()) == 1
    assert "seedbed run --once" in capsys.readouterr().err
    assert not Path("corpus.db").exists()


def test_a_file_that_is_no_corpus_is_refused(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "corpus.db").write_bytes(b"not a database at all, but long enough to be read")

    assert main(["runs"]) == 1
    assert "no SQLite file" in capsys.readouterr().err


def test_a_workspace_can_be_named(
    workspace: Path, tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    assert main(["-w", str(workspace), "show", "1"]) == 0
    monkeypatch.setenv("SEEDBED_WORKSPACE", str(workspace))
    assert main(["show", "1"]) == 0

    assert capsys.readouterr().out.count("Baku answers Moscow") == 2


@pytest.mark.usefixtures("workspace")
def test_an_interrupt_ends_with_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_corpus: Corpus, _limit: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Corpus, "latest_runs", interrupted)

    assert main(["runs"]) == 130
    assert "interrupted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("report", "code"),
    [
        ({"outcome": "finished", "counts": {"polled": 8, "polls_failed": 1}}, 0),
        ({"outcome": "finished", "counts": {"polled": 8, "polls_failed": 3}}, 6),
        ({"outcome": "finished", "counts": {"polled": 8, "polls_failed": 8}}, 4),
        ({"outcome": "failed", "counts": {"polled": 8, "polls_failed": 0}}, 1),
        ({"outcome": "interrupted", "counts": {"polled": 8, "polls_failed": 0}}, 130),
        ({"outcome": "failed", "run": None, "exit_code": 3, "counts": {}}, 3),
        ({"outcome": "failed", "run": None, "exit_code": -9, "counts": {}}, 1),
    ],
)
def test_a_crawl_ends_with_the_code_of_what_came_of_it(report: dict[str, Any], code: int) -> None:
    from ingest.cli import _crawl_exit_code

    whole: dict[str, Any] = {"spider": "feeds", "run": 1, "exit_code": 0, "seconds": 1.0} | report
    assert _crawl_exit_code(CrawlReport(**whole)) == code


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
    assert list((empty / "story").iterdir()) == []


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


def test_web_without_datasette_says_what_to_install(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert workspace
    monkeypatch.setitem(sys.modules, "datasette", None)

    assert main(["web"]) == 1
    assert "pip install 'seedbed[web]'" in capsys.readouterr().err


def test_web_serves_the_corpus_with_datasette(workspace: Path) -> None:
    ran = run_python(
        "import sys\nfrom ingest.cli import main\n"
        "sys.exit(main(['web', '--get', '/corpus/articles.json?_shape=array&_col=title']))",
        cwd=workspace,
    )

    assert ran.returncode == 0, ran.stderr
    assert [row["id"] for row in json.loads(ran.stdout)] == [1]


def test_a_second_daemon_ends_with_5(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with only_daemon(workspace / "corpus.db"):
        assert main(["run", "--once"]) == 5

    assert f"another daemon (process {os.getpid()}) holds" in capsys.readouterr().err


def test_a_daemon_without_sources_ends_with_3(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (empty / "seeds").mkdir()
    (empty / "seeds" / "one.txt").write_text("A story of Baku and Moscow. " * 40)

    assert main(["run", "--once"]) == 3
    assert "[sources]" in capsys.readouterr().err


def run_python(code: str, *, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["status"], ["show", "1"]])
def test_readers_start_without_the_heavy_libraries(workspace: Path, arguments: list[str]) -> None:
    ran = run_python(
        "import sys\nfrom ingest.cli import main\n"
        f"code = main({arguments!r})\n"
        "heavy = {'scrapy', 'twisted', 'trafilatura', 'lxml', 'datasette', 'rich', 'apscheduler'}\n"
        "print(sorted(heavy & sys.modules.keys()), file=sys.stderr)\nsys.exit(code)",
        cwd=workspace,
    )

    assert (ran.returncode, ran.stderr) == (0, "[]\n")


def test_a_closed_pipe_is_quiet(workspace: Path) -> None:
    ran = run_python(
        "import os, sys\nfrom ingest.cli import main\n"
        "read, write = os.pipe()\nos.close(read)\nos.dup2(write, 1)\n"
        "sys.exit(main(['show', '1']))",
        cwd=workspace,
    )

    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_package_runs_as_a_module(workspace: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "ingest", "show", "7"], cwd=workspace, check=False, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, timeout=60,
    )  # fmt: skip

    assert ran.returncode == 1
    assert "no article 7" in ran.stderr


def test_help_of_every_command_fits_and_the_exit_codes_are_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    context = click.Context(seedbed)
    for name in seedbed.list_commands(context):
        assert main([name, "--help"]) == 0
    assert main(["--help"]) == 0

    said = capsys.readouterr().out
    assert all(len(line) <= 80 for line in said.splitlines())
    assert "..." not in said.rpartition("Commands:")[2]
    assert "5 another daemon holds this corpus" in said
