"""A stand-in for `scrapy crawl`: keeps a run as a crawl does, and misbehaves on demand.

python fakecrawl.py SCENARIO SPIDER, in the environment that `run_crawl` gives its child.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from ingest import clock
from ingest.corpus import Corpus
from ingest.mortal import stop_once

if TYPE_CHECKING:
    from datetime import datetime
    from types import FrameType

WORKSPACE = Path(os.environ["SEEDBED_WORKSPACE"])
KINDS = {"feeds": ["feed"], "sitemaps": ["robots", "sitemap"], "links": ["site"]}
STOPPED: list[int] = []


def main(scenario: str, spider: str) -> None:
    if scenario == "no-run":
        sys.stderr.write("seedbed: no seeds here\n")
        sys.exit(3)
    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGUSR1, stop_once)
    corpus = Corpus(WORKSPACE / "corpus.db")
    run = corpus.start_run(
        spider=spider, trigger=os.environ["SEEDBED_TRIGGER"], version="0", now=now()
    )
    note(f"start {spider}")
    if scenario == "wait-first":
        wait()
    poll(corpus, run, spider, scenario)
    SCENARIOS.get(scenario, lambda: None)()
    if STOPPED:
        note(f"told {len(STOPPED)} times")
    note(f"end {spider}")
    outcome = "interrupted" if STOPPED else scenario if scenario == "failed" else "finished"
    corpus.finish_run(run, outcome=outcome, requests=1, message=None, now=now())


def poll(corpus: Corpus, run: int, spider: str, scenario: str) -> None:
    every = 0 if scenario == "again" else 30
    toml = WORKSPACE / "seedbed.toml"  # read without `ingest.config`, to start in no time
    sources = tomllib.loads(toml.read_text())["sources"] if toml.exists() else {}
    for key, kind in (("sites", "site"), ("feeds", "feed"), ("sitemaps", "sitemap")):
        for url in sources.get(key, ()):
            enter(corpus, kind, url)
    for due in corpus.due_sources(KINDS.get(spider, []), now=now()):
        if STOPPED:
            break
        if scenario == "unreachable":
            corpus.poll_failed(due, run=run, error="refused", every_minutes=30, now=now())
            continue
        corpus.poll_succeeded(
            due, run=run, every_minutes=every, now=now(),
            etag=None, last_modified=None, body_hash=None,
        )  # fmt: skip
        if due.kind == "site":
            enter(corpus, "feed", f"{due.url}feed")


def enter(corpus: Corpus, kind: str, url: str) -> None:
    corpus.add_source(
        kind=kind, url=url, outlet="a.test", found_by="settings", every_minutes=30, now=now()
    )


def wait() -> None:
    (WORKSPACE / "ready").write_text(str(os.getpid()))
    while not STOPPED:
        time.sleep(0.02)


def wait_deaf() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (WORKSPACE / "ready").write_text(str(os.getpid()))
    time.sleep(600)


def die() -> None:
    sys.stderr.write("last words\n")
    os.kill(os.getpid(), signal.SIGKILL)


def chatter() -> None:
    for number in range(20_000):
        sys.stderr.write(f"line {number}\n")
    sys.stdout.write("on standard output\n")


def leave_someone() -> None:
    """A reader of pages that outlives the crawl, and holds its standard error open."""
    left = subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"])
    (WORKSPACE / "left").write_text(str(left.pid))


def dawdle() -> None:
    time.sleep(0.3)


def on_signal(number: int, _frame: FrameType | None) -> None:
    STOPPED.append(number)


def note(line: str) -> None:
    with (WORKSPACE / "notes").open("a") as notes:
        notes.write(f"{line}\n")


def now() -> datetime:
    return clock.now()


SCENARIOS = {
    "again": dawdle,
    "chatter": chatter,
    "dawdle": dawdle,
    "die": die,
    "leave-someone": leave_someone,
    "wait": wait,
    "wait-deaf": wait_deaf,
}

if __name__ == "__main__":
    main(*sys.argv[1:3])
