"""Normalising, words, prose and sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.text import (
    clean_controls,
    is_prose,
    normalize,
    paragraphs,
    prose_lines,
    sentences,
    tokens,
    words,
)


@given(st.text())
def test_normalizing_twice_changes_nothing(text: str) -> None:
    once = normalize(text)

    assert normalize(once) == once


@given(st.text())
def test_cleaned_text_holds_nothing_that_sqlite_or_a_terminal_minds(text: str) -> None:
    cleaned = clean_controls(text)

    assert not set(cleaned) & set("\x00\x1b\r\u200b\ufeff\u202e\ud800")
    assert clean_controls(cleaned) == cleaned


@given(st.text())
def test_paragraphs_are_the_lines_that_hold_anything(text: str) -> None:
    lines = paragraphs(text)

    assert all(line and line == line.strip() and "\n" not in line for line in lines)
    assert "".join("".join(lines).split()) == "".join(clean_controls(text).split())


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("İlham ƏLİYEV", "ilham əliyev"),
        ("Баку’да", "баку'да"),
        ("ﬁne  Straße", "fine  strasse"),
        ("zero\u200bwidth", "zerowidth"),
    ],
)
def test_spellings_meet_when_normalized(written: str, plain: str) -> None:
    assert normalize(written) == plain


def test_words_keep_apostrophes_inside() -> None:
    assert words("Azerbaijan’s “row” with Bakü'de") == ["azerbaijan's", "row", "with", "bakü'de"]


def test_tokens_keep_capitals_and_compose_accents() -> None:
    assert tokens("Баку and Bakü") == ["Баку", "and", "Bakü"]
    assert tokens("Баи\u0306кал") == ["Байкал"]


@pytest.mark.parametrize(
    ("line", "reads_on"),
    [
        ("Baku recalled its ambassador on Tuesday.", True),
        ("Он сказал, что это «не изолированный случай».", True),
        ("Azerbaijan defies Russia", False),
        ("Read more.", False),
        ("word " * 25, True),
    ],
)
def test_prose_is_long_or_ends_like_a_sentence(line: str, *, reads_on: bool) -> None:
    assert is_prose(line) is reads_on
    assert bool(prose_lines(line)) is reads_on


def test_sentences_end_in_any_script() -> None:
    text = "“It was shot.” He paused! Кто виноват? Այո։ Done"

    assert len(sentences(text)) == 5


def test_joiners_that_a_script_needs_stay_and_marks_of_direction_go() -> None:
    assert clean_controls("می\u200cخواهم") == "می\u200cخواهم"
    assert clean_controls("\u2066a\u2069\u200f") == "a"
    assert normalize("می\u200cخواهم") == normalize("میخواهم")


@pytest.mark.parametrize(
    "line",
    [
        "港口委员会星期一开会，同意在冬天来临之前修好码头。",
        "港湾委員会は月曜日に会合を開き、冬までに桟橋を直すと決めた」。",
        "बंदरगाह बोर्ड ने सोमवार को बैठक की और घाट की मरम्मत पर सहमति दी।",
    ],
)
def test_prose_is_prose_in_any_script(line: str) -> None:
    assert is_prose(line)
    assert not is_prose(line[:6])
