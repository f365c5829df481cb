"""The soak itself: what should be a complaint is one, and what was done is not done again."""

from __future__ import annotations

import json
import shutil
import signal
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

# As in test_corpus: one SQLite library a process.
from pysqlite3 import dbapi2 as sqlite  # noqa: TID251
from sqlite_utils import Database  # noqa: TID251

from benchmarks.soak import kills
from benchmarks.soak.checks import Checker
from benchmarks.soak.daemon import LEDGER
from benchmarks.soak.kills import Asked, Blow, Season, Seen, Victim
from benchmarks.soak.seasons import Kept, seasons
from benchmarks.soak.seasons import _told as as_written
from benchmarks.soak.windows import Ends, Windows, _told_of, older_corpus, schema_of
from ingest.corpus import Corpus
from ingest.corpus.migrations import MIGRATIONS, SCHEMA_VERSION
from tests.filled import T1, insert

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlite_utils.migrations import Migrations  # noqa: TID251


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ends]:
    folder = tmp_path_factory.mktemp("ends")
    source = older_corpus(folder / "older.db", pages=3)
    done = shutil.copyfile(source, folder / "done.db")
    Corpus(done).close()
    return source, Ends(before=_told_of(source), after=schema_of(done))


def apply(raw: sqlite.Connection, steps: int) -> None:
    pending: list[Migrations._Migration] = MIGRATIONS.pending(Database(raw))
    MIGRATIONS.apply(Database(raw), stop_before=[one.name for one in pending[steps:]])


def half_way(raw: sqlite.Connection) -> None:
    apply(raw, 1)


def half_way_with_its_number(raw: sqlite.Connection) -> None:
    apply(raw, 1)
    raw.execute("PRAGMA user_version = 5")


def number_alone(raw: sqlite.Connection) -> None:
    raw.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def all_but_the_number(raw: sqlite.Connection) -> None:
    apply(raw, 99)


def row_lost(raw: sqlite.Connection) -> None:
    raw.execute("DELETE FROM articles WHERE id = 2")


def test_whole_migration_and_none_are_told_apart(ends: tuple[Path, Ends], tmp_path: Path) -> None:
    source, told = ends
    corpus = shutil.copyfile(source, tmp_path / "corpus.db")

    assert told.reached_by(corpus) == "before"
    Corpus(corpus).close()
    assert told.reached_by(corpus) == "after"


@pytest.mark.parametrize(
    "spoil", [half_way, half_way_with_its_number, number_alone, all_but_the_number, row_lost]
)
def test_half_a_migration_is_neither_done_nor_undone(
    ends: tuple[Path, Ends], tmp_path: Path, spoil: Callable[[sqlite.Connection], None]
) -> None:
    source, told = ends
    corpus = shutil.copyfile(source, tmp_path / "corpus.db")
    with closing(sqlite.connect(corpus, isolation_level=None)) as raw:
        spoil(raw)

    assert told.reached_by(corpus) is None


URLS = [f"http://a.test/{number}" for number in range(kills.LEASE + 9)]


def fetched(corpus: Corpus, page: int, outcome: str) -> None:
    insert(corpus, "fetches", page=page, run=1, at=T1, outcome=outcome, reason="so", bytes=9)


def asked_again(folder: Path, season: Season, *urls: str) -> list[str]:
    """Complaints, where each address was asked once before the only blow, and these after it."""
    with closing(Corpus(folder / "corpus.db")) as corpus, corpus.transaction():
        insert(
            corpus, "runs", id=1, started=T1, spider="feeds", trigger="command",
            outcome="finished", version="0",
        )  # fmt: skip
        for number, url in enumerate(URLS):
            insert(
                corpus, "pages", id=number, key=url, url=url, outcome="waiting", reason="so",
                found_by="feeds", first_seen=T1,
            )  # fmt: skip
        for number, outcome in ((0, "article"), (1, "failed"), (2, "copy")):
            fetched(corpus, number, outcome)
    season.seen = [Seen({(1, 0), (1, 1), (1, 2)}, len(URLS))]
    asked = Asked(urls=[*URLS, *urls], calm=Counter(URLS), led_to={URLS[2]})
    return list(kills._asked_again(folder, season, asked))


def test_page_that_was_not_stored_may_be_asked_again(tmp_path: Path) -> None:
    season = Season()

    assert asked_again(tmp_path, season, URLS[1], URLS[2], *URLS[3:50]) == []
    assert (season.again, season.most_again) == (48, 48)  # but for that to which another leads


def test_page_that_was_stored_and_is_asked_again_is_a_complaint(tmp_path: Path) -> None:
    assert asked_again(tmp_path, Season(), URLS[0]) == [f"stored, and asked again: {URLS[0]}"]


def test_more_than_a_lease_asked_again_is_a_complaint(tmp_path: Path) -> None:
    season = Season()

    (said,) = asked_again(tmp_path, season, *URLS[3 : kills.LEASE + 4])
    assert said == f"{kills.LEASE + 1} pages asked again after one blow"


def test_pages_judged_twice_or_leased_at_the_end_are_complaints(tmp_path: Path) -> None:
    season = Season()
    asked_again(tmp_path, season)
    kills._count(tmp_path, season)
    assert season.complaints == []
    with closing(Corpus(tmp_path / "corpus.db")) as corpus, corpus.transaction():
        fetched(corpus, 0, "article")
        corpus._run("UPDATE pages SET leased_until = '2999', run = 1 WHERE id = 5")

    kills._count(tmp_path, season)

    assert season.complaints == [
        "1 pages were judged more than once", "1 pages are leased, though nothing is at work",
    ]  # fmt: skip


def test_seasons_that_were_kept_are_not_run_again(tmp_path: Path) -> None:
    blow = Blow(Victim.BOTH, signal.SIGKILL, 3, 0, 0.1)
    season = Season(struck=Counter({"SIGKILL both": 3}), complaints=[f"after {blow}"], again=7)
    season.seen = [Seen({(1, 2)}, 3)]
    kept = [
        Kept(
            seed=seed, number=number, season=season, migrations=Windows(inside=2),
            backups=Windows(late=1), broken=["it hung"],
        )
        for seed, number in ((1, 0), (2, 0), (1, 1))
    ]  # fmt: skip
    lines = "".join(f"{json.dumps(as_written(one))}\n" for one in kept)
    (tmp_path / "kept").write_text(f'{lines}{{"seed": 1, "num')

    again = list(seasons(tmp_path, count=2, seed=1, progress=tmp_path / "kept"))

    assert [(one.seed, one.number) for one in again] == [(1, 0), (1, 1)]
    assert again[0].complaints == [f"after {blow}", "it hung"]
    assert again[0].season.struck.total() == 3
    assert (again[0].migrations.inside, again[0].backups.late) == (2, 1)


@pytest.mark.parametrize("first_writes", ["", "PRAGMA journal_mode = wal"])
def test_a_corpus_struck_at_its_birth_is_a_complaint_only_of_what_was_acknowledged(
    tmp_path: Path, first_writes: str
) -> None:
    with closing(sqlite.connect(tmp_path / "corpus.db")) as raw:
        raw.execute(first_writes)

    assert Checker(tmp_path).complaints() == []

    (tmp_path / LEDGER).write_text("1 7\n")

    assert Checker(tmp_path).complaints() == ["no corpus, and 1 pages acknowledged"]
