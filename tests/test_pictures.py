"""Pictures are whole XML whatever they are given, and say what they show."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from ingest.web.matrix import OTHERS, Cell, copy_matrix, fold_cells
from ingest.web.pictures import (
    Bar,
    fold_days,
    rhythm,
    sparkline,
    stretch_of,
    timeline,
    weekly_shares,
)

_SVG = "{http://www.w3.org/2000/svg}"
_NAMES = st.text(max_size=40)
_COUNTS = st.integers(0, 10**6)
_DAYS = st.lists(
    st.tuples(st.dates().map(str) | st.text(max_size=9), _COUNTS, _COUNTS), max_size=40
)


def drawn(picture: str) -> ET.Element:
    return ET.fromstring(str(picture))


def days(first: date, many: int) -> list[tuple[str, int, int]]:
    return [(str(first + timedelta(days=day)), 2, 1) for day in range(many)]


@given(_DAYS, _NAMES)
def test_any_days_make_a_whole_picture(told: list[tuple[str, int, int]], name: str) -> None:
    picture = timeline(told, name=name, link=lambda bar: f'/"><script>{bar.first}')

    if picture:
        root = drawn(picture)
        leads_on = root.findall(f".//{_SVG}a")
        assert root.get("role") == ("group" if leads_on else "img")
        assert root[0].tag == f"{_SVG}title"
        assert "<script>" not in picture


@given(_DAYS)
def test_folding_loses_nothing_and_stays_within_its_days(told: list[tuple[str, int, int]]) -> None:
    bars = fold_days(told)

    dated = [one for one in told if is_date(one[0])]
    assert sum(bar.articles for bar in bars) == sum(one[1] for one in dated)
    assert sum(bar.copies for bar in bars) == sum(one[2] for one in dated)
    assert all(bar.first <= bar.last for bar in bars)
    assert all(one.last < two.first for one, two in pairwise(bars))


def is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def test_gaps_stay_gaps_and_years_fold_to_weeks_and_months() -> None:
    gap = fold_days([("2025-07-01", 1, 0), ("2025-07-10", 0, 2)])

    assert len(gap) == 10
    assert [bar.articles for bar in gap[1:9]] == [0] * 8
    assert fold_days(days(date(2023, 1, 2), 700))[1] == Bar(
        first=date(2023, 1, 9), last=date(2023, 1, 15), articles=14, copies=7
    )
    assert fold_days(days(date(2015, 1, 1), 3000))[1].first == date(2015, 2, 1)


def test_a_picture_says_how_long_its_bars_are() -> None:
    some = {"day": 10, "week": 700, "month": 3000, "year": 30_000}
    for stretch, number in some.items():
        told = [(str(date(1900, 1, 1)), 1, 0), (str(date(1900, 1, 1) + timedelta(number)), 1, 0)]

        assert stretch_of(told) == stretch
        assert drawn(timeline(told, name="Texts"))[0].text == f"Texts, by {stretch}"
    assert stretch_of([]) == "day"


def test_labels_of_a_matrix_have_room() -> None:
    long = "seed: 000_0000_0000_0000.txt"
    root = drawn(copy_matrix([Cell(original=long, copying="b.test", copies=2)]))
    label = root.findall(f"{_SVG}text")[0]

    assert float(label.get("x") or 0) > 7.5 * len(long)  # what a digit takes in a wide font of 12


def test_an_empty_corpus_has_no_pictures() -> None:
    assert not timeline([])
    assert not sparkline([])
    assert not copy_matrix([])
    assert not weekly_shares([])


@given(st.lists(st.integers(-9, 10**9), max_size=60), _NAMES)
def test_a_sparkline_is_whole(counts: list[int], name: str) -> None:
    assert not counts or drawn(sparkline(counts, name=name)).tag == f"{_SVG}svg"


@given(st.dictionaries(st.tuples(st.integers(-1, 8), st.integers(-1, 25)), _COUNTS))
def test_a_rhythm_has_a_square_for_each_hour(counts: dict[tuple[int, int], int]) -> None:
    assert len(drawn(rhythm(counts)).findall(f".//{_SVG}rect")) == 7 * 24


@given(st.lists(st.builds(Cell, original=_NAMES, copying=_NAMES, copies=st.integers(-1, 10**6))))
def test_a_matrix_is_whole_and_loses_no_copy(cells: list[Cell]) -> None:
    picture = copy_matrix(cells, link=lambda a, b: f"/{a}/{b}")
    rows, columns, pairs = fold_cells(cells, most=3)

    assert sum(pairs.values()) == sum(max(cell.copies, 0) for cell in cells)
    assert len(rows) <= 4
    assert len(columns) <= 4
    if picture:
        assert drawn(picture).tag == f"{_SVG}svg"


def test_a_matrix_of_many_outlets_shows_the_busiest_and_folds_the_others() -> None:
    cells = [
        Cell(original=f"o{number}.test", copying=f"c{number}.test", copies=number + 1)
        for number in range(50)
    ]
    root = drawn(copy_matrix(cells, link=lambda a, _b: None if a == OTHERS else f"/{a}"))
    labels = [text.text for text in root.findall(f"{_SVG}text")]

    assert len(labels) == 2 * 31
    assert labels[0] == "o49.test"
    assert labels[30] == OTHERS
    assert len(root.findall(f".//{_SVG}a")) == 30


def test_what_comes_from_the_web_is_escaped() -> None:
    picture = copy_matrix(
        [Cell(original="<script>alert(1)</script>", copying="b\x00.test", copies=2)],
        link=lambda _a, _b: '/x?"><script>',
    )

    assert "<script>" not in picture
    assert drawn(picture).findall(f"{_SVG}text")[0].text == "<script>alert(1)</script>"


def test_weeks_show_their_interval() -> None:
    root = drawn(weekly_shares([("2026-W01", 4, 5, 9), ("2026-W02", 3, None, None)]))
    said = [title.text for title in root.iter(f"{_SVG}title")]

    assert said[1:] == ["2026-W01: 4 found, of 5 to 9", "2026-W02: 3 found"]
