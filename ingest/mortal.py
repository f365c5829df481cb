"""Becomes another program that is told to stop when the process that started it dies.

Run by path, `python -I -S mortal.py PARENT PROGRAM ARGUMENT…`, in front of every crawl: the wish
must be made by the child itself, and making it between fork and exec (`preexec_fn`) is not safe in
a process with threads. Imports nothing of ours, so it costs a bare interpreter's start.
The program it becomes hears of it by `stop_once`.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

__all__ = ["stop_once"]

_PR_SET_PDEATHSIG = 1  # prctl(2); kept by execve, follows the thread that forked


def main() -> None:
    """Ask the kernel for SIGUSR1 at the parent's death, then turn into the program."""
    parent, *program = sys.argv[1:]
    if sys.platform == "linux":
        # It comes once for each thread that the parent loses, so it is not the SIGTERM that Scrapy
        # counts: a second one would cost what the crawl holds.
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGUSR1)
        if os.getppid() != int(parent):  # it died before we asked
            sys.exit(128 + signal.SIGTERM)
    os.execv(program[0], program)  # noqa: S606  # no shell, and the caller chose the program


def stop_once(_number: int, _frame: object) -> None:
    """Stop as by SIGTERM, when whoever started us dies, however often that is said."""
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
