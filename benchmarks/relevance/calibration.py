"""Whether four in five of the texts scored .8 are related."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.relevance.groups import Group
    from benchmarks.relevance.measure import Scored

__all__ = ["Judged", "calibrated_error", "calibration_of", "fit_curve", "judged", "reliability"]

_BINS = 10
_ITERATIONS, _HALVINGS = 20, 10
_FAR = 30.0  # log odds beyond which a share is as good as 0 or 1
_EDGE = 1e-6  # scores of 0 and 1 have no logit
_LEAST = 0.1  # most texts are off topic by far, and tell nothing of the curve


_Point = tuple[float, bool, float]  # logit of the score, whether related, weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One score, and how much its story lets it count."""

    score: float
    is_related: bool
    weight: float  #: 1 / related texts of the story


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """The texts whose scores lie in one tenth."""

    low: float
    score: float  #: weighted mean
    share: float  #: of them related, weighted
    weight: float
    texts: int
    related: int


def judged(group: Group, scored: Scored) -> list[Judged]:
    """All candidates; a story with many related texts counts as much as one with few."""
    return [
        Judged(score=score, is_related=is_related, weight=1 / sum(task.related))
        for task, scores in zip(group.tasks, scored.scores, strict=True)
        for score, is_related in zip(scores, task.related, strict=True)
    ]


def reliability(texts: Sequence[Judged]) -> list[Bin]:
    """The tenths of the scores that hold a text, from the lowest."""
    bins: dict[int, list[Judged]] = {}
    for text in texts:
        bins.setdefault(min(_BINS - 1, int(text.score * _BINS)), []).append(text)
    return [_bin(place, bins[place]) for place in sorted(bins)]


def _bin(place: int, texts: Sequence[Judged]) -> Bin:
    weight = math.fsum(text.weight for text in texts)
    return Bin(
        low=place / _BINS,
        score=math.fsum(text.weight * text.score for text in texts) / weight,
        share=math.fsum(text.weight for text in texts if text.is_related) / weight,
        weight=weight,
        texts=len(texts),
        related=sum(text.is_related for text in texts),
    )


def calibrated_error(bins: Sequence[Bin], least: float = _LEAST) -> float:
    """Expected calibration error of the texts scored `least` or more (Naeini 2015, section 3)."""
    shown = [each for each in bins if each.low >= least]
    weight = math.fsum(each.weight for each in shown)
    return math.fsum(each.weight * abs(each.share - each.score) for each in shown) / (weight or 1)


def fit_curve(texts: Sequence[Judged], least: float = _LEAST) -> tuple[float, float]:
    """a and b of the curve a + b x logit(score) that fits the share of related texts (Platt 1999).

    Nothing to mend is 0 and 1.
    """
    points = [
        (math.log(score / (1 - score)), text.is_related, text.weight)
        for text in texts
        if (score := min(max(text.score, _EDGE), 1 - _EDGE)) >= least
    ]
    best = (0.0, 1.0)
    loss = _loss(points, best)
    for _ in range(_ITERATIONS):
        step = _newton_step(points, best)
        # Half a step, until it does not overshoot: far out the curve is flat and Newton leaps.
        for _ in range(_HALVINGS):
            tried = (best[0] + step[0], best[1] + step[1])
            if (tried_loss := _loss(points, tried)) <= loss:
                best, loss = tried, tried_loss
                break
            step = (step[0] / 2, step[1] / 2)
    return best


def _share(x: float, curve: tuple[float, float]) -> float:
    return 1 / (1 + math.exp(-max(-_FAR, min(_FAR, curve[0] + curve[1] * x))))


def _loss(points: Sequence[_Point], curve: tuple[float, float]) -> float:
    return -math.fsum(
        weight * math.log(share if is_related else 1 - share)
        for x, is_related, weight in points
        for share in (_share(x, curve),)
    )


def _newton_step(points: Sequence[_Point], curve: tuple[float, float]) -> tuple[float, float]:
    da = db = aa = ab = bb = 0.0
    for x, is_related, weight in points:
        share = _share(x, curve)
        miss, bend = weight * (is_related - share), weight * share * (1 - share)
        da, db = da + miss, db + miss * x
        aa, ab, bb = aa + bend, ab + bend * x, bb + bend * x * x
    det = aa * bb - ab * ab
    return ((bb * da - ab * db) / det, (aa * db - ab * da) / det) if det > 0 else (0.0, 0.0)


def calibration_of(texts: Sequence[Judged]) -> list[str]:
    """A Markdown table, the error, and the curve that would mend it."""
    bins = reliability(texts)
    a, b = fit_curve(texts)
    return [
        "| score | texts | related | share related, each story alike | mean score |",
        "|---|---|---|---|---|",
        *(
            f"| {each.low:.1f} to {each.low + 1 / _BINS:.1f} | {each.texts} | {each.related} "
            f"| {each.share:.2f} | {each.score:.2f} |"
            for each in bins
        ),
        "",
        (
            f"Expected calibration error {calibrated_error(bins):.3f} of texts scored {_LEAST} and "
            f"more, {calibrated_error(bins, 0.0):.4f} of all; "
            f"logit of the share related: {a:.2f} + {b:.2f} x logit of the score."
        ),
    ]
