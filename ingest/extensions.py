"""One row a run, whoever started it, and the bench on which the run's tools lie."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from scrapy import signals

from ingest import clock, log
from ingest.archive import Archive
from ingest.archive_tails import cut_tails
from ingest.config import seedbed_version
from ingest.errors import CorpusError, CrawlError
from ingest.intake import Intake
from ingest.looking_back import look_back, signals_heard
from ingest.memory import GrowthWatch, give_back_soon
from ingest.own_web import own_web
from ingest.rejudge import before_run
from ingest.workspace import current_workspace

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

    from ingest.corpus import Corpus
    from ingest.workspace import Workspace

__all__ = ["Bench", "RunRecorder", "bench_of", "failed_runs", "laid_bench", "lossy_runs"]

TRIGGER_VARIABLE = "SEEDBED_TRIGGER"
_LOOK_S = 0.2
#: What is under way when a crawl is told to stop has this long; below the drain of `run_crawl`,
#: for a host that takes a minute to answer must not cost the run its last words.
_PATIENCE_S = 8.0
_BROKEN_LOOKED_BACK = 8  # runs; the daemon looks at all of them when it starts
_OUTCOME_OF = {"finished": "finished", "shutdown": "interrupted"}


@dataclass
class Bench:
    """What the components of one crawl share."""

    workspace: Workspace
    corpus: Corpus
    intake: Intake
    archive: Archive
    run: int
    log: log.EventLog
    handed_in: int = 0  #: fetches that the pipelines were given
    trouble: str | None = None  #: what made the run fail, in words
    note: str | None = None  #: what went wrong without making it fail
    judged: int = 0  #: pages that came through
    lost: int = 0  #: pages and polls that an error of ours cost, whatever else they were
    lost_to: str = ""  #: the first of these errors, in words
    is_over: bool = False  #: the run's row is closed; what still comes in is given back

    @property
    def gives_back(self) -> bool:
        """Whether what comes in is not judged any more, and stays with the frontier."""
        return self.trouble is not None or self.is_over

    def lose(self, error: BaseException) -> None:
        """Count what an error of ours cost."""
        self.lost += 1
        self.lost_to = self.lost_to or f"{type(error).__name__}: {error}"[:200]


_BENCHES: WeakKeyDictionary[Crawler, Bench] = WeakKeyDictionary()


_FAILED: list[int] = []  # runs of this process
_LOSSY: list[int] = []  # likewise


def failed_runs() -> tuple[int, ...]:
    """Runs of this process that failed."""
    return tuple(_FAILED)


def lossy_runs() -> tuple[int, ...]:
    """Runs of this process in which an error of ours cost a page or a poll."""
    return tuple(_LOSSY)


def bench_of(crawler: Crawler) -> Bench:
    """The bench of a crawl; laid at `spider_opened`."""
    return _BENCHES[crawler]


def laid_bench(crawler: Crawler) -> Bench | None:
    """The bench of a crawl; None: it keeps no run."""
    return _BENCHES.get(crawler)


class RunRecorder:
    """Opens the run's row before the first request and closes it after the last."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.started = time.monotonic()
        self._cutting: asyncio.Task[None] | None = None
        self._memory = GrowthWatch()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RunRecorder:
        """Lay the bench, so that spiders and pipelines find it."""
        recorder = cls(crawler)
        recorder.open_run()
        crawler.signals.connect(recorder.attend, signal=signals.spider_opened)
        crawler.signals.connect(recorder.close_run, signal=signals.spider_closed)
        crawler.signals.connect(recorder.note_error, signal=signals.spider_error)
        crawler.signals.connect(recorder.watch_memory, signal=signals.request_left_downloader)
        return recorder

    def open_run(self) -> None:
        """Open corpus, topic, archive and the run's row.

        Raises:
            IngestError: one of them cannot be opened; nothing was fetched.
        """
        give_back_soon()
        workspace = current_workspace()
        name = self.crawler.spidercls.name
        trigger = os.environ.get(TRIGGER_VARIABLE, "scrapy")
        corpus = workspace.corpus()
        corpus.check_is_own()
        now = clock.now()
        corpus.close_dead_runs(now=now)
        cut_tails(corpus, workspace.settings.archive_path, latest=_BROKEN_LOOKED_BACK)
        knowledge = before_run(workspace, corpus, now=now)
        own_web(workspace.settings, corpus, knowledge.topic, now=now)
        run = corpus.start_run(spider=name, trigger=trigger, version=seedbed_version(), now=now)
        bound = log.get("seedbed").bind(run=run, spider=name)
        _BENCHES[self.crawler] = Bench(
            workspace=workspace,
            corpus=corpus,
            intake=Intake(corpus, knowledge, workspace.settings, run),
            archive=Archive(workspace.settings.archive_path, run=run, spider=name),
            run=run,
            log=bound,
        )
        gc.freeze()  # what was loaded stays; looked over again and again it was 8 % of a crawl
        bound.info("run started", trigger=trigger, corpus=str(corpus.path))

    def note_error(self, failure: Failure) -> None:
        """Count an answer that a spider could not take in; without its corpus it cannot go on."""
        bench = bench_of(self.crawler)
        if isinstance(failure.value, CorpusError):
            bench.trouble = bench.trouble or str(failure.value)
        elif failure.value is not None:
            bench.lose(failure.value)

    def watch_memory(self) -> None:
        """Look at the memory after each answer, whatever became of it."""
        self._memory.look()

    def attend(self, spider: Spider) -> None:
        """Watch for the moment when the crawl is told to stop."""
        del spider
        self._cutting = asyncio.ensure_future(self._cut_short())

    async def _cut_short(self) -> None:
        """End a stopping crawl that waits for slow hosts: Scrapy would wait for them for ever.

        The row is closed first, so that the run is an interrupted one and what it leased is free.
        """
        engine = self.crawler.engine
        assert engine is not None
        for is_running in (True, False):
            while engine.running is not is_running:  # noqa: ASYNC110  # Scrapy tells nobody
                await asyncio.sleep(_LOOK_S)
        await asyncio.sleep(_PATIENCE_S)
        self._cutting = None
        self._close("shutdown", is_cut=True)
        if callable(signal.getsignal(signal.SIGTERM)):  # Scrapy's: the second one stops at once
            os.kill(os.getpid(), signal.SIGTERM)

    def close_run(self, spider: Spider, reason: str) -> None:
        """Close the run's row; a run whose counts do not add up is a failed one."""
        del spider
        if self._cutting is not None:
            self._cutting.cancel()
        if not bench_of(self.crawler).is_over:
            self._close(reason)

    def _close(self, reason: str, *, is_cut: bool = False) -> None:
        bench = bench_of(self.crawler)
        bench.is_over = True
        try:
            bench.archive.close()
        except OSError as exc:  # a full disk; the row must be closed all the same
            bench.trouble = bench.trouble or f"the archive cannot be written: {exc}"
        stats = self.crawler.stats
        requests = int(stats.get_value("downloader/request_count", 0)) if stats else 0
        if bench.lost and not bench.judged:
            bench.trouble = bench.trouble or _lost(bench)
        outcome = "failed" if bench.trouble else _OUTCOME_OF.get(reason, "failed")
        message = bench.trouble or (None if reason == "finished" else f"closed by {reason}")
        if bench.lost:
            message = message or _lost(bench)
        message = message or bench.note
        if bench.lost:
            _LOSSY.append(bench.run)
        if outcome == "failed":
            _FAILED.append(bench.run)
        try:
            row = bench.corpus.finish_run(
                bench.run, outcome=outcome, requests=requests, message=message, now=clock.now()
            )
        except CorpusError as exc:  # the next run finds that this process is dead, and closes it
            _FAILED.append(bench.run)
            bench.log.error("run could not be closed", error=str(exc))
            return
        _count_stages(bench)
        if row["fetched"] != bench.handed_in and not is_cut:  # some were being read just now
            message = f"{bench.handed_in} pages fetched, but {row['fetched']} outcomes written"
            bench.corpus.fail_run(bench.run, message)
            _FAILED.append(bench.run)
            bench.log.error("counts do not add up", fetched=bench.handed_in, written=row["fetched"])
            raise CrawlError(message)
        if outcome == "finished":  # one that was told to stop leaves it to the next
            with signals_heard() as is_stopped:
                look_back(
                    bench.workspace, bench.corpus, bench.intake.knowledge, bench.log,
                    is_stopped=is_stopped,
                )  # fmt: skip
        counts = {name: row[name] for name in _LOGGED if row[name]}
        bench.log.info("run finished", outcome=outcome, seconds=row["seconds"], **counts)
        if not is_cut:  # it is about to end, and pages may still come in that must be refused
            bench.corpus.close()


def _count_stages(bench: Bench) -> None:
    seconds = bench.intake.stopwatch.seconds
    try:
        bench.corpus.count_stages(seconds)
    except CorpusError as exc:  # figures; the run itself is closed
        bench.log.warning("stages not counted", error=str(exc))
    if seconds:
        timed = {f"{stage}_s": round(spent, 3) for stage, spent in sorted(seconds.items())}
        bench.log.info("stages timed", **timed)


def _lost(bench: Bench) -> str:
    of_all = f"{bench.lost} of {bench.lost + bench.judged}"
    return f"{of_all} lost to an error of this program, the first to {bench.lost_to}"


_LOGGED = (
    "requests", "polled", "polls_failed", "found", "skipped", "fetched", "new_articles", "copies",
    "revisions", "unchanged", "off_topic", "rejected", "robots", "gone", "errors",
)  # fmt: skip
