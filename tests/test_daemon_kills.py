"""The daemon struck at random moments, in a migration and in a backup: nothing stored is lost.

The loop is that of `python -m benchmarks.soak kills`, which strikes 500 times.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from benchmarks.soak import windows
from benchmarks.soak.kills import Calm, blows_of, calm_corpus, fresh, run_season
from ingest.demo.server import DemoServer
from ingest.demo.web import build_web

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.long

KILLS, TERMS = 12, 5
WITHIN = 4  # kills in a migration, and in a backup: 25 blows in all


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Calm:
    return calm_corpus(tmp_path_factory.mktemp("soak") / "calm")


def test_struck_daemon_loses_nothing_and_ends_with_the_undisturbed_corpus(
    tmp_path: Path, calm: Calm
) -> None:
    blows = blows_of(random.Random(20), kills=KILLS, terms=TERMS)

    season = run_season(tmp_path / "struck", calm, blows)

    assert season.complaints == []
    assert season.struck.total() >= 0.6 * len(blows), "most came when nothing was at work"
    assert season.died >= KILLS // 4, "the kills came too late to matter"
    assert season.acknowledged > len(blows), "hardly a page was stored before the end"
    assert season.slowest_drain_s < 20


def test_killed_migration_is_done_or_not_at_all(tmp_path: Path) -> None:
    web = build_web()
    with DemoServer(web) as server:
        folder = fresh(tmp_path / "older", web)
        told = windows.kill_migrations(folder, server, random.Random(7), kills=WITHIN, pages=8000)

    assert told.complaints == []
    assert told.duration_s > 0.1, "too short to fall into"
    assert told.inside, "every kill came after the migration"


def test_killed_backup_is_whole_or_absent(calm: Calm) -> None:
    with DemoServer(build_web()) as server:
        told = windows.kill_backups(calm.folder, server, random.Random(7), kills=WITHIN)

    assert told.complaints == []
    assert told.inside, "every kill came after the backup"
