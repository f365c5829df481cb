"""The daemon: what the corpus says is due is crawled, one crawl at a time.

`run_once` does every due job and stops; `serve` stays. Neither keeps a plan: APScheduler only wakes
us, and what is due stands in `sources`, `pages` and `runs`, so a restart forgets nothing.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

from ingest import clock, log
from ingest.config import TEXT_VARIABLE, load_settings, settings_text
from ingest.crawl import scrapy_command
from ingest.errors import IngestError, Stopped
from scheduler.clockwork import Clockwork
from scheduler.corpus_alarm import telling_of_corpus
from scheduler.lock import only_daemon
from scheduler.rounds import Rounds
from scheduler.signals import attended
from scheduler.telling import begin_alerts, tell_once
from scheduler.upkeep import due_upkeep, keep_up

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ingest.crawl import Command, CrawlReport

__all__ = ["run_once", "serve"]

INTERRUPTED = 130  # 128 + SIGINT, as shells have it
PARTIAL = 6

_TICK_S = 15.0

_log = log.get(__name__)


def run_once(
    workspace: Path,
    *,
    environ: Mapping[str, str] | None = None,
    command: Command = scrapy_command,
    on_report: Callable[[CrawlReport], None] | None = None,
) -> int:
    """Do every due job once, in order; returns the exit code.

    Args:
        environ: for the settings and the crawls; None: ours.
        on_report: told of each crawl when it has ended.

    Raises:
        ConfigError: the settings cannot be used, or name no source and none is known.
        DaemonRunning: a daemon does it already.
    """
    rounds = _rounds(workspace, environ, command, on_report)
    with only_daemon(rounds.settings.corpus_path, "round"):
        with telling_of_corpus(rounds.settings):
            rounds.prepare()
            begin_alerts(rounds.settings)
            rounds.judge_anew()
        code, signum = attended(lambda stop, hurry: _round(rounds, stop, hurry))
    return code if signum is None else INTERRUPTED


def serve(
    workspace: Path,
    *,
    environ: Mapping[str, str] | None = None,
    command: Command = scrapy_command,
    on_report: Callable[[CrawlReport], None] | None = None,
    tick_s: float = _TICK_S,
) -> int:
    """Do every job whenever it is due, until a signal comes; returns the exit code.

    When the scheduler stands still the process ends with 1: a thread that hangs cannot be ended.

    Args:
        environ: for the settings and the crawls; None: ours.
        on_report: told of each crawl when it has ended.
        tick_s: seconds between two looks at the corpus.

    Raises:
        ConfigError: the settings cannot be used, or name no source and none is known.
        DaemonRunning: there is another daemon.
    """
    rounds = _rounds(workspace, environ, command, on_report)
    with only_daemon(rounds.settings.corpus_path):
        with telling_of_corpus(rounds.settings):
            rounds.prepare()
            begin_alerts(rounds.settings)
        _log.info("daemon started", corpus=str(rounds.settings.corpus_path), pid=os.getpid())
        reload = threading.Event()
        work = Clockwork(rounds=rounds, tick_s=tick_s, reload=reload, die=os._exit).keep
        # At a terminal SIGHUP says that it is gone, and whoever works there with it.
        _, signum = attended(work, reload=None if _is_at_terminal() else reload)
    _log.info("daemon stopped", signal=signum)
    return INTERRUPTED if signum == signal.SIGINT else 0


def _rounds(
    workspace: Path,
    environ: Mapping[str, str] | None,
    command: Command,
    on_report: Callable[[CrawlReport], None] | None,
) -> Rounds:
    environ = os.environ if environ is None else environ
    text = environ.get(TEXT_VARIABLE)
    text = settings_text(workspace) if text is None else text
    settings = load_settings(workspace, {**environ, TEXT_VARIABLE: text})
    return Rounds(
        settings=settings, environ=environ, command=command, on_report=on_report, text=text
    )


def _round(rounds: Rounds, stop: threading.Event, hurry: threading.Event) -> int:
    """Every due crawl, then what else is due for the corpus; the exit code."""
    code = rounds.run_round(stop, hurry)
    for work in due_upkeep(rounds.settings, now=clock.now()):
        try:
            keep_up(rounds.settings, work, is_stopped=stop.is_set)
        except Stopped:
            break
        except IngestError as exc:
            _log.error("corpus not looked after", work=work, error=str(exc))
            code = code or PARTIAL
    if not stop.is_set() and not _tell(rounds, stop):
        code = code or PARTIAL
    return code


def _tell(rounds: Rounds, stop: threading.Event) -> bool:
    """Tell whom there is to be told; whether they were."""
    try:
        return tell_once(rounds.settings, is_stopped=stop.is_set)
    except IngestError as exc:
        _log.error("alerts not looked for", error=str(exc))
        return False


def _is_at_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()
