"""PostgreSQL is killed under a worker that crawls: what was acknowledged is there, and once."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.patience import PATIENCE_S

pytest.importorskip("procrastinate", reason="the extra `cluster` is not installed")

from benchmarks.cluster.crew import Workers, environment
from benchmarks.cluster.web import make_workspace, press
from tests.postgres import running
from tests.test_cluster_crawl import kept, press_web, shared, wait_for_pages

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.corpus import Corpus

# Each crawl of it takes a second or two to load: too much for every commit.
pytestmark = pytest.mark.slow


def test_nothing_is_lost_or_kept_twice_though_the_server_is_killed(tmp_path: Path) -> None:
    web = press_web(1, 12, 0.2)
    with running() as server, press(web) as proxy:
        server.execute("CREATE DATABASE one")
        address = server.address("one")
        folder = make_workspace(tmp_path / "one", web)
        environ = environment(address, proxy, SEEDBED_CLUSTER__HEARTBEAT_S="2")
        crew = Workers(folders=[folder], environ=environ, log=tmp_path / "log")
        with crew as workers:
            workers.begin_all()
            with closing(shared(address)) as corpus:
                wait_for_pages(corpus, 4)
                acknowledged = kept(corpus)
            server.kill()
            server.start()
            with closing(shared(address)) as corpus:
                assert acknowledged <= kept(corpus)
                wait_waking(corpus, len(web.addresses))
                workers.stop()

                assert kept(corpus) == {*web.addresses}
                assert corpus._value("SELECT count(*) FROM articles") == len(web.addresses)
                assert corpus._value("SELECT count(*) FROM copies") == 0
                assert {"died", "failed"} & {
                    row["outcome"] for row in corpus._rows("SELECT outcome FROM runs")
                }, "the server was killed while nothing was crawled"
    assert web.overlaps() == 0


def wait_waking(corpus: Corpus, pages: int) -> None:
    """Wait, and let no job rest: one whose crawl ended badly would for two minutes."""
    until = time.monotonic() + PATIENCE_S
    while len(kept(corpus)) < pages:
        assert time.monotonic() < until, "it did not come"
        corpus._run("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")
        time.sleep(0.2)
