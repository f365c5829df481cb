"""The figures of docs/seeds.md, on a part of the dumps."""

from __future__ import annotations

import pytest

from benchmarks.dumps_eval import (
    DUMPS,
    Dump,
    Score,
    is_right_title,
    precision_and_recall,
    read_dumps,
)
from benchmarks.seeds import cleaners, gold, measure, shortfalls

HALF = Score(precision=0.5, recall=0.5, title=0.5)
PERFECT = Score(precision=1.0, recall=1.0, title=1.0)


def test_the_marked_seeds_come_out_line_for_line() -> None:
    score, _ = measure(cleaners()["Seedbed"], gold())

    assert score == PERFECT
    assert len(gold()) == 5


def test_a_score_below_its_floor_is_named() -> None:
    assert shortfalls([(PERFECT, 1.0)]) == []
    assert shortfalls([(HALF, 1.0)]) == ["the seeds: F1 0.5000, titles 0.500; both must be 1"]


@pytest.mark.skipif(not DUMPS.is_file(), reason="the evaluation dumps are not beside the project")
def test_a_part_of_the_dumps_is_cleaned_well() -> None:
    score, _ = measure(cleaners()["Seedbed"], read_dumps()[::15])

    assert score.f1 > 0.88
    assert score.title > 0.7
    assert len(shortfalls([(PERFECT, 1.0), (HALF, 1.0)])) == 2


def test_scores_count_words_in_fours() -> None:
    assert precision_and_recall("a b c d e", "a b c d") == (1.0, 0.5)
    assert precision_and_recall("a b c d", "") == (None, 0.0)
    assert is_right_title("“Play with fire.”", '"play with fire."')
    assert not is_right_title("Play with fire", None)
    assert (
        Score.of([Dump(site="s", dump="", text="a b c d", title=None)], [(None, "a b c d")]).f1 == 1
    )
