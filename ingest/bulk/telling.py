"""How far it is, on standard error: one line on a terminal, else one now and then."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.bulk.estimate import Pace

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from ingest.bulk.estimate import Estimate
    from ingest.bulk.making import Made, Shard

__all__ = ["Teller", "in_words"]

_TERMINAL_EVERY_S, _LOG_EVERY_S = 0.5, 30.0
_CLEAR = "\r\x1b[K"
_MINUTE_S, _HOUR_S = 60, 3600
_MIB = 1024 * 1024


@dataclass
class Teller:
    """Counts what was made and taken in, and says so."""

    #: In all, in the unit of `Shard.weight`; 0: unknown yet.
    total: float = 0.0
    is_bytes: bool = False  #: the work is counted in bytes of files, else in pages
    stream: TextIO | None = field(default_factory=lambda: sys.stderr)
    clock: Callable[[], float] = time.monotonic
    shards: int = 0  #: made
    kept: int = 0  #: of those, found finished
    taken: int = 0  #: shards taken in
    pages: int = 0  #: taken in
    failed: int = 0  #: pages that could not be read within time and memory
    _done: float = 0.0
    _pace: Pace = field(default_factory=Pace)
    _pages_pace: Pace = field(default_factory=Pace)
    _said: float | None = None

    def begin(self, total: float) -> None:
        """Say how much there is to do."""
        self.total = total
        self._note()

    def made(self, shard: Shard, made: Made | None) -> None:
        """Count a shard that is there; None: it was there before."""
        del shard
        self.shards += 1
        self.kept += made is None
        self.failed += made.failed if made else 0
        self.look()

    def took(self, weight: float, *, pages: int) -> None:
        """Count what the writer took in."""
        self._done += weight
        self.pages += pages
        self._note()
        self.look()

    def took_shard(self) -> None:
        """Count a shard that is taken in."""
        self.taken += 1

    def _note(self) -> None:
        now = self.clock()
        self._pace.note(now, self._done)
        self._pages_pace.note(now, self.pages)

    def look(self) -> None:
        """Say how far it is, if that was not said just now."""
        if self.stream is None:
            return
        now, is_terminal = self.clock(), self.stream.isatty()
        every_s = _TERMINAL_EVERY_S if is_terminal else _LOG_EVERY_S
        if self._said is None:
            self._said = now
        if now - self._said >= every_s:
            self._said = now
            line = self.line()
            self.stream.write(f"{_CLEAR}{line}" if is_terminal else f"{line}\n")
            self.stream.flush()

    def end(self) -> None:
        """Leave the line to others."""
        if self.stream is not None and self.stream.isatty():
            self.stream.write(_CLEAR)
            self.stream.flush()

    def line(self) -> str:
        """How far it is."""
        of_all = (
            f"{self._done / _MIB:,.0f} of {self.total / _MIB:,.0f} MiB, {self.pages:,} pages"
            if self.is_bytes
            else f"{self.pages:,} of {self.total:,.0f} pages"
        )
        parts = [f"{self.shards:,} shards made, {self.taken:,} taken in", of_all]
        if rate := self._pages_pace.per_s:
            parts.append(f"{rate:,.0f} pages/s" if rate >= 10 else f"{rate:.1f} pages/s")  # noqa: PLR2004
        if self.failed:
            parts.append(f"{self.failed:,} unreadable")
        left = self._pace.left(self.total, self.taken)
        parts.append(f"{in_words(left)} left" if left else "no telling yet how long")
        return "; ".join(parts)


def in_words(left: Estimate) -> str:
    """A span of time as one number, or as a range while little is known."""
    if left.is_sure:
        return f"about {_span((left.least_s + left.most_s) / 2)}"
    return f"{_span(left.least_s)} to {_span(left.most_s)}"


def _span(seconds: float) -> str:
    if seconds < _MINUTE_S:
        return f"{max(1, round(seconds))} s"
    if seconds < _HOUR_S:
        return f"{round(seconds / _MINUTE_S)} min"
    return f"{seconds / _HOUR_S:.1f} h"
