"""The frozen types of sources and hosts: how each is asked, and what it asked of us."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["DueSource", "HostWait", "Rhythm", "RobotsCopy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """What a source says of the pace at which it may be asked; hints, never orders."""

    ttl_minutes: float | None = None  #: `ttl` of RSS 2.0, above 0; None: not stated
    update_minutes: float | None = None  #: `sy:updatePeriod` by `sy:updateFrequency`, above 0
    skip_hours: tuple[int, ...] = ()  #: `skipHours`, 0..23 in UTC, sorted: nothing is new in them
    skip_days: tuple[int, ...] = ()  #: `skipDays`, 0 Monday to 6 Sunday in UTC, sorted


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSource:
    """A source whose poll is due."""

    source: int  #: id in `sources`
    kind: str
    #: site, feed, robots, sitemap; search-feed: what a site finds for the topic; feed-guess,
    #: sitemap-guess: an address tried once; wordpress: that a site can be searched, never polled;
    #: or the search service that is asked
    url: str
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    every_minutes: int
    failures: int
    last_ok: datetime | None = None  #: aware UTC; None: it never answered
    last_error: str | None = None  #: what the last poll lacked; None: nothing
    new_per_day: float | None = None  #: None: cannot tell yet
    last_new: datetime | None = None  #: aware UTC; last poll that brought something
    failure_weight: float = 0.0  #: of the failures in a row; each counts 0..1
    last_full: datetime | None = None  #: aware UTC; last answer with a body
    lied: datetime | None = None  #: aware UTC; when it last said 304 of a changed body
    is_doubted: bool = False  #: its validators are from before its last change, as a test
    rhythm: Rhythm = Rhythm()
    hours: tuple[float, ...] = ()  #: what was new by hour of the day, UTC; empty: cannot tell
    moved_to: str | None = None  #: where it redirects for good
    moved_days: int = 0  #: on which it did


@dataclass(frozen=True, slots=True, kw_only=True)
class HostWait:
    """That a host asked to be left alone."""

    until: datetime  #: aware UTC
    strikes: int  #: answers in a row that asked to wait
    because: str  #: what it answered


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsCopy:
    """What is kept of the robots.txt of an origin."""

    origin: str  #: scheme, host and port
    status: int | None  #: of the last answer; None: there was none
    asked: datetime  #: aware UTC; last time
    read: datetime | None = None  #: aware UTC; when the rules in force were read; None: none are
    body: bytes | None = field(default=None, repr=False)  #: the rules in force; None: none are
    unreadable_since: datetime | None = None  #: aware UTC; None: the last answer could be read
    crawl_delay_s: float | None = None  #: that they ask of us; None: they do not
