"""Jobs in PostgreSQL: none twice, one at an outlet at a time, a dead worker's done by others."""

from __future__ import annotations

import asyncio
import os
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from ingest.cluster_commands import _status_lines
from ingest.config import load_settings
from ingest.corpus import Corpus
from ingest.crawl import CrawlReport
from scheduler.cluster_jobs import Job
from tests.patience import PATIENCE_S
from tests.postgres import database, postgres

procrastinate = pytest.importorskip("procrastinate", reason="the extra is not installed")

import psycopg  # noqa: E402  # it is the extra
from procrastinate.jobs import Status  # noqa: E402  # likewise

from scheduler.cluster import _work_on, _work_once  # noqa: E402  # it needs the extra
from scheduler.cluster_queue import QUEUE, JobQueue, open_queue, own_jobs  # noqa: E402
from scheduler.cluster_status import status_of  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from pathlib import Path

    from ingest.config import Settings
    from scheduler.cluster_crew import Crew

__all__ = ["database", "postgres"]

AT_A = [Job(spider=spider, outlet="a.test") for spider in ("feeds", "links", "frontier")]
AT_B = [Job(spider=spider, outlet="b.test") for spider in ("feeds", "frontier")]


@dataclass
class StandIn:
    """A crew whose crawls only take their time."""

    settings: Settings
    jobs: list[Job] = field(default_factory=list)
    takes_s: float = 0.1
    outcome: str = "finished"
    stop: threading.Event = field(default_factory=threading.Event)
    log: list[tuple[str, str, float]] = field(default_factory=list)  #: name, lock or end, when

    def due(self) -> list[Job]:
        done = {name for name, what, _ in self.log if what == "end"}
        return [job for job in self.jobs if job.name not in done]

    def crawl(self, job: Job) -> CrawlReport:
        self.log.append((job.name, job.lock, time.monotonic()))
        self.stop.wait(self.takes_s)
        self.log.append((job.name, "end", time.monotonic()))
        return CrawlReport(
            spider=job.spider, run=1, outcome=self.outcome, exit_code=0, counts={}, seconds=0.0
        )

    def began(self) -> list[str]:
        return [name for name, what, _ in self.log if what != "end"]


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    said = {
        "SEEDBED_CLUSTER__DATABASE": database, "SEEDBED_CLUSTER__LOOK_EVERY_S": "0.1",
        "SEEDBED_CLUSTER__HEARTBEAT_S": "60", "SEEDBED_CLUSTER__CONCURRENCY": "4",
    }  # fmt: skip
    return load_settings(tmp_path, said)


@pytest.fixture
def impatient(settings: Settings) -> Settings:
    """Whoever is silent for a second is dead."""
    cluster = settings.cluster.model_copy(update={"heartbeat_s": 1.0})
    return settings.model_copy(update={"cluster": cluster})


@asynccontextmanager
async def queue_of(crew: StandIn) -> AsyncIterator[JobQueue]:
    async with open_queue(crew.settings).open_async() as app:
        with ThreadPoolExecutor(4) as threads:
            queue = JobQueue(crew=cast("Crew", crew), app=app, threads=threads)
            await queue.prepare()
            yield queue


async def wait_for(condition: Any) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until, "it did not come"
        await asyncio.sleep(0.02)


def test_two_that_look_at_once_queue_nothing_twice(settings: Settings) -> None:
    crew = StandIn(settings, [*AT_A, *AT_B])

    async def look_twice() -> list[int]:
        async with queue_of(crew) as one, queue_of(crew) as other:
            first = await asyncio.gather(one.look(), other.look())
            return [*first, await one.look()]

    counts = asyncio.run(look_twice())
    assert sum(counts) == 3, "pages wait until what is asked at their outlet is done"
    assert counts[2] == 0
    assert status_of(settings) == {
        "at_work": [], "silent": [], "waiting": 3, "resting": 0, "workers": []
    }  # fmt: skip


def test_what_another_began_while_it_was_looked_is_not_queued(
    settings: Settings, database: str
) -> None:
    @dataclass
    class Overtaken(StandIn):
        def due(self) -> list[Job]:
            job = self.jobs[0]
            with psycopg.connect(database) as other:
                other.execute(
                    "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, "
                    "args, status) VALUES (%s, 'crawl', %s, %s, "
                    "jsonb_build_object('spider', %s::text, 'outlet', %s::text), 'doing')",
                    (QUEUE, job.lock, job.name, job.spider, job.outlet),
                )
            return self.jobs

    async def look() -> int:
        async with queue_of(Overtaken(settings, AT_B[:1])) as queue:
            return await queue.look()

    assert asyncio.run(look()) == 0


def test_an_outlet_is_one_workers_at_a_time(settings: Settings) -> None:
    crew = StandIn(settings, [*AT_A, *AT_B])

    async def work_beside() -> None:
        async with queue_of(crew) as one, queue_of(crew) as other:
            await asyncio.gather(_work_once(one), _work_once(other))

    asyncio.run(work_beside())
    locks = {job.name: job.lock for job in crew.jobs}
    at_work: set[str] = set()
    beside = 0
    for name, what, _ in crew.log:
        if what == "end":
            at_work.remove(name)
            continue
        assert locks[name] not in {locks[other] for other in at_work}
        at_work.add(name)
        beside = max(beside, len(at_work))
    # One that ends between the other's look and its queueing is done again, with nothing due.
    assert {*crew.began()} == locks.keys()
    assert beside == 2


def test_job_that_failed_rests_and_its_outlet_with_it(settings: Settings) -> None:
    crew = StandIn(settings, AT_A[:2], takes_s=0.0, outcome="failed")

    async def work_once() -> None:
        async with queue_of(crew) as queue:
            await queue.look()
            await asyncio.wait_for(queue.work(wait=False), PATIENCE_S)

    asyncio.run(work_once())
    assert crew.began() == ["feeds a.test"]
    told = status_of(settings)
    assert (told["at_work"], told["waiting"], told["resting"]) == ([], 1, 1)


def test_job_of_a_dead_worker_is_done_by_another(impatient: Settings) -> None:
    crew = StandIn(impatient, AT_B[:1], takes_s=0.0)

    async def die_and_be_missed() -> None:
        async with queue_of(crew) as dead:
            await dead.look()
            worker = await dead.app.job_manager.register_worker()
            assert await dead.app.job_manager.fetch_job(queues=[QUEUE], worker_id=worker)
        async with queue_of(crew) as living:
            working = asyncio.create_task(_work_on(living))
            await wait_for(crew.began)
            crew.stop.set()
            await working

    began = time.monotonic()
    asyncio.run(die_and_be_missed())
    assert crew.began() == ["feeds b.test"]
    assert time.monotonic() - began > impatient.cluster.heartbeat_s


def test_worker_gives_signs_of_life_until_its_last_crawl_ends(impatient: Settings) -> None:
    crew = StandIn(impatient, AT_B[:1], takes_s=30.0)

    async def outlast_the_heartbeat() -> None:
        async with queue_of(crew) as queue:

            async def beat() -> datetime:
                asked = "SELECT max(last_heartbeat) AS at FROM procrastinate_workers"
                row = await queue.app.connector.execute_query_one_async(query=asked)
                return cast("datetime", row["at"])

            once = asyncio.create_task(_work_once(queue))  # it waits for no more jobs
            await wait_for(crew.began)
            enough = await beat() + timedelta(seconds=2.5 * impatient.cluster.heartbeat_s)
            async with asyncio.timeout(20):
                while await beat() < enough:  # noqa: ASYNC110  # a database has no event
                    await asyncio.sleep(0.1)
            crew.stop.set()
            await once

    asyncio.run(outlast_the_heartbeat())


def test_who_may_only_read_sees_the_status(settings: Settings, database: str) -> None:
    async def make() -> None:
        async with queue_of(StandIn(settings)) as queue:
            await queue.look()

    asyncio.run(make())
    with psycopg.connect(database, autocommit=True) as raw:
        raw.execute("CREATE ROLE onlooker LOGIN")
        try:
            raw.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO onlooker")
            raw.execute("REVOKE CREATE ON SCHEMA public FROM public")
            theirs = {"SEEDBED_CLUSTER__DATABASE": re.sub("//[^@/]*@", "//onlooker@", database)}
            assert status_of(load_settings(settings.workspace, theirs))["at_work"] == []
        finally:
            raw.execute("DROP OWNED BY onlooker")
            raw.execute("DROP ROLE onlooker")


def test_told_to_stop_it_begins_nothing_more(settings: Settings) -> None:
    jobs = [Job(spider="feeds", outlet=f"{n}.test") for n in range(9)]
    crew = StandIn(settings, jobs, takes_s=30.0)

    async def stop_early() -> None:
        async with queue_of(crew) as queue:
            working = asyncio.create_task(_work_on(queue))
            await wait_for(lambda: len(crew.began()) == 4)
            crew.stop.set()
            await asyncio.wait_for(working, PATIENCE_S)

    asyncio.run(stop_early())
    assert len(crew.began()) == 4
    assert status_of(settings)["at_work"] == []


@pytest.mark.parametrize("again", ["other", "same"])
def test_worker_that_comes_back_does_not_end_the_job_of_its_successor(
    settings: Settings, again: str
) -> None:
    async def hang_and_come_back() -> list[str | None]:
        async with queue_of(StandIn(settings, AT_B[:1])) as queue:
            await queue.look()
            jobs = own_jobs(queue.app)
            hung, living = await jobs.register_worker(), await jobs.register_worker()
            held = await jobs.fetch_job(queues=[QUEUE], worker_id=hung)
            assert held is not None
            assert await jobs.release(held, silent_s=0)
            assert not await jobs.release(held, silent_s=0), "another rescued it first"
            successor = living if again == "other" else hung
            now = await jobs.fetch_job(queues=[QUEUE], worker_id=successor)
            assert now is not None
            await jobs.finish_job(held, Status.SUCCEEDED, delete_job=True)
            await jobs.retry_job(held)
            assert not await jobs.release(held, silent_s=0), "so that none rescues it twice"
            assert not await jobs.drop(held, silent_s=0)
            left = [one.status for one in await jobs.list_jobs_async(queue=QUEUE)]
            await jobs.finish_job(now, Status.SUCCEEDED, delete_job=True)
            assert not [*await jobs.list_jobs_async(queue=QUEUE)]
            return left

    assert asyncio.run(hang_and_come_back()) == ["doing"]


def test_worker_that_was_struck_off_is_entered_again(settings: Settings) -> None:
    async def come_back() -> None:
        async with queue_of(StandIn(settings, AT_B[:1])) as queue:
            await queue.look()
            jobs = own_jobs(queue.app)
            number = await jobs.register_worker()
            held = await jobs.fetch_job(queues=[QUEUE], worker_id=number)
            assert held is not None
            assert await jobs.prune_stalled_workers(0) == [], "it is known whose job it is"
            await jobs.unregister_worker(number)
            await jobs.update_heartbeat(number)
            await jobs.finish_job(held, Status.SUCCEEDED, delete_job=True)
            await queue.look()
            assert await jobs.fetch_job(queues=[QUEUE], worker_id=number)
            idle = await jobs.register_worker()
            assert await jobs.prune_stalled_workers(0) == [idle]

    asyncio.run(come_back())
    (worker,) = status_of(settings)["workers"]
    assert worker["doing"][0]["job"] == "feeds b.test"


async def fall_silent(queue: JobQueue, worker: int) -> None:
    """Let a worker have been silent for as long as makes it dead."""
    silent_s = 1.5 * queue.crew.settings.cluster.heartbeat_s
    said = (
        "UPDATE procrastinate_workers SET last_heartbeat = now() - make_interval(secs => %(s)s) "
        "WHERE id = %(worker)s"
    )
    await queue.app.connector.execute_query_async(query=said, s=silent_s, worker=worker)


def test_worker_that_came_back_before_the_rescue_keeps_its_job(settings: Settings) -> None:
    async def come_back() -> list[str | None]:
        silent_s = settings.cluster.heartbeat_s
        async with queue_of(StandIn(settings, AT_B[:1])) as queue:
            await queue.look()
            jobs = own_jobs(queue.app)
            worker = await jobs.register_worker()
            assert await jobs.fetch_job(queues=[QUEUE], worker_id=worker)
            await fall_silent(queue, worker)
            (seen,) = await jobs.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=silent_s)
            await jobs.update_heartbeat(worker)

            assert not await jobs.release(seen, silent_s=silent_s)
            assert not await jobs.drop(seen, silent_s=silent_s)
            left = [one.status for one in await jobs.list_jobs_async(queue=QUEUE)]
            await fall_silent(queue, worker)
            assert await jobs.release(seen, silent_s=silent_s)
            return left

    assert asyncio.run(come_back()) == ["doing"]


def test_sign_of_life_that_is_being_given_is_waited_for(
    settings: Settings, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def give_it_meanwhile() -> list[str | None]:
        async with queue_of(StandIn(settings, AT_B[:1])) as queue:
            await queue.look()
            jobs = own_jobs(queue.app)
            worker = await jobs.register_worker()
            assert await jobs.fetch_job(queues=[QUEUE], worker_id=worker)
            await fall_silent(queue, worker)
            async with await psycopg.AsyncConnection.connect(database) as slow:
                said = "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = %s"
                await slow.execute(said, (worker,))
                rescue = asyncio.create_task(queue._rescue())
                done, _ = await asyncio.wait({rescue}, timeout=0.5)
                assert not done
                await slow.commit()
                await asyncio.wait_for(rescue, PATIENCE_S)
            return [one.status for one in await jobs.list_jobs_async(queue=QUEUE)]

    assert asyncio.run(give_it_meanwhile()) == ["doing"]
    assert "rescued" not in caplog.text


def test_job_of_a_dead_worker_does_not_bar_the_one_that_waits(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async def die_after_queueing_it_anew() -> list[str | None]:
        async with queue_of(StandIn(settings, AT_B[:1])) as queue:
            await queue.look()
            jobs = own_jobs(queue.app)
            worker = await jobs.register_worker()
            assert await jobs.fetch_job(queues=[QUEUE], worker_id=worker)
            assert await queue._defer(AT_B[0])
            await fall_silent(queue, worker)
            await queue.look()
            return [one.status for one in await jobs.list_jobs_async(queue=QUEUE)]

    assert asyncio.run(die_after_queueing_it_anew()) == ["todo"]
    assert "job of a dead worker rescued" in caplog.text


def test_status_shows_who_is_idle_and_who_does_what(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def one_works() -> list[str]:
        async with queue_of(StandIn(settings, AT_B[:1])) as queue:
            await queue.look()
            jobs = own_jobs(queue.app)
            busy, _ = await jobs.register_worker(), await jobs.register_worker()
            assert await jobs.fetch_job(queues=[QUEUE], worker_id=busy)
            told = await asyncio.to_thread(status_of, settings)
            return _status_lines(told)

    monkeypatch.setattr("socket.gethostname", lambda: "north")
    lines = asyncio.run(one_works())

    assert lines[0] == "2 workers, 1 job at work, 0 waiting"
    here = rf"  north, process {os.getpid()}"
    assert re.fullmatch(rf"{here}: last sign of life \d+ s ago", lines[1])
    assert re.fullmatch(r"    feeds b\.test, since 20[0-9T:-]+Z", lines[2])
    assert re.fullmatch(rf"{here}, idle: last sign of life \d+ s ago", lines[3])


# -- turns ----------------------------------------------------------------------------------------


def test_runs_keep_the_distance_to_each_other(database: str) -> None:
    from ingest.corpus.postgres.store import SharedCorpus

    with closing(SharedCorpus(database)) as one, closing(SharedCorpus(database)) as other:
        assert one.take_turn("a.test", run=1, delay_s=5) == 0
        assert one.take_turn("a.test", run=1, delay_s=5) == 0  # its own distances it keeps itself
        assert one.take_turn("b.test", run=1, delay_s=5) == 0
        assert other.take_turn("a.test", run=2, delay_s=1) == pytest.approx(5, abs=0.5)
        assert other.take_turn("a.test", run=2, delay_s=1) == pytest.approx(5, abs=0.5)
        assert one.take_turn("a.test", run=1, delay_s=5) == pytest.approx(10, abs=0.6)
        assert one.take_turn("a.test", run=3, delay_s=2) == pytest.approx(15, abs=0.7)


def test_runs_of_one_machine_wait_for_nobody(tmp_path: Path) -> None:
    with closing(Corpus(tmp_path / "corpus.db")) as corpus:
        assert corpus.take_turn("a.test", run=1, delay_s=5) == 0
        assert corpus.take_turn("a.test", run=2, delay_s=5) == 0
