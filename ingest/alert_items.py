"""What is told to people who do not look: the frozen types of alerts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

__all__ = [
    "Alert",
    "AlertKind",
    "AlertMarks",
    "AlertState",
    "ChangedHeadline",
    "FailingSpider",
    "NewArticle",
    "Receiver",
    "StoryLife",
    "Waiting",
]


class AlertKind(StrEnum):
    """What is told; a setting of `[notify]` each."""

    NEW = "new"  # an article was kept
    STORY = "story"  # a story breaks out
    HEADLINE = "headline"  # an article changed its headline
    SILENT = "silent"  # a source says nothing any more
    ALARM = "alarm"  # the daemon needs a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing to tell."""

    kind: AlertKind
    key: str  #: what it is about; of what lasts, told once for as long as it does
    at: datetime  #: aware UTC; when it happened, or was seen
    title: str
    lines: tuple[str, ...] = ()
    link: str | None = None  #: None: nothing to look at
    weight: float = 0.0  #: heavier ones are told first
    lasts: bool = False  #: it goes on until it is seen to be over


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMarks:
    """The last rows that were looked at; what comes after them is new."""

    article: int = 0
    copy: int = 0
    revision: int = 0
    step: int = 0  #: of the topic
    run: int = 0  #: that has ended


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertState:
    """What was entered before, of what may be entered again; both by kind and key."""

    lasting: frozenset[tuple[AlertKind, str]] = frozenset()  #: and not over yet
    entered: Mapping[tuple[AlertKind, str], datetime] = field(default_factory=dict)  #: latest


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArticle:
    """An article that was kept since the last look."""

    article: int
    title: str
    outlet: str
    url: str
    published: datetime | None  #: aware UTC; None: the page states no date
    first_seen: datetime  #: aware UTC
    relevance: float  #: 0..1
    lead: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedHeadline:
    """An article that another headline was seen on since the last look."""

    revision: int
    article: int
    outlet: str
    url: str
    before: str
    after: str
    seen: datetime  #: aware UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLife:
    """When the articles and copies of a story came."""

    story: int
    title: str
    url: str | None  #: of its first article; None: that was withdrawn
    arrivals: tuple[datetime, ...] = field(repr=False)  #: aware UTC, in order
    outlets: int = 0  #: that told it within the last day


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingSpider:
    """A spider whose last crawls failed, one after the other."""

    spider: str
    failures: int
    since: datetime  #: aware UTC; start of the first of them
    message: str | None  #: of the last


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """What is remembered of an address that is told."""

    digested: datetime  #: aware UTC; until when its digests are done
    tries: tuple[datetime, ...] = ()  #: aware UTC, in order; of the last hour
    failures: int = 0  #: in a row
    sent: int = 0  #: messages, ever
    failed: int = 0  #: tries, ever
    last_error: str | None = None  #: None: the last try went well


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What one address is to be told, as it stood at one moment."""

    up_to: int  #: id of the last alert among them
    counts: Mapping[AlertKind, int]  #: of all
    alerts: tuple[Alert, ...]  #: the heaviest of each kind
