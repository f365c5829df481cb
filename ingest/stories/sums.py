"""What the articles of a story sum up to, feature by feature.

Two arrays in order of feature, 8 bytes a feature: a dict takes 70, which is 55 MiB for a month of
ten thousand articles, and these are 7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.stories.month import Vector

__all__ = ["Sums"]


class Sums:
    """The sum of vectors; features that no vector has are not held."""

    __slots__ = ("_features", "_weights")

    def __init__(self) -> None:
        import numpy as np

        self._features: Any = np.empty(0, np.intc)  # ascending
        self._weights: Any = np.empty(0, np.intc)  # of each; never 0

    def add(self, vector: Vector) -> tuple[int, int]:
        """Add a vector; returns by how much the sum of squares grows.

        Returns:
            Of the features that say the same in any language, and of the others.
        """
        return self._move(vector, 1)

    def take_away(self, vector: Vector) -> tuple[int, int]:
        """Take a vector away that was added before; returns as `add`, nothing above 0."""
        grown = self._move(vector, -1)
        held = self._weights != 0
        self._features, self._weights = self._features[held], self._weights[held]
        return grown

    def _move(self, vector: Vector, sign: int) -> tuple[int, int]:
        import numpy as np

        weights = sign * np.asarray(vector.weights, np.int64)
        features = np.asarray(vector.features)[: len(weights)]
        places = np.searchsorted(self._features, features)
        is_held = np.zeros(len(weights), bool)
        within = places < len(self._features)
        is_held[within] = self._features[places[within]] == features[within]
        held = places[is_held]
        before = np.zeros_like(weights)
        before[is_held] = self._weights[held]
        self._weights[held] += weights[is_held].astype(np.intc)
        if not is_held.all():
            fresh = np.flatnonzero(~is_held)
            fresh = fresh[np.argsort(features[fresh])]  # several may go in at one place
            self._features = np.insert(self._features, places[fresh], features[fresh])
            self._weights = np.insert(self._weights, places[fresh], weights[fresh])
        grown = weights * (2 * before + weights)
        return int(grown[: vector.bridging].sum()), int(grown[vector.bridging :].sum())
