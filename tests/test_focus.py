from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.calibration import THRESHOLD, score_of
from ingest.focus import (
    Yield,
    hub_priority,
    is_explored,
    is_hub_address,
    is_vouched,
    link_priority,
)
from ingest.items import Block, Candidate

SHARES = st.floats(0, 1, allow_nan=False)
NONE = Yield(0, 0)


def link(block: Block = Block.OTHER, parent: float = 0.0) -> Candidate:
    return Candidate(url="http://a.test/1", found_by="links", depth=1, block=block, parent=parent)


@pytest.mark.parametrize("block", [Block.BODY, Block.RELATED, Block.TAGS])
def test_a_related_page_speaks_for_the_links_of_its_text(block: Block) -> None:
    assert link_priority(0.2, link(block, 0.9)) > link_priority(0.2, link(block, 0.0))


@pytest.mark.parametrize("block", [Block.TICKER, Block.NAVIGATION, Block.OTHER])
def test_a_page_says_nothing_for_its_tickers_and_menus(block: Block) -> None:
    assert link_priority(0.2, link(block, 0.99)) == pytest.approx(link_priority(0.2, link()))


@given(SHARES, SHARES, SHARES, st.sampled_from(Block))
def test_what_a_link_says_comes_before_where_it_stands(
    own: float, more: float, parent: float, block: Block
) -> None:
    less, much = sorted((own, more))

    assert 0 <= link_priority(less, link(block, parent)) <= link_priority(much, link(block, parent))
    assert link_priority(much, link(block, parent)) <= 1


@given(SHARES)
def test_no_page_lifts_a_link_by_more_than_a_seventh_of_the_cut(parent: float) -> None:
    assert link_priority(0.0, link(Block.BODY, parent)) <= score_of(0.15) + 1e-9


def test_a_link_without_words_is_followed_from_the_text_of_a_related_page_alone() -> None:
    assert is_vouched(link(Block.BODY, THRESHOLD), 2)
    assert not is_vouched(link(Block.BODY, THRESHOLD), 6)
    assert not is_vouched(link(Block.BODY, THRESHOLD / 2), 2)
    assert not is_vouched(link(Block.TICKER, THRESHOLD), 2)


def test_lists_of_fruitful_outlets_go_before_others_and_behind_links_at_the_cut() -> None:
    poor, rich = hub_priority(Yield(50, 0), None), hub_priority(Yield(50, 40), None)

    assert hub_priority(NONE, None) == poor < rich < THRESHOLD
    assert poor < hub_priority(NONE, Block.TAGS) < THRESHOLD


def test_an_outlet_that_was_never_tried_has_no_yield() -> None:
    assert NONE.share == 0
    assert Yield(fetched=1, kept=1).share < 0.5


@pytest.mark.parametrize(
    "path",
    ["/tag/baku/", "/world", "/news/south-caucasus/", "/az/siyaset/", "/category/world/page/2/",
     "/topics/azerbaijan-russia-relations-2025", "/section/world/", "/rubric/politics"],
)  # fmt: skip
def test_sections_and_tags_look_like_lists(path: str) -> None:
    assert is_hub_address(f"http://a.test{path}")


@pytest.mark.parametrize(
    "path",
    ["", "/", "/2025/07/03/talks-resume/", "/news/talks-resume-in-baku-after-a-long-break-12345",
     "/story.html", "/world?sort=new", "/about-us", "/privacy-policy", "/login", "/video",
     "/tag/a/b/c/d", "/calendar/2025/07"],
)  # fmt: skip
def test_articles_forms_and_pages_of_the_house_do_not(path: str) -> None:
    assert not is_hub_address(f"http://a.test{path}")


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_not(text: str) -> None:
    assert is_hub_address(text) in {True, False}


def test_the_share_that_is_drawn_is_the_share_asked_for() -> None:
    keys = [f"a.test/{n}" for n in range(4000)]
    drawn = {key for key in keys if is_explored(key, 0.05)}

    assert 0.03 < len(drawn) / len(keys) < 0.07
    assert drawn <= {key for key in keys if is_explored(key, 0.2)}
    assert not any(is_explored(key, 0.0) for key in keys)
    assert all(is_explored(key, 1.0) for key in keys)
