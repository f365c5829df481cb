"""What changed between two wordings, and whether it matters to a reader."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.items import Article, Kind
from ingest.revisions import Change, Piece, Side, changed_fields, compare_wordings, diff
from ingest.stamps import is_clock, stamps_in
from ingest.text import words
from tests.rows import article

URL = "http://a.test/one"
TEXT = (
    "Baku said on Tuesday that it had summoned Şahin Gözəl, its envoy, over the raid.\n"
    "At least 37 people were detained, the ministry said."
)
#: Words as writers put them, some with marks, figures and other scripts among them.
_TOLD = (
    "the a raid envoy said Baku 37 dead Şəki İlham Москва it's “no” — don't 1,234 天津市 ไทย é "
    "e\u0301 - 1. > updated"
)
PROSE = st.lists(
    st.lists(st.sampled_from(["", *_TOLD.split()]), max_size=9).map(" ".join), max_size=6
).map("\n".join)


def worded(text: str, **more: Any) -> Article:
    return article(URL, text, **more)


def change(before: str, after: str) -> Change:
    return compare_wordings(worded(before), worded(after))


def test_words_added_and_removed_are_counted() -> None:
    found = change("One sentence, and another.", "One new sentence. And.")

    assert (found.words_added, found.words_removed) == (1, 1)
    assert found.is_material
    assert change(TEXT, TEXT) == Change()


@pytest.mark.parametrize(
    "after",
    [
        TEXT.upper(),
        TEXT.replace(",", " –").replace(".", " …"),
        TEXT.replace(" ", "\u00a0 "),
        TEXT.replace("\n", "\n\n"),
        unicodedata.normalize("NFD", TEXT),
        TEXT.replace("detained", "de\u00adtained"),
        TEXT.replace("said on", "ｓａｉｄ on"),
        TEXT.replace("Baku", "“Baku”"),
        TEXT.replace("Baku", "> Baku"),
        TEXT.replace("At least", "- At least"),
    ],
)
def test_what_reads_the_same_is_no_change(after: str) -> None:
    assert after != TEXT
    assert not change(TEXT, after).is_material


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Updated 5 minutes ago", "Updated 7 minutes ago"),
        ("Just now", "3 hours ago"),
        ("Last updated: 12 March 2025, 14:05 GMT", "Last updated: 13 March 2025, 09:17 GMT"),
        ("Обновлено 5 минут назад", "Обновлено вчера в 14:05"),
        ("Yenilənib: 12.03.2025 14:05", "Yenilənib: 13.03.2025 9:17"),
        ("3 saat əvvəl", "4 saat əvvəl"),
        ("Güncelleme: 12 Mart 2025", "Güncelleme: 13 Mart 2025"),
        ("Aktualisiert am 12. März 2025, 14:05 Uhr", "Aktualisiert am 13. März 2025, 9:17 Uhr"),
        ("12 comments", "1,204 comments"),
        ("No comments", "1 comment"),
        ("1,234 views | 5 shares", "2,345 views | 17 shares"),
        ("Просмотров: 345 • Комментариев: 2", "Просмотров: 9 812 • Комментариев: 31"),
        ("Baxış sayı: 345", "Baxış sayı: 412"),
        ("USD 1.7000 EUR 1.8512 RUB 0.0201", "USD 1.7000 EUR 1.8409 RUB 0.0203"),
        ("Brent $72.31 +0.4%", "Brent $71.80 -0.7%"),
        ("Baku +21°C", "Baku +19°C"),
        ("5 min read", "6 min read"),
    ],
)
def test_what_moves_by_itself_is_no_change(before: str, after: str) -> None:
    for form in ("{}\n" + TEXT, TEXT + "\n{}"):
        assert not change(form.format(before), form.format(after)).is_material
    assert not change(TEXT, f"{TEXT}\n{after}").is_material


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("37 people were detained", "38 people were detained"),
        ("37 dead", "38 dead"),
        ("Death toll: 37", "Death toll: 38"),
        ("Killed | 37", "Killed | 38"),
        ("On 12 March the envoy left.", "On 13 March the envoy left."),
        ("He had 12 comments to make.", "He had 13 comments to make."),
        ("He paid $5 million for it.", "He paid $6 million for it."),
        ("The lira fell to 41.2 to the dollar.", "The lira fell to 41.9 to the dollar."),
        ("It was 21 °C in Baku when he left.", "It was 12 °C in Baku when he left."),
        ("Aliyev 92.1%", "Aliyev 92.4%"),
        ("Gold 3 Silver 2", "Gold 4 Silver 2"),
        ("The envoy left an hour ago.", "The envoy left two hours ago."),
    ],
)  # fmt: skip
def test_figures_of_a_sentence_are_a_change(before: str, after: str) -> None:
    assert change(f"{TEXT}\n{before}", f"{TEXT}\n{after}").is_material


def test_stamp_within_a_line_is_left_out_and_the_rest_of_the_line_is_not() -> None:
    before = "Updated 5 minutes ago. Police said 37 died (updated on 12 March 2025, 14:05)."
    moved = "Updated 9 minutes ago. Police said 37 died (updated on 13 March 2025, 09:17)."
    after = moved.replace("37", "38")

    assert not change(before, moved).is_material
    assert (change(before, after).words_added, change(before, after).words_removed) == (1, 1)


def test_any_change_of_the_title_is_material_but_for_its_spaces() -> None:
    before = worded(TEXT, title="Baku summons envoy")

    assert compare_wordings(before, worded(TEXT, title="Baku Summons envoy")).is_material
    assert compare_wordings(before, worded(TEXT, title="Baku summons envoy?")).title
    assert not compare_wordings(before, worded(TEXT, title="Baku\u00a0summons  envoy")).is_material


def test_standfirst_is_told_and_makes_no_revision() -> None:
    found = compare_wordings(worded(TEXT, standfirst="One."), worded(TEXT, standfirst="Two."))

    assert found.standfirst
    assert not found.is_material


def test_letters_of_scripts_without_spaces_count_one_by_one() -> None:
    found = change("天津市发生爆炸，多人死亡。", "天津市今天发生爆炸，多人死亡。")

    assert (found.words_added, found.words_removed) == (2, 0)


def test_difference_shows_what_went_and_what_came_as_it_stands() -> None:
    found = diff("The cat sat on the mat.", "The black cat lay on the mat!")

    assert found == (
        Piece(side=Side.KEPT, text="The "),
        Piece(side=Side.ADDED, text="black "),
        Piece(side=Side.KEPT, text="cat "),
        Piece(side=Side.REMOVED, text="sat "),
        Piece(side=Side.ADDED, text="lay "),
        Piece(side=Side.KEPT, text="on the mat!"),
    )
    assert diff("", "") == ()
    assert diff("", "a b") == (Piece(side=Side.ADDED, text="a b"),)
    assert diff("a b", "") == (Piece(side=Side.REMOVED, text="a b"),)


@given(before=PROSE, after=PROSE)
def test_kept_and_added_make_up_the_new_text(before: str, after: str) -> None:
    pieces = diff(before, after)
    told = {side: "".join(one.text for one in pieces if one.side == side) for side in Side}

    assert "".join(one.text for one in pieces if one.side != Side.REMOVED) == after
    found = change(before, after)
    assert bool(told[Side.ADDED]) == bool(found.words_added)
    assert bool(told[Side.REMOVED]) == bool(found.words_removed)
    assert all(one.text for one in pieces)
    assert not any(a.side == b.side for a, b in pairwise(pieces))


@given(before=PROSE, after=PROSE)
def test_a_change_back_counts_the_other_way_round(before: str, after: str) -> None:
    there, back = change(before, after), change(after, before)

    assert (there.words_added, there.words_removed) == (back.words_removed, back.words_added)
    assert not change(before, before).is_material


@given(before=PROSE, after=PROSE)
def test_same_words_are_never_a_change(before: str, after: str) -> None:
    if words(before) == words(after):
        assert not change(before, after).is_material


@given(lines=st.lists(st.text(max_size=60), max_size=5))
def test_any_text_can_be_compared(lines: list[str]) -> None:
    text = "\n".join(lines)

    assert (
        "".join(one.text for one in diff(text, text[::-1]) if one.side != Side.REMOVED)
        == (text[::-1])
    )
    for line in lines:
        for start, end in stamps_in(line):
            assert 0 <= start < end <= len(line)


def test_texts_too_long_for_one_table_are_cut_at_words_that_stand_once() -> None:
    before = [f"w{number % 9000}" for number in range(30_000)]
    before[::50] = [f"rare{number}" for number in range(600)]
    after = list(before)
    after[100], after[20_000] = "one", "two"
    after.insert(15_001, "three")

    found = change(" ".join(before), " ".join(after))

    assert (found.words_added, found.words_removed) == (3, 2)


def entry(clock: str, text: str) -> str:
    return f"{clock}\n{text}"


def test_entries_that_a_live_blog_gained_are_counted() -> None:
    old = [entry("14:05", "The envoy arrived at the ministry."), entry("13:50", "Crowds gather.")]
    new = [entry("14:40", "The envoy left without a word."), entry("14:20", "A first statement.")]
    before = worded("Live: the raid\n" + "\n".join(old), kind=Kind.LIVE)
    after = worded("Live: the raid\n" + "\n".join(new + old), kind=Kind.LIVE)

    found = compare_wordings(before, after)

    assert found.entries_added == 2
    assert found.words_added == 9
    assert compare_wordings(after, before).entries_added == 0
    assert compare_wordings(worded(before.text), worded(after.text)).entries_added is None


def test_entries_without_times_are_counted_by_runs_of_new_lines() -> None:
    old = ["Police closed the road to the ministry.", "The talks began at noon."]
    new = ["The envoy left.", "He said nothing.", old[0], "A flag fell.", old[1]]
    before, after = (worded("\n".join(lines), kind=Kind.LIVE) for lines in (old, new))

    found = compare_wordings(before, after)

    assert found.entries_added == 2


def test_clock_is_a_line_of_nothing_but_a_time() -> None:
    told = ["14:05", "10.32am GMT", "5 minutes ago", "12 March, 14:05", "Updated 5 minutes ago"]
    silent = ["", "In 1990 he left.", "37", "14:05 The envoy arrived.", "12 comments", "May"]

    assert [line for line in told if not is_clock(line)] == []
    assert [line for line in silent if is_clock(line)] == []


def test_fields_that_readers_see_are_told_apart() -> None:
    before = worded(TEXT, extractor="one")

    assert changed_fields(before, worded(TEXT, extractor="two")) == ()
    assert changed_fields(before, worded("Other.", author="A")) == ("text", "author")
