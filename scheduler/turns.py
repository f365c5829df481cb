"""Jobs are done one at a time, in the order in which they came.

Not by APScheduler: it calls its listeners, and joins its threads, while it holds the lock that
adding a job takes, so that a job which ends at once could stop the daemon for good.
"""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Turns"]


class Turns:
    """A thread that lives from `begin` to `end`: a crawl is told to stop when its starter ends."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="turns", daemon=True)

    def begin(self) -> None:
        """Do what waits, and what comes."""
        self._thread.start()

    def add(self, work: Callable[[], object]) -> None:
        """Have something done after all that waits; it must raise nothing."""
        self._waiting.put(work)

    def end(self, *, wait: bool = True) -> None:
        """Do what waits, then nothing any more; whoever waits for that must not be in a turn."""
        self._waiting.put(None)
        if wait:
            self._thread.join()

    def _work(self) -> None:
        while (work := self._waiting.get()) is not None:
            work()
