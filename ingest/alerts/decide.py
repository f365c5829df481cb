"""What is to be told: facts and what was told before in, alerts out; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from ingest.alert_items import Alert, AlertKind
from ingest.alerts.alarms import Health, conditions, looked_at
from ingest.alerts.bursts import base_of, burst_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ingest.alert_items import AlertState, ChangedHeadline, NewArticle, StoryLife
    from ingest.notify_settings import Notify

__all__ = ["STATE_DAYS", "Facts", "decide", "over"]

#: For so long it is remembered what was told.
STATE_DAYS = 30
_STORY_RESTS = timedelta(days=7)  # told again only then: it goes on breaking out for days
_CONDITION_RESTS = timedelta(days=1)  # what comes and goes within a day is one thing


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was seen since the last look, and how things are."""

    corpus: str = "corpus"  #: its name in Datasette
    articles: Sequence[NewArticle] = ()
    headlines: Sequence[ChangedHeadline] = ()
    stories: Sequence[StoryLife] = ()  #: of the last weeks; empty: not looked at this time
    runaways: Sequence[Mapping[str, object]] = ()  #: steps of drift that were undone at once
    health: Health = Health()  # noqa: RUF009  # frozen


def decide(facts: Facts, state: AlertState, settings: Notify, now: datetime) -> tuple[Alert, ...]:
    """The alerts to enter, in an order that follows from the facts alone."""
    lasting = (
        alert
        for alert in conditions(facts.health, now)
        if (alert.kind, alert.key) not in state.lasting
        and _rested(alert, state, now, _CONDITION_RESTS)
    )
    stories = (
        alert
        for alert in _stories(facts, settings, now)
        if _rested(alert, state, now, _STORY_RESTS)
    )
    found = (
        *_new(facts, settings), *_headlines(facts, settings), *stories, *_runaways(facts),
        *lasting,
    )  # fmt: skip
    return tuple(alert for alert in found if settings.receivers_of(alert.kind.value))


def over(facts: Facts, state: AlertState, now: datetime) -> tuple[tuple[AlertKind, str], ...]:
    """What lasted, and does not any more."""
    lasts = {(alert.kind, alert.key) for alert in conditions(facts.health, now)}
    gone = (key for key in state.lasting - lasts if looked_at(facts.health, key))
    return tuple(sorted(gone))


def _rested(alert: Alert, state: AlertState, now: datetime, rests: timedelta) -> bool:
    last = state.entered.get((alert.kind, alert.key))
    # abs: a clock that was set back must not silence it for long
    return last is None or abs(now - last) >= rests


def _new(facts: Facts, settings: Notify) -> Iterator[Alert]:
    for one in facts.articles:
        if one.relevance < settings.relevance:
            continue
        published = f"published {one.published:%Y-%m-%d %H:%M} UTC, " if one.published else ""
        lines = (f"{one.outlet}, {published}relevance {one.relevance:.2f}",)
        yield Alert(
            kind=AlertKind.NEW,
            key=f"article {one.article}",
            at=one.first_seen,
            title=one.title,
            lines=(*lines, one.lead) if settings.text and one.lead else lines,
            link=_link(settings, facts.corpus, "articles", one.article) or one.url,
            weight=one.relevance,
        )


def _headlines(facts: Facts, settings: Notify) -> Iterator[Alert]:
    for one in facts.headlines:
        yield Alert(
            kind=AlertKind.HEADLINE,
            key=f"revision {one.revision}",
            at=one.seen,
            title=one.after,
            lines=(f"was: {one.before}", one.outlet),
            link=_link(settings, facts.corpus, "articles", one.article) or one.url,
        )


def _stories(facts: Facts, settings: Notify, now: datetime) -> Iterator[Alert]:
    base = base_of(facts.stories, now) if facts.stories else None
    if base is None:
        return
    for life in facts.stories:
        burst = burst_of(life, base, now)
        if burst is None:
            continue
        came = f"{burst.articles} articles and copies in a day, {burst.expected:.1f} expected"
        yield Alert(
            kind=AlertKind.STORY,
            key=f"story {life.story}",
            at=now,
            title=life.title,
            lines=(f"{came}; {life.outlets} outlets tell it",),
            link=_link(settings, facts.corpus, "stories", life.story) or life.url,
            weight=burst.surprise,
        )


def _runaways(facts: Facts) -> Iterator[Alert]:
    for row in facts.runaways:
        yield Alert(
            kind=AlertKind.ALARM,
            key=f"step {row['id']}",
            at=datetime.fromisoformat(str(row["at"])),
            title="the topic ran away from its seeds; the step was taken back",
            lines=(f"{row['near_no_seed']:.0%} of the latest articles are near no seed",),
        )


def _link(settings: Notify, corpus: str, table: str, number: int) -> str | None:
    """Where Datasette shows a row; None: it is nowhere."""
    if settings.datasette is None:
        return None
    return f"{settings.datasette.rstrip('/')}/{quote(corpus)}/{table}/{number}"
