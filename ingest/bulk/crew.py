"""Processes of this machine that make shards."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Protocol

from ingest.bulk.making import make, never

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.synchronize import Event

    from ingest.bulk.making import Made, Shard

__all__ = ["Crew", "HomeCrew", "Working"]

_PR_SET_PDEATHSIG = 1  # prctl(2)


class Working(Protocol):
    """A shard that is being made."""

    def done(self) -> bool:
        """Whether it came to an end."""

    def result(self) -> Made:
        """What came of it; raises what it raised."""

    def cancel(self) -> object:
        """Do not begin it, if nobody did."""


class Crew(Protocol):
    """Whoever makes shards."""

    @property
    def size(self) -> int:
        """How many at a time."""

    @property
    def lost(self) -> tuple[type[BaseException], ...]:
        """What a shard ends with whose worker died; it is to be handed out again."""

    def submit(self, shard: Shard) -> Working:
        """Have a shard made."""

    def close(self) -> None:
        """Begin no more, and end the workers."""


class HomeCrew:
    """A few processes here; one that dies is replaced, and costs what it was at."""

    lost = (BrokenProcessPool,)

    def __init__(self, processes: int) -> None:
        self.size = processes
        # Copies of a small process with what they need loaded, and not of this one, which holds
        # the corpus open and has threads.
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["ingest.bulk.making"])
        self._stop = self._context.Event()
        self._pool = self._open()

    def submit(self, shard: Shard) -> Working:
        """Have a shard made."""
        try:
            return self._pool.submit(_make, shard)
        except BrokenProcessPool:
            self._pool.shutdown(wait=True)
            self._pool = self._open()
            return self._pool.submit(_make, shard)

    def close(self) -> None:
        """End the workers after the page that each is at."""
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _open(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self.size,
            mp_context=self._context,
            initializer=_begin,
            initargs=(self._stop,),
        )


_is_stopped: Callable[[], bool] = never


def _begin(stop: Event) -> None:
    """Leave Ctrl-C to the command, and end with it."""
    global _is_stopped  # noqa: PLW0603  # one worker, one command
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # of a group: the command tells us
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        command = multiprocessing.parent_process()
        if command is not None and not command.is_alive():  # it died before we asked
            os._exit(1)
    _is_stopped = stop.is_set


def _make(shard: Shard) -> Made:
    return make(shard, _is_stopped)
