"""A worker of a cluster: what the corpus says is due is crawled, by whichever worker is free.

What is due stands in the corpus, as for the daemon, and the jobs beside it: a worker keeps nothing
that its death would lose.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from ingest import log
from ingest.config import TEXT_VARIABLE, load_settings, settings_text
from ingest.corpus.opening import STORE_VARIABLE
from ingest.crawl import scrapy_command
from ingest.errors import ConfigError, CorpusError
from scheduler.cluster_crew import Crew
from scheduler.cluster_queue import BROKEN, JobQueue, open_queue, reach
from scheduler.signals import attended

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ingest.crawl import Command, CrawlReport

__all__ = ["work"]

INTERRUPTED = 130
_GLANCE_S = 0.1  # between two looks at whether to stop
_PATIENCE_S = 1.0  # between two looks at what other workers found, at most
_BACK_OFF_S = (1.0, 30.0)  # while the database is gone: at first, at most

_log = log.get(__name__)


def work(
    workspace: Path,
    *,
    environ: Mapping[str, str] | None = None,
    is_once: bool = False,
    is_to_teach: bool = False,
    command: Command = scrapy_command,
    on_report: Callable[[CrawlReport], None] | None = None,
) -> int:
    """Do jobs until a signal comes; returns the exit code.

    The first signal lets crawls end after what they are fetching, the second ends them at once.

    Args:
        environ: for the settings and the crawls; None: ours.
        is_once: stop when nothing is due any more.
        is_to_teach: the seeds and settings here hold for all workers from now on.
        on_report: told of each crawl when it has ended.

    Raises:
        ConfigError: no database is named, or the seeds are not those of the other workers.
        CorpusError: the database cannot be used.
        SeedError: there is nothing to learn a topic from.
    """
    known = dict(os.environ if environ is None else environ)
    known.setdefault(STORE_VARIABLE, "cluster")
    known.setdefault(TEXT_VARIABLE, settings_text(workspace))
    settings = load_settings(workspace, known)
    if settings.cluster.database is None:
        raise ConfigError(
            ["no database: name one as [cluster] database, or in SEEDBED_CLUSTER__DATABASE"]
        )
    os.environ[STORE_VARIABLE] = known[STORE_VARIABLE]
    crew = Crew(settings=settings, environ=known, command=command, on_report=on_report)
    crew.prepare(is_to_teach=is_to_teach)
    _log.info("worker started", pid=os.getpid(), crawls_at_once=settings.cluster.concurrency)
    _, signum = attended(lambda stop, hurry: _work(crew, stop, hurry, is_once=is_once))
    _log.info("worker stopped", signal=signum)
    return INTERRUPTED if signum == signal.SIGINT or (is_once and signum) else 0


def _work(crew: Crew, stop: threading.Event, hurry: threading.Event, *, is_once: bool) -> None:
    crew.stop, crew.hurry = stop, hurry
    # A crawl is told to stop when the thread that started it ends: these outlive every session.
    threads = ThreadPoolExecutor(crew.settings.cluster.concurrency, thread_name_prefix="crawl")
    rest_s = _BACK_OFF_S[0]
    while not stop.is_set():
        began = time.monotonic()
        try:
            if asyncio.run(_session(crew, threads, is_once=is_once)):
                return
        except (*BROKEN, CorpusError) as exc:
            if stop.is_set():
                return
            _log.error("the database is gone, tried again", error=_words(exc), in_s=rest_s)
        if time.monotonic() - began > _BACK_OFF_S[1]:
            rest_s = _BACK_OFF_S[0]
        stop.wait(rest_s)
        rest_s = min(2 * rest_s, _BACK_OFF_S[1])


async def _session(crew: Crew, threads: ThreadPoolExecutor, *, is_once: bool) -> bool:
    """Work for as long as the database stays; whether all is done."""
    await reach(crew.settings)
    async with open_queue(crew.settings).open_async() as app:
        queue = JobQueue(crew=crew, app=app, threads=threads)
        await queue.prepare()
        if is_once:
            await _work_once(queue)
        else:
            await _work_on(queue)
        if queue.error is not None:
            raise queue.error
    return is_once or crew.stop.is_set()


async def _work_once(queue: JobQueue) -> None:
    """Do what is due until nothing is, and no worker is at work that may find more."""
    while not queue.crew.stop.is_set() and queue.error is None:
        new, queue.is_done = await queue.look(), False
        working = asyncio.create_task(queue.work(wait=False))
        await _until(working, queue)
        if not (new or queue.is_done):
            if not await queue.count_left():
                return
            await asyncio.sleep(min(queue.crew.settings.cluster.look_every_s, _PATIENCE_S))


async def _work_on(queue: JobQueue) -> None:
    """Do what is due, and look for more, until told to stop or until the database is gone."""
    working = asyncio.create_task(queue.work(wait=True))
    looking = asyncio.create_task(_look_on(queue))
    try:
        await _until(working, queue, beside=looking)
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)  # what it met is told below


async def _look_on(queue: JobQueue) -> None:
    while True:
        await queue.look()
        await asyncio.sleep(queue.crew.settings.cluster.look_every_s)


async def _until(
    working: asyncio.Task[None], queue: JobQueue, *, beside: asyncio.Task[None] | None = None
) -> None:
    """Wait for the end of the work, and bring it about when told to, or when looking failed."""
    while not working.done():
        if queue.crew.stop.is_set() or (beside is not None and beside.done()):
            queue.stop()
        await asyncio.wait({working}, timeout=_GLANCE_S)
    await working
    if beside is not None and beside.done():
        beside.result()


def _words(exc: BaseException) -> str:
    """What an error says, on one line; a database's own words name host and user, no password."""
    return " ".join(str(exc.__cause__ or exc).split())[:200] or type(exc).__name__
