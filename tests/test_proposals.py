from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.proposing.catalogue import Outlet, built_in
from ingest.proposing.proposals import (
    Fit,
    Proposal,
    fit_of,
    outlet_feeds,
    propose,
    read_proposals,
    written,
)
from ingest.proposing.seed_outlets import How, NamedOutlet
from ingest.proposing.trials import (
    Limits,
    Stage,
    Trial,
    read_trials,
    review,
    written_trials,
)
from ingest.seedset import load_seed_set
from ingest.topic import learn_topic
from tests.test_topic import SEEDS

if TYPE_CHECKING:
    from random import Random

NOW = datetime(2025, 7, 3, 12, tzinfo=UTC)
LIMITS = Limits(per_day=2, at_once=3, trial=timedelta(days=14))
FIT = Fit(
    places={"az": 1.0, "ru": 1.0, "am": 0.5},
    leading={"az": 0.7, "ru": 0.3},
    home=("en",),
    other=("az", "ru"),
)


def outlet(host: str, country: str, languages: str, covers: str = "") -> Outlet:
    return Outlet(
        home=f"https://{host}/",
        names=(host,),
        country=country,
        languages=tuple(languages.split(",")),
        covers=tuple(filter(None, covers.split(","))),
    )


def named_outlet(host: str, score: float, how: How = How.RIGHTS) -> NamedOutlet:
    return NamedOutlet(
        outlet=host, home=f"https://{host}/", how=how, evidence="", seeds=(1, 3), score=score
    )


def proposed(*catalogue: Outlet, least_fit: float = 0.6, shown: int = 99) -> dict[str, Proposal]:
    found = propose((), catalogue, FIT, least_fit=least_fit, shown=shown)
    return {one.outlet: one for one in found}


def test_outlets_are_ranked_by_where_they_look_and_what_they_speak() -> None:
    ranked = proposed(
        outlet("world.org", "gb", "en", "*"),
        outlet("baku-az.az", "az", "az"),
        outlet("moscow-ru.ru", "ru", "ru"),
        outlet("baku-en.az", "az", "en"),
        outlet("both.ge", "ge", "en", "az,ru"),
        outlet("yerevan.am", "am", "en"),
        outlet("paris.fr", "fr", "fr", "*"),
    )

    assert list(ranked) == [
        "baku-en.az", "both.ge", "baku-az.az", "moscow-ru.ru", "world.org", "yerevan.am",
    ]  # fmt: skip
    assert [host for host, one in ranked.items() if one.is_strong] == list(ranked)[:4]


def test_sentence_says_where_an_outlet_looks() -> None:
    ranked = proposed(
        outlet("both.ru", "ru", "ru,en", "az"),
        outlet("far.ge", "ge", "en", "az,ru"),
        outlet("world.org", "gb", "en", "*"),
    )

    assert {host: one.because for host, one in ranked.items()} == {
        "both.ru": "both.ru is an outlet of Russia and reports on Azerbaijan, in en",
        "far.ge": "far.ge reports on Azerbaijan and Russia, in en",
        "world.org": "world.org reports on the whole world, in en",
    }


def test_country_whose_outlets_fit_alike_does_not_have_all_the_first_places() -> None:
    azeri = [outlet(f"a{n}.az", "az", "en") for n in range(9)]
    ranked = list(proposed(*azeri, outlet("both.ge", "ge", "en", "az,ru")))

    assert ranked.index("both.ge") == 5


def test_no_more_of_the_catalogue_is_proposed_than_may_be_shown() -> None:
    assert len(proposed(*built_in(), shown=7)) == 7


def test_outlets_of_the_seeds_come_first_and_take_feeds_from_the_catalogue() -> None:
    listed = Outlet(
        home="https://www.paper.az/",
        names=("Paper",),
        country="az",
        languages=("en",),
        feeds=("https://www.paper.az/rss",),
    )
    found = propose(
        [named_outlet("paper.az", 0.95), named_outlet("shop.com", 0.45, How.LINK)],
        [listed, outlet("other.az", "az", "en")], FIT, least_fit=0.6, shown=9,
    )  # fmt: skip

    assert [(one.outlet, one.origin, one.is_strong) for one in found] == [
        ("paper.az", "seeds", True),
        ("shop.com", "seeds", False),
        ("other.az", "catalogue", True),
    ]
    assert (found[0].home, found[0].feeds) == (listed.home, listed.feeds)
    assert found[0].because == "seeds 1 and 3 have its copyright line"
    assert read_proposals(written(found)) == found


def test_fit_of_a_topic_between_two_countries_leads_with_both() -> None:
    fit = fit_of(learn_topic(load_seed_set(SEEDS)))

    assert set(fit.leading) == {"az", "ru"}
    assert fit.places["az"] == fit.places["ru"] == 1.0
    assert sum(fit.leading.values()) == pytest.approx(1.0)
    assert "en" in fit.home


@given(
    places=st.dictionaries(st.sampled_from(["az", "ru", "ge", "us"]), st.floats(0, 1)),
    home=st.lists(st.sampled_from(["en", "ru", "az", "fr"]), max_size=3),
    least_fit=st.floats(0, 1),
)
def test_scores_are_shares_and_the_order_is_theirs_within_a_country(
    places: dict[str, float], home: list[str], least_fit: float
) -> None:
    leading = dict.fromkeys(list(places)[:2], 0.5)
    fit = Fit(places=places, leading=leading, home=tuple(home), other=())
    found = propose((), built_in(), fit, least_fit=least_fit, shown=1000)

    assert all(0 <= one.score <= 1 for one in found)
    assert all(one.is_strong == (one.score >= least_fit) for one in found)
    of_country = {one.home: one.country for one in built_in()}
    for country in set(of_country.values()):
        scores = [one.score for one in found if of_country[one.home] == country]
        assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("announced", "kept"),
    [
        (
            [
                "https://a.test/2025/talks/feed/", "https://a.test/comments/feed/",
                "https://a.test/feed/", "https://a.test/en/politics/feed/",
                "https://a.test/en/feed/", "https://a.test/author/x/feed",
            ],
            ("https://a.test/feed/", "https://a.test/en/feed/"),
        ),
        ([], ()),
        (["https://feeds.b.test/a", "https://feeds.b.test/a"], ("https://feeds.b.test/a",)),
    ],
)  # fmt: skip
def test_feeds_of_an_outlet_are_told_from_those_of_an_article(
    announced: list[str], kept: tuple[str, ...]
) -> None:
    assert outlet_feeds(announced, "https://a.test/2025/talks") == kept
    assert outlet_feeds(reversed(announced), "https://a.test/2025/talks") == kept


def proposal(host: str, *, is_strong: bool = True, path: str = "") -> Proposal:
    return Proposal(
        outlet=host, home=f"https://{host}/{path}", origin="catalogue", score=0.8,
        because="it fits", is_strong=is_strong,
    )  # fmt: skip


def started(*proposals: Proposal, trials: list[Trial] | None = None, **kept: int) -> list[str]:
    found = review(
        proposals, trials or [], {host.replace("_", "."): n for host, n in kept.items()},
        now=NOW, limits=LIMITS,
    )  # fmt: skip
    return [one.home.partition("//")[2] for one in found.start]


def days_ago(host: str, days: float, stage: Stage = Stage.RUNNING) -> Trial:
    return Trial(outlet=host, since=NOW - timedelta(days=days), stage=stage)


FOUR = [proposal(f"{letter}.az") for letter in "abcd"]


def test_the_first_are_tried_as_many_as_a_day_allows() -> None:
    assert started(*FOUR) == ["a.az/", "b.az/"]
    assert started(*FOUR, trials=[days_ago("a.az", 0.5)]) == ["b.az/"]


def test_no_more_are_on_trial_than_at_once_may_be() -> None:
    running = [days_ago(host, 3) for host in ("x.az", "y.az")]

    assert started(*FOUR, trials=running) == ["a.az/"]
    assert started(*FOUR, trials=[*running, days_ago("z.az", 3)]) == []


def test_outlet_with_two_front_pages_is_one_outlet() -> None:
    two = [proposal("a.az"), proposal("b.az"), proposal("a.az", path="en"), proposal("c.az")]

    assert started(*two) == ["a.az/", "b.az/", "a.az/en"]


def test_what_fits_weakly_is_not_tried() -> None:
    assert started(proposal("a.az", is_strong=False), proposal("b.az")) == ["b.az/"]


def test_outlet_that_gave_an_article_needs_no_trial_and_takes_nobodys_place() -> None:
    weak = proposal("weak.az", is_strong=False)
    found = review([weak, *FOUR], [], {"weak.az": 1}, now=NOW, limits=LIMITS)

    assert [one.outlet for one in found.start] == ["weak.az", "a.az", "b.az"]
    assert found.on_trial == ("a.az", "b.az")


def test_trial_without_an_article_ends_and_makes_room() -> None:
    old = [days_ago(host, 14) for host in ("x.az", "y.az", "z.az")]
    found = review(FOUR, old, {"y.az": 1}, now=NOW, limits=LIMITS)

    assert found.rest == ("x.az", "z.az")
    assert found.confirmed == ("y.az",)
    assert found.on_trial == ("a.az", "b.az")


def test_outlet_that_rests_is_woken_by_an_article_and_never_tried_again_without() -> None:
    resting = days_ago("a.az", 90, Stage.OVER)

    assert started(proposal("a.az"), trials=[resting]) == []
    assert review([], [resting], {"a.az": 1}, now=NOW, limits=LIMITS).confirmed == ("a.az",)


def test_where_a_person_decided_no_rule_does() -> None:
    decided = days_ago("a.az", 90, Stage.PERSON)
    found = review([proposal("a.az")], [decided], {"a.az": 1}, now=NOW, limits=LIMITS)

    assert not found.is_news
    assert found.start == ()


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 12), st.randoms(use_true_random=False))
def test_order_of_trials_plays_no_part_and_limits_hold(
    per_day: int, at_once: int, running: int, rng: Random
) -> None:
    trials = [days_ago(f"t{n}.az", n / 3) for n in range(running)]
    proposals = [proposal(f"p{n}.az") for n in range(12)]
    limits = Limits(per_day=per_day, at_once=at_once, trial=timedelta(days=3))
    found = review(proposals, trials, {}, now=NOW, limits=limits)
    shuffled = rng.sample(trials, len(trials))

    assert review(proposals, shuffled, {}, now=NOW, limits=limits) == found
    assert len(found.on_trial) <= per_day
    left = running - len(found.rest)
    assert left + len(found.on_trial) <= max(at_once, left)
    assert {**read_trials(written_trials(trials))} == {one.outlet: one for one in trials}
