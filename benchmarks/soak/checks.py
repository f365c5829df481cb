"""What must be true of a corpus after any kill, asked on fresh connections."""

# ruff: noqa: SLF001 - it asks the corpus what no part of the program does

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from pysqlite3 import dbapi2 as sqlite  # noqa: TID251  # a file that need not be a corpus yet

from benchmarks.soak.daemon import LEDGER
from benchmarks.soak.ledger import acknowledged
from ingest.archive import read_record
from ingest.corpus import Corpus

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Checker", "complaints"]

#: Nothing is kept twice: questions that must have no answer.
_TWICE = {
    "key of a page": "SELECT key AS what FROM pages GROUP BY key HAVING count(*) > 1",
    "page of an article": "SELECT page AS what FROM articles GROUP BY page HAVING count(*) > 1",
    "address of an article": "SELECT url AS what FROM articles GROUP BY url HAVING count(*) > 1",
    "page of a copy": "SELECT page AS what FROM copies "
    "GROUP BY page, article, seed HAVING count(*) > 1",
    "fetch of a run": "SELECT page AS what FROM fetches WHERE outcome <> 'failed' "
    "GROUP BY run, page HAVING count(*) > 1",
}
_POINTS = "SELECT id, warc, warc_offset FROM pages WHERE warc IS NOT NULL"


class Checker:
    """Looks at one workspace again and again; archived pages once each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read = set[tuple[str, int]]()

    def complaints(self) -> list[str]:
        """What is wrong now; empty when all is well."""
        # Before the corpus is looked at: what is written down later need not be there yet.
        told = acknowledged(self.folder / LEDGER)
        corpus = self.folder / "corpus.db"
        if not _is_begun(corpus):
            return [f"no corpus, and {len(told)} pages acknowledged"] if told else []
        found = complaints(self.folder / "corpus.db", told)
        return found + self._unreadable()

    def _unreadable(self) -> list[str]:
        with closing(Corpus(self.folder / "corpus.db", readonly=True)) as corpus:
            rows = corpus._rows(_POINTS)
        found = []
        for row in rows:
            point = (row["warc"], row["warc_offset"])
            if point in self._read:
                continue
            self._read.add(point)
            try:
                read_record(self.folder / "archive" / point[0], point[1])
            except (OSError, ValueError) as exc:
                found.append(f"page {row['id']} names a record that is not there: {exc}")
        return found


def _is_begun(corpus: Path) -> bool:
    """Whether the file has tables. Killed before they are committed, it is none, or a header."""
    if not corpus.exists():
        return False
    with closing(sqlite.connect(f"{corpus.as_uri()}?mode=ro", uri=True)) as db:
        return bool(db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])


def complaints(path: Path, told: set[tuple[int, int]]) -> list[str]:
    """What is wrong with a corpus, of which these runs and pages were acknowledged."""
    with closing(Corpus(path, readonly=True)) as corpus:
        damage = corpus.damage()
        had = {(row["run"], row["page"]) for row in corpus._rows("SELECT run, page FROM fetches")}
        uneven = [f"run {run} does not add up" for run in corpus.runs_that_do_not_add_up()]
        twice = [
            f"{what} twice: {row['what']}"
            for what, question in _TWICE.items()
            for row in corpus._rows(question)
        ]
    with closing(Corpus(path)) as corpus:  # raises CorpusDamaged if index and texts differ
        corpus._run("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")
    lost = [f"run {run} acknowledged page {page}, and it is lost" for run, page in told - had]
    return damage + uneven + twice + sorted(lost)
