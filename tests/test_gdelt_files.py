"""GDELT's lists and packed files, and what was read of them; pure."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import zipfile
import zlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.gdelt import demo_topic, make_row, make_zip
from ingest.gdelt.files import STEP, BulkFile, Stream, read_list
from ingest.gdelt.match import match
from ingest.gdelt.progress import Progress, days
from ingest.gdelt.rows import read_row
from ingest.gdelt.searching import ListSearch
from ingest.gdelt.spans import Spans
from ingest.gdelt.unpack import LONGEST_LINE_BYTES, lines_of_zip
from tests.patience import PATIENCE_S

AT = datetime(2025, 7, 3, 9, 15, tzinfo=UTC)
TOPIC = demo_topic()
LIST = b"""8412 1f0e11112222333344445555666677ff http://data.gdeltproject.org/gdeltv2/20250703091500.export.CSV.zip
9120 77aa11112222333344445555666677ff http://data.gdeltproject.org/gdeltv2/20250703091500.mentions.CSV.zip
3954123 C0DE11112222333344445555666677FF http://data.gdeltproject.org/gdeltv2/20250703091500.gkg.csv.zip
x y z
12 c0de11112222333344445555666677ff http://data.gdeltproject.org/gdeltv2/20259903091500.gkg.csv.zip
"""

# The lists


def test_list_names_its_gkg_file_and_no_other() -> None:
    (found,) = read_list(LIST, Stream.ENGLISH)

    assert found == BulkFile(
        at=AT, name="20250703091500.gkg.csv.zip", size_bytes=3_954_123,
        md5="c0de11112222333344445555666677ff",
    )  # fmt: skip
    assert not [*read_list(LIST, Stream.TRANSLATED)]


def test_list_of_translated_files_is_told_apart() -> None:
    listed = LIST.replace(b".gkg.", b".translation.gkg.")

    assert [one.name for one in read_list(listed, Stream.TRANSLATED)] == [
        "20250703091500.translation.gkg.csv.zip"
    ]
    assert not [*read_list(listed, Stream.ENGLISH)]


@given(st.binary(max_size=400) | st.text("0123456789 abcdef\n/.gkgcsvzip", max_size=400))
def test_any_list_is_read_or_passed_over(body: bytes | str) -> None:
    raw = body.encode() if isinstance(body, str) else body

    assert all(one.at.minute % 15 == 0 for one in read_list(raw, Stream.ENGLISH))


def master(hours: int) -> bytes:
    lines = []
    for step in range(hours * 4):
        at = AT + STEP * step
        lines += [
            f"7 {'0' * 32} http://data.gdeltproject.org/gdeltv2/{at:%Y%m%d%H%M%S}{kind}.zip\n"
            for kind in (".export.CSV", ".mentions.CSV", ".gkg.csv")
        ]
    return "".join(lines).encode()


LONG_LIST = master(24 * 100)


def run_search(search: ListSearch, body: bytes) -> int:
    """Play the server; how many slices it gave."""
    for asked in range(1, 100):
        first, _, last = search.range_header.removeprefix("bytes=").partition("-")
        start = int(first) if first else max(len(body) - int(last), 0)
        end = int(last) + 1 if first else len(body)
        search.take(body[start:end], start=start, total=len(body))
        if search.is_done:
            return asked
    pytest.fail("it does not end")


@given(start=st.integers(-50, 24 * 400), count=st.integers(1, 400))
@settings(max_examples=40, deadline=None)
def test_days_are_found_in_few_slices_of_a_long_list(start: int, count: int) -> None:
    first, last = AT + STEP * start, AT + STEP * (start + count - 1)
    search = ListSearch(stream=Stream.ENGLISH, first=first, last=last)
    slices = run_search(search, LONG_LIST)

    end = AT + STEP * (24 * 400 - 1)
    assert sorted(search.files) == [
        at for n in range(count) if AT <= (at := first + STEP * n) <= end
    ]
    assert slices <= 14


def test_search_of_what_is_no_list_ends() -> None:
    search = ListSearch(stream=Stream.ENGLISH, first=AT, last=AT)

    with pytest.raises(ValueError, match="no such list"):
        search.take(b"<html>", start=0, total=6)


# What was read

TIMES = st.lists(st.integers(0, 60), max_size=40)


@given(TIMES, st.integers(0, 60), st.integers(0, 60))
def test_spans_know_what_is_missing_whatever_the_order(
    steps: list[int], first: int, last: int
) -> None:
    spans = Spans()
    for step in steps:
        spans = spans.with_time(AT + STEP * step)
    other = Spans()
    for step in reversed(steps):
        other = other.with_time(AT + STEP * step)
    missing = [*spans.missing(AT + STEP * first, AT + STEP * last)]

    assert spans == other == Spans.of_stamps(spans.stamps())
    assert missing == [AT + STEP * n for n in range(first, last + 1) if n not in steps]
    assert all(AT + STEP * step in spans for step in steps)


def test_first_run_reads_the_newest_file_alone() -> None:
    plan = Progress(seeds="a").plan(AT, catch_up=timedelta(days=1), past=None)

    assert (plan.news, plan.past, plan.is_whole) == ((AT,), (), True)


def test_news_come_before_the_past_and_a_limit_leaves_the_rest() -> None:
    progress = Progress(seeds="a").with_read(AT, follows=True)
    newest = AT + STEP * 3
    past = days(date(2025, 7, 1), date(2025, 7, 1))
    plan = progress.plan(newest, catch_up=timedelta(days=1), past=past, limit=5)

    assert plan.news == (newest, AT + STEP * 2, AT + STEP)
    assert plan.past == (past[0], past[0] + STEP)
    assert not plan.is_whole


def test_missed_files_beyond_the_reach_are_counted() -> None:
    progress = Progress(seeds="a").with_read(AT, follows=True)
    newest, reach = AT + STEP * 10, STEP * 2 - timedelta(minutes=4)
    plan = progress.plan(newest, catch_up=reach, past=None)
    again = progress.after_gap(newest, reach).plan(newest, catch_up=reach, past=None)

    assert plan.news == (newest, newest - STEP, newest - STEP * 2)
    assert plan.given_up == 7
    assert (again.news, again.given_up) == (plan.news, 0)


def test_progress_is_kept_and_counts_for_the_same_seeds_only() -> None:
    past = AT - timedelta(days=3)
    progress = Progress(seeds="a").with_read(past, follows=False).with_read(AT, follows=True)
    progress = progress.with_damaged(AT + STEP, follows=True)
    kept = Progress.from_json(progress.to_json(), seeds="a")
    anew = Progress.from_json(progress.to_json(), seeds="b")

    assert kept == progress
    assert past not in anew.read
    assert anew.plan(AT + STEP, catch_up=timedelta(days=1), past=None).news == (AT + STEP,)


def test_damaged_file_is_given_up_after_three_tries() -> None:
    progress = Progress(seeds="a")
    for _ in range(3):
        assert AT not in progress.read
        progress = progress.with_damaged(AT, follows=True)

    assert AT in progress.read
    assert not progress.tries


# The packed files


@given(st.lists(st.binary(max_size=60).filter(lambda line: b"\n" not in line), max_size=30))
def test_lines_are_those_that_were_packed(lines: list[bytes]) -> None:
    assert [*lines_of_zip(make_zip(lines))] == lines


def test_python_and_other_packers_are_read_alike() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.csv", "one\ntwo\n")
    stream = _Unseekable()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "one\ntwo")

    assert [*lines_of_zip(packed.getvalue())] == [b"one", b"two"]
    assert [*lines_of_zip(bytes(stream.written))] == [b"one", b"two"]


class _Unseekable(io.RawIOBase):
    """What makes a zip put its check sum behind the file."""

    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        assert isinstance(piece, bytes | bytearray | memoryview)
        self.written += piece
        return len(piece)


@pytest.mark.parametrize("spoil", [
    lambda zipped: zipped[:-200],
    lambda zipped: zipped[:40],
    lambda zipped: zipped[:5],
    lambda _: b"",
    lambda _: b"<html>busy</html>" * 9,
    lambda zipped: zipped[:90] + b"\x00\xff\x13" + zipped[93:],
    lambda zipped: zipped[:6] + b"\x01" + zipped[7:],
    lambda zipped: zipped[:8] + b"\x0e" + zipped[9:],
    lambda zipped: zipped[:14] + b"\x00\x00\x00\x00" + zipped[18:],
])  # fmt: skip
def test_damaged_zip_is_refused(spoil: object) -> None:
    assert callable(spoil)
    whole = make_zip([b"some %d line" % n for n in range(300)])

    with pytest.raises(ValueError, match="zip"):
        list(lines_of_zip(spoil(whole)))


def test_bomb_is_refused_before_it_unpacks() -> None:
    with pytest.raises(ValueError, match="unpacks to more"):
        list(lines_of_zip(make_zip([b"\x00" * (40 << 20)])))


def test_endless_line_is_left_out_and_costs_no_other() -> None:
    long = random.Random(1).randbytes(LONGEST_LINE_BYTES * 2).replace(b"\n", b" ")

    assert [*lines_of_zip(make_zip([b"one", long, b"two"]))] == [b"one", b"", b"two"]


HEAD = b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + b"\x00" * 16 + b"\x00\x00\x00\x00"
PIECES = st.sampled_from(
    [HEAD, b"\t" * 26, b"\n", b"<PAGE_TITLE>", b"</PAGE_TITLE>", b"&#x110000;"]
)


@given(st.lists(st.binary(max_size=60) | PIECES, max_size=30).map(b"".join))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused_with_a_value_error(body: bytes) -> None:
    deflated = zlib.compress(body, wbits=-15)
    crc = zlib.crc32(body).to_bytes(4, "little")
    for packed in (body, HEAD + body, HEAD[:14] + crc + HEAD[18:] + deflated):
        try:
            list(match(lines_of_zip(packed), TOPIC))
        except ValueError:
            continue
    for line in body.split(b"\n"):
        try:
            read_row(line)
        except ValueError:
            continue


CELLS = st.lists(
    st.binary(max_size=25).map(lambda c: c.replace(b"\t", b"")), min_size=24, max_size=24
)


@given(CELLS)
@settings(deadline=None)
def test_any_cells_make_a_row_or_none(cells: list[bytes]) -> None:
    line = b"\t".join([b"1", b"20250703091500", b"1", *cells])

    row = read_row(line.replace(b"\n", b""))

    assert row is None or row.seen == AT


def test_hostile_file_stays_small_and_quick() -> None:
    program = (
        "import resource, sys, zlib\n"
        "from benchmarks.gdelt import demo_topic, make_zip\n"
        "from ingest.gdelt.match import match\n"
        "from ingest.gdelt.unpack import lines_of_zip\n"
        "from tests.test_gdelt_files import hostile_lines\n"
        "topic = demo_topic()\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "packed = make_zip(hostile_lines())\n"
        "try:\n    print(len(list(match(lines_of_zip(packed), topic))))\n"
        "except ValueError as exc:\n    print(exc)\n"
        "grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before\n"
        "sys.exit(grown > 200 * 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[1], capture_output=True,
        text=True, check=False, timeout=PATIENCE_S,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr


def hostile_lines() -> list[bytes]:
    """Rows of nearly a megabyte in each field that is read."""
    size = LONGEST_LINE_BYTES - 4000
    marks = "#AJ##RS# Azerbaijan Baku "
    fills = {
        "AllNames": "Ilham Aliyev,12;" * (size // 16),
        "V2Locations": "4#Baku, Azerbaijan#AJ#12;" * (size // 25),
        "Extras": "<PAGE_TITLE>" * (size // 12),
        "TranslationInfo": "srclc:" * (size // 6),
    }
    rows = [make_row(V2Persons=marks, **{name: fill}) for name, fill in fills.items()]
    titles = ("Baku &lt;" * (size // 8), "<x" * (size // 2))
    closed = [f"<PAGE_TITLE>{title}</PAGE_TITLE>" for title in titles]
    extras = [*closed, f"<PAGE_TITLE>{titles[1]}"]
    return [*rows, *(make_row(V2Persons=marks, Extras=one) for one in extras)]
