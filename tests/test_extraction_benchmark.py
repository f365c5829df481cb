from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.extraction.floors import below, pin, read_floors
from benchmarks.extraction.folds import _folds, trees_without
from benchmarks.extraction.saved import FOLDER, SavedPage, digest_of, read_pages
from benchmarks.extraction.scoring import Figures, Found, page_f1
from ingest.extract import decision

if TYPE_CHECKING:
    from pathlib import Path

PAGE = SavedPage(
    id="1", set="made", site="a.test", url=None, text="one two three four five six",
    title="The “Pier”", dates=("2025-01-02",), authors=("Ann Lee and Bo Kim",),
)  # fmt: skip
RIGHT = Found(
    text=PAGE.text, title='the "pier"', date="2025-01-02T10:00", authors=("Bo Kim, Ann Lee",)
)


def test_a_right_reading_scores_one_in_all() -> None:
    figures = Figures.of([PAGE], [RIGHT])

    assert (figures.f1, figures.title, figures.date, figures.authors, figures.bad) == (
        1,
        1,
        1,
        1,
        0,
    )
    assert page_f1(PAGE, RIGHT) == 1


def test_what_is_not_found_scores_nothing() -> None:
    figures = Figures.of([PAGE], [Found()])

    assert (figures.f1, figures.title, figures.date, figures.authors, figures.bad) == (
        0,
        0,
        0,
        0,
        1,
    )


def test_floors_fall_only_when_told_so(tmp_path: Path) -> None:
    path = tmp_path / "floors.tsv"
    assert pin({"zyte f1": 0.97}, "a", path, may_lower=False) == []
    assert pin({"zyte f1": 0.9}, "b", path, may_lower=False) != []
    assert read_floors(path) == ("a", {"zyte f1": 0.968})
    assert pin({"zyte f1": 0.9}, "b", path, may_lower=True) == []
    assert read_floors(path) == ("b", {"zyte f1": 0.898})


def test_a_figure_that_was_not_measured_is_below_its_floor() -> None:
    assert below({}, {"zyte f1": 0.9}) != []
    assert below({"zyte f1": 0.9}, {"zyte f1": 0.9}) == []


def test_every_fold_has_trees_of_its_own() -> None:
    site_of = {fold: site for site, fold in _folds().items()}
    forests = []
    for _, site in sorted(site_of.items()):
        with trees_without(site):
            forest = decision.read_forest()  # type: ignore[attr-defined]
            forests.append(forest)

    assert len(forests) == 5
    assert len({forest.trees for forest in forests}) == 5


@pytest.mark.skipif(not FOLDER.exists(), reason="the evaluation pages are not here")
def test_floors_and_folds_are_of_these_pages() -> None:
    pages = read_pages()

    assert read_floors()[0] == digest_of(pages)
    assert {page.site for page in pages} == _folds().keys()
