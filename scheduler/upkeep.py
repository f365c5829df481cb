"""What the daemon does for the corpus beside crawling: maintenance once a day, and backups.

When each is due stands in the corpus and in the folder of backups, so a restart forgets nothing.
"""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ingest import clock, log
from ingest.backup import make_backup
from ingest.backup_files import backup_name, is_backup_due, prune_backups
from ingest.config import seedbed_version
from ingest.corpus import Corpus
from ingest.corpus.base import iso
from ingest.corpus.upkeep import wal_bytes
from ingest.errors import CorpusLocked

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingest.config import Settings

__all__ = ["BACKUP", "MAINTENANCE", "due_upkeep", "keep_up"]

MAINTENANCE, BACKUP = "maintenance", "backup"
_EVERY = timedelta(days=1)
_STATE = "maintained"  # in `topic_state`: when it was last
_PATIENCE_S = 1.0  # with readers and writers: there is another day
HOSTS_KEPT = timedelta(days=30)  # after that, who is asked again is asked as if for the first time
_MIB = 1024 * 1024

_log = log.get(__name__)


def due_upkeep(settings: Settings, *, now: datetime) -> list[str]:
    """Which of it is due; maintenance comes first, so that a backup is the smaller."""
    due = [MAINTENANCE] if _is_maintenance_due(settings, now) else []
    every = settings.backup.every_hours
    if every is not None and is_backup_due(
        settings.backup_path, settings.corpus_path, every_hours=every, now=now
    ):
        due.append(BACKUP)
    return due


def _is_maintenance_due(settings: Settings, now: datetime) -> bool:
    with closing(Corpus(settings.corpus_path, readonly=True)) as corpus:
        last = corpus.state(_STATE)
    done = datetime.fromisoformat(last) if last else None
    return done is None or done > now or now - done >= _EVERY


def keep_up(settings: Settings, work: str, *, is_stopped: Callable[[], bool]) -> None:
    """Do one of it.

    Raises:
        CorpusError: it could not be done.
        Stopped: it was told to.
    """
    if work == BACKUP:
        _back_up(settings, is_stopped)
    else:
        _maintain(settings)


def _maintain(settings: Settings) -> None:
    before = wal_bytes(settings.corpus_path)
    with closing(Corpus(settings.corpus_path, timeout_s=_PATIENCE_S)) as corpus:
        corpus.forget_hosts(before=clock.now() - HOSTS_KEPT)
        corpus.optimize()
        corpus.set_state(_STATE, iso(clock.now()))
        try:
            is_folded = corpus.fold_log()
        except CorpusLocked:
            is_folded = False
    _log.info(
        "corpus maintained", wal_before=before, wal_after=wal_bytes(settings.corpus_path),
        is_log_folded=is_folded,
    )  # fmt: skip


def _back_up(settings: Settings, is_stopped: Callable[[], bool]) -> None:
    now = clock.now()
    made = make_backup(
        settings.corpus_path,
        settings.archive_path,
        settings.backup_path / backup_name(settings.corpus_path, now),
        now=now,
        version=seedbed_version(),
        with_archive=settings.backup.archive,
        is_stopped=is_stopped,
    )
    removed = prune_backups(
        settings.backup_path, settings.corpus_path, keep=settings.backup.keep, now=now
    )
    _log.info("backup made", file=made.path.name, bytes=made.bytes, removed=len(removed))
