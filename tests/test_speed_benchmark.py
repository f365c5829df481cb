"""The benchmark of speed runs at a toy's size, and its tables tell what it measured."""

from __future__ import annotations

import os
import re
import shutil
import sys
import urllib.request
from typing import TYPE_CHECKING

import pytest

from benchmarks.speed import __main__ as speed
from benchmarks.speed.contenders import CEILING, NEWSPAPER, OURS, PLAIN
from benchmarks.speed.growth import Grown
from benchmarks.speed.results import Results
from benchmarks.speed.server import local_web
from benchmarks.speed.sizes import Packed, Sizes
from benchmarks.speed.summary import missed, summary_lines
from benchmarks.speed.tables import growth_lines, ratios, sizes_lines, throughput_lines
from benchmarks.speed.throughput import Lap, measure
from benchmarks.speed.timing import spread_of, time_command
from benchmarks.speed.web import make_web

if TYPE_CHECKING:
    from pathlib import Path


def _lap(name: str, number: int, wall_s: float, *, start_s: float = 1.0) -> Lap:
    return Lap(
        name=name, version="1", round=number, pages=101, stored=101, start_s=start_s,
        wall_s=wall_s, cpu_s=11.0, start_cpu_s=1.0, peak_mib=100.0,
    )  # fmt: skip


def _laps() -> list[Lap]:
    return [
        Lap(name=NEWSPAPER, version="", round=0, reason="it cannot be installed"),
        _lap(OURS, 0, 3.0), _lap(PLAIN, 0, 5.0), _lap(CEILING, 0, 2.0),
        _lap(OURS, 1, 5.0), _lap(PLAIN, 1, 5.0), _lap(CEILING, 1, 2.0),
    ]  # fmt: skip


def _grown(**told: float) -> Grown:
    usual = {
        "articles": 10_000, "corpus_mb": 1.0, "lookup_ms": 0.3, "insert_ms": 0.1,
        "relation_ms": 1.0, "row_bytes": 16.8, "written_kb": 12.0, "first_request_s": 1.0,
        "status_s": 0.5, "peak_mib": 200.0,
    }  # fmt: skip
    return Grown(**{**usual, **told}, answers_ms={"page": (20.0, 90.0)})  # type: ignore[arg-type]  # numbers all


@pytest.mark.slow
def test_a_peer_and_we_crawl_the_same_small_web() -> None:
    laps = list(measure(pages=4, rounds=1, names=(OURS, PLAIN), hosts=2))

    assert [(lap.name, lap.stored, lap.pages) for lap in laps] == [(OURS, 4, 4), (PLAIN, 4, 4)]
    assert all(lap.wall_s > 0 and min(lap.cpu_s, lap.start_cpu_s) > 0 for lap in laps)


def test_the_web_is_the_same_each_time_and_as_heavy_as_asked() -> None:
    once = list(make_web(pages=30, port=80))
    again = list(make_web(pages=30, port=80))

    assert once == again
    assert len({page.url for page in once}) == 30
    assert all(30_000 <= len(page.body) <= 130_000 for page in once)
    assert all(page.body.count(b"<a ") > 60 for page in once)


def test_the_server_serves_each_page_plain_and_packed() -> None:
    with local_web(pages=2, hosts=2) as urls:
        for encoding in ("identity", "gzip"):
            asked = urllib.request.Request(urls[0], headers={"Accept-Encoding": encoding})
            with urllib.request.urlopen(asked) as answer:
                body = answer.read()

            assert answer.headers.get("Content-Encoding", "identity") == encoding
            assert (body[:2] == b"\x1f\x8b") == (encoding == "gzip")


def test_a_command_that_fails_says_how_it_ended(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no such luck')"]

    with pytest.raises(RuntimeError, match="ended with 1: no such luck"):
        time_command(command, folder=tmp_path)


def test_processor_time_is_that_of_the_command_alone(tmp_path: Path) -> None:
    busy = [sys.executable, "-c", "sum(range(10**6))"]
    timed = time_command(busy, folder=tmp_path, environ={"PYTHONDONTWRITEBYTECODE": "1"})

    assert 0 < timed.cpu_s < 5
    assert timed.peak_mib > 1


def test_start_and_end_are_no_part_of_the_rate() -> None:
    lap = _lap(OURS, 0, 3.0, start_s=1.0)

    assert lap.rate == pytest.approx(50.0)
    assert lap.whole_rate == pytest.approx(101 / 3)
    assert lap.cpu_ms == pytest.approx(100.0)


def test_ratios_are_taken_round_by_round() -> None:
    spread = ratios(_laps(), PLAIN)

    assert spread is not None
    assert [spread.least, spread.most] == pytest.approx([1.0, 2.0])
    assert ratios(_laps(), NEWSPAPER) is None


def test_the_table_tells_who_was_left_out_and_why() -> None:
    lines = list(throughput_lines(_laps()))

    assert "| newspaper4k | skipped: it cannot be installed |" in lines[2]
    assert len({line.count("|") for line in lines}) == 1


def test_what_is_short_of_what_was_asked_is_told() -> None:
    results = Results(laps=_laps(), growth=[_grown(), _grown(articles=10**6, peak_mib=400.0)])
    told = missed(results)

    assert [line.partition(",")[0] for line in told] == [
        "pages stored a second: 37.5 (25.0 to 50.0)", "memory of a crawl child"
    ]  # fmt: skip
    assert sum(line.endswith("`|") or "| no |" in line for line in summary_lines(results)) == 2


def test_results_come_back_as_they_were_kept(tmp_path: Path) -> None:
    packed = Packed(of="pages", way="gzip 6, as it is", bytes_a_page=9.0, share=0.3, ms_a_page=1.0)
    sizes = Sizes(
        kept=1, addresses=2, page_bytes=30.0, corpus_bytes=10.0, parts={"texts": 4.0},
        archive_bytes=9.0, packed=(packed,),
    )  # fmt: skip
    results = Results(laps=_laps(), growth=[_grown()], sizes=sizes, first_s=[2.0, 3.0])
    results.note("first")
    results.keep(tmp_path / "results.json")
    back = Results.read(tmp_path / "results.json")

    assert list(throughput_lines(back.laps)) == list(throughput_lines(results.laps))
    assert list(growth_lines(back.growth)) == list(growth_lines(results.growth))
    assert back.sizes == sizes
    assert (back.first_s, back.told) == (results.first_s, results.told)
    assert any("| 1.00 |" in line for line in sizes_lines(sizes))


def test_every_table_has_its_place_on_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page, kept = tmp_path / "benchmarks.md", tmp_path / "results.json"
    shutil.copy(speed.PAGE, page)
    monkeypatch.setattr(speed, "PAGE", page)
    Results(laps=_laps(), growth=[_grown()], first_s=[2.0]).keep(kept)
    code = speed.main(["--only", "", "--write", "--check", "--results", os.fspath(kept)])
    written = page.read_text(encoding="utf-8")

    assert code == 1  # one of the made-up figures is short
    assert "asked 1.6 times" in capsys.readouterr().err
    for name in ("summary", "throughput", "growth", "first"):
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        assert re.search(rf"{begin}\n\n.+\n\n{end}", written, re.DOTALL)


def test_a_spread_has_its_median_between_its_ends() -> None:
    assert spread_of([3.0, 1.0, 2.0]).told() == "2.0 (1.0 to 3.0)"
