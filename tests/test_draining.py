"""A crawl that is told to stop says its last words, however slow the hosts that it waits for."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.corpus import Corpus
from tests.demo_web import ask, environment
from tests.patience import PATIENCE_S, wait_until
from tests.test_kills import crawls_in
from tests.test_middlewares import make_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTS = ("a.test", "b.test", "c.test")


@dataclass(frozen=True)
class Mute:
    """A proxy that takes every request and answers none."""

    port: int

    @property
    def proxy_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def mute() -> Iterator[Mute]:
    with socket.create_server(("127.0.0.1", 0), backlog=32) as listening:
        yield Mute(port=listening.getsockname()[1])


def test_run_that_waits_for_a_slow_host_is_interrupted_and_gives_its_leases_back(
    tmp_path: Path,
) -> None:
    folder = make_workspace(tmp_path / "w", [f"http://{host}/page" for host in HOSTS])
    Corpus(folder / "corpus.db").close()
    with mute() as server:
        env = environment(server, SEEDBED_CRAWL__TIMEOUT_S="300")
        crawl = subprocess.Popen(
            [sys.executable, "-m", "ingest", "crawl", "urls", "-a", "file=list.txt"],
            cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        wait_for_leases(folder)
        time.sleep(1.0)  # until the requests are on their way
        crawl.send_signal(signal.SIGTERM)
        began = time.monotonic()
        told = crawl.communicate(timeout=PATIENCE_S)[1]
        took_s = time.monotonic() - began

    assert took_s < 30, told  # its one request would take 300
    run = ask(folder, "SELECT outcome, message, finished, fetched FROM runs")[0]
    assert run["outcome"] == "interrupted", told
    assert run["message"] == "closed by shutdown"
    assert run["fetched"] == 0
    pages = ask(folder, "SELECT outcome, attempts, leased_until FROM pages")
    assert pages == [{"outcome": "waiting", "attempts": 0, "leased_until": None}] * len(HOSTS)
    assert crawls_in(folder) == [], "readers of pages, or the crawl itself, live on"


def wait_for_leases(folder: Path) -> None:
    wait_until(lambda: ask(folder, "SELECT 1 FROM pages WHERE leased_until IS NOT NULL"))
