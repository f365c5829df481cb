"""One command as a whole: seconds, processor time with all its children, memory of the largest."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

__all__ = ["Spread", "Timed", "spread_of", "time_command"]

_TOLD_BYTES = 600  # of what a command that failed wrote last


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """What a command took."""

    wall_s: float
    cpu_s: float  #: user and system, of the command and all children that it waited for
    peak_mib: float  #: of the largest of these processes


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One figure over the rounds."""

    least: float
    median: float
    most: float

    def told(self, digits: int = 1) -> str:
        """The median, with what it lies between."""
        return f"{self.median:.{digits}f} ({self.least:.{digits}f} to {self.most:.{digits}f})"


def spread_of(figures: Iterable[float]) -> Spread:
    """Least, middle and most."""
    found = list(figures)
    return Spread(least=min(found), median=statistics.median(found), most=max(found))


def time_command(
    command: Sequence[str], *, folder: Path, environ: Mapping[str, str] | None = None
) -> Timed:
    """Run a command to its end; what it writes goes to `folder/said.log`.

    Raises:
        RuntimeError: it failed; the end of what it wrote is in the message.
    """
    log = folder / "said.log"
    with log.open("wb") as said:
        began = time.perf_counter()
        child = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **(environ or {})},
            stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
        )  # fmt: skip
        _, status, used = os.wait4(child.pid, 0)
        wall_s = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        tail = log.read_bytes()[-_TOLD_BYTES:].decode("utf-8", "replace")
        raise RuntimeError(f"{command[0]} ended with {child.returncode}: {tail}")
    return Timed(wall_s=wall_s, cpu_s=used.ru_utime + used.ru_stime, peak_mib=used.ru_maxrss / 1024)
