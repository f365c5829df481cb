"""Questions that are given up when they take too long."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["in_time"]

_T = TypeVar("_T")
_GIVEN_UP = re.compile(r"interrupted|no such (?:table|column)")
#: What the time is told by; a benchmark on a busy machine counts the work alone.
clock_s: Callable[[], float] = time.monotonic
_STEPS = 2000  # of SQLite's machine between two looks at the clock; some 0.1 ms


def in_time(connection: Any, limit_ms: float, ask: Callable[[Any], _T], otherwise: _T) -> _T:
    """What `ask` says of a connection, or `otherwise` where it takes longer than `limit_ms`.

    Otherwise too where the file lacks a table or column that is asked for: it is of another schema.
    """
    until = clock_s() + limit_ms / 1000
    connection.set_progress_handler(lambda: int(clock_s() > until), _STEPS)
    try:
        return ask(connection)
    except Exception as exc:
        # Datasette may read with Python's own module or with pysqlite3: two classes of one name.
        if type(exc).__name__ != "OperationalError" or not _GIVEN_UP.match(str(exc)):
            raise
        return otherwise
    finally:
        connection.set_progress_handler(None, _STEPS)
