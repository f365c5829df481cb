"""A kept article is looked at again at five ages; what each look costs, and what it can find."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ingest.config import Schedule
from ingest.items import FailedFetch, Outcome
from tests.rows import NOW, fetched
from tests.test_intake import dated, open_intake, prose, read, take

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ingest.intake import Intake

URL = "http://a.test/news/story"
STORY = dated(URL, prose(1), 2)
AGES = [timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7),
        timedelta(days=30)]  # fmt: skip


@pytest.fixture
def intake(tmp_path: Path) -> Intake:
    intake = open_intake(tmp_path / "corpus.db")
    take(intake, STORY, etag='"1"', warc="run-1.warc.gz", warc_offset=7)
    return intake


def answer_304(intake: Intake, page: int, at: datetime) -> None:
    intake.take_failure(
        FailedFetch(
            page=page, url=URL, outcome=Outcome.UNCHANGED, reason="not modified (304)",
            status=304, fetched_at=at,
        )
    )  # fmt: skip


def fail(intake: Intake, page: int, at: datetime) -> None:
    intake.take_failure(
        FailedFetch(
            page=page, url=URL, outcome=Outcome.FAILED, reason="http 503", status=503,
            fetched_at=at,
        )
    )  # fmt: skip


def live(
    intake: Intake,
    answer: Callable[[Intake, int, datetime], None],
    *,
    days: float,
    step: timedelta = timedelta(minutes=30),
    is_asleep: Callable[[timedelta], bool] = lambda _age: False,
) -> list[timedelta]:
    """Fetch what is due every half hour; the ages at which the story was looked at."""
    ages, age = [], step
    while age <= timedelta(days=days):
        now = NOW + age
        if not is_asleep(age):
            for due in intake.corpus.claim(run=intake.run, limit=9, now=now, lease_s=600):
                assert due.etag == '"1"'  # asked with what was sent, byte for byte
                answer(intake, due.page, now)
                ages.append(age)
        age += step
    return ages


def test_the_ages_are_those_that_the_settings_have_by_default() -> None:
    assert [timedelta(hours=hours) for hours in Schedule().revisit_after_hours] == AGES


def test_a_kept_article_is_looked_at_five_times_and_no_more(intake: Intake) -> None:
    assert live(intake, answer_304, days=100) == AGES


def test_a_look_that_nobody_made_in_time_is_made_once_somebody_runs(intake: Intake) -> None:
    ages = live(
        intake, answer_304, days=100, is_asleep=lambda age: 8 < age / timedelta(days=1) < 45
    )

    assert ages == [*AGES[:4], timedelta(days=45)]


def test_looks_that_fail_are_made_again_and_the_later_ones_still_are(intake: Intake) -> None:
    ages = live(intake, fail, days=100)

    assert [age for age in AGES if age not in ages] == []
    last = [age for age in ages if age >= AGES[-1]]
    assert len(last) == 1  # its tries are used up: three in a row failed before
    assert intake.corpus.counts_by_outcome() == {"article": 1}


def test_a_last_look_that_fails_once_is_made_again(intake: Intake) -> None:
    def fail_at_last(intake: Intake, page: int, at: datetime) -> None:
        (fail if at == NOW + AGES[-1] else answer_304)(intake, page, at)

    ages = live(intake, fail_at_last, days=100)

    assert ages == [*AGES, AGES[-1] + timedelta(minutes=30)]


def test_a_page_that_did_not_change_costs_no_body(intake: Intake) -> None:
    live(intake, answer_304, days=40)

    rows = intake.corpus.fetches_of(1)
    assert [row["outcome"] for row in rows] == ["article", *["unchanged"] * len(AGES)]
    assert [row["bytes"] for row in rows[1:]] == [0] * len(AGES)
    assert {row["warc"] for row in rows[1:]} == {None}


@pytest.mark.parametrize("status", [404, 410])
def test_an_article_that_is_gone_is_an_event_and_stays(intake: Intake, status: int) -> None:
    def refuse(intake: Intake, page: int, at: datetime) -> None:
        intake.take_failure(
            FailedFetch(
                page=page, url=URL, outcome=Outcome.GONE, reason=f"http {status}", status=status,
                fetched_at=at,
            )
        )  # fmt: skip

    assert live(intake, refuse, days=100) == AGES  # it may come back
    (event,) = intake.corpus.events_of_page(1)
    assert (event["kind"], event["detail"]) == ("gone", f"http {status}")
    assert intake.corpus.counts_by_outcome() == {"article": 1}


def test_only_a_change_that_matters_is_a_revision(intake: Intake) -> None:
    stamps = iter(["5 comments", "Updated 3 minutes ago", "9 comments", "12 comments", "1 view"])

    def answer_anew(intake: Intake, page: int, at: datetime) -> None:
        again = dated(URL, f"{prose(1)}\n{next(stamps)}", 2)
        intake.take_page(fetched(page, URL, etag='"1"', fetched_at=at), read(again))

    assert live(intake, answer_anew, days=40) == AGES
    assert intake.corpus._value("SELECT count(*) FROM revisions") == 0

    changed = dated(URL, f"{prose(1)}\nThe minister of Baku resigned on Friday, he said.", 2)
    intake.take_page(fetched(1, URL, fetched_at=NOW + timedelta(days=50)), read(changed))

    assert intake.corpus._value("SELECT count(*) FROM revisions") == 1
