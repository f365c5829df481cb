"""The same web crawled into the file and into PostgreSQL."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from ingest.config import load_settings
from ingest.corpus import Corpus
from ingest.crawl import run_crawl
from ingest.demo.server import DemoServer
from ingest.demo.web import build_web
from ingest.pulling import pull
from tests.demo_web import SPIDERS, differences, environment, everything, fresh

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.config import Settings
    from ingest.demo.web import DemoWeb
    from tests.postgres import Server

_ONE = ("feeds",)  # what a commit is tried with; all of them take a minute


def shared(server: DemoServer, address: str) -> dict[str, str]:
    return environment(
        server, SEEDBED_STORE="cluster", SEEDBED_CLUSTER__DATABASE=address,
        SEEDBED_CRAWL__CONCURRENCY="4",
    )  # fmt: skip


def crawl(folder: Path, env: dict[str, str], spiders: tuple[str, ...]) -> None:
    for spider in spiders:
        report = run_crawl(
            folder, spider, corpus_path=folder / "corpus.db", environ=env,
            trigger="command",
        )  # fmt: skip
        assert report.outcome == "finished", report
        assert report.run is not None


@contextmanager
def pulling_on(settings: Settings) -> Iterator[None]:
    """Pull into a file all the while, and see that it adds up each time."""
    is_over = threading.Event()

    def pull_on() -> int:
        times = 0
        while not is_over.wait(0.5):
            pull(settings)
            times += 1
            with closing(Corpus(settings.corpus_path, readonly=True)) as corpus:
                assert corpus.damage() == []
                assert corpus.runs_that_do_not_add_up() == []
        return times

    with ThreadPoolExecutor(1) as pool:
        pulled = pool.submit(pull_on)
        try:
            yield
        finally:
            is_over.set()
        assert pulled.result() > 1


def ledger(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted((row["key"], row["outcome"], row["reason"]) for row in rows)


@pytest.fixture(scope="module")
def web() -> DemoWeb:
    return build_web()


@pytest.mark.parametrize(
    "spiders", [_ONE, pytest.param(SPIDERS, marks=pytest.mark.slow)], ids=["one", "all"]
)
def test_the_same_web_gives_the_same_corpus_in_both_stores(
    tmp_path: Path, web: DemoWeb, postgres: Server, spiders: tuple[str, ...]
) -> None:
    from ingest.corpus.postgres.store import SharedCorpus

    with DemoServer(web) as server, postgres.database() as address:
        apart, filed = fresh(tmp_path / "shared", web), fresh(tmp_path / "filed", web)
        (tmp_path / "copied").mkdir()
        copied = load_settings(tmp_path / "copied", {"SEEDBED_CLUSTER__DATABASE": address})
        with pulling_on(copied):
            crawl(apart, shared(server, address), spiders)
        assert pull(copied).why_anew == ""
        crawl(filed, environment(server, SEEDBED_CRAWL__CONCURRENCY="4"), spiders)
        with closing(SharedCorpus(address)) as corpus:
            found, counts = corpus.everything(), corpus.counts_by_outcome()
            runs = corpus.runs_since(0)
    wanted, pulled = everything(filed), everything(copied.workspace)

    assert not (apart / "corpus.db").exists()
    assert sum(counts.values()) > 100
    assert counts["article"] >= 10
    assert len(runs) == len(spiders)
    assert {run["outcome"] for run in runs} == {"finished"}
    assert ledger(found["pages"]) == ledger(wanted["pages"])
    for table, rows in wanted.items():
        assert differences(found[table], rows) == [], table
        assert differences(pulled[table], rows) == [], table
