"""The soak: kills, jobs in a row, a large corpus with readers; one line a figure, ok or MISSED.

    python -m benchmarks.soak [kills] [jobs] [readers] [--kills 500] [--jobs 5000] [--real 200]
        [--articles 100000] [--minutes 3] [--limit-minutes 120] [--seed 1] [--progress FILE]

Each season of kills, 25 blows, is written to the file of `--progress`; the same command goes on
where it was cut short.

Without a name all three; `make soak` does that, and takes hours. A short run with smaller numbers
says the same of less. Exit code 1: something was missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from benchmarks.big_corpus import build_corpus
from benchmarks.soak.jobs import run_jobs
from benchmarks.soak.kills import LEASE
from benchmarks.soak.readers import READERS, quantile, read_while_written
from benchmarks.soak.seasons import BLOWS, Kept, seasons
from ingest.corpus import Corpus

_MIB_PER_1000_JOBS, _MORE_DESCRIPTORS, _MORE_THREADS = 1.0, 0, 0
_WAL_MIB, _READ_P99_MS = 64.0, 200.0
_ALONE = 0.4  # of the time with a writer, before it
_DRAIN_S = 20.0


class Told:
    """Figures as they come, and whether all were kept."""

    def __init__(self) -> None:
        self.is_well = True

    def say(
        self, name: str, value: object, *, is_kept: bool | None = None, limit: str = ""
    ) -> None:
        """One line; without `is_kept` it is a figure that nothing was promised of."""
        self.is_well &= is_kept is not False
        mark = "" if is_kept is None else "  ok" if is_kept else "  MISSED"
        print(f"{name}: {value}{f' ({limit})' if limit else ''}{mark}", flush=True)


def soak_kills(told: Told, folder: Path, *, kills: int, seed: int, progress: Path | None) -> None:
    folder.mkdir()
    kept, began_s = list[Kept](), time.monotonic()
    count = -(-kills // BLOWS)
    for one in seasons(folder, count=count, seed=seed, progress=progress):
        kept.append(one)
        for complaint in one.complaints:
            print(f"  {complaint}", flush=True)
        minutes = (time.monotonic() - began_s) / 60
        print(f"  season {len(kept)} of {count}, {minutes:.0f} minutes", flush=True)
    _say_kills(told, kept)


def _say_kills(told: Told, kept: list[Kept]) -> None:
    loops = [one.season for one in kept]
    struck = sum((one.struck for one in loops), Counter[str]())
    for victim, count in sorted(struck.items()):
        told.say(f"blows, {victim}", count)
    told.say("blows when nothing was at work any more", sum(one.missed for one in loops))
    for name, some in (
        ("migration", [one.migrations for one in kept]), ("backup", [one.backups for one in kept])
    ):  # fmt: skip
        inside, late = sum(one.inside for one in some), sum(one.late for one in some)
        told.say(f"kills inside a {name}", inside, is_kept=inside > 0)
        told.say(f"kills just after a {name}", late)
    told.say("runs that died", sum(one.died for one in loops))
    told.say("fetches acknowledged under blows", sum(one.acknowledged for one in loops))
    wrong = sum(len(one.complaints) for one in kept)
    told.say("complaints", wrong, is_kept=not wrong, limit="0")
    told.say("pages asked for again", sum(one.again for one in loops))
    most = max(one.most_again for one in loops)
    told.say(
        "pages asked for again after one blow, at most", most, is_kept=most <= 2 * LEASE,
        limit=f"<= {LEASE}, on the crawl alone {2 * LEASE}",
    )  # fmt: skip
    twice = sum(one.twice for one in loops)
    told.say("pages judged more than once", twice, is_kept=not twice, limit="0")
    slowest = max(one.slowest_drain_s for one in loops)
    told.say("slowest drain, s", f"{slowest:.1f}", is_kept=slowest < _DRAIN_S, limit="< 20")


def soak_jobs(told: Told, folder: Path, *, jobs: int, is_real: bool, limit_s: float) -> None:
    name = "real crawls" if is_real else "jobs (stand-in crawls)"
    grown = run_jobs(
        folder, jobs=jobs, is_real=is_real, limit_s=limit_s,
        on_sample=lambda one: print(f"  {one.jobs} jobs, {one.rss_mib:.1f} MiB", flush=True),
    )  # fmt: skip
    told.say(f"{name} in a row", grown.jobs, is_kept=grown.jobs >= jobs, limit=f"{jobs}")
    told.say(f"{name} that ended ill", grown.not_finished, is_kept=not grown.not_finished)
    told.say(f"{name}, seconds each", f"{grown.seconds / max(grown.jobs, 1):.2f}")
    told.say(f"{name}, memory of the daemon at the end, MiB", f"{grown.warm[-1].rss_mib:.1f}")
    growth = grown.mib_per_1000_jobs
    told.say(
        f"{name}, memory per 1,000 jobs, MiB", f"{growth:+.2f}",
        is_kept=growth < _MIB_PER_1000_JOBS, limit="< 1",
    )  # fmt: skip
    for what, more, most in (
        ("open files", grown.more_descriptors, _MORE_DESCRIPTORS),
        ("threads", grown.more_threads, _MORE_THREADS),
    ):
        told.say(f"{name}, more {what} at the end", more, is_kept=more <= most, limit=f"<= {most}")


def soak_readers(told: Told, folder: Path, *, articles: int, seconds: float) -> None:
    corpus = folder / "corpus.db"
    folder.mkdir()
    build_corpus(corpus, articles=articles)
    with closing(Corpus(corpus)) as built:
        built.fold_log()  # else its size would be that of the building
    told.say("articles in the corpus", articles)
    found = read_while_written(corpus, articles=articles, seconds=seconds, alone_s=seconds * _ALONE)
    told.say("articles written meanwhile", found.written, is_kept=found.written > 0)
    told.say("writes that found it locked", found.locked, is_kept=not found.locked, limit="0")
    answers = found.of_corpus
    told.say(f"answers to {READERS} readers", len(answers), is_kept=bool(answers))
    told.say("answers that failed", len(found.failed), is_kept=not found.failed, limit="0")
    for failed in found.failed[:5]:
        print(f"  {failed}")
    wal = found.wal_bytes / 1024**2
    told.say("largest write-ahead log, MiB", f"{wal:.1f}", is_kept=wal < _WAL_MIB, limit="< 64")
    wall = [one.wall for one in answers]
    _say_times(told, "read, p50 and p99", wall, is_promised=True)
    # What is above the next is not time that anybody worked: the machine had none.
    _say_times(told, "read, of it worked", [one.worked for one in answers], is_promised=True)
    _say_times(told, "read, of it waited for a processor", [one.waited for one in answers])
    _say_times(told, "read when nobody writes", [one.wall for one in found.alone])
    for name, some in sorted(found.answers.items()):
        _say_times(told, f"read of {name}", [one.wall for one in some])


def _say_times(told: Told, name: str, seconds: list[float], *, is_promised: bool = False) -> None:
    if not seconds:
        return
    half, most = (quantile(seconds, share) * 1000 for share in (0.5, 0.99))
    told.say(
        f"{name}, ms", f"{half:.0f} {most:.0f}",
        is_kept=most < _READ_P99_MS if is_promised else None,
        limit="p99 < 200" if is_promised else "",
    )  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="kills, jobs, readers")
    for name, usual in (
        ("kills", 500), ("jobs", 5000), ("real", 200), ("articles", 100_000), ("seed", 1)
    ):  # fmt: skip
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--minutes", type=float, default=3.0, help="of readers and writer")
    parser.add_argument("--progress", type=Path, help="file of finished seasons; they count")
    parser.add_argument("--limit-minutes", type=float, default=120.0, help="of each row of jobs")
    options = parser.parse_args()
    parts = options.parts or ["kills", "jobs", "readers"]
    told, began_s = Told(), time.monotonic()
    with tempfile.TemporaryDirectory() as base:
        if "kills" in parts:
            soak_kills(
                told, Path(base) / "kills", kills=options.kills, seed=options.seed,
                progress=options.progress,
            )  # fmt: skip
        if "jobs" in parts:
            limit_s = options.limit_minutes * 60
            for kind, jobs in (("quick", options.jobs), ("real", options.real)):
                if jobs:
                    folder, is_real = Path(base) / kind, kind == "real"
                    soak_jobs(told, folder, jobs=jobs, is_real=is_real, limit_s=limit_s)
        if "readers" in parts:
            folder = Path(base) / "readers"
            soak_readers(told, folder, articles=options.articles, seconds=options.minutes * 60)
    told.say("minutes", f"{(time.monotonic() - began_s) / 60:.0f}")
    return 0 if told.is_well else 1


if __name__ == "__main__":
    sys.exit(main())
