"""The benchmark of what copies cost, on texts enough to see that it measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.relations.cost_run import PARTS, measure
from benchmarks.relations.cost_tables import cost_table, peer_table
from benchmarks.relations.make_texts import make_text

if TYPE_CHECKING:
    from pathlib import Path


def test_made_texts_are_the_same_each_time_and_some_are_cuts() -> None:
    texts = [make_text(number) for number in range(1, 401)]
    cuts = [one for one in texts if one.original is not None]

    assert texts == [make_text(number) for number in range(1, 401)]
    assert 0.04 < len(cuts) / len(texts) < 0.13
    assert 400 < sum(len(one.text.split()) for one in texts) / len(texts) < 560
    assert all(one.original < one.number for one in cuts if one.original)


def test_every_cut_is_found_and_every_part_has_its_cost(tmp_path: Path) -> None:
    told = measure(tmp_path, 300, 0, 20)

    assert told["cuts"] > 10
    assert told["recall"] == 1.0
    assert told["wrong"] == 0
    assert 0.0 < told["all_total"] < 50.0
    assert all(told[f"last_{part}"] >= 0.0 for part in PARTS)
    assert 300 < told["index_bytes"] < 3000
    assert told["restart_cpu_ms"] > 0.0
    table = [*cost_table([told]), *peer_table([told], [])]
    assert any("1.0000 of" in line for line in table)


def test_made_texts_come_on_top_of_a_filled_index(tmp_path: Path) -> None:
    told = measure(tmp_path, 1300, 1000, 100)

    assert told["made"] == 300
    assert told["recall"] == 1.0
    assert told["wrong"] == 0
