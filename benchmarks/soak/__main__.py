"""The soak: kills, jobs in a row, a large corpus with readers; one line a figure, ok or MISSED.

    python -m benchmarks.soak [kills] [jobs] [readers] [--kills 500] [--jobs 5000] [--real 200]
        [--articles 100000] [--minutes 5] [--limit-minutes 120] [--seed 1]

Without a name all three; `make soak` does that, and takes hours. A short run with smaller numbers
says the same of less. Exit code 1: something was missed.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.big_corpus import build_corpus
from benchmarks.soak import windows
from benchmarks.soak.jobs import run_jobs
from benchmarks.soak.kills import LEASE, Season, blows_of, calm_corpus, fresh, run_season
from benchmarks.soak.readers import READERS, quantile, read_while_written
from ingest.corpus import Corpus
from ingest.demo.server import DemoServer
from ingest.demo.web import build_web

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.soak.kills import Calm
    from benchmarks.soak.windows import Windows

# Of each 25 blows of the loop: 12 kills and 5 terms on the crawl, 4 kills in a migration, 4 in a
# backup; as in tests/test_daemon_kills.py.
_SEASON_KILLS, _SEASON_TERMS, _WITHIN = 12, 5, 4
_MIB_PER_1000_JOBS, _MORE_DESCRIPTORS, _MORE_THREADS = 1.0, 0, 0
_WAL_MIB, _READ_P99_MS = 64.0, 200.0
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


def soak_kills(told: Told, folder: Path, *, kills: int, seed: int) -> None:
    folder.mkdir()
    calm = calm_corpus(folder / "calm")
    seasons: list[Season] = []
    migrations: list[Windows] = []
    backups: list[Windows] = []
    done = 0
    while done < kills:
        rng = random.Random(f"{seed} {len(seasons)}")
        seasons.append(_season(folder / "struck", calm, rng))
        migrations.append(_migrations(folder / "older", rng))
        with DemoServer(build_web()) as server:
            backups.append(windows.kill_backups(folder / "struck", server, rng, kills=_WITHIN))
        done += _SEASON_KILLS + _SEASON_TERMS + 2 * _WITHIN
        _print((seasons[-1].complaints, migrations[-1].complaints, backups[-1].complaints))
    _say_kills(told, seasons, migrations, backups)


def _print(complaints: Iterable[list[str]]) -> None:
    for complaint in chain.from_iterable(complaints):
        print(f"  {complaint}", flush=True)


def _season(folder: Path, calm: Calm, rng: random.Random) -> Season:
    shutil.rmtree(folder, ignore_errors=True)
    blows = blows_of(rng, kills=_SEASON_KILLS, terms=_SEASON_TERMS)
    return run_season(folder, calm, blows)


def _migrations(folder: Path, rng: random.Random) -> Windows:
    shutil.rmtree(folder, ignore_errors=True)
    web = build_web()
    with DemoServer(web) as server:
        return windows.kill_migrations(fresh(folder, web), server, rng, kills=_WITHIN)


def _say_kills(
    told: Told, seasons: list[Season], migrations: list[Windows], backups: list[Windows]
) -> None:
    struck = sum((one.struck for one in seasons), Counter[str]())
    for victim, count in sorted(struck.items()):
        told.say(f"blows, {victim}", count)
    told.say("blows when nothing was at work any more", sum(one.missed for one in seasons))
    for name, some in (("migration", migrations), ("backup", backups)):
        inside, late = sum(one.inside for one in some), sum(one.late for one in some)
        told.say(f"kills inside a {name}", inside, is_kept=inside > 0)
        told.say(f"kills just after a {name}", late)
    told.say("runs that died", sum(one.died for one in seasons))
    told.say("fetches acknowledged under blows", sum(one.acknowledged for one in seasons))
    wrong = sum(len(one.complaints) for one in seasons)
    wrong += sum(len(one.complaints) for one in (*migrations, *backups))
    told.say("complaints", wrong, is_kept=not wrong, limit="0")
    again, blows = sum(one.again for one in seasons), struck.total()
    told.say(
        "pages asked for again", again, is_kept=again <= blows * LEASE, limit=f"<= {blows * LEASE}"
    )
    told.say("pages judged more than once", sum(one.twice for one in seasons))
    slowest = max(one.slowest_drain_s for one in seasons)
    told.say("slowest drain, s", f"{slowest:.1f}", is_kept=slowest < _DRAIN_S, limit="< 20")


def soak_jobs(told: Told, folder: Path, *, jobs: int, is_real: bool, limit_s: float) -> None:
    name = "real crawls" if is_real else "jobs (stand-in crawls)"
    grown = run_jobs(folder, jobs=jobs, is_real=is_real, limit_s=limit_s)
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
    found = read_while_written(corpus, articles=articles, seconds=seconds)
    told.say("articles written meanwhile", found.written, is_kept=found.written > 0)
    told.say("writes that found it locked", found.locked, is_kept=not found.locked, limit="0")
    answers = [one for some in found.seconds.values() for one in some]
    told.say(f"answers to {READERS} readers", len(answers), is_kept=bool(answers))
    told.say("answers that failed", len(found.failed), is_kept=not found.failed, limit="0")
    for failed in found.failed[:5]:
        print(f"  {failed}")
    wal = found.wal_bytes / 1024**2
    told.say("largest write-ahead log, MiB", f"{wal:.1f}", is_kept=wal < _WAL_MIB, limit="< 64")
    for name, some in (("anything", answers), *sorted(found.seconds.items())):
        half, most = (quantile(some, share) * 1000 for share in (0.5, 0.99))
        told.say(
            f"read of {name}, p50 and p99, ms", f"{half:.0f} {most:.0f}",
            is_kept=most < _READ_P99_MS if some is answers else None, limit="p99 < 200",
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
    parser.add_argument("--minutes", type=float, default=5.0, help="of readers and writer")
    parser.add_argument("--limit-minutes", type=float, default=120.0, help="of each row of jobs")
    options = parser.parse_args()
    parts = options.parts or ["kills", "jobs", "readers"]
    told, began_s = Told(), time.monotonic()
    with tempfile.TemporaryDirectory() as base:
        if "kills" in parts:
            soak_kills(told, Path(base) / "kills", kills=options.kills, seed=options.seed)
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
