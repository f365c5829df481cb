"""Figures of pairs and of families against labels.

Pairs labelled D are copies; X, R and P are in doubt and not scored; every other pair is none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from benchmarks.relations.labelled import as_pair

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from benchmarks.relations.labelled import Document, Pair

__all__ = ["PairFigures", "best_cut", "close", "family_ari", "score_pairs"]

_COPY, _NONE = "D", "N"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFigures:
    """Shares are 0..1."""

    precision: float
    recall: float
    f1: float
    by_kind: dict[str, float]  #: recall, by the kind of change


def score_pairs(
    found: Collection[Pair], documents: Sequence[Document], labels: Mapping[Pair, str]
) -> PairFigures:
    """Precision, recall and F1 of the pairs that were called related."""
    kinds = {document["id"]: document["kind"] for document in documents}
    labelled = Counter(labels.get(pair, _NONE) for pair in found)
    wanted, reached = Counter[str](), Counter[str]()
    for (one, other), label in labels.items():
        if label == _COPY:
            kind = kinds[one] if kinds[one] not in {"", "base"} else kinds[other]
            wanted[kind] += 1
            reached[kind] += (one, other) in found
    right = labelled[_COPY]
    recall = right / max(wanted.total(), 1)
    precision = right / (right + labelled[_NONE]) if right + labelled[_NONE] else 1.0
    return PairFigures(
        precision=precision,
        recall=recall,
        f1=_f1(precision, recall),
        by_kind={kind: reached[kind] / wanted[kind] for kind in sorted(wanted)},
    )


def family_ari(families: Mapping[str, str], labels: Mapping[Pair, str], *, documents: int) -> float:
    """The adjusted Rand index of families over the scored pairs (Hubert, Arabie 1985).

    Args:
        families: By id any mark that those of one family have in common.
        labels: Of pairs of those ids.
        documents: How many there are in all.
    """
    members = defaultdict[str, list[str]](list)
    for name, family in families.items():
        members[family].append(name)
    together = Counter(
        labels.get(as_pair(one, other), _NONE)
        for family in members.values()
        for one, other in combinations(family, 2)
    )
    told = Counter(labels.values())
    scored = documents * (documents - 1) // 2 - sum(told.values()) + told[_COPY]
    tp, fp = together[_COPY], together[_NONE]
    fn = told[_COPY] - tp
    tn = scored - tp - fp - fn
    chance = (tp + fn) * (fn + tn) + (tp + fp) * (fp + tn)
    return 2 * (tp * tn - fn * fp) / chance if chance else 1.0


def close(pairs: Iterable[Pair], names: Iterable[str]) -> dict[str, str]:
    """Families by transitive closure, which is all that bare pairs allow."""
    parent = {name: name for name in names}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for one, other in pairs:
        parent[root(one)] = root(other)
    return {name: root(name) for name in parent}


def best_cut(scores: Mapping[Pair, float], labels: Mapping[Pair, str]) -> float:
    """The score from which calling a pair related gives the best F1."""
    wanted = sum(label == _COPY for label in labels.values())
    right = wrong = 0
    best, cut = 0.0, float("inf")
    ranked = sorted(scores.items(), key=lambda one: (-one[1], one[0]))
    for at, (pair, score) in enumerate(ranked):
        label = labels.get(pair, _NONE)
        right += label == _COPY
        wrong += label == _NONE
        if at + 1 < len(ranked) and ranked[at + 1][1] == score:
            continue
        f1 = _f1(right / max(right + wrong, 1), right / max(wanted, 1))
        if f1 > best:
            best, cut = f1, score
    return cut


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
