"""A topic moved by texts that a reader called related or unrelated.

The profile moves towards the related and away from the unrelated texts (Rocchio 1971), each side
by a share that grows with the number of answers and never reaches that of the seeds. The cut moves
to where it parts the answers, as scored by a topic that did not learn from them, and stays where
it is when they say little.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ingest.topic.edits import Edits, held, likeness_to_seeds, with_spellings
from ingest.topic.model import version_of
from ingest.topic.vectors import bridging, ranked, unit, vector

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ingest.topic.model import Topic

__all__ = ["lesson_of", "with_feedback"]

# Beside the seeds' 1, what ever so many answers weigh, and how many bring half of that. Chosen on
# half of the web stories of eval/relevance; docs/design/0003 has the figures of the other half.
_YES, _YES_HALF = 1.0, 10
_NO, _NO_HALF = 0.5, 5
_STEEPNESS = 6.0  # of the odds that a text is related, in the logarithm of its ratio to the cut
_CUT_SPREAD = 0.2  # how far from the seeds' own cut the right one is likely to lie, the same scale
_MOST_SWAY = math.log(2)  # of ever so many answers
_SWAY_HALF = 6  # answers that may bring half of that: a single one moves the cut by a tenth at most
_FOLDS = 10
_LEAST_RATIO = 1e-3  # where a text shares nothing with the topic; keeps the logarithm finite
_BISECTIONS = 40

_Vector = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    text: str
    is_yes: bool
    home: _Vector  # read as a text in a language of the seeds; unit length
    foreign: _Vector  # read as any other


def with_feedback(
    topic: Topic, yes: Sequence[str], no: Sequence[str], *, edits: Edits | None = None
) -> Topic:
    """The topic as moved by texts that a reader called related or unrelated.

    Args:
        topic: of the seeds.
        yes: related texts, in any order.
        no: unrelated texts, in any order.
        edits: words whose weight a person fixed; they stay where they are.
    """
    answers = [*_answers(topic, yes, is_yes=True), *_answers(topic, no, is_yes=False)]
    if not answers:
        return topic
    edits = edits or Edits()
    moved = with_spellings(_moved(topic, answers, edits), [one.text for one in answers])
    sway = math.exp(_sway(_unseen_ratios(topic, answers, edits)))
    return replace(
        moved,
        version=version_of(json.dumps([topic.version, sorted(yes), sorted(no)])),
        cut=moved.cut * sway,
        bridge_cut=moved.bridge_cut * sway,
    )


def _answers(topic: Topic, texts: Sequence[str], *, is_yes: bool) -> list[_Answer]:
    found = []
    for text in sorted(texts):
        home, foreign = lesson_of(topic, text)
        found.append(_Answer(text=text, is_yes=is_yes, home=home, foreign=foreign))
    return found


def lesson_of(topic: Topic, text: str) -> tuple[dict[str, float], dict[str, float]]:
    """What a text teaches the profile and its bridge, two vectors of unit length.

    A text in another language than the seeds teaches names alone: its other words are strange to
    the word lists of the seeds' languages, and `and` would weigh like the rarest name.
    """
    foreign = vector(topic.lexicon.read(text, is_home=False))
    if topic.lexicon.read(text).is_home:
        return unit(vector(topic.lexicon.read(text, is_home=True))), unit(foreign)
    names = bridging(foreign, topic.lexicon)
    return unit({f: weight for f, weight in names.items() if not f.startswith("#")}), unit(foreign)


def _moved(topic: Topic, answers: Sequence[_Answer], edits: Edits) -> Topic:
    weights = _sum(topic.weights, [(one.home, one.is_yes) for one in answers])
    bridges = _sum(topic.bridge_weights, [(one.foreign, one.is_yes) for one in answers])
    moved = replace(
        topic, weights=ranked(unit(weights)),
        bridge_weights=ranked(unit(bridging(bridges, topic.lexicon))),
    )  # fmt: skip
    moved = held(moved, edits)
    before, after = (likeness_to_seeds(one.weights, topic) for one in (topic, moved))
    return replace(moved, cut=topic.cut * after / before) if min(before, after) > 0 else moved


def _sum(weights: Mapping[str, float], answers: Iterable[tuple[_Vector, bool]]) -> _Vector:
    answers = list(answers)
    moved = dict(weights)
    for is_yes, share, half in ((True, _YES, _YES_HALF), (False, -_NO, _NO_HALF)):
        alike = [one for one, verdict in answers if verdict == is_yes]
        for one in alike:
            for feature, weight in one.items():
                moved[feature] = moved.get(feature, 0.0) + share * weight / (len(alike) + half)
    return moved


def _unseen_ratios(
    topic: Topic, answers: Sequence[_Answer], edits: Edits
) -> list[tuple[float, bool]]:
    """For each answer, the score over the cut by what was learned without it, and whether yes."""
    yes = [one for one in answers if one.is_yes]
    no = [one for one in answers if not one.is_yes]
    ratios = []
    for fold in range(min(_FOLDS, max(len(yes), len(no)))):
        held_out = [*yes[fold::_FOLDS], *no[fold::_FOLDS]]
        rest = [*_without(yes, fold), *_without(no, fold)]
        blind = _moved(topic, rest, edits) if rest else topic
        ratios += [(blind.ratio(one.text), one.is_yes) for one in held_out]
    return ratios


def _without(answers: Sequence[_Answer], fold: int) -> list[_Answer]:
    return [one for at, one in enumerate(answers) if at % _FOLDS != fold]


def _sway(ratios: Sequence[tuple[float, bool]]) -> float:
    """The likeliest shift of the cut, as a logarithm: a logistic curve under a normal prior.

    Few answers move it little, however far from the cut they lie: a wanted text that shares nothing
    with the topic says that words are missing, not that the cut is too high.
    """
    most = _MOST_SWAY * len(ratios) / (len(ratios) + _SWAY_HALF)
    points = [(math.log(max(ratio, _LEAST_RATIO)), is_yes) for ratio, is_yes in ratios]

    def slope(shift: float) -> float:
        told = sum(
            -_odds(_STEEPNESS * (shift - point)) if is_yes else _odds(_STEEPNESS * (point - shift))
            for point, is_yes in points
        )
        return _STEEPNESS * told - shift / _CUT_SPREAD**2

    low, high = -most, most
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    return (low + high) / 2


def _odds(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))
