"""A disk that fails or is full costs nothing that was acknowledged, and is told in plain words."""

from __future__ import annotations

import gzip
import random
import re
import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from ingest.archive import read_record, warc_name
from ingest.corpus import Corpus
from ingest.demo.resource import Resource
from ingest.demo.server import serve
from tests.appending import append, prints
from tests.demo_web import differences, environment, everything
from tests.patience import PATIENCE_S
from tests.taught import TEXTS, make_workspace, print_of, snapshot
from tests.test_middlewares import make_workspace as make_empty_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Contents: TypeAlias = list[list[dict[str, Any]]]

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")

PAGES, STORED = 14, 4  # addresses in all, and those of an earlier run
CASES, MANY_CASES = 40, 1000
FAILED, PARTIAL = 1, 6  # exit codes of a round: no run ended well, one did
WAL_WRITES = 250  # more than the daemon itself makes, fewer than the crawl
ERRORS = ("EIO", "ENOSPC", "EDQUOT")
NO_MORE = "EMFILE"  # file descriptors; only opening can meet it
ARCHIVE = f"archive/{warc_name(2, 'feeds')}"
#: Where a disk can fail, and at most how often an undisturbed run comes by.
PLACES = {
    ("pwrite64", "corpus.db-wal"): 400,
    ("fsync", "corpus.db-wal"): 15,
    ("ftruncate", "corpus.db-wal"): 1,
    ("pwrite64", "corpus.db"): 70,
    ("fsync", "corpus.db"): 2,
    ("pread64", "corpus.db"): 180,
    ("pread64", "corpus.db-wal"): 50,
    ("openat", "corpus.db"): 1,
    ("openat", "corpus.db-wal"): 1,
    ("openat", ARCHIVE): 1,
    ("write", ARCHIVE): 10,
    ("fsync", ARCHIVE): 10,
    ("fsync", "archive"): 1,
}
FTS_CHECK = "INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)"


@dataclass(frozen=True)
class Failure:
    """The n-th call that touches a file fails, and those after it if it lasts."""

    call: str
    file: str
    error: str
    nth: int
    lasts: bool

    def arguments(self, folder: Path, log: Path) -> list[str]:
        when = f"{self.nth}{'+' if self.lasts else ''}"
        return [
            f"-etrace={self.call}", f"-P{folder / self.file}", "-esignal=none", f"-o{log}",
            f"-einject={self.call}:error={self.error}:when={when}",
        ]  # fmt: skip


def failures(count: int) -> list[Failure]:
    rng = random.Random(11)
    places = list(PLACES)
    return [
        Failure(
            *(place := places[number % len(places)]),
            error=NO_MORE if place[0] == "openat" and number % 2 else rng.choice(ERRORS),
            nth=rng.randint(1, PLACES[place]),
            lasts=rng.random() < 0.7,
        )
        for number in range(count)
    ]


class Server:
    """Forks a process for each folder; see `tests.appending`."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.appending", "serve", str(PAGES)]
        self._process = subprocess.Popen(
            command, cwd=Path(__file__).parents[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        assert self._said() == "ready"

    def run(self, folder: Path, tracing: list[str]) -> int:
        """The exit code of one that works on a folder while it is traced."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{folder}\n")
        self._process.stdin.flush()
        subprocess.run(["strace", *tracing, "-p", self._said()], check=True, capture_output=True)
        return int(self._said())

    def close(self) -> None:
        self._process.communicate(timeout=PATIENCE_S)

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with closing(Server()) as one:
        yield one


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with an earlier run."""
    folder = tmp_path_factory.mktemp("base") / "w"
    workspace = make_workspace(folder)
    with closing(workspace.corpus()) as corpus:
        append(workspace, corpus, prints(STORED), tell=lambda _: None)
    return folder


@pytest.fixture(scope="module")
def calm(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Contents:
    return finished(shutil.copytree(base, tmp_path_factory.mktemp("calm") / "w"))


def finished(folder: Path) -> Contents:
    """The corpus once an undisturbed run has done the rest."""
    workspace = make_workspace(folder)
    with closing(workspace.corpus()) as corpus:
        append(workspace, corpus, prints(PAGES), tell=lambda _: None)
        return snapshot(corpus)


def check_sound(folder: Path, acknowledged: list[str]) -> None:
    with closing(Corpus(folder / "corpus.db")) as corpus:
        assert corpus.damage() == []
        corpus._run(FTS_CHECK)
        rows = corpus._rows(
            "SELECT p.url, f.warc, f.warc_offset FROM fetches f JOIN pages p ON p.id = f.page"
        )
    assert set(acknowledged) <= {row["url"] for row in rows}
    for row in rows:
        assert read_record(folder / "archive" / row["warc"], row["warc_offset"]).url == row["url"]


def disturb(server: Server, base: Path, place: Path, failure: Failure) -> tuple[int, int, str]:
    """How often it struck, the exit code and what was said; the rest is checked here."""
    folder = shutil.copytree(base, place / "w")
    code = server.run(folder, failure.arguments(folder, place / "log"))
    struck = (place / "log").read_text().count("(INJECTED)")
    said = (folder / "err").read_text()
    check_sound(folder, re.findall("stored (.*)", (folder / "out").read_text()))
    return struck, code, said


def check_told(said: str, folder: Path) -> None:
    """One line that names the file and what to do."""
    assert re.fullmatch(r"seedbed: [^\n]*\n", said), said
    assert f"{folder / 'corpus.db'}\n" in said or str(folder / "archive") in said
    assert re.search("make room|seedbed check|a folder to write in", said), said


def check_case(server: Server, base: Path, place: Path, failure: Failure) -> None:
    struck, code, said = disturb(server, base, place, failure)

    assert struck, "the call was not made so often"
    if failure.file.startswith("corpus.db") and code == 0:
        # Where the log is folded into the file at the end: it has it all, and is read again.
        assert said == ""
        assert len((place / "w" / "out").read_text().splitlines()) == PAGES - STORED
    else:
        assert code == 1
        check_told(said, place / "w")


@pytest.mark.parametrize("failure", failures(CASES), ids=str)
def test_disk_that_fails_loses_nothing_acknowledged_and_the_next_run_does_the_rest(
    server: Server, base: Path, calm: Contents, tmp_path: Path, failure: Failure
) -> None:
    check_case(server, base, tmp_path, failure)

    assert finished(tmp_path / "w") == calm


@pytest.mark.slow
def test_a_thousand_failures_of_the_disk(
    server: Server, base: Path, calm: Contents, tmp_path: Path
) -> None:
    for number, failure in enumerate(failures(MANY_CASES)):
        place = tmp_path / str(number)
        place.mkdir()
        check_case(server, base, place, failure)
        assert finished(place / "w") == calm, failure
        shutil.rmtree(place)


# -- a real round of the daemon -------------------------------------------------------------------


def news_web() -> dict[tuple[str, str], Resource]:
    """A feed and the articles that it names."""
    named = [print_of(text, "a.test") for text in TEXTS[:PAGES]]
    items = "".join(
        f"<item><title>{escape(one.title)}</title><link>{one.url}</link></item>" for one in named
    )
    rss = (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>A</title>{items}</channel></rss>'
    )
    feed = Resource(body=rss.encode(), content_type="application/rss+xml")
    pages = {("a.test", f"/{one.url.rpartition('/')[2]}"): Resource(body=one.body) for one in named}
    return {("a.test", "/feed"): feed, **pages}


def round_of(
    folder: Path, env: dict[str, str], tracing: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ingest", "run", "--once"]
    if tracing:
        command = ["strace", "-f", "--seccomp-bpf", *tracing, *command]
    (folder / "seedbed.toml").write_text(
        '[sources]\nfeeds = ["http://a.test/feed"]\n[crawl]\ndelay_s = 0.0\nsample_share = 0\n'
    )
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, check=False,
        timeout=PATIENCE_S,
    )  # fmt: skip


FULL_ARCHIVE = Failure("write", f"archive/{warc_name(1, 'feeds')}", "ENOSPC", nth=3, lasts=True)
FULL_CORPUS = Failure("pwrite64", "corpus.db-wal", "ENOSPC", nth=WAL_WRITES, lasts=True)


@pytest.mark.parametrize(
    "failure", [FULL_ARCHIVE, pytest.param(FULL_CORPUS, marks=pytest.mark.slow)]
)
def test_round_on_a_full_disk_fails_and_goes_on_when_there_is_room(
    tmp_path: Path, failure: Failure
) -> None:
    calm, folder = (make_empty_workspace(tmp_path / name, []) for name in ("calm", "full"))
    with serve(news_web()) as server:
        env = environment(server)
        assert round_of(calm, env).returncode == 0
        done = round_of(folder, env, failure.arguments(folder, tmp_path / "log"))

        assert "(INJECTED)" in (tmp_path / "log").read_text()
        assert done.returncode in (FAILED, PARTIAL), done.stderr
        assert "Traceback" not in done.stderr
        assert "make room" in done.stderr
        assert str(folder / failure.file.removesuffix("-wal")) in done.stderr
        with (folder / FULL_ARCHIVE.file).open("ab") as file:  # as if killed in mid-write, too
            file.write(b"\x1f\x8b torn")
        again = round_of(folder, env)

    assert again.returncode == 0, again.stderr
    check_sound(folder, [])
    gzip.decompress((folder / FULL_ARCHIVE.file).read_bytes())
    expected, got = everything(calm), everything(folder)
    for table, rows in expected.items():
        assert differences(got[table], rows) == [], table
