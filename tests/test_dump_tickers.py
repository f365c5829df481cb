"""Tickers between lone marks, and one long paragraph among remarks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dumps.body import _around
from ingest.dumps.lines import read_lines
from ingest.dumps.lines import tickers as tickers_of

PARAGRAPH = "Baku recalled its ambassador on Tuesday after two brothers died in custody there."
SECOND = "The families of the brothers asked for a second examination by doctors of their own."
LONG = f"{PARAGRAPH} {SECOND}"
SHORT = ("Oil falls below sixty dollars", "Manat holds steady", "Rain expected in Ganja")
MARK = "•"


def tickers(*texts: str) -> list[str]:
    lines = read_lines("\n".join(texts))
    return [lines[at].text for at in sorted(tickers_of(lines))]


def around(at: int, *texts: str) -> tuple[list[str], list[float]]:
    lines = read_lines("\n".join(texts))
    start, end, chances = _around(lines, at)
    return [line.text for line in lines[start:end]], chances


def test_short_lines_behind_marks_are_a_ticker() -> None:
    said = [text for headline in SHORT for text in (MARK, headline)]

    assert tickers(PARAGRAPH, *said, SECOND) == list(SHORT)


def test_one_short_line_behind_a_mark_is_none() -> None:
    assert tickers(PARAGRAPH, MARK, SHORT[0], SECOND) == []


def test_short_lines_without_marks_are_none() -> None:
    assert tickers(PARAGRAPH, *SHORT, SECOND) == []


def test_paragraphs_behind_marks_are_none() -> None:
    assert tickers(MARK, PARAGRAPH, MARK, SECOND, MARK, LONG) == []


def test_a_long_line_inside_a_ticker_belongs_to_it() -> None:
    inside = [SHORT[0], SHORT[1], LONG, SHORT[2], SHORT[0]]

    assert tickers(*(text for one in inside for text in (MARK, one))) == inside


def test_a_ticker_with_a_long_line_at_its_edge_leaves_it() -> None:
    assert tickers(MARK, LONG, MARK, SHORT[0], MARK, SHORT[1]) == [SHORT[0], SHORT[1]]


@given(st.lists(st.sampled_from([PARAGRAPH, SECOND, MARK, "|", *SHORT]), max_size=14))
def test_every_line_of_a_ticker_stands_behind_a_mark(texts: list[str]) -> None:
    lines = read_lines("\n".join(texts))

    assert all(lines[at - 1].text in {MARK, "|"} for at in tickers_of(lines))


@pytest.mark.parametrize("at", [1, 2])
def test_a_paragraph_takes_in_the_paragraphs_next_to_it(at: int) -> None:
    kept, chances = around(at, "Share", PARAGRAPH, SECOND, "Read also", LONG)

    assert kept == [PARAGRAPH, SECOND]
    assert chances == [0.0, 1.0, 1.0, 0.0, 0.0]


def test_a_paragraph_alone_stays_alone() -> None:
    assert around(1, SHORT[0], PARAGRAPH, SHORT[1])[0] == [PARAGRAPH]


def test_paragraphs_reach_to_both_ends_of_a_dump() -> None:
    assert around(1, PARAGRAPH, SECOND, LONG)[0] == [PARAGRAPH, SECOND, LONG]
