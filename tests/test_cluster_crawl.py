"""Workers over a small web: what one machine would have, though they are killed; and politely."""

from __future__ import annotations

import random
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.cluster.crew import Workers, environment
from benchmarks.cluster.web import PressWeb, make_workspace, press
from ingest.corpus import Corpus
from tests.patience import wait_until
from tests.postgres import postgres

pytest.importorskip("procrastinate", reason="the extra `cluster` is not installed")

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import Server

__all__ = ["postgres"]


_QUESTIONS = (
    "SELECT url, outlet, outcome, found_by, depth FROM pages ORDER BY url",
    "SELECT url, title, outlet, text FROM articles ORDER BY url",
    "SELECT kind, url, items_seen FROM sources ORDER BY kind, url",
    (
        "SELECT p.url, f.outcome, f.http_status FROM fetches f JOIN pages p ON p.id = f.page "
        "ORDER BY p.url"
    ),
)
TOLERANCE_S = 0.5  # the stamps are of arrivals, on a machine that has much to do


def shared(address: str) -> Corpus:
    from ingest.corpus.postgres.store import SharedCorpus

    return SharedCorpus(address)


def told(corpus: Corpus) -> list[list[dict[str, Any]]]:
    return [corpus._rows(question) for question in _QUESTIONS]


def press_web(hosts: int, pages: int, delay_s: float, **more: Any) -> PressWeb:
    names = tuple(f"www.press{n}.test" for n in range(hosts))
    return PressWeb(hosts=names, pages=pages, delay_s=delay_s, **more)


def test_two_workers_make_the_corpus_of_one_machine(tmp_path: Path, postgres: Server) -> None:
    web = press_web(2, 3, 1.0, elsewhere=1)
    alone = press_web(2, 3, 1.0, elsewhere=1)
    with postgres.database() as address:
        with press(web) as proxy:
            folders = [make_workspace(tmp_path / name, web) for name in ("one", "two")]
            crew = Workers(
                folders=folders, environ=environment(address, proxy), log=tmp_path / "log",
                arguments=("--once",),
            )  # fmt: skip
            with crew as workers:
                workers.begin_all()
                assert workers.wait(180) == [0, 0], (tmp_path / "log").read_text()
        with press(alone) as proxy:
            folder = make_workspace(tmp_path / "alone", alone)
            subprocess.run(
                [sys.executable, "-m", "ingest", "run", "--once"], cwd=folder, check=True,
                env=environment(address, proxy), capture_output=True,
            )  # fmt: skip
        with closing(shared(address)) as corpus, closing(Corpus(folder / "corpus.db")) as file:
            assert told(corpus) == told(file)

    assert sorted(v.path for one in web.log.values() for v in one) == sorted(
        v.path for one in alone.log.values() for v in one
    )
    assert web.gaps_s(of_two=True), "no two workers asked one host"
    # Redirects lead from each host to the other: the distance holds for what they lead to.
    for one in (web, alone):
        assert one.gaps_s()[0] > one.delay_s - TOLERANCE_S
    assert web.overlaps() == 0


def test_nothing_is_lost_or_kept_twice_though_workers_are_killed(
    tmp_path: Path, postgres: Server
) -> None:
    web = press_web(2, 8, 0.2)
    rng = random.Random(3)
    with postgres.database() as address, press(web) as proxy:
        folders = [make_workspace(tmp_path / name, web) for name in ("one", "two")]
        environ = environment(address, proxy, SEEDBED_CLUSTER__HEARTBEAT_S="2")
        crew = Workers(folders=folders, environ=environ, log=tmp_path / "log")
        with crew as workers, closing(shared(address)) as corpus:
            workers.begin_all()
            acknowledged: set[str] = set()
            for number in range(3):
                wait_for_pages(corpus, 2 + 4 * number)
                acknowledged |= kept(corpus)
                folder = rng.choice(folders)
                workers.kill(folder, with_crawls=number % 2 == 1)
                workers.begin(folder)
            # A crawl that ends badly rests for two minutes; a starved machine can bring that about.
            wait_for_pages(corpus, len(web.addresses))
            workers.stop()

            assert acknowledged <= kept(corpus)
            assert kept(corpus) == {*web.addresses}
            assert corpus._value("SELECT count(*) FROM articles") == len(web.addresses)
            assert corpus._value("SELECT count(*) FROM copies") == 0
    assert web.overlaps() == 0


def test_told_to_stop_a_worker_drains(tmp_path: Path, postgres: Server) -> None:
    web = press_web(1, 30, 0.3)
    with postgres.database() as address, press(web) as proxy:
        folder = make_workspace(tmp_path / "one", web)
        crew = Workers(folders=[folder], environ=environment(address, proxy), log=tmp_path / "log")
        with crew as workers, closing(shared(address)) as corpus:
            workers.begin_all()
            wait_for_pages(corpus, 3)
            assert workers.stop() == [0]

            asked = [v for v in web.log[web.hosts[0]] if v.path.startswith("/story")]
            assert len(asked) < web.pages
            assert corpus._value("SELECT count(*) FROM fetches") == len(asked)
            assert corpus._rows("SELECT outcome FROM runs ORDER BY id")[-1] == {
                "outcome": "interrupted"
            }
            assert (
                corpus._value("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'") == 0
            )


def kept(corpus: Corpus) -> set[str]:
    return {row["url"] for row in corpus._rows("SELECT url FROM pages WHERE outcome = 'article'")}


def wait_for_pages(corpus: Corpus, pages: int) -> None:
    wait_until(lambda: len(kept(corpus)) >= pages, every_s=0.1)
