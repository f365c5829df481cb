"""The power fails at any moment: what was acknowledged is there, and the file is sound."""

from __future__ import annotations

import gzip
import random
import shutil
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest.archive import read_record
from ingest.corpus import Corpus
from ingest.errors import CorpusError
from tests.appending import NESTED, OURS, append, prints
from tests.crash_states import Disk, python, traced
from tests.taught import make_workspace, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.crash_states import Event

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")

PAGES = 32
STATES = 300
MANY_STATES = 5000
BITES = 100  # states of settings that are not ours
MENDED = 30  # states around the mending of an archive
EMPTY = 0.05  # share of states in which nothing is stored yet
ARCHIVE = "kept/raw/pages"
FTS_CHECK = "INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)"


@dataclass
class Told:
    """What came of the states of one trace."""

    states: int = 0
    corrupt: list[str] = field(default_factory=list)
    lossy: int = 0  #: states
    lost: int = 0  #: acknowledged pages, over all states
    dangling: list[str] = field(default_factory=list)  #: rows whose record is not in the archive


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory: the states are written and read hundreds of times."""
    memory = Path("/dev/shm")  # a folder of our own in it
    made = tmp_path_factory.mktemp("states")
    if not memory.is_dir():
        yield made
        return
    room = memory / f"seedbed-{made.parent.name}-{made.name}"
    room.mkdir()
    yield room
    shutil.rmtree(room)


def trace(room: Path, synchronous: str) -> tuple[Path, list[Event]]:
    folder = room / f"{synchronous}-w"
    return folder, traced_on(folder, room / "trace", PAGES, synchronous)


def traced_on(folder: Path, log: Path, pages: int, synchronous: str = OURS) -> list[Event]:
    command = python("-m", "tests.appending", str(folder), str(pages), synchronous)
    events = list(traced(command, log, cwd=Path(__file__).parents[1]))
    log.unlink()
    return events


@pytest.fixture(scope="module")
def full(room: Path) -> tuple[Path, list[Event]]:
    return trace(room, OURS)  # as the program itself opens its corpus


def acknowledged(event: Event) -> str | None:
    said = event.body.decode() if event.body.startswith(b"stored ") else ""
    return said.split()[1] if said else None


def states(
    folder: Path, events: list[Event], count: int
) -> Iterator[tuple[dict[str, bytes], list[str]]]:
    """Crash states with what was acknowledged until then."""
    rng = random.Random(7)
    first = next(number for number, event in enumerate(events) if acknowledged(event))
    ours = [number for number, event in enumerate(events) if folder in event.path.parents]
    empty = int(count * EMPTY)
    crashes = sorted(
        rng.choices([one for one in ours if one <= first], k=empty)
        + rng.choices([one for one in ours if one > first], k=count - empty)
    )
    disk, stored = Disk(folder), list[str]()
    for number, event in enumerate(events):
        while crashes and crashes[0] == number:  # before this event
            crashes.pop(0)
            yield disk.crash(rng), list(stored)
        disk.feed(event)
        if url := acknowledged(event):
            stored.append(url)


def judge(folder: Path, events: list[Event], room: Path, count: int) -> Told:
    told = Told()
    for found, stored in states(folder, events, count):
        told.states += 1
        place = room / "state"
        lay(place, found)
        try:
            look(place, stored, told)
        except CorpusError as exc:
            told.corrupt.append(str(exc))
    return told


def lay(place: Path, found: dict[str, bytes]) -> None:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for name, body in found.items():
        (place / name).parent.mkdir(exist_ok=True, parents=True)
        (place / name).write_bytes(body)


def look(place: Path, stored: list[str], told: Told) -> None:
    with closing(Corpus(place / "corpus.db")):
        pass  # it takes up what the log holds
    with closing(Corpus(place / "corpus.db")) as corpus:
        if damage := corpus.damage():
            told.corrupt.append(damage[0])
            return
        corpus._run(FTS_CHECK)
        rows = corpus._rows(
            "SELECT p.url, f.outcome, f.warc, f.warc_offset FROM fetches f JOIN pages p "
            "ON p.id = f.page"
        )
    missing = set(stored) - {row["url"] for row in rows}
    told.lossy += bool(missing)
    told.lost += len(missing)
    for row in rows:
        try:
            record = read_record(place / ARCHIVE / row["warc"], row["warc_offset"])
        except (OSError, ValueError) as exc:
            told.dangling.append(f"{row['url']}: {exc}")
        else:
            assert record.url == row["url"]


def without_sync(events: list[Event], *names: str) -> list[Event]:
    """The same trace, had the process not waited for these files and folders."""
    return [event for event in events if event.call != "fsync" or event.path.name not in names]


def check_nothing_lost(told: Told, count: int) -> None:
    assert told.states == count
    assert told.corrupt == []
    assert told.lost == 0
    assert told.dangling == []


def test_power_loss_costs_nothing_that_was_acknowledged(
    full: tuple[Path, list[Event]], room: Path
) -> None:
    check_nothing_lost(judge(*full, room, STATES), STATES)


@pytest.mark.slow
def test_thousands_of_power_failures(full: tuple[Path, list[Event]], room: Path) -> None:
    told = judge(*full, room, MANY_STATES)
    print(told)  # noqa: T201  # for docs/reliability.md

    check_nothing_lost(told, MANY_STATES)


def test_a_corpus_that_does_not_wait_for_its_log_loses_pages(room: Path) -> None:
    told = judge(*trace(room, "NORMAL"), room, BITES)

    assert told.corrupt == []
    assert told.lossy > BITES // 4
    assert told.lost > told.lossy


def test_a_corpus_that_waits_for_nothing_is_corrupted(room: Path) -> None:
    told = judge(*trace(room, "OFF"), room, BITES)

    assert len(told.corrupt) > BITES // 30


def test_an_archive_that_is_not_waited_for_leaves_rows_without_records(
    full: tuple[Path, list[Event]], room: Path
) -> None:
    folder, events = full
    files = {event.path.name for event in events if event.path.parent.name == "pages"}
    # Records; the file's name; the names of its folders.
    for names in (files, ["pages"], ["raw"], ["kept"], [folder.name]):
        told = judge(folder, without_sync(events, *names), room, BITES // 4)

        assert told.dangling, names


def test_a_run_after_a_power_failure_ends_with_the_corpus_of_an_undisturbed_one(
    full: tuple[Path, list[Event]], room: Path
) -> None:
    calm = finished(room / "calm")
    for number, (found, stored) in enumerate(states(*full, 4)):
        place = room / f"shaken-{number}"
        lay(place, found)

        assert finished(place) == calm, f"with {len(stored)} stored"
        for file in (place / ARCHIVE).iterdir():
            gzip.decompress(file.read_bytes())  # every member is whole


def finished(place: Path, pages: int = PAGES) -> list[list[dict[str, Any]]]:
    workspace = make_workspace(place, toml=NESTED)
    with closing(workspace.corpus()) as corpus:
        append(workspace, corpus, prints(pages), tell=lambda _: None)
        return snapshot(corpus)


@pytest.mark.parametrize("held", ["once", "by a backup too"])
def test_power_that_fails_again_while_an_archive_is_mended_costs_nothing(
    full: tuple[Path, list[Event]], room: Path, held: str
) -> None:
    lies, stored = torn(*full)
    is_in_a_backup = held != "once"
    place, kept = room / f"mended-{is_in_a_backup}", room / "a-backup"
    lay(place, lies)
    (file,) = (place / ARCHIVE).iterdir()
    if is_in_a_backup:  # as a hard link, which is not to change
        kept.unlink(missing_ok=True)
        kept.hardlink_to(file)
    events = traced_on(place, room / "trace", len(stored) + 2)
    ours = [
        number
        for number, event in enumerate(events)
        if event.path.parent == file.parent and event.call != "seek"
    ]
    is_mended = {event.call for event in events if event.path.name.startswith(f".{file.name}")}

    told = Told()
    for found in around(place, events, lies, ours):
        told.states += 1
        lay(room / "state", found)
        look(room / "state", stored, told)

    assert ("rename" in is_mended) == is_in_a_backup
    assert not is_in_a_backup or kept.read_bytes() == lies[f"{ARCHIVE}/{file.name}"]
    check_nothing_lost(told, MENDED)
    finished(room / "state", len(stored) + 2)
    gzip.decompress((room / "state" / ARCHIVE / file.name).read_bytes())


def torn(folder: Path, events: list[Event]) -> tuple[dict[str, bytes], list[str]]:
    """A state with pages stored, and the beginning of another record behind them."""
    found, stored = next(one for one in states(folder, events, BITES) if len(one[1]) >= 5)
    (name,) = (one for one in found if one.startswith(ARCHIVE))
    return {**found, name: found[name] + found[name][:300]}, stored


def around(
    place: Path, events: list[Event], lies: dict[str, bytes], numbers: list[int]
) -> Iterator[dict[str, bytes]]:
    """Crash states of a disk on which that lay, after some events."""
    rng, disk = random.Random(8), Disk(place)
    disk.load(lies)
    crashes = Counter(numbers[number % len(numbers)] for number in range(MENDED))
    for number, event in enumerate(events):
        disk.feed(event)
        for _ in range(crashes[number]):
            yield disk.crash(rng)


def test_a_corpus_is_opened_so_that_every_commit_reaches_the_disk(tmp_path: Path) -> None:
    with closing(Corpus(tmp_path / "corpus.db")) as corpus:
        assert corpus._value("PRAGMA synchronous") == 2  # FULL; sqlite.org/pragma.html
        assert corpus._value("PRAGMA journal_mode") == "wal"
