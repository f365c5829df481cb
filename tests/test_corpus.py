from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

# A stranger's connection. Not the standard library's: two SQLite libraries in one process do not
# see each other's file locks (sqlite.org/howtocorrupt.html, section 2.2.1).
from pysqlite3 import dbapi2 as sqlite3  # noqa: TID251

from ingest.corpus import Corpus
from ingest.corpus.migrations import APPLICATION_ID, SCHEMA_VERSION
from ingest.errors import CorpusLocked, CorpusReadOnly, CorpusTooNew, DiskFull, NotACorpus
from ingest.items import Outcome
from tests.rows import NOW, fetched, gated

ONE = "http://a.test/one"


def start(corpus: Corpus, spider: str = "feeds") -> int:
    return corpus.start_run(spider=spider, trigger="command", version="test", now=NOW)


def close(corpus: Corpus, page: int, outcome: Outcome, run: int) -> None:
    corpus.close_page(
        fetched(page, ONE), outcome=outcome, standing=outcome, reason="r", run=run,
        next_check=None, relevance=None,
    )  # fmt: skip


def test_new_corpus_is_marked_as_ours(corpus: Corpus) -> None:
    stranger = sqlite3.connect(corpus.path)

    assert stranger.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert stranger.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    assert stranger.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    stranger.close()


def test_text_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("my notes\n" * 100)

    with pytest.raises(NotACorpus, match=r"no SQLite file.*notes\.db"):
        Corpus(path)
    assert path.read_text() == "my notes\n" * 100


def test_a_folder_is_refused_as_one(tmp_path: Path) -> None:
    for is_readonly in (True, False):
        with pytest.raises(NotACorpus, match="a folder, and no SQLite file"):
            Corpus(tmp_path, readonly=is_readonly)


def test_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE mine (x)")
    other.commit()
    other.close()
    before = path.read_bytes()

    with pytest.raises(NotACorpus, match="no corpus of ours"):
        Corpus(path)
    assert path.read_bytes() == before


def test_newer_corpus_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    Corpus(path).close()
    newer = sqlite3.connect(path)
    newer.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    newer.close()

    with pytest.raises(CorpusTooNew, match="newer than this Seedbed"):
        Corpus(path)


def test_missing_corpus_is_not_made_by_a_reader(tmp_path: Path) -> None:
    with pytest.raises(NotACorpus, match="no corpus here yet"):
        Corpus(tmp_path / "corpus.db", readonly=True)
    assert not (tmp_path / "corpus.db").exists()


def test_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusReadOnly, match="nowhere"):
        Corpus(tmp_path / "nowhere" / "corpus.db")


def test_reader_cannot_write(corpus: Corpus) -> None:
    reader = Corpus(corpus.path, readonly=True)

    with pytest.raises(CorpusReadOnly):
        start(reader)
    reader.close()


def test_locked_corpus_is_an_error_of_its_own(corpus: Corpus) -> None:
    run = start(corpus)
    stranger = sqlite3.connect(corpus.path, isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")

    for write in (
        lambda: start(corpus),
        lambda: corpus.offer([gated(ONE)], run=run, now=NOW),
        lambda: corpus.claim(run=run, limit=1, now=NOW, lease_s=60),
        lambda: corpus.close_dead_runs(now=NOW),
        lambda: corpus.set_state("key", "value"),
        lambda: corpus.finish_run(run, outcome="finished", requests=0, message=None, now=NOW),
        lambda: corpus.add_source(
            kind="feed", url=ONE, outlet="a.test", found_by="settings", every_minutes=1, now=NOW
        ),
    ):
        with pytest.raises(CorpusLocked):
            write()
    stranger.close()
    corpus.offer([gated(ONE)], run=run, now=NOW)

    assert corpus.counts_by_outcome() == {"waiting": 1}


def test_full_disk_loses_nothing_that_was_stored(corpus: Corpus) -> None:
    run = start(corpus)
    corpus.offer([gated(ONE)], run=run, now=NOW)
    pages = corpus._value("PRAGMA page_count")
    corpus._run(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(DiskFull):
        corpus.offer(
            [gated(f"http://a.test/{n}", title="long " * 200) for n in range(200)], run=run, now=NOW
        )

    assert corpus.counts_by_outcome() == {"waiting": 1}


def test_address_is_entered_once_whatever_its_spelling(corpus: Corpus) -> None:
    run = start(corpus)
    spellings = [ONE, "https://www.a.test/one/", f"{ONE}?utm_source=x", f"{ONE}#part"]
    new = corpus.offer([gated(url) for url in spellings], run=run, now=NOW)

    assert new == 1
    assert corpus.counts_by_outcome() == {"waiting": 1}


def test_ledger_ends_the_same_whichever_source_speaks_first(tmp_path: Path) -> None:
    skipped = gated(ONE, Outcome.SKIPPED, title="Poor", found_by="links", depth=2)
    wanted = gated(ONE, Outcome.WAITING, title="Rich", published=NOW, found_by="feeds")

    rows = []
    for number, order in enumerate(([skipped, wanted], [wanted, skipped])):
        one = Corpus(tmp_path / f"{number}.db")
        run = start(one)
        for offer in order:
            one.offer([offer], run=run, now=NOW)
        rows.append(one._row("SELECT outcome, title, published, found_by, depth FROM pages"))
        one.close()

    assert rows[0] == rows[1]
    assert rows[0] is not None
    assert rows[0]["outcome"] == "waiting"


def test_two_runs_never_hold_the_same_page(corpus: Corpus) -> None:
    first, second = start(corpus), start(corpus)
    corpus.offer([gated(f"http://a.test/{n}") for n in range(10)], run=first, now=NOW)
    mine = corpus.claim(run=first, limit=6, now=NOW, lease_s=60)
    theirs = corpus.claim(run=second, limit=10, now=NOW, lease_s=60)

    assert len(mine) == 6
    assert len(theirs) == 4
    assert not {page.page for page in mine} & {page.page for page in theirs}


def test_lease_that_ran_out_is_claimed_again(corpus: Corpus) -> None:
    run = start(corpus)
    corpus.offer([gated(ONE)], run=run, now=NOW)
    corpus.claim(run=run, limit=1, now=NOW, lease_s=60)

    assert not corpus.claim(run=run, limit=1, now=NOW + timedelta(seconds=59), lease_s=60)
    assert not corpus.claim(run=run, limit=1, now=NOW + timedelta(seconds=61), lease_s=60)
    run = corpus.start_run(spider="frontier", trigger="command", version="t", now=NOW)
    assert corpus.claim(run=run, limit=1, now=NOW + timedelta(seconds=161), lease_s=60)


def test_spider_claims_only_what_it_found(corpus: Corpus) -> None:
    run = start(corpus)
    corpus.offer([gated(ONE, found_by="links")], run=run, now=NOW)

    assert not corpus.claim(run=run, limit=9, now=NOW, lease_s=60, found_by="feeds")
    assert len(corpus.claim(run=run, limit=9, now=NOW, lease_s=60)) == 1


def test_counts_of_a_run_come_from_its_fetches(corpus: Corpus) -> None:
    run = start(corpus)
    corpus.offer([gated(f"http://a.test/{n}") for n in range(4)], run=run, now=NOW)
    outcomes = [Outcome.OFF_TOPIC, Outcome.REJECTED, Outcome.REJECTED, Outcome.UNCHANGED]
    for page, outcome in zip(
        corpus.claim(run=run, limit=4, now=NOW, lease_s=9), outcomes, strict=True
    ):
        close(corpus, page.page, outcome, run)
    later = NOW + timedelta(seconds=3)
    row = corpus.finish_run(run, outcome="finished", requests=7, message=None, now=later)

    assert (row["fetched"], row["off_topic"], row["rejected"], row["unchanged"]) == (4, 1, 2, 1)
    assert (row["requests"], row["found"], row["seconds"]) == (7, 4, 3.0)


def test_run_of_a_dead_process_is_closed_and_its_pages_freed(corpus: Corpus) -> None:
    run = start(corpus)
    corpus.offer([gated(ONE)], run=run, now=NOW)
    corpus.claim(run=run, limit=1, now=NOW, lease_s=3600)
    assert corpus.close_dead_runs(now=NOW) == []
    corpus._run("UPDATE runs SET process = 'elsewhere:1:1'")
    assert corpus.close_dead_runs(now=NOW) == []
    corpus._run("UPDATE runs SET process = ?", (f"{socket.gethostname()}:999999999:1",))

    assert corpus.close_dead_runs(now=NOW) == [run]
    assert corpus._value("SELECT outcome FROM runs") == "died"
    assert len(corpus.claim(run=run, limit=1, now=NOW, lease_s=60)) == 1


def test_run_of_a_zombie_is_closed(corpus: Corpus) -> None:
    run = start(corpus)
    child = subprocess.Popen([sys.executable, "-c", ""])
    stat = Path(f"/proc/{child.pid}/stat")
    while stat.read_text().rpartition(")")[2].split()[0] != "Z":  # ended, and nobody asked how
        time.sleep(0.01)
    tick = stat.read_text().rpartition(")")[2].split()[19]
    process = f"{socket.gethostname()}:{child.pid}:{tick}"
    corpus._run("UPDATE runs SET process = ?", (process,))

    assert corpus.close_dead_runs(now=NOW) == [run]
    child.wait()


def test_failed_transaction_leaves_nothing(corpus: Corpus) -> None:
    run = start(corpus)

    def fail_half_way() -> None:
        with corpus.transaction():
            corpus.offer([gated(ONE)], run=run, now=NOW)
            raise KeyError("half-way")

    with pytest.raises(KeyError):
        fail_half_way()
    assert corpus.counts_by_outcome() == {}


def test_little_is_cached_as_long_as_one_reads_through_it(corpus: Corpus) -> None:
    def cached_kib() -> int:
        return -int(corpus._value("PRAGMA cache_size"))

    before = cached_kib()
    with corpus.little_cached():
        assert 0 < cached_kib() < before
    assert cached_kib() == before


def test_two_processes_may_make_the_same_corpus_at_once(tmp_path: Path) -> None:
    path, failures = tmp_path / "corpus.db", list[BaseException]()

    def make() -> None:
        try:
            Corpus(path).close()
        except BaseException as exc:  # noqa: BLE001  # carried to the main thread
            failures.append(exc)

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []


def test_search_follows_every_change_of_an_article(corpus: Corpus) -> None:
    check = "INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)"
    run = start(corpus)
    corpus.offer([gated(ONE)], run=run, now=NOW)
    corpus._run(
        "INSERT INTO articles (id, title, outlet, relevance, why, lead, words, url, first_seen, "
        "run, page, sha256, extractor, text) VALUES (1, 'Old', 'a.test', 1, '', '', 1, 'u', '', "
        "?, 1, '', '', 'Əliyev')",
        (run,),
    )
    find = "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH ?"
    assert corpus._value(find, ("əliyev",)) == 1
    corpus._run("UPDATE articles SET title = 'Şərh', copies = 3")
    assert corpus._value(find, ("old",)) == 0
    assert corpus._value(find, ("sərh",)) == 1
    corpus._run("DELETE FROM articles")

    assert corpus._value(find, ("sərh",)) == 0
    corpus._run(check)
