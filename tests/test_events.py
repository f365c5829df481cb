"""What becomes of an article at its own address after it was kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ingest.extract import PageRead
from ingest.items import (
    FailedFetch,
    Happening,
    Kind,
    Outcome,
    Reason,
    Rejection,
    Stage,
)
from ingest.moves import leads_home
from tests.rows import NOW, article, fetched, gated
from tests.test_intake import BASE, PAGES, dated, open_intake, prose, take

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.intake import Intake
    from ingest.items import Article, Judged

URL = "http://a.test/news/story"
LATER = NOW + timedelta(days=1)
STORY = dated(URL, BASE, 2)


@pytest.fixture
def intake(tmp_path: Path) -> Intake:
    intake = open_intake(tmp_path / "corpus.db")
    take(intake, STORY, etag='"1"', warc="run-1.warc.gz", warc_offset=7)
    return intake


def page_of(intake: Intake, url: str = URL) -> int:
    page = intake.corpus._value("SELECT id FROM pages WHERE url = ?", (url,))
    assert isinstance(page, int)
    return page


def fail(intake: Intake, outcome: Outcome, url: str = URL, **more: Any) -> Outcome:
    facts: dict[str, Any] = {"reason": "http 410", "status": 410, "fetched_at": LATER}
    return intake.take_failure(
        FailedFetch(page=page_of(intake, url), url=url, outcome=outcome, **(facts | more))
    )


def answer(intake: Intake, read: PageRead | Article, final_url: str = URL) -> Judged:
    if not isinstance(read, PageRead):
        read = PageRead(article=read, rejection=None)
    page = fetched(page_of(intake), URL, final_url=final_url, fetched_at=LATER)
    return intake.take_page(page, read)


def refusal(reason: Reason) -> PageRead:
    return PageRead(article=None, rejection=Rejection(stage=Stage.QUALITY, reason=reason))


def events(intake: Intake) -> list[tuple[str, str]]:
    told = intake.corpus.events_of_page(page_of(intake))
    return [(one["kind"], one["detail"]) for one in told]


def gone_since(intake: Intake) -> str | None:
    since = intake.corpus._value("SELECT gone_since FROM articles WHERE page = ?", (1,))
    assert since is None or isinstance(since, str)
    return since


def test_address_that_is_gone_is_written_once_and_so_is_its_return(intake: Intake) -> None:
    for _ in range(3):
        fail(intake, Outcome.GONE)
    assert events(intake) == [("gone", "http 410")]
    assert gone_since(intake) == "2025-07-04T12:00:00Z"

    for _ in range(2):
        answer(intake, STORY)
    fail(intake, Outcome.GONE, status=404, reason="http 404")

    assert events(intake) == [("gone", "http 410"), ("back", "http 200"), ("gone", "http 404")]
    assert intake.corpus.counts_by_outcome() == {"article": 1}
    assert intake.corpus._value("SELECT count(*) FROM revisions") == 0


def test_not_modified_is_a_return_too(intake: Intake) -> None:
    fail(intake, Outcome.GONE)
    fail(intake, Outcome.UNCHANGED, status=304, reason="not modified (304)")

    assert events(intake)[-1] == ("back", "answers with the same text (304)")
    assert gone_since(intake) is None


def test_failures_and_walls_say_nothing_of_an_article(intake: Intake) -> None:
    fail(intake, Outcome.FAILED, status=503)
    answer(intake, refusal(Reason.CONSENT))
    fail(intake, Outcome.GONE)
    answer(intake, refusal(Reason.CHALLENGE))
    fail(intake, Outcome.FAILED, status=0)

    assert events(intake) == [("gone", "http 410")]
    assert gone_since(intake) is not None


def test_page_that_was_never_kept_has_no_events(intake: Intake) -> None:
    intake.corpus.offer([gated("http://a.test/other")], run=intake.run, now=NOW)
    fail(intake, Outcome.GONE, "http://a.test/other")

    assert intake.corpus._value("SELECT count(*) FROM events") == 0
    assert intake.corpus.counts_by_outcome() == {"article": 1, "gone": 1}


def test_redirect_home_is_an_event_and_no_change_of_the_article(intake: Intake) -> None:
    fail(intake, Outcome.GONE, status=200, reason="redirected to the home page: http://a.test/")

    assert events(intake) == [("moved-home", "redirected to the home page: http://a.test/")]
    assert gone_since(intake) == "2025-07-04T12:00:00Z"


@pytest.mark.parametrize("reason", [Reason.LIST, Reason.SEARCH])
def test_redirect_to_a_section_is_taken_for_gone(intake: Intake, reason: Reason) -> None:
    judged = answer(intake, refusal(reason), "http://a.test/news/")
    row = intake.corpus._row("SELECT etag, warc_offset FROM pages WHERE id = 1")

    assert judged.outcome == Outcome.GONE
    assert events(intake) == [("moved-home", "redirected to a section: http://a.test/news/")]
    assert intake.corpus.counts_by_outcome() == {"article": 1}
    assert row == {"etag": '"1"', "warc_offset": 7}, "what was fetched of the article stays"


def test_redirect_of_a_page_never_kept_to_a_section_is_gone_and_says_where(
    intake: Intake,
) -> None:
    other = "http://a.test/news/other"
    intake.corpus.offer([gated(other)], run=intake.run, now=NOW)
    page = fetched(page_of(intake, other), other, final_url="http://a.test/news/")
    judged = intake.take_page(page, refusal(Reason.LIST))
    row = intake.corpus._row(
        "SELECT outcome, reason, next_check FROM pages WHERE url = ?", (other,)
    )

    assert judged.outcome == Outcome.GONE
    assert row == {
        "outcome": "gone", "reason": "redirected to a section: http://a.test/news/",
        "next_check": None,
    }  # fmt: skip


def test_list_at_its_own_address_is_a_rejection_as_ever(intake: Intake) -> None:
    assert answer(intake, refusal(Reason.LIST)).outcome == Outcome.REJECTED
    assert events(intake) == []


def test_page_that_says_it_is_not_found_is_gone_though_it_answers(intake: Intake) -> None:
    assert answer(intake, refusal(Reason.SOFT_404)).outcome == Outcome.GONE
    assert events(intake) == [("gone", "soft-404")]


def test_redirect_to_another_article_is_no_rewrite_and_is_found_in_its_own_right(
    intake: Intake,
) -> None:
    other = article("http://a.test/news/later", prose(9), title="Something else")
    judged = answer(intake, other, other.url)

    assert judged.outcome == Outcome.GONE
    assert events(intake) == [
        ("gone", "redirected to another article: http://a.test/news/later")
    ]  # fmt: skip
    assert intake.corpus._value("SELECT text FROM articles") == BASE
    assert intake.corpus._value("SELECT outcome FROM pages WHERE url = ?", (other.url,)) in (
        "waiting",
        "skipped",
    )


def test_redirect_to_the_same_article_under_another_name_is_followed(intake: Intake) -> None:
    longer = article("http://a.test/news/story-2", f"{BASE}\nOne more.", title="Other words")

    assert answer(intake, longer, longer.url).outcome == Outcome.REVISION
    assert events(intake) == []


def test_article_that_goes_behind_a_paywall_keeps_its_text(intake: Intake) -> None:
    stub = replace(STORY, text=BASE.split("\n")[0], kind=Kind.STUB)
    judged = answer(intake, stub)

    assert judged.outcome == Outcome.REJECTED
    assert judged.why == "paywall: the text read before stays"
    assert intake.corpus._value("SELECT text FROM articles") == BASE
    assert intake.corpus._value("SELECT count(*) FROM revisions") == 0


def test_events_of_a_copy_belong_to_the_article_it_carries(intake: Intake) -> None:
    mirror = dated("http://mirror.test/story", BASE, 3)
    take(intake, mirror)
    fail(intake, Outcome.GONE, mirror.url)
    number = intake.corpus._value("SELECT id FROM articles")

    assert [one["url"] for one in intake.corpus.events_of_article(number)] == [mirror.url]
    assert gone_since(intake) is None, "it is the copy that is gone"


def test_article_says_of_the_page_that_leads_it_whether_that_is_gone(intake: Intake) -> None:
    fail(intake, Outcome.GONE)
    take(intake, dated("http://wire.test/original", BASE, 1))

    assert intake.corpus._value("SELECT url FROM articles") == "http://wire.test/original"
    assert intake.corpus._value("SELECT gone_since FROM articles") is None
    fail(intake, Outcome.GONE, "http://wire.test/original")
    assert intake.corpus._value("SELECT gone_since FROM articles") is not None


def test_what_happened_goes_over_to_the_article_that_takes_a_text_in(intake: Intake) -> None:
    other = dated("http://b.test/own", prose(5), 3)
    take(intake, other)
    fail(intake, Outcome.GONE, other.url)
    take(intake, dated(other.url, BASE, 3))
    (number,) = (row["id"] for row in intake.corpus._rows("SELECT id FROM articles"))

    told = intake.corpus.events_of_article(number)
    assert [(one["kind"], one["url"]) for one in told] == [
        ("gone", other.url), ("back", other.url),
    ]  # fmt: skip
    assert len(intake.corpus.changes_of(number)) == 1


def test_an_unknown_kind_of_event_is_refused(intake: Intake) -> None:
    with pytest.raises(ValueError, match="vanished"):
        intake.corpus.note_event(
            kind="vanished", article=1, page=1, detail="", run=intake.run, at=NOW
        )
    intake.corpus.note_event(
        kind=Happening.LEAD, article=1, page=1, detail="was first", run=intake.run, at=NOW
    )
    assert events(intake) == [("lead", "was first")]
    assert intake.corpus.gone_since(1) is None


@pytest.mark.parametrize(
    ("asked", "answered", "is_home"),
    [
        ("https://a.com/news/x", "https://a.com/", True),
        ("https://a.com/news/x", "https://www.a.com/index.html", True),
        ("https://m.a.com/news/x", "https://a.com/az/", True),
        ("https://a.com/?p=31", "https://a.com", True),
        ("https://a.com/news/x", "https://a.com/?utm_source=404", True),
        ("https://a.com/news/x", "https://b.com/", False),
        ("https://a.com/az", "https://a.com/", False),
        ("https://a.com/news/x", "https://a.com/?p=31", False),
        ("https://a.com/news/x", "https://a.com/news", False),
        ("https://a.com/news/x", "https://a.com/news/x", False),
    ],
)
def test_front_pages_are_known_by_their_address(asked: str, answered: str, is_home: bool) -> None:  # noqa: FBT001
    assert leads_home(asked, answered) == is_home


# Changes that are no revisions


def test_newer_wording_is_kept_without_a_revision(intake: Intake) -> None:
    newer = f"{BASE.upper()}\nUpdated 5 minutes ago"
    judged = answer(intake, replace(STORY, text=newer, author="A. Author"))

    assert judged.outcome == Outcome.UNCHANGED
    assert intake.corpus._row("SELECT text, author FROM articles") == {
        "text": newer,
        "author": "A. Author",
    }
    assert intake.corpus._value("SELECT count(*) FROM revisions") == 0
    assert intake.corpus._value("SELECT outcome FROM fetches ORDER BY id DESC") == "unchanged"


def test_one_more_dead_is_a_revision(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    before = dated(URL, f"{BASE}\n37 people died, the baku ministry said.", 2)
    take(intake, before)
    take(intake, replace(before, text=before.text.replace("37", "38")))

    row = intake.corpus._row("SELECT words_added, words_removed, text FROM revisions")
    assert row == {"words_added": 1, "words_removed": 1, "text": before.text}


def test_corrected_date_settles_the_family_anew(intake: Intake) -> None:
    mirror = dated("http://mirror.test/story", BASE, 4)
    take(intake, mirror)
    assert intake.corpus._value("SELECT hours_later FROM copies") == 48

    answer(intake, replace(STORY, published=datetime(2025, 7, 3, tzinfo=UTC)))
    assert intake.corpus._value("SELECT hours_later FROM copies") == 24

    judged = answer(intake, replace(STORY, published=datetime(2025, 7, 5, tzinfo=UTC)))
    assert judged.outcome == Outcome.UNCHANGED
    assert intake.corpus._row("SELECT url, published FROM articles") == {
        "url": mirror.url, "published": "2025-07-04T00:00:00Z",
    }  # fmt: skip
    assert intake.corpus._row("SELECT url, hours_later FROM copies") == {
        "url": URL,
        "hours_later": 24,
    }


def test_revision_that_corrects_the_date_settles_the_family_anew(intake: Intake) -> None:
    take(intake, dated("http://mirror.test/story", BASE, 4))
    later = replace(
        STORY, text=f"{BASE}\nOne more baku line.", published=datetime(2025, 7, 3, tzinfo=UTC)
    )

    assert answer(intake, later).outcome == Outcome.REVISION
    assert intake.corpus._value("SELECT hours_later FROM copies") == 24


def test_page_that_states_its_date_no_more_keeps_it(intake: Intake) -> None:
    answer(intake, replace(STORY, published=None, author="A. Author"))

    assert intake.corpus._row("SELECT published, author FROM articles") == {
        "published": "2025-07-02T00:00:00Z",
        "author": "A. Author",
    }


def test_corrected_address_of_its_own_makes_it_a_copy(intake: Intake) -> None:
    take(intake, dated("http://wire.test/original", prose(5), 1))
    judged = answer(intake, replace(STORY, url="http://wire.test/original"))

    assert judged.outcome == Outcome.UNCHANGED
    assert intake.corpus._row("SELECT url, relation FROM copies") == {
        "url": "http://wire.test/original",
        "relation": "same-url",
    }
    assert intake.corpus._value("SELECT outcome FROM pages WHERE id = 1") == "copy"


def test_same_page_again_writes_nothing_but_its_fetch(intake: Intake) -> None:
    def kept() -> list[Any]:
        return [
            intake.corpus._rows(f"SELECT * FROM {table} ORDER BY 1, 2")
            for table in ("articles", "texts", "copies", "edges", "fingerprints", "events")
        ]

    take(intake, PAGES[1])
    before = kept()
    answer(intake, STORY)

    assert kept() == before


def test_live_blog_is_one_article_with_many_revisions(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    entries = [f"1{hour}:05\n{prose(hour + 20, 3)}" for hour in range(6)]
    for shown in range(2, 7):
        text = "\n".join(reversed(entries[:shown]))
        take(intake, dated("http://live.test/blog", text, 2, kind=Kind.LIVE))

    assert intake.corpus._value("SELECT count(*) FROM articles") == 1
    assert (
        intake.corpus._rows("SELECT entries_added, words_removed FROM revisions")
        == [{"entries_added": 1, "words_removed": 0}] * 4
    )


def live_blog(url: str, day: int, *entries: str, **more: Any) -> Article:
    told = "\n".join(f"1{number}:05\n{entry}" for number, entry in enumerate(entries))
    return dated(url, told, day, kind=Kind.LIVE, title="Live: what happens", **more)


@pytest.mark.parametrize("quoted_at", ["top", "middle"])
@pytest.mark.parametrize("live_day", [1, 3])
@pytest.mark.parametrize("first", ["live", "article"])
def test_live_blog_neither_swallows_the_article_it_quotes_nor_is_its_copy(
    quoted_at: str, live_day: int, first: str, tmp_path: Path
) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    before, after = [prose(number, 5) for number in (31, 32)], [prose(33, 8), prose(34, 8)]
    entries = [BASE, *before, *after] if quoted_at == "top" else [*before, BASE, *after]
    live = live_blog("http://live.test/blog", live_day, *entries)
    for one in (live, STORY) if first == "live" else (STORY, live):
        take(intake, one)

    assert intake.corpus.counts_by_outcome() == {"article": 2}
