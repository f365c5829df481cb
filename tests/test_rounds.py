"""What is due, and what one round of crawls amounts to."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ingest.config import load_settings
from ingest.corpus import Corpus
from ingest.crawl import CrawlReport
from ingest.errors import ConfigError
from ingest.items import DueSource
from ingest.standing import standing
from scheduler import jobs
from scheduler.daemon import run_once
from scheduler.jobs import FRONTIER, Agenda, JobSpec, exit_code, is_due, job_specs
from scheduler.rounds import Rounds
from tests.taught import all_prints, crawl, make_workspace, opened
from tests.test_daemon import NOW, fake, rows, workspace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["workspace"]  # a fixture


FEEDS = JobSpec(spider="feeds", kinds=("feed",), addresses=frozenset({"http://a.test/feed"}))


def due_source(number: int, kind: str = "feed") -> DueSource:
    return DueSource(
        source=number,
        kind=kind,
        url=f"http://a.test/{number}",
        etag=None,
        last_modified=None,
        body_hash=None,
        every_minutes=30,
        failures=0,
    )


def agenda(
    *sources: DueSource,
    pages: int = 0,
    unknown: Sequence[str] = (),
    last_started: Mapping[str, datetime] | None = None,
) -> Agenda:
    return Agenda(
        now=NOW,
        sources=sources,
        pages=pages,
        unknown=frozenset(unknown),
        last_started=last_started or {},
    )


def report(outcome: str = "finished", **counts: int) -> CrawlReport:
    return CrawlReport(
        spider="feeds", run=1, outcome=outcome, exit_code=0, counts=counts, seconds=1.0
    )


def test_crawl_is_due_when_a_source_of_its_kind_is() -> None:
    assert is_due(FEEDS, agenda(due_source(1)), every_minutes=30)
    assert not is_due(FEEDS, agenda(due_source(1, "site")), every_minutes=30)
    assert not is_due(FEEDS, agenda(due_source(1)), every_minutes=30, offered={1})


def test_address_of_the_settings_that_nobody_entered_makes_its_crawl_due_once() -> None:
    told = agenda(unknown=["http://a.test/feed"])

    assert is_due(FEEDS, told, every_minutes=30)
    assert not is_due(FEEDS, told, every_minutes=30, greeted={"feeds"})


def test_frontier_is_due_when_pages_are() -> None:
    assert is_due(FRONTIER, agenda(pages=1), every_minutes=30)
    assert not is_due(FRONTIER, agenda(due_source(1)), every_minutes=30)


def test_spider_without_sources_is_due_by_its_last_run() -> None:
    archive = JobSpec(spider="archive")

    assert is_due(archive, agenda(), every_minutes=30)
    for minutes, expected in ((29, False), (30, True)):
        started = {"archive": NOW - timedelta(minutes=minutes)}
        assert is_due(archive, agenda(last_started=started), every_minutes=30) is expected


def test_jobs_come_in_the_order_of_the_settings_and_the_frontier_not_at_all(
    workspace: Path,
) -> None:
    environ = {"SEEDBED_SCHEDULE__SPIDERS": "links,frontier,feeds,links"}

    specs = job_specs(load_settings(workspace, environ))

    assert [spec.spider for spec in specs] == ["links", "feeds"]
    assert specs[0].addresses == {"http://a.test/"}


def test_kinds_are_those_that_the_spiders_state() -> None:
    from spiders.bing import BingSpider
    from spiders.feeds import FeedsSpider
    from spiders.gdelt import GdeltSpider
    from spiders.google import GoogleSpider
    from spiders.links import LinksSpider
    from spiders.mediacloud import MediaCloudSpider
    from spiders.searxng import SearxngSpider
    from spiders.sitemaps import SitemapsSpider

    known = (FeedsSpider, SitemapsSpider, LinksSpider, GdeltSpider)
    services = (BingSpider, GoogleSpider, SearxngSpider, MediaCloudSpider)
    stated = {spider.name: spider.kinds for spider in (*known, *services)}

    assert stated == jobs._KINDS


@pytest.mark.parametrize(
    ("expected", "reports"),
    [
        (0, []),
        (0, [report(polled=4, polls_failed=1), report()]),
        (1, [report("failed"), report("died")]),
        (4, [report(polled=2, polls_failed=2), report()]),
        (6, [report(polled=3, polls_failed=1)]),
        (6, [report(polled=3), report("died")]),
        (6, [report(polled=3), replace(report(), message="1 of 4 lost")]),
    ],
)
def test_exit_code_of_a_round(expected: int, reports: list[CrawlReport]) -> None:
    assert exit_code(reports) == expected


def test_round_follows_what_it_finds_and_the_next_one_has_nothing_to_do(workspace: Path) -> None:
    seen: list[str] = []
    reports: list[CrawlReport] = []

    assert (
        run_once(workspace, environ={}, command=fake("finish", seen), on_report=reports.append) == 0
    )
    assert run_once(workspace, environ={}, command=fake("finish", seen)) == 0

    assert seen == ["sitemaps", "links", "feeds"]
    assert [one.spider for one in reports] == seen
    assert {row["trigger"] for row in rows(workspace)} == {"schedule"}


def test_round_without_any_answer_says_so(workspace: Path) -> None:
    assert run_once(workspace, environ={}, command=fake("unreachable")) == 4


def test_round_of_failed_crawls_fails(workspace: Path) -> None:
    assert run_once(workspace, environ={}, command=fake("die")) == 1


def test_spider_that_cannot_begin_is_tried_once_a_round(workspace: Path) -> None:
    (workspace / "seedbed.toml").write_text(
        '[sources]\nfeeds = ["http://a.test/feed"]\n[archives]\nwayback = true\n'
    )
    seen: list[str] = []

    assert run_once(workspace, environ={}, command=fake("no-run", seen)) == 1
    assert sorted(seen) == ["feeds", "links", "wayback"]


def test_status_tells_of_spiders_that_cannot_begin_until_they_do(workspace: Path) -> None:
    settings = load_settings(workspace, {})
    for _ in range(2):
        run_once(workspace, environ={}, command=fake("no-run"))
    told = {one["do"]: one["said"] for one in standing(settings)["attention"]}

    assert sorted(told) == ["seedbed crawl links", "seedbed crawl sitemaps"]
    assert told["seedbed crawl links"].startswith("links could not begin 2 times, last 20")
    assert told["seedbed crawl links"].endswith(
        "ended before it opened a run (exit code 3); seedbed: no seeds here"
    )
    run_once(workspace, environ={}, command=fake("finish"))
    assert standing(settings)["attention"] == []


def test_of_a_spider_that_nobody_asks_for_any_more_nothing_is_told(workspace: Path) -> None:
    run_once(workspace, environ={}, command=fake("no-run"))
    (workspace / "seedbed.toml").write_text(
        '[sources]\nsites = ["http://a.test/"]\n[schedule]\nspiders = ["links"]\n'
    )
    run_once(workspace, environ={}, command=fake("finish"))

    assert standing(load_settings(workspace, {}))["attention"] == []


def test_spider_that_could_not_begin_has_another_chance(workspace: Path) -> None:
    rounds = Rounds(settings=load_settings(workspace, {}), environ={}, command=fake("no-run"))
    spec = next(one for one in rounds.specs if one.spider == "links")
    rounds.crawl(spec)
    assert rounds.is_due(spec)
    rounds.command = fake("finish")
    rounds.crawl(spec)

    assert not rounds.is_due(spec)


def test_round_judges_anew_what_the_settings_change(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sources = '[sources]\nsites = ["http://a.test/"]\n'
    with opened(tmp_path, None, sources) as (taught, corpus):
        crawl(taught, corpus, all_prints()[:8])
        reached = [row["relevance"] for row in corpus._rows("SELECT relevance FROM articles")]
    assert len(reached) == 5
    third, second = sorted(reached)[2:4]
    caplog.set_level("INFO")
    run_once(tmp_path, environ={}, command=fake("finish"))
    assert "texts judged anew" not in caplog.messages
    cut = f"threshold = {(third + second) / 2:.4f}"
    make_workspace(tmp_path, None, f"{sources}[topic]\n{cut}\n")

    run_once(tmp_path, environ={}, command=fake("finish"))

    said = next(one for one in caplog.records if one.message == "texts judged anew")
    assert getattr(said, "seedbed_fields")["went_out"] == 3  # noqa: B009
    with closing(Corpus(tmp_path / "corpus.db")) as corpus:
        assert len(corpus.articles_by_date()) == 2


def test_no_source_at_all_is_a_mistake_of_the_settings(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no sources"):
        run_once(tmp_path, environ={}, command=fake("finish"))


def test_runs_that_died_unseen_are_closed_first(workspace: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from datetime import UTC, datetime\n"
        "from ingest.corpus import Corpus\n"
        "Corpus(Path(sys.argv[1])).start_run("
        "spider='feeds', trigger='schedule', version='0', now=datetime.now(UTC))"
    )
    subprocess.run([sys.executable, "-c", code, str(workspace / "corpus.db")], check=True)

    run_once(workspace, environ={}, command=fake("finish"))

    assert rows(workspace)[0]["outcome"] == "died"
