"""Which proposed outlets are tried, which are confirmed and which rest; pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ingest.proposing.proposals import Proposal

__all__ = ["Limits", "Stage", "Trial", "Verdict", "read_trials", "review", "written_trials"]

_DAY = timedelta(days=1)


class Stage(StrEnum):
    """How far the trial of an outlet has come."""

    RUNNING = "running"
    OVER = "over"  # it brought nothing, and rests
    PERSON = "person"  # a person decided; no rule does any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """An outlet whose sources are polled though nobody asked for it, or were."""

    outlet: str
    since: datetime  #: aware UTC
    stage: Stage = Stage.RUNNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many outlets are tried, and for how long."""

    per_day: int  #: that are tried first within 24 hours
    at_once: int
    trial: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is to be done now."""

    start: tuple[Proposal, ...]  #: to be polled from now on
    on_trial: tuple[str, ...]  #: outlets of these that have yet to bring something
    rest: tuple[str, ...]  #: outlets that brought nothing in their time
    confirmed: tuple[str, ...]  #: outlets on trial, or at rest after one, that brought an article

    @property
    def is_news(self) -> bool:
        """Whether any outlet stands otherwise now."""
        return bool(self.on_trial or self.rest or self.confirmed)


def review(
    proposals: Sequence[Proposal],
    trials: Collection[Trial],
    kept: Mapping[str, int],
    *,
    now: datetime,
    limits: Limits,
) -> Verdict:
    """What is to be done with proposals.

    An outlet that gave an article by another way needs no trial, and takes nobody's place.

    Args:
        proposals: in the order in which they are to be tried.
        trials: of every outlet that is or was on one, in any order.
        kept: articles and copies of each outlet that has some.
        now: aware UTC.
        limits: none is started where one of them is 0.
    """
    known = {trial.outlet: trial for trial in trials}
    ruled = [one for one in known.values() if one.stage is not Stage.PERSON]
    running = [one for one in ruled if one.stage is Stage.RUNNING and not kept.get(one.outlet)]
    ended = {one.outlet for one in running if now - one.since >= limits.trial}
    today = sum(now - one.since < _DAY for one in ruled)
    free = min(limits.per_day - today, limits.at_once - len(running) + len(ended))
    new = [one for one in proposals if one.outlet not in known]
    proven = [one for one in new if kept.get(one.outlet)]
    likely = (one.outlet for one in new if one.is_strong and not kept.get(one.outlet))
    chosen = tuple(dict.fromkeys(likely))[: max(free, 0)]
    return Verdict(
        start=(*proven, *(one for one in new if one.outlet in chosen)),
        on_trial=chosen,
        rest=tuple(sorted(ended)),
        confirmed=tuple(sorted(one.outlet for one in ruled if kept.get(one.outlet))),
    )


def written_trials(trials: Iterable[Trial]) -> str:
    """Trials for storing."""
    return json.dumps(sorted((one.outlet, one.since.isoformat(), one.stage) for one in trials))


def read_trials(stored: str | None) -> dict[str, Trial]:
    """The trials that `written_trials` stored, by outlet."""
    rows = json.loads(stored) if stored else []
    return {
        outlet: Trial(outlet=outlet, since=datetime.fromisoformat(since), stage=Stage(stage))
        for outlet, since, stage in rows
    }
