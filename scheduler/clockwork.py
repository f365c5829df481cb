"""When the daemon looks at the corpus; APScheduler wakes it, and crawls wait for their turn."""

from __future__ import annotations

import logging
import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from ingest import clock, log
from ingest.cadence import backoff_minutes
from ingest.corpus.base import iso
from ingest.errors import ConfigError, CrawlError, IngestError, Stopped
from scheduler.beat import Pulse
from scheduler.health import Desk, warnings
from scheduler.jobs import FRONTIER
from scheduler.notify import notify, watchdog_every_s
from scheduler.telling import Teller
from scheduler.turns import Turns
from scheduler.upkeep import BACKUP, MAINTENANCE, due_upkeep, keep_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from apscheduler.events import JobEvent

    from ingest.config import Settings
    from scheduler.beat import Beat
    from scheduler.jobs import JobSpec
    from scheduler.rounds import Rounds

__all__ = ["Clockwork", "Rests"]

_TICK, _JUDGING = "tick", "judging"
# Both in ticks. Late: the wall clock was set back, and APScheduler waits for a time to come again.
_LATE, _LOST = 4, 40
_TELL = 4  # ticks between two looks at what people are to be told
_DRAIN_S = 20.0  # for the crawl at work, when the scheduler is given up
_TROUBLE = {
    _JUDGING: "texts not judged anew",
    BACKUP: "backup not made",
    MAINTENANCE: "corpus not maintained",
}

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
        rest = backoff_minutes(1, weight=failures, floor=1, ceiling=most_minutes)
        self._until_s[spider] = time.monotonic() + 60 * rest


def _new_scheduler() -> BackgroundScheduler:
    """Of ticks alone, in memory and in UTC; one at a time, and those missed made up for by one."""
    # It writes a line for each tick at INFO, and warns of ticks that overlap; errors stay.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    return BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )


@dataclass(kw_only=True)
class Clockwork:
    """Looks at the corpus every few seconds, and queues the crawls that are due.

    What is new to learn is learned, and judged by, in the same queue.
    """

    rounds: Rounds
    tick_s: float  #: seconds between two looks
    reload: threading.Event = field(default_factory=threading.Event)  #: read the settings again
    die: Callable[[int], object] | None = None  #: ends the process, whatever its threads do
    drain_s: float = _DRAIN_S  #: for the crawl at work, before that
    _scheduler: BackgroundScheduler = field(default_factory=_new_scheduler)
    _turns: Turns = field(default_factory=Turns)
    _queued: set[str] = field(default_factory=set)  #: jobs that wait for their turn, or run
    _rests: Rests = field(default_factory=Rests)
    _pulse: Pulse = field(init=False)
    _desk: Desk = field(init=False)
    _teller: Teller = field(init=False)
    _said: list[str] = field(default_factory=list)  #: warnings, as they were logged last

    def __post_init__(self) -> None:
        since = iso(clock.now())
        self._pulse = Pulse(pid=os.getpid(), since=since, late_s=_LATE * self.tick_s)
        self._desk = Desk(self)
        self._teller = Teller(
            settings=lambda: self.settings, pulse=self._pulse, every_s=_TELL * self.tick_s
        )

    @property
    def settings(self) -> Settings:
        """Those in force."""
        return self.rounds.settings

    @property
    def url(self) -> str | None:
        """Where it tells of its health; None: nowhere."""
        return self._desk.url

    def beat(self) -> Beat:
        """How it is now."""
        return replace(self._pulse.beat(), is_telling=not self._teller.is_gone)

    def keep(self, stop: threading.Event, hurry: threading.Event) -> None:
        """Run until `stop` is set; the crawl at work then drains.

        Raises:
            ConfigError: its health cannot be told where the settings want it.
            CrawlError: the scheduler stands still, and nothing made the process die of it.
        """
        self.rounds.stop, self.rounds.hurry = stop, hurry
        self._desk.move_to(self.settings.health.address)
        self._scheduler.add_listener(_on_event, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
        self._scheduler.add_job(
            self._tick, "interval", seconds=self.tick_s, id=_TICK, next_run_time=datetime.now(UTC)
        )
        notify("READY=1", "STATUS=waits for what is due")  # before a job says that it is at work
        self._turns.begin()
        self._teller.begin()
        self._scheduler.start()
        is_lost = False
        try:
            while not stop.wait(min(self.tick_s, watchdog_every_s() or self.tick_s)):
                self._watch()
        except CrawlError as exc:
            is_lost = True
            self._give_up(exc)
            raise
        finally:
            stop.set()
            notify("STOPPING=1")
            self._teller.stop()
            until_s = time.monotonic() + _DRAIN_S
            self._scheduler.shutdown(wait=not is_lost)
            self._turns.end(wait=not is_lost)
            self._teller.end(within_s=until_s - time.monotonic())
            self._desk.close()

    def _give_up(self, because: CrawlError) -> None:
        """End the process: any other way out would wait for the thread that hangs."""
        _log.error("daemon gives up", error=str(because))
        self.rounds.stop.set()
        self._teller.note_standstill(str(because))
        until_s = time.monotonic() + self.drain_s
        while self._pulse.beat().working is not None and time.monotonic() < until_s:
            time.sleep(0.05)
        if self.die is not None:
            self.die(1)

    def _tick(self) -> None:
        try:
            self.rounds.check_corpus()
            self._take_up()
            self._warn()
            if self.rounds.is_taught_anew():
                self._queue(_JUDGING, self._judge)
            agenda = self.rounds.agenda()
            due = [spec for spec in self.rounds.specs if self.rounds.is_due(spec, agenda)]
        except IngestError as exc:
            _log.error("corpus not readable now", error=str(exc))
            self._pulse.ticked(trouble=str(exc))
            return
        queued = [self._queue_crawl(spec) for spec in due]
        # The frontier comes last: the others leave it something, and it looks when its turn comes.
        if any(queued) or agenda.pages:
            self._queue_crawl(FRONTIER)
        self._queue_upkeep()
        # Only now: whatever failed above unforeseen is to be seen by those who watch.
        self._pulse.ticked()

    def _queue_upkeep(self) -> None:
        """A folder of backups that cannot be read keeps no crawl waiting."""
        try:
            upkeep = due_upkeep(self.settings, now=clock.now())
        except Exception as exc:  # noqa: BLE001  # logged; the next tick looks again
            _log.error("upkeep not looked at", error=repr(exc))
            return
        for work in upkeep:
            self._queue(work, self._keep_up, work)

    def _take_up(self) -> None:
        """The settings, when their file was changed or somebody says so."""
        is_told = self.reload.is_set()
        self.reload.clear()
        before = self.settings
        if not self.rounds.reread(is_told=is_told):
            return
        settings = self.settings
        if settings.log != before.log:
            log.configure(settings.log.level, settings.log.format)
        try:
            self._desk.move_to(settings.health.address)
        except ConfigError as exc:
            _log.error("health is not told there", problems=exc.problems)

    def _warn(self) -> None:
        """Log what a person may want to look at, once until it changes."""
        found = warnings(self.settings)
        if found and not self._said:
            _log.warning("corpus needs a look", because=found)
        self._said = found

    def _queue_crawl(self, spec: JobSpec) -> bool:
        return self._queue(spec.spider, self._crawl, spec)

    def _queue(self, job: str, work: Callable[..., bool], *arguments: object) -> bool:
        if job in self._queued or self._rests.is_resting(job) or self.rounds.stop.is_set():
            return False
        self._queued.add(job)
        self._pulse.queued(job)
        self._turns.add(partial(self._turn, job, work, *arguments))
        return True

    def _turn(self, job: str, work: Callable[..., bool], *arguments: object) -> None:
        try:
            self._take_turn(job, work, *arguments)
        except Exception as exc:  # noqa: BLE001  # a fault of ours costs its turn, not the daemon
            _log.error("job failed", job=job, error=repr(exc))
        finally:
            self._queued.discard(job)
            self._wake()

    def _take_turn(self, job: str, work: Callable[..., bool], *arguments: object) -> None:
        """Do a queued job; trouble that a person can act on is logged."""
        self._pulse.began(job)
        notify(f"STATUS=at work: {job}")
        is_well = False
        try:
            is_well = self.rounds.stop.is_set() or work(*arguments)
        except Stopped:
            is_well = True
        except IngestError as exc:
            if job in _TROUBLE:
                _log.error(_TROUBLE[job], error=str(exc))
            else:
                _log.error("crawl not started", spider=job, error=str(exc))
        finally:
            self._pulse.ended(job, is_well=is_well)
            notify("STATUS=waits for what is due")
            most = self.settings.schedule.poll_every_minutes
            self._rests.note(job, is_well=is_well, most_minutes=most)

    def _judge(self) -> bool:
        """Judge by what is new to learn."""
        self.rounds.judge_anew()
        return True

    def _crawl(self, spec: JobSpec) -> bool:
        """Run a crawl, if it is still due."""
        if not self.rounds.is_due(spec):
            return True
        report = self.rounds.crawl(spec)
        return report.went_well and report.did_something

    def _keep_up(self, work: str) -> bool:
        """Look after the corpus."""
        keep_up(self.settings, work, is_stopped=self.rounds.stop.is_set)
        return True

    def _wake(self) -> None:
        """Look at the corpus now; not to be called by a look, for shutting down waits for it."""
        if not self.rounds.stop.is_set():
            with suppress(JobLookupError):  # it is being shut down just now
                self._scheduler.modify_job(_TICK, next_run_time=datetime.now(UTC))

    def _watch(self) -> None:
        """Wake a scheduler that overslept.

        Raises:
            CrawlError: it does not wake.
        """
        late_s = self._pulse.tick_age_s
        if late_s > _LOST * self.tick_s:
            raise CrawlError(f"the scheduler has stood still for {late_s:.0f} s")
        if late_s > _LATE * self.tick_s:
            _log.warning("scheduler overslept", late_s=round(late_s))
            self._wake()
        if watchdog_every_s() is not None:  # late or not: if it must end, it ends and says why
            notify("WATCHDOG=1")


def _on_event(event: JobEvent) -> None:
    if event.code == EVENT_JOB_ERROR:
        _log.error("job failed", job=event.job_id, error=repr(event.exception))
    else:
        _log.error("job missed", job=event.job_id)
