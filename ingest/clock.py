"""The clock; only shells read it, everything else is given `now`."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

__all__ = ["AHEAD_VARIABLE", "now"]

#: Hours that this clock runs ahead; the demo and the tests let a day pass with it.
AHEAD_VARIABLE = "SEEDBED_CLOCK_AHEAD_HOURS"


def now() -> datetime:
    """The present, aware UTC."""
    ahead = timedelta(hours=float(os.environ.get(AHEAD_VARIABLE, "0")))
    return datetime.now(UTC) + ahead
