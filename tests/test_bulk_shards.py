"""Files of shards, their order, and what is said of how long it takes."""

from __future__ import annotations

import fcntl
import io
import json
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.bulk.estimate import Estimate, Pace
from ingest.bulk.making import Made
from ingest.bulk.order import in_order
from ingest.bulk.readings import read_of, row_of
from ingest.bulk.rereading import MOST_PAGES, pages_a_shard
from ingest.bulk.shards import ShardDamaged, holding, is_whole, read_shard, sweep, write_shard
from ingest.bulk.telling import Teller, in_words
from ingest.errors import BulkBusy, ConfigError, CrawlError
from ingest.extract import PageRead
from ingest.extract.lines import PageLines
from ingest.extract.surroundings import Place
from ingest.items import Article, Block, Kind, Reason, Rejection, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEXTS = st.text(max_size=20)
ROWS = st.lists(st.dictionaries(TEXTS, st.one_of(TEXTS, st.integers(), st.none())), max_size=8)
PUBLISHED = datetime(2025, 7, 1, 9, 30, 1, 250, tzinfo=timezone(timedelta(hours=4)))
FULL = Article(
    url="http://a.test/", title="A \udc80 title", text="One.\nTwo \x00.", standfirst="S",
    published=PUBLISHED, published_confidence=0.5, modified=PUBLISHED, author="Ann, Bob",
    agency="Agency", language="az", section="News", outlet_name="A", picture="http://a.test/p",
    is_paywalled=False, provenance=(("title", "h1"),), extractor="x 1", kind=Kind.LIVE,
    links=(("http://b.test/", "b"),), line_kinds="ps", left_out=((1, "line"),),
)  # fmt: skip
REFUSED = Rejection(stage=Stage.QUALITY, reason=Reason.LIST, detail="41 links")
READS = [
    PageRead(
        article=FULL, rejection=None, canonical="http://a.test/", links=(("http://b.test/", "b"),),
        places={"http://b.test/": Place(Block.BODY, "said")}, feeds=("http://a.test/f",),
        alternates=("http://a.test/az",),
        lines=PageLines(address="a.test/", headline=2**63, packed=(1, 2**64 - 1)),
    ),
    PageRead(article=None, rejection=REFUSED),
]  # fmt: skip


@pytest.mark.parametrize("read", READS, ids=["an article", "a refusal"])
def test_a_reading_comes_back_from_its_file_as_it_was(tmp_path: Path, read: PageRead) -> None:
    write_shard(tmp_path / "one.jsonl.gz", [row_of(read)])
    (row,) = read_shard(tmp_path / "one.jsonl.gz")

    assert read_of(row) == read
    assert repr(read_of(row)) == repr(read)


def test_the_example_says_something_in_every_field() -> None:
    defaults = Article(url="", title="", text="")

    assert [one.name for one in fields(Article)
            if getattr(FULL, one.name) == getattr(defaults, one.name)] == []  # fmt: skip


@settings(max_examples=20)  # each waits for the disk
@given(rows=ROWS)
def test_rows_come_back_and_the_same_rows_are_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("shards")
    write_shard(folder / "a.jsonl.gz", rows)
    write_shard(folder / "b.jsonl.gz", iter(rows))

    assert list(read_shard(folder / "a.jsonl.gz")) == rows
    assert (folder / "a.jsonl.gz").read_bytes() == (folder / "b.jsonl.gz").read_bytes()
    assert sorted(one.name for one in folder.iterdir()) == ["a.jsonl.gz", "b.jsonl.gz"]


def test_a_shard_that_fails_half_way_is_not_there(tmp_path: Path) -> None:
    def rows() -> Iterator[dict[str, Any]]:
        yield {"a": 1}
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_shard(tmp_path / "a.jsonl.gz", rows())

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("cut", [0, 1, 20, -1])
def test_a_damaged_shard_is_known_and_made_anew(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.jsonl.gz"
    write_shard(path, [{"number": number} for number in range(200)])
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ShardDamaged):
        list(read_shard(path))

    assert not is_whole(path)
    assert not path.exists()


def test_strays_are_swept_and_shards_stay(tmp_path: Path) -> None:
    write_shard(tmp_path / "a.jsonl.gz", [])
    (tmp_path / ".b.jsonl.gz.host-1.seedbed-partial").write_bytes(b"half")

    assert sweep(tmp_path) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["a.jsonl.gz"]
    assert sweep(tmp_path, is_all=True) == 1


def test_a_folder_that_another_command_left_while_it_was_opened_is_held_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, flock = tmp_path / "shards" / "kind", fcntl.flock
    left = list[str]()

    def leave_before(descriptor: int, how: int) -> None:
        if not left:  # who held it ends between our opening the lock and having it
            left.append("once")
            shutil.rmtree(folder.parent)
        flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", leave_before)
    with holding(folder):
        assert folder.is_dir()
        with pytest.raises(BulkBusy), holding(folder):
            pass
    assert left


def test_threads_that_write_one_shard_write_it_whole(tmp_path: Path) -> None:
    path, rows = tmp_path / "a.jsonl.gz", [{"row": number} for number in range(2000)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: write_shard(path, rows), range(12)))

    assert list(read_shard(path)) == rows
    assert [one.name for one in tmp_path.iterdir()] == ["a.jsonl.gz"]


def test_one_command_works_in_a_folder_and_leaves_none_behind(tmp_path: Path) -> None:
    folder = tmp_path / "shards" / "kind"
    with holding(folder), pytest.raises(BulkBusy), holding(folder):
        pass
    assert not folder.parent.exists()
    with holding(folder):
        write_shard(folder / "a.jsonl.gz", [])

    assert is_whole(folder / "a.jsonl.gz")
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be used"), holding(tmp_path / "file" / "x"):
        pass


# -- order ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FakeShard:
    name: str
    path: Path


class Died(Exception):
    pass


class FakeCrew:
    """Makes shards as it is told: the last handed out first; some die some times."""

    size = 2
    lost = (Died,)

    def __init__(self, deaths: dict[str, int] | None = None) -> None:
        self.deaths = deaths or {}
        self.made: list[str] = []

    def submit(self, shard: Any) -> Future[Made]:
        future: Future[Made] = Future()
        if self.deaths.get(shard.name, 0):
            self.deaths[shard.name] -= 1
            future.set_exception(Died(shard.name))
            return future
        write_shard(shard.path, [])
        self.made.append(shard.name)
        future.set_result(Made(name=shard.name, pages=1))
        return future

    def close(self) -> None:
        pass


def shards(folder: Path, number: int = 9) -> list[Any]:
    return [FakeShard(f"{one}", folder / f"{one}.jsonl.gz") for one in range(number)]


def ordered(crew: FakeCrew, given: list[Any]) -> list[str]:
    told: list[tuple[str, bool]] = []
    coming = in_order(
        given, lambda: crew, is_stopped=lambda: False,
        on_made=lambda shard, made: told.append((shard.name, made is None)),
    )  # fmt: skip
    names = [shard.name for shard in coming]
    assert [name for name, _ in told] == names
    return names


def test_shards_come_in_their_order_and_what_is_finished_is_not_made_again(tmp_path: Path) -> None:
    given = shards(tmp_path)
    write_shard(given[3].path, [])
    crew = FakeCrew({"1": 2})

    assert ordered(crew, given) == [str(one) for one in range(9)]
    assert sorted(crew.made) == ["0", "1", "2", "4", "5", "6", "7", "8"]


def test_a_shard_that_kills_every_worker_ends_it_and_names_itself(tmp_path: Path) -> None:
    with pytest.raises(CrawlError, match="the workers of 1 died"):
        ordered(FakeCrew({"1": 99}), shards(tmp_path))


def test_only_a_few_are_made_ahead(tmp_path: Path) -> None:
    crew = FakeCrew()
    coming = in_order(
        shards(tmp_path, 99), lambda: crew, is_stopped=lambda: False, on_made=lambda *_: None
    )
    next(coming)

    assert len(crew.made) == 5
    coming.close()


# -- how long it takes ----------------------------------------------------------------------------


@given(
    rate=st.floats(0.01, 1e4), seconds=st.floats(10, 1e4), total=st.floats(0, 1e9),
    parts=st.integers(1, 10_000),
)  # fmt: skip
def test_an_estimate_holds_what_an_even_pace_takes_and_narrows(
    rate: float, seconds: float, total: float, parts: int
) -> None:
    pace = Pace()
    pace.note(0, 0)
    pace.note(seconds, rate * seconds)
    left, later = pace.left(total, parts), pace.left(total, parts + 1)
    true = max(0.0, total - rate * seconds) / rate

    assert left is not None
    assert later is not None
    assert left.least_s <= true * 1.001
    assert true <= left.most_s * 1.001
    assert later.most_s - later.least_s <= left.most_s - left.least_s + 1e-6


def test_nothing_is_said_of_the_time_before_anything_is_known() -> None:
    pace = Pace()
    pace.note(0, 0)
    assert pace.left(100, 0) is None
    pace.note(1, 10)

    assert pace.left(100, 1) is None, "one second tells nothing"


def test_the_rate_is_that_of_the_last_minutes() -> None:
    pace = Pace()
    for minute in range(60):
        pace.note(minute * 60.0, minute * 60.0 * 100)
    for minute in range(60, 70):
        pace.note(minute * 60.0, 59 * 6000 + (minute - 59) * 60.0)

    assert pace.per_s == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("least", "most", "said"),
    [(100, 300, "2 min to 5 min"), (3600, 3700, "about 1.0 h"), (0, 0, "about 1 s")],
)
def test_time_is_one_number_where_it_is_known_well(least: float, most: float, said: str) -> None:
    assert in_words(Estimate(least, most)) == said


def test_a_log_is_told_now_and_then_how_far_it_is(tmp_path: Path) -> None:
    now = [0.0]
    stream = io.StringIO()
    teller = Teller(stream=stream, clock=lambda: now[0])
    teller.begin(1000)
    (shard,) = shards(tmp_path, 1)
    for second in range(100):
        now[0] = float(second)
        if second % 10 == 9:
            teller.made(shard, Made(name="x", pages=20, failed=second == 9))
            teller.took_shard()
        teller.took(2, pages=2)
    lines = stream.getvalue().splitlines()

    assert len(lines) == 3
    assert lines[-1].startswith("9 shards made, 9 taken in; 182 of 1,000 pages; 2.0 pages/s; "
                                "1 unreadable; 5 min to 9 min left")  # fmt: skip


@given(pages=st.integers(0, 10**8))
def test_shards_are_many_enough_and_never_large(pages: int) -> None:
    size = pages_a_shard(pages)

    assert 64 <= size <= MOST_PAGES
    assert pages < 1024 or pages / size >= 16
    assert json.dumps(size)
    assert pages_a_shard(pages + 1) >= size


def test_a_read_of_a_later_day_is_another(tmp_path: Path) -> None:
    later = replace(READS[0], article=replace(FULL, published=PUBLISHED + timedelta(seconds=1)))
    write_shard(tmp_path / "a.jsonl.gz", [row_of(later)])

    assert [read_of(row) for row in read_shard(tmp_path / "a.jsonl.gz")] != [READS[0]]
