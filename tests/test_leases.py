"""Pages are leased to runs: for how long, within which budgets, and while a host is left alone."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from scrapy import Request
from twisted.python.failure import Failure

from ingest import clock
from ingest.corpus import Corpus
from ingest.errors import CorpusLocked
from ingest.middlewares import HostAsleep
from spiders.base import SourceSpider
from spiders.holding import Holding
from tests.postgres import again
from tests.rows import NOW, gated

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from ingest.items import DuePage

LEASE_S = 600.0
MINUTE = timedelta(minutes=1)


def start(corpus: Corpus) -> int:
    return corpus.start_run(spider="links", trigger="command", version="test", now=NOW)


def claim(
    corpus: Corpus, run: int, limit: int, per_outlet: int | None = None, now: datetime = NOW
) -> list[DuePage]:
    return corpus.claim(run=run, limit=limit, now=now, lease_s=LEASE_S, per_outlet=per_outlet)


def offer(corpus: Corpus, run: int, host: str, pages: int, **more: Any) -> None:
    rows = [gated(f"http://{host}/{n:04}", **more) for n in range(pages)]
    corpus.offer(rows, run=run, now=NOW)


# -- claiming -------------------------------------------------------------------------------------


def test_page_that_another_run_leases_meanwhile_is_not_held_twice(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = start(corpus), start(corpus)
    offer(corpus, mine, "a.test", 4)
    other = again(corpus)
    look, taken = corpus._pick, list[int]()

    def slow_look(*args: Any) -> list[dict[str, Any]]:
        rows = look(*args)
        if not taken:  # the other run is faster, once
            taken.extend(page.page for page in claim(other, theirs, 2))
        return rows

    monkeypatch.setattr(corpus, "_pick", slow_look)
    first = [page.page for page in claim(corpus, mine, 2)]
    other.close()

    assert len(taken) == 2
    assert len(first) == 2  # it looked again, and did not end for lack of pages
    assert not set(taken) & set(first)


def test_looking_for_pages_takes_no_write_lock(corpus: Corpus) -> None:
    run = start(corpus)
    offer(corpus, run, "a.test", 3)
    other = again(corpus)
    asked = {"now": "2999-01-01T00:00:00Z", "found_by": None, "run": run, "outlet": None}
    with other.transaction():
        assert len(corpus._pick(asked, 9, 2)) == 3
        with pytest.raises(CorpusLocked):
            claim(corpus, run, 1)
    other.close()


def test_what_links_led_to_of_a_full_outlet_is_not_read(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(corpus)
    offer(corpus, run, "full.test", 300, depth=1, priority=0.9)
    offer(corpus, run, "other.test", 3, depth=1, priority=0.1)
    offer(corpus, run, "full.test/named", 1, depth=0, priority=0.2)
    read, rows = list[int](), corpus._rows

    def counted(sql: str, params: Any = ()) -> list[dict[str, Any]]:
        read.append(len(found := rows(sql, params)))
        return found

    monkeypatch.setattr(corpus, "_rows", counted)
    got = [page.url for _ in range(4) for page in claim(corpus, run, 4, per_outlet=6)]

    assert [url.split("/")[2] for url in got] == ["full.test"] * 7 + ["other.test"] * 3
    assert sum(read) < 60


def test_pages_without_an_outlet_are_within_no_budget_of_another(corpus: Corpus) -> None:
    run = start(corpus)
    offer(corpus, run, "a.test", 3, depth=1, priority=0.9)
    offer(corpus, run, "b.test", 1, depth=1, priority=0.1)
    corpus._run("UPDATE pages SET outlet = NULL WHERE url LIKE '%b.test%'")

    assert [page.url[7] for page in claim(corpus, run, 9, per_outlet=2)] == ["a", "a", "b"]


# -- signs of life --------------------------------------------------------------------------------


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time, as the last of a list."""
    times = [NOW]
    monkeypatch.setattr(clock, "now", lambda: times[-1])
    return times


def bench_of(corpus: Corpus, run: int, lease_minutes: float = LEASE_S / 60) -> Any:
    warned: list[str] = []
    settings = SimpleNamespace(
        schedule=SimpleNamespace(lease_minutes=lease_minutes),
        crawl=SimpleNamespace(max_pages_per_run=9999),
        links=SimpleNamespace(pages_per_outlet=9999),
    )
    return SimpleNamespace(
        corpus=corpus, run=run, trouble=None, workspace=SimpleNamespace(settings=settings),
        log=SimpleNamespace(warning=lambda words, **_: warned.append(words)), warned=warned,
    )  # fmt: skip


def test_run_that_gives_signs_of_life_keeps_its_pages(corpus: Corpus, at: list[datetime]) -> None:
    run, other = start(corpus), start(corpus)
    offer(corpus, run, "a.test", 64)
    claim(corpus, run, 64)
    holding = Holding(bench_of(corpus, run))
    for minute in range(40):  # one page a minute, and nothing to claim meanwhile
        at.append(NOW + minute * MINUTE)
        holding.renew()

        assert not claim(corpus, other, 64, now=at[-1])
    assert len(claim(corpus, other, 64, now=at[-1] + 11 * MINUTE)) == 64  # it fell silent


def test_leases_are_renewed_at_a_third_of_their_time(corpus: Corpus, at: list[datetime]) -> None:
    run = start(corpus)
    offer(corpus, run, "a.test", 1)
    claim(corpus, run, 1)
    holding, seen = Holding(bench_of(corpus, run)), list[str]()
    for minute in range(9):
        at.append(NOW + minute * MINUTE)
        holding.renew()
        seen.append(corpus._value("SELECT leased_until FROM pages"))

    assert len(set(seen)) == 3


def test_renewing_leaves_what_is_done_and_what_others_hold(corpus: Corpus) -> None:
    run, other = start(corpus), start(corpus)
    offer(corpus, run, "a.test", 3)
    (mine,), (theirs,), (done,) = (claim(corpus, one, 1) for one in (run, other, run))
    corpus.give_back(done.page, until=NOW)
    corpus.renew(run, until=NOW + 60 * MINUTE)
    until = {row["id"]: row["leased_until"] for row in corpus._rows("SELECT * FROM pages")}

    assert until[mine.page] > until[theirs.page]
    assert until[done.page] is None


def test_corpus_that_is_locked_is_asked_again(corpus: Corpus, at: list[datetime]) -> None:
    run = start(corpus)
    offer(corpus, run, "a.test", 1)
    claim(corpus, run, 1)
    bench, other = bench_of(corpus, run), again(corpus)
    holding = Holding(bench)
    before = corpus._value("SELECT leased_until FROM pages")
    at.append(NOW + 5 * MINUTE)
    with other.transaction():
        holding.renew()
    other.close()
    assert bench.warned == ["leases not renewed"]
    holding.renew()

    assert corpus._value("SELECT leased_until FROM pages") > before


def test_leases_are_renewed_by_the_clock_alone(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path / "c.db")
    run = start(corpus)
    holding = Holding(bench_of(corpus, run, lease_minutes=0.01))
    renewed: list[datetime] = []
    holding.bench.corpus = SimpleNamespace(renew=lambda _run, until: renewed.append(until))  # type: ignore[assignment]

    async def live() -> None:
        holding.begin()
        await asyncio.sleep(0.8)
        holding.end()
        count = len(renewed)
        await asyncio.sleep(0.4)
        assert len(renewed) == count

    asyncio.run(live())
    corpus.close()

    assert len(renewed) >= 2


# -- hosts that are left alone --------------------------------------------------------------------


def test_all_pages_of_a_sleeping_host_are_put_off_and_no_others(corpus: Corpus) -> None:
    run, until = start(corpus), NOW + 120 * MINUTE
    for host in ("a_b.test", "axb.test", "sub.a_b.test", "a_b.test:8080"):
        offer(corpus, run, host, 1)
    corpus.offer([gated("https://A_b.test/other")], run=run, now=NOW)
    corpus.put_off("a_b.test", until=until)
    due = sorted(page.url for page in claim(corpus, run, 9))

    assert due == [
        "http://a_b.test:8080/0000", "http://axb.test/0000", "http://sub.a_b.test/0000",
    ]  # fmt: skip
    assert len(claim(corpus, run, 9, now=until)) == 2


def test_pages_of_a_sleeping_host_are_not_leased_one_after_the_other(
    corpus: Corpus, at: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(corpus)
    offer(corpus, run, "a.test", 500)
    offer(corpus, run, "b.test", 5)
    bench, asked = bench_of(corpus, run), list[Request]()
    monkeypatch.setattr(SourceSpider, "bench", bench)
    spider: Any = SourceSpider(name="links")
    monkeypatch.setattr(SourceSpider, "scope", None)

    def ask(requests: list[Request]) -> bool:
        asked.extend(requests)
        return bool(requests)

    monkeypatch.setattr(spider, "_ask", ask)
    spider._top_up()
    for request in asked:  # grows by what is claimed meanwhile
        failure: Any = Failure(HostAsleep("a.test", NOW + 60 * MINUTE))
        failure.request = request
        if "//a.test/" in request.url:
            assert spider.on_page_error(failure) is None

    assert len(asked) < 2 * 64
    assert {request.url.split("/")[2] for request in asked} == {"a.test", "b.test"}
    assert not claim(corpus, run, 999, now=at[-1] + 59 * MINUTE)
    assert len(claim(corpus, run, 999, now=at[-1] + 60 * MINUTE)) == 500
