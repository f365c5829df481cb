"""What only the shared store has: several machines at once, and a server that goes away."""

from __future__ import annotations

import shutil
import socket
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.config import load_settings
from ingest.corpus import Corpus
from ingest.corpus.migrations import SCHEMA_VERSION
from ingest.corpus.opening import open_corpus
from ingest.errors import (
    ConfigError,
    CorpusError,
    CorpusLocked,
    CorpusRefused,
    CorpusTooNew,
    CorpusTooOld,
)
from scheduler.cluster_crew import _LIMIT_S
from tests.patience import PATIENCE_S, wait_until
from tests.postgres import _alive_in, again, running
from tests.rows import NOW, gated

psycopg = pytest.importorskip("psycopg", reason="the extra `cluster` is not installed")
pytest.importorskip("sqlglot", reason="the extra `cluster` is not installed")

from ingest.corpus.postgres.changes import Changes  # noqa: E402
from ingest.corpus.postgres.connection import without_password  # noqa: E402
from ingest.corpus.postgres.store import SharedCorpus  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres import Server

PAGES = 60


def start(corpus: Corpus) -> int:
    return corpus.start_run(spider="feeds", trigger="test", version="0", now=NOW)


def offer(corpus: Corpus, run: int, count: int = PAGES) -> None:
    corpus.offer([gated(f"https://a.test/{number}") for number in range(count)], run=run, now=NOW)


def claim(corpus: Corpus, run: int, limit: int) -> list[int]:
    return [one.page for one in corpus.claim(run=run, limit=limit, now=NOW, lease_s=60)]


# -- the server of these tests --------------------------------------------------------------------

_KILLED = """
import os, signal
from tests.postgres import running
with running() as server:
    print(server.folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.usefixtures("postgres")  # it is not there everywhere
def test_server_ends_with_the_tests_that_are_killed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _KILLED], check=False, capture_output=True, text=True,
        cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert done.returncode == -9, done.stderr
    folder = Path(done.stdout.strip())

    wait_until(lambda: not _alive_in(folder / "pg"), said=lambda: "it was left")
    shutil.rmtree(folder)


# -- several at once ------------------------------------------------------------------------------


def test_tables_are_made_once_by_whoever_comes_first(postgres: Server) -> None:
    with postgres.database(empty=True) as address, ThreadPoolExecutor(6) as crew:
        opened = list(crew.map(lambda _: SharedCorpus(address), range(6)))
        versions = [one._value("SELECT version FROM seedbed_schema") for one in opened]
        for one in opened:
            one.close()

    assert versions == [SCHEMA_VERSION] * 6


def test_two_who_lease_at_once_hold_different_pages(corpus_of_postgres: Corpus) -> None:
    corpus = corpus_of_postgres
    offer(corpus, start(corpus))

    def lease_all(_: int) -> list[int]:
        with closing(again(corpus)) as mine:
            run, held = start(mine), list[int]()
            while got := claim(mine, run, 4):
                held += got
        return held

    with ThreadPoolExecutor(4) as crew:
        held = [page for pages in crew.map(lease_all, range(4)) for page in pages]

    assert sorted(held) == sorted(row["id"] for row in corpus._rows("SELECT id FROM pages"))


def test_leasing_does_not_wait_for_a_writer(corpus_of_postgres: Corpus) -> None:
    corpus = corpus_of_postgres
    run = start(corpus)
    offer(corpus, run)
    with closing(again(corpus)) as writer, writer.transaction():
        writer._run("UPDATE pages SET title = 'x' WHERE url LIKE 'https://a.test/1%'")
        held = claim(corpus, run, PAGES)
        corpus.renew(run, until=NOW + timedelta(hours=1))

    assert len(held) == PAGES - 11  # what is being written is passed over
    assert len(claim(corpus, run, PAGES)) == 11


def test_end_of_noting_and_a_lease_do_not_wait_for_each_other(corpus_of_postgres: Corpus) -> None:
    corpus = corpus_of_postgres
    run = start(corpus)
    offer(corpus, run)
    address = str(corpus.address)  # type: ignore[attr-defined]  # it is shared
    with closing(Changes(address, timeout_s=20)) as changes, psycopg.connect(address) as leasing:
        changes.begin("file")
        leasing.execute("SELECT id FROM pages FOR UPDATE SKIP LOCKED")
        with ThreadPoolExecutor(1) as crew:
            forgotten = crew.submit(changes.forget, "file", keep_days=30)
            with pytest.raises(TimeoutError):
                forgotten.result(timeout=0.3)
            leasing.execute("UPDATE pages SET leased_until = 'x', run = %s", (run,))
            leasing.execute("SELECT id FROM runs FOR KEY SHARE")
            leasing.commit()
            forgotten.result(timeout=PATIENCE_S)

        assert not changes._is_noting()


def test_turns_of_hosts_that_nobody_asks_are_dropped(corpus_of_postgres: Corpus) -> None:
    corpus = corpus_of_postgres
    for host in ("old.test", "new.test"):
        corpus.take_turn(host, run=1, delay_s=1)
    corpus._run("UPDATE host_turns SET at = at - interval '25 hours' WHERE host = 'old.test'")
    corpus.forget_hosts(before=NOW)

    assert corpus._rows("SELECT host FROM host_turns") == [{"host": "new.test"}]


def test_second_writer_is_told_that_it_is_locked(corpus_of_postgres: Corpus) -> None:
    with (
        closing(again(corpus_of_postgres, timeout_s=0.1)) as other,
        corpus_of_postgres.transaction(),
        pytest.raises(CorpusLocked, match="write lock"),
    ):
        start(other)


def test_writes_of_others_are_noticed_and_own_are_not(corpus_of_postgres: Corpus) -> None:
    with closing(again(corpus_of_postgres)) as other:
        before = corpus_of_postgres.written_by_others()
        start(corpus_of_postgres)
        assert corpus_of_postgres.written_by_others() == before
        start(other)
        assert corpus_of_postgres.written_by_others() > before
        seen = corpus_of_postgres.written_by_others()
        start(other)
        with corpus_of_postgres.transaction():
            assert corpus_of_postgres.written_by_others() > seen


def test_write_of_another_after_our_rollback_is_noticed(corpus_of_postgres: Corpus) -> None:
    with closing(again(corpus_of_postgres)) as other:
        before = corpus_of_postgres.written_by_others()
        with pytest.raises(ZeroDivisionError), corpus_of_postgres.transaction():
            raise ZeroDivisionError
        start(other)

        assert corpus_of_postgres.written_by_others() > before


def test_run_of_another_host_that_is_silent_is_closed(corpus_of_postgres: Corpus) -> None:
    corpus = corpus_of_postgres
    runs = [start(corpus) for _ in range(2)]
    corpus._run("UPDATE runs SET process = 'elsewhere:1:1'")
    offer(corpus, runs[1])
    corpus.claim(run=runs[1], limit=1, now=NOW, lease_s=8 * 3600)

    longest = timedelta(seconds=_LIMIT_S)
    assert corpus.close_dead_runs(now=NOW + longest + timedelta(minutes=59)) == []
    assert corpus.close_dead_runs(now=NOW + longest + timedelta(minutes=61)) == [runs[0]]


# -- what was written -----------------------------------------------------------------------------


def test_failed_statement_leaves_nothing_of_its_transaction(corpus_of_postgres: Corpus) -> None:
    rows = [("a", "b"), ("a", "c")]
    with pytest.raises(psycopg.errors.UniqueViolation), corpus_of_postgres.transaction():
        corpus_of_postgres._many("INSERT INTO topic_state (key, value) VALUES (?, ?)", rows)

    assert corpus_of_postgres.state("a") is None


def test_failure_that_was_passed_over_is_no_commit(corpus_of_postgres: Corpus) -> None:
    def write() -> None:
        with corpus_of_postgres.transaction():
            corpus_of_postgres._run("INSERT INTO topic_state (key, value) VALUES ('a', 'b')")
            with pytest.raises(psycopg.errors.UniqueViolation):
                corpus_of_postgres._run("INSERT INTO topic_state (key, value) VALUES ('a', 'b')")

    with pytest.raises(CorpusError, match="nothing of it was stored"):
        write()
    assert corpus_of_postgres.state("a") is None


def test_controls_in_what_services_say_reach_neither_store(
    corpus_of_postgres: Corpus, tmp_path: Path
) -> None:
    with closing(Corpus(tmp_path / "corpus.db")) as filed:
        told = []
        for corpus in (corpus_of_postgres, filed):
            one = gated("https://a.test/1", title="a\0b\ud800c", snippet="\0", source="d\0e")
            corpus.offer([one], run=start(corpus), now=NOW)
            unknown = corpus.count_unknown(["https://a.test/\0", "https://a.test/\ud800"])
            members = [("https://a.test/\0.xml", NOW), ("https://a.test/\udfff.xml", NOW)]
            corpus.settle_members(members, quiet_since=NOW, now=NOW)
            told.append((corpus._rows("SELECT url, title FROM pages"), unknown))

    assert told[0] == told[1] == ([{"url": "https://a.test/1", "title": "abc"}], 2)


def test_number_of_an_article_is_never_given_again(corpus_of_postgres: Corpus) -> None:
    corpus = corpus_of_postgres
    numbers = []
    for url in ("https://a.test/1", "https://a.test/2"):
        numbers.append(keep(corpus, url))
        corpus._run("DELETE FROM articles WHERE id = ?", (numbers[-1],))

    assert numbers == [1, 2]


def keep(corpus: Corpus, url: str, language: str = "en") -> int:
    run, number = start(corpus), corpus._next_number("articles")
    corpus.offer([gated(url)], run=run, now=NOW)
    corpus._run(
        "INSERT INTO articles (id, title, outlet, relevance, why, lead, words, url, first_seen, "
        "run, page, sha256, extractor, text, language) SELECT ?, '', outlet, 1, '', '', 0, url, "
        "'', run, id, ?, '', '', ? FROM pages WHERE url = ?",
        (number, url, language, url),
    )
    return number


def test_outlet_has_the_language_of_most_of_its_articles(corpus_of_postgres: Corpus) -> None:
    said = []
    for number, language in enumerate(("en", "az", "az", "ru")):
        keep(corpus_of_postgres, f"https://a.test/{number}", language)
        said.append(corpus_of_postgres._value("SELECT language FROM outlets"))
    corpus_of_postgres._run("DELETE FROM articles WHERE language = 'az'")

    assert said == ["en", "az", "az", "az"]
    assert corpus_of_postgres._value("SELECT language FROM outlets") == "en"


# -- the index ------------------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "unindex"]), st.integers(-3, 12).filter(bool),
        st.sets(st.integers(0, 9), min_size=1),
    ),
    max_size=25,
)  # fmt: skip


@pytest.fixture
def indexes(
    corpus_of_postgres: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Corpus, Corpus]]:
    monkeypatch.setattr(Corpus, "max_documents", 4)
    monkeypatch.setattr(Corpus, "few_documents", 2)
    with closing(Corpus(tmp_path / "corpus.db")) as filed:
        yield filed, corpus_of_postgres


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS, asked=st.sets(st.integers(0, 9), min_size=1))
def test_index_gives_the_same_answers(
    indexes: tuple[Corpus, Corpus], steps: list[Any], asked: set[int]
) -> None:
    for corpus in indexes:
        corpus.clear_index()
    held: dict[int, set[int]] = {}
    for step, document, hashes in steps:
        if step == "add" and document not in held:
            held[document] = hashes
            for corpus in indexes:
                corpus.add(document, hashes)
        elif step == "unindex" and document in held:
            gone = held.pop(document)
            for corpus in indexes:
                corpus.unindex(document, gone)
    answers = [
        (sorted(one.candidates(asked)), one.holders(asked), one.is_crowded(asked))
        for one in indexes
    ]

    assert answers[0] == answers[1]
    assert answers[0][1] == {
        one for one, hashes in held.items() if one > 0 and not hashes.isdisjoint(asked)
    }


# -- the server -----------------------------------------------------------------------------------


def test_what_was_stored_outlives_the_death_of_the_server() -> None:
    with running() as server:
        server.execute("CREATE DATABASE one")
        address = server.address("one")
        with closing(SharedCorpus(address)) as corpus:
            for number in range(5):
                corpus.set_state("last", str(number))
            server.kill()
            with pytest.raises(CorpusError, match="the server cannot be reached, or went away"):
                corpus.set_state("last", "lost")
            with pytest.raises(CorpusError, match="the server cannot be reached"):
                SharedCorpus(address, timeout_s=1)
        server.start()
        with closing(SharedCorpus(address)) as corpus:
            assert corpus.state("last") == "4"


def test_step_whose_end_was_not_heard_is_not_said_to_be_lost(corpus_of_postgres: Corpus) -> None:
    def store() -> None:
        with corpus_of_postgres.transaction():
            corpus_of_postgres.set_state("last", "1")
            own = corpus_of_postgres._value("SELECT pg_backend_pid()")
            with closing(again(corpus_of_postgres)) as other:
                other._run("SELECT pg_terminate_backend(?)", (own,))

    with pytest.raises(CorpusError, match="whole, or not at all"):
        store()


@pytest.mark.parametrize(("by", "kind"), [(1, CorpusTooNew), (-1, CorpusTooOld)])
def test_tables_of_another_version_are_refused(
    postgres: Server, by: int, kind: type[CorpusError]
) -> None:
    with postgres.database() as address:
        with closing(SharedCorpus(address)) as corpus:
            corpus._raw._raw.execute(f"UPDATE seedbed_schema SET version = {SCHEMA_VERSION + by}")
        with pytest.raises(kind, match="let all workers be of one version"):
            SharedCorpus(address)


# -- opening --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://seedbed:hush@127.0.0.1:1/corpus",
        "host=127.0.0.1 port=1 dbname=corpus user=seedbed password=hush",
    ],
)
def test_password_is_never_shown(address: str) -> None:
    assert without_password(address) == "127.0.0.1:1/corpus"
    with pytest.raises(CorpusError, match=r"127\.0\.0\.1:1/corpus") as caught:
        SharedCorpus(address, timeout_s=1)
    assert "hush" not in str(caught.value)


def test_database_is_worked_on_only_by_whom_it_is_told(tmp_path: Path, database: str) -> None:
    environ = {"SEEDBED_CLUSTER__DATABASE": database}
    known = load_settings(tmp_path, environ)
    told = {"SEEDBED_STORE": "cluster"}
    with closing(open_corpus(known, environ=environ)) as filed:
        assert not isinstance(filed, SharedCorpus)
    with closing(open_corpus(known, environ=told)) as shared:
        assert isinstance(shared, SharedCorpus)
    with pytest.raises(ConfigError, match="names no PostgreSQL"):
        open_corpus(load_settings(tmp_path, {}), environ=told)


def test_server_that_refuses_is_no_outage(postgres: Server) -> None:
    with pytest.raises(CorpusError, match=r"refused .*/nosuch: .*does not exist") as told:
        SharedCorpus(postgres.address("nosuch"), timeout_s=1)
    assert told.value.exit_code == 3


def test_server_that_asks_for_a_password_refuses_who_has_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    monkeypatch.delenv("PGPASSWORD", raising=False)

    def ask(server: socket.socket) -> None:
        speaking, _ = server.accept()
        with speaking:
            speaking.recv(4096)
            speaking.sendall(b"R" + struct.pack("!ii", 8, 3))  # for a password, in clear
            speaking.recv(4096)

    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as crew:
        server.settimeout(20)
        asking = crew.submit(ask, server)
        plain = "sslmode=disable gssencmode=disable"
        port = server.getsockname()[1]
        with pytest.raises(CorpusRefused):
            SharedCorpus(f"host=127.0.0.1 port={port} dbname=one user=seedbed {plain}", timeout_s=2)
        asking.result(timeout=PATIENCE_S)


def test_socket_that_is_not_there_is_an_outage() -> None:
    with pytest.raises(CorpusError, match="the server cannot be reached"):
        SharedCorpus("postgresql://seedbed@%2Fnosuch%2Fsockets/one", timeout_s=1)
