"""A worker that is told to stop: each crawl is told once, and what it did not do is due at once."""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("procrastinate", reason="the extra `cluster` is not installed")

from ingest import clock
from ingest.config import load_settings
from ingest.corpus import Corpus
from ingest.crawl import _FORCED_S, DRAIN_S
from scheduler.cluster import _work_on
from scheduler.cluster_crew import Crew
from scheduler.cluster_queue import JobQueue, open_queue
from scheduler.cluster_status import status_of
from tests.postgres import database, postgres
from tests.search_web import make_workspace
from tests.test_crawl import FAKE, ready
from tests.test_deploy import directives

if TYPE_CHECKING:
    from ingest.config import Settings

__all__ = ["database", "postgres"]


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    """A workspace with one feed that is due; what is crawled goes into its file."""
    folder = make_workspace(tmp_path / "one", "services = []")
    with closing(Corpus(folder / "corpus.db")) as corpus:
        corpus.add_source(
            kind="feed", url="http://a.test/feed", outlet="a.test", found_by="settings",
            every_minutes=30, now=clock.now(),
        )  # fmt: skip
    said = {"SEEDBED_CLUSTER__DATABASE": database, "SEEDBED_SCHEDULE__SPIDERS": '["feeds"]'}
    return load_settings(folder, said)


def crew_of(settings: Settings, scenario: str) -> Crew:
    def command(spider: str, *_: Any) -> list[str]:
        return [sys.executable, str(FAKE), scenario, spider]

    return Crew(settings=settings, environ={}, command=command)


async def work_until_told(crew: Crew, *, twice: bool = False) -> None:
    threads = ThreadPoolExecutor(1)  # as of a worker: it outlives the work
    async with open_queue(crew.settings).open_async() as app:
        queue = JobQueue(crew=crew, app=app, threads=threads)
        await queue.prepare()
        working = asyncio.create_task(_work_on(queue))
        await asyncio.to_thread(ready, crew.workspace.folder)
        crew.stop.set()
        if twice:
            crew.hurry.set()
        await working
    threads.shutdown()


def crawled(settings: Settings) -> list[tuple[str, str]]:
    with closing(Corpus(settings.corpus_path)) as corpus:
        return [(row["spider"], row["outcome"]) for row in corpus.runs_since(0)]


def queued_anew(settings: Settings) -> dict[str, Any]:
    """What waits after the next worker has looked."""

    async def look() -> None:
        async with open_queue(settings).open_async() as app:
            with ThreadPoolExecutor(1) as threads:
                queue = JobQueue(crew=crew_of(settings, "finish"), app=app, threads=threads)
                await queue.look()

    assert status_of(settings)["waiting"] == status_of(settings)["resting"] == 0
    asyncio.run(look())
    told = status_of(settings)
    return {name: told[name] for name in ("at_work", "waiting", "resting")}


def test_a_crawl_is_told_once_and_its_job_is_due_at_once(settings: Settings) -> None:
    asyncio.run(work_until_told(crew_of(settings, "wait-first")))

    notes = (settings.workspace / "notes").read_text().splitlines()
    assert notes == ["start feeds", "told 1 times", "end feeds"]
    assert crawled(settings) == [("feeds", "interrupted")]
    assert queued_anew(settings) == {"at_work": [], "waiting": 1, "resting": 0}


def test_told_twice_it_ends_a_crawl_that_hears_nothing(settings: Settings) -> None:
    asyncio.run(work_until_told(crew_of(settings, "wait-deaf"), twice=True))

    assert (settings.workspace / "notes").read_text() == "start feeds\n"
    assert crawled(settings) == [("feeds", "died")]
    assert status_of(settings)["at_work"] == []


def test_a_crawl_has_less_time_to_end_than_systemd_gives_the_worker() -> None:
    told = directives("seedbed-worker.service")

    written = (Path(__file__).parents[1] / "docs" / "cluster.md").read_text()

    assert f"{DRAIN_S:g} seconds later is told again, and killed {_FORCED_S:g} seconds" in written
    assert int(told["TimeoutStopSec"][0]) > DRAIN_S + _FORCED_S + 10
