"""Boosted trees as plain numbers: what they say of a row of features, and why.

`ingest/data/block_trees.tsv` is made by `benchmarks/train_blocks.py`. Its first line names the
features; every other line is one tree in preorder, with `feature<cut` for a split (the branch
where the feature is at most `cut` comes first) and a bare number for a leaf. The log-odds of a row
are the sum of the leaves it falls into (Friedman 2001, section 4.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Forest", "plant", "read_forest"]

_TABLE = "data/block_trees.tsv"
# A row further from even than the trees left are worth is decided; looked at after every few trees.
# Of 11,254 rows none that was .017 a tree from even, for each tree left, crossed over (those with
# 160 to 50 trees left); 80 of 200 trees are asked of a row in the mean.
_STEP, _WORTH = 20, 0.02


#: A split is (feature, cut, branch where it is at most the cut, the other branch); plain tuples,
#: because walking them is most of the work. A leaf is a number.
_Node: TypeAlias = "tuple[int, float, _Node, _Node] | float"


@dataclass(frozen=True, slots=True)
class Forest:
    """All trees, and the names of the features they ask for."""

    names: tuple[str, ...]
    trees: tuple[_Node, ...]

    def log_odds(self, rows: Iterable[Sequence[float]]) -> list[float]:
        """Log-odds of each row, which has one number a feature in the order of `names`."""
        starts = range(0, len(self.trees), _STEP)
        steps = [
            (self.trees[at : at + _STEP], _WORTH * (len(self.trees) - at - _STEP)) for at in starts
        ]
        return [_fall_by_steps(steps, row) for row in rows]

    def explain(self, row: Sequence[float]) -> list[tuple[str, float]]:
        """What each feature adds to a row's log-odds, strongest first.

        A split adds what the branch taken is worth over both (Saabas 2014, "Interpreting random
        forests"); with the constant, named "", the parts sum up to the log-odds of all trees.
        """
        parts: dict[str, float] = {"": 0.0}
        for tree in self.trees:
            node = tree
            parts[""] += _worth(node)
            while isinstance(node, tuple):
                below = node[2] if row[node[0]] <= node[1] else node[3]
                name = self.names[node[0]]
                parts[name] = parts.get(name, 0.0) + _worth(below) - _worth(node)
                node = below
        return sorted(parts.items(), key=lambda part: (-abs(part[1]), part[0]))


def _worth(node: _Node) -> float:
    """The mean of what both branches are worth."""
    return (_worth(node[2]) + _worth(node[3])) / 2 if isinstance(node, tuple) else node


def _fall_by_steps(steps: Iterable[tuple[tuple[_Node, ...], float]], row: Sequence[float]) -> float:
    odds = 0.0
    for trees, worth_left in steps:
        odds += _fall(trees, row)
        if abs(odds) > worth_left:
            break
    return odds


def _fall(trees: Iterable[_Node], row: Sequence[float]) -> float:
    """The sum of the leaves that a row falls into."""
    odds = 0.0
    for tree in trees:
        node: Any = tree
        while node.__class__ is tuple:
            node = node[2] if row[node[0]] <= node[1] else node[3]
        odds += node
    return odds


@cache
def read_forest() -> Forest:
    """The forest that ships with the package."""
    lines = files("ingest").joinpath(_TABLE).read_text("utf-8").splitlines()
    return plant([line for line in lines if not line.startswith("#")])


def plant(lines: Sequence[str]) -> Forest:
    """A forest from the lines of its table: names first, then a tree a line."""
    names = tuple(lines[0].split("\t"))
    return Forest(names, tuple(_grow(iter(line.split("\t"))) for line in lines[1:]))


def _grow(tokens: Iterator[str]) -> _Node:
    token = next(tokens)
    feature, is_split, cut = token.partition("<")
    if not is_split:
        return float(token)
    return (int(feature), float(cut), _grow(tokens), _grow(tokens))
