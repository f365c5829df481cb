"""Whether the constants of the score hold on stories that they were not chosen on.

Each setting is scored on every story once. The stories are parted in folds by the digest of their
names, twins in one; for each fold the setting is chosen that did best on the stories of the other
folds, and its figures on the fold itself are the ones that count. Noisy seeds.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TYPE_CHECKING
from unittest import mock

from benchmarks.relevance.measure import Figures, mean, rank
from benchmarks.relevance.methods import Ours
from ingest.calibration import ratio_of, score_of
from ingest.topic import learn, model, vectors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from benchmarks.relevance.groups import Group

__all__ = ["CutSetting", "Setting", "crossvalidate", "fold_of", "table"]

FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Constants of the score, as `ingest.topic` names them."""

    title_share: float
    headline_damping: float
    text_damping: float
    text_consensus: float
    place_share: float
    dating: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CutSetting:
    """How the cut is moved from where the constants put it, as a factor."""

    factor: float


SHIPPED = Setting(
    title_share=learn._TITLE_SHARE,  # noqa: SLF001 - what is shipped is what is asked
    headline_damping=vectors.HEADLINE.damping,
    text_damping=vectors.TEXT.damping,
    text_consensus=vectors.TEXT.consensus,
    place_share=model._PLACE_SHARE,  # noqa: SLF001
    dating=vectors._DATING,  # noqa: SLF001
)
# What reads articles and what reads headlines hardly meet, so each is varied under the other as
# shipped.
_OF_HEADLINES = [
    replace(SHIPPED, title_share=title, headline_damping=damping)
    for title, damping in itertools.product((0.2, 0.45), (0.42, 0.8))
]
_OF_ARTICLES = [
    replace(
        SHIPPED, text_damping=damping, text_consensus=consensus, place_share=place, dating=dating
    )
    for damping, consensus, place, dating in itertools.product(
        (0.8, 1.0), (0.1, 0.4), (0.1, 0.2), (1.0, 1.6)
    )
]
SETTINGS = list(dict.fromkeys([SHIPPED, *_OF_HEADLINES, *_OF_ARTICLES]))
CUTS = [CutSetting(factor=factor) for factor in (0.8, 0.9, 1.0, 1.1, 1.2)]

#: figures by story, draw by draw
_ByStory = dict[str, list[Figures]]


def crossvalidate(groups: Iterable[Group]) -> Iterator[tuple[str, Figures, Figures]]:
    """For each group: its name, the figures on stories left out, and those of the constants."""
    for group in groups:
        reached = {
            (setting, cut): figures
            for setting in SETTINGS
            for cut, figures in _figures(group, setting).items()
        }
        stories = sorted({story for figures in reached.values() for story in figures})
        left_out = [
            each
            for fold in range(FOLDS)
            for each in _best_elsewhere(
                reached, [s for s in stories if fold_of(s.partition("_")[0]) == fold]
            )
        ]
        shipped = reached[SHIPPED, CutSetting(factor=1.0)]
        yield group.name, mean(left_out), mean(list(itertools.chain(*shipped.values())))


def fold_of(story: str) -> int:
    """The fold of a story, from its name alone."""
    return int(hashlib.sha256(story.encode()).hexdigest(), 16) % FOLDS


def _figures(group: Group, setting: Setting) -> dict[CutSetting, _ByStory]:
    text = replace(vectors.TEXT, damping=setting.text_damping, consensus=setting.text_consensus)
    headline = replace(vectors.HEADLINE, damping=setting.headline_damping)
    with ExitStack() as patched:
        for module, name, value in (
            (learn, "_TITLE_SHARE", setting.title_share),
            (model, "_PLACE_SHARE", setting.place_share),
            (vectors, "_DATING", setting.dating),
        ):
            patched.enter_context(mock.patch.object(module, name, value))
        for module in (learn, model, vectors):
            patched.enter_context(mock.patch.object(module, "TEXT", text))
            patched.enter_context(mock.patch.object(module, "HEADLINE", headline))
        scored = Ours().score(group)
    by_cut: dict[CutSetting, _ByStory] = {cut: defaultdict(list) for cut in CUTS}
    for task, scores, at in zip(group.tasks, scored.scores, scored.cuts, strict=True):
        assert at is not None
        for cut in CUTS:
            moved = score_of(ratio_of(at) * cut.factor)
            by_cut[cut][_story(task.name)].append(rank(scores, task.related, moved))
    return by_cut


def _story(task: str) -> str:
    return task.split("/")[1]


def _best_elsewhere(
    reached: Mapping[tuple[Setting, CutSetting], _ByStory], held_out: Sequence[str]
) -> Iterator[Figures]:
    """Figures of the held-out stories under the setting that is best on all others."""

    def elsewhere(setting: tuple[Setting, CutSetting]) -> float:
        others = (
            figures
            for story, draws in reached[setting].items()
            if story not in held_out
            for figures in draws
        )
        return fmean(figures.ap + (figures.f1 or 0.0) for figures in others)

    best = max(reached, key=elsewhere)
    for story in held_out:
        yield from reached[best][story]


def table(rows: Iterable[tuple[str, Figures, Figures]]) -> Iterator[str]:
    """The comparison as a Markdown table."""
    yield "| texts | figure | chosen on other stories | shipped |"
    yield "|---|---|---|---|"
    for name, left_out, shipped in rows:
        for figure in ("ap", "rp90", "precision", "recall", "f1"):
            yield (
                f"| {name} | {figure} | {getattr(left_out, figure):.3f} "
                f"| {getattr(shipped, figure):.3f} |"
            )
