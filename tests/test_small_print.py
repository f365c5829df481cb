from __future__ import annotations

import pytest

from ingest.extract.decision import decide
from ingest.extract.generic import read_votes
from ingest.extract.page import ParsedPage, parse
from ingest.extract.segments import cut
from ingest.extract.small_print import drop_small_print

PROSE = "The harbour board met on Monday and agreed to mend the pier before winter, it said. "
OTHER = "Ferries will call at the north quay until the work is done, which may well take a month. "
RISKS = (
    "All lending is subject to risk, and what a harbour paid in the past says nothing of later. "
)


def page_of(body: str) -> ParsedPage:
    page = parse(f"<html><body>{body}</body></html>".encode(), "https://herald.test/a-story", None)
    assert page is not None
    return page


def left(body: str) -> list[str]:
    """What stays of a page of which every block was kept."""
    blocks = cut(page_of(body))
    is_kept = [True] * len(blocks)
    drop_small_print(blocks, is_kept)
    return [block.text for block, own in zip(blocks, is_kept, strict=True) if own]


def beside(named: str) -> str:
    return (
        f"<p>the story itself</p><div {named}><p>of no one</p><ul><li>at all</ul></div><p>ends</p>"
    )


@pytest.mark.parametrize(
    "named",
    [
        "class='disclaimer'",
        "id='Disclaimer'",
        "class='grid affiliate-disclaimer wide'",
        "class='shop-with-us__disclaimer'",
        "class='text--disclaimer'",
        "class='disclaimers__item'",
        "class='Notes_disclaimer__SNolK'",
        "id='shop-disclaimer-text'",
    ],
)
def test_what_the_page_calls_a_disclaimer_goes(named: str) -> None:
    assert left(beside(named)) == ["the story itself", "ends"]


@pytest.mark.parametrize(
    "named",
    [
        "class='post tag-disclaimer'",
        "class='category-disclaimers'",
        "class='entry has-disclaimer'",
        "class='entry__body--with-disclaimer'",
        "class='disclaimerless'",
        "class='disclaimer-free'",
        "class='disclosure__panel'",  # folds text away
    ],
)
def test_what_has_a_disclaimer_or_is_filed_under_it_stays(named: str) -> None:
    assert left(beside(named)) == ["the story itself", "of no one", "at all", "ends"]


@pytest.mark.parametrize("frame", ["article", "main", "body"])
def test_the_frame_of_a_page_is_no_small_print(frame: str) -> None:
    page = f"<{frame} class='disclaimer'><p>the story</p><p>ends</p></{frame}>"

    assert left(page) == ["the story", "ends"]


@pytest.mark.parametrize(("lines", "own"), [(2, 0), (3, 0), (4, 4)])
def test_boxes_that_hold_nearly_all_are_the_article(lines: int, own: int) -> None:
    small = "".join(f"<p>line {n} of eight</p>" for n in range(lines))
    told = left(f"<p>line 9 of eight</p><div class='disclaimer'>{small}</div>")

    assert len(told) == 1 + own


def test_blocks_that_were_not_kept_stay_out_and_do_not_count() -> None:
    blocks = cut(page_of(f"<p>{PROSE}</p><p>story</p><div class='disclaimer'><p>of none</p></div>"))
    is_kept = [False, True, True]
    drop_small_print(blocks, is_kept)

    assert is_kept == [False, True, False]

    is_kept = [False, False, True]
    drop_small_print(blocks, is_kept)

    assert is_kept == [False, False, True]


def test_small_print_longer_than_its_article_is_not_of_its_text() -> None:
    story = f"<h1>Harbour board mends the pier</h1><p>{PROSE * 2}</p><p>{OTHER * 2}</p>"
    small = "".join(f"<p><sup>{n}</sup>Of {n} ports. {RISKS * 2}</p>" for n in (1, 2, 3))
    for named, risks in (("text--small", 3), ("text--disclaimer", 0)):
        page = page_of(f"<article>{story}<div class='{named}'>{small}</div></article>")
        kept = [block.text for block in decide(page, read_votes(page)).kept]

        assert (PROSE * 2).strip() in kept
        assert sum(RISKS.strip() in line for line in kept) == risks
