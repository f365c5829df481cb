"""How well the topic tells related texts from the rest, and that it is measured as it should be."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.relevance.calibration import Judged, calibrated_error, fit_curve, reliability
from benchmarks.relevance.floors import FLOORS, below, figures_of_ours
from benchmarks.relevance.groups import (
    COLLECTIONS,
    FOLDER,
    KINDS,
    MODES,
    Group,
    Task,
    build_groups,
    check_pins,
)
from benchmarks.relevance.measure import Scored, measure, rank
from benchmarks.relevance.methods import Ours

ROOT = Path(__file__).parents[1]

evaluation = pytest.mark.skipif(
    not FOLDER.exists(), reason="the evaluation texts are no part of the project"
)

#: Some scores alike, so that ties are met.
rankings = st.lists(
    st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]), st.booleans()), min_size=1
).filter(lambda pairs: any(is_related for _, is_related in pairs))


@given(rankings, st.floats(0.0, 1.0))
def test_figures_are_those_of_their_definitions(
    pairs: list[tuple[float, bool]], cut: float
) -> None:
    scores, related = [score for score, _ in pairs], [is_related for _, is_related in pairs]
    found = rank(scores, related, cut)
    order = sorted(pairs, key=lambda pair: (-pair[0], pair[1]))
    total = sum(related)
    hits = [sum(is_related for _, is_related in order[: place + 1]) for place in range(len(order))]
    at_hits = [(hit, place + 1) for place, hit in enumerate(hits) if order[place][1]]
    kept = [is_related for score, is_related in pairs if score >= cut]

    assert found.ap == pytest.approx(sum(hit / place for hit, place in at_hits) / total)
    assert found.rp90 == max(
        (hit / total for hit, place in at_hits if hit / place >= 0.9), default=0
    )
    assert found.recall == sum(kept) / total
    assert found.precision == (sum(kept) / len(kept) if kept else 1)
    assert found.best_f1 == max(2 * hit / (place + 1 + total) for place, hit in enumerate(hits))


@given(rankings)
def test_a_better_score_for_a_related_text_lowers_nothing(pairs: list[tuple[float, bool]]) -> None:
    scores, related = [score for score, _ in pairs], [is_related for _, is_related in pairs]
    raised = list(scores)
    raised[related.index(True)] = 2.0

    assert rank(raised, related, None).ap >= rank(scores, related, None).ap


def test_ties_are_broken_against_the_method() -> None:
    assert rank([0.5, 0.5], [True, False], None).ap == 0.5


def test_pairs_are_ranked_together() -> None:
    tasks = tuple(
        Task(name=str(place), seeds=("s",), candidates=(place,), related=(place == 0,))
        for place in range(2)
    )
    group = Group(
        collection="p", mode="full", kind="clean", texts=("a", "b"), tasks=tasks, is_pairs=True
    )
    found = measure(group, Scored(scores=([0.4], [0.6]), cuts=(0.3, 0.7), texts_per_s=1.0))

    assert found.ap == 0.5
    assert (found.precision, found.recall) == (1.0, 1.0)  # each by the cut of its own pair


def test_scores_that_tell_the_truth_have_no_error() -> None:
    texts = [
        Judged(score=score, is_related=place < score * 10, weight=1.0)
        for score in (0.2, 0.5, 0.8)
        for place in range(10)
    ]
    a, b = fit_curve(texts)

    assert calibrated_error(reliability(texts)) == pytest.approx(0.0, abs=1e-9)
    assert a == pytest.approx(0.0, abs=1e-6)
    assert b == pytest.approx(1.0, abs=1e-6)


def test_boasting_scores_are_seen() -> None:
    texts = [Judged(score=0.9, is_related=place < 5, weight=1.0) for place in range(10)]
    texts += [Judged(score=0.2, is_related=False, weight=1.0), *texts]

    assert calibrated_error(reliability(texts)) == pytest.approx((20 * 0.4 + 0.2) / 21)


def test_each_story_counts_alike_in_a_tenth() -> None:
    texts = [
        *(Judged(score=0.85, is_related=True, weight=1 / 100) for _ in range(100)),
        Judged(score=0.85, is_related=False, weight=1.0),
    ]
    (only,) = reliability(texts)

    assert only.share == pytest.approx(0.5)
    assert (only.texts, only.related) == (101, 100)


def test_floors_name_figures_that_are_measured_and_stand_once() -> None:
    figure = re.compile(
        rf"({'|'.join(COLLECTIONS)})\.({'|'.join(MODES)})\.({'|'.join(KINDS)})"
        r" (ap|rp90|precision|recall|f1|gained|ap less clean)"
    )

    assert FLOORS
    assert [floor.figure for floor in FLOORS if not figure.fullmatch(floor.figure)] == []
    assert len({floor.figure for floor in FLOORS}) == len(FLOORS)


def test_a_figure_below_its_floor_is_found() -> None:
    floor = FLOORS[0]

    assert below({floor.figure: floor.floor}) == []
    assert below({floor.figure: floor.floor - 0.001}) == [(floor, floor.floor - 0.001)]


@evaluation
def test_other_data_are_refused(tmp_path: Path) -> None:
    check_pins(FOLDER)
    (tmp_path / "score.py").write_bytes((FOLDER / "score.py").read_bytes() + b"\n")

    with pytest.raises(RuntimeError, match=r"score\.py is not the file"):
        check_pins(tmp_path)


@evaluation
@pytest.mark.slow
def test_our_figures_are_those_of_the_official_scorer(tmp_path: Path) -> None:
    out = tmp_path / "official.json"
    asked = ("--collections", "fnc,tgpairs", "--modes", "head", "--seeds", "noisy", "--reps", "1")
    subprocess.run(
        [sys.executable, FOLDER / "score.py", "benchmarks.adapters:topic", *asked, "--json", out],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    official = json.loads(out.read_text())["res"]
    (group,) = build_groups(("fnc",), ("head",), ("noisy",), 1)
    (pairs,) = build_groups(("tgpairs",), ("head",), ("clean",), 1)
    ours = measure(group, Ours().score(group))
    of_pairs = measure(pairs, Ours().score(pairs))

    assert official["fnc.head.noisy"] == pytest.approx(
        {
            "n": len(group.tasks), "ap": ours.ap, "rp90": ours.rp90, "p": ours.precision,
            "r": ours.recall, "f1": ours.f1, "bestf1": ours.best_f1,
        }
    )  # fmt: skip
    assert official["tgpairs.ru-head"]["ap"] == pytest.approx(of_pairs.ap)
    assert official["tgpairs.ru-head"]["n"] == len(pairs.tasks)


@evaluation
def test_headlines_hold_their_floors() -> None:
    floors = [floor for floor in FLOORS if ".head." in floor.figure and "clean" not in floor.figure]

    assert len(floors) >= 4
    assert below(figures_of_ours(floors)) == []


@evaluation
@pytest.mark.slow
def test_all_floors_hold() -> None:
    assert below(figures_of_ours()) == []
