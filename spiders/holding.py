"""Signs of life: what a run holds, it holds on, however patient its hosts want it to be."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from scrapy.utils.asyncio import create_looping_call

from ingest import clock
from ingest.errors import CorpusError

if TYPE_CHECKING:
    from datetime import datetime

    from scrapy.utils.asyncio import AsyncioLoopingCall
    from twisted.internet.task import LoopingCall

    from ingest.extensions import Bench

__all__ = ["Holding"]

_PART = 3  # of a lease, after which it is renewed


class Holding:
    """Renews the leases of a run, by what is done and by the clock."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.lease = timedelta(minutes=bench.workspace.settings.schedule.lease_minutes)
        self._renewed: datetime = clock.now()
        self._loop: AsyncioLoopingCall | LoopingCall | None = None

    def begin(self) -> None:
        """Renew in time even if nothing happens for long."""
        self._loop = create_looping_call(self.renew)
        self._loop.start(self.lease.total_seconds() / _PART / 2, now=False)

    def end(self) -> None:
        """Stop the clock."""
        if self._loop is not None:
            self._loop.stop()
            self._loop = None

    def renew(self) -> None:
        """Renew what is held, if a third of the lease has passed."""
        now = clock.now()
        if self.bench.trouble or now < self._renewed + self.lease / _PART:
            return
        try:
            self.bench.corpus.renew(self.bench.run, until=now + self.lease)
        except CorpusError as exc:  # a lock may pass; tried again at the next turn of the clock
            self.bench.log.warning("leases not renewed", error=str(exc))
        else:
            self._renewed = now
