"""What a service tells its manager, in the protocol of sd_notify(3).

A datagram of `NAME=value` lines to the socket that `NOTIFY_SOCKET` names; without that variable
nobody asked, and nothing is sent.
"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from ingest import log

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["notify", "watchdog_every_s"]

_log = log.get(__name__)


def notify(*states: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Send states, `READY=1` for instance; whether somebody was there to be told.

    A manager that does not listen is no reason to stop: it is logged, and that is all.
    """
    named = environ.get("NOTIFY_SOCKET", "")
    if named[:1] not in {"/", "@"}:
        return False
    address = f"\0{named[1:]}" if named.startswith("@") else named  # @: an abstract one, unix(7)
    said = "\n".join(state.replace("\n", " ") for state in states)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            sock.connect(address)
            sock.sendall(said.encode())
    except OSError as exc:
        _log.warning("service manager not told", socket=named, error=str(exc))
        return False
    return True


def watchdog_every_s(environ: Mapping[str, str] = os.environ) -> float | None:
    """Seconds between two `WATCHDOG=1`: half of what the manager waits; None: it does not.

    sd_watchdog_enabled(3): what is meant for another process is none of ours.
    """
    waits, meant = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not waits.isdigit() or not int(waits) or (meant and meant != str(os.getpid())):
        return None
    return int(waits) / 2e6
