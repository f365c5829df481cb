"""Pages stored a second: `python -m benchmarks.speed.throughput [--pages N] [--rounds N]`.

Everybody crawls the same list over the same local web, in turn, round after round. Each has a run
with one page as well: that is its start, and is told apart.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.speed.contenders import NAMES, contenders
from benchmarks.speed.server import local_web
from benchmarks.speed.timing import Timed, time_command
from benchmarks.speed.web import HOSTS
from benchmarks.speed.workspaces import ENVIRON

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.speed.contenders import Contender

__all__ = ["Lap", "measure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lap:
    """One contender in one round."""

    name: str
    version: str
    round: int
    pages: int = 0
    stored: int = 0  #: of these
    start_s: float = 0.0  #: the whole of a run with one page
    wall_s: float = 0.0
    cpu_s: float = 0.0
    start_cpu_s: float = 0.0
    peak_mib: float = 0.0
    reason: str | None = None  #: why it was not run

    @property
    def rate(self) -> float:
        """Pages a second once it runs."""
        return (self.pages - 1) / max(self.wall_s - self.start_s, 1e-9)

    @property
    def whole_rate(self) -> float:
        """Pages a second, its start and end among them."""
        return self.pages / self.wall_s

    @property
    def cpu_ms(self) -> float:
        """Processor time of a page, its start apart."""
        return 1000 * (self.cpu_s - self.start_cpu_s) / max(self.pages - 1, 1)


def measure(
    *, pages: int, rounds: int, names: Sequence[str] = NAMES, hosts: int = HOSTS
) -> Iterator[Lap]:
    """A lap for each contender and round; whoever cannot be had has one that says why."""
    here = contenders(names)
    for one in here:
        if one.reason is not None:
            yield Lap(name=one.name, version="", round=0, reason=one.reason)
    runners = [one for one in here if one.reason is None]
    with local_web(pages=pages, hosts=hosts) as urls:
        for number in range(rounds):
            # Whoever comes first may find a colder machine; nobody does always.
            for place in range(len(runners)):
                yield _lap(runners[(place + number) % len(runners)], number, urls)


def _lap(contender: Contender, number: int, urls: Sequence[str]) -> Lap:
    start, _ = _run(contender, urls[:1])
    whole, stored = _run(contender, urls)
    return Lap(
        name=contender.name, version=contender.version, round=number, pages=len(urls),
        stored=stored, start_s=start.wall_s, wall_s=whole.wall_s, cpu_s=whole.cpu_s,
        start_cpu_s=start.cpu_s, peak_mib=whole.peak_mib,
    )  # fmt: skip


def _run(contender: Contender, urls: Sequence[str]) -> tuple[Timed, int]:
    folder = Path(tempfile.mkdtemp(prefix="lap-"))
    try:
        listed = folder / "urls.txt"
        listed.write_text("\n".join(urls), encoding="utf-8")
        work = folder / "work"
        work.mkdir()
        timed = time_command(contender.command(listed, work), folder=work, environ=ENVIRON)
        return timed, contender.stored(work)
    finally:
        shutil.rmtree(folder)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--names", type=lambda told: told.split(","), default=list(NAMES))
    asked = parser.parse_args(arguments)
    for lap in measure(pages=asked.pages, rounds=asked.rounds, names=asked.names):
        print(json.dumps(asdict(lap)), flush=True)
        if lap.reason is None:
            print(
                f"{lap.name:22} {lap.rate:6.1f} pages/s, whole {lap.whole_rate:6.1f}, start "
                f"{lap.start_s:4.1f} s, {lap.cpu_ms:5.1f} ms a page, {lap.stored} of {lap.pages}, "
                f"{lap.peak_mib:.0f} MiB", file=sys.stderr,
            )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
