"""What the workers of a cluster are given to do, and how far from each other two may ask a host."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.cli import main
from ingest.config import load_settings
from ingest.errors import ConfigError
from ingest.items import DueSource
from ingest.polling import address_of
from ingest.urls import outlet_of
from scheduler.cluster_crew import Crew
from scheduler.cluster_jobs import ENTER, Job, jobs_due, not_queued
from scheduler.jobs import Agenda, JobSpec
from tests.rows import NOW, gated
from tests.search_web import make_workspace

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.corpus import Corpus

FEEDS = JobSpec(spider="feeds", kinds=("feed",))
LINKS = JobSpec(spider="links", kinds=("site",))
BING = JobSpec(spider="bing", kinds=("bing",), asks=True)
WAYBACK = JobSpec(spider="wayback")
SECRET = "the-secret"


def source(url: str, kind: str = "feed", number: int = 1, **more: Any) -> DueSource:
    return DueSource(
        source=number, kind=kind, url=url, etag=None, last_modified=None, body_hash=None,
        every_minutes=30, failures=0, **more,
    )  # fmt: skip


def due(*sources: DueSource, **more: Any) -> Agenda:
    return Agenda(
        now=datetime(2026, 3, 4, tzinfo=UTC), sources=sources, pages=0,
        **{"unknown": frozenset(), **more},
    )  # fmt: skip


def jobs(specs: list[JobSpec], agenda: Agenda, *outlets: str, **more: Any) -> list[Job]:
    return jobs_due(specs, agenda, outlets, every_minutes=30, **more)


# -- jobs -----------------------------------------------------------------------------------------


def test_hosts_of_one_outlet_are_one_job_and_its_lock_is_the_outlet() -> None:
    agenda = due(source("https://www.a.test/feed"), source("https://m.a.test/rss"))

    found = jobs([FEEDS], agenda)

    assert found == [Job(spider="feeds", outlet="a.test")]
    assert found[0].lock == "a.test"
    assert found[0].arguments == {"outlet": "a.test"}


def test_spiders_at_one_outlet_are_jobs_of_one_lock() -> None:
    found = jobs([FEEDS, LINKS], due(source("http://a.test/"), source("http://a.test/", "site")))

    assert [job.spider for job in found] == ["feeds", "links"]
    assert {job.lock for job in found} == {"a.test"}
    assert len({job.name for job in found}) == 2


def test_moved_source_is_the_job_of_the_outlet_that_answers() -> None:
    moved = source("http://a.test/feed", moved_to="http://b.test/feed", moved_days=9)

    assert jobs([FEEDS], due(moved)) == [Job(spider="feeds", outlet="b.test")]


def test_service_is_asked_by_one_job_that_fetches_no_pages() -> None:
    asked = source("https://www.bing.com/?q=Baku", "bing")

    found = jobs([BING], due(asked))

    assert found == [Job(spider="bing")]
    assert found[0].arguments == {"pages": "no"}


def test_spider_without_sources_runs_when_it_has_waited() -> None:
    assert jobs([WAYBACK], due()) == [Job(spider="wayback")]
    assert jobs([WAYBACK], due(last_started={"wayback": datetime(2026, 3, 4, tzinfo=UTC)})) == []


def test_addresses_of_the_settings_that_nobody_entered_are_entered_once() -> None:
    spec = JobSpec(spider="feeds", kinds=("feed",), addresses=frozenset({"http://a.test/feed"}))
    agenda = due(unknown=spec.addresses)

    assert jobs([spec], agenda) == [ENTER]
    assert jobs([spec], agenda, greeted={"feeds"}) == []


def test_pages_come_after_sources_in_their_own_order() -> None:
    found = jobs([FEEDS], due(source("http://a.test/")), "c.test", "b.test")

    assert [(job.spider, job.outlet) for job in found] == [
        ("feeds", "a.test"), ("frontier", "c.test"), ("frontier", "b.test"),
    ]  # fmt: skip


def test_what_waits_or_is_done_is_not_queued_again() -> None:
    feeds, links, pages = (
        Job(spider=spider, outlet="a.test") for spider in ("feeds", "links", "frontier")
    )

    assert not_queued([feeds, links, pages], queued={}) == [feeds, links]
    assert not_queued([feeds, pages], queued={"a.test": {feeds.name}}) == []
    assert not_queued([feeds], queued={"a.test": {pages.name}}) == [feeds]
    assert not_queued([pages], queued={"b.test": {feeds.name}}) == [pages]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["feed", "site"])), max_size=9))
def test_every_due_source_has_a_job_and_none_has_two(named: list[tuple[str, str]]) -> None:
    sources = [source(f"http://www.{name}.test/{kind}", kind) for name, kind in named]

    found = jobs([FEEDS, LINKS], due(*sources))

    spider = {"feed": "feeds", "site": "links"}
    wanted = {(spider[one.kind], outlet_of(address_of(one))) for one in sources}
    assert {(job.spider, job.outlet) for job in found} == wanted
    assert len({job.name for job in found}) == len(found)


# -- what the corpus is asked ---------------------------------------------------------------------


def test_run_leases_pages_of_its_outlet_alone(corpus: Corpus) -> None:
    run = corpus.start_run(spider="feeds", trigger="command", version="test", now=NOW)
    rows = [gated(f"http://www.{name}.test/{n}") for name in "ab" for n in range(3)]
    corpus.offer(rows, run=run, now=NOW)

    claimed = corpus.claim(run=run, limit=9, now=NOW, lease_s=60, outlet="b.test")

    assert sorted(page.url for page in claimed) == [f"http://www.b.test/{n}" for n in range(3)]
    assert corpus.due_outlets(now=NOW, limit=9) == ["a.test"]


def test_outlets_come_in_the_order_of_their_best_page(corpus: Corpus) -> None:
    run = corpus.start_run(spider="feeds", trigger="command", version="test", now=NOW)
    best = {"a": 0.2, "b": 0.9, "c": 0.5}
    rows = [gated(f"http://{name}.test/1", priority=first) for name, first in best.items()]
    corpus.offer(rows, run=run, now=NOW)

    assert corpus.due_outlets(now=NOW, limit=2) == ["b.test", "c.test"]


# -- one topic for all ----------------------------------------------------------------------------


def test_worker_with_other_seeds_is_refused_unless_it_is_to_teach(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "one", "services = []")
    Crew(settings=load_settings(folder, {}), environ={}).prepare()
    (folder / "seeds" / "two.txt").write_text(
        "Gas from Baku flows to Moscow, says the ministry. " * 9
    )
    late = Crew(settings=load_settings(folder, {}), environ={})

    with pytest.raises(ConfigError, match="the seeds here are not those"):
        late.prepare()

    late.prepare(is_to_teach=True)
    late.check_lessons()


def test_worker_sees_seeds_that_change_under_it(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "one", "services = []")
    crew = Crew(settings=load_settings(folder, {}), environ={})
    crew.prepare()
    (folder / "seeds" / "two.txt").write_text(
        "Gas from Baku flows to Moscow, says the ministry. " * 9
    )

    with pytest.raises(ConfigError):
        crew.crawl(Job(spider="feeds", outlet="a.test"))


# -- settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        f"mysql://me:{SECRET}@host/name",
        f"postgresql://me:{SECRET}@host",
        f"host=h password={SECRET}",
        # libpq would say the whole of it, or take a part of it for the host.
        f"postgresql://me:{SECRET}%zz@host/name",
        f"postgresql://me:x@{SECRET}@host/name",
        f"postgresql://me@host/name?password={SECRET}%z",
        f"postgresql://me:{SECRET}@host/name?sslmode",
    ],
)
def test_what_is_no_database_is_refused_and_its_password_shown_to_nobody(
    tmp_path: Path, address: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path, {"SEEDBED_CLUSTER__DATABASE": address})

    assert "expected an address like postgresql://" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_worker_says_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("procrastinate", reason="the extra `cluster` is not installed")
    folder = make_workspace(tmp_path / "one", "services = []")
    assert main(["-w", str(folder), "worker", "--once"]) == 3
    assert "no database" in capsys.readouterr().err

    monkeypatch.setenv("SEEDBED_CLUSTER__DATABASE", f"postgresql://me:{SECRET}@127.0.0.1:1/none")
    assert main(["-w", str(folder), "worker", "--status"]) == 1
    assert SECRET not in capsys.readouterr().err
