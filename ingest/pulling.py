"""The corpus of a cluster in one file, made and kept up to date.

A pull is one transaction in the file, of one moment of the database: killed at any time it leaves
the file as it was, and what readers see always adds up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from ingest.errors import ConfigError, CorpusError, how_to_get

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ingest.config import Settings
    from ingest.corpus.postgres.changes import Changes, Moment
    from ingest.corpus.postgres.filing import Mark, PulledFile

__all__ = ["Progress", "Pulled", "pull", "quiet"]

_TIMEOUT_S = 30.0

#: Which table, how many of its rows are in, and how many there are.
Progress: TypeAlias = "Callable[[str, int, int], None]"


def quiet(_table: str, _done: int, _all: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What a pull brought, by table."""

    new: Mapping[str, int] = field(default_factory=dict)
    changed: Mapping[str, int] = field(default_factory=dict)
    deleted: Mapping[str, int] = field(default_factory=dict)
    why_anew: str = ""  #: why everything was taken; empty: only what had changed
    is_last: bool = False  #: the file is a corpus of its own now

    @property
    def rows(self) -> int:
        """How many in all."""
        return sum(map(sum, (self.new.values(), self.changed.values(), self.deleted.values())))


@dataclass(slots=True)
class _Tally:
    is_last: bool
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def note(self, table: str, told: Mapping[str, int]) -> None:
        for what, number in told.items():
            if number:
                self.counts[what][table] += number

    def pulled(self, why_anew: str) -> Pulled:
        by_kind: dict[str, dict[str, Any]] = {
            what: dict(sorted(self.counts[what].items())) for what in ("new", "changed", "deleted")
        }
        return Pulled(why_anew=why_anew, is_last=self.is_last, **by_kind)


def pull(settings: Settings, *, is_last: bool = False, on_progress: Progress = quiet) -> Pulled:
    """Bring the file of a workspace up to date with the database.

    The caller sees to it that nobody else does meanwhile: one that goes on would have its notes
    dropped by another that is the last.

    Args:
        settings: name both.
        is_last: it is a corpus of its own afterwards, on which crawls can go on.
        on_progress: told of each table when everything is taken.

    Raises:
        ConfigError: no database is named, or the extra `cluster` is not installed.
        CorpusError: the database cannot be read, or the file is no copy of it.
        CorpusUnmade: no worker has begun in the database; no file is made.
    """
    if settings.cluster.database is None:
        said = "no database: name one as [cluster] database, or in SEEDBED_CLUSTER__DATABASE"
        raise ConfigError([said])
    try:
        from ingest.corpus.postgres.changes import Changes
        from ingest.corpus.postgres.filing import PulledFile
    except ModuleNotFoundError as exc:
        if exc.name not in ("psycopg", "sqlglot"):
            raise
        raise ConfigError([f"{exc.name} is not installed: {how_to_get('cluster')}"]) from exc
    keep_days = settings.cluster.keep_changes_days
    with (
        closing(Changes(settings.cluster.database, timeout_s=_TIMEOUT_S)) as changes,
        closing(PulledFile(settings.corpus_path, timeout_s=_TIMEOUT_S)) as file,
    ):
        _name(changes, file)
        with file.transaction():  # from here on nobody else pulls into this file
            mark, told = _pull(changes, file, is_last=is_last, on_progress=on_progress)
        if mark is not None and is_last:
            changes.forget(mark.file, keep_days=keep_days)
            with file.transaction():
                file.end()
        elif mark is not None:
            changes.note_pulled(mark.file, mark.snapshot, keep_days=keep_days)
        else:
            changes.note_alive(file.mark(changes.store()).file)
        if told.rows:
            file.optimize()
    return told


def _name(changes: Changes, file: PulledFile) -> None:
    """Let a new file keep its name, before the database notes anything for it.

    A pull that is killed would else leave notes there for a file that nobody knows.
    """
    with file.transaction():
        mark = file.mark(changes.store())
        if mark.as_of and not mark.snapshot and mark.database != changes.shown:
            said = f"its last pull, from {mark.database}, was cut short; end that one first"
            raise CorpusError(said, path=file.path)
        if not mark.database and not mark.snapshot:
            file.set_mark(replace(mark, database=changes.shown))


def _pull(
    changes: Changes, file: PulledFile, *, is_last: bool, on_progress: Progress
) -> tuple[Mark | None, Pulled]:
    """Where the file stands now, None: where it did; and what came."""
    from ingest.corpus.postgres.changes import taken

    mark = file.mark(changes.store())
    why_anew = _why_anew(changes, mark)
    if why_anew:
        mark = replace(mark, store=changes.begin(mark.file))
        file.defer()
        file.clear(taken())  # takes long; the database would end who is silent as long
    tally = _Tally(is_last=is_last)
    with changes.moment() as moment:
        if why_anew:
            _take_all(moment, file, tally, on_progress)
        elif moment.has_changed(mark.snapshot):
            _take_changed(moment, file, mark, tally)
        elif not is_last:
            return None, tally.pulled(why_anew)
        mark = replace(mark, snapshot=moment.snapshot, database=changes.shown, as_of=moment.at)
        if is_last:
            # Killed before the end it is a copy that has nothing: the next pull takes it up.
            file.go_on_from(moment.last_numbers())
            file.go_on_with(moment.stale_days())
            file.set_mark(replace(mark, snapshot="", store=""))
        else:
            file.set_mark(mark)
    return mark, tally.pulled(why_anew)


def _why_anew(changes: Changes, mark: Mark) -> str:
    if not mark.snapshot:
        return "the file is new"
    if not changes.covers(mark.file, mark.snapshot):
        return "what changed since the last pull is not known any more"
    return ""


def _take_all(moment: Moment, file: PulledFile, tally: _Tally, on_progress: Progress) -> None:
    from ingest.corpus.postgres.changes import taken

    for table in taken():
        total, done = moment.count(table), 0
        for rows in moment.rows(table):
            # What readers said in the file stands there still.
            is_said = table.name == "labels"
            told = file.take(table, rows) if is_said else {"new": file.fill(table, rows)}
            tally.note(table.name, told)
            done += len(rows)
            on_progress(table.name, done, total)
    file.drop_labels_of_no_page()


def _take_changed(moment: Moment, file: PulledFile, mark: Mark, tally: _Tally) -> None:
    from ingest.corpus.postgres.changes import taken

    file.defer()
    for table in taken():
        unique = [column for columns in table.unique for column in columns]
        for rows in moment.changed(table, mark.snapshot, (table.key[0], *unique)):
            tally.note(table.name, {"deleted": file.make_room(table, rows)})
    for table in taken():
        size = len(table.key)
        for rows in moment.changed(table, mark.snapshot, table.columns):
            there = [row[size:] for row in rows if row[size] is not None]
            tally.note(table.name, file.take(table, there))
