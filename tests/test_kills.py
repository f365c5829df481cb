"""kill -9 at any moment: nothing acknowledged is lost, nothing is kept twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.demo.server import DemoServer
from ingest.demo.web import build_web
from tests.demo_web import ask, crawl_by_daemon, differences, environment, everything, fresh
from tests.patience import PATIENCE_S, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

KILLS = 20


def children_of(pid: int) -> list[int]:
    """The processes below one, whichever of its threads made them, nearest first; proc(5)."""
    try:
        lists = [task / "children" for task in Path(f"/proc/{pid}/task").iterdir()]
        nearest = [int(word) for one in lists for word in one.read_text().split()]
    except FileNotFoundError:
        return []
    return nearest + [below for child in nearest for below in children_of(child)]


def kill_daemon(daemon: int) -> None:
    kill(daemon)


def kill_children(daemon: int) -> None:
    for child in children_of(daemon):
        kill(child)


def kill_all(daemon: int) -> None:
    victims = [daemon, *children_of(daemon)]
    for victim in victims:
        kill(victim)


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


@pytest.mark.slow  # tests/test_daemon_kills.py, of the same kind, runs each time
def test_twenty_kills_end_with_the_corpus_of_an_undisturbed_run(tmp_path: Path) -> None:
    web = build_web()
    with DemoServer(web) as server:
        calm = fresh(tmp_path / "calm", web)
        crawl_by_daemon(calm, server)
        shaken = fresh(tmp_path / "shaken", web)
        rng = random.Random(20)
        ways: list[Callable[[int], None]] = [kill_all, kill_children, kill_all, kill_daemon]
        acknowledged: set[str] = set()
        for number in range(KILLS):
            run_until(shaken, server, rng.randint(2, 45), ways[number % len(ways)])
            kept = {row["url"] for row in ask_kept(shaken)}
            assert acknowledged <= kept
            acknowledged = kept
        wait_for_orphans(shaken)
        asked = len(server.log)
        crawl_by_daemon(shaken, server)
        crawl_by_daemon(shaken, server, hours_ahead=0.3)  # retries of what a kill made fail

    assert ask(shaken, "PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    expected, got = everything(calm), everything(shaken)
    for table, rows in expected.items():
        assert differences(got[table], rows) == [], table
    fetched = ask(shaken, "SELECT count(*) AS n, count(DISTINCT page) AS pages FROM fetches")[0]
    assert fetched["n"] - fetched["pages"] <= 8, "pages judged more than once"
    assert asked > 0
    died = ask(shaken, "SELECT fetched FROM runs WHERE outcome = 'died'")
    assert len(died) >= KILLS // 4, "the kills came too late to matter"
    assert any(run["fetched"] for run in died), "no kill fell among pages"


def run_until(
    folder: Path, server: DemoServer, requests: int, strike: Callable[[int], None]
) -> None:
    """Start the daemon, and strike after so many requests of it."""
    before = len(server.log)
    daemon = subprocess.Popen(
        [sys.executable, "-m", "ingest", "run", "--once"], cwd=folder, env=environment(server),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while len(server.log) < before + requests and daemon.poll() is None:
        time.sleep(0.005)
    strike(daemon.pid)
    if strike is kill_children:  # the daemon survives them, and goes on with the next crawl
        time.sleep(0.5)
        daemon.send_signal(signal.SIGTERM)
    daemon.wait(PATIENCE_S)


def wait_for_orphans(folder: Path) -> None:
    """Until the children of killed daemons have stopped: they were told to, and drain."""
    wait_until(
        lambda: not [pid for pid in crawls_in(folder) if pid != os.getpid()], within_s=20,
        said=lambda: "a crawl outlived its daemon by 20 s",
    )  # fmt: skip


def crawls_in(folder: Path) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "cwd").resolve() == folder.resolve():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def ask_kept(folder: Path) -> list[dict[str, str]]:
    if not (folder / "corpus.db").exists():
        return []
    return ask(folder, "SELECT url FROM pages WHERE outcome IN ('article', 'copy')")
