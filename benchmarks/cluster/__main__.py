"""Workers are killed, and the database under them: what is lost, kept twice, or asked too soon?

python -m benchmarks.cluster kills       3 workers, 20 SIGKILLs among them, 1,200 pages
python -m benchmarks.cluster postgres    3 workers, PostgreSQL is killed twice and started again
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.cluster.crew import Workers, environment
from benchmarks.cluster.web import PressWeb, make_workspace, press
from ingest.corpus.postgres.store import SharedCorpus
from ingest.errors import CorpusError
from tests.postgres import running

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.postgres import Server

_LIMIT_S = 1500.0
_GLANCE_S = 0.2
_NEAR = 0.9  # share of the distance asked for; less is told: the stamps are of arrivals
_KEPT = "SELECT url FROM pages WHERE outcome IN ('article', 'copy')"


@dataclass(kw_only=True)
class Trial:
    """A crawl under way, and what is done to it."""

    web: PressWeb
    workers: Workers
    server: Server
    address: str
    rng: random.Random
    kills: int = 0
    acknowledged: set[str] = field(default_factory=set)  #: addresses that were kept at some time
    missing: set[str] = field(default_factory=set)  #: of those, what was not kept any more, ever

    def look(self) -> int:
        """Read what is kept, and hold it against what was; how much there is."""
        with suppress(CorpusError):  # the database may be down
            with closing(SharedCorpus(self.address, timeout_s=2)) as corpus:
                kept = {row["url"] for row in corpus._rows(_KEPT)}  # noqa: SLF001  # no part of the program asks it
            self.missing |= self.acknowledged - kept
            self.acknowledged |= kept
        return len(self.acknowledged)

    def strike_worker(self) -> None:
        """Kill one, half the time with what it started, and start another in its place."""
        folder = self.rng.choice(self.workers.folders)
        self.workers.kill(folder, with_crawls=self.kills % 2 == 1)
        self.workers.begin(folder)
        self.kills += 1

    def strike_database(self) -> None:
        """Kill the server with all its processes, and start it again."""
        self.server.kill()
        time.sleep(2)
        self.server.start()
        self.kills += 1

    def run(self, strike: Callable[[], None], strikes: int) -> float:
        """Crawl until every page is kept; the seconds it took."""
        began = time.monotonic()
        wanted = len(self.web.addresses)
        self.workers.begin_all()
        while self.look() < wanted and time.monotonic() - began < _LIMIT_S:
            due = (self.kills + 0.5) / strikes * wanted
            if self.kills < strikes and len(self.acknowledged) >= due:
                strike()
            time.sleep(_GLANCE_S)
        seconds = time.monotonic() - began
        self.workers.stop()
        self.look()
        return seconds


def _told(trial: Trial, seconds: float) -> dict[str, object]:
    web = trial.web
    with closing(SharedCorpus(trial.address)) as corpus:

        def count(question: str) -> int:
            return int(corpus._value(question))  # noqa: SLF001  # no part of the program asks it

        fetches = count("SELECT count(*) FROM fetches")
        told: dict[str, object] = {
            "pages": len(web.addresses),
            "kills": trial.kills,
            "lost": len({*web.addresses} - trial.acknowledged),
            "acknowledged and missing": len(trial.missing),
            "stored twice": count("SELECT count(*) FROM articles")
            + count("SELECT count(*) FROM copies")
            - count("SELECT count(DISTINCT url) FROM pages WHERE outcome IN ('article', 'copy')"),
            "judged again": fetches - count("SELECT count(DISTINCT page) FROM fetches"),
            "runs": count("SELECT count(*) FROM runs"),
        }
    asked = web.delay_s
    told |= {"requests": web.count(), "distance asked for (s)": asked}
    for which, of_two in (("one worker", False), ("two workers", True)):
        gaps = web.gaps_s(of_two=of_two)
        told |= {
            f"distances between requests of {which}": len(gaps),
            f"shortest of {which} (s)": round(gaps[0], 3) if gaps else "-",
            f"below {_NEAR:g} of what was asked, of {which}": sum(g < _NEAR * asked for g in gaps),
        }
    return told | {"two at a host at once": web.overlaps(), "minutes": round(seconds / 60, 1)}


def main() -> None:
    """Run one of the two trials, and print its figures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("what", choices=("kills", "postgres"))
    asked.add_argument("--hosts", type=int, default=24)
    asked.add_argument("--pages", type=int, default=50, help="of each host")
    asked.add_argument("--workers", type=int, default=3)
    asked.add_argument("--strikes", type=int)
    asked.add_argument("--delay", type=float, default=0.5, help="seconds, asked by each host")
    asked.add_argument("--heartbeat", type=float, default=10.0)
    asked.add_argument("--seed", type=int, default=9)
    told = asked.parse_args()
    hosts = tuple(f"www.press{n}.test" for n in range(told.hosts))
    web = PressWeb(hosts=hosts, pages=told.pages, delay_s=told.delay, elsewhere=2)
    with (
        tempfile.TemporaryDirectory(prefix="cluster") as name,
        press(web) as proxy,
        running() as server,
    ):
        server.execute("CREATE DATABASE cluster")
        folders = [make_workspace(Path(name) / f"w{n}", web) for n in range(told.workers)]
        environ = environment(
            server.address("cluster"), proxy,
            SEEDBED_CLUSTER__HEARTBEAT_S=str(told.heartbeat), SEEDBED_CLUSTER__PAGES_PER_JOB="40",
        )  # fmt: skip
        with Workers(folders=folders, environ=environ, log=Path(name) / "log") as workers:
            trial = Trial(
                web=web, server=server, address=server.address("cluster"),
                rng=random.Random(told.seed), workers=workers,
            )  # fmt: skip
            is_kills = told.what == "kills"
            strike = trial.strike_worker if is_kills else trial.strike_database
            seconds = trial.run(strike, told.strikes or (20 if is_kills else 2))
            figures = _told(trial, seconds)
        troubles = (Path(name) / "log").read_text()
    print(troubles[-4000:] if figures["lost"] else "")
    for key, value in figures.items():
        print(f"| {key} | {value} |")


if __name__ == "__main__":
    main()
