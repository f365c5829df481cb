"""What is measured of scores: average precision, recall at precision .9, and the cut."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.relevance.groups import Group

__all__ = ["Figures", "Scored", "mean", "measure", "rank"]

_PRECISION = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What a method said of the candidates of a group."""

    scores: tuple[Sequence[float], ...] = field(repr=False)  #: by task, then by candidate
    cuts: tuple[float | None, ...] = field(repr=False)  #: by task; None: the method proposes none
    texts_per_s: float  #: CPU time of one core, what is learned of the seeds left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Means over tasks, shares 0..1; of pairs the figures of all together."""

    ap: float  #: average precision
    rp90: float  #: greatest recall at a precision of .9
    precision: float | None  #: at the method's own cut; None: it proposes none
    recall: float | None
    f1: float | None
    best_f1: float  #: at the best cut there is


def measure(group: Group, scored: Scored) -> Figures:
    """The figures of one method on one group."""
    rows = [
        rank(scores, task.related, cut)
        for task, scores, cut in zip(group.tasks, scored.scores, scored.cuts, strict=True)
        if not group.is_pairs
    ]
    return mean(rows) if rows else _whole(group, scored)


def rank(scores: Sequence[float], related: Sequence[bool], cut: float | None) -> Figures:
    """The figures of one task; ties are broken against the method, as the official scorer does."""
    ordered = sorted(zip(scores, related, strict=True), key=lambda pair: (-pair[0], pair[1]))
    total = sum(related)
    hits = 0
    ap = rp90 = best_f1 = 0.0
    for place, (_, is_related) in enumerate(ordered, 1):
        hits += is_related
        if is_related:
            ap += hits / place / total
            if hits / place >= _PRECISION:
                rp90 = hits / total
        best_f1 = max(best_f1, 2 * hits / (place + total))
    if cut is None:
        return Figures(ap=ap, rp90=rp90, precision=None, recall=None, f1=None, best_f1=best_f1)
    kept = [is_related for score, is_related in ordered if score >= cut]
    precision = sum(kept) / len(kept) if kept else 1.0
    recall = sum(kept) / total
    f1 = 2 * sum(kept) / (len(kept) + total)
    return Figures(
        ap=ap, rp90=rp90, precision=precision, recall=recall, f1=f1, best_f1=best_f1
    )  # fmt: skip


def _whole(group: Group, scored: Scored) -> Figures:
    related = [task.related[0] for task in group.tasks]
    scores = [scores[0] for scores in scored.scores]
    whole = rank(scores, related, None)
    if scored.cuts[0] is None:
        return whole
    # Each pair has a cut of its own; what counts is on which side of it the score lies.
    sides = [
        float(score >= cut)
        for score, cut in zip(scores, scored.cuts, strict=True)
        if cut is not None
    ]
    cut = rank(sides, related, 1.0)
    return Figures(
        ap=whole.ap, rp90=whole.rp90, best_f1=whole.best_f1,
        precision=cut.precision, recall=cut.recall, f1=cut.f1,
    )  # fmt: skip


def mean(rows: Sequence[Figures]) -> Figures:
    """Each figure by itself; None where a row has none."""
    means: dict[str, float | None] = {}
    for column in fields(Figures):
        values = [getattr(row, column.name) for row in rows]
        means[column.name] = None if None in values else fmean(values)
    return Figures(**means)  # type: ignore[arg-type]  # None only where a row has it
