"""The archive and WARC files read by many processes: the corpus comes out the same."""

from __future__ import annotations

import errno
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from ingest.archives.files import warc_files
from ingest.bulk.crew import HomeCrew
from ingest.bulk.rereading import ShardedReadings
from ingest.bulk.runs import import_warcs
from ingest.bulk.shards import holding, sweep
from ingest.bulk.telling import Teller
from ingest.cli import main
from ingest.correcting import take_page
from ingest.errors import CrawlError
from ingest.extract import PageRead, read_page
from ingest.items import Reason, Rejection, Stage
from ingest.reextract import reextract
from ingest.workspace import Workspace
from tests import preloaded, taught
from tests.archive_web import OTHER, WarcMaker, page
from tests.rows import NOW
from tests.taught import all_prints, crawl, make_workspace, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ingest.bulk.crew import Crew
    from ingest.bulk.making import Made, Shard
    from ingest.reextract import Reextracted


PRINTS = all_prints()[::9]
_PAGES_A_SHARD = 3
_REFUSED = Rejection(stage=Stage.QUALITY, reason=Reason.LIST, detail="by an older version")
TICKER = "\nGold slips as traders wait for a rate decision, and the census finds more people alone."


def as_before(body: bytes, url: str, *args: Any, **kwargs: Any) -> PageRead:
    """What an older extractor made of a page."""
    read, way = read_page(body, url, *args, **kwargs), sum(url.encode()) % 3
    if read.article is None or way == 0:
        return read
    if way == 1:
        return replace(read, article=None, rejection=_REFUSED)
    return replace(
        read, article=replace(read.article, text=read.article.text + TICKER, extractor="old")
    )


@dataclass
class Crews:
    """Crews that are called together once for all tests."""

    opened: dict[int, HomeCrew]

    def of(self, processes: int) -> Callable[[], Crew]:
        def crew() -> Crew:
            if processes not in self.opened:
                self.opened[processes] = HomeCrew(processes)
            return self.opened[processes]

        return crew


@pytest.fixture(scope="module")
def crews() -> Iterator[Crews]:
    made = Crews({})
    yield made
    for crew in made.opened.values():
        crew.close()


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose pages an older version read."""
    folder = tmp_path_factory.mktemp("older") / "workspace"
    with pytest.MonkeyPatch.context() as patch, opened(folder) as (workspace, corpus):
        patch.setattr(taught, "read_page", as_before)
        crawl(workspace, corpus, PRINTS)
    return folder


def again(
    folder: Path,
    crew: Callable[[], Crew] | None = None,
    *,
    stop_after: int = 99,
    is_trial: bool = False,
) -> tuple[Reextracted, Teller]:
    """Read the archive of a workspace again; without a crew in the plain way."""
    workspace = Workspace.open(folder, {})
    teller = Teller(stream=None)
    shards = folder / "shards"

    def is_stopped() -> bool:
        return teller.pages >= stop_after

    with closing(workspace.corpus()) as corpus, holding(shards):
        readings = crew and ShardedReadings(
            workspace=workspace, corpus=corpus, folder=shards, crew=crew, teller=teller,
            is_stopped=is_stopped, most_pages=_PAGES_A_SHARD, is_trial=is_trial, pages_at_once=2,
        )  # fmt: skip
        told = reextract(
            workspace, corpus, now=NOW, is_trial=is_trial, is_stopped=is_stopped, readings=readings
        )
        if not is_stopped():
            sweep(shards, is_all=True)
    return told, teller


def exported(folder: Path) -> bytes:
    """Every row that can be exported, as bytes."""
    with closing(Workspace.open(folder, {}).corpus()) as corpus:
        return json.dumps([corpus.everything(), taught.snapshot(corpus)], default=str).encode()


@pytest.fixture(scope="module")
def expected(older: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Reextracted, bytes]:
    """What the plain way tells, and the corpus that it leaves."""
    folder = tmp_path_factory.mktemp("plain") / "workspace"
    shutil.copytree(older, folder)
    told, _ = again(folder)
    assert told.corrected > 1
    assert told.accepted > 1
    return told, exported(folder)


@pytest.fixture
def copy(older: Path, tmp_path: Path) -> Path:
    return shutil.copytree(older, tmp_path / "workspace")


@pytest.mark.parametrize("processes", [1, 3])
def test_any_number_of_processes_reads_the_archive_into_the_same_corpus(
    copy: Path, crews: Crews, expected: tuple[Reextracted, bytes], processes: int
) -> None:
    told, teller = again(copy, crews.of(processes))

    assert exported(copy) == expected[1]
    assert told == expected[0]
    assert teller.shards == -(-len(PRINTS) // _PAGES_A_SHARD)
    assert teller.pages == told.read == len(PRINTS)
    assert not (copy / "shards").exists()


def test_stopped_anywhere_and_gone_on_with_it_is_the_same_corpus(
    copy: Path, crews: Crews, expected: tuple[Reextracted, bytes]
) -> None:
    parts = [again(copy, crews.of(3), stop_after=pages)[0] for pages in (1, 4, 5)]
    last, _ = again(copy, crews.of(3))

    assert exported(copy) == expected[1]
    assert 0 < last.read < len(PRINTS)
    assert sum(one.corrected for one in (*parts, last)) == expected[0].corrected


def test_what_a_trial_had_read_is_not_read_again(
    copy: Path, crews: Crews, expected: tuple[Reextracted, bytes]
) -> None:
    before = exported(copy)
    trial, _ = again(copy, crews.of(3), is_trial=True, stop_after=len(PRINTS))
    untouched = exported(copy)
    told, teller = again(copy, lambda: pytest.fail("there is nothing to be made"))

    assert untouched == before
    assert (trial.fields, trial.examples) == (told.fields, told.examples)
    assert told == expected[0]
    assert teller.kept == teller.shards == -(-len(PRINTS) // _PAGES_A_SHARD)


def test_a_worker_that_dies_costs_its_shard_and_nothing_else(
    copy: Path, crews: Crews, expected: tuple[Reextracted, bytes]
) -> None:
    crew = crews.of(1)()
    assert isinstance(crew, HomeCrew)
    killed = threading.Timer(0.2, kill_one, [crew])
    killed.start()
    told, teller = again(copy, crews.of(1))
    killed.join()

    assert exported(copy) == expected[1]
    assert told.read == len(PRINTS)
    assert teller.pages == len(PRINTS)
    assert not (copy / "shards").exists(), "no stray file is left"


def kill_one(crew: HomeCrew) -> None:
    for pid in list(crew._pool._processes)[:1]:
        os.kill(pid, signal.SIGKILL)


class FullDisk:
    """A crew for whose shards there is no room."""

    size = 1
    lost: tuple[type[BaseException], ...] = ()

    def submit(self, shard: Shard) -> Future[Made]:
        del shard
        done: Future[Made] = Future()
        done.set_exception(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
        return done

    def close(self) -> None:
        pass


def test_a_disk_without_room_for_shards_is_named(copy: Path) -> None:
    before = exported(copy)
    with pytest.raises(CrawlError, match=r"no shard can be written in .*shards: No space left"):
        again(copy, FullDisk)

    assert exported(copy) == before


def test_pages_that_are_not_to_be_had_stay_and_are_counted(copy: Path, crews: Crews) -> None:
    before = exported(copy)
    for file in (copy / "archive").iterdir():
        file.unlink()
    told, teller = again(copy, crews.of(1), is_trial=True)

    assert (told.read, told.missing, told.failed) == (0, len(PRINTS), 0)
    assert teller.failed == 0
    assert exported(copy) == before


def test_a_page_beyond_its_time_is_named_and_stays(
    tmp_path: Path, crews: Crews, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = replace(PRINTS[0], url="http://slow.test/", paragraphs=("A line of it. " * 9,) * 15_000)
    calm = read_page(PRINTS[0].body, PRINTS[0].url, "utf-8", "text/html", now=NOW)
    with monkeypatch.context() as patch, opened(tmp_path) as (workspace, corpus):
        patch.setattr(taught, "read_page", lambda *_, **__: calm)
        crawl(workspace, corpus, [slow, PRINTS[1]])
    (tmp_path / "seedbed.toml").write_text("[crawl]\nextract_timeout_s = 0.5\n")
    told, teller = again(tmp_path, crews.of(1), is_trial=True)

    assert (told.read, told.failed, teller.failed) == (1, 1, 1)
    assert [(one.url, one.why) for one in told.unread] == [
        (slow.url, "extraction-timed-out: over 0.5 s")
    ]


DASK = """
import sys
from contextlib import closing
from pathlib import Path
from distributed import LocalCluster
from ingest.bulk.dask_crew import DaskCrew
from tests import test_bulk
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        with closing(DaskCrew(cluster.scheduler_address)) as crew:
            told, teller = test_bulk.again(Path(sys.argv[1]), lambda: crew)
            run = test_bulk.taken_in(Path(sys.argv[2]), lambda: crew)
    print(told.read, teller.shards, run["fetched"])
"""


def test_a_cluster_makes_the_same_of_both(
    copy: Path, tmp_path: Path, warcs: Path, expected: tuple[Reextracted, bytes], spidered: Path
) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    folder = shutil.copytree(warcs, tmp_path / "imported")
    (tmp_path / "on_dask.py").write_text(DASK)
    done = subprocess.run(
        [sys.executable, str(tmp_path / "on_dask.py"), str(copy), str(folder)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]

    assert done.stdout.split() == [str(len(PRINTS)), str(-(-len(PRINTS) // _PAGES_A_SHARD)), "8"]
    assert exported(copy) == expected[1]
    assert imported(folder) == imported(spidered)


# -- WARC files -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def warcs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with WARC files to be taken in, one cut off, one of a single gzip member."""
    folder = tmp_path_factory.mktemp("warcs") / "workspace"
    line = b"The talks between Azerbaijan and Russia went on in Baku today. "
    make_workspace(folder, {"one.txt": b"Talks in Baku\n" + line * 9})
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = ingest.settings\n")
    (folder / "in").mkdir()
    makers = [WarcMaker(), WarcMaker(), WarcMaker(is_packed=False)]
    for number in range(9):
        maker = makers[number % 3]
        maker.add(f"http://www.news{number % 4}.test/talks-{number}", page(number))
        maker.add(f"http://x.test/rome-{number}", OTHER).add("http://x.test/no", b"", "404 No")
    makers[0].add("http://www.news0.test/talks-0", page(0), date="2025-11-20T00:00:00Z")
    makers[0].write(folder / "in" / "a.warc.gz")
    (folder / "in" / "b.warc.gz").write_bytes(makers[1].bytes()[: makers[1].starts[6] + 99])
    (folder / "in" / "c.warc.gz").write_bytes(makers[2].as_one_member())
    return folder


@pytest.fixture(scope="module")
def spidered(warcs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same files taken in by the spider."""
    folder = tmp_path_factory.mktemp("spidered") / "workspace"
    shutil.copytree(warcs, folder)
    done = preloaded.scrapy("crawl", "warc", "-a", "file=in", cwd=folder, env=os.environ)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def taken_in(folder: Path, crew: Callable[[], Crew], *, stop_after: int = 99) -> dict[str, Any]:
    """The run of an import of all files of a workspace."""
    workspace = Workspace.open(folder, os.environ)
    files = warc_files([str(folder / "in")])
    teller = Teller(stream=None, is_bytes=True)

    def is_stopped() -> bool:
        return teller.pages >= stop_after

    with closing(workspace.corpus()) as corpus, holding(folder / "shards"):
        row = import_warcs(
            workspace, corpus, files, trigger="command", folder=folder / "shards", crew=crew,
            teller=teller, is_stopped=is_stopped,
        )  # fmt: skip
        if not is_stopped():
            sweep(folder / "shards", is_all=True)
        return row


_TOLD = (
    """SELECT p.key, f.outcome, f.at, f.capture, p.http_status
    FROM fetches f JOIN pages p ON p.id = f.page ORDER BY p.key, f.at""",
    "SELECT key, value FROM topic_state WHERE key LIKE 'warc %' ORDER BY key",
    "SELECT p.key, r.route FROM routes r JOIN pages p ON p.id = r.page ORDER BY p.key, r.route",
)
_COUNTS = (
    "SELECT sum(fetched), sum(new_articles), sum(copies), sum(off_topic), sum(errors) FROM runs"
)


def imported(folder: Path) -> bytes:
    with closing(Workspace.open(folder, {}).corpus()) as corpus:
        rows = [corpus._rows(question) for question in (*_TOLD, _COUNTS)]
    return exported(folder) + json.dumps(rows, default=str).encode()


def test_an_import_is_what_the_spider_makes_of_the_files(
    warcs: Path, tmp_path: Path, crews: Crews, spidered: Path
) -> None:
    folder = shutil.copytree(warcs, tmp_path / "workspace")
    row = taken_in(folder, crews.of(3))
    same = imported(folder)
    second = taken_in(folder, crews.of(3))

    assert same == imported(spidered)
    assert (row["spider"], row["outcome"], row["fetched"], row["requests"]) == (
        "warc", "finished", 8, 0,
    )  # fmt: skip
    assert row["message"].startswith("b.warc.gz: the file ends in the middle of a record")
    assert second["fetched"] == 0, "what was read is not read again"
    assert not (folder / "shards").exists()


def test_an_import_that_is_stopped_goes_on_and_a_shard_taken_in_twice_changes_nothing(
    warcs: Path, tmp_path: Path, crews: Crews, spidered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.bulk.importing._PAGES_AT_ONCE", 1)
    folder = shutil.copytree(warcs, tmp_path / "workspace")
    rows = [taken_in(folder, crews.of(3), stop_after=pages) for pages in (1, 3, 2)]
    rows.append(taken_in(folder, crews.of(1)))

    # The second round meets a capture that is older than what is known.
    assert [row["fetched"] for row in rows] == [1, 2, 2, 3]
    assert [row["outcome"] for row in rows] == ["interrupted"] * 3 + ["finished"]
    assert exported(folder) == exported(spidered)


def test_files_of_one_name_that_begin_alike_are_each_taken_in_whole(
    warcs: Path, tmp_path: Path, crews: Crews
) -> None:
    folder = shutil.copytree(warcs, tmp_path / "workspace")
    shutil.rmtree(folder / "in")
    common = WarcMaker().add("http://www.news.test/talks-0", page(0)).bytes()
    for name, numbers in (("long", (1, 2, 3)), ("other", (4, 5))):
        (folder / "in" / name).mkdir(parents=True)
        rest = WarcMaker()
        for number in numbers:
            rest.add(f"http://www.news.test/talks-{number}", page(number))
        (folder / "in" / name / "a.warc.gz").write_bytes(common + rest.bytes())
    row = taken_in(folder, crews.of(2))

    assert (row["fetched"], row["new_articles"]) == (6, 6)
    assert row["message"] is None


def test_a_copy_of_a_file_is_passed_over_and_what_stands_behind_it_is_read(
    warcs: Path, tmp_path: Path, crews: Crews
) -> None:
    folder = shutil.copytree(warcs, tmp_path / "workspace")
    once = taken_in(folder, crews.of(2))
    shutil.rmtree(folder)
    shutil.copytree(warcs, folder)
    (folder / "in" / "aa").mkdir()
    shutil.copy2(folder / "in" / "a.warc.gz", folder / "in" / "aa" / "a.warc.gz")
    (folder / "in" / "z-again.warc.gz").symlink_to("b.warc.gz")
    row = taken_in(folder, crews.of(2))

    assert row["outcome"] == "finished"
    assert (row["fetched"], row["message"]) == (once["fetched"], once["message"])
    assert not list((folder / "shards").glob("*.jsonl.gz"))


def test_a_page_that_cannot_be_judged_costs_itself_alone(
    warcs: Path, tmp_path: Path, crews: Crews, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_at_one(*args: Any) -> Any:
        if args[2].url.endswith("talks-3"):
            raise ValueError("odd page")
        return take_page(*args)

    monkeypatch.setattr("ingest.bulk.importing.take_page", break_at_one)
    folder = shutil.copytree(warcs, tmp_path / "workspace")
    row = taken_in(folder, crews.of(1))

    assert (row["fetched"], row["errors"], row["new_articles"]) == (8, 1, 7)
    assert "1 of 8 lost to an error of this program" in row["message"]
    assert row["outcome"] == "finished"


def test_the_command_says_what_came_of_it(
    warcs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shutil.copytree(warcs, tmp_path / "workspace")
    code = main(
        ["-w", str(folder), "import-warc", str(folder / "in" / "a.warc.gz"), "--processes", "1"]
    )

    told = capsys.readouterr().out.splitlines()
    with closing(Workspace.open(folder, {}).corpus()) as corpus:
        held = corpus.summary()

    assert code == 0
    assert told[0].startswith("run 1 warc finished")
    articles = f"{held['articles']} article{'s' * (held['articles'] != 1)}"
    assert told[-1] == f"the corpus has {articles} and {held['copies']} copies now"


def test_what_is_not_there_or_no_warc_file_is_a_wrong_call_and_no_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_workspace(tmp_path)
    for name, body in (
        ("a.txt", b"text"),
        ("b.warc.gz", gzip.compress(b"text")),
        ("c.gz", b"\x1f\x8b"),
    ):
        (tmp_path / name).write_bytes(body)
    WarcMaker().add("http://a.test/", OTHER).write(tmp_path / "d.warc.gz")
    for names in (
        ["nowhere.warc"],
        ["a.txt"],
        ["b.warc.gz"],
        ["c.gz"],
        ["d.warc.gz", "a.txt"],
        ["."],
    ):
        paths = [str(tmp_path / name) for name in names]
        if names == ["."]:  # of a folder one that is a WARC file is enough
            (tmp_path / "d.warc.gz").unlink()

        assert main(["-w", str(tmp_path), "import-warc", *paths]) == 2, names
        assert paths[-1].rstrip(".") in capsys.readouterr().err
    assert not (tmp_path / "corpus.db").exists()


@pytest.mark.parametrize(
    ("toml", "is_terminal", "level"),
    [("", True, "WARNING"), ("", False, "INFO"), ('[log]\nlevel = "info"\n', True, "INFO")],
)
def test_on_a_terminal_progress_stands_alone_unless_the_settings_say_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toml: str, level: str, *, is_terminal: bool
) -> None:
    levels: list[str] = []
    make_workspace(tmp_path, toml=toml)
    monkeypatch.setattr("sys.stderr.isatty", lambda: is_terminal)
    monkeypatch.setattr("ingest.log.configure", lambda level, _format: levels.append(level))
    main(["-w", str(tmp_path), "import-warc", "nowhere.warc"])

    assert levels == [level]
