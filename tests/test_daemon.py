from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest.config import load_settings
from ingest.corpus import Corpus
from ingest.crawl import CrawlReport
from ingest.errors import ConfigError, CrawlError, DaemonRunning, SeedError
from ingest.items import DueSource
from ingest.standing import standing
from scheduler import jobs
from scheduler.clockwork import Clockwork, Rests
from scheduler.daemon import run_once
from scheduler.jobs import FRONTIER, Agenda, JobSpec, exit_code, is_due, job_specs
from scheduler.lock import only_daemon
from scheduler.rounds import Rounds
from tests.rows import gated
from tests.taught import all_prints, crawl, make_workspace, opened, page_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

FAKE = Path(__file__).with_name("fakecrawl.py")
NOW = datetime(2025, 8, 1, 12, tzinfo=UTC)
FEEDS = JobSpec(spider="feeds", kinds=("feed",), addresses=frozenset({"http://a.test/feed"}))

SERVE = """
import sys
from pathlib import Path
from scheduler.daemon import serve
scenario, workspace, fake = sys.argv[1:]
sys.exit(serve(
    Path(workspace), tick_s=0.2, command=lambda spider, *_: [sys.executable, fake, scenario, spider]
))
"""


def fake(
    scenario: str, seen: list[str] | None = None
) -> Callable[[str, Mapping[str, str], Mapping[str, str]], list[str]]:
    def command(spider: str, *_: Mapping[str, str]) -> list[str]:
        if seen is not None:
            seen.append(spider)
        return [sys.executable, str(FAKE), scenario, spider]

    return command


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "one.txt").write_text(
        "Talks in Baku\n" + "The talks between Azerbaijan and Russia went on in Baku today. " * 9
    )
    (tmp_path / "seedbed.toml").write_text(
        '[sources]\nsites = ["http://a.test/"]\nsitemaps = ["http://a.test/sitemap.xml"]\n'
    )
    return tmp_path


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


def rows(workspace: Path) -> list[dict[str, Any]]:
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        return corpus.runs_since(0)


# What is due, and what a round amounts to


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


# One round


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


def test_second_daemon_is_refused(workspace: Path) -> None:
    with (
        only_daemon(workspace / "corpus.db"),
        pytest.raises(DaemonRunning, match=f"process {os.getpid()}") as refused,
    ):
        run_once(workspace, environ={}, command=fake("finish"))

    assert refused.value.exit_code == 5
    assert run_once(workspace, environ={}, command=fake("finish")) == 0


def test_second_daemon_is_refused_by_whichever_link_it_comes(
    workspace: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(workspace / "corpus.db")

    with (
        only_daemon(workspace / "corpus.db"),
        pytest.raises(DaemonRunning),
        only_daemon(link),
    ):
        pass


# The daemon, as a process of its own


class Served:
    def __init__(self, workspace: Path, scenario: str) -> None:
        self.workspace = workspace
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", SERVE, scenario, str(workspace), str(FAKE)],
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_for(self, what: Callable[[], bool]) -> None:
        until = time.monotonic() + 30
        while not what():
            if time.monotonic() > until or self.process.poll() is not None:
                self.process.kill()
                pytest.fail(f"the daemon did not get there: {self.process.communicate()[1]}")
            time.sleep(0.05)

    def ends_with(self, *signals: int) -> int:
        for number in signals:
            self.process.send_signal(number)
            time.sleep(0.3)
        self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_daemon_drains_and_stops_on_a_signal(workspace: Path, number: int, code: int) -> None:
    daemon = Served(workspace, "wait")
    daemon.wait_for((workspace / "ready").exists)

    assert daemon.ends_with(number) == code
    assert [row["outcome"] for row in rows(workspace)] == ["interrupted"]


def test_second_signal_stops_at_once(workspace: Path) -> None:
    daemon = Served(workspace, "wait-deaf")
    daemon.wait_for((workspace / "ready").exists)
    began = time.monotonic()

    assert daemon.ends_with(signal.SIGTERM, signal.SIGTERM) == 0
    assert time.monotonic() - began < 15  # a crawl that drains has longer
    assert [row["outcome"] for row in rows(workspace)] == ["died"]


def test_daemon_crawls_what_is_due_one_at_a_time(workspace: Path) -> None:
    notes = workspace / "notes"
    daemon = Served(workspace, "dawdle")
    daemon.wait_for(lambda: notes.exists() and notes.read_text().count("end") == 3)

    assert daemon.ends_with(signal.SIGTERM) == 0
    assert notes.read_text().splitlines() == [
        f"{edge} {spider}" for spider in ("sitemaps", "links", "feeds") for edge in ("start", "end")
    ]


def test_killed_daemon_leaves_no_crawl_and_no_lock(workspace: Path) -> None:
    daemon = Served(workspace, "wait")
    daemon.wait_for((workspace / "ready").exists)
    daemon.process.kill()
    daemon.process.communicate()

    assert run_once(workspace, environ={}, command=fake("finish")) == 0
    assert rows(workspace)[0]["outcome"] in {"interrupted", "died"}


# The clockwork


def test_spider_that_gets_nowhere_rests_ever_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    rests = Rests()

    for minutes in (2, 4, 8, 8):
        rests.note("feeds", is_well=False, most_minutes=8)
        now[0] += 60 * minutes - 1
        assert rests.is_resting("feeds")
        now[0] += 1
        assert not rests.is_resting("feeds")
    rests.note("feeds", is_well=False, most_minutes=8)
    rests.note("feeds", is_well=True, most_minutes=8)

    assert not rests.is_resting("feeds")


@pytest.mark.parametrize("fate", ["removed", "replaced"])
def test_daemon_whose_corpus_is_gone_fills_no_new_one(workspace: Path, fate: str) -> None:
    seen: list[str] = []
    settings = load_settings(workspace, {})
    rounds = Rounds(settings=settings, environ={}, command=fake("finish", seen))
    rounds.prepare()
    settings.corpus_path.rename(workspace / "elsewhere.db")
    if fate == "replaced":
        Corpus(settings.corpus_path).close()
    stop = threading.Event()
    clockwork = Clockwork(rounds=rounds, tick_s=0.05)
    stop_a_second_after(lambda: clockwork.beat().trouble, stop)

    clockwork.keep(stop, threading.Event())

    assert not seen
    assert "removed or replaced" in (clockwork.beat().trouble or "")


def stop_a_second_after(what: Callable[[], object], stop: threading.Event) -> None:
    """Let it come about, however slow the machine, and more of it have time to."""

    def watch() -> None:
        until = time.monotonic() + 60
        while not what() and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(1.0)
        stop.set()

    threading.Thread(target=watch).start()


def test_fault_does_not_become_a_loop(workspace: Path) -> None:
    seen: list[str] = []
    stop = threading.Event()
    rounds = Rounds(settings=load_settings(workspace, {}), environ={}, command=fake("no-run", seen))
    stop_a_second_after(lambda: len(seen) == 2, stop)

    Clockwork(rounds=rounds, tick_s=0.05).keep(stop, threading.Event())

    assert seen == ["sitemaps", "links"]


def test_daemon_judges_anew_what_is_said_between_crawls(tmp_path: Path) -> None:
    with opened(tmp_path, None, '[sources]\nsites = ["http://a.test/"]\n') as (taught, corpus):
        crawl(taught, corpus, all_prints()[:8])
        page, _ = corpus.articles_by_date()[0]
        corpus.offer([gated("http://a.test/unread")], run=1, now=NOW)
        corpus._run("UPDATE pages SET outcome = 'skipped' WHERE url = 'http://a.test/unread'")
        unread = page_of(corpus, "http://a.test/unread")
        stop = threading.Event()
        rounds = Rounds(settings=taught.settings, environ={}, command=fake("finish"))
        keeper = threading.Thread(
            target=Clockwork(rounds=rounds, tick_s=0.05).keep, args=(stop, threading.Event())
        )
        keeper.start()
        try:
            wait_until(lambda: not rounds.is_taught_anew())
            corpus.label(page, is_yes=False, by=None, now=NOW)
            corpus.label(unread, is_yes=True, by="datasette", now=NOW)
            wait_until(lambda: corpus.standing_of([page])[page] == "off-topic")
            make_workspace(tmp_path, None, "[topic]\nthreshold = 0.999\n")
            wait_until(lambda: not corpus.articles_by_date())
        finally:
            stop.set()
            keeper.join()

        row = corpus.page_for_label(unread)
        assert row is not None
        assert (row["outcome"], row["reason"]) == ("waiting", "datasette said yes")


def test_seeds_that_cannot_be_read_are_named_and_the_daemon_rests(
    workspace: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()
    rounds = Rounds(settings=load_settings(workspace, {}), environ={}, command=fake("finish"))
    (workspace / "seeds" / "one.txt").unlink()
    stop_a_second_after(lambda: "texts not judged anew" in caplog.messages, stop)
    Clockwork(rounds=rounds, tick_s=0.05).keep(stop, threading.Event())

    assert caplog.messages.count("texts not judged anew") == 1


def wait_until(what: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not what():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_overslept_scheduler_is_woken(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    stop = threading.Event()
    rounds = Rounds(settings=load_settings(workspace, {}), environ={}, command=fake("finish", seen))
    clockwork = Clockwork(rounds=rounds, tick_s=0.1)
    start = clockwork._scheduler.start

    def start_with_the_clock_set_back() -> None:
        start()
        clockwork._scheduler.modify_job("tick", next_run_time=datetime.now(UTC) + timedelta(days=1))

    monkeypatch.setattr(clockwork._scheduler, "start", start_with_the_clock_set_back)
    stop_a_second_after(lambda: "links" in seen, stop)
    clockwork.keep(stop, threading.Event())

    assert "links" in seen


def test_scheduler_that_does_not_wake_ends_the_daemon(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = Rounds(settings=load_settings(workspace, {}), environ={}, command=fake("finish"))
    clockwork = Clockwork(rounds=rounds, tick_s=0.02)
    start = clockwork._scheduler.start
    monkeypatch.setattr(clockwork._scheduler, "start", lambda: start(paused=True))

    with pytest.raises(CrawlError, match="stood still"):
        clockwork.keep(threading.Event(), threading.Event())


def test_workspace_without_seeds_is_refused(workspace: Path) -> None:
    (workspace / "seeds" / "one.txt").unlink()

    with pytest.raises(SeedError):
        run_once(workspace)
