"""When the daemon looks at the corpus; APScheduler wakes it, and crawls wait for their turn."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_EXECUTED,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
)
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from ingest import log
from ingest.cadence import next_poll_minutes
from ingest.errors import CrawlError, IngestError
from scheduler.jobs import FRONTIER

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from apscheduler.events import JobEvent

    from scheduler.jobs import JobSpec
    from scheduler.rounds import Rounds

__all__ = ["Clockwork", "Rests"]

_TICK, _JUDGING = "tick", "judging"
# Both in ticks. Late: the wall clock was set back, and APScheduler waits for a time to come again.
_LATE, _LOST = 4, 40

_log = log.get(__name__)


@dataclass(kw_only=True)
class Rests:
    """Jobs that got nowhere rest a while, each time longer: a fault must not become a loop."""

    _failures: dict[str, int] = field(default_factory=dict)
    _until_s: dict[str, float] = field(default_factory=dict)

    def is_resting(self, spider: str) -> bool:
        """Whether a spider should not be started yet."""
        return time.monotonic() < self._until_s.get(spider, 0.0)

    def note(self, spider: str, *, is_well: bool, most_minutes: float) -> None:
        """Remember how a crawl went."""
        if is_well:
            self._failures.pop(spider, None)
            self._until_s.pop(spider, None)
            return
        failures = self._failures[spider] = self._failures.get(spider, 0) + 1
        rest = next_poll_minutes(1, new_items=0, failures=failures, floor=1, ceiling=most_minutes)
        self._until_s[spider] = time.monotonic() + 60 * rest


def _new_scheduler() -> BackgroundScheduler:
    """Jobs in memory, in UTC; ticks and crawls in a thread each, so that crawls never overlap.

    A crawl's child is told to stop when the thread that started it ends, so that thread must live
    as long as we do; APScheduler's pool keeps its one worker.
    """
    # It writes a line for each tick at INFO, and warns of ticks that overlap; errors stay.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    return BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(1), "crawls": ThreadPoolExecutor(1)},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )


@dataclass(kw_only=True)
class Clockwork:
    """Looks at the corpus every few seconds, and queues the crawls that are due.

    What is new to learn is learned, and judged by, in the same queue.
    """

    rounds: Rounds
    tick_s: float  #: seconds between two looks
    _scheduler: BackgroundScheduler = field(default_factory=_new_scheduler)
    _queued: set[str] = field(default_factory=set)  #: jobs that wait for their turn, or run
    _rests: Rests = field(default_factory=Rests)
    _ticked_s: float = field(default_factory=time.monotonic)

    def keep(self, stop: threading.Event, hurry: threading.Event) -> None:
        """Run until `stop` is set; the crawl at work then drains.

        Raises:
            CrawlError: the scheduler stands still.
        """
        self.rounds.stop, self.rounds.hurry = stop, hurry
        self._scheduler.add_listener(
            self._on_event,
            EVENT_JOB_EXECUTED | EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES,
        )
        self._scheduler.add_job(
            self._tick, "interval", seconds=self.tick_s, id=_TICK, next_run_time=datetime.now(UTC)
        )
        self._scheduler.start()
        try:
            while not stop.wait(self.tick_s):
                self._watch()
        finally:
            stop.set()
            self._scheduler.shutdown(wait=True)

    def _tick(self) -> None:
        self._ticked_s = time.monotonic()
        try:
            if self.rounds.is_taught_anew():
                self._queue(_JUDGING, self._judge)
            agenda = self.rounds.agenda()
            due = [spec for spec in self.rounds.specs if self.rounds.is_due(spec, agenda)]
        except IngestError as exc:
            _log.error("corpus not readable now", error=str(exc))
            return
        queued = [self._queue_crawl(spec) for spec in due]
        # The frontier comes last: the others leave it something, and it looks when its turn comes.
        if any(queued) or agenda.pages:
            self._queue_crawl(FRONTIER)

    def _queue_crawl(self, spec: JobSpec) -> bool:
        return self._queue(spec.spider, self._crawl, spec)

    def _queue(self, job: str, work: Callable[..., None], *arguments: object) -> bool:
        if job in self._queued or self._rests.is_resting(job):
            return False
        self._queued.add(job)
        self._scheduler.add_job(work, args=arguments, id=job, executor="crawls")
        return True

    def _judge(self) -> None:
        """Judge by what is new to learn; a mistake of the seeds or settings is logged."""
        is_well = self.rounds.stop.is_set()
        try:
            if not is_well:
                self.rounds.judge_anew()
                is_well = True
        except IngestError as exc:
            _log.error("texts not judged anew", error=str(exc))
        finally:
            self._note(_JUDGING, is_well=is_well)

    def _crawl(self, spec: JobSpec) -> None:
        """Run a queued crawl, if it is still due; trouble that a person can act on is logged."""
        is_well = False
        try:
            is_well = self.rounds.stop.is_set() or not self.rounds.is_due(spec)
            if not is_well:
                report = self.rounds.crawl(spec)
                is_well = report.went_well and report.did_something
        except IngestError as exc:
            _log.error("crawl not started", spider=spec.spider, error=str(exc))
        finally:
            self._note(spec.spider, is_well=is_well)

    def _note(self, job: str, *, is_well: bool) -> None:
        most = self.rounds.settings.schedule.poll_every_minutes
        self._rests.note(job, is_well=is_well, most_minutes=most)

    def _on_event(self, event: JobEvent) -> None:
        if event.code == EVENT_JOB_ERROR:
            _log.error("job failed", job=event.job_id, error=repr(event.exception))
        elif event.code == EVENT_JOB_MISSED:
            _log.error("job missed", job=event.job_id)
        if event.job_id != _TICK:
            # Not earlier: inside the job, APScheduler still counts it as running.
            self._queued.discard(event.job_id)
            self._wake()

    def _wake(self) -> None:
        if not self.rounds.stop.is_set():
            self._scheduler.modify_job(_TICK, next_run_time=datetime.now(UTC))

    def _watch(self) -> None:
        """Wake a scheduler that overslept.

        Raises:
            CrawlError: it does not wake.
        """
        late_s = time.monotonic() - self._ticked_s
        if late_s > _LOST * self.tick_s:
            raise CrawlError(f"the scheduler has stood still for {late_s:.0f} s")
        if late_s > _LATE * self.tick_s:
            _log.warning("scheduler overslept", late_s=round(late_s))
            self._wake()
