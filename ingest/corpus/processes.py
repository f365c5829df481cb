"""Processes by names that tell whether they still live: host, process id and start tick."""

from __future__ import annotations

import os
import socket
from pathlib import Path

__all__ = ["is_alive", "is_here", "name_of_this_process"]

_ENDED = "ZX"  # zombie, dead
_HIDDEN = "hidden"  # another user's, where these are not shown (systemd: ProtectProc=invisible)


def name_of_this_process() -> str:
    """This process, named so that another process can tell whether it still lives."""
    return f"{socket.gethostname()}:{os.getpid()}:{_start_tick(os.getpid())}"


def is_alive(process: str | None) -> bool:
    """Whether the process of a run still lives; one on another host is taken to live."""
    host, pid, tick = (process or "::").split(":")
    if host != socket.gethostname():
        return bool(host)
    return bool(tick) and _start_tick(int(pid)) in (tick, _HIDDEN)


def is_here(process: str) -> bool:
    """Whether a process is, or was, of this host."""
    return process.partition(":")[0] == socket.gethostname()


def _start_tick(pid: int) -> str:
    """Start of a process in clock ticks since boot (proc(5), field 22); "" if it is gone.

    A zombie is gone: in a container it may wait for ever for somebody to ask how it ended.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return _HIDDEN if _is_hidden(pid) else ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in _ENDED else fields[19]


def _is_hidden(pid: int) -> bool:
    """Whether there is such a process, of which we may not know more."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return False
