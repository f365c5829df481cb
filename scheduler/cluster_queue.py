"""Jobs in PostgreSQL, kept and handed out by procrastinate; a dead worker's are handed out anew.

procrastinate sees to it that no two jobs of one lock are done at once, and that none waits twice.
What is due stands in the corpus, so that a job lost costs a look, and none is ever needed twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg
from procrastinate import App, PsycopgConnector, exceptions
from procrastinate.jobs import DeleteJobCondition, Status
from procrastinate.worker import Worker

from ingest import log
from ingest.cadence import backoff_minutes
from scheduler.cluster_jobs import Job, not_queued
from scheduler.cluster_workers import OwnJobs

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from procrastinate.jobs import Job as QueuedJob

    from ingest.config import Settings
    from scheduler.cluster_crew import Crew

__all__ = ["BROKEN", "QUEUE", "JobQueue", "job_of", "open_queue", "own_jobs", "reach"]

#: What a database that is gone makes of a call.
BROKEN = (
    exceptions.ProcrastinateException, psycopg.OperationalError, psycopg.InterfaceError, OSError,
)  # fmt: skip
QUEUE, _TASK = "crawls", "crawl"
_BEATS = 3  # signs of life in the time after which a worker counts as dead
_REST_AT_MOST_MINUTES = 60.0
_CONNECT_S = 10

_log = log.get(__name__)


def open_queue(settings: Settings) -> App:
    """The jobs of the database that the settings name; to be opened by `open_async`."""
    assert settings.cluster.database is not None
    # Each job would be told at INFO, and each second without a database with a traceback.
    for name in ("procrastinate", "psycopg.pool"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    connector = PsycopgConnector(
        conninfo=settings.cluster.database, min_size=1, max_size=4,
        kwargs={"application_name": "seedbed worker"},
    )  # fmt: skip
    app = App(connector=connector)
    app.job_manager = OwnJobs(connector)
    return app


def own_jobs(app: App) -> OwnJobs:
    """The jobs of what `open_queue` opened."""
    assert isinstance(app.job_manager, OwnJobs)
    return app.job_manager


async def reach(settings: Settings) -> None:
    """Make sure that the database answers: a pool would try for long, and not say what it met.

    Raises:
        psycopg.OperationalError: it does not.
    """
    assert settings.cluster.database is not None
    connection = await psycopg.AsyncConnection.connect(
        settings.cluster.database, connect_timeout=_CONNECT_S
    )
    await connection.close()


@dataclass(kw_only=True)
class JobQueue:
    """One worker's end of the queue, for as long as the database stays."""

    crew: Crew
    app: App
    threads: ThreadPoolExecutor  #: of crawls; they live as long as the process
    is_done: bool = False  #: a crawl was done, or tried
    error: Exception | None = None  #: why nothing more can be done
    _worker: Worker | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.app.task(name=_TASK, queue=QUEUE)(self._crawl)

    async def prepare(self) -> None:
        """Make procrastinate's tables and ours beside them, unless they are there."""
        if not await self.app.check_connection_async():
            try:
                await self.app.schema_manager.apply_schema_async()
            except exceptions.ConnectorException:
                if not await self.app.check_connection_async():  # else another was faster
                    raise
        await own_jobs(self.app).make_table()

    async def look(self) -> int:
        """Queue what is due, after what dead workers left; how much is new."""
        await self._rescue()
        queued = defaultdict[str, set[str]](set)
        for status in (Status.TODO, Status.DOING):  # in this order a job is in one at least
            for job in await self._jobs(status):
                queued[job.lock].add(job.name)
        # Asked after that: what ends meanwhile is not due any more.
        due = await asyncio.get_running_loop().run_in_executor(None, self.crew.due)
        for job in await self._jobs(Status.DOING):  # another queued and began it meanwhile
            queued[job.lock].add(job.name)
        return sum([await self._defer(job) for job in not_queued(due, queued=queued)])

    async def count_left(self) -> int:
        """Jobs that wait, or are at work somewhere and may bring more; not those that rest."""
        manager = self.app.job_manager
        todo = await manager.list_jobs_async(queue=QUEUE, status=Status.TODO.value)
        doing = await manager.list_jobs_async(queue=QUEUE, status=Status.DOING.value)
        return sum(job.scheduled_at is None for job in todo) + len([*doing])

    async def work(self, *, wait: bool) -> None:
        """Do jobs until told to stop, or until the database is gone.

        Args:
            wait: for more, when none is left.
        """
        cluster = self.crew.settings.cluster
        worker = self._worker = Worker(
            self.app, queues=[QUEUE], name=None, concurrency=cluster.concurrency, wait=wait,
            delete_jobs=DeleteJobCondition.SUCCESSFUL.value, install_signal_handlers=False,
            update_heartbeat_interval=cluster.heartbeat_s / _BEATS,
            stalled_worker_timeout=cluster.heartbeat_s,
            fetch_job_polling_interval=min(cluster.look_every_s, 5.0),
        )  # fmt: skip
        beating = asyncio.create_task(self._beat(worker))
        try:
            await worker.run()  # type: ignore[no-untyped-call]  # it declares no result
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    async def _beat(self, worker: Worker) -> None:
        """Give signs of life to the end: procrastinate's end before the last crawls do."""
        while True:
            await asyncio.sleep(self.crew.settings.cluster.heartbeat_s / _BEATS)
            if worker.worker_id is not None:
                with suppress(*BROKEN):
                    await own_jobs(self.app).update_heartbeat(worker.worker_id)

    def stop(self) -> None:
        """Begin no more jobs."""
        if self._worker is not None:
            self._worker.stop()  # type: ignore[no-untyped-call]  # likewise

    async def _crawl(self, spider: str, outlet: str | None, failures: int = 0) -> None:
        """A job: done well, or left for later; what was not done is due still."""
        if self.crew.stop.is_set():  # what it would have done is due still
            return
        self.is_done = True
        job = Job(spider=spider, outlet=outlet)
        loop = asyncio.get_running_loop()
        try:
            report = await loop.run_in_executor(self.threads, self.crew.crawl, job)
        except Exception as exc:  # noqa: BLE001  # procrastinate would only log it
            self.error = self.error or exc
            self.stop()
            return
        if not self.crew.stop.is_set() and not (report and report.went_well):
            await self._defer(job, failures=failures + 1)

    async def _rescue(self) -> None:
        """Give what dead workers did to the living."""
        manager, silent_s = own_jobs(self.app), self.crew.settings.cluster.heartbeat_s
        stalled = await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=silent_s)
        for job in stalled:
            try:
                is_rescued = await manager.release(job, silent_s=silent_s)
            except exceptions.UniqueViolation:  # one like it waits: that will do
                is_rescued = await manager.drop(job, silent_s=silent_s)
            if is_rescued:  # else another was faster, or the worker is not dead
                _log.warning("job of a dead worker rescued", job=str(job.queueing_lock))

    async def _jobs(self, status: Status) -> list[Job]:
        found = await self.app.job_manager.list_jobs_async(queue=QUEUE, status=status.value)
        return [job_of(one) for one in found]

    async def _defer(self, job: Job, *, failures: int = 0) -> bool:
        """Queue a job; whether nothing like it waited. One that failed rests a while first."""
        rest_s: int | None = None
        if failures:
            minutes = backoff_minutes(1, weight=failures, floor=0, ceiling=_REST_AT_MOST_MINUTES)
            rest_s = round(60 * minutes)
        deferrer = self.app.configure_task(
            _TASK, queue=QUEUE, lock=job.lock, queueing_lock=job.name,
            schedule_in=None if rest_s is None else {"seconds": rest_s},
            priority=1 if failures else 0,  # nothing else is done at its outlet before
        )  # fmt: skip
        try:
            await deferrer.defer_async(spider=job.spider, outlet=job.outlet, failures=failures)
        except exceptions.AlreadyEnqueued:
            return False
        return True


def job_of(queued: QueuedJob) -> Job:
    """What a job in the queue is about."""
    outlet = queued.task_kwargs["outlet"]
    return Job(
        spider=str(queued.task_kwargs["spider"]), outlet=None if outlet is None else str(outlet)
    )
