"""The only way to start a crawl from Python: a child `scrapy crawl` that reports through its run.

The command line and the daemon call `run_crawl`; what the crawl does is the same as in a plain
`scrapy crawl`, because all of it is wired in `ingest.settings`. A child costs 0.6 s and buys that
no page, however hostile, can stall or end the scheduler.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ingest import clock
from ingest.config import load_settings
from ingest.corpus import Corpus
from ingest.corpus.opening import is_shared, open_corpus
from ingest.errors import CrawlError
from ingest.log import JsonFormatter, TextFormatter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Command: TypeAlias = Callable[[str, Mapping[str, str], Mapping[str, str]], list[str]]

__all__ = [
    "DRAIN_S", "CrawlReport", "Trigger", "fetch_seeds", "look_at", "run_crawl", "scrapy_command",
]  # fmt: skip

Trigger = Literal["schedule", "command"]

DRAIN_S = 16.0  #: and two of force, and then the end of who waits: below 20, our promise
_POLL_S = 0.1
_FORCED_S = 2.0  # from the second SIGTERM, which makes Scrapy drop what it holds, to SIGKILL
_TAIL_LINES = 20
_STDERR = 2
_LINE_BYTES = 65_536  # longer lines are passed on in pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlReport:
    """What came of one crawl, as its row in `runs` tells it."""

    spider: str
    run: int | None  #: id in `runs`; None: the child ended before it opened a run
    outcome: str  #: finished, interrupted, failed or died
    exit_code: int  #: of the child, negative for a signal; a hint only: Scrapy's 0 means little
    counts: Mapping[str, int] = field(
        repr=False
    )  #: the whole numbers of the row; empty without one
    seconds: float  #: wall time of the child
    message: str | None = None  #: what went wrong, in words
    tail: tuple[str, ...] = field(default=(), repr=False)  #: last lines it wrote to standard error

    @property
    def went_well(self) -> bool:
        """Whether the crawl came to its own end."""
        return self.outcome == "finished"

    @property
    def did_something(self) -> bool:
        """Whether it asked a source or fetched a page."""
        return bool(self.counts.get("polled") or self.counts.get("fetched"))


def scrapy_command(
    spider: str, arguments: Mapping[str, str], overrides: Mapping[str, str]
) -> list[str]:
    """The command line of a crawl."""
    command = [sys.executable, "-m", "scrapy", "crawl", spider]
    for flag, pairs in (("-a", arguments), ("-s", overrides)):
        for name, value in pairs.items():
            command += [flag, f"{name}={value}"]
    return command


def fetch_seeds(workspace: Path) -> int:
    """Save the pages of the seed addresses that are not saved yet; the exit code of the child.

    It is no run: it writes no corpus, and there may be no topic yet.
    """
    command = scrapy_command("seeds", {}, {})
    environ = _child_environment(os.environ, workspace, "command")
    return subprocess.run(command, check=False, env=environ, cwd=workspace).returncode  # noqa: S603


def look_at(workspace: Path, named: Path, told: Path) -> int:
    """Have the addresses of a file looked at, as `seedbed add` does; the exit code of the child.

    It is no run: it writes no corpus, and there may be no topic yet.
    """
    command = scrapy_command("look", {"file": str(named), "out": str(told)}, {})
    environ = _child_environment(os.environ, workspace, "command")
    return subprocess.run(command, check=False, env=environ, cwd=workspace).returncode  # noqa: S603


def run_crawl(
    workspace: Path,
    spider: str,
    *,
    corpus_path: Path,
    trigger: Trigger,
    arguments: Mapping[str, str] | None = None,
    overrides: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
    stop: threading.Event | None = None,
    hurry: threading.Event | None = None,
    timeout_s: float | None = None,
    drain_s: float = DRAIN_S,
    command: Command = scrapy_command,
) -> CrawlReport:
    """Run one spider to its end in a child process, and report what its run says.

    The child belongs to a session of its own, so that a terminal's Ctrl-C reaches it once, through
    us, and not twice. It is told to stop when the calling thread ends without waiting: call from a
    thread that lives on.

    Args:
        arguments: of the spider, as `-a`.
        overrides: Scrapy settings, as `-s`.
        environ: of the child; None: ours.
        stop: once set, the crawl ends after what it is fetching.
        hurry: once set, the crawl is ended at once.
        timeout_s: wall time after which the crawl is stopped as by `stop`; None: no limit.
        drain_s: time a stopping crawl has before it is ended by force, two seconds later at most.

    Raises:
        CorpusError: the corpus cannot be opened.
        CrawlError: the child could not be started.
    """
    given = os.environ if environ is None else environ
    store = partial(_store, workspace, corpus_path, given)
    with closing(store()) as corpus:
        before = corpus.last_run()
    began = time.monotonic()
    child = _start(
        command(spider, arguments or {}, overrides or {}),
        workspace=workspace.absolute(),
        environ=_child_environment(given, workspace, trigger),
        stdin=None if trigger == "command" else subprocess.DEVNULL,  # `crawl urls -a file=-`
    )
    tail: deque[str] = deque(maxlen=_TAIL_LINES)
    pump = threading.Thread(target=_pass_on, args=(child, tail), name="child-stderr", daemon=True)
    pump.start()
    try:
        why = _attend(
            child,
            stop=stop or threading.Event(),
            hurry=hurry or threading.Event(),
            timeout_s=timeout_s,
            drain_s=drain_s,
        )
    finally:
        _end_group(child)  # readers of pages that it left behind would keep its stderr open
        pump.join(_FORCED_S)
    row = _run_of(child.pid, after=before, store=store)
    seconds = time.monotonic() - began
    return _report(spider, row, child=child, seconds=seconds, why=why, tail=tuple(tail))


def _child_environment(
    environ: Mapping[str, str], workspace: Path, trigger: Trigger
) -> dict[str, str]:
    wanted = {
        "SEEDBED_WORKSPACE": str(workspace.absolute()),
        "SEEDBED_TRIGGER": trigger,
        "SCRAPY_SETTINGS_MODULE": "ingest.settings",
        "PYTHONUNBUFFERED": "1",
    }
    formatters = [type(handler.formatter) for handler in logging.getLogger().handlers]
    # Its stderr is a pipe to us: left to itself it would write JSON to a person's terminal.
    for formatter, name in ((TextFormatter, "text"), (JsonFormatter, "json")):
        if formatter in formatters:
            wanted["SEEDBED_LOG__FORMAT"] = name
    return {**environ, **wanted}


def _start(
    program: list[str], *, workspace: Path, environ: Mapping[str, str], stdin: int | None
) -> subprocess.Popen[bytes]:
    mortal = Path(__file__).with_name("mortal.py")
    try:
        return subprocess.Popen(  # noqa: S603  # our own interpreter, arguments as a list
            [sys.executable, "-I", "-S", str(mortal), str(os.getpid()), *program],
            cwd=workspace,
            env=environ,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # our own standard output may be somebody's JSON
            start_new_session=True,
        )
    except OSError as exc:
        raise CrawlError(f"the crawl could not be started in {workspace}: {exc.strerror}") from exc


def _pass_on(child: subprocess.Popen[bytes], tail: deque[str]) -> None:
    """Copy what the child writes to our standard error, and remember the last lines."""
    stream = child.stdout
    assert stream is not None
    with closing(stream):
        for line in iter(lambda: stream.readline(_LINE_BYTES), b""):
            tail.append(line.decode("utf-8", "replace").rstrip())
            with suppress(OSError):  # nobody reads us any more; the child must not block for that
                _write_whole(_STDERR, line)


def _write_whole(descriptor: int, line: bytes) -> None:
    while line:
        line = line[os.write(descriptor, line) :]


def _attend(
    child: subprocess.Popen[bytes],
    *,
    stop: threading.Event,
    hurry: threading.Event,
    timeout_s: float | None,
    drain_s: float,
) -> str | None:
    """Wait for the child's end, and bring it about if asked.

    Returns:
        Why it had to stop; None: it ended by itself.
    """
    if _ends_within(child, timeout_s, unless=(stop, hurry)):
        return None
    was_asked = stop.is_set() or hurry.is_set()
    why = "asked to stop" if was_asked else f"ran longer than {timeout_s:g} s"
    for patience_s in (drain_s, _FORCED_S):
        if hurry.is_set():
            break
        child.terminate()
        if _ends_within(child, patience_s, unless=(hurry,)):
            return why
    _end_group(child)
    return why


def _ends_within(
    child: subprocess.Popen[bytes],
    seconds: float | None,
    *,
    unless: tuple[threading.Event, ...],
) -> bool:
    """Whether the child ends in that time, before any of the events is set."""
    until = None if seconds is None else time.monotonic() + seconds
    while child.poll() is None:
        if any(event.is_set() for event in unless):
            return False
        if until is not None and time.monotonic() >= until:
            return False
        unless[0].wait(_POLL_S)
    return True


def _end_group(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _store(workspace: Path, corpus_path: Path, environ: Mapping[str, str]) -> Corpus:
    """The corpus that the child writes to."""
    if not is_shared(environ):
        return Corpus(corpus_path)
    return open_corpus(load_settings(workspace, environ), environ=environ)


def _run_of(pid: int, *, after: int, store: Callable[[], Corpus]) -> dict[str, Any] | None:
    """The row that the process wrote; one that it left open is closed first."""
    mark = f"{socket.gethostname()}:{pid}:"
    with closing(store()) as corpus:
        corpus.close_dead_runs(now=clock.now())
        rows = corpus.runs_since(after)
    return next((row for row in rows if (row["process"] or "").startswith(mark)), None)


def _report(
    spider: str,
    row: dict[str, Any] | None,
    *,
    child: subprocess.Popen[bytes],
    seconds: float,
    why: str | None,
    tail: tuple[str, ...],
) -> CrawlReport:
    exit_code = child.returncode
    if row is None:
        message = f"{why or 'ended'} before it opened a run (exit code {exit_code})"
        outcome = "interrupted" if why else "failed"
        return CrawlReport(
            spider=spider,
            run=None,
            outcome=outcome,
            exit_code=exit_code,
            counts={},
            seconds=seconds,
            message=message,
            tail=tail,
        )
    counts = {name: value for name, value in row.items() if isinstance(value, int) and name != "id"}
    return CrawlReport(
        spider=spider,
        run=row["id"],
        outcome=row["outcome"],
        exit_code=exit_code,
        counts=counts,
        seconds=seconds,
        message="; ".join(filter(None, (why, row["message"]))) or None,
        tail=tail,
    )
