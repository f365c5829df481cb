"""What a daemon says of itself: whether it ticks, what waits, how its jobs went."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace

__all__ = ["Beat", "Pulse", "Tally"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How often a job was done since the daemon started, and how long that took."""

    well: int = 0
    unwell: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """A daemon at one moment."""

    pid: int
    since: str  #: UTC, ISO 8601
    tick_age_s: float  #: since it last looked at the corpus
    late_s: float  #: from which that is too long
    queue: tuple[str, ...]  #: jobs that wait for their turn
    working: str | None  #: the job at work
    working_s: float  #: for how long
    tallies: dict[str, Tally]  #: by job
    trouble: str | None = None  #: why its last look at the corpus came to nothing
    is_telling: bool = True  #: False: the thread that tells people has ended

    @property
    def is_ticking(self) -> bool:
        """Whether it looks at the corpus as often as it should."""
        return self.tick_age_s <= self.late_s


@dataclass(kw_only=True)
class Pulse:
    """Written by the threads of the scheduler, read by those that tell of it."""

    pid: int
    since: str
    late_s: float
    trouble: str | None = None  #: of the last look at the corpus
    _ticked_s: float = field(default_factory=time.monotonic)
    _queue: list[str] = field(default_factory=list)
    _working: tuple[str, float] | None = None
    _tallies: dict[str, Tally] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ticked(self, trouble: str | None = None) -> None:
        """The scheduler has looked at the corpus; `trouble`: and could not read it."""
        self.trouble = trouble
        self._ticked_s = time.monotonic()

    @property
    def tick_age_s(self) -> float:
        """Seconds since it last did."""
        return time.monotonic() - self._ticked_s

    def queued(self, job: str) -> None:
        """A job waits for its turn."""
        with self._lock:
            self._queue.append(job)

    def began(self, job: str) -> None:
        """Its turn has come."""
        with self._lock:
            self._queue = [one for one in self._queue if one != job]
            self._working = (job, time.monotonic())

    def ended(self, job: str, *, is_well: bool) -> None:
        """It is over."""
        with self._lock:
            spent = time.monotonic() - self._working[1] if self._working else 0.0
            self._count(job, is_well=is_well, seconds=spent)
            self._working = None

    def counted(self, job: str, *, is_well: bool, seconds: float) -> None:
        """A job was done beside the queue."""
        with self._lock:
            self._count(job, is_well=is_well, seconds=seconds)

    def _count(self, job: str, *, is_well: bool, seconds: float) -> None:
        before = self._tallies.get(job, Tally())
        self._tallies[job] = replace(
            before,
            well=before.well + is_well,
            unwell=before.unwell + (not is_well),
            seconds=before.seconds + seconds,
        )

    def beat(self) -> Beat:
        """All of it, at this moment."""
        with self._lock:
            job, began_s = self._working or (None, 0.0)
            return Beat(
                pid=self.pid,
                since=self.since,
                tick_age_s=self.tick_age_s,
                late_s=self.late_s,
                queue=tuple(self._queue),
                working=job,
                working_s=time.monotonic() - began_s if job else 0.0,
                tallies=dict(self._tallies),
                trouble=self.trouble,
            )
