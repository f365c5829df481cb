"""Becomes a server, of another user if need be, that ends at once when its parent dies.

Run by path in front of it: `mortal_server.py PARENT USER GROUP PROGRAM ARGUMENT…`, the two as
numbers. The wish is lost where the user changes, so that has to come first.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # prctl(2); kept by execve, follows the thread that forked


def main() -> None:
    """Ask the kernel for SIGQUIT at the parent's death, at which PostgreSQL takes all along."""
    parent, user, group, *program = sys.argv[1:]
    if int(user) != os.geteuid():
        os.setgroups([])
        os.setgid(int(group))
        os.setuid(int(user))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
        if os.getppid() != int(parent):  # it died before we asked
            sys.exit(128 + signal.SIGQUIT)
    os.execv(program[0], program)


if __name__ == "__main__":
    main()
