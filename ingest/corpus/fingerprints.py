"""The index in SQLite: which documents hold which hashes.

The hashes of a page are spread over the whole index, so writing each where it belongs would write
a page of the file for each: 58 of 4 kB for every article. Instead they pass three levels:
`fingerprints_fresh` takes them as one row, and is held in memory by hash beside; when it is full it
is merged into `fingerprints_hot` in order, a table small enough to be written through; of that, one
slice after another of the range of hashes is merged into `fingerprints`, many rows to each page of
the file. Each step is part of a transaction, and look-ups read all three, so a hash is in force
from the moment its page is. The hashes of seeds have a table of their own.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from ingest.corpus.base import Base

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

__all__ = ["FROM", "INDEXED_ROWS", "LEVELS", "Fingerprints"]

_SHARED_SHARE = 0.12  # as in ingest.relations.kin: what is likely enough to be compared

#: Rows that a look-up reads at once; nearly all read fewer.
_AT_ONCE = 1024

#: Tables of rows (hash, document) that hold the pages.
LEVELS = "fingerprints", "fingerprints_hot"
_STATE = "fingerprints_merged"  # JSON: rows in the hot table, hash up to which it was merged
FROM, _TO = -(1 << 62), 1 << 62  #: below and above every hash

#: What the index holds, as a table expression (hash, document).
INDEXED_ROWS = (
    "(SELECT hash, document FROM fingerprints UNION ALL SELECT hash, document FROM "
    "fingerprints_hot UNION ALL SELECT hash, document FROM fingerprints_seed UNION ALL "
    "SELECT value AS hash, document FROM fingerprints_fresh, json_each(hashes))"
)
_HOLDERS = " UNION ALL ".join(
    f"SELECT j.value, f.document FROM json_each(?1) j CROSS JOIN {level} f ON f.hash = j.value"  # noqa: S608
    for level in LEVELS
)
_HOLDERS_OF_ONE = " UNION ALL ".join(
    f"SELECT * FROM (SELECT document FROM {level} WHERE hash = ?1 ORDER BY document LIMIT ?2)"  # noqa: S608
    for level in LEVELS
)


class _Fresh:
    """What the fresh table holds, by hash."""

    def __init__(self, *, version: int) -> None:
        self.version = version  #: of the file, when it was read
        self.rows = 0
        self.crowded = set[int]()  #: hashes that are known to be held by very many documents
        self._holders: dict[int, int | tuple[int, ...]] = {}

    def add(self, document: int, hashes: Collection[int]) -> None:
        holders = self._holders
        for value in hashes:
            others = holders.get(value)
            if others is None:
                holders[value] = document
            else:
                holders[value] = (*_each(others), document)
        self.rows += len(hashes)

    def drop(self, document: int, hashes: Collection[int]) -> None:
        self.crowded.clear()
        for value in hashes:
            rest = tuple(one for one in _each(self._holders.pop(value)) if one != document)
            if rest:
                self._holders[value] = rest
        self.rows -= len(hashes)

    def held_of(self, hashes: Iterable[int]) -> Iterator[int]:
        return filter(self._holders.__contains__, hashes)

    def holders(self, value: int) -> tuple[int, ...]:
        found = self._holders.get(value)
        return () if found is None else _each(found)


def _each(documents: int | tuple[int, ...]) -> tuple[int, ...]:
    return documents if isinstance(documents, tuple) else (documents,)


class Fingerprints(Base):
    """The rows of `fingerprints` and its levels."""

    #: Rows. The more, the fewer pages of the file are written for an article; the fresh ones are
    #: read at the start and held in memory (65,536: 7 MB), a slice is what one transaction merges.
    fresh_rows: ClassVar[int] = 1 << 16
    hot_rows: ClassVar[int] = 1 << 20
    slice_rows: ClassVar[int] = 1 << 14

    #: A hash that so many documents hold tells little. All are indexed, so that the index does not
    #: depend on who came first; a look-up takes the first few, and those who lead their families.
    max_documents: ClassVar[int] = 64
    few_documents: ClassVar[int] = 16

    _fresh: _Fresh | None = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """As in `Base`; what was added in one that is rolled back is not looked up any more."""
        try:
            with super().transaction():
                yield
        except BaseException:
            self._fresh = None
            raise

    def candidates(self, selected: Collection[int]) -> list[tuple[int, int, int | None]]:
        """Documents that hold any of these hashes: document, how many, and of how many in all.

        The last is not known of seeds. It spares reading a text for one phrase in common. Of
        documents that hold hashes in common with very many others only some are given, among them
        those that lead their families.
        """
        hashes = json.dumps(sorted(selected))
        shared, crowds = Counter[int](), set[int]()
        crowded = self._fresh_rows().crowded
        for value, documents in self._holders(selected).items():
            shared.update(documents)
            if value in crowded:
                crowds.update(documents)
        likely = [one for one in crowds if shared[one] >= _SHARED_SHARE * len(selected)]
        for leader in self._leaders_of(likely):
            shared[leader] = self._count_shared(leader, selected, hashes)
        sizes = self._sample_sizes(shared)
        found = [(one, count, sizes.get(one)) for one, count in sorted(shared.items())]
        return [*self._seeds_holding(hashes), *found]

    def holders(self, selected: Collection[int]) -> set[int]:
        """Every page that holds any of these hashes, however many there are."""
        hashes = json.dumps(sorted(selected))
        fresh = self._fresh_rows()
        found = {document for value in selected for document in fresh.holders(value)}
        for level in LEVELS:
            rows = self._run(
                f"SELECT DISTINCT document FROM {level} "  # noqa: S608
                "WHERE hash IN (SELECT value FROM json_each(?))",
                (hashes,),
            )
            found.update(row[0] for row in rows)
        return found

    def is_crowded(self, selected: Collection[int]) -> bool:
        """Whether so many documents hold one of these hashes that not all are candidates."""
        self._holders(selected)
        return not self._fresh_rows().crowded.isdisjoint(selected)

    def add(self, document: int, selected: Collection[int]) -> None:
        """Index a document, which is not indexed, under its hashes."""
        hashes = json.dumps(sorted(selected))
        if document < 0:
            self._run(
                "INSERT OR IGNORE INTO fingerprints_seed (hash, document) "
                "SELECT value, ? FROM json_each(?)",
                (document, hashes),
            )
            return
        with self.transaction():
            fresh = self._fresh_rows()
            self._run(
                "INSERT INTO fingerprints_fresh (document, hashes) VALUES (?, ?)",
                (document, hashes),
            )
            fresh.add(document, selected)
            if fresh.rows > self.fresh_rows:
                self._merge_fresh()
            elif self._merged()[0] > self.hot_rows:
                self._merge_slice()

    def unindex(self, document: int, selected: Collection[int]) -> None:
        """Forget the hashes of a document."""
        if document < 0:
            self._run("DELETE FROM fingerprints_seed WHERE document = ?", (document,))
            return
        with self.transaction():
            stored = self._value(
                "SELECT hashes FROM fingerprints_fresh WHERE document = ?", (document,)
            )
            if stored is not None:
                self._fresh_rows().drop(document, json.loads(stored))
                self._run("DELETE FROM fingerprints_fresh WHERE document = ?", (document,))
                return
            self._fresh_rows().crowded.clear()
            for level in LEVELS:
                self._run(
                    f"DELETE FROM {level} WHERE document = ? "  # noqa: S608
                    "AND hash IN (SELECT value FROM json_each(?))",
                    (document, json.dumps(sorted(selected))),
                )

    def _holders(self, selected: Collection[int]) -> dict[int, set[int]]:
        """The pages that hold each hash; of a crowded one the first few."""
        fresh, found = self._fresh_rows(), defaultdict[int, set[int]](set)
        asked = sorted(selected if not fresh.crowded else set(selected) - fresh.crowded)
        for value, document in self._rows_holding(asked):
            found[value].add(document)
        for value in fresh.held_of(asked):
            found[value].update(fresh.holders(value))
        fresh.crowded.update(
            value for value, documents in found.items() if len(documents) >= self.max_documents
        )
        for value in fresh.crowded.intersection(selected):
            few = self._run(_HOLDERS_OF_ONE, (value, self.few_documents))
            first = sorted({*(row[0] for row in few), *fresh.holders(value)})
            found[value] = set(first[: self.few_documents])
        return found

    def _rows_holding(self, asked: Sequence[int]) -> Iterable[tuple[int, int]]:
        """(hash, document) of the levels; of a hash that very many hold, enough to tell."""
        rows = self._run(f"{_HOLDERS} LIMIT {_AT_ONCE}", (json.dumps(asked),)).fetchall()
        if len(rows) < _AT_ONCE:
            return list(rows)
        return [
            (value, row[0])
            for value in asked
            for row in self._run(_HOLDERS_OF_ONE, (value, self.max_documents))
        ]

    def _seeds_holding(self, hashes: str) -> list[tuple[int, int, None]]:
        rows = self._run(
            "SELECT document, count(*), NULL FROM fingerprints_seed "
            "WHERE hash IN (SELECT value FROM json_each(?)) GROUP BY document ORDER BY document",
            (hashes,),
        )
        return list(rows)

    def _leaders_of(self, pages: Sequence[int]) -> list[int]:
        """The pages that lead the families of these."""
        if not pages:
            return []
        rows = self._run(
            "SELECT DISTINCT a.page FROM pages p JOIN articles a ON a.id = p.article "
            "WHERE p.id IN (SELECT value FROM json_each(?)) ORDER BY a.page",
            (json.dumps(sorted(pages)),),
        )
        return [row[0] for row in rows]

    def _count_shared(self, page: int, selected: Collection[int], hashes: str) -> int:
        fresh = self._fresh_rows()
        count = sum(page in fresh.holders(value) for value in selected)
        for level in LEVELS:
            count += self._value(
                f"SELECT count(*) FROM json_each(?) j CROSS JOIN {level} f "  # noqa: S608
                "ON f.hash = j.value AND f.document = ?",
                (hashes, page),
            )
        return count

    def _sample_sizes(self, pages: Collection[int]) -> dict[int, int]:
        if not pages:
            return {}
        rows = self._run(
            "SELECT page, sample_size FROM texts WHERE page IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(pages)),),
        )
        return dict(rows)

    def _fresh_rows(self) -> _Fresh:
        """The fresh level, read anew where another process wrote."""
        version = self.written_by_others()
        if self._fresh is None or self._fresh.version != version:
            fresh = _Fresh(version=version)
            for document, hashes in self._run("SELECT document, hashes FROM fingerprints_fresh"):
                fresh.add(document, json.loads(hashes))
            self._fresh = fresh
        return self._fresh

    def _merge_fresh(self) -> None:
        fresh = self._fresh_rows().rows
        self._run(
            "INSERT OR IGNORE INTO fingerprints_hot (hash, document) SELECT value, document "
            "FROM fingerprints_fresh, json_each(hashes) ORDER BY value, document"
        )
        self._run("DELETE FROM fingerprints_fresh")
        rows, upto = self._merged()
        self._set_merged(rows + fresh, upto)
        self._fresh = None

    def _merge_slice(self) -> None:
        """Move the next rows of the hot table, by hash, round and round."""
        rows, upto = self._merged()
        last = self._value(
            "SELECT hash FROM fingerprints_hot WHERE hash > ? ORDER BY hash LIMIT 1 OFFSET ?",
            (upto, self.slice_rows - 1),
        )
        span = (upto, _TO if last is None else last)
        self._run(
            "INSERT OR IGNORE INTO fingerprints (hash, document) SELECT hash, document "
            "FROM fingerprints_hot WHERE hash > ? AND hash <= ? ORDER BY hash, document",
            span,
        )
        moved = self._run("DELETE FROM fingerprints_hot WHERE hash > ? AND hash <= ?", span)
        if last is not None:
            self._set_merged(rows - moved.rowcount, last)
            return
        # What was forgotten meanwhile was not counted; once a round it is.
        rows = self._value("SELECT count(*) FROM fingerprints_hot")
        self._set_merged(rows, FROM)

    def _merged(self) -> tuple[int, int]:
        """Rows in the hot table, and the hash up to which it was merged in this round."""
        stored = self._value("SELECT value FROM topic_state WHERE key = ?", (_STATE,))
        rows, upto = json.loads(stored) if stored else (0, FROM)
        return rows, upto

    def _set_merged(self, rows: int, upto: int) -> None:
        self._run(
            "INSERT INTO topic_state (key, value) VALUES (?, ?) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (_STATE, json.dumps([rows, upto])),
        )
