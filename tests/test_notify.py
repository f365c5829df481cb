from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from scheduler.notify import notify, watchdog_every_s

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """A service manager: the name it gives, and the socket on which it listens."""
    name = f"@seedbed-test-{os.getpid()}" if request.param == "abstract" else str(tmp_path / "n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(name.replace("@", "\0", 1))
        listening.settimeout(5)
        yield name, listening


def test_states_reach_the_manager_as_one_datagram(manager: tuple[str, socket.socket]) -> None:
    name, listening = manager

    assert notify("READY=1", "STATUS=two\nlines", environ={"NOTIFY_SOCKET": name})
    assert listening.recv(1000) == b"READY=1\nSTATUS=two lines"


@pytest.mark.parametrize("named", [None, "", "relative/socket", "vsock:2:1"])
def test_without_a_manager_nothing_is_sent(named: str | None) -> None:
    assert not notify("READY=1", environ={} if named is None else {"NOTIFY_SOCKET": named})


def test_manager_that_does_not_listen_is_logged_and_no_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert not notify("READY=1", environ={"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    assert caplog.messages == ["service manager not told"]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "180000000"}, 90.0),
        ({"WATCHDOG_USEC": "180000000", "WATCHDOG_PID": str(os.getpid())}, 90.0),
        ({"WATCHDOG_USEC": "180000000", "WATCHDOG_PID": "1"}, None),
    ],
)
def test_watchdog_is_told_twice_as_often_as_it_waits(
    environ: dict[str, str], expected: float | None
) -> None:
    assert watchdog_every_s(environ) == expected
