"""How long a test waits for what has to come.

A bound on what hangs and no judgement of speed: on a machine with much else to do, a daemon may
take a minute over what it does in a second. What a document promises in seconds is tested by name.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_S = 400.0


def wait_until(
    what: Callable[[], object],
    *,
    within_s: float = PATIENCE_S,
    every_s: float = 0.05,
    is_hopeless: Callable[[], object] = lambda: False,
    said: Callable[[], str] = lambda: "it did not come about",
) -> None:
    """Wait until something is so; the test fails where that takes too long or is past hope.

    Another time than the patience of all is one that was promised.
    """
    until = time.monotonic() + within_s
    while not what():
        if time.monotonic() > until or is_hopeless():
            pytest.fail(said())
        time.sleep(every_s)
