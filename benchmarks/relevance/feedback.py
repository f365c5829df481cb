"""What ten answers of a reader bring, measured on the texts that he was not shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.adapters import topic
from benchmarks.relevance.measure import mean, rank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.relevance.groups import Group, Task
    from benchmarks.relevance.measure import Figures, Scored

__all__ = ["Learned", "learn_from_labels"]

_LABELS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """Figures of the same texts before and after the answers."""

    before: Figures
    after: Figures

    @property
    def gained(self) -> float:
        """Share that the answers brought of what the own cut lacked to the best one, by F1."""
        assert self.before.f1 is not None
        assert self.after.f1 is not None
        missing = self.before.best_f1 - self.before.f1
        return (self.after.f1 - self.before.f1) / missing if missing else 1.0


def learn_from_labels(group: Group, scored: Scored, labels: int = _LABELS) -> Learned:
    """Ask for the truth of a few texts of each task, as the official scorer does.

    Args:
        group: of noisy or clean seeds.
        scored: what ours says of it before the answers.
        labels: texts asked for in each task.
    """
    pairs = [
        pair
        for task, scores in zip(group.tasks, scored.scores, strict=True)
        if (pair := _learn(group, task, scores, labels))
    ]
    return Learned(
        before=mean([before for before, _ in pairs]), after=mean([after for _, after in pairs])
    )


def _learn(
    group: Group, task: Task, before: Sequence[float], labels: int
) -> tuple[Figures, Figures] | None:
    """None: all related texts were shown."""
    scorer = topic(task.seeds)
    texts = [group.texts[place] for place in task.candidates]
    cut = scorer.threshold
    shown = _shown(before, cut, labels)
    scorer.update(
        [texts[place] for place in shown if task.related[place]],
        [texts[place] for place in shown if not task.related[place]],
    )
    rest = [place for place in range(len(texts)) if place not in set(shown)]
    related = [task.related[place] for place in rest]
    if not any(related):
        return None
    after = scorer([texts[place] for place in rest])
    return rank([before[place] for place in rest], related, cut), rank(
        after, related, scorer.threshold
    )


def _shown(scores: Sequence[float], cut: float, labels: int) -> list[int]:
    """Half from around the cut, the others from the top."""
    top = sorted(range(len(scores)), key=lambda place: -scores[place])
    near = sorted(range(len(scores)), key=lambda place: abs(scores[place] - cut))[: labels // 2]
    return list(dict.fromkeys([*near, *top]))[:labels]
