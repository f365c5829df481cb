"""Pages that hang, crash or devour memory: an outcome of theirs, and nobody else's."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from pebble import ProcessExpired

from ingest.corpus import Corpus
from ingest.demo.resource import Resource
from ingest.demo.run import make_workspace
from ingest.demo.server import serve
from ingest.demo.web import build_web
from ingest.items import FailedFetch, FetchedPage, Outcome, Reason
from ingest.page_readers import READING_ERRORS, PageReaders
from ingest.pipelines import ReadPipeline
from tests.demo_web import environment
from tests.patience import PATIENCE_S
from tests.poisoned import POISON, poison

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from ingest.extract import PageRead

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PROSE = (
    "<p>The harbour board met on Monday and agreed to mend the pier before the winter comes.</p>"
    "<p>Petra Lindqvist, who speaks for the crews, said that the island would manage until then."
    "</p><p>The ferry will land at the old slip instead, and the school run keeps its hours.</p>"
)


@pytest.fixture
def readers() -> Iterator[PageReaders]:
    """Readers that know the poison, with little time and memory."""
    with poison(), closing(PageReaders(processes=2, timeout_s=3, memory_mib=256)) as pool:
        yield pool


def ask(readers: PageReaders, title: str) -> Future[PageRead]:
    body = f"<html><head><title>{title}</title></head><body>{PROSE}{title}</body></html>"
    return readers.schedule(body.encode(), f"https://a.test/{title}", None, "text/html", now=NOW)


def end_of(readers: PageReaders, future: Future[PageRead]) -> PageRead | None:
    try:
        return future.result(timeout=PATIENCE_S)
    except READING_ERRORS as exc:
        return readers.refusal(exc)


@pytest.mark.parametrize(
    ("title", "reason", "detail"),
    [
        ("hang", Reason.TIMED_OUT, "over 3 s"),
        ("crash", Reason.CRASHED, "SIGSEGV"),
        ("devour", Reason.CRASHED, "over 256 MiB"),
    ],
)
def test_poison_is_refused_by_name_and_the_pages_around_it_are_read(
    readers: PageReaders, title: str, reason: Reason, detail: str
) -> None:
    before = [ask(readers, f"before{number}") for number in range(3)]
    bad = ask(readers, title)
    after = [ask(readers, f"after{number}") for number in range(3)]
    began = time.monotonic()
    refused = end_of(readers, bad)
    good = [end_of(readers, one) for one in (*before, *after)]

    assert refused is not None
    assert refused.rejection is not None
    assert (refused.rejection.reason, refused.rejection.detail) == (reason, detail)
    assert [read.rejection for read in good if read and not read.article] == []
    assert None not in good
    assert time.monotonic() - began < 30


def test_poison_upon_poison_stalls_nobody(readers: PageReaders) -> None:
    bad = [ask(readers, title) for title in ("crash", "devour", "hang", "crash", "devour")]
    good = ask(readers, "good")
    ends = [end_of(readers, one) for one in bad]
    last = end_of(readers, good)

    assert all(one and one.rejection for one in ends)
    assert last is not None
    assert last.article is not None


def test_a_reader_killed_from_outside_says_nothing_of_its_page(readers: PageReaders) -> None:
    for number in (signal.SIGKILL, signal.SIGTERM):
        assert readers.refusal(ProcessExpired("gone", code=-number)) is None
    refused = readers.refusal(ProcessExpired("gone", code=-signal.SIGSEGV))

    assert refused is not None


def test_limits_of_readers_are_not_those_of_their_crawl(readers: PageReaders) -> None:
    import resource

    assert end_of(readers, ask(readers, "good")) is not None
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY


def test_poison_pages_end_in_the_ledger_and_the_run_goes_on(tmp_path: Path) -> None:
    host = "poison.test"
    pages = {name: f"http://{host}/{name}" for name in ("hang", "crash", "devour", "good")}
    resources = {
        (host, f"/{name}"): Resource(
            body=f"<html><head><title>{name}</title></head><body>{PROSE}</body></html>".encode()
        )
        for name in pages
    }
    with serve(resources) as server:
        folder = make_workspace(tmp_path / "poisoned", build_web())
        (folder / "list.txt").write_text("\n".join(pages.values()))
        env = environment(
            server, PYTHONPATH=os.pathsep.join([str(POISON), *filter(None, sys.path)]),
            SEEDBED_CRAWL__EXTRACT_TIMEOUT_S="3", SEEDBED_CRAWL__EXTRACT_MEMORY_MIB="256",
        )  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "ingest", "crawl", "urls", "-a", "file=list.txt"],
            cwd=folder, env=env, capture_output=True, text=True, check=False,
        )  # fmt: skip

    assert done.returncode in (0, 6), done.stderr[-3000:]
    with closing(Corpus(folder / "corpus.db", readonly=True)) as corpus:
        lines = {name: corpus.find_page(f"{host}/{name}") for name in pages}
        run = corpus.latest_runs(1)[0]
    ends = {name: (row["outcome"], row["reason"]) for name, row in lines.items() if row}
    assert ends["hang"] == (Outcome.REJECTED, "extraction-timed-out: over 3 s")
    assert ends["crash"] == (Outcome.REJECTED, "extraction-crashed: SIGSEGV")
    assert ends["devour"] == (Outcome.REJECTED, "extraction-crashed: over 256 MiB")
    assert ends["good"][0] in (Outcome.ARTICLE, Outcome.OFF_TOPIC)
    assert run["outcome"] == "finished"


def test_readers_that_end_tell_no_signal_to_who_made_them() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        before = signal.set_wakeup_fd(theirs.fileno())
        try:
            with poison(), closing(PageReaders(processes=1, timeout_s=1, memory_mib=256)) as pool:
                assert end_of(pool, ask(pool, "hang")) is not None  # ended by a signal
        finally:
            signal.set_wakeup_fd(before)
        with pytest.raises(BlockingIOError):
            ours.recv(1)


def _stage(monkeypatch: pytest.MonkeyPatch) -> ReadPipeline:
    """One whose readers cannot be started at the first try."""
    made = iter([OSError("no process left"), "readers", "a third try"])

    def start(**_: object) -> object:
        one = next(made)
        if isinstance(one, OSError):
            raise one
        return one

    monkeypatch.setattr("ingest.pipelines.PageReaders", start)
    crawl = SimpleNamespace(extract_processes=1, extract_timeout_s=1, extract_memory_mib=64)
    stage = object.__new__(ReadPipeline)
    bench = SimpleNamespace(workspace=SimpleNamespace(settings=SimpleNamespace(crawl=crawl)))
    monkeypatch.setattr(ReadPipeline, "bench", bench)
    return stage


async def _opened_twice(stage: ReadPipeline) -> tuple[object, object]:
    """What a page gets whose reader cannot be started, and what the next one gets."""
    page = FetchedPage(
        page=1, url="http://a.test/", final_url="http://a.test/", status=200, body=b"",
        content_type=None, encoding=None, etag=None, last_modified=None, fetched_at=NOW,
    )  # fmt: skip
    return await stage.process_item(page), await stage._open_readers()


def test_a_reader_that_cannot_be_started_costs_one_page_a_try(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = asyncio.run(_opened_twice(_stage(monkeypatch)))

    assert isinstance(first, FailedFetch)
    assert first.reason == "its reader could not be started: no process left"
    assert second == "readers"


async def _opened_by_three(stage: ReadPipeline) -> list[object]:
    """Two wait for a try that fails; the first of them tries again before the other hears of it."""

    async def persistent() -> object:
        try:
            return await stage._open_readers()
        except OSError:
            return await stage._open_readers()

    got = await asyncio.gather(persistent(), stage._open_readers(), return_exceptions=True)
    return [*got, await stage._open_readers()]


def test_who_hears_late_of_a_failed_start_spoils_no_later_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, late, last = asyncio.run(_opened_by_three(_stage(monkeypatch)))

    assert isinstance(late, OSError)
    assert (first, last) == ("readers", "readers")
