"""The kill loop, season by season, each kept in a file: a soak that was cut short goes on.

A season is the demo web under blows, an older corpus whose migration is killed, and the backups of
the first, killed too.
"""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from benchmarks.soak import windows
from benchmarks.soak.kills import Season, blows_of, calm_corpus, fresh, run_season
from benchmarks.soak.windows import Windows
from ingest.demo.server import DemoServer
from ingest.demo.web import build_web

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from benchmarks.soak.kills import Calm

__all__ = ["BLOWS", "Kept", "seasons"]

# Of each 25 blows: 12 kills and 5 terms on the daemon and its crawl, 4 kills in a migration, 4 in
# a backup; as in tests/test_daemon_kills.py.
_KILLS, _TERMS, _WITHIN = 12, 5, 4
BLOWS = _KILLS + _TERMS + 2 * _WITHIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What came of one season."""

    seed: int
    number: int
    season: Season
    migrations: Windows
    backups: Windows
    broken: list[str] = field(default_factory=list)  #: what ended before its time

    @property
    def complaints(self) -> list[str]:
        """All that was wrong."""
        return [
            *self.season.complaints, *self.migrations.complaints, *self.backups.complaints,
            *self.broken,
        ]  # fmt: skip


def seasons(folder: Path, *, count: int, seed: int, progress: Path | None) -> Iterator[Kept]:
    """So many seasons, those first that a file has of this seed; each other is written there."""
    done = {one.number: one for one in _read(progress) if one.seed == seed}
    calm: Calm | None = None
    for number in range(count):
        if number in done:
            yield done[number]
            continue
        calm = calm or calm_corpus(folder / "calm")
        kept = _season(folder, calm, seed, number)
        if progress is not None:
            with progress.open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps(_told(kept))}\n")
        yield kept


def _season(folder: Path, calm: Calm, seed: int, number: int) -> Kept:
    rng = random.Random(f"{seed} {number}")
    for name in ("struck", "older"):
        shutil.rmtree(folder / name, ignore_errors=True)
    broken = list[str]()

    def tried(what: Callable[[], Any], otherwise: Any) -> Any:
        try:
            return what()
        except (RuntimeError, OSError) as exc:  # one that hangs does not end the others
            broken.append(f"season {number}: {exc}")
            return otherwise

    blows = blows_of(rng, kills=_KILLS, terms=_TERMS)
    season = tried(lambda: run_season(folder / "struck", calm, blows), Season())
    web = build_web()
    with DemoServer(web) as server:
        older = fresh(folder / "older", web)
        migrations = tried(
            lambda: windows.kill_migrations(older, server, rng, kills=_WITHIN), Windows()
        )
        backups = tried(
            lambda: windows.kill_backups(folder / "struck", server, rng, kills=_WITHIN), Windows()
        )
    return Kept(
        seed=seed, number=number, season=season, migrations=migrations, backups=backups,
        broken=broken,
    )  # fmt: skip


def _told(kept: Kept) -> dict[str, Any]:
    told = asdict(replace(kept, season=replace(kept.season, seen=[])))  # sets, of no use any more
    told["season"]["struck"] = dict(kept.season.struck)  # `asdict` spoils a Counter
    return told


def _read(progress: Path | None) -> Iterator[Kept]:
    if progress is None or not progress.exists():
        return
    for line in progress.read_text("utf-8").rpartition("\n")[0].splitlines():
        told = json.loads(line)
        told["season"]["struck"] = Counter(told["season"]["struck"])
        parts = {"season": Season, "migrations": Windows, "backups": Windows}
        yield Kept(**told | {name: kind(**told[name]) for name, kind in parts.items()})
