"""Processes that read pages, and may be killed: some pages never end, crash or devour memory.

What a page does to its reader is that page's outcome, and costs nothing but its own reading.
"""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import resource
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from ingest.extract import PageRead, read_page
from ingest.items import Reason, Rejection, Stage

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from multiprocessing.context import BaseContext

__all__ = ["MEMORY_MIB", "READING_ERRORS", "PageReaders", "Readers"]

T = TypeVar("T")

_PR_SET_PDEATHSIG = 1  # prctl(2)
#: What one reader may map beyond what it has at its start. The largest of 621 pages needs 190.
MEMORY_MIB = 1024
#: After so many pages a reader is replaced, so that what a library leaks has an end: 1.6 MB in 620
#: pages. Each new one pays 1.2 s at its first odd date, for which htmldate loads dateparser.
_PAGES_A_READER = 2000
_OUT_OF_MEMORY = 97  # exit status of a reader that ended because of it
#: Signals by which a process ends itself; any other came from outside.
_OWN_SIGNALS = frozenset(
    {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL}
)
#: What a reading may raise that `PageReaders.refusal` knows.
READING_ERRORS = (TimeoutError, MemoryError, RecursionError, ProcessExpired)


class Readers:
    """A few processes that read whatever they are told to, each within its time and memory."""

    def __init__(self, *, processes: int, timeout_s: float, memory_mib: int = MEMORY_MIB) -> None:
        self._timeout_s = timeout_s
        self._memory_mib = memory_mib
        self._pool = ProcessPool(
            max_workers=processes,
            max_tasks=_PAGES_A_READER,
            initializer=_limit,
            initargs=[os.getpid(), memory_mib],
            context=_context(),
        )

    def call(self, read: Callable[..., T], *args: Any) -> Future[T]:
        """Have something read by a function that can be pickled; raises what it raises."""
        return self._pool.schedule(read, args=list(args), timeout=self._timeout_s)

    def said(self, error: BaseException) -> str:
        """In words, why a reader ended (`READING_ERRORS`)."""
        if (refused := self.refusal(error)) is None or refused.rejection is None:
            return f"its reader was killed from outside: {error}"
        return f"{refused.rejection.reason}: {refused.rejection.detail}"

    def refusal(self, error: BaseException) -> PageRead | None:
        """What a reading that failed says of its page; None: it says nothing of it.

        A reader that was killed from outside may have been killed for another's sake.
        """
        if isinstance(error, TimeoutError):
            return _refused(Reason.TIMED_OUT, f"over {self._timeout_s:g} s")
        if not isinstance(error, ProcessExpired):
            return _refused(Reason.CRASHED, type(error).__name__)
        if error.exitcode == _OUT_OF_MEMORY:
            return _refused(Reason.CRASHED, f"over {self._memory_mib} MiB")
        if -error.exitcode in _OWN_SIGNALS:
            return _refused(Reason.CRASHED, signal.Signals(-error.exitcode).name)
        return None

    def close(self) -> None:
        """End the readers, whatever they are at."""
        self._pool.stop()
        self._pool.join()


class PageReaders(Readers):
    """Readers of pages, born with what that takes."""

    def __init__(self, *, processes: int, timeout_s: float, memory_mib: int = MEMORY_MIB) -> None:
        _warm_up()
        super().__init__(processes=processes, timeout_s=timeout_s, memory_mib=memory_mib)

    def schedule(self, *args: Any, **kwargs: Any) -> Future[PageRead]:
        """Have a page read; takes what `read_page` takes, raises what `refusal` explains."""
        return self._pool.schedule(_read, args=list(args), kwargs=kwargs, timeout=self._timeout_s)


def _context() -> BaseContext:
    """Readers are copies of who asks, who may have been started in another way itself."""
    return multiprocessing.get_context("fork" if sys.platform == "linux" else None)


def _warm_up() -> None:
    """Read a small page here, so that each reader is born with the weights and tables loaded.

    Else the first page of each, and of each that replaces a dead one, pays a second for them.
    """
    line = b"<p>A page that is read before all others, %d, so that they need not wait for it.</p>"
    body = b"<html><body>" + b"".join(line % number for number in range(9)) + b"</body></html>"
    read_page(body, "http://localhost/", None, "text/html", now=datetime(2025, 1, 1, tzinfo=UTC))


def _refused(reason: Reason, detail: str) -> PageRead:
    return PageRead(
        article=None, rejection=Rejection(stage=Stage.EXTRACT, reason=reason, detail=detail)
    )


def _limit(parent: int, memory_mib: int) -> None:
    """Let a reader end when its crawl does, leave Ctrl-C to the crawl, and bound its memory."""
    signal.set_wakeup_fd(-1)  # inherited: a signal to us would be told to who made us
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)
    most = _mapped_bytes() + memory_mib * 1024 * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(
        resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard)
    )
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a page that crashes leaves no gigabytes
    gc.freeze()  # what the crawl loaded stays; looked over, its pages of memory were shared no more


def _mapped_bytes() -> int:
    """Address space in use; proc(5). Where there is no /proc, the limit counts from nothing."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 0
    return pages * resource.getpagesize()


def _read(*args: Any, **kwargs: Any) -> PageRead:
    """Read a page; a reader that ran out of memory ends, for what it holds is not all given back.

    The last words go by the exit status: there may be no memory left to say them.
    """
    try:
        read = read_page(*args, **kwargs)
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    if read.rejection is not None and read.rejection.detail.startswith("MemoryError"):
        os._exit(_OUT_OF_MEMORY)
    return read
