"""What the spiders of archives note of a run that is cut short, and how they hold the loop."""

from __future__ import annotations

import asyncio
from contextlib import closing
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from ingest import log
from ingest.archives.progress import Progress, Reading
from ingest.archives.unpack import Place
from ingest.corpus import Corpus
from ingest.extensions import Bench
from ingest.items import Candidate, FailedFetch, Gated, Outcome
from ingest.urls import address_key
from spiders import base
from spiders.warc import WarcSpider
from spiders.wayback import WaybackSpider, _Dead

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with closing(Corpus(tmp_path / "corpus.db")) as corpus:
        tools: Any = SimpleNamespace(
            settings=SimpleNamespace(
                archives=SimpleNamespace(wayback_every_days=30, wayback_pages_per_run=200)
            ),
            knowledge=SimpleNamespace(topic=SimpleNamespace(version="1")),
        )
        run = corpus.start_run(spider="warc", trigger="test", version="0", now=NOW)
        laid = Bench(
            workspace=tools, corpus=corpus, intake=tools, archive=tools, run=run,
            log=log.get("test"),
        )  # fmt: skip
        monkeypatch.setattr(base, "bench_of", lambda _: laid)
        yield laid


def of_crawl(spider: Any) -> Any:
    spider.crawler = SimpleNamespace()
    return spider


def enter(bench: Bench, *urls: str, outcome: Outcome = Outcome.GONE) -> None:
    """Enter addresses as dead, or as another outcome."""
    offers = [
        Gated(
            candidate=Candidate(url=url, found_by="feeds", title="Talks"), key=address_key(url),
            outlet="a.test", outcome=outcome, reason="http 404", relevance=0.9,
        )
        for url in urls
    ]  # fmt: skip
    bench.corpus.offer(offers, run=bench.run, now=NOW)


def given_back(page: int) -> FailedFetch:
    return FailedFetch(page=page, url="http://a.test/1", outcome=Outcome.GONE, reason="",
                       fetched_at=NOW)  # fmt: skip


def cut_short(bench: Bench, how: str) -> None:
    bench.is_over = how == "over"
    bench.trouble = "disk full" if how == "trouble" else None


@pytest.mark.parametrize("how", ["over", "trouble", ""])
def test_offset_of_a_page_is_noted_only_if_it_was_judged(
    bench: Bench, tmp_path: Path, how: str
) -> None:
    (tmp_path / "f.warc").touch()
    spider = of_crawl(WarcSpider(file=str(tmp_path / "f.warc")))
    spider._key, spider._reading = "warc f", Reading("f.warc", Progress(read_for="x"))
    spider._reading.take(Place(1234), 1)
    cut_short(bench, how)
    spider.on_judged(given_back(1))

    assert (bench.corpus.state("warc f") is None) is bool(how)


@pytest.mark.parametrize("how", ["over", "trouble", ""])
def test_end_of_a_file_is_noted_only_if_the_run_goes_on(
    bench: Bench, tmp_path: Path, how: str
) -> None:
    (tmp_path / "f.warc").touch()
    spider = of_crawl(WarcSpider(file=str(tmp_path / "f.warc")))
    spider._key, spider._reading = "warc f", Reading("f.warc", Progress(read_for="x"))
    spider._reading.is_whole = True
    cut_short(bench, how)
    asyncio.run(spider._close(spider._reading))

    assert (bench.corpus.state("warc f") is None) is bool(how)


@pytest.mark.parametrize("how", ["over", "trouble", ""])
def test_rescue_of_a_page_is_noted_only_if_it_was_judged(bench: Bench, how: str) -> None:
    enter(bench, "http://a.test/1")
    spider = of_crawl(WaybackSpider())
    spider._dead = {1: _Dead(reason="http 404", at=NOW, captures=3)}
    cut_short(bench, how)
    spider.on_judged(given_back(1))
    left = bench.corpus.dead_pages(limit=5, asked_before=NOW)

    assert bool(left) is bool(how)


def test_many_dead_addresses_are_gated_a_few_at_a_time_and_once_a_topic(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(bench, *(f"http://a.test/{n}" for n in range(170)))
    gated: list[str] = []

    def refuse(_: WaybackSpider, due: Any) -> bool:
        gated.append(due.url)
        return bool(due.url.endswith("/7"))

    monkeypatch.setattr(WaybackSpider, "_is_worth_asking", refuse)

    async def looked_at() -> tuple[list[str], int]:
        """What is worth asking, and the most that was gated between two turns of the loop."""
        seen = [0]
        watching = asyncio.create_task(watch(seen))
        found = [due.url async for due in of_crawl(WaybackSpider())._promising_pages()]
        watching.cancel()
        return found, max(b - a for a, b in zip(seen, [*seen[1:], len(gated)], strict=True))

    async def watch(seen: list[int]) -> None:
        while True:
            seen.append(len(gated))
            await asyncio.sleep(0)

    first, most = asyncio.run(looked_at())
    again, _ = asyncio.run(looked_at())
    gated_twice = len(gated) - 170
    bench.intake.knowledge.topic.version = "2"  # type: ignore[misc]
    other, _ = asyncio.run(looked_at())

    assert first == again == other == ["http://a.test/7"]
    assert 0 < most <= 50
    assert gated_twice == 1, "only what was not passed over"
    assert len(gated) == 170 + 1 + 170
