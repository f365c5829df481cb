from __future__ import annotations

import os
import random
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.items import Likeness, Passage, Relation
from ingest.relations import (
    Fingerprint,
    compare,
    find_kin,
    fingerprint,
    flip,
    is_copy,
    name_relation,
    shared_passage,
    shingles,
)
from ingest.relations.memory import MemoryIndex
from ingest.text import prose_lines

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
SEEDS = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))]


def write(words: int, seed: int = 0) -> str:
    """Prose in lines of 25 words that no other seed repeats."""
    pick = random.Random(seed)
    found = [f"w{pick.randrange(10**9)}" for _ in range(words)]
    return "\n".join(" ".join(found[at : at + 25]) + "." for at in range(0, words, 25))


def relate(text: str, other: str, *, seed: bool = False) -> tuple[Relation | None, Likeness]:
    likeness = compare(fingerprint(text), fingerprint(other, is_seed=seed))
    return name_relation(likeness, seed=seed), likeness


def kin_of(text: str, others: dict[int, str]) -> dict[int, Relation]:
    index = MemoryIndex()
    known = {n: (fingerprint(other, is_seed=n < 0), other) for n, other in others.items()}
    for number, (mark, _) in known.items():
        index.add(number, mark.selected)
    mark = fingerprint(text)
    found = find_kin(mark, text, index.candidates(mark.selected), known.__getitem__)
    return {kin.document: kin.relation for kin in found}


ARTICLE = write(400)


def test_same_prose_is_exact_whatever_its_dress() -> None:
    dressed = "Menu\n" + ARTICLE.upper().replace(" ", "\u00a0 ").replace("\n", "\n\nShare\n")

    assert relate(dressed, ARTICLE)[0] is Relation.EXACT


def test_edited_text_is_near() -> None:
    words = ARTICLE.split(" ")
    words[::40] = ["changed"] * len(words[::40])

    assert relate(" ".join(words), ARTICLE)[0] is Relation.NEAR


@pytest.mark.parametrize("lines", [2, 4, 8])
def test_cut_text_is_contained_and_a_copy_whatever_its_length(lines: int) -> None:
    relation, likeness = relate("\n".join(ARTICLE.split("\n")[:lines]), ARTICLE)

    assert relation is Relation.CONTAINED_IN
    assert is_copy(relation, likeness)


def test_round_up_contains_and_is_no_copy() -> None:
    relation, likeness = relate(f"{write(400, 1)}\n{ARTICLE}\n{write(400, 2)}", ARTICLE)

    assert relation is Relation.CONTAINS
    assert not is_copy(relation, likeness)


def test_text_with_a_little_of_its_own_is_a_copy() -> None:
    relation, likeness = relate(f"{ARTICLE}\n{write(350, 1)}", ARTICLE)

    assert relation is Relation.CONTAINS
    assert is_copy(relation, likeness)


def test_quotation_is_no_relation() -> None:
    assert relate(f"{write(400, 1)}\n{ARTICLE[:400]}", ARTICLE)[0] is None


def test_texts_without_words_are_not_related() -> None:
    assert relate("", "")[0] is None
    assert relate("…", ARTICLE)[0] is None


def test_seed_is_recognised_by_less_than_a_page_is() -> None:
    text = f"{write(200)[: 200 * 5]}\n{write(240, 9)}"

    assert relate(text, write(200))[0] is Relation.OVERLAP
    assert relate(text, write(200), seed=True)[0] is Relation.CONTAINS


def test_short_quotation_of_a_seed_is_no_relation() -> None:
    opening = " ".join(ARTICLE.split()[:27])

    assert relate(opening, ARTICLE)[0] is Relation.CONTAINED_IN
    assert relate(opening, ARTICLE, seed=True)[0] is None


def test_form_filled_in_with_other_figures_is_no_copy() -> None:
    def bulletin(week: int, *, own: int) -> str:
        figures = " ".join(f"{week}{n}" for n in range(12))
        return f"{write(150)} Output of the fields was {figures} tonnes.\n{write(60, own)}"

    first, second = bulletin(41, own=41), bulletin(57, own=57)

    assert relate(second, first)[0] is Relation.TEMPLATE
    assert kin_of(second, {1: first}) == {1: Relation.TEMPLATE}
    assert kin_of(first.replace("415", "416"), {1: first}) == {1: Relation.NEAR}


def test_characters_count_where_the_script_has_no_spaces() -> None:
    text = "阿塞拜疆总统周二在首都巴库会见了来访的外交部长并就两国关系交换了意见。" * 2
    text += "双方同意在未来几个月内恢复中断的航班,并讨论了能源和运输方面的合作项目。"

    assert fingerprint(text).words > 80
    assert relate(text[: len(text) * 2 // 3], text)[0] in {Relation.CONTAINED_IN, Relation.NEAR}
    assert shared_passage(text[5:40], text) == Passage(
        quote=text[5:40], words=34, a_start=0, a_end=35, b_start=5, b_end=40
    )


def test_passage_is_quoted_as_the_first_text_has_it() -> None:
    passage = "The President's plane was HIT over Grozny, officials in Baku said"

    found = shared_passage(f"Own words here. {passage}; and more.", f"x y z {passage.lower()} end")

    assert found == Passage(
        quote=f"{passage};", words=11, a_start=16, a_end=82, b_start=6, b_end=71
    )


def test_passage_is_the_longest_run_in_both_and_is_cut() -> None:
    text = " ".join(f"w{n}" for n in range(200))
    twice = " ".join([*(f"w{n}" for n in range(50, 60)), "gap", *(f"w{n}" for n in range(90, 190))])

    found = shared_passage(text, twice)

    assert found is not None
    assert found.quote == " ".join(f"w{n}" for n in range(90, 150)) + " …"
    assert found.words == 100
    whole = " ".join(f"w{n}" for n in range(90, 190))
    assert text[found.a_start : found.a_end] == whole == twice[found.b_start : found.b_end]
    assert shared_passage(text, " ".join(f"v{n}" for n in range(200))) is None


def test_passage_runs_through_both_texts_and_not_only_through_one() -> None:
    first = "a b c d e f g h i"
    second = "a b c d e f x b c d e f g y c d e f g h"  # holds each five of `first` but the last

    assert shared_passage(first, second) == Passage(
        quote="a b c d e f", words=6, a_start=0, a_end=11, b_start=0, b_end=11
    )


words = st.lists(st.sampled_from("abcdefghijklmnop"), max_size=120)


@given(words, words)
def test_likeness_is_bounded_and_the_same_from_both_sides(a: list[str], b: list[str]) -> None:
    one, other = fingerprint(" ".join(a)), fingerprint(" ".join(b))
    likeness = compare(one, other)

    assert compare(other, one) == flip(likeness)
    assert 0 <= likeness.jaccard <= min(likeness.a_in_b, likeness.b_in_a) <= 1
    assert max(likeness.a_in_b, likeness.b_in_a) <= 1


@given(words.filter(bool))
def test_a_text_is_exactly_itself(found: list[str]) -> None:
    mark = fingerprint(" ".join(found))
    likeness = compare(mark, mark)

    assert (likeness.a_in_b, likeness.b_in_a, likeness.jaccard) == (1, 1, 1)
    assert likeness.is_exact


@settings(max_examples=50)
@given(st.integers(0, 380), st.integers(20, 200), st.integers(1, 50))
def test_any_run_of_twenty_words_is_found(start: int, length: int, other: int) -> None:
    run = ARTICLE.split()[start : start + max(length, 20)][-400:]
    run = run if len(run) >= 20 else ARTICLE.split()[-20:]
    holder = f"{write(300, other)} {' '.join(run)} {write(300, other + 100)}"

    assert fingerprint(holder).selected & fingerprint(ARTICLE).selected
    assert compare(fingerprint(" ".join(run)), fingerprint(ARTICLE)).a_in_b == 1


def test_sample_is_about_an_eighth_of_the_shingles() -> None:
    mark = fingerprint(write(20_000))

    assert 0.11 < len(mark.selected) / len(mark.shingles) < 0.125


def test_what_is_indexed_lies_evenly_in_four_bytes() -> None:
    selected = sorted(fingerprint(write(200_000)).selected)
    least, most = -(1 << 31), (1 << 31) - 1

    assert least <= selected[0] < selected[-1] <= most
    for share in (0.25, 0.5, 0.75):
        assert selected[int(share * len(selected))] == pytest.approx(
            least + share * (most - least), abs=0.02 * (most - least)
        )


def test_hashes_never_change() -> None:
    mark = fingerprint("The quick brown fox jumps over the lazy dog", is_seed=True)

    assert all(0 <= value < 1 << 47 for value in mark.shingles)
    assert min(mark.shingles) == 24989468386487
    assert sorted(mark.selected)[:2] == [-1839036214, -1774684353]
    assert mark.exact == "e9a1932627d7f46d15c21eead63fa21f"


def test_fingerprint_does_not_hang_on_the_hash_seed() -> None:
    program = (
        "from ingest.relations import fingerprint\n"
        "print(sorted(fingerprint('one two three four five six seven ' * 9).selected))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(printed) == 1


def test_kin_are_the_closest_first() -> None:
    texts = {1: write(400, 1), 2: ARTICLE, 3: "\n".join(ARTICLE.split("\n")[:8]), -1: ARTICLE}
    index = MemoryIndex()
    marks = {n: fingerprint(text, is_seed=n < 0) for n, text in texts.items()}
    for number, mark in marks.items():
        index.add(number, mark.selected)
    mark = fingerprint(ARTICLE)

    kin = find_kin(mark, ARTICLE, index.candidates(mark.selected), lambda n: (marks[n], texts[n]))

    assert [(one.document, one.relation) for one in kin] == [
        (-1, Relation.EXACT),
        (2, Relation.EXACT),
        (3, Relation.CONTAINS),
    ]
    assert all(one.is_copy for one in kin)


def test_unlikely_candidates_are_not_loaded_when_their_sizes_are_known() -> None:
    mark = fingerprint(ARTICLE)

    def load(document: int) -> tuple[Fingerprint, str]:
        raise AssertionError(document)

    assert find_kin(mark, ARTICLE, [(1, 2), (-1, 2)], load, {1: 60, -1: 500}) == ()


def test_a_stranger_met_in_the_index_is_no_kin(monkeypatch: pytest.MonkeyPatch) -> None:
    others = {number: write(400, number) for number in range(1, 40)}
    others |= {100: ARTICLE, 101: "\n".join(ARTICLE.split("\n")[:8]), -1: ARTICLE}
    among_few = kin_of(ARTICLE, others)
    monkeypatch.setattr(shingles, "_KEY_MASK", (1 << 10) - 1)
    index = MemoryIndex()
    for number, text in others.items():
        index.add(number, fingerprint(text, is_seed=number < 0).selected)

    assert len(index.candidates(fingerprint(ARTICLE).selected)) > 30
    assert kin_of(ARTICLE, others) == among_few
    assert among_few.keys() == {100, 101, -1}


def test_every_copy_of_a_story_with_very_many_is_a_candidate() -> None:
    index = MemoryIndex()
    mark = fingerprint(ARTICLE)
    for number in range(1, 500):
        index.add(number, mark.selected)

    assert index.candidates(mark.selected) == [(n, len(mark.selected)) for n in range(1, 500)]


def seed_body(number: int) -> list[str]:
    return prose_lines(SEEDS[number])


def cut_half(body: list[str]) -> str:
    return "\n".join(body[: len(body) // 2])


def cut_third(body: list[str]) -> str:
    return "\n".join(body[: max(len(body) // 3, 2)])


def whole_body(body: list[str]) -> str:
    return "\n".join(body)


def retitled(body: list[str]) -> str:
    return "\n".join(["Another headline by another desk, and a standfirst of its own.", *body[1:]])


def agency_line(body: list[str]) -> str:
    return f"BAKU, July 1 (Agency) — {body[0]}\n" + "\n".join(
        [*body[1:], "Reporting by A. Author."]
    )


def embedded(body: list[str]) -> str:
    return f"{write(900, 1)}\n{whole_body(body)}\n{write(900, 2)}"


def with_comments(body: list[str]) -> str:
    return f"Stocks 1.2 3.4\n{whole_body(body)}\n{write(150, 3)}"


def decomposed(body: list[str]) -> str:
    text = unicodedata.normalize("NFD", whole_body(body))
    return text.replace("'", "’").replace('"', "“").replace(" ", "\u00a0", 40)


def other_quotes_and_case(body: list[str]) -> str:
    return whole_body(body).replace("’", "'").replace("“", '"').upper()


def lightly_edited(body: list[str]) -> str:
    words = whole_body(body).split(" ")
    words[::25] = ["edited"] * len(words[::25])
    return " ".join(words)


def without_every_fifth_paragraph(body: list[str]) -> str:
    return "\n".join(line for at, line in enumerate(body) if at % 5 != 4)


VARIANTS = [
    whole_body,
    cut_half,
    cut_third,
    retitled,
    agency_line,
    embedded,
    with_comments,
    decomposed,
    other_quotes_and_case,
    lightly_edited,
    without_every_fifth_paragraph,
]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.__name__)
@pytest.mark.parametrize("number", range(len(SEEDS)))
def test_variant_of_a_seed_is_recognised_and_of_no_other(
    number: int, variant: Callable[[list[str]], str]
) -> None:
    text = variant(seed_body(number))

    assert list(kin_of(text, {-n: seed for n, seed in enumerate(SEEDS, start=1)})) == [-number - 1]


def test_seeds_are_not_confused_with_each_other() -> None:
    marks = [fingerprint(seed, is_seed=True) for seed in SEEDS]
    most = max(
        compare(a, b).a_in_b for n, a in enumerate(marks) for m, b in enumerate(marks) if n != m
    )

    assert len(SEEDS) == 5
    assert most < 0.05
