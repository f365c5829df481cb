"""What a site repeats, purely."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.extract.lines import PageLines, kinds_in, lines_of, unpacked
from ingest.extract.page import parse
from ingest.extract.prints import articles_of
from ingest.extract.recurring import (
    NOTHING_KNOWN,
    learn,
    leave_out,
    mark_of,
    memory_of,
    text_as_extracted,
)
from ingest.extract.segments import cut
from tests.rows import article
from tests.test_intake import prose

if TYPE_CHECKING:
    from ingest.items import Article

PLEA = "We are an independent newsroom: please consider a small monthly gift to keep it that way."
FOLLOW = "Follow our channel on Telegram"
TEASER = "Ten photographs of a garden in winter"
LINK = f'<a href="/other">{TEASER}</a>'


def page(number: int, *extra: str, title: str = "", body: str = "") -> tuple[Article, PageLines]:
    """A page with an article of its own and these lines below it, as HTML or as plain text."""
    text = body or prose(number, 8)
    title = title or f"Headline number {number} of the day"
    lines = [*text.split("\n"), *extra]
    found = parse("".join(f"<p>{line}</p>" for line in lines).encode(), "http://a.test/", "utf-8")
    assert found is not None
    blocks = cut(found)
    read = article(f"http://a.test/{number}", "\n".join(one.text for one in blocks), title=title)
    known, kinds = lines_of(read, blocks, f"a.test/{number}")
    return replace(read, line_kinds=kinds), known


def left_out(pages: list[tuple[Article, PageLines]]) -> set[str]:
    memory = memory_of(learn([lines for _, lines in pages]))
    return {line for one, _ in pages for _, line in leave_out(one, memory).left_out}


def test_lines_on_every_page_are_the_site_s() -> None:
    assert left_out([page(number, PLEA, FOLLOW) for number in range(6)]) == {PLEA, FOLLOW}


@pytest.mark.parametrize(("pages", "expected"), [(2, set()), (3, {TEASER})])
def test_a_link_needs_three_pages(pages: int, expected: set[str]) -> None:
    linked = [page(number, LINK) for number in range(pages)]

    assert left_out([*linked, *(page(number) for number in range(10, 30))]) == expected


def test_prose_on_few_pages_of_many_stays_until_they_are_many() -> None:
    others = [page(number) for number in range(10, 50)]

    assert left_out([*(page(number, PLEA) for number in range(7)), *others]) == set()
    assert left_out([*(page(number, PLEA) for number in range(8)), *others]) == {PLEA}


def test_background_paragraph_of_a_story_stays() -> None:
    background = (
        "The airliner came down near Aktau in December after it had been fired at over Grozny."
    )
    titles = ("Airliner inquiry opens", "Families of the Aktau dead", "Grozny says nothing")
    told = [
        page(number, background, title=f"{titles[number % 3]}, day {number}")
        for number in range(12)
    ]

    assert left_out(told) == set()


def test_article_printed_over_and_over_is_no_habit() -> None:
    lines = prose(1, 10).split("\n")
    prints = [
        page(number, title=f"Update {number}: river and border", body="\n".join(
            random.Random(number).sample(lines, 7)))
        for number in range(9)
    ]  # fmt: skip

    assert len(set(articles_of([known for _, known in prints]))) == 1
    assert left_out(prints) == set()


def test_one_headline_for_all_its_pages_does_not_blind_a_site() -> None:
    pages = [page(number, PLEA, title="The Daily Herald online") for number in range(6)]

    assert left_out(pages) == {PLEA}


def test_line_that_is_a_link_elsewhere_stays_where_it_is_prose() -> None:
    headline = "Ten photographs of a garden in winter, taken by a reader of ours over many years"
    own = page(99, headline)
    linking = [page(number, f'<a href="/99">{headline}</a>') for number in range(5)]
    memory = memory_of(learn([lines for _, lines in [own, *linking]]))

    assert headline in leave_out(own[0], memory).text
    assert headline not in leave_out(linking[0][0], memory).text


def test_text_that_is_nothing_but_the_site_s_stays_for_others_to_judge() -> None:
    pages = [page(number, PLEA, FOLLOW) for number in range(6)]
    memory = memory_of(learn([lines for _, lines in pages]))
    wall, _ = page(7, FOLLOW, body=PLEA)

    assert leave_out(wall, memory).text == f"{PLEA}\n{FOLLOW}"


PAGES = [page(n, *random.Random(n).sample([PLEA, FOLLOW, LINK], n % 4)) for n in range(12)]
KNOWN = [lines for _, lines in PAGES]


@given(st.permutations(KNOWN))
def test_order_plays_no_part(order: list[PageLines]) -> None:
    assert learn(order) == learn(KNOWN)
    assert memory_of(learn(order)).version == memory_of(learn(KNOWN)).version != ""


@given(
    lines=st.lists(st.sampled_from([PLEA, FOLLOW, *prose(3).split("\n")]), min_size=1),
    kinds=st.text("fashpt-", min_size=30, max_size=30),
)
def test_leaving_out_can_be_repeated_and_undone(lines: list[str], kinds: str) -> None:
    memory = memory_of(learn(KNOWN))
    one = article("http://a.test/", "\n".join(lines), line_kinds=kinds[: len(lines)])
    once = leave_out(one, memory)

    assert leave_out(once, memory) == once
    assert leave_out(once, NOTHING_KNOWN) == one
    assert text_as_extracted(once) == one.text


@given(st.sampled_from(PAGES))
def test_lines_are_kept_whole(one: tuple[Article, PageLines]) -> None:
    read, known = one

    assert unpacked(known.address, known.headline, known.to_bytes()) == known
    assert kinds_in(known, read.text) == read.line_kinds


def test_mark_tells_which_lines_go() -> None:
    memory = memory_of(learn(KNOWN))
    marks = {mark_of(known, memory) for known in KNOWN}

    assert mark_of(KNOWN[0], NOTHING_KNOWN) == ""
    assert mark_of(page(0)[1], memory) == ""
    assert len(marks) > 2


def test_text_read_before_kinds_were_asked_stays() -> None:
    old = article("http://a.test/", f"{prose(1)}\n{PLEA}")

    assert leave_out(old, memory_of(learn(KNOWN))) == old
