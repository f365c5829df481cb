"""Reading out of a corpus, and its folder, what may be told."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from ingest.alerts.alarms import LEAST_FAILURES, Health
from ingest.alerts.bursts import HISTORY_DAYS
from ingest.alerts.decide import Facts
from ingest.backup_files import made_at
from ingest.corpus.base import parse_iso
from ingest.corpus.upkeep import wal_bytes
from ingest.silence import find_silences

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from ingest.alert_items import AlertMarks
    from ingest.config import Settings
    from ingest.corpus import Corpus

__all__ = ["CHECKED", "Gathered", "damage_found", "gather", "least_room"]

_AT_MOST = 1000  # rows of a kind; the next look goes on behind them
_MIB = 1024 * 1024
#: In `topic_state`: when the corpus was checked last.
CHECKED = "alerts_checked"
_CHECK_EVERY = timedelta(days=1)
_POLLED = ("active", "failing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Facts, and up to where they were read."""

    facts: Facts
    marks: AlertMarks
    is_whole: bool  #: False: there is more behind the marks


def gather(
    corpus: Corpus, settings: Settings, *, damage: list[str] | None, now: datetime
) -> Gathered:
    """What is new since the last look, and how things are.

    The first look tells nothing of what is there already.

    Args:
        damage: what a check of the corpus found; None: it was not checked now.
    """
    latest = corpus.latest_marks()
    known = corpus.alert_marks()
    before = known or latest
    articles = corpus.kept_after(before.article, up_to=latest.article, limit=_AT_MOST)
    headlines = corpus.headlines_after(before.revision, up_to=latest.revision, limit=_AT_MOST)
    marks = replace(
        latest,
        article=articles[-1].article if len(articles) == _AT_MOST else latest.article,
        revision=headlines[-1].revision if len(headlines) == _AT_MOST else latest.revision,
    )
    is_fed = (before.article, before.copy) != (latest.article, latest.copy)
    is_run_over = known is None or before.run != latest.run
    since = now - timedelta(days=HISTORY_DAYS + 1)
    facts = Facts(
        corpus=settings.corpus_path.stem,
        articles=articles,
        headlines=headlines,
        stories=corpus.story_lives(since=since, day_ago=now - timedelta(days=1)) if is_fed else (),
        runaways=corpus.undone_steps_after(before.step, up_to=latest.step),
        health=_health(corpus, settings, is_run_over=is_run_over, damage=damage, now=now),
    )
    is_whole = (marks.article, marks.revision) == (latest.article, latest.revision)
    return Gathered(facts=facts, marks=marks, is_whole=is_whole)


def damage_found(corpus: Corpus, *, now: datetime) -> list[str] | None:
    """What is wrong with the file, looked for once a day; None: that was done today.

    Args:
        corpus: a connection of its own: an old one may see what is in its cache.
    """
    checked = parse_iso(corpus.state(CHECKED))
    if checked is not None and abs(now - checked) < _CHECK_EVERY:
        return None
    return corpus.damage()


def _health(
    corpus: Corpus,
    settings: Settings,
    *,
    is_run_over: bool,
    damage: list[str] | None,
    now: datetime,
) -> Health:
    path = settings.corpus_path
    free_bytes, disk_of = least_room(settings)
    failing = corpus.all_sources(failing=True)
    return Health(
        silences=find_silences(corpus.heard_sources()) if is_run_over else None,
        spiders=corpus.failing_spiders(LEAST_FAILURES),
        sources=[row for row in failing if row["state"] in _POLLED],
        disk_free_bytes=free_bytes,
        disk_of=disk_of,
        wal_bytes=wal_bytes(path),
        wal_most_bytes=settings.health.wal_mib * _MIB,
        backup_every_hours=settings.backup.every_hours,
        last_backup=made_at(settings.backup_path, path, now=now),
        first_run=corpus.first_run(),
        damage=damage,
    )


def least_room(settings: Settings) -> tuple[int, str]:
    """Free bytes of the fullest disk that is written to, and what lies there."""
    places = {"corpus": settings.corpus_path.parent, "archive": settings.archive_path}
    if settings.backup.every_hours is not None:
        places["backups"] = settings.backup_path
    return min(
        ((_free_bytes(folder), name) for name, folder in places.items()), key=lambda one: one[0]
    )


def _free_bytes(folder: Path) -> int:
    """Free where a folder lies, or will lie."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    return shutil.disk_usage(there).free
