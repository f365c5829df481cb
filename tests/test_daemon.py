from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest.config import load_settings
from ingest.corpus import Corpus
from ingest.errors import CrawlError, DaemonRunning, SeedError
from scheduler.clockwork import Clockwork, Rests
from scheduler.daemon import run_once
from scheduler.lock import only_daemon
from scheduler.rounds import Rounds
from tests.patience import PATIENCE_S, wait_until
from tests.rows import gated
from tests.taught import all_prints, crawl, make_workspace, opened, page_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FAKE = Path(__file__).with_name("fakecrawl.py")
NOW = datetime(2025, 8, 1, 12, tzinfo=UTC)

SERVE = """
import sys
from pathlib import Path
from scheduler.daemon import serve
scenario, workspace, fake = sys.argv[1:]
sys.exit(serve(
    Path(workspace), tick_s=0.2, command=lambda spider, *_: [sys.executable, fake, scenario, spider]
))
"""


def fake(
    scenario: str, seen: list[str] | None = None
) -> Callable[[str, Mapping[str, str], Mapping[str, str]], list[str]]:
    def command(spider: str, *_: Mapping[str, str]) -> list[str]:
        if seen is not None:
            seen.append(spider)
        return [sys.executable, str(FAKE), scenario, spider]

    return command


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "one.txt").write_text(
        "Talks in Baku\n" + "The talks between Azerbaijan and Russia went on in Baku today. " * 9
    )
    (tmp_path / "seedbed.toml").write_text(
        '[sources]\nsites = ["http://a.test/"]\nsitemaps = ["http://a.test/sitemap.xml"]\n'
    )
    return tmp_path


def rows(workspace: Path) -> list[dict[str, Any]]:
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        return corpus.runs_since(0)


def test_second_daemon_is_refused(workspace: Path) -> None:
    with (
        only_daemon(workspace / "corpus.db"),
        pytest.raises(DaemonRunning, match=f"process {os.getpid()}") as refused,
    ):
        run_once(workspace, environ={}, command=fake("finish"))

    assert refused.value.exit_code == 5
    assert run_once(workspace, environ={}, command=fake("finish")) == 0


def test_second_daemon_is_refused_by_whichever_link_it_comes(
    workspace: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(workspace / "corpus.db")

    with (
        only_daemon(workspace / "corpus.db"),
        pytest.raises(DaemonRunning),
        only_daemon(link),
    ):
        pass


# The daemon, as a process of its own


class Served:
    def __init__(self, workspace: Path, scenario: str) -> None:
        self.workspace = workspace
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", SERVE, scenario, str(workspace), str(FAKE)],
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_for(self, what: Callable[[], bool]) -> None:
        def said() -> str:
            self.process.kill()
            return f"the daemon did not get there: {self.process.communicate()[1]}"

        wait_until(what, is_hopeless=lambda: self.process.poll() is not None, said=said)

    def ends_with(self, *signals: int) -> int:
        for number in signals:
            self.process.send_signal(number)
            time.sleep(0.3)
        self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_daemon_drains_and_stops_on_a_signal(workspace: Path, number: int, code: int) -> None:
    daemon = Served(workspace, "wait")
    daemon.wait_for((workspace / "ready").exists)

    assert daemon.ends_with(number) == code
    assert [row["outcome"] for row in rows(workspace)] == ["interrupted"]


def test_second_signal_stops_at_once(workspace: Path) -> None:
    daemon = Served(workspace, "wait-deaf")
    daemon.wait_for((workspace / "ready").exists)
    began = time.monotonic()

    assert daemon.ends_with(signal.SIGTERM, signal.SIGTERM) == 0
    assert time.monotonic() - began < 15  # a crawl that drains has longer
    assert [row["outcome"] for row in rows(workspace)] == ["died"]


def test_daemon_crawls_what_is_due_one_at_a_time(workspace: Path) -> None:
    notes = workspace / "notes"
    daemon = Served(workspace, "dawdle")
    daemon.wait_for(lambda: notes.exists() and notes.read_text().count("end") == 3)

    assert daemon.ends_with(signal.SIGTERM) == 0
    assert notes.read_text().splitlines() == [
        f"{edge} {spider}" for spider in ("sitemaps", "links", "feeds") for edge in ("start", "end")
    ]


def test_killed_daemon_leaves_no_crawl_and_no_lock(workspace: Path) -> None:
    daemon = Served(workspace, "wait")
    daemon.wait_for((workspace / "ready").exists)
    daemon.process.kill()
    daemon.process.communicate()

    assert run_once(workspace, environ={}, command=fake("finish")) == 0
    assert rows(workspace)[0]["outcome"] in {"interrupted", "died"}


# The clockwork


def test_spider_that_gets_nowhere_rests_ever_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    rests = Rests()

    for minutes in (2, 4, 8, 8):
        rests.note("feeds", is_well=False, most_minutes=8)
        now[0] += 60 * minutes - 1
        assert rests.is_resting("feeds")
        now[0] += 1
        assert not rests.is_resting("feeds")
    rests.note("feeds", is_well=False, most_minutes=8)
    rests.note("feeds", is_well=True, most_minutes=8)

    assert not rests.is_resting("feeds")


@pytest.mark.parametrize("fate", ["removed", "replaced"])
def test_daemon_whose_corpus_is_gone_fills_no_new_one(workspace: Path, fate: str) -> None:
    seen: list[str] = []
    settings = load_settings(workspace, {})
    rounds = Rounds(settings=settings, environ={}, command=fake("finish", seen))
    rounds.prepare()
    settings.corpus_path.rename(workspace / "elsewhere.db")
    if fate == "replaced":
        Corpus(settings.corpus_path).close()
    stop = threading.Event()
    clockwork = Clockwork(rounds=rounds, tick_s=0.05)
    stop_a_second_after(lambda: clockwork.beat().trouble, stop)

    clockwork.keep(stop, threading.Event())

    assert not seen
    assert "removed or replaced" in (clockwork.beat().trouble or "")


def stop_a_second_after(what: Callable[[], object], stop: threading.Event) -> None:
    """Let it come about, however slow the machine, and more of it have time to."""

    def watch() -> None:
        until = time.monotonic() + PATIENCE_S
        while not what() and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(1.0)
        stop.set()

    threading.Thread(target=watch).start()


def test_fault_does_not_become_a_loop(workspace: Path) -> None:
    seen: list[str] = []
    stop = threading.Event()
    rounds = Rounds(settings=load_settings(workspace, {}), environ={}, command=fake("no-run", seen))
    stop_a_second_after(lambda: len(seen) == 2, stop)

    Clockwork(rounds=rounds, tick_s=0.05).keep(stop, threading.Event())

    assert seen == ["sitemaps", "links"]


def test_daemon_judges_anew_what_is_said_between_crawls(tmp_path: Path) -> None:
    with opened(tmp_path, None, '[sources]\nsites = ["http://a.test/"]\n') as (taught, corpus):
        crawl(taught, corpus, all_prints()[:8])
        page, _ = corpus.articles_by_date()[0]
        corpus.offer([gated("http://a.test/unread")], run=1, now=NOW)
        corpus._run("UPDATE pages SET outcome = 'skipped' WHERE url = 'http://a.test/unread'")
        unread = page_of(corpus, "http://a.test/unread")
        stop = threading.Event()
        rounds = Rounds(settings=taught.settings, environ={}, command=fake("finish"))
        keeper = threading.Thread(
            target=Clockwork(rounds=rounds, tick_s=0.05).keep, args=(stop, threading.Event())
        )
        keeper.start()
        try:
            wait_until(lambda: not rounds.is_taught_anew())
            corpus.label(page, is_yes=False, by=None, now=NOW)
            corpus.label(unread, is_yes=True, by="datasette", now=NOW)
            wait_until(lambda: corpus.standing_of([page])[page] == "off-topic")
            make_workspace(tmp_path, None, "[topic]\nthreshold = 0.999\n")
            wait_until(lambda: not corpus.articles_by_date())
        finally:
            stop.set()
            keeper.join()

        row = corpus.page_for_label(unread)
        assert row is not None
        assert (row["outcome"], row["reason"]) == ("waiting", "datasette said yes")


def test_seeds_that_cannot_be_read_are_named_and_the_daemon_rests(
    workspace: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()
    rounds = Rounds(settings=load_settings(workspace, {}), environ={}, command=fake("finish"))
    (workspace / "seeds" / "one.txt").unlink()
    stop_a_second_after(lambda: "texts not judged anew" in caplog.messages, stop)
    Clockwork(rounds=rounds, tick_s=0.05).keep(stop, threading.Event())

    assert caplog.messages.count("texts not judged anew") == 1


def test_overslept_scheduler_is_woken(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    stop = threading.Event()
    rounds = Rounds(settings=load_settings(workspace, {}), environ={}, command=fake("finish", seen))
    clockwork = Clockwork(rounds=rounds, tick_s=0.1)
    start = clockwork._scheduler.start

    def start_with_the_clock_set_back() -> None:
        start()
        clockwork._scheduler.modify_job("tick", next_run_time=datetime.now(UTC) + timedelta(days=1))

    monkeypatch.setattr(clockwork._scheduler, "start", start_with_the_clock_set_back)
    stop_a_second_after(lambda: "links" in seen, stop)
    clockwork.keep(stop, threading.Event())

    assert "links" in seen


def test_scheduler_that_does_not_wake_ends_the_daemon(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = Rounds(settings=load_settings(workspace, {}), environ={}, command=fake("finish"))
    clockwork = Clockwork(rounds=rounds, tick_s=0.02)
    start = clockwork._scheduler.start
    monkeypatch.setattr(clockwork._scheduler, "start", lambda: start(paused=True))

    with pytest.raises(CrawlError, match="stood still"):
        clockwork.keep(threading.Event(), threading.Event())


def test_workspace_without_seeds_is_refused(workspace: Path) -> None:
    (workspace / "seeds" / "one.txt").unlink()

    with pytest.raises(SeedError):
        run_once(workspace)
