"""Sixty hostile answers, and the harm that each does where nobody is on guard.

A harm is told from what the server and the crawl's witness saw, so that one measure serves both a
stock crawl and ours. Bombs are scaled to the limit they break (8 MiB), not to what a machine bears.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.hostile.server import Asked, Part

__all__ = ["LIMIT_BYTES", "PATIENCE_S", "TIMEOUT_S", "Attack", "Places", "Traces"]

LIMIT_BYTES = 8 * 1024 * 1024
TIMEOUT_S = 2.0  # of our crawl under test; the default is 30
PATIENCE_S = 6.0  # what still hangs after it does so for three minutes
_TRIES = 2  # what fails is asked twice, not more
_HOPS = 6  # the request and five redirects
_HEADERS = 1000  # no honest answer has as many


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the servers listen."""

    web: int
    tls: int
    silent: int  #: takes connections and says nothing
    secret: int  #: what nobody outside may read

    def url(self, name: str, path: str = "/page") -> str:
        return f"http://{name}.test:{self.web}{path}"

    def inside(self, name: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.secret}/{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What one attack left."""

    asked: list[Asked]  #: of its own hosts, in order, robots.txt apart
    seen: dict[str, Any]  #: by the witness; see there
    secrets: int  #: how often the secret was read


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One hostile answer."""

    name: str  #: its host, without `.test`
    url: str
    harm: Callable[[Traces], bool]
    answer: Callable[[Asked], Iterable[Part]] | None = None
    robots: Callable[[Asked], Iterable[Part]] | None = None
    reason: str = ""  #: what our ledger says of it, in part
    is_large: bool = field(default=False)


def swallowed(traces: Traces) -> bool:
    """More than the limit reached the spider."""
    return int(traces.seen.get("bytes", 0)) > LIMIT_BYTES


def hung(traces: Traces) -> bool:
    """It never ended, as long as we looked."""
    return "began" in traces.seen or "seconds" not in traces.seen


def read_secret(traces: Traces) -> bool:
    """The server inside was asked."""
    return traces.secrets > 0


def hammered(traces: Traces) -> bool:
    """A server in trouble was asked again and again."""
    return len(traces.asked) > _TRIES


def asked_twice(traces: Traces) -> bool:
    """A server that asked for patience was asked again at once."""
    return len(traces.asked) > 1


def ran_in_circles(traces: Traces) -> bool:
    """Redirects were followed without an end in sight."""
    return len(traces.asked) > _HOPS


def told_referer(traces: Traces) -> bool:
    """A site learned where the crawler came from."""
    return any("referer" in one.headers for one in traces.asked)


def sent_cookie(traces: Traces) -> bool:
    """A site knew the crawler again."""
    return any("cookie" in one.headers for one in traces.asked)


def read_page(traces: Traces) -> bool:
    """A page was taken from a server that nobody vouches for, or that forbade it."""
    return traces.seen.get("status") == 200 and int(traces.seen["bytes"]) > 0


def took_headers(traces: Traces) -> bool:
    """Headers without number were taken in."""
    return int(traces.seen.get("headers", 0)) > _HEADERS
