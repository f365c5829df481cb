"""How much was found, estimated from which routes found what."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from benchmarks.completeness import CASES, Case, draw_histories
from ingest.completeness import ROUTES, Completeness, estimate_completeness, route_of
from ingest.spider_names import known_spiders

histories = st.lists(
    st.tuples(
        st.frozensets(st.sampled_from(["feeds", "links", "person", "search", "sitemaps"])),
        st.integers(0, 60),
    ),
    max_size=12,
)


def estimate(**texts: int) -> Completeness:
    """Of texts by the routes that found them, two joined by an underscore."""
    return estimate_completeness((routes.split("_"), number) for routes, number in texts.items())


def test_two_routes_are_chapman_s_estimator() -> None:
    told = estimate(feeds=20, links=10, feeds_links=15)

    assert told.estimated == pytest.approx((35 + 1) * (25 + 1) / (15 + 1) - 1)
    assert told.captures == {"feeds": 35, "links": 25}
    assert told.share == pytest.approx(45 / 57.5)


def test_three_independent_routes_are_estimated_without_bias() -> None:
    counts = Counter[str]()
    for feeds in (0, 1):
        for links in (0, 1):
            for search in (0, 1):  # found by one in two, one in four and one in five
                named = "_".join(
                    name
                    for name, has in (("feeds", feeds), ("links", links), ("search", search))
                    if has
                )
                shares = (0.5, 0.75 - links / 2, 0.8 - search * 0.6)
                counts[named] += round(4000 * shares[0] * shares[1] * shares[2])
    missing = counts.pop("")
    told = estimate(**counts)

    assert missing == 1200
    assert told.estimated == pytest.approx(4000, rel=0.002)


@pytest.mark.parametrize(
    ("texts", "lacks"),
    [
        ({}, "none found"),
        ({"feeds": 40}, "only feeds found them"),
        ({"feeds": 40, "person": 3, "feeds_person": 9}, "only feeds found them"),
        ({"person": 3}, "no route found them"),
        ({"feeds": 40, "links": 8}, "0 found by more than one route, 3 are needed"),
        ({"feeds": 40, "feeds_links": 2}, "2 found by more than one route, 3 are needed"),
    ],
)
def test_what_cannot_be_told_is_not_told(texts: dict[str, int], lacks: str) -> None:
    told = estimate(**texts)

    assert (told.estimated, told.low, told.high, told.share) == (None, None, None, None)
    assert told.lacks == lacks
    assert told.found == sum(texts.values())


def test_what_a_person_gave_counts_as_found_and_is_no_sample() -> None:
    without = estimate(feeds=20, links=10, feeds_links=15)
    with_person = estimate(feeds=18, feeds_person=2, links=10, feeds_links=15, person=4)

    assert without.estimated is not None
    assert with_person.found == without.found + 4
    assert with_person.estimated == without.estimated  # the four are of those it missed
    assert (with_person.low, with_person.high) == (max(49, without.low or 0), without.high)
    assert with_person.captures["person"] == 6


def test_where_a_person_gave_more_than_is_missing_there_is_what_was_found() -> None:
    told = estimate(feeds=2, links=2, feeds_links=15, person=40)

    assert (told.found, told.estimated, told.low, told.high) == (59, 59, 59, 59)


def test_where_each_was_found_by_two_routes_all_were_found_or_nearly() -> None:
    told = estimate(feeds_links=30)

    assert (told.estimated, told.low) == (30, 30)
    assert told.high in (31, 32)


@given(histories)
def test_estimates_stand_within_their_bounds_and_above_what_was_found(
    counted: list[tuple[frozenset[str], int]],
) -> None:
    told = estimate_completeness(counted)

    assert told.found == sum(texts for _, texts in counted)
    if told.estimated is None:
        assert told.lacks
        return
    assert told.low is not None
    assert told.high is not None
    assert told.found <= told.low <= told.estimated <= told.high
    assert not told.lacks


@given(histories, st.randoms(use_true_random=False))
def test_order_plays_no_part(
    counted: list[tuple[frozenset[str], int]], chance: random.Random
) -> None:
    mixed = list(counted)
    chance.shuffle(mixed)

    assert estimate_completeness(mixed) == estimate_completeness(counted)


@given(histories)
def test_more_found_by_two_routes_never_raises_what_is_missing(
    counted: list[tuple[frozenset[str], int]],
) -> None:
    before = estimate_completeness(counted)
    after = estimate_completeness([*counted, (frozenset({"feeds", "links"}), 1)])

    if before.estimated is not None and {"feeds", "links"} <= before.captures.keys():
        assert after.estimated is not None
        assert after.estimated - after.found <= before.estimated - before.found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_intervals_hold_what_they_promise(case: Case) -> None:
    held = told = 0
    for number in range(300):
        drawn = draw_histories(random.Random(number), 60, case)
        found = estimate_completeness(drawn)
        if found.low is not None and found.high is not None:
            told += 1
            held += found.low <= 60 <= found.high

    assert told >= 150
    assert held / told >= 0.9


def test_searches_of_one_web_are_one_route_and_hints_none() -> None:
    assert {route_of(spider) for spider in ("bing", "searxng", "mediacloud")} == {"search"}
    assert route_of("google") is None
    assert route_of("my_own") == "my_own"


def test_every_spider_has_its_route() -> None:
    loader = SpiderLoader.from_settings(Settings({"SPIDER_MODULES": ["spiders"]}))

    assert sorted(loader.list()) == known_spiders()
    assert {*loader.list()} - {"frontier", "look"} <= ROUTES.keys()  # these name nothing
