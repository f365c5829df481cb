"""What lasts until a person does something: silent sources, and the daemon's alarms; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from ingest.alert_items import Alert, AlertKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from ingest.alert_items import FailingSpider
    from ingest.silence import Silence

__all__ = [
    "LEAST_FAILURES", "LITTLE_DISK_BYTES", "Health", "conditions", "looked_at", "standstill",
]  # fmt: skip

#: Crawls of one spider, one after the other: one is an accident, two a network that was away.
LEAST_FAILURES = 3
LITTLE_DISK_BYTES = 2_000_000_000  #: as `seedbed check` has it
_MIB = 1024 * 1024
_LATE_BACKUPS = 2  # intervals; the first is late by nothing but the queue of jobs
_LEAST_SOURCE_FAILURES = 5
_SHOWN_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a workspace is; None: that was not looked at this time."""

    silences: Mapping[int, Silence] | None = None  #: by source
    spiders: Sequence[FailingSpider] = ()
    sources: Sequence[Mapping[str, object]] = ()  #: rows of those that are polled in vain
    disk_free_bytes: int = 2**63  #: of the fullest disk that is written to
    disk_of: str = "corpus"  #: what lies on it
    wal_bytes: int = 0
    wal_most_bytes: float = 2.0**63  #: as the settings have it
    backup_every_hours: float | None = None  #: None: nobody wants any
    last_backup: datetime | None = None  #: None: there is none
    first_run: datetime | None = None  #: None: nothing was ever done
    damage: Sequence[str] | None = None


def conditions(health: Health, now: datetime) -> Iterator[Alert]:
    """Everything that lasts, as it is now."""
    yield from _silent(health)
    yield from _spiders(health)
    yield from _sources(health, now)
    if health.disk_free_bytes < LITTLE_DISK_BYTES:
        left = f"{health.disk_free_bytes / 1e9:.2f} GB free"
        yield _alarm("disk", now, f"little room on the disk of the {health.disk_of}: {left}")
    if health.wal_bytes > health.wal_most_bytes:
        size = f"{health.wal_bytes / _MIB:.0f} MiB"
        yield _alarm(
            "wal", now, f"the write-ahead log is {size}", "somebody reads the corpus without an end"
        )
    yield from _backup(health, now)
    if health.damage:
        said = (one[:_SHOWN_CHARS] for one in health.damage[:3])
        yield _alarm("damage", now, "the corpus is damaged", *said)


def standstill(because: str, now: datetime) -> Alert:
    """What is told when the scheduler stands still and its process ends."""
    title = "the scheduler stood still, and its process was ended"
    return Alert(kind=AlertKind.ALARM, key="standstill", at=now, title=title, lines=(because,))


def looked_at(health: Health, key: tuple[AlertKind, str]) -> bool:
    """Whether it was looked at what a lasting alert is about: only then it can be over."""
    kind, name = key
    if kind is AlertKind.SILENT:
        return health.silences is not None
    return name != "damage" or health.damage is not None


def _alarm(key: str, at: datetime, title: str, *lines: str) -> Alert:
    return Alert(kind=AlertKind.ALARM, key=key, at=at, title=title, lines=lines, lasts=True)


def _silent(health: Health) -> Iterator[Alert]:
    for silence in (health.silences or {}).values():
        if silence.is_overtaken:  # another source of its outlet names the same
            continue
        last = f"last on {silence.since:%Y-%m-%d %H:%M} UTC"
        yield Alert(
            kind=AlertKind.SILENT,
            key=f"source {silence.source}",
            at=silence.since,
            title=f"{silence.url} has named nothing new for {silence.days:.1f} days",
            lines=(f"it did on {silence.loud_share:.0%} of the days before", last),
            link=silence.url,
            weight=-silence.chance,
            lasts=True,
        )


def _spiders(health: Health) -> Iterator[Alert]:
    for one in health.spiders:
        said = (one.message[:_SHOWN_CHARS],) if one.message else ()
        title = f"crawls of {one.spider} failed {one.failures} times in a row"
        since = f"since {one.since:%Y-%m-%d %H:%M} UTC"
        yield _alarm(f"crawl {one.spider}", one.since, title, since, *said)


def _sources(health: Health, now: datetime) -> Iterator[Alert]:
    for row in health.sources:
        failures = row["failures"]
        assert isinstance(failures, int)
        # One that never answered is a wrong address, and `seedbed sources` says so.
        if failures < _LEAST_SOURCE_FAILURES or row["last_ok"] is None:
            continue
        title = f"{row['url']} failed {failures} times in a row"
        said = str(row["last_error"] or "")[:_SHOWN_CHARS]
        yield _alarm(f"source {row['id']}", now, title, *filter(None, (said,)))


def _backup(health: Health, now: datetime) -> Iterator[Alert]:
    since = health.last_backup or health.first_run
    if health.backup_every_hours is None or since is None:
        return
    if now - since > timedelta(hours=_LATE_BACKUPS * health.backup_every_hours):
        last = f"{health.last_backup:%Y-%m-%d %H:%M} UTC" if health.last_backup else "never"
        yield _alarm("backup", now, "no backup was made for too long", f"the last one: {last}")
