"""The file that takes over what stands in the database; its own triggers do the rest."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from ingest.corpus.connection import guarded
from ingest.corpus.runs import PULLED
from ingest.corpus.store import Corpus
from ingest.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ingest.corpus.postgres.changes import Taken

__all__ = ["Mark", "PulledFile"]

#: State that is about the file itself: its index, and who was told of what.
_OWN_STATE = frozenset({
    PULLED, "fingerprint_version", "fingerprints_merged", "rebuilding_index", "alert_marks",
    "alerts_off", "alerts_unnamed",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where a file stands."""

    store: str  #: name of the database
    file: str  #: name of the file
    snapshot: str  #: which transactions it has seen; empty: none
    runs: int = 0  #: that it took over
    last_run: int = 0  #: the number of the last one; a crawl into the file adds its own
    database: str = ""  #: server and name, for people; empty: nothing came yet
    as_of: str = ""  #: moment of the database, UTC, ISO 8601; empty: nothing came yet


class PulledFile(Corpus):
    """A corpus that is written by pulling alone."""

    def mark(self, store: str | None) -> Mark:
        """Where it stands; a new one has seen nothing.

        Args:
            store: the database at hand; None: no file pulls from it.

        Raises:
            CorpusError: it holds what no pull brought, or another database.
        """
        stored = self.state(PULLED)
        if stored is None:
            if self._value("SELECT EXISTS (SELECT 1 FROM runs) OR EXISTS (SELECT 1 FROM pages)"):
                said = "it holds a corpus of its own; name another file as [paths] corpus"
                raise CorpusError(said, path=self.path)
            return Mark(store="", file=str(uuid.uuid4()), snapshot="")
        mark = Mark(**json.loads(stored))
        if mark.snapshot and mark.store != store:
            said = "it was pulled from another database; pull into another file"
            raise CorpusError(said, path=self.path)
        if (mark.runs, mark.last_run) != self._runs():
            said = "a crawl wrote into it by itself, so it is no copy any more; pull into another"
            raise CorpusError(said, path=self.path)
        return mark

    def set_mark(self, mark: Mark) -> None:
        """Say where it stands now."""
        runs, last = self._runs()
        self.set_state(PULLED, json.dumps(asdict(replace(mark, runs=runs, last_run=last))))

    def go_on_from(self, last_numbers: Mapping[str, int]) -> None:
        """Give no number again that the database gave, by table."""
        for table, number in sorted(last_numbers.items()):
            there = self._run(
                "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (number, table)
            )
            if not there.rowcount:
                self._run("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, number))

    def go_on_with(self, stale_days: Mapping[str, int]) -> None:
        """Have the stories of these days alone laid out anew, not of all that was pulled."""
        self._run("DELETE FROM story_days")
        for day, token in stale_days.items():
            self._run("INSERT INTO story_days (day, token) VALUES (?, ?)", (day, token))

    def end(self) -> None:
        """Be a corpus like any other from now on."""
        # The index is made anew, of what version it was said to be before anything was pulled.
        for key in (PULLED, "fingerprint_version", "rebuilding_index"):
            self._run("DELETE FROM topic_state WHERE key = ?", (key,))

    def _runs(self) -> tuple[int, int]:
        row = self._row("SELECT count(*) AS n, coalesce(max(id), 0) AS last FROM runs")
        assert row is not None
        return row["n"], row["last"]

    def defer(self) -> None:
        """Look at what names what only at the end of this transaction."""
        self._run("PRAGMA defer_foreign_keys = ON")

    def clear(self, tables: Iterable[Taken]) -> None:
        """Drop all rows that were pulled; what readers said of pages stays."""
        for table in tables:
            if table.name == "topic_state":
                kept = json.dumps(sorted(_OWN_STATE))
                self._run(
                    "DELETE FROM topic_state WHERE key NOT IN (SELECT value FROM json_each(?))",
                    (kept,),
                )
            elif table.name != "labels":
                self._run(f"DELETE FROM {table.name}")  # noqa: S608  # our own names

    def fill(self, table: Taken, rows: Sequence[tuple[Any, ...]]) -> int:
        """Add rows that are not there; how many."""
        ours = _ours(table, rows)
        with guarded(self.path):
            self._raw.executemany(_insert(table), ours)
        return len(ours)

    def make_room(self, table: Taken, rows: Sequence[tuple[Any, ...]]) -> int:
        """Drop the rows that are gone, of those named; how many.

        A row that gives up what is unique to it, for another to take, gives it up at once.

        Args:
            table: of which.
            rows: their keys, behind them the key again, None if it is gone, and what is unique.
        """
        size, gone = len(table.key), 0
        for row in _ours(table, rows):
            key, is_there = row[:size], row[size] is not None
            if is_there:
                self._give_up(table, key, row[size + 1 :])
                continue
            if table.name == "pages":
                self._run("DELETE FROM labels WHERE page = ?", key)
            gone += self._run(f"DELETE FROM {table.name} WHERE {_same(table)}", key).rowcount  # noqa: S608  # so too
        return gone

    def _give_up(self, table: Taken, key: Sequence[Any], values: Sequence[Any]) -> None:
        rest = iter(values)
        for columns in table.unique:
            differs = " OR ".join(f'"{one}" IS NOT ?' for one in columns)
            # No row has a number below zero there, nor such a text.
            self._run(
                f'UPDATE {table.name} SET "{columns[0]}" = -id '  # noqa: S608  # so too
                f"WHERE {_same(table)} AND ({differs})",
                (*key, *(next(rest) for _ in columns)),
            )

    def take(self, table: Taken, rows: Sequence[tuple[Any, ...]]) -> Counter[str]:
        """Write rows as they are now: how many are `new`, and how many `changed`."""
        size, told = len(table.key), Counter[str]()
        question = f"SELECT {_named(table.columns)} FROM {table.name} WHERE {_same(table)}"  # noqa: S608  # so too
        with guarded(self.path):
            for row in _ours(table, rows):
                known = self._raw.execute(question, row[:size]).fetchone()
                if known is None:
                    self._raw.execute(_insert(table), row)
                    told["new"] += 1
                elif differing := [
                    number for number, value in enumerate(row) if value != known[number]
                ]:
                    # Not the others too: to set a text, even to what it is, writes its index anew.
                    columns = ", ".join(f'"{table.columns[number]}" = ?' for number in differing)
                    self._raw.execute(
                        f"UPDATE {table.name} SET {columns} WHERE {_same(table)}",  # noqa: S608  # so too
                        (*(row[number] for number in differing), *row[:size]),
                    )
                    told["changed"] += 1
        return told

    def drop_labels_of_no_page(self) -> None:
        """Drop what readers said of pages that there are no more."""
        self._run("DELETE FROM labels WHERE page NOT IN (SELECT id FROM pages)")


def _ours(table: Taken, rows: Sequence[tuple[Any, ...]]) -> Sequence[tuple[Any, ...]]:
    """The rows that a file takes over."""
    if table.name != "topic_state":
        return rows
    return [row for row in rows if row[0] not in _OWN_STATE]


def _insert(table: Taken) -> str:
    marks = ", ".join("?" * len(table.columns))
    return f"INSERT INTO {table.name} ({_named(table.columns)}) VALUES ({marks})"  # noqa: S608  # so too


def _same(table: Taken) -> str:
    return " AND ".join(f'"{one}" = ?' for one in table.key)


def _named(columns: Sequence[str]) -> str:
    return ", ".join(f'"{one}"' for one in columns)
