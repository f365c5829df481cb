"""What the gate is tried on, and what is learned of its loss."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.items import Candidate, Outcome
from ingest.sampling import GateLoss, estimate_loss, is_drawn, lot_of
from tests.rows import NOW, article, fetched
from tests.test_intake import open_intake, prose, read

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ingest.corpus import Corpus
    from ingest.intake import Intake

DULL = "Football: the home team wins again after a long evening of rain and extra time"
MANY = 400


def loss(*samples: tuple[float, bool | None], refused: int = 1000, kept: int = 50) -> GateLoss:
    return estimate_loss(samples, refused=refused, let_through=kept)


def test_a_share_of_the_refused_is_drawn() -> None:
    keys = [f"a.test/{number}" for number in range(20_000)]
    drawn = [key for key in keys if is_drawn(key, salt="s", share=0.01)]

    assert 150 < len(drawn) < 250
    assert not any(is_drawn(key, salt="s", share=0.0) for key in keys)
    assert all(is_drawn(key, salt="s", share=1.0) for key in keys)


@given(st.text(max_size=40), st.text(max_size=10), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_draws_the_same_and_more(key: str, salt: str, a: float, b: float) -> None:
    less, more = sorted((a, b))

    assert is_drawn(key, salt=salt, share=more) or not is_drawn(key, salt=salt, share=less)


@given(st.text(max_size=40), st.text(max_size=10), st.floats(0, 1))
def test_what_is_drawn_has_a_lot_below_the_share(key: str, salt: str, share: float) -> None:
    lot = lot_of(key, salt=salt)

    assert 0 <= lot <= 1
    assert is_drawn(key, salt=salt, share=share) == (lot < share) or lot == share


def test_other_corpora_draw_others() -> None:
    keys = [f"a.test/{number}" for number in range(3000)]
    one, other = ({k for k in keys if is_drawn(k, salt=salt, share=0.1)} for salt in "ab")

    assert len(one & other) < 80


def test_nothing_related_among_a_hundred_still_leaves_a_bound() -> None:
    found = loss(*[(0.01, False)] * 100)

    assert (found.miss_rate, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(0.037, abs=0.001)
    assert found.recall == 1.0
    assert found.recall_low == pytest.approx(50 / (50 + 37), abs=0.01)


def test_what_is_not_fetched_yet_says_nothing() -> None:
    found = loss((0.01, None), (0.01, None))

    assert (found.drawn, found.answered, found.miss_rate, found.recall) == (2, 0, None, None)


def test_addresses_drawn_with_a_smaller_share_stand_for_more() -> None:
    found = loss(*[(0.1, True)] * 10, *[(0.01, False)] * 10)

    assert found.miss_rate == pytest.approx(10 * 10 / (10 * 10 + 10 * 100))
    assert found.low is not None
    assert found.high is not None
    assert found.high - found.low > 0.3  # as few as the twelve they are worth


@given(st.lists(st.tuples(st.floats(0.001, 1), st.none() | st.booleans()), max_size=60))
def test_rates_are_shares_within_their_bounds(samples: list[tuple[float, bool | None]]) -> None:
    found = loss(*samples)

    assert found.drawn == len(samples)
    if found.answered:
        assert found.miss_rate is not None
        assert found.low is not None
        assert found.high is not None
        assert 0 <= found.low <= found.miss_rate + 1e-9
        assert found.miss_rate - 1e-9 <= found.high <= 1


# -- in a corpus ---------------------------------------------------------------------------------


@pytest.fixture
def intake(tmp_path: Path) -> Intake:
    (tmp_path / "seedbed.toml").write_text("[crawl]\nsample_share = 0.1\nsamples_per_run = 15\n")
    return open_intake(tmp_path / "corpus.db")


def offer(intake: Intake, numbers: Sequence[int], *, title: str = DULL, by: str = "feeds") -> None:
    intake.offer(
        [
            Candidate(url=f"http://a.test/news/{n}", found_by=by, title=title, language="en")
            for n in numbers
        ],
        now=NOW,
    )


def drawn(intake: Intake) -> set[str]:
    rows = intake.corpus._rows("SELECT p.key FROM gate_samples g JOIN pages p ON p.id = g.page")
    return {row["key"] for row in rows}


def test_some_of_the_refused_wait_for_a_fetch_and_no_more_than_a_run_may(intake: Intake) -> None:
    offer(intake, range(MANY))
    outcomes = intake.corpus.counts_by_outcome()

    assert 20 < len(drawn(intake)) < 70
    assert outcomes == {"waiting": 15, "skipped": MANY - 15}
    reason = intake.corpus._value("SELECT reason FROM pages WHERE outcome = 'waiting'")
    assert reason.startswith("drawn to see what the gate misses; headline reaches 0.00 of the cut")
    assert intake.corpus._value("SELECT count(*) FROM routes") == 0


def test_what_was_too_much_for_one_run_is_for_the_next(intake: Intake, tmp_path: Path) -> None:
    offer(intake, range(MANY))
    number = len(drawn(intake))
    with closing(open_intake(tmp_path / "corpus.db", seed=False).corpus) as again:
        later = open_intake(tmp_path / "corpus.db", seed=False)
        offer(later, [MANY + 1])

        assert again.counts_by_outcome()["waiting"] == min(30, number)


def offer_outlets(intake: Intake, outlets: str) -> None:
    for name in outlets:
        intake.offer(
            [
                Candidate(
                    url=f"http://{name}.test/news/{n}", found_by="feeds", title=DULL, language="en"
                )
                for n in range(MANY)
            ],
            now=NOW,
        )


def waiting_by_outlet(corpus: Corpus) -> dict[str, int]:
    rows = corpus._rows(
        "SELECT outlet, count(*) AS pages FROM pages WHERE outcome = 'waiting' GROUP BY outlet"
    )
    return {row["outlet"]: row["pages"] for row in rows}


def test_where_more_are_drawn_than_a_run_may_fetch_no_outlet_comes_first(tmp_path: Path) -> None:
    (tmp_path / "seedbed.toml").write_text("[crawl]\nsample_share = 1\nsamples_per_run = 0\n")
    intake = open_intake(tmp_path / "corpus.db")
    offer_outlets(intake, "az")
    for _ in range(10):  # what ten runs may fetch
        intake.corpus.fetch_samples(20, now=NOW)
    waiting = waiting_by_outlet(intake.corpus)

    assert sum(waiting.values()) == 200
    assert waiting["a.test"] == pytest.approx(100, abs=30)  # four standard deviations


def test_what_was_drawn_with_a_larger_share_is_no_longer_in_coming(tmp_path: Path) -> None:
    for outlet, share in (("a", 0.9), ("z", 0.3)):
        (tmp_path / "seedbed.toml").write_text(
            f"[crawl]\nsample_share = {share}\nsamples_per_run = 0\n"
        )
        with closing(open_intake(tmp_path / "corpus.db", seed=outlet == "a").corpus):
            intake = open_intake(tmp_path / "corpus.db", seed=False)
            offer_outlets(intake, outlet)
    corpus = intake.corpus
    corpus.fetch_samples(200, now=NOW)
    waiting = waiting_by_outlet(corpus)

    assert waiting["a.test"] == pytest.approx(150, abs=25)  # of 360 drawn, beside 120


def test_the_order_of_arrival_plays_no_part_in_what_is_drawn(tmp_path: Path) -> None:
    found = []
    for name, numbers in (("a", range(MANY)), ("b", range(MANY - 1, -1, -1))):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "seedbed.toml").write_text("[crawl]\nsample_share = 0.1\n")
        intake = open_intake(folder / "corpus.db")
        for number in numbers:
            offer(intake, [number])
        found.append(drawn(intake))

    assert found[0] == found[1] != set()


def test_nothing_is_drawn_where_the_share_is_none(tmp_path: Path) -> None:
    (tmp_path / "seedbed.toml").write_text("[crawl]\nsample_share = 0\n")
    intake = open_intake(tmp_path / "corpus.db")
    offer(intake, range(MANY))

    assert intake.corpus.counts_by_outcome() == {"skipped": MANY}


def judge_all(intake: Intake, related: int) -> None:
    """Fetch what was drawn; so many of it prove related."""
    due = intake.corpus.claim(run=intake.run, limit=99, now=NOW, lease_s=60)
    for place, page in enumerate(due):
        text = prose(place) if place < related else "The home team won.\n" * 30
        one = article(page.url, text, title="Baku" if place < related else DULL)
        intake.take_page(fetched(page.page, page.url), read(one))


def test_what_proves_related_is_kept_and_tells_the_miss_rate(intake: Intake) -> None:
    offer(intake, range(MANY))
    judge_all(intake, related=3)
    corpus = intake.corpus
    found = estimate_loss(
        corpus.gate_samples(), refused=corpus.count_refused(), let_through=5
    )  # fmt: skip

    assert corpus.counts_by_outcome()["article"] == 3
    assert corpus.count_let_through() == 0
    assert (found.refused, found.answered, found.related) == (MANY, 15, 3)
    assert found.miss_rate == pytest.approx(0.2)
    assert found.recall == pytest.approx(5 / (5 + 0.2 * MANY))


def test_what_another_source_says_more_of_is_refused_no_more(intake: Intake) -> None:
    offer(intake, range(MANY))
    key = min(drawn(intake))
    number = int(key.rsplit("/", 1)[1])
    offer(intake, [number], title="Baku answers Moscow", by="sitemaps")
    corpus = intake.corpus
    page = corpus._row("SELECT * FROM pages WHERE key = ?", (key,))
    assert page is not None

    assert (page["outcome"], page["found_by"]) == (Outcome.WAITING, "sitemaps")
    assert page["reason"].startswith("its headline may belong to the topic: it reaches ")
    assert page["priority"] > 0.5
    assert corpus.routes_of(page["id"]) == ["sitemaps"]
    assert corpus.count_refused() == MANY - 1
    assert len(corpus.gate_samples()) == len(drawn(intake)) - 1


def test_an_address_that_was_let_through_first_is_never_drawn(intake: Intake) -> None:
    offer(intake, range(MANY), title="Baku answers Moscow", by="sitemaps")
    offer(intake, range(MANY))

    assert drawn(intake) == set()
