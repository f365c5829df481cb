"""A PostgreSQL of the machine, started once for a session, and a fresh database for each test."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.corpus import Corpus
from ingest.corpus.opening import STORE_VARIABLE
from tests.patience import PATIENCE_S, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEMPLATE = "seedbed_template"
_USERS = ("postgres", "nobody")
_MORTAL = Path(__file__).with_name("mortal_server.py")
# Whatever the order of the foreign keys, and though a test left a connection.
_EMPTY = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid();
SET session_replication_role = replica;
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
    AND tablename NOT IN ('written', 'seedbed_schema') LOOP
    EXECUTE format('DELETE FROM %I', one.tablename);
  END LOOP;
  FOR one IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
    EXECUTE format('ALTER SEQUENCE %I RESTART', one.sequencename);
  END LOOP;
END $$
"""

#: Modules whose tests of `corpus` hold for both stores.
CONTRACT = frozenset(
    f"tests.test_{name}"
    for name in (
        "clock_jumps", "corpus", "labels", "leases", "routes", "source_upkeep", "stories_corpus"
    )
)  # fmt: skip
#: Modules whose tests make their corpus themselves, in a folder, and hold for both stores too.
OF_WORKSPACES = frozenset(
    f"tests.test_{name}"
    for name in (
        "claims_corpus", "copies", "correcting", "events", "intake", "rejudge",
        "rejudge_captures", "site_memory", "undo",
    )
)  # fmt: skip
#: Of all these, what is about the file: who opens it, its one write lock, what only readers ask.
OF_THE_FILE = frozenset({
    "test_a_crawl_corrects_compares_and_follows_redirects",
    "test_a_fetch_that_changes_a_link_leaves_no_line_of_the_site_in_search",
    "test_a_locked_corpus_is_an_error_of_its_own",
    "test_a_reader_is_shown_the_address_that_leads_to_an_article_and_not_the_article_twice",
    "test_any_texts_give_the_same_corpus_in_any_order",
    "test_command_lists_stories_and_shows_one_by_date",
    "test_command_says_that_there_is_no_such_story",
    "test_corpus_that_is_locked_is_asked_again",
    "test_full_disk_loses_nothing_that_was_stored",
    "test_killed_at_any_moment_it_goes_on_where_it_was",
    "test_line_below_all_that_a_site_republishes_is_no_overlap",
    "test_lines_of_the_site_leave_texts_search_and_fingerprints",
    "test_little_is_cached_as_long_as_one_reads_through_it",
    "test_locked_corpus_is_an_error_of_its_own",
    "test_looking_for_pages_takes_no_write_lock",
    "test_new_corpus_is_marked_as_ours",
    "test_nothing_is_done_where_nothing_changed",
    "test_offsets_of_a_passage_cut_it_out_of_both_texts",
    "test_one_address_of_all_pages_is_believed_in_no_order",
    "test_other_wording_at_one_address_is_a_revision_and_no_passage",
    "test_passages_of_one_article_are_found_by_an_index",
    "test_reader_cannot_write",
    "test_search_follows_every_change_of_an_article",
    "test_texts_that_are_no_copies_are_told_once_a_pair",
    "test_weeks_are_those_of_the_iso_calendar",
    "test_what_rests_already_is_not_written_again",
    "test_what_stands_in_copies_of_a_family_is_no_passage",
    "test_what_was_left_out_is_told",
})  # fmt: skip
#: Of them, what takes long there; with `--slow` it is run on both.
LONG_THERE = frozenset({
    "test_any_order_and_any_runs_give_the_same_corpus",
    "test_bounded_passes_end_where_one_whole_pass_does",
    "test_change_taken_back_after_a_kill_leaves_the_corpus_as_it_was",
    "test_copies_and_passages_do_not_hang_on_the_order_of_arrival",
    "test_drift_is_the_same_in_any_order_and_from_scratch",
    "test_pages_of_an_older_corpus_are_read_again_for_their_lines",
    "test_same_bytes_after_an_upgrade_are_no_revision",
})  # fmt: skip


def stores_of(metafunc: pytest.Metafunc) -> list[str]:
    """The stores that a test is run on; empty: the one that is asked for."""
    module, has = metafunc.module.__name__, {*metafunc.fixturenames}
    if module not in CONTRACT | OF_WORKSPACES:
        return []
    makes = {"corpus"} if module in CONTRACT else {"corpus", "tmp_path", "tmp_path_factory"}
    left_out = OF_THE_FILE if metafunc.config.getoption("--slow") else OF_THE_FILE | LONG_THERE
    is_of_the_file = metafunc.function.__name__ in left_out
    return ["sqlite"] if is_of_the_file or has.isdisjoint(makes) else ["sqlite", "postgres"]


#: The server that holds the corpus of each workspace that a test makes; empty: files do.
_everywhere: list[Server] = []
_of_folder: dict[Path, str] = {}
_opened: list[Corpus] = []  #: by tests that need not close a file


@contextmanager
def instead_of_files(server: Server) -> Iterator[None]:
    """Every workspace has its corpus in a database of its own, for as long as this lasts."""
    _everywhere.append(server)
    os.environ[STORE_VARIABLE] = "cluster"
    try:
        yield
    finally:
        del os.environ[STORE_VARIABLE]
        _everywhere.clear()


@contextmanager
def databases_given_back() -> Iterator[None]:
    """What is lent meanwhile is for others afterwards."""
    before = set(_of_folder)
    yield
    while _opened:
        _opened.pop().close()
    for folder in _of_folder.keys() - before:
        _everywhere[0].take_back(_of_folder.pop(folder))


def workspace_environment(folder: Path) -> dict[str, str]:
    """What the settings of a workspace need to know of where its corpus is; files need nothing."""
    if not _everywhere:
        return {}
    if folder not in _of_folder:
        _of_folder[folder] = _everywhere[0].lend()
    return {"SEEDBED_CLUSTER__DATABASE": _of_folder[folder]}


def corpus_at(path: Path) -> Corpus:
    """The corpus at a path, or with `--store postgres` the one in its place."""
    if not _everywhere:
        return Corpus(path)
    from ingest.corpus.postgres.store import SharedCorpus

    _opened.append(SharedCorpus(workspace_environment(path)["SEEDBED_CLUSTER__DATABASE"]))
    return _opened[-1]


def again(corpus: Corpus, *, timeout_s: float = 30.0) -> Corpus:
    """Another connection to the same corpus."""
    address = getattr(corpus, "address", None)
    if address is None:
        return Corpus(corpus.path, timeout_s=timeout_s)
    from ingest.corpus.postgres.store import SharedCorpus

    return SharedCorpus(address, timeout_s=timeout_s)


def _programs() -> Path | None:
    """The folder of `initdb` and `postgres`; None: they are not here."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((one for one in folders if (one / "postgres").exists()), None)


def _user() -> str | None:
    """Whom the server runs as; it refuses root."""
    if os.geteuid() != 0:
        return None
    known = {one.pw_name for one in pwd.getpwall()}
    return next((name for name in _USERS if name in known), None)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A PostgreSQL server on the loopback, and its folder."""

    programs: Path
    folder: Path
    port: int
    user: str | None
    #: Whether a power cut costs nothing; the death of its processes never does.
    is_durable: bool = True
    process: subprocess.Popen[bytes] | None = None
    _numbers: Iterator[int] = field(default_factory=count)
    _free: list[str] = field(default_factory=list)  #: addresses, to be emptied

    def run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.programs / program), *arguments],
            check=True, capture_output=True, cwd=self.folder, user=self.user, group=self._group(),
            extra_groups=[] if self.user else None,
        )  # fmt: skip

    def _group(self) -> int | None:
        return pwd.getpwnam(self.user).pw_gid if self.user else None

    def _ids(self) -> tuple[int, int]:
        """Of user and group."""
        if self.user is None:
            return os.geteuid(), os.getegid()
        known = pwd.getpwnam(self.user)
        return known.pw_uid, known.pw_gid

    def make(self) -> None:
        if self.user:
            shutil.chown(self.folder, self.user)
        self.run(
            "initdb", "-D", str(self.folder / "pg"), "-U", "seedbed", "-E", "UTF8",
            "--locale=C", "--auth=trust", "--no-instructions", "-N",
        )  # fmt: skip

    def start(self) -> None:
        """Start it, and wait until it answers."""
        of_us = [sys.executable, "-I", "-S", str(_MORTAL), str(os.getpid()), *map(str, self._ids())]
        command = [
            *of_us,
            str(self.programs / "postgres"), "-D", str(self.folder / "pg"), "-p", str(self.port),
            "-c", "listen_addresses=127.0.0.1", "-k", str(self.folder),
            "-c", "shared_buffers=32MB", "-c", "max_connections=100",
            "-c", f"fsync={'on' if self.is_durable else 'off'}",
        ]  # fmt: skip
        with (self.folder / "log").open("ab") as told:
            self.process = subprocess.Popen(
                command, stdout=told, stderr=told, start_new_session=True, cwd=self.folder
            )  # fmt: skip
        import psycopg

        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            try:
                psycopg.connect(self.address("postgres")).close()
            except psycopg.OperationalError:
                assert self.process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.05)
            else:
                return
        raise AssertionError((self.folder / "log").read_text())

    def kill(self) -> None:
        """SIGKILL the server, all its processes at once, as a power cut would."""
        assert self.process is not None
        os.killpg(self.process.pid, 9)
        self.process.wait()
        # Its children leave its group; they end by themselves once the postmaster is gone.
        wait_until(lambda: not _alive_in(self.folder / "pg"), every_s=0.02)
        self.process = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(3)  # SIGQUIT: at once, its folder goes anyway
            self.process.wait(PATIENCE_S)
            self.process = None

    def address(self, database: str) -> str:
        return f"postgresql://seedbed@127.0.0.1:{self.port}/{database}"

    def execute(self, sql: str) -> None:
        import psycopg

        with psycopg.connect(self.address("postgres"), autocommit=True) as raw:
            raw.execute(sql)

    @contextmanager
    def database(self, *, empty: bool = False) -> Iterator[str]:
        """The address of a fresh database with our tables, or without any."""
        name = self._make_database("" if empty else f" TEMPLATE {_TEMPLATE}")
        try:
            yield self.address(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def lend(self) -> str:
        """The address of a database with our tables and no rows: emptied, if one is there."""
        import psycopg

        if not self._free:
            return self.address(self._make_database(f" TEMPLATE {_TEMPLATE}"))
        address = self._free.pop()
        with psycopg.connect(address) as raw:
            raw.execute(_EMPTY)
        return address

    def take_back(self, address: str) -> None:
        """Lend it to the next."""
        self._free.append(address)

    def _make_database(self, like: str) -> str:
        name = f"seedbed_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}{like}")
        return name


def _alive_in(data: Path) -> bool:
    """Whether a process still works in a folder."""
    for one in Path("/proc").glob("[0-9]*"):
        try:
            if (one / "cwd").resolve() == data and (one / "stat").read_text().split()[
                2
            ] not in "ZX":
                return True
        except OSError:
            continue
    return False


@contextmanager
def running(*, is_durable: bool = True) -> Iterator[Server]:
    """A server; the test is skipped where there is none."""
    pytest.importorskip("psycopg", reason="the extra `cluster` is not installed")
    programs, user = _programs(), _user()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    if os.geteuid() == 0 and user is None:
        pytest.skip("PostgreSQL refuses root, and there is no other user")
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        server = Server(programs, Path(folder), _free_port(), user, is_durable)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The server of this session, with a database to copy from."""
    from ingest.corpus.postgres.store import SharedCorpus

    with running(is_durable=False) as server:
        server.execute(f"CREATE DATABASE {_TEMPLATE}")
        SharedCorpus(server.address(_TEMPLATE)).close()
        yield server


@pytest.fixture
def database(postgres: Server) -> Iterator[str]:
    """The address of an empty database."""
    address = postgres.lend()
    yield address
    postgres.take_back(address)


@pytest.fixture
def corpus_of_postgres(database: str) -> Iterator[Corpus]:
    """An empty corpus there."""
    from ingest.corpus.postgres.store import SharedCorpus

    with closing(SharedCorpus(database)) as corpus:
        yield corpus
