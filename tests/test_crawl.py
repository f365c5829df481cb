from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest.corpus import Corpus
from ingest.crawl import CrawlReport, run_crawl, scrapy_command
from ingest.errors import CrawlError
from tests.patience import PATIENCE_S, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FAKE = Path(__file__).with_name("fakecrawl.py")

PARENT = """
import sys
from pathlib import Path
from ingest.crawl import run_crawl
workspace, *program = sys.argv[1:]
run_crawl(
    Path(workspace), "feeds", corpus_path=Path(workspace, "corpus.db"), trigger="schedule",
    command=lambda *_: [sys.executable, *program],
)
"""


def fake(scenario: str) -> Callable[[str, Mapping[str, str], Mapping[str, str]], list[str]]:
    return lambda spider, _arguments, _overrides: [sys.executable, str(FAKE), scenario, spider]


def crawl(workspace: Path, scenario: str, **kwargs: Any) -> CrawlReport:
    return run_crawl(
        workspace,
        "feeds",
        corpus_path=workspace / "corpus.db",
        trigger="command",
        command=fake(scenario),
        **kwargs,
    )


def ready(workspace: Path) -> int:
    """The process id of a fake crawl that has begun to wait."""
    told = workspace / "ready"
    wait_until(lambda: told.exists() and told.read_text(), said=lambda: "the fake crawl is not up")
    return int(told.read_text())


def when_ready(workspace: Path, *events: threading.Event) -> None:
    """Set the events once the fake crawl waits."""

    def watch() -> None:
        ready(workspace)
        for event in events:
            event.set()

    threading.Thread(target=watch).start()


def is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def row(workspace: Path, run: int | None) -> dict[str, Any]:
    assert run is not None
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        found = corpus.run(run)
    assert found is not None
    return found


def test_report_is_the_row_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "seedbed.toml").write_text('[sources]\nfeeds = ["http://a.test/feed"]\n')

    report = crawl(tmp_path, "finish")

    assert (report.outcome, report.exit_code, report.message) == ("finished", 0, None)
    assert report.went_well
    assert report.did_something
    assert (report.counts["polled"], report.counts["requests"]) == (1, 1)
    assert row(tmp_path, report.run)["trigger"] == "command"


def test_report_is_of_its_own_run_among_others(tmp_path: Path) -> None:
    strangers: list[int] = []

    def with_a_stranger(spider: str, *_: Mapping[str, str]) -> list[str]:
        with closing(Corpus(tmp_path / "corpus.db")) as corpus:
            now = datetime.now(UTC)
            strangers.append(
                corpus.start_run(spider=spider, trigger="scrapy", version="0", now=now)
            )
        return [sys.executable, str(FAKE), "finish", spider]

    report = run_crawl(
        tmp_path,
        "feeds",
        corpus_path=tmp_path / "corpus.db",
        trigger="command",
        command=with_a_stranger,
    )

    assert report.run == strangers[0] + 1
    assert row(tmp_path, strangers[0])["outcome"] == "running"


def test_child_that_opens_no_run_is_a_failure_with_its_last_words(tmp_path: Path) -> None:
    report = crawl(tmp_path, "no-run")

    assert (report.run, report.outcome, report.exit_code) == (None, "failed", 3)
    assert report.tail == ("seedbed: no seeds here",)
    assert "exit code 3" in (report.message or "")


def test_killed_child_leaves_a_closed_run(tmp_path: Path) -> None:
    report = crawl(tmp_path, "die")

    assert (report.outcome, report.exit_code) == ("died", -signal.SIGKILL)
    assert report.tail == ("last words",)
    assert row(tmp_path, report.run)["finished"] is not None


def test_exit_code_is_not_what_a_run_is_judged_by(tmp_path: Path) -> None:
    report = crawl(tmp_path, "failed")

    assert (report.outcome, report.exit_code) == ("failed", 0)
    assert not report.went_well


def test_stop_lets_the_crawl_drain(tmp_path: Path) -> None:
    stop = threading.Event()
    when_ready(tmp_path, stop)

    report = crawl(tmp_path, "wait", stop=stop)

    assert (report.outcome, report.exit_code) == ("interrupted", 0)
    assert report.message == "asked to stop"


def test_crawl_that_does_not_drain_is_ended_by_force(tmp_path: Path) -> None:
    stop = threading.Event()
    when_ready(tmp_path, stop)

    report = crawl(tmp_path, "wait-deaf", stop=stop, drain_s=0.2)

    assert (report.outcome, report.exit_code) == ("died", -signal.SIGKILL)
    assert report.seconds < 10


def test_hurry_does_not_wait_for_the_drain(tmp_path: Path) -> None:
    stop, hurry = threading.Event(), threading.Event()
    when_ready(tmp_path, stop, hurry)

    report = crawl(tmp_path, "wait-deaf", stop=stop, hurry=hurry, drain_s=60)

    assert report.outcome == "died"
    assert report.seconds < 10


def test_crawl_past_its_time_limit_is_stopped(tmp_path: Path) -> None:
    limit_s = 6.0  # within which it has opened its run, on a machine that is busy too

    report = crawl(tmp_path, "wait", timeout_s=limit_s)

    assert (report.outcome, report.message) == ("interrupted", "ran longer than 6 s")


def test_chatter_goes_to_our_standard_error_whole(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    report = crawl(tmp_path, "chatter")
    out, err = capfd.readouterr()

    assert out == ""
    assert err.count("line ") == 20_000
    assert "on standard output" in err
    assert len(report.tail) == 20


def test_crawl_goes_on_when_nobody_reads_our_standard_error(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), str(FAKE), "chatter", "feeds"],
        stderr=subprocess.PIPE,
    )
    assert parent.stderr is not None
    parent.stderr.close()

    assert parent.wait(PATIENCE_S) == 0
    assert row(tmp_path, 1)["outcome"] == "finished"


def test_what_a_crawl_leaves_running_is_ended(tmp_path: Path) -> None:
    report = crawl(tmp_path, "leave-someone")

    assert report.outcome == "finished"
    left = int((tmp_path / "left").read_text())
    wait_until(lambda: not is_alive(left), within_s=5)


def test_child_is_told_to_stop_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), str(FAKE), "wait", "feeds"]
    )
    child = ready(tmp_path)
    parent.kill()
    parent.wait()

    wait_until(lambda: not is_alive(child), within_s=10)
    assert row(tmp_path, 1)["outcome"] == "interrupted"


def test_child_whose_parent_is_already_gone_does_not_start() -> None:
    mortal = Path(__file__).parents[1] / "ingest" / "mortal.py"
    ended = subprocess.run(
        [sys.executable, "-I", "-S", str(mortal), str(os.getpid() + 1), "/bin/echo", "started"],
        capture_output=True,
        check=False,
    )

    assert (ended.returncode, ended.stdout) == (143, b"")


def test_missing_workspace_cannot_be_crawled(tmp_path: Path) -> None:
    with pytest.raises(CrawlError, match="No such file"):
        run_crawl(
            tmp_path / "gone",
            "feeds",
            corpus_path=tmp_path / "corpus.db",
            trigger="command",
            command=fake("finish"),
        )


def test_command_line_is_scrapy_s_own() -> None:
    command = scrapy_command("urls", {"file": "a b.txt"}, {"DOWNLOAD_DELAY": "0"})

    assert command == [
        sys.executable, "-m", "scrapy", "crawl", "urls",
        "-a", "file=a b.txt", "-s", "DOWNLOAD_DELAY=0",
    ]  # fmt: skip


TOLD_TWICE = """
import os, signal, time
from ingest.mortal import stop_once
heard = []
signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
signal.signal(signal.SIGUSR1, stop_once)
for _ in range(3):
    os.kill(os.getpid(), signal.SIGUSR1)
    time.sleep(0.05)
print(len(heard))
"""


def test_crawl_that_is_told_of_each_thread_of_a_dying_daemon_is_stopped_once() -> None:
    told = subprocess.run([sys.executable, "-c", TOLD_TWICE], check=True, capture_output=True)

    assert told.stdout.strip() == b"1"
