"""The form of a method, and ours in it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from benchmarks.adapters import TopicScorer, topic
from benchmarks.relevance.measure import Scored

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.relevance.groups import Group

__all__ = ["Method", "Ours"]


class Method(Protocol):
    """What tells related texts from others by seeds."""

    name: str

    def can_score(self, group: Group) -> bool:
        """Whether it is fast enough for these texts."""

    def score(self, group: Group) -> Scored:
        """Score the candidates of all tasks."""


class Ours:
    """The topic, through the adapter that the official scorer calls."""

    name = "seedbed"

    def __init__(self, learn: Callable[[Sequence[str]], TopicScorer] = topic) -> None:
        self._learn = learn

    def can_score(self, group: Group) -> bool:
        return bool(group.texts)

    def score(self, group: Group) -> Scored:
        scores: list[list[float]] = []
        cuts: list[float | None] = []
        texts = 0
        spent_s = 0.0
        for task in group.tasks:
            scorer = self._learn(task.seeds)
            candidates = [group.texts[place] for place in task.candidates]
            started = time.process_time()
            scores.append(scorer(candidates))
            spent_s += time.process_time() - started
            cuts.append(scorer.threshold)
            texts += len(candidates)
        return Scored(scores=tuple(scores), cuts=tuple(cuts), texts_per_s=texts / spent_s)
