"""What an answer of a source must not cost: its rules, its poll, its validators; and upkeep."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.http import TextResponse

from ingest import clock
from ingest.archive import Archive
from ingest.config import load_settings
from ingest.corpus import Corpus
from ingest.corpus.validators import keep_validator, sent_validator
from ingest.errors import CorpusDamaged
from ingest.extensions import _BENCHES, Bench
from ingest.intake import Intake
from ingest.items import HostWait, RobotsCopy
from ingest.log import get
from ingest.polling import address_of
from ingest.text import clean_controls
from ingest.urls import address_key
from scheduler.upkeep import MAINTENANCE, keep_up
from spiders.base import SourceSpider
from spiders.frontier import FrontierSpider
from tests.rows import NOW
from tests.search_web import Asked, Reply, crawl
from tests.taught import opened
from tests.test_intake import dated, open_intake, prose, take
from tests.test_polite import feed, make_workspace, paths, rows, web_of

if TYPE_CHECKING:
    from pathlib import Path

    from scrapy.http import Response

    from ingest.items import DueSource

DAY = timedelta(days=1)
ODD = '"\x80\x85\xad\xe0 \xb2\x7f"'  # C1 controls, a soft hyphen, Latin-1, DEL


def added(corpus: Corpus, *urls: str, kind: str = "feed") -> int:
    """A run, and sources that are due in it."""
    for url in urls:
        corpus.add_source(
            kind=kind, url=url, outlet="a.test", found_by="settings", every_minutes=60, now=NOW
        )
    return corpus.start_run(spider="feeds", trigger="command", version="0", now=NOW)


def due(corpus: Corpus, *, at: datetime = NOW) -> DueSource:
    (source,) = corpus.due_sources(["feed"], now=at)
    return source


# -- answers of servers ---------------------------------------------------------------------------


def test_rules_outlive_a_304_to_the_next_days_robots_txt(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", ["http://a.test/feed"], 'sites = ["http://a.test/"]')
    rules = b"User-agent: *\nDisallow: /1\nCrawl-delay: 0.1\n"
    answers_alike = False

    def answer(asked: Asked) -> Reply | None:
        if asked.path != "/robots.txt":
            return None
        if answers_alike or "If-None-Match" in asked.headers:
            return Reply(status=304)
        return Reply(body=rules, headers={"ETag": '"r1"', "Content-Type": "text/plain"})

    with web_of(1, 2, a_test=answer) as web:
        crawl(folder, "sitemaps", web)
        crawl(folder, "sitemaps", web, SEEDBED_CLOCK_AHEAD_HOURS="24.5")
        (read_again,) = rows(folder, "SELECT status, body, crawl_delay_s FROM robots")
        answers_alike = True
        crawl(folder, "sitemaps", web, SEEDBED_CLOCK_AHEAD_HOURS="50")
        (unread,) = rows(folder, "SELECT status, body, crawl_delay_s FROM robots")
        web.log.clear()
        crawl(folder, "feeds", web, SEEDBED_CLOCK_AHEAD_HOURS="50.1")
        asked = paths(web, "a.test")

    assert read_again == {"status": 200, "body": rules, "crawl_delay_s": 0.1}
    assert unread == {"status": 304, "body": rules, "crawl_delay_s": 0.1}
    assert "/2" in asked
    assert "/1" not in asked


def test_validators_go_out_as_they_came_and_an_odd_age_loses_no_poll(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", ["http://a.test/feed"])
    headers = {"ETag": ODD, "Cache-Control": "max-age=60", "Age": "\xb2"}
    sent: list[str | None] = []

    def answer(asked: Asked) -> Reply | None:
        if asked.path == "/robots.txt":
            return None
        sent.append(asked.headers.get("If-None-Match"))
        body = feed("a.test", 1)
        return None if asked.path != "/feed" else Reply(body=body, headers=headers)

    with web_of(1, a_test=answer) as web:
        crawl(folder, "feeds", web)
        first = rows(folder, "SELECT failures, last_ok IS NULL AS lost FROM sources")
        sent.clear()
        crawl(folder, "feeds", web, SEEDBED_CLOCK_AHEAD_HOURS="20")

    assert first == [{"failures": 0, "lost": 0}]
    assert sent[0] == ODD
    assert [row["url"] for row in rows(folder, "SELECT url FROM pages")] == ["http://a.test/1"]


# -- errors of ours -------------------------------------------------------------------------------


class Breaking(SourceSpider):
    name = "breaking"
    kinds = ("feed",)
    error: Exception = RuntimeError("of ours")

    def on_source(self, response: Response) -> None:
        del response
        raise self.error


def take_in(folder: Path, error: Exception) -> tuple[Bench, dict[str, Any]]:
    """What a spider that breaks on an answer leaves: its bench, and the row of the source."""
    with opened(folder) as (workspace, corpus):
        run = added(corpus, "http://a.test/feed")
        bench = Bench(
            workspace=workspace, corpus=corpus, run=run, log=get("test"),
            intake=Intake(corpus, workspace.learn(corpus), workspace.settings, run),
            archive=Archive(workspace.settings.archive_path, run=run, spider="feeds"),
        )  # fmt: skip
        spider, crawler = Breaking(), type("Crawler", (), {})()
        spider.crawler, spider.error = crawler, error
        _BENCHES[crawler] = bench
        request = Request("http://a.test/feed", meta={"source": due(corpus)})
        asyncio.run(spider.on_answer(TextResponse(request.url, body=b"", request=request)))
        row = corpus._row("SELECT failures, failure_weight, last_error, next_due FROM sources")
    assert row is not None
    return bench, row


def test_an_error_of_ours_is_counted_and_the_source_is_asked_later(tmp_path: Path) -> None:
    bench, row = take_in(tmp_path, RuntimeError("of ours"))

    assert (bench.lost, bench.lost_to) == (1, "RuntimeError: of ours")
    assert (row["failures"], row["failure_weight"]) == (1, 0.5)
    assert row["last_error"] == "error of ours: RuntimeError('of ours')"
    assert datetime.fromisoformat(row["next_due"]) > clock.now()


def test_a_corpus_that_fails_still_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(CorpusDamaged):
        take_in(tmp_path, CorpusDamaged("torn", path=tmp_path))


# -- the rows of a source -------------------------------------------------------------------------


def test_source_that_moved_is_asked_at_its_own_address_after_failures_that_make_a_whole(
    corpus: Corpus,
) -> None:
    run = added(corpus, "http://a.test/feed")
    moved = replace(due(corpus), moved_to="http://b.test/feed", moved_days=3)
    corpus.poll_succeeded(
        moved, run=run, every_minutes=60, now=NOW, etag=None, last_modified=None, body_hash=None,
        learned=moved,
    )  # fmt: skip
    asked = []
    for number in range(1, 5):
        at = NOW + number * DAY
        source = due(corpus, at=at)
        asked.append(address_of(source))
        corpus.poll_failed(
            source, run=run, error="no answer", every_minutes=60, now=at, weight=0.25
        )

    assert asked == ["http://b.test/feed"] * 4
    assert address_of(due(corpus, at=NOW + 9 * DAY)) == "http://a.test/feed"


def test_what_rests_already_is_not_written_again(corpus: Corpus) -> None:
    added(corpus, "http://a.test/1", "http://a.test/2", kind="wordpress")
    corpus.ask_only("wordpress", ("http://a.test/1",), now=NOW)
    before = corpus._value("SELECT total_changes()")
    corpus.ask_only("wordpress", ("http://a.test/1",), now=NOW)

    assert corpus._value("SELECT total_changes()") == before
    assert corpus._value("SELECT count(*) FROM sources WHERE state = 'resting'") == 1


# -- validators -----------------------------------------------------------------------------------


@given(st.text(st.characters(max_codepoint=255)))
def test_validators_come_back_byte_for_byte(value: str) -> None:
    kept = keep_validator(value)

    assert sent_validator(kept) == value
    assert kept is not None
    assert clean_controls(kept) == kept


@pytest.mark.parametrize("value", ['W/"a%20b\\x"', "Tue, 3 Mar 2026 10:00:00 GMT", '"\xe0"', None])
def test_usual_validators_are_kept_as_they_are(value: str | None) -> None:
    assert keep_validator(value) == value


def test_page_keeps_validators_that_no_row_could_hold(tmp_path: Path) -> None:
    intake, url = open_intake(tmp_path / "corpus.db"), "http://a.test/news/story"
    take(intake, dated(url, prose(1), 2), etag=ODD, last_modified=ODD)
    leased: dict[str, Any] = {"run": intake.run, "now": NOW + DAY, "lease_s": 60.0}
    (page,) = intake.corpus.claim(limit=9, **leased)
    again = intake.corpus.claim_key(address_key(url), **leased)
    sent = FrontierSpider()._page_request(page).headers

    assert again is not None
    for one in (page, again):
        assert (one.etag, one.last_modified) == (ODD, ODD)
    assert sent["If-None-Match"] == sent["If-Modified-Since"] == ODD.encode("latin-1")


def test_source_keeps_validators_that_no_row_could_hold(corpus: Corpus) -> None:
    run = added(corpus, "http://a.test/feed")
    corpus.poll_succeeded(
        due(corpus), run=run, every_minutes=60, now=NOW, etag=ODD, last_modified=ODD, body_hash=None
    )
    source = due(corpus, at=NOW + DAY)

    assert (source.etag, source.last_modified) == (ODD, ODD)


# -- what is dropped ------------------------------------------------------------------------------


def test_maintenance_drops_what_hosts_said_long_ago(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", [])
    now = datetime.now(UTC).replace(microsecond=0)
    with closing(Corpus(folder / "corpus.db")) as corpus:
        for name, age in (("old", 31 * DAY), ("new", 29 * DAY)):
            copy = RobotsCopy(origin=f"https://{name}.test", status=200, asked=now - age, body=b"")
            corpus.keep_robots(copy)
            wait = HostWait(until=now - age, strikes=1, because="http 429")
            corpus.keep_waiting(f"{name}.test", wait)
        keep_up(load_settings(folder, {}), MAINTENANCE, is_stopped=lambda: False)

        assert [row["origin"] for row in corpus._rows("SELECT * FROM robots")] == [
            "https://new.test"
        ]
        assert [row["host"] for row in corpus._rows("SELECT * FROM hosts")] == ["new.test"]
