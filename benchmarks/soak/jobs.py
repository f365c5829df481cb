"""Jobs in a row through the daemon's own clockwork: does it grow?

python -m benchmarks.soak.jobs WORKSPACE quick|real   (the daemon; started by `run_jobs`)
"""

# ruff: noqa: SLF001 - it asks the corpus what no part of the program does

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ingest import clock
from ingest.corpus import Corpus
from ingest.demo.run import make_workspace
from ingest.demo.server import DemoServer
from ingest.demo.web import build_web

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ingest.crawl import Command

__all__ = ["Grown", "Sample", "run_jobs", "slope"]

ROOT = Path(__file__).parents[2]
_FEED = "http://a.test/feed"
_TICK_S = 1.0  # a job that ends wakes the next look; 40 looks late, and a daemon gives up
_WARM = 0.1  # share of the jobs in which caches fill; not measured
_EVERY = 50  # jobs between two samples
_MIB = 1024.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The daemon after so many jobs."""

    jobs: int
    rss_mib: float
    descriptors: int
    threads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """What came of jobs in a row."""

    jobs: int
    not_finished: int  #: runs that did not end well
    seconds: float
    samples: Sequence[Sample] = field(repr=False)

    @property
    def warm(self) -> list[Sample]:
        """Those after the daemon has settled."""
        return [one for one in self.samples if one.jobs >= self.jobs * _WARM]

    @property
    def mib_per_1000_jobs(self) -> float:
        """Growth of the memory, by least squares."""
        return 1000 * slope([(one.jobs, one.rss_mib) for one in self.warm])

    @property
    def more_descriptors(self) -> int:
        """Open files at the end, above those after the first jobs; the lowest of some looks."""
        return _more([one.descriptors for one in self.warm])

    @property
    def more_threads(self) -> int:
        return _more([one.threads for one in self.warm])


def _more(counts: list[int]) -> int:
    """How many more at the end; the least of many looks, for one may fall into a job."""
    third = max(1, len(counts) // 3)
    return min(counts[-third:]) - min(counts[:third])


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the straight line through points, by least squares."""
    across, up = (sum(one) / len(points) for one in zip(*points, strict=True))
    spread = sum((x - across) ** 2 for x, _ in points)
    return sum((x - across) * (y - up) for x, y in points) / spread if spread else 0.0


def run_jobs(
    folder: Path,
    *,
    jobs: int,
    is_real: bool,
    limit_s: float,
    on_sample: Callable[[Sample], object] = lambda _: None,
) -> Grown:
    """Have the daemon run so many crawls, one after the other, or as many as the time allows."""
    web = build_web()
    make_workspace(folder, web)
    if not is_real:
        _keep_due(folder)
        toml = (folder / "seedbed.toml").read_text()
        start, end = toml.index("[sources]"), toml.index("[discovery]")
        (folder / "seedbed.toml").write_text(
            f'{toml[:start]}[sources]\nfeeds = ["{_FEED}"]\n\n{toml[end:]}'
        )
    with DemoServer(web) as server:
        environ = {
            **os.environ, "PYTHONPATH": str(ROOT), "SEEDBED_CRAWL__PROXY": server.proxy_url,
            "SEEDBED_LOG__LEVEL": "ERROR", "SEEDBED_DISCOVERY__PROPOSALS": "off",
        }  # fmt: skip
        program = [sys.executable, "-m", "benchmarks.soak.jobs", str(folder)]
        with (folder / "daemon.log").open("ab") as said:
            daemon = subprocess.Popen(
                [*program, "real" if is_real else "quick"],
                cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            )  # fmt: skip
        try:
            return _watched(folder, daemon, jobs, limit_s, is_real=is_real, on_sample=on_sample)
        finally:
            daemon.terminate()
            daemon.wait(30)


def _keep_due(folder: Path) -> None:
    """One source that no stand-in polls, so that it stays due."""
    with closing(Corpus(folder / "corpus.db")) as corpus:
        corpus.add_source(
            kind="feed", url=_FEED, outlet="a.test", found_by="settings", every_minutes=30,
            now=clock.now(),
        )  # fmt: skip


def _watched(
    folder: Path,
    daemon: subprocess.Popen[bytes],
    jobs: int,
    limit_s: float,
    *,
    is_real: bool,
    on_sample: Callable[[Sample], object],
) -> Grown:
    began_s = time.monotonic()
    samples: list[Sample] = []
    done = failed = 0
    while done < jobs and time.monotonic() - began_s < limit_s:
        if daemon.poll() is not None:
            raise RuntimeError(f"the daemon ended with {daemon.returncode} after {done} jobs")
        time.sleep(0.2)
        if is_real:
            _make_due(folder)
        done, failed = _runs(folder)
        step = max(1, min(_EVERY, jobs // 40))
        if done and (not samples or done >= samples[-1].jobs + step):
            for one in _sample(daemon.pid, done):
                samples.append(one)
                on_sample(one)
    return Grown(
        jobs=done, not_finished=failed, seconds=time.monotonic() - began_s, samples=samples
    )


def _make_due(folder: Path) -> None:
    """Every feed, as soon as it was polled."""
    with closing(Corpus(folder / "corpus.db")) as corpus:
        corpus._run("UPDATE sources SET next_due = '2000-01-01T00:00:00Z' WHERE kind = 'feed'")


def _runs(folder: Path) -> tuple[int, int]:
    """Runs that ended, and those of them that did not end well."""
    with closing(Corpus(folder / "corpus.db")) as corpus:
        row = corpus._row(
            "SELECT count(*) AS done, count(*) FILTER (WHERE outcome <> 'finished') AS failed "
            "FROM runs WHERE outcome <> 'running'"
        )
    assert row is not None
    return row["done"], row["failed"]


def _sample(pid: int, jobs: int) -> Iterator[Sample]:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except FileNotFoundError:
        return
    told = dict(line.split(":", 1) for line in status.splitlines())
    yield Sample(
        jobs=jobs,
        rss_mib=int(told["VmRSS"].split()[0]) / _MIB,
        descriptors=descriptors,
        threads=int(told["Threads"]),
    )


def _command(corpus: Path) -> Command:
    def command(spider: str, *_: Mapping[str, str]) -> list[str]:
        return [sys.executable, "-m", "benchmarks.soak.quickcrawl", spider, str(corpus)]

    return command


def main() -> None:
    """The daemon: its clockwork, with a source that is always due."""
    from ingest.config import load_settings
    from ingest.crawl import scrapy_command
    from scheduler.clockwork import Clockwork
    from scheduler.rounds import Rounds
    from scheduler.signals import attended

    folder, kind = Path(sys.argv[1]), sys.argv[2]
    settings = load_settings(folder, os.environ)
    command = scrapy_command if kind == "real" else _command(settings.corpus_path)
    rounds = Rounds(settings=settings, environ=os.environ, command=command)
    rounds.prepare()
    attended(Clockwork(rounds=rounds, tick_s=_TICK_S, reload=threading.Event()).keep)


if __name__ == "__main__":
    main()
