from __future__ import annotations

import json
import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from ingest.layout import (
    Column,
    count,
    facts,
    fit,
    json_line,
    paragraphs,
    plain,
    table,
    unstyled,
    wrapped,
)

TEXTS = st.text(max_size=300)
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")


def columns_of(line: str) -> int:
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in unstyled(line)
    )


@given(text=TEXTS, indent=st.integers(0, 20))
def test_wrapped_text_fits_and_loses_nothing(text: str, indent: int) -> None:
    lines = wrapped(text, indent=" " * indent)

    assert all(columns_of(line) <= 80 or "://" in line for line in lines)
    assert not CONTROLS.search("".join(lines))
    assert unstyled("".join("".join(lines).split())) == unstyled("".join(plain(text).split()))


def test_an_address_stays_whole() -> None:
    address = "https://www.a.test/" + "x" * 100

    assert wrapped(f"see {address} there") == ["see", address, "there"]


def test_a_sentence_without_spaces_is_cut_at_the_edge() -> None:
    lines = wrapped("阿" * 100)

    assert [len(line) for line in lines] == [40, 40, 20]


@given(text=TEXTS, columns=st.integers(1, 40))
def test_a_fitted_text_takes_no_more_than_its_columns(text: str, columns: int) -> None:
    assert columns_of(fit(plain(text), columns)) <= columns


def test_what_was_cut_is_marked() -> None:
    assert fit("Baku and Moscow", 9) == "Baku and…"
    assert fit("Baku", 4) == "Baku"


@given(
    rows=st.lists(
        st.fixed_dictionaries({"id": st.integers(0, 10**6), "title": TEXTS, "outlet": TEXTS})
    )
)
def test_a_table_fits_and_has_a_line_for_each_row(rows: list[dict[str, object]]) -> None:
    columns = [
        Column(name="id", right=True),
        Column(name="title", least=10),
        Column(name="outlet", heading="from", least=8),
    ]
    lines = table(rows, columns)

    assert len(lines) == len(rows) + 1
    assert all(columns_of(line) <= 80 for line in lines)
    assert lines[0].split() == ["id", "title", "from"]
    assert not CONTROLS.search("".join(lines))


def test_columns_line_up_in_any_script() -> None:
    rows = [{"name": "ab", "n": 1}, {"name": "阿塞", "n": 22}]

    assert table(rows, [Column(name="name"), Column(name="n", right=True)]) == [
        "name   n",
        "ab     1",
        "阿塞  22",
    ]


def test_facts_without_a_value_are_left_out() -> None:
    assert facts([("outlet", "a.test"), ("author", None), ("words", "")]) == ["outlet      a.test"]


def test_paragraphs_keep_an_empty_line_between_them() -> None:
    assert paragraphs("one\n\ntwo\x1b[2J\n") == ["one", "", "two[2J"]


def test_quotes_and_items_hang_behind_their_marks() -> None:
    said = "word " * 17
    text = "\n".join((f"> {said}", f"1. {said}", f"2. {said}", f"> - {said}", f"30. {said}"))

    assert [line for line in paragraphs(text, indent=" ") if line] == [
        " > " + "word " * 14 + "word",
        "   word word",
        " 1. " + "word " * 14 + "word",
        "    word word",
        " 2. " + "word " * 14 + "word",
        "    word word",
        " > - " + "word " * 14 + "word",
        "     word word",
        " 30. " + "word " * 14 + "word",  # a number of its own: no item stands beside it
        " word word",
    ]


@given(value=st.text())
def test_json_shows_no_control_character_and_comes_back(value: str) -> None:
    line = json_line({"value": value})

    assert not CONTROLS.search(line)
    assert json.loads(line) == {"value": value}


def test_json_survives_half_a_character() -> None:
    assert json_line({"value": "\ud800"}) == '{"value": "\\ud800"}'


def test_counts_know_singular_and_plural() -> None:
    assert [count(n, "copy", "copies") for n in (0, 1, 1200)] == [
        "0 copies",
        "1 copy",
        "1,200 copies",
    ]
