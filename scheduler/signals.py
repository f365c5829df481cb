"""Work under the eye of SIGINT and SIGTERM: the first asks it to stop, the second at once."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["attended"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_HANGUP = signal.SIGHUP
_DONE = b"\0"  # no signal has the number 0

T = TypeVar("T")


def attended(
    work: Callable[[threading.Event, threading.Event], T],
    *,
    reload: threading.Event | None = None,
) -> tuple[T, int | None]:
    """Do `work(stop, hurry)` in a thread while this one, the main thread, listens for signals.

    The first signal sets `stop`, the second `hurry`; a third ends the process as if nobody cared.
    One that comes when all is done, after a first, changes nothing: the process is about to end.
    Handlers do nothing themselves: setting an event inside one can deadlock with whoever waits
    for it, so the numbers come through the wake-up descriptor.

    Args:
        reload: set by SIGHUP; None: it ends the process, as it does by itself.

    Returns:
        What `work` returned, and the first signal; None: there was none.
    """
    stop, hurry = threading.Event(), threading.Event()
    first: int | None = None
    heard = _SIGNALS if reload is None else (*_SIGNALS, _HANGUP)
    with _signal_numbers(heard, is_over=lambda: first is not None) as (numbers, wake):
        with ThreadPoolExecutor(1, thread_name_prefix="seedbed") as pool:
            future = pool.submit(work, stop, hurry)
            future.add_done_callback(lambda _: _wake(wake))
            while _DONE[0] not in (got := os.read(numbers, 64)):
                for number in got:
                    if number == _HANGUP and reload is not None:
                        reload.set()
                        continue
                    if stop.is_set():
                        hurry.set()
                        _restore_defaults()
                    first = first or number
                    stop.set()
        return future.result(), first


@contextmanager
def _signal_numbers(
    heard: tuple[signal.Signals, ...], *, is_over: Callable[[], bool]
) -> Iterator[tuple[int, int]]:
    """A pipe into which the number of each arriving signal is written; both its ends.

    Whoever listened before does so again afterwards, unless the process is about to end.
    """
    numbers, wake = os.pipe()
    os.set_blocking(wake, False)
    before = {number: signal.signal(number, _ignore) for number in heard}
    old_wake = signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    try:
        yield numbers, wake
    finally:
        signal.set_wakeup_fd(old_wake)
        if not is_over():
            for number, handler in before.items():
                signal.signal(number, handler)
        os.close(numbers)
        os.close(wake)


def _wake(descriptor: int) -> None:
    os.write(descriptor, _DONE)


def _ignore(_number: int, _frame: object) -> None:
    """Leave the number to the wake-up descriptor."""


def _restore_defaults() -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_DFL)
