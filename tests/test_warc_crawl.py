"""`scrapy crawl warc` over local files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from ingest.archive import read_record
from ingest.errors import CorpusError
from tests import preloaded
from tests.archive_web import OTHER, WarcMaker, page
from tests.demo_web import ask

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.long


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "one.txt").write_text(
        "Talks in Baku\n" + "The talks between Azerbaijan and Russia went on in Baku today. " * 9
    )
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = ingest.settings\n")
    (tmp_path / "seedbed.toml").write_text("")
    return tmp_path


def environment(**more: str) -> dict[str, str]:
    # A request would go to a port where nobody listens.
    return {
        **os.environ, "SEEDBED_CRAWL__PROXY": "http://127.0.0.1:9",
        "SEEDBED_LOG__LEVEL": "INFO", "SEEDBED_LOG__FORMAT": "json", **more,
    }  # fmt: skip


def crawl(folder: Path, *arguments: str, code: int = 0, **env: str) -> list[dict[str, Any]]:
    """The events of a crawl."""
    done = preloaded.scrapy("crawl", "warc", *arguments, cwd=folder, env=environment(**env))
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
    assert done.returncode == code, done.stderr[-3000:]
    return [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]


def told(events: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    return [one for one in events if one["event"] == event]


def pages(folder: Path) -> dict[str, str]:
    rows = ask(folder, "SELECT url, outcome FROM pages ORDER BY key")
    return {row["url"].rpartition("/")[2]: row["outcome"] for row in rows}


def state(folder: Path) -> list[dict[str, Any]]:
    rows = ask(folder, "SELECT value FROM topic_state WHERE key LIKE 'warc %' ORDER BY key")
    return [json.loads(row["value"]) for row in rows]


def made(*numbers: int, is_packed: bool = True) -> WarcMaker:
    maker = WarcMaker(is_packed=is_packed)
    for number in numbers:
        maker.add(f"http://www.news.test/talks-{number}", page(number))
    return maker


def test_what_is_of_the_topic_goes_the_one_path_as_fetched_when_it_was_archived(
    folder: Path,
) -> None:
    maker = made(1).add("http://www.news.test/rome", OTHER).add("http://x.test/gone", b"", "404 No")
    maker.write(folder / "a.warc.gz")
    events = crawl(folder, "-a", "file=a.warc.gz")
    (row,) = ask(
        folder,
        "SELECT p.outcome, p.found_by, p.last_fetched, p.http_status, p.reason, f.at, f.capture, "
        "f.warc, f.warc_offset, a.first_seen, a.outlet, a.why FROM pages p JOIN fetches f "
        "ON f.page = p.id JOIN articles a ON a.page = p.id",
    )
    kept = read_record(folder / "archive" / row["warc"], row["warc_offset"])

    assert (row["outcome"], row["found_by"], row["http_status"]) == ("article", "warc", 200)
    assert {row["last_fetched"], row["at"], row["first_seen"]} == {"2025-11-21T00:01:23Z"}
    assert row["capture"] == "a.warc.gz, byte 0"
    assert row["why"].endswith("; as captured 2025-11-21 00:01 UTC: a.warc.gz, byte 0")
    assert kept.url == "http://www.news.test/talks-1"
    assert kept.body == page(1)
    (read,) = told(events, "archive read")
    assert read["taken"] == read["no_words_of_the_topic"] == read["status_4xx"] == 1
    (run,) = told(events, "run finished")
    assert "requests" not in run


def test_every_form_of_a_file_and_every_file_of_a_folder_is_read(folder: Path) -> None:
    (folder / "in" / "deep").mkdir(parents=True)
    made(1).write(folder / "in" / "a.warc.gz")
    made(2, is_packed=False).write(folder / "in" / "deep" / "b.warc")
    (folder / "c.warc.gz").write_bytes(made(3, 4, is_packed=False).as_one_member())
    (folder / "in" / "notes.txt").write_text("no WARC")
    crawl(folder, "-a", "file=in, c.warc.gz")
    captures = ask(folder, "SELECT capture FROM fetches ORDER BY capture")

    assert pages(folder) == {f"talks-{n}": "article" for n in (1, 2, 3, 4)}
    assert [row["capture"] for row in captures] == [
        "a.warc.gz, byte 0", "b.warc, byte 0", "c.warc.gz, byte 0", "c.warc.gz, byte 0, record 1",
    ]  # fmt: skip


def test_a_file_is_not_read_twice_but_what_was_added_to_it_is(folder: Path) -> None:
    maker = made(1)
    maker.write(folder / "a.warc.gz")
    crawl(folder, "-a", "file=a.warc.gz")
    again = crawl(folder, "-a", "file=a.warc.gz")
    maker.add("http://www.news.test/talks-2", page(2)).write(folder / "a.warc.gz")
    crawl(folder, "-a", "file=a.warc.gz")
    fetches = ask(folder, "SELECT run FROM fetches ORDER BY id")

    assert "fetched" not in told(again, "run finished")[0]
    assert [row["run"] for row in fetches] == [1, 3]
    assert state(folder)[0]["tally"] == {"taken": 2}


def test_files_of_one_name_that_begin_alike_are_each_read_whole(folder: Path) -> None:
    common = made(1).bytes()
    for name, rest in (("long", made(2, 3, 4)), ("other", made(5, 6))):
        (folder / name).mkdir()
        (folder / name / "a.warc.gz").write_bytes(common + rest.bytes())
    crawl(folder, "-a", "file=long")
    crawl(folder, "-a", "file=other")

    assert pages(folder) == {f"talks-{n}": "article" for n in range(1, 7)}


def test_one_address_many_times_is_one_article_with_its_later_wordings(folder: Path) -> None:
    url = "http://www.news.test/talks-1"
    news = b"The ministers parted without any result, and the talks were broken off. "
    later = page(1).replace(b"In point 1 ", news * 3 + b"In point 1 ")
    maker = WarcMaker()
    maker.add(url, page(1), date="2025-11-21T10:00:00Z")
    maker.add(url, page(1), date="2025-11-21T10:00:00Z")
    maker.add(url, b"", kind="revisit", date="2025-11-21T11:00:00Z")
    maker.add(url, later, date="2025-11-22T10:00:00Z")
    maker.add(url, page(1), date="2025-11-20T10:00:00Z")
    maker.write(folder / "a.warc.gz")
    crawl(folder, "-a", "file=a.warc.gz")
    outcomes = ask(folder, "SELECT outcome, at FROM fetches ORDER BY id")

    assert [row["outcome"] for row in outcomes] == ["article", "revision"]
    assert state(folder)[0]["tally"] == {"known": 2, "revisit": 1, "taken": 2}
    assert len(ask(folder, "SELECT id FROM revisions")) == 1


def test_a_cut_file_is_read_up_to_the_break_and_on_when_the_rest_has_come(folder: Path) -> None:
    whole = made(1, 2, 3)
    (folder / "a.warc.gz").write_bytes(whole.bytes()[: whole.starts[2] + 200])
    events = crawl(folder, "-a", "file=a.warc.gz")
    before = pages(folder)
    (run,) = ask(folder, "SELECT outcome, message FROM runs")
    whole.write(folder / "a.warc.gz")
    crawl(folder, "-a", "file=a.warc.gz")

    assert sorted(before) == ["talks-1", "talks-2"]
    assert told(events, "file damaged")[0]["error"] == (
        f"the file ends in the middle of a record, at byte {whole.starts[2]}"
    )
    assert run["outcome"] == "finished"
    assert run["message"].startswith("a.warc.gz: the file ends in the middle of a record")
    assert sorted(pages(folder)) == ["talks-1", "talks-2", "talks-3"]
    assert [row["run"] for row in ask(folder, "SELECT run FROM fetches ORDER BY id")] == [1, 1, 2]


def test_truncated_records_are_read_only_where_the_text_is_there(folder: Path) -> None:
    long = page(2) + b"<!-- " + b"x" * 600_000
    maker = WarcMaker()
    maker.add("http://n.test/time", page(1)[:2000], WARC_Truncated="time")
    maker.add("http://n.test/long", long, WARC_Truncated="length")
    maker.write(folder / "a.warc.gz")
    crawl(folder, "-a", "file=a.warc.gz")

    assert pages(folder) == {"long": "article"}
    assert state(folder)[0]["tally"] == {"cut short": 1, "taken": 1}
    assert "cut off behind" in ask(folder, "SELECT capture FROM fetches")[0]["capture"]


def test_only_the_hosts_of_the_settings_are_read(folder: Path) -> None:
    maker = made(1).add("http://other.test/talks-9", page(9)).add("http://test/8", page(8))
    maker.write(folder / "a.warc.gz")
    crawl(folder, "-a", "file=a.warc.gz", SEEDBED_ARCHIVES__HOSTS="News.test")
    crawl(folder, "-a", "file=a.warc.gz", SEEDBED_ARCHIVES__HOSTS="news.test,other.test")

    assert sorted(pages(folder)) == ["talks-1", "talks-9"]
    assert state(folder)[0]["tally"] == {"known": 1, "other hosts": 1, "taken": 1}


def has_begun(folder: Path) -> bool:
    """Whether a crawl noted how far it read; while it makes the corpus, nothing can be asked."""
    try:
        return any(one["place"] > [0, 0] for one in state(folder))  # pages end in any order
    except CorpusError:
        return False


def test_a_killed_run_goes_on_where_it_stood(folder: Path) -> None:
    made(*range(40)).write(folder / "a.warc.gz")
    argv = [sys.executable, "-m", "scrapy", "crawl", "warc", "-a", "file=a.warc.gz"]
    with subprocess.Popen(argv, cwd=folder, env=environment(), stderr=subprocess.DEVNULL) as run:
        while run.poll() is None and not has_begun(folder):
            time.sleep(0.05)
        run.send_signal(signal.SIGKILL)
    stood = state(folder)[0]["place"]
    crawl(folder, "-a", "file=a.warc.gz")
    counted = ask(folder, "SELECT count(*) AS n, count(DISTINCT page) AS pages FROM fetches")[0]
    killed = ask(folder, "SELECT count(*) AS n FROM fetches WHERE run = 1")[0]["n"]

    assert 0 < killed < 40, "the kill came in the middle"
    assert stood > [0, 0]
    assert counted == {"n": 40, "pages": 40}
    assert set(pages(folder).values()) == {"article"}
    assert state(folder)[0]["is_whole"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give -a file=PATH"),
        (("-a", "file=nowhere.warc.gz"), "no such file or folder"),
        (("-a", "file=seeds"), "no *.warc or *.warc.gz"),
        (("-a", "since=yesterday"), "expected a day"),
        (("-a", "file=seedbed.toml", "-a", "until=2025-01-01"), "-a until needs"),
    ],
)
def test_mistakes_are_told_before_anything_is_read(
    folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = preloaded.scrapy("crawl", "warc", *arguments, cwd=folder, env=environment())

    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_no_warc_file_ends_as_failed_and_says_why(folder: Path) -> None:
    (folder / "site.py").write_text("print('no archive')\n")
    crawl(folder, "-a", "file=site.py", code=1)
    (run,) = ask(folder, "SELECT outcome, message FROM runs")

    assert run["outcome"] == "failed"
    assert run["message"].startswith("nothing could be read: site.py: ")
